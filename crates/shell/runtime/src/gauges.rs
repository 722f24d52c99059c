//! Figures that are read from the database and the log every few seconds.

use std::collections::BTreeMap;
use std::time::Duration;

use tribute_store::{
    Database, Operation, Source, StoreError, entity,
    sea_orm::{ConnectionTrait, Statement},
};
use tribute_stream::{Log, topics};

use crate::{Health, RuntimeError, Stop, batch::source_of, consumer::incoming_topics};

/// How often they are read.
const EVERY: Duration = Duration::from_secs(2);
/// How long a server may take before it counts as one that is away.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keeps up the figures that no worker counts by itself: lag, quarantine, what waits to be booked or published.
pub struct Gauges<L: Log> {
    log: L,
    database: Database,
    health: Health,
}

impl<L: Log> Gauges<L> {
    /// Of this log and database.
    pub const fn new(log: L, database: Database, health: Health) -> Self {
        Self { log, database, health }
    }

    /// Reads them until it is time to stop. What is away is said by `/readyz`, and is no error.
    ///
    /// # Errors
    /// None: the signature is that of every worker.
    pub async fn run(self, mut stop: Stop) -> Result<(), RuntimeError> {
        // How far the sources were, for as long as the database cannot say it: what comes in meanwhile is lag.
        let mut next = BTreeMap::new();
        while !stop.is_set() {
            let ends = timely(async { Ok(self.log.ends(incoming_topics()).await?) }).await;
            if let Err(error) = &ends {
                tracing::warn!(%error, "the log does not say how far it is");
            }
            self.health.log_answered(answers(&ends));
            let positions = timely(self.read_database()).await;
            if let Err(error) = &positions {
                tracing::warn!(%error, "the database does not answer");
            }
            self.health.database_answered(answers(&positions));
            next = positions.unwrap_or(next);
            for (partition, ends) in ends.unwrap_or_default() {
                let source = source_of(&partition);
                let next = next.get(&source).copied().unwrap_or(ends.first);
                let lag = ends.next.saturating_sub(next);
                self.health.metrics.set_lag(&source.name, source.partition, lag);
            }
            stop.rest(EVERY).await;
        }
        Ok(())
    }

    /// Reads what the database has to say, and gives how far each source is.
    async fn read_database(&self) -> Result<BTreeMap<Source, i64>, RuntimeError> {
        self.read_waiting().await?;
        let mut transaction = self.database.begin().await?;
        let rows = transaction.select::<entity::source_position::Entity>("TRUE", vec![]).await?;
        transaction.rollback().await?;
        let of = |row: entity::source_position::Model| {
            (Source { name: row.source, partition: row.partition }, row.next)
        };
        Ok(rows.into_iter().map(of).collect())
    }

    async fn read_waiting(&self) -> Result<(), RuntimeError> {
        self.health.metrics.set_quarantine(&self.quarantined().await?);
        let mut transaction = self.database.begin().await?;
        let waiting = transaction.count::<entity::handover::Entity>("TRUE", vec![]).await?;
        self.health.metrics.handovers.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        for topic in topics::outputs() {
            let said = transaction
                .highest::<entity::outbox::Entity>(
                    entity::outbox::Column::EventsLast,
                    "stream = $1 AND number = (SELECT max(number) FROM outbox WHERE stream = $1)",
                    vec![topic.into()],
                )
                .await?
                .unwrap_or(0);
            let column = entity::source_position::Column::Next;
            let condition = "source = $1";
            let values = vec![format!("outbox/{topic}").into()];
            let next =
                transaction.highest::<entity::source_position::Entity>(column, condition, values).await?;
            let unpublished = said.saturating_add(1).saturating_sub(next.unwrap_or(1));
            self.health.metrics.set_unpublished(topic, unpublished);
        }
        Ok(transaction.rollback().await?)
    }

    /// How many events are put aside, by reason.
    async fn quarantined(&self) -> Result<Vec<(String, i64)>, RuntimeError> {
        let text =
            "SELECT code, count(*) AS open FROM quarantine WHERE status = 'open' GROUP BY code ORDER BY code";
        let failed = |error| StoreError::from_orm(Operation::Read, "quarantine", error);
        let statement = Statement::from_string(self.database.backend(), text);
        let rows = self.database.connection().query_all_raw(statement).await.map_err(failed)?;
        let counted = rows.iter().map(|row| Ok((row.try_get("", "code")?, row.try_get("", "open")?)));
        Ok(counted.collect::<Result<_, _>>().map_err(failed)?)
    }
}

/// What a server says in time. Nothing where it does not answer.
async fn timely<T>(asked: impl Future<Output = Result<T, RuntimeError>>) -> Result<T, Silence> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answer) => answer.map_err(Silence::Failed),
        Err(_) => Err(Silence::Late),
    }
}

/// Whether a server answers, be it with an error that is none of its being away.
fn answers<T>(asked: &Result<T, Silence>) -> bool {
    match asked {
        Ok(_) => true,
        Err(Silence::Failed(error)) => !error.is_transient(),
        Err(Silence::Late) => false,
    }
}

/// Why nothing is known.
#[derive(Debug, thiserror::Error)]
enum Silence {
    #[error(transparent)]
    Failed(RuntimeError),
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Late,
}
