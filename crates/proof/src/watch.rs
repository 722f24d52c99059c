//! What the database says while the services work.

use std::collections::BTreeMap;

use anyhow::Result;
use tribute_store::{
    Database,
    sea_orm::{ConnectionTrait, QueryResult, Statement, TryGetable},
};
use tribute_stream::{KafkaLog, Log, topics};

/// A trigger that remembers whenever a position goes back: what it says was taken in is then taken in again.
const WITNESS: [&str; 3] = [
    "CREATE TABLE witness (source TEXT, partition BIGINT, before BIGINT, after BIGINT)",
    "CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
        INSERT INTO witness VALUES (OLD.source, OLD.partition, OLD.next, NEW.next); RETURN NEW; END $$",
    "CREATE TRIGGER witness AFTER UPDATE ON source_position FOR EACH ROW \
        WHEN (NEW.next < OLD.next) EXECUTE FUNCTION witness()",
];

/// Looks at the database and the log.
pub(crate) struct Watch {
    pub(crate) database: Database,
    pub(crate) log: KafkaLog,
}

/// The rows of a query.
pub(crate) async fn rows(database: &Database, text: &str) -> Result<Vec<QueryResult>> {
    let statement = Statement::from_string(database.backend(), text.to_owned());
    Ok(database.connection().query_all_raw(statement).await?)
}

/// The one value of a query; nothing where it is NULL or there is no row.
pub(crate) async fn value<T: TryGetable>(database: &Database, text: &str) -> Result<Option<T>> {
    let rows = rows(database, text).await?;
    Ok(rows.first().and_then(|row| row.try_get_by_index(0).ok()))
}

impl Watch {
    /// Whether nobody has written to any topic yet. Topics that were made just now may not have a leader yet.
    pub(crate) async fn log_is_empty(&self) -> Result<bool> {
        let both: Vec<_> = topics::inputs().into_iter().chain(topics::outputs()).collect();
        let mut tries = 0..50;
        loop {
            match self.log.ends(&both).await {
                Ok(ends) => return Ok(ends.values().all(|ends| ends.next == 0)),
                Err(error) if error.is_transient() && tries.next().is_some() => {
                    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    pub(crate) async fn place_witness(&self) -> Result<()> {
        let mut transaction = self.database.begin().await?;
        for statement in WITNESS {
            transaction.execute(statement, vec![]).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// How far each partition of the incoming topics is taken in.
    async fn positions(&self) -> Result<BTreeMap<String, i64>> {
        let text = "SELECT source || '/' || partition, next FROM source_position \
            WHERE source NOT LIKE 'member/%' AND source NOT LIKE 'outbox/%'";
        let rows = rows(&self.database, text).await?;
        let pair = |row: &QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        rows.iter().map(pair).collect()
    }

    /// How many records are taken in.
    pub(crate) async fn taken_in(&self) -> Result<u64> {
        Ok(self.positions().await?.values().map(|next| next.unsigned_abs()).sum())
    }

    /// Whether everything in the log is taken in and booked.
    pub(crate) async fn is_booked(&self) -> Result<bool> {
        let positions = self.positions().await?;
        let ends = self.log.ends(&topics::inputs().into_iter().collect::<Vec<_>>()).await?;
        let reached = |(partition, next): (String, i64)| {
            next == 0 || positions.get(&partition).is_some_and(|position| *position >= next)
        };
        let all_in = ends.into_iter().map(|(at, ends)| (at.to_string(), ends.next)).all(reached);
        Ok(all_in && self.count("handover").await? == 0)
    }

    /// Whether everything that was said is published.
    pub(crate) async fn is_published(&self) -> Result<bool> {
        let text = "SELECT COUNT(*) FROM (SELECT stream, MAX(events_last) AS last FROM outbox GROUP BY stream) o \
            LEFT JOIN source_position p ON p.source = 'outbox/' || o.stream \
            WHERE p.next IS NULL OR p.next <> o.last + 1";
        Ok(value::<i64>(&self.database, text).await? == Some(0))
    }

    /// How far the clock has come.
    pub(crate) async fn clock(&self) -> Result<Option<i64>> {
        value(&self.database, "SELECT at FROM clock").await
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &str) -> Result<u64> {
        let count: Option<i64> = value(&self.database, &format!("SELECT COUNT(*) FROM {table}")).await?;
        Ok(count.unwrap_or_default().unsigned_abs())
    }

    /// How often a source changed hands.
    pub(crate) async fn epochs(&self) -> Result<u64> {
        let text = "SELECT CAST(SUM(epoch) AS BIGINT) FROM source_position WHERE source NOT LIKE 'member/%'";
        Ok(value::<i64>(&self.database, text).await?.unwrap_or_default().unsigned_abs())
    }

    /// How many sources a process has, by the database.
    pub(crate) async fn held_by(&self, process: u32) -> Result<u64> {
        self.count(&format!("source_position WHERE owner LIKE '{process}-%' AND source NOT LIKE 'member/%'"))
            .await
    }

    /// Positions that went back.
    pub(crate) async fn gone_back(&self) -> Result<Vec<String>> {
        let text = "SELECT source || '/' || partition || ' went back from ' || before || ' to ' || after FROM witness";
        let rows = rows(&self.database, text).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }
}
