//! The log in the database: for one process, for tests, and wherever a broker would be one thing too many.

mod reader;
mod row;
mod writer;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Notify;
use tribute_store::entity::log_topic;
use tribute_store::sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Statement, Value,
};
use tribute_store::{Database, Operation, StoreError};

use crate::{Ends, Log, LogError, Partition, TopicPlan};

pub use reader::EmbeddedReader;
pub use writer::EmbeddedWriter;

/// A log in tables of the database. Nothing is ever deleted from it, whatever a plan says of retention.
///
/// A reader hears at once of what this process writes, and looks every few milliseconds for what others wrote.
#[derive(Debug, Clone)]
pub struct EmbeddedLog {
    database: Database,
    written: Arc<Notify>,
}

impl EmbeddedLog {
    /// The log that lies in a database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database, written: Arc::new(Notify::new()) }
    }

    /// How many partitions each of some topics has.
    async fn partitions(&self, topics: &[&str]) -> Result<BTreeMap<String, u32>, LogError> {
        let wanted = log_topic::Column::Topic.is_in(topics.iter().copied());
        let found = log_topic::Entity::find().filter(wanted).all(self.database.connection()).await;
        let found = named(found.map_err(|error| failed("log_topic", error))?);
        match topics.iter().find(|topic| !found.contains_key(**topic)) {
            Some(absent) => Err(LogError::UnknownTopic { topic: (*absent).to_owned() }),
            None => Ok(found),
        }
    }

    /// Where some partitions begin and end; none for a partition that is absent and for one that is empty alike.
    async fn bounds(&self, partitions: &[Partition]) -> Result<Vec<Ends>, LogError> {
        let backend = self.database.backend();
        let mut all = Vec::with_capacity(partitions.len());
        for chunk in partitions.chunks(SELECTS_MAX) {
            let (text, values) = bounds_query(chunk);
            let statement = Statement::from_sql_and_values(backend, text, values);
            let rows = self.database.connection().query_all_raw(statement).await;
            let mut bounds = vec![Ends { first: 0, next: 0 }; chunk.len()];
            for row in rows.map_err(|error| failed("log_record", error))? {
                let (place, ends) = row::bounds(&row).map_err(|error| failed("log_record", error))?;
                if let Some(slot) = bounds.get_mut(place) {
                    *slot = ends;
                }
            }
            all.append(&mut bounds);
        }
        Ok(all)
    }
}

/// Parts of one statement: SQLite takes 500.
const SELECTS_MAX: usize = 256;

/// Each bound by an index of its own: one statement for both at once would read the whole partition.
fn bounds_query(partitions: &[Partition]) -> (String, Vec<Value>) {
    let mut values = Vec::with_capacity(partitions.len() * 2);
    let selects = partitions.iter().enumerate().map(|(place, partition)| {
        let of = format!(
            "FROM log_record WHERE topic = ${} AND \"partition\" = ${}",
            place * 2 + 1,
            place * 2 + 2
        );
        values.extend([partition.topic.as_ref().into(), i64::from(partition.number).into()]);
        format!("SELECT CAST({place} AS BIGINT), (SELECT min(number) {of}), (SELECT max(number) {of})")
    });
    let text = selects.collect::<Vec<_>>().join(" UNION ALL ");
    (text, values)
}

fn named(rows: Vec<log_topic::Model>) -> BTreeMap<String, u32> {
    let count = |partitions: i64| u32::try_from(partitions).unwrap_or_default();
    rows.into_iter().map(|row| (row.topic, count(row.partitions))).collect()
}

fn failed(table: &str, error: DbErr) -> LogError {
    StoreError::from_orm(Operation::Read, table, error).into()
}

impl Log for EmbeddedLog {
    type Reader = EmbeddedReader;
    type Writer = EmbeddedWriter;

    async fn topics(&self) -> Result<BTreeMap<String, u32>, LogError> {
        let found = log_topic::Entity::find().all(self.database.connection()).await;
        found.map(named).map_err(|error| failed("log_topic", error))
    }

    async fn create(&self, plans: &[TopicPlan]) -> Result<(), LogError> {
        let row = |plan: &TopicPlan| log_topic::Model {
            topic: plan.topic.clone(),
            partitions: i64::from(plan.partitions.max(1)),
        };
        let mut transaction = self.database.begin().await?;
        let rows: Vec<_> = plans.iter().map(row).collect();
        transaction.insert_new::<log_topic::Entity>(&rows).await?;
        Ok(transaction.commit().await?)
    }

    async fn check(&self, plans: &[TopicPlan]) -> Result<Vec<String>, LogError> {
        Ok(crate::plan::differences(&self.topics().await?, plans))
    }

    async fn ends(&self, topics: &[&str]) -> Result<BTreeMap<Partition, Ends>, LogError> {
        let found = self.partitions(topics).await?;
        let partitions: Vec<_> = found.iter().flat_map(|(topic, count)| all_of(topic, *count)).collect();
        let bounds = self.bounds(&partitions).await?;
        Ok(partitions.into_iter().zip(bounds).collect())
    }

    fn writer(&self) -> Result<EmbeddedWriter, LogError> {
        Ok(EmbeddedWriter::new(self.clone()))
    }

    fn reader(&self, _group: &str) -> Result<EmbeddedReader, LogError> {
        Ok(EmbeddedReader::new(self.clone()))
    }
}

fn all_of(topic: &str, count: u32) -> impl Iterator<Item = Partition> {
    let topic: Arc<str> = topic.into();
    (0..i32::try_from(count).unwrap_or(i32::MAX))
        .map(move |number| Partition::new(Arc::clone(&topic), number))
}
