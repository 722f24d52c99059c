//! Who takes a source in, and how far it is: positions, and leases on them.
//!
//! A source is a partition of a topic, or anything else that one worker at a time goes through by number. Its row says
//! which number comes next, and which worker has it, as long as that one says in time that it is alive. Whoever takes it over makes its epoch grow; a batch
//! moves the position only with the epoch and the number that its worker knows, so that a worker that was away too
//! long writes nothing. All times are the database's, so that the workers' clocks may differ.

use std::time::Duration;

use sea_orm::{DbBackend, Value};

use crate::entity::{refused_commit, source_position};
use crate::sql::now;
use crate::{Database, StoreError, Transaction};

/// A partition of a source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// The topic; `outbox/<topic>` for what is published, `clock` for ticks.
    pub name: String,
    /// The partition.
    pub partition: i64,
}

/// A source that a worker has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The source.
    pub source: Source,
    /// The epoch in which the worker has it.
    pub epoch: i64,
    /// The number that comes next.
    pub next: i64,
}

/// A move of a position, part of a batch's transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    /// The source.
    pub source: Source,
    /// The worker's epoch.
    pub epoch: i64,
    /// Where the worker believes the position to be.
    pub from: i64,
    /// Where it is after the batch.
    pub to: i64,
}

/// How a group of workers shares its sources, as one of them sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// What this worker has.
    pub held: Vec<Lease>,
    /// How many of these it should give to others, once it has finished with them.
    pub surplus: usize,
    /// How many workers there are, this one included.
    pub members: usize,
    /// How many sources nobody has.
    pub free: usize,
}

/// A worker's share of the sources of its group.
#[derive(Debug, Clone)]
pub struct Leases {
    database: Database,
    group: String,
    owner: String,
    lasts: i64,
}

/// A planted bug: whoever comes moves the position.
#[cfg(feature = "failpoints")]
const UNFENCED: &str = "UPDATE source_position SET next = $1 WHERE source = $2 AND partition = $3 \
    AND CAST($4 AS BIGINT) IS NOT NULL AND CAST($5 AS BIGINT) IS NOT NULL";

impl Transaction {
    /// Moves positions. The first statement of a batch: it holds the rows until the batch's end.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where another worker has taken a source over; the transaction is good for nothing then.
    pub async fn advance(&mut self, advances: &[Advance]) -> Result<(), StoreError> {
        let text = "UPDATE source_position SET next = $1 \
            WHERE source = $2 AND partition = $3 AND epoch = $4 AND next = $5";
        #[cfg(feature = "failpoints")]
        let text = if crate::is_planted("plant.no_fence") { UNFENCED } else { text };
        let mut sorted: Vec<_> = advances.iter().collect();
        sorted.sort_unstable_by(|one, other| one.source.cmp(&other.source));
        for advance in sorted {
            let Advance { source, epoch, from, to } = advance;
            let values = vec![
                Value::from(*to),
                source.name.as_str().into(),
                source.partition.into(),
                (*epoch).into(),
                (*from).into(),
            ];
            if self.execute(text, values).await? != 1 {
                return Err(StoreError::Stale {
                    name: source.name.clone(),
                    partition: source.partition,
                    epoch: *epoch,
                    from: *from,
                });
            }
        }
        Ok(())
    }
}

