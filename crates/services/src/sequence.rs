//! Gapless numbers, kept in the database and advanced in the batch's own transaction.

use std::collections::BTreeMap;

use sea_orm::Value;
use tribute_store::{Transaction, entity::sequence};

use crate::ServiceError;

/// The row whose lock orders the batches of everyone who takes events in.
pub(crate) const BATCH: &str = "batch";
/// The row whose lock orders the bookings of everyone who keeps the books.
pub(crate) const BOOKS: &str = "books";

/// What is numbered as it is logged, decided and booked: their numbers say how large the tables are.
const GROWING: [&str; 3] = ["log", "tribute.conversions", "movement"];
/// Tables with fewer rows are read in no time, whatever is known of them.
const FEW: i64 = 256;

/// The numbers given out so far, by name.
#[derive(Debug, Default)]
pub(crate) struct Sequences {
    next: BTreeMap<String, i64>,
    /// Those given out here, with the number that came first.
    moved: BTreeMap<String, i64>,
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
        Ok(Self { next, moved: BTreeMap::new() })
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
        if !self.moved.contains_key(name) {
            self.moved.insert(name.to_owned(), first);
        }
        *next = first.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
        first
    }

    /// Whether tables have come past 256, 1,024, 4,096 rows and so on: what the database knows of them is out of date.
    pub(crate) fn have_quadrupled(&self) -> bool {
        let size = |rows: i64| rows.max(FEW / 2).ilog2() / 2;
        let grown = |name: &&str| self.moved.get(*name).is_some_and(|was| size(*was) < size(self.peek(name)));
        GROWING.iter().any(grown)
    }

    /// Writes what was moved: the others may be moved by somebody else at this very moment.
    pub(crate) async fn save(&self, transaction: &mut Transaction) -> Result<(), ServiceError> {
        let row = |name: &String| sequence::Model { name: name.clone(), next: self.peek(name) };
        let rows: Vec<_> = self.moved.keys().map(row).collect();
        Ok(transaction.upsert::<sequence::Entity>(&rows).await?)
    }
}
