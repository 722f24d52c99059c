//! What a sender knows of the endpoints that it looks after.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::Timestamp;
use tribute_store::{
    Database, StoreError,
    entity::{webhook_endpoint, webhook_position, webhook_secret},
};
use tribute_vault::Vault;

use crate::{Filter, PayloadVersion, SigningSecret, Target, endpoint::belongs, said::streams, status};

/// How many shares the endpoints are spread over: so many processes may send at most.
pub(crate) const SHARES: i64 = 16;

/// Brand and name.
pub(crate) type Name = (String, String);

/// An endpoint that is sent to.
pub(crate) struct Known {
    pub(crate) row: webhook_endpoint::Model,
    pub(crate) filter: Filter,
    pub(crate) target: Target,
    pub(crate) payload: PayloadVersion,
    /// Each with the first instant at which it signs no longer.
    secrets: Vec<(SigningSecret, Option<i64>)>,
    /// The number of the event that comes next, by stream.
    pub(crate) positions: BTreeMap<&'static str, i64>,
    /// What is under way: stream and number.
    pub(crate) underway: BTreeSet<(String, i64)>,
    /// Nothing of it is due before.
    pub(crate) wake_at: i64,
}

impl Known {
    /// The signatures of a message: one for each secret that counts.
    pub(crate) fn signatures(&self, id: &str, now: Timestamp, body: &[u8]) -> String {
        let counts = |(_, until): &&(SigningSecret, Option<i64>)| until.is_none_or(|at| now.millis() < at);
        let sign = |(secret, _): &(SigningSecret, Option<i64>)| secret.sign(id, now.millis() / 1_000, body);
        // The newest comes first: some readers look at few.
        self.secrets.iter().rev().filter(counts).map(sign).collect::<Vec<_>>().join(" ")
    }

    /// How much may be under way at once. One that fails is tried with one at a time, so that it holds up nobody.
    pub(crate) const fn room(&self) -> usize {
        if self.row.failing_since.is_some() { 1 } else { 8 }
    }
}

/// The share that an endpoint belongs to.
pub(crate) fn share_of(brand: &str, endpoint: &str) -> i64 {
    i64::from(crc32fast::hash(format!("{brand}/{endpoint}").as_bytes())) % SHARES
}

/// Reads the endpoints of some shares anew. What was known of one that nobody has touched stays.
pub(crate) async fn refresh(
    known: &mut BTreeMap<Name, Known>,
    database: &Database,
    vault: &Vault,
    shares: &BTreeSet<i64>,
) -> Result<(), StoreError> {
    let mut transaction = database.begin().await?;
    let rows = transaction.select::<webhook_endpoint::Entity>("state = 'active'", Vec::new()).await?;
    let mine: Vec<_> =
        rows.into_iter().filter(|row| shares.contains(&share_of(&row.brand, &row.endpoint))).collect();
    let keys: Vec<_> =
        mine.iter().map(|row| vec![row.brand.as_str().into(), row.endpoint.as_str().into()]).collect();
    let columns = [webhook_secret::Column::Brand, webhook_secret::Column::Endpoint];
    let secrets = transaction.find::<webhook_secret::Entity>(&columns, &keys).await?;
    let columns = [webhook_position::Column::Brand, webhook_position::Column::Endpoint];
    let positions = transaction.find::<webhook_position::Entity>(&columns, &keys).await?;
    transaction.rollback().await?;
    let mut before = std::mem::take(known);
    for row in mine {
        let name = (row.brand.clone(), row.endpoint.clone());
        let mut secrets: Vec<_> =
            secrets.iter().filter(|it| it.endpoint == name.1 && it.brand == name.0).collect();
        secrets.sort_by_key(|secret| secret.number);
        let positions = positions.iter().filter(|it| it.endpoint == name.1 && it.brand == name.0);
        match open(row, &secrets, positions, vault, before.remove(&name)) {
            Ok(endpoint) => drop(known.insert(name, endpoint)),
            Err(error) => tracing::error!(endpoint = name.1, %error, "nothing is sent to an endpoint"),
        }
    }
    Ok(())
}

fn open<'p>(
    row: webhook_endpoint::Model,
    secrets: &[&webhook_secret::Model],
    positions: impl Iterator<Item = &'p webhook_position::Model>,
    vault: &Vault,
    before: Option<Known>,
) -> Result<Known, crate::WebhookError> {
    let reopened = |secret: &&webhook_secret::Model| {
        let bytes = vault.open_secret(&belongs(&secret.brand, &secret.endpoint), &secret.sealed)?;
        Ok((SigningSecret::from_bytes(bytes), secret.valid_until))
    };
    let mut known = Known {
        filter: row.events.parse()?,
        target: row.url.parse()?,
        payload: row.payload.parse()?,
        secrets: secrets.iter().map(reopened).collect::<Result<_, crate::WebhookError>>()?,
        positions: streams().map(|stream| (stream, 1)).collect(),
        underway: BTreeSet::new(),
        wake_at: 0,
        row,
    };
    for position in positions {
        if let Some(next) = known.positions.get_mut(position.stream.as_str()) {
            *next = position.next;
        }
    }
    if let Some(before) = before {
        known.underway = before.underway;
        if before.row.revision == known.row.revision {
            // In memory it may be further on than what was written.
            known.positions = before.positions;
            known.wake_at = before.wake_at;
        }
    }
    debug_assert_eq!(known.row.state, status::ACTIVE);
    Ok(known)
}