impl Leases {
    /// The share of a worker named `owner` (unique among all that ever ran) in a group of equal workers. A lease ends
    /// by itself when it is not renewed for so long.
    #[must_use]
    pub fn new(database: Database, group: &str, owner: &str, lasts: Duration) -> Self {
        let lasts = i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX);
        Self { database, group: format!("member/{group}"), owner: owner.to_owned(), lasts }
    }

    /// The worker's name.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Says that this worker is alive, takes of `sources` what is free as far as its fair share goes, and says how things stand.
    /// A source that is not known yet begins at the number beside it.
    ///
    /// # Errors
    /// Where the database fails; what was held may be lost then.
    pub async fn refresh(&self, sources: &[(Source, i64)]) -> Result<Standing, StoreError> {
        // In a transaction of its own: a batch of this worker may hold the rows of its sources for long, and the worker
        // is alive all the same.
        let mut transaction = self.database.begin().await?;
        let members = self.join(&mut transaction).await?;
        transaction.commit().await?;
        let mut transaction = self.database.begin().await?;
        let mut known = self.rows(&mut transaction, sources).await?;
        if known.len() < sources.len() {
            let fresh: Vec<_> = sources.iter().map(|(source, first)| row(source, *first)).collect();
            transaction.insert_new::<source_position::Entity>(&fresh).await?;
            known = self.rows(&mut transaction, sources).await?;
        }
        let live = self.live(&mut transaction).await?;
        let (held, others): (Vec<_>, Vec<_>) = known.into_iter().partition(|row| row.owner == self.owner);
        let free: Vec<_> = others.into_iter().filter(|row| !live.contains(&row.owner)).collect();
        let fair = sources.len().div_ceil(members.max(1));
        let wanted = fair.saturating_sub(held.len()).min(free.len());
        let mut held: Vec<_> = held.into_iter().map(lease).collect();
        let left = free.len() - wanted;
        let before = held.len();
        for row in free.into_iter().take(wanted) {
            held.extend(self.take(&mut transaction, row).await?);
        }
        transaction.commit().await?;
        if held.len() > before {
            fail::fail_point!("lease.after_take");
        }
        held.sort_by(|one, other| one.source.cmp(&other.source));
        Ok(Standing { surplus: held.len().saturating_sub(fair), held, members, free: left })
    }

    /// Gives a source back, for others to take at once. Nothing happens where it is another's already.
    ///
    /// # Errors
    /// Where the database fails; the lease ends by itself then.
    pub async fn release(&self, leases: &[Lease]) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        for lease in leases {
            let text = "UPDATE source_position SET owner = '' \
                WHERE source = $1 AND partition = $2 AND epoch = $3";
            transaction.execute(text, place(&lease.source, lease.epoch)).await?;
        }
        transaction.commit().await
    }

    /// Leaves the group: others take over what this worker had.
    ///
    /// # Errors
    /// Where the database fails; the membership ends by itself then.
    pub async fn leave(&self, held: &[Lease]) -> Result<(), StoreError> {
        self.release(held).await?;
        let mut transaction = self.database.begin().await?;
        let text = "DELETE FROM source_position WHERE source = $1 AND owner = $2";
        transaction.execute(text, vec![self.member().into(), self.owner.as_str().into()]).await?;
        transaction.commit().await
    }

    /// Where sources stand, and in which epoch.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn positions(&self, sources: &[Source]) -> Result<Vec<Lease>, StoreError> {
        let mut transaction = self.database.begin().await?;
        let sources: Vec<_> = sources.iter().map(|source| (source.clone(), 0)).collect();
        let rows = self.rows(&mut transaction, &sources).await?;
        transaction.rollback().await?;
        Ok(rows.into_iter().map(lease).collect())
    }

    /// The clock of the database, ms UTC.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn now(&self) -> Result<i64, StoreError> {
        let mut transaction = self.database.begin().await?;
        let now = transaction.now().await?;
        transaction.rollback().await?;
        Ok(now)
    }

    /// Puts on record that a commit of this worker was refused, and why.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn note_refused(&self, source: &Source, epoch: i64, reason: &str) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        let row = refused_commit::Model {
            source: source.name.clone(),
            partition: source.partition,
            epoch,
            owner: self.owner.clone(),
            at: 0,
            reason: reason.to_owned(),
        };
        transaction.insert_new::<refused_commit::Entity>(&[row]).await?;
        let now = now(transaction.backend());
        let text = format!("UPDATE refused_commit SET at = {now} WHERE owner = $1 AND at = 0");
        transaction.execute(&text, vec![self.owner.as_str().into()]).await?;
        transaction.commit().await
    }

    fn member(&self) -> String {
        format!("{}/{}", self.group, self.owner)
    }

    /// Enters the group, or stays in it, and counts its workers.
    async fn join(&self, transaction: &mut Transaction) -> Result<usize, StoreError> {
        let member = Source { name: self.member(), partition: 0 };
        let row = source_position::Model { owner: self.owner.clone(), ..row(&member, 0) };
        transaction.insert_new::<source_position::Entity>(&[row]).await?;
        let now = now(transaction.backend());
        let text = format!("UPDATE source_position SET lease_until = {now} + $1 WHERE source = $2");
        transaction.execute(&text, vec![self.lasts.into(), member.name.into()]).await?;
        Ok(self.live(transaction).await?.len())
    }

    /// The workers of the group that are alive.
    async fn live(&self, transaction: &mut Transaction) -> Result<Vec<String>, StoreError> {
        let now = now(transaction.backend());
        let condition = format!("source >= $1 AND source < $2 AND lease_until > {now} ORDER BY owner");
        let values = vec![format!("{}/", self.group).into(), format!("{}0", self.group).into()];
        let rows = transaction.select::<source_position::Entity>(&condition, values).await?;
        Ok(rows.into_iter().map(|row| row.owner).collect())
    }

    async fn rows(
        &self,
        transaction: &mut Transaction,
        sources: &[(Source, i64)],
    ) -> Result<Vec<source_position::Model>, StoreError> {
        let keys: Vec<_> = sources
            .iter()
            .map(|(source, _)| vec![source.name.as_str().into(), source.partition.into()])
            .collect();
        let columns = [source_position::Column::Source, source_position::Column::Partition];
        transaction.find::<source_position::Entity>(&columns, &keys).await
    }

    /// Takes a source over, where nobody else did meanwhile.
    async fn take(
        &self,
        transaction: &mut Transaction,
        row: source_position::Model,
    ) -> Result<Option<Lease>, StoreError> {
        let source = Source { name: row.source, partition: row.partition };
        // A worker that hangs in a batch holds the row; it is tried again later, not waited for.
        let skip = if transaction.backend() == DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
        let condition = format!("source = $1 AND partition = $2 AND epoch = $3{skip}");
        let values = place(&source, row.epoch);
        if transaction.select::<source_position::Entity>(&condition, values).await?.is_empty() {
            return Ok(None);
        }
        let text = "UPDATE source_position SET epoch = epoch + 1, owner = $4 \
            WHERE source = $1 AND partition = $2 AND epoch = $3";
        let mut values = place(&source, row.epoch);
        values.push(self.owner.as_str().into());
        transaction.execute(text, values).await?;
        // The one before may have moved on until the very moment at which it was taken from it.
        let known = self.rows(transaction, &[(source, 0)]).await?;
        Ok(known.into_iter().next().map(lease))
    }
}

fn place(source: &Source, epoch: i64) -> Vec<Value> {
    vec![source.name.as_str().into(), source.partition.into(), epoch.into()]
}

fn row(source: &Source, next: i64) -> source_position::Model {
    source_position::Model {
        source: source.name.clone(),
        partition: source.partition,
        next,
        epoch: 0,
        owner: String::new(),
        lease_until: 0,
    }
}

fn lease(row: source_position::Model) -> Lease {
    Lease { source: Source { name: row.source, partition: row.partition }, epoch: row.epoch, next: row.next }
}
