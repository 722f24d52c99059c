//! Authors, and people to whom a product was sent, who are named by their accounts, since they are not enrolled: under which pseudonyms the facts know them.
//!
//! This comes before a batch's own transaction: the batch may be taken in pieces, and every piece is sealed by then. Of a
//! batch that fails afterwards a pseudonym is left that nobody uses yet; the same account gets it the next time.

use std::collections::BTreeMap;

use tribute_events::{AmbassadorId, Arrival, Event, decode, is_pseudonym};
use tribute_store::{Database, Transaction, Value, entity::event_log};
use tribute_vault::{Author, Vault};

use crate::{Incoming, ServiceError};

/// Gives every event whose author is named by an account the pseudonym that the vault has for it.
pub(crate) async fn name(
    database: &Database,
    vault: &Vault,
    events: &mut [&mut Incoming],
) -> Result<(), ServiceError> {
    let mut named: Vec<&mut Incoming> =
        events.iter_mut().map(|it| &mut **it).filter(|it| account(it).is_some()).collect();
    if named.is_empty() {
        return Ok(());
    }
    let mut transaction = database.begin().await?;
    let known = known(&mut transaction, &named).await?;
    let authors: Vec<_> = named.iter().filter_map(|it| author(it, &known)).collect();
    let pseudonyms = vault.pseudonyms_of(&mut transaction, &authors).await?;
    transaction.commit().await?;
    for (incoming, pseudonym) in named.iter_mut().zip(pseudonyms) {
        incoming.author = Some(pseudonym);
    }
    Ok(())
}

fn account(incoming: &Incoming) -> Option<(&Event, (String, String))> {
    let event = incoming.event.as_ref().ok()?;
    Some((event, event.payload.account()?))
}

type Identity = [String; 3];

fn identity(event: &Event) -> Identity {
    [event.brand.to_string(), event.source.to_string(), event.id.to_string()]
}

fn author(incoming: &Incoming, known: &BTreeMap<Identity, AmbassadorId>) -> Option<Author> {
    let (event, account) = account(incoming)?;
    Some(Author { brand: event.brand.clone(), account, known: known.get(&identity(event)).cloned() })
}

/// As whom the log knows the authors of events that it has already.
async fn known(
    transaction: &mut Transaction,
    named: &[&mut Incoming],
) -> Result<BTreeMap<Identity, AmbassadorId>, ServiceError> {
    use event_log::Column;
    let identities = named.iter().filter_map(|it| Some(identity(it.event.as_ref().ok()?)));
    let key = |identity: Identity| identity.into_iter().map(Value::from).chain([0_i64.into()]).collect();
    let keys: Vec<Vec<Value>> = identities.map(key).collect();
    let columns = [Column::Brand, Column::Source, Column::EventId, Column::Refused];
    let rows = transaction.find::<event_log::Entity>(&columns, &keys).await?;
    let known = rows.into_iter().filter_map(|row| {
        let payload = decode(row.body.as_bytes(), Arrival::Backfill).ok()?.payload;
        let named = payload.named_by_account().filter(|it| is_pseudonym(it.as_str()))?;
        Some(([row.brand, row.source, row.event_id], named.clone()))
    });
    Ok(known.collect())
}
