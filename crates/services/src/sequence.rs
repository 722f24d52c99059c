//! Gapless numbers, kept in the database and advanced in the batch's own transaction.

use std::collections::BTreeMap;

use tribute_store::{Transaction, entity::sequence};

use crate::ServiceError;

/// The numbers given out so far, by name.
#[derive(Debug, Default)]
pub(crate) struct Sequences {
    next: BTreeMap<String, i64>,
}

impl Sequences {
    pub(crate) async fn load(transaction: &mut Transaction) -> Result<Self, ServiceError> {
        let rows = transaction.select::<sequence::Entity>("1 = 1", vec![]).await?;
        Ok(Self { next: rows.into_iter().map(|row| (row.name, row.next)).collect() })
    }

    /// The next number of a sequence, from 1.
    pub(crate) fn next(&mut self, name: &str) -> i64 {
        self.take(name, 1)
    }

    /// The number that comes next, without taking it.
    pub(crate) fn peek(&self, name: &str) -> i64 {
        self.next.get(name).copied().unwrap_or(1)
    }

    /// The first of `count` numbers in a row.
    pub(crate) fn take(&mut self, name: &str, count: usize) -> i64 {
        let next = match self.next.get_mut(name) {
            Some(next) => next,
            None => self.next.entry(name.to_owned()).or_insert(1),
        };
        let first = *next;
        *next = first.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
        first
    }

    pub(crate) async fn save(&self, transaction: &mut Transaction) -> Result<(), ServiceError> {
        let row = |(name, next): (&String, &i64)| sequence::Model { name: name.clone(), next: *next };
        let rows: Vec<_> = self.next.iter().map(row).collect();
        Ok(transaction.upsert::<sequence::Entity>(&rows).await?)
    }
}
