//! Writes what attempts came to: into the delivery log, and for the endpoint.

use std::collections::BTreeMap;

use tribute_events::{DAY, Timestamp};
use tribute_runtime::WebhookOutcome;
use tribute_store::{
    Database, StoreError, Transaction,
    entity::{webhook_delivery, webhook_endpoint},
};

use crate::{
    client::{Reply, SendError, plain},
    endpoint::disable,
    known::Name,
    schedule::{FAILING_MAX, wait_after},
    status,
};

/// An attempt that has ended.
pub(crate) struct Tried {
    pub(crate) endpoint: Name,
    pub(crate) stream: String,
    pub(crate) number: i64,
    /// How many attempts there had been before it.
    pub(crate) before: i64,
    pub(crate) at: Timestamp,
    pub(crate) reply: Result<Reply, SendError>,
    /// By chance, for the jitter.
    pub(crate) chance: u16,
}

impl Tried {
    fn is_taken(&self) -> bool {
        self.reply.as_ref().is_ok_and(|reply| (200..300).contains(&reply.status))
    }

    /// The endpoint says that it is gone for good.
    fn is_gone(&self) -> bool {
        self.reply.as_ref().is_ok_and(|reply| reply.status == 410)
    }

    /// Nothing was sent: that is no fault of the endpoint's, and trying again is of no use.
    const fn is_empty(&self) -> bool {
        matches!(self.reply, Err(SendError::NoEvent))
    }

    /// In words, why it was not taken.
    fn why(&self) -> String {
        match &self.reply {
            Ok(reply) => format!("it answered {}", reply.status),
            Err(error) => error.to_string(),
        }
    }

    fn outcome(&self, row: &webhook_delivery::Model) -> WebhookOutcome {
        match row.status.as_str() {
            status::DELIVERED => WebhookOutcome::Delivered,
            status::FAILED => WebhookOutcome::GivenUp,
            _ => WebhookOutcome::Failed,
        }
    }
}

/// What attempts came to.
pub(crate) struct Settled {
    /// Of each that is in the log yet.
    pub(crate) outcomes: Vec<WebhookOutcome>,
    /// The endpoints that are not sent to any more.
    pub(crate) disabled: Vec<Name>,
}

/// Writes what attempts came to, in one transaction.
pub(crate) async fn settle(
    database: &Database,
    tried: &[Tried],
    now: Timestamp,
) -> Result<Settled, StoreError> {
    let mut transaction = database.begin().await?;
    let mut endpoints = endpoints(&mut transaction, tried).await?;
    let mut rows = deliveries(&mut transaction, tried).await?;
    let mut outcomes = Vec::with_capacity(tried.len());
    for one in tried {
        let key = (one.endpoint.clone(), one.stream.clone(), one.number);
        let Some(row) = rows.get_mut(&key) else { continue };
        // Of a replay that came meanwhile nothing is taken away: it is sent once more.
        if row.attempts == one.before {
            note(row, one);
        }
        outcomes.push(one.outcome(row));
    }
    let rows: Vec<_> = rows.into_values().collect();
    transaction.upsert::<webhook_delivery::Entity>(&rows).await?;
    for (name, row) in &mut endpoints {
        judge(&mut transaction, row, tried.iter().filter(|one| one.endpoint == *name), now).await?;
    }
    let ended = |row: &&webhook_endpoint::Model| row.state != status::ACTIVE;
    let disabled =
        endpoints.values().filter(ended).map(|row| (row.brand.clone(), row.endpoint.clone())).collect();
    let rows: Vec<_> = endpoints.into_values().collect();
    transaction.upsert::<webhook_endpoint::Entity>(&rows).await?;
    transaction.commit().await?;
    Ok(Settled { outcomes, disabled })
}

/// Writes an attempt into a row of the log.
fn note(row: &mut webhook_delivery::Model, one: &Tried) {
    row.attempts = row.attempts.saturating_add(1);
    let at = one.at.millis().to_string();
    row.attempted_at = format!("{} {at}", row.attempted_at).trim_start().to_owned();
    row.response_status = one.reply.as_ref().ok().map(|reply| reply.status.into());
    row.response = Some(match &one.reply {
        Ok(reply) => reply.excerpt.clone(),
        Err(error) => plain(error.to_string().as_bytes()),
    });
    if one.is_taken() {
        row.status = status::DELIVERED.to_owned();
        row.next_at = None;
        return;
    }
    if one.is_empty() {
        row.status = status::FAILED.to_owned();
        row.next_at = None;
        return;
    }
    let asked = one.reply.as_ref().ok().and_then(|reply| reply.retry_after);
    row.next_at = wait_after(row.attempts, asked, one.chance).map(|wait| one.at.plus(wait).millis());
    if row.next_at.is_none() {
        row.status = status::FAILED.to_owned();
    }
}

/// What attempts mean for their endpoint: whether it fails, and since when; whether it is gone.
async fn judge(
    transaction: &mut Transaction,
    row: &mut webhook_endpoint::Model,
    tried: impl Iterator<Item = &Tried>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut gone = false;
    let mut why = String::new();
    for one in tried.filter(|one| !one.is_empty()) {
        gone |= one.is_gone();
        if one.is_taken() {
            row.failing_since = None;
        } else {
            row.failing_since = Some(row.failing_since.unwrap_or(one.at.millis()));
            why = one.why();
        }
    }
    let failing = row.failing_since.map_or(0, |since| now.millis().saturating_sub(since));
    if row.state != status::ACTIVE {
        return Ok(());
    }
    if gone {
        disable(transaction, row, "it answered 410: it is gone for good".to_owned(), now).await
    } else if failing >= FAILING_MAX {
        let reason = format!("it took nothing for {} days; the last time: {why}", FAILING_MAX / DAY);
        disable(transaction, row, plain(reason.as_bytes()), now).await
    } else {
        Ok(())
    }
}

async fn endpoints(
    transaction: &mut Transaction,
    tried: &[Tried],
) -> Result<BTreeMap<Name, webhook_endpoint::Model>, StoreError> {
    use webhook_endpoint::Column;
    let names: std::collections::BTreeSet<&Name> = tried.iter().map(|one| &one.endpoint).collect();
    let keys: Vec<_> =
        names.iter().map(|(brand, endpoint)| vec![brand.as_str().into(), endpoint.as_str().into()]).collect();
    let rows = transaction
        .find_locked::<webhook_endpoint::Entity>(&[Column::Brand, Column::Endpoint], &keys)
        .await?;
    Ok(rows.into_iter().map(|row| ((row.brand.clone(), row.endpoint.clone()), row)).collect())
}

type Key = (Name, String, i64);

async fn deliveries(
    transaction: &mut Transaction,
    tried: &[Tried],
) -> Result<BTreeMap<Key, webhook_delivery::Model>, StoreError> {
    use webhook_delivery::Column;
    let mut keys: Vec<_> = tried.iter().map(|one| (&one.endpoint, &one.stream, one.number)).collect();
    keys.sort_unstable();
    let key = |((brand, endpoint), stream, number): (&Name, &String, i64)| {
        vec![brand.as_str().into(), endpoint.as_str().into(), stream.as_str().into(), number.into()]
    };
    let keys: Vec<_> = keys.into_iter().map(key).collect();
    let columns = [Column::Brand, Column::Endpoint, Column::Stream, Column::Number];
    let rows = transaction.find_locked::<webhook_delivery::Entity>(&columns, &keys).await?;
    Ok(rows
        .into_iter()
        .map(|row| (((row.brand.clone(), row.endpoint.clone()), row.stream.clone(), row.number), row))
        .collect())
}
