//! Sends again, when a person asks for it.

use std::collections::BTreeMap;

use tribute_events::{BrandId, Timestamp};
use tribute_store::{
    Transaction,
    entity::{webhook_delivery, webhook_endpoint},
};

use crate::{
    Endpoints, WebhookError,
    endpoint::touched,
    payload::event_of,
    queue::delivery,
    said::{Said, said_at, said_from, streams},
    status,
    view::may_see,
};

/// Rows of the outbox that are looked through at a time.
const ROWS: u64 = 64;

/// What is to be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replay {
    /// An event, by its id.
    Event(String),
    /// Everything that was given up.
    Failed,
    /// Everything that happened from one instant until before another, also what the endpoint never got.
    Between(Timestamp, Option<Timestamp>),
}

impl Endpoints {
    /// Queues events again for an endpoint that is active; each begins a new round of attempts, under the same
    /// `webhook-id`. How many these are.
    ///
    /// # Errors
    /// [`WebhookError::NoEndpoint`], [`WebhookError::Disabled`], [`WebhookError::NoEvent`], [`WebhookError::NotForIt`]; or
    /// the database fails.
    pub async fn replay(
        &self,
        brand: &BrandId,
        endpoint: &str,
        what: &Replay,
        now: Timestamp,
    ) -> Result<u64, WebhookError> {
        let row = self.find(brand, endpoint).await?;
        if row.state != status::ACTIVE {
            return Err(WebhookError::Disabled { brand: brand.to_string(), endpoint: endpoint.to_owned() });
        }
        match what {
            Replay::Failed => self.replay_failed(&row, now).await,
            Replay::Event(id) => {
                let none = || WebhookError::NoEvent(id.clone());
                let (stream, number) = event_of(id).ok_or_else(none)?;
                let said = said_at(&self.database, &stream, number).await?;
                let said = said.filter(|it| it.head.brand == row.brand).ok_or_else(none)?;
                if !is_for(&row, &said)? {
                    return Err(WebhookError::NotForIt { endpoint: endpoint.to_owned(), event: id.clone() });
                }
                self.queue_again(&row, &stream, &[said], now).await
            }
            Replay::Between(from, until) => {
                let within =
                    |said: &Said| said.head.time >= *from && until.is_none_or(|it| said.head.time < it);
                self.replay_all(&row, within, now).await
            }
        }
    }

    async fn replay_failed(
        &self,
        row: &webhook_endpoint::Model,
        now: Timestamp,
    ) -> Result<u64, WebhookError> {
        let mut transaction = self.database.begin().await?;
        touched(&mut transaction, (&row.brand, &row.endpoint)).await?;
        let text = "UPDATE webhook_delivery SET status = 'pending', attempts = 0, next_at = $3 \
            WHERE brand = $1 AND endpoint = $2 AND status = 'failed'";
        let values = vec![row.brand.as_str().into(), row.endpoint.as_str().into(), now.millis().into()];
        let count = transaction.execute(text, values).await?;
        transaction.commit().await?;
        Ok(count)
    }

    async fn replay_all(
        &self,
        row: &webhook_endpoint::Model,
        within: impl Fn(&Said) -> bool,
        now: Timestamp,
    ) -> Result<u64, WebhookError> {
        let mut count = 0_u64;
        for stream in streams() {
            let mut next = 1;
            loop {
                let (events, after) = said_from(&self.database, stream, next, ROWS).await?;
                if after == next {
                    break;
                }
                next = after;
                let mut chosen = Vec::new();
                for event in events.into_iter().filter(&within) {
                    if event.head.brand == row.brand && is_for(row, &event)? {
                        chosen.push(event);
                    }
                }
                count = count.saturating_add(self.queue_again(row, stream, &chosen, now).await?);
            }
        }
        Ok(count)
    }

    async fn queue_again(
        &self,
        row: &webhook_endpoint::Model,
        stream: &str,
        events: &[Said],
        now: Timestamp,
    ) -> Result<u64, WebhookError> {
        if events.is_empty() {
            return Ok(0);
        }
        let mut transaction = self.database.begin().await?;
        touched(&mut transaction, (&row.brand, &row.endpoint)).await?;
        let known = known(&mut transaction, row, stream, events).await?;
        let again = |event: &Said| match known.get(&event.number) {
            None => delivery(row, stream, event, now),
            Some(known) => webhook_delivery::Model {
                status: status::PENDING.to_owned(),
                attempts: 0,
                next_at: Some(now.millis()),
                ..known.clone()
            },
        };
        let rows: Vec<_> = events.iter().map(again).collect();
        transaction.upsert::<webhook_delivery::Entity>(&rows).await?;
        transaction.commit().await?;
        Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
    }
}

/// Whether an endpoint gets an event of its brand.
fn is_for(row: &webhook_endpoint::Model, event: &Said) -> Result<bool, WebhookError> {
    let wanted = row.events.parse::<crate::Filter>()?.wants(&event.head.kind);
    Ok(wanted && may_see(event, row))
}

/// What the log of an endpoint has of these events, by number.
async fn known(
    transaction: &mut Transaction,
    row: &webhook_endpoint::Model,
    stream: &str,
    events: &[Said],
) -> Result<BTreeMap<i64, webhook_delivery::Model>, WebhookError> {
    use webhook_delivery::Column;
    let key = |event: &Said| {
        vec![row.brand.as_str().into(), row.endpoint.as_str().into(), stream.into(), event.number.into()]
    };
    let keys: Vec<_> = events.iter().map(key).collect();
    let columns = [Column::Brand, Column::Endpoint, Column::Stream, Column::Number];
    let rows = transaction.find::<webhook_delivery::Entity>(&columns, &keys).await?;
    Ok(rows.into_iter().map(|row| (row.number, row)).collect())
}
