//! Gapless numbers, kept in the database and advanced in the batch's own transaction.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::Value;
use tribute_store::{Transaction, entity::sequence};

use crate::ServiceError;

/// The row whose lock orders the batches of everyone who takes events in.
pub(crate) const BATCH: &str = "batch";
/// The row whose lock orders the bookings of everyone who keeps the books.
pub(crate) const BOOKS: &str = "books";

/// The numbers given out so far, by name.
#[derive(Debug, Default)]
pub(crate) struct Sequences {
    next: BTreeMap<String, i64>,
    moved: BTreeSet<String>,
}

impl Sequences {
    /// Makes the rows that are locked, where they are missing.
    pub(crate) async fn prepare(transaction: &mut Transaction) -> Result<(), ServiceError> {
        let rows = [BATCH, BOOKS].map(|name| sequence::Model { name: name.to_owned(), next: 1 });
        transaction.insert_new::<sequence::Entity>(&rows).await?;
        Ok(())
    }

    /// Waits until nobody else holds these rows, and reads all numbers as they are then.
    pub(crate) async fn lock(transaction: &mut Transaction, names: &[&str]) -> Result<Self, ServiceError> {
        for name in names {
            let key = vec![Value::from(*name)];
            transaction.find_locked::<sequence::Entity>(&[sequence::Column::Name], &[key]).await?;
        }
        Self::load(transaction).await
    }

    pub(crate) async fn load(transaction: &mut Transaction) -> Result<Self, ServiceError> {
        let rows = transaction.select::<sequence::Entity>("1 = 1", vec![]).await?;
        let next = rows.into_iter().map(|row| (row.name, row.next)).collect();
        Ok(Self { next, moved: BTreeSet::new() })
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
        if !self.moved.contains(name) {
            self.moved.insert(name.to_owned());
        }
        let next = match self.next.get_mut(name) {
            Some(next) => next,
            None => self.next.entry(name.to_owned()).or_insert(1),
        };
        let first = *next;
        *next = first.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
        first
    }

    /// Writes what was moved: the others may be moved by somebody else at this very moment.
    pub(crate) async fn save(&self, transaction: &mut Transaction) -> Result<(), ServiceError> {
        let row = |name: &String| sequence::Model { name: name.clone(), next: self.peek(name) };
        let rows: Vec<_> = self.moved.iter().map(row).collect();
        Ok(transaction.upsert::<sequence::Entity>(&rows).await?)
    }
}
