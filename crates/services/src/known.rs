//! The configuration that an engine keeps in memory, as far as it has read the log.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tribute_events::{Arrival, Timestamp, decode};
use tribute_store::{Database, Operation, StoreError, Transaction, entity::configuration};
use tribute_terms::Registry;

use crate::ServiceError;

/// The registry, and up to which number of the log it holds everything.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub(crate) registry: Registry,
    /// The number of the log's first event that is not in the registry.
    next: i64,
}

impl Known {
    /// The registry.
    #[must_use]
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Reads what was configured before the log's event of this number and is not in the registry yet: another process
    /// may have taken it in.
    pub(crate) async fn bring_to(
        &mut self,
        transaction: &mut Transaction,
        log_next: i64,
    ) -> Result<(), ServiceError> {
        if log_next <= self.next {
            return Ok(());
        }
        #[cfg(feature = "failpoints")]
        if self.next > 1 && tribute_store::is_planted("plant.registry_stale") {
            return Ok(());
        }
        let values = vec![self.next.into(), log_next.into()];
        let condition = "seq >= $1 AND seq < $2 ORDER BY seq";
        for row in transaction.select::<configuration::Entity>(condition, values).await? {
            self.apply(&row)?;
        }
        self.next = log_next;
        Ok(())
    }

    /// Whether nothing was configured since.
    ///
    /// # Errors
    /// Where the database is away.
    pub async fn is_current(&self, database: &Database) -> Result<bool, ServiceError> {
        use configuration::Column;
        let failed = |error| StoreError::from_orm(Operation::Read, "configuration", error);
        let newer = configuration::Entity::find()
            .select_only()
            .column(Column::Seq)
            .filter(Column::Seq.gte(self.next))
            .limit(1)
            .into_tuple::<i64>();
        Ok(newer.one(database.connection()).await.map_err(failed)?.is_none())
    }

    /// Reads what was configured since, without a transaction: for who only looks. Batches have one order, so what is
    /// committed later stands behind what was read.
    ///
    /// # Errors
    /// Where the database is away, or stored configuration cannot be read.
    pub async fn look(&mut self, database: &Database) -> Result<(), ServiceError> {
        use configuration::Column;
        let failed = |error| StoreError::from_orm(Operation::Read, "configuration", error);
        let rows = configuration::Entity::find()
            .filter(Column::Seq.gte(self.next))
            .order_by_asc(Column::Seq)
            .all(database.connection())
            .await
            .map_err(failed)?;
        for row in rows {
            self.apply(&row).inspect_err(|_| self.forget())?;
            self.next = row.seq.saturating_add(1);
        }
        Ok(())
    }

    /// The registry holds everything before the log's event of this number: the batch at hand brought it.
    pub(crate) const fn reached(&mut self, log_next: i64) {
        self.next = log_next;
    }

    /// Forgets everything: the registry may hold configuration of a batch that was rolled back.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    fn apply(&mut self, row: &configuration::Model) -> Result<(), ServiceError> {
        let unreadable = |problem: String| ServiceError::Configuration { key: row.seq.to_string(), problem };
        let recorded = Timestamp::from_millis(row.recorded_at);
        let event = decode(row.body.as_bytes(), Arrival::Live(recorded))
            .map_err(|why| unreadable(why.to_string()))?;
        self.registry
            .apply(&event)
            .map_err(|problems| unreadable(problems.first().map(ToString::to_string).unwrap_or_default()))
    }
}
