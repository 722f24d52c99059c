//! Input that is kept as it came may speak of a person: bytes in the quarantine that no event could be made of, and
//! messages of the embedded log.

use std::collections::BTreeSet;

use tribute_events::{AmbassadorId, Arrival, BrandId, Event, Payload, decode, is_pseudonym, wants_sealing};
use tribute_store::{
    Transaction, Value,
    entity::{log_record, outbox, quarantine},
    sea_orm::DbBackend,
};

use crate::{Needles, PersonDetails, Vault, VaultError};

/// What stands in the place of bytes that spoke of a person who is gone.
const REDACTED: &str = r#"{"redacted":"a person who was erased; the bytes that came are gone"}"#;
const REASON: &str = "redacted: it spoke of a person who was erased, and cannot be retried";

/// Redacts what came of a person in the quarantine, in what was said about it, and in the embedded log. How many
/// entries, and how many messages.
pub(crate) async fn everywhere(
    vault: &Vault,
    transaction: &mut Transaction,
    brand: &BrandId,
    who: &AmbassadorId,
    details: &PersonDetails,
) -> Result<(usize, usize), VaultError> {
    let accounts = details.handles.iter().map(|it| account(&it.platform, &it.handle)).collect();
    let person = Person { vault, brand, who, accounts, needles: Needles::of(details) };
    let quarantined = person.quarantine(transaction).await?;
    person.said(transaction).await?;
    Ok((quarantined, person.messages(transaction).await?))
}

struct Person<'a> {
    vault: &'a Vault,
    brand: &'a BrandId,
    who: &'a AmbassadorId,
    /// Their accounts on platforms.
    accounts: BTreeSet<(String, String)>,
    needles: Needles,
}

/// An account as it is compared.
fn account(platform: &str, handle: &str) -> (String, String) {
    (platform.to_lowercase(), handle.trim_start_matches('@').to_lowercase())
}

impl Person<'_> {
    /// Rows whose bytes name the person or hold one of the texts; what the texts are the caller looks at.
    fn condition(&self, column: &str, backend: DbBackend) -> (String, Vec<Value>) {
        let texts: Vec<_> = std::iter::once(self.who.as_str()).chain(self.needles.searched()).collect();
        let holds = |number: usize| match backend {
            DbBackend::Postgres => format!("position(${number}::bytea IN {column}) > 0"),
            _ => format!("instr({column}, ${number}) > 0"),
        };
        let any: Vec<_> = (1..=texts.len()).map(holds).collect();
        (any.join(" OR "), texts.into_iter().map(|text| Value::from(text.as_bytes().to_vec())).collect())
    }

    async fn quarantine(&self, transaction: &mut Transaction) -> Result<usize, VaultError> {
        let (condition, values) = self.condition("body", transaction.backend());
        let mut rows = transaction.select::<quarantine::Entity>(&condition, values).await?;
        let of_brand =
            |row: &quarantine::Model| row.brand.as_ref().is_none_or(|it| it == self.brand.as_str());
        rows.retain(|row| of_brand(row) && self.is_of_person(&row.body, row.brand.is_some()));
        for row in &mut rows {
            // The digest stays: the same bytes, delivered again, are known and not kept.
            row.body = REDACTED.as_bytes().to_vec();
            row.reason = REASON.to_owned();
            if row.status == "open" {
                row.status = "discarded".to_owned();
            }
        }
        transaction.upsert::<quarantine::Entity>(&rows).await?;
        Ok(rows.len())
    }

    /// A reason may quote what was wrong, and was said to the outside.
    async fn said(&self, transaction: &mut Transaction) -> Result<(), VaultError> {
        let condition = "stream LIKE 'tribute.quarantine%'";
        let mut rows = transaction.select::<outbox::Entity>(condition, Vec::new()).await?;
        rows.retain(|row| self.needles.are_in(row.body.as_bytes()));
        rows.iter_mut().for_each(|row| row.body = self.needles.taken_out_of(&row.body));
        Ok(transaction.upsert::<outbox::Entity>(&rows).await?)
    }

    async fn messages(&self, transaction: &mut Transaction) -> Result<usize, VaultError> {
        let (condition, values) = self.condition("value", transaction.backend());
        let mut changed = Vec::new();
        for row in transaction.select::<log_record::Entity>(&condition, values).await? {
            if let Some(value) = self.redacted(&row)? {
                changed.push(log_record::Model { value, ..row });
            }
        }
        transaction.upsert::<log_record::Entity>(&changed).await?;
        Ok(changed.len())
    }

    /// A message without the person: sealed where it is an event, which whoever reads it next understands as before;
    /// nothing where there is nothing of them in it.
    fn redacted(&self, row: &log_record::Model) -> Result<Option<Vec<u8>>, VaultError> {
        let Ok(event) = decode(&row.value, Arrival::Backfill) else {
            return Ok(self.is_of_person(&row.value, false).then(|| REDACTED.as_bytes().to_vec()));
        };
        if !self.is_theirs(&event) || !wants_sealing(&event) {
            return Ok(None);
        }
        let sealed = self.vault.seal(event, row.value.clone(), Some(self.who))?;
        Ok((sealed.bytes != row.value).then_some(sealed.bytes))
    }

    fn is_theirs(&self, event: &Event) -> bool {
        let named = match &event.payload {
            Payload::Ambassador(_, what) => what.ambassador == *self.who,
            payload => match payload.account() {
                // An ambassador's own account may be named as well: then the author is somebody else to the facts.
                Some(account) => is_pseudonym(self.who.as_str()) && self.accounts.contains(&account),
                None => payload.named_by_account() == Some(self.who),
            },
        };
        event.brand == *self.brand && named
    }

    /// Whether bytes speak of the person. An event that could be read was sealed before it was put aside; what could not
    /// be read speaks of them where it tells of the standing of this brand's ambassador, or holds one of their texts.
    fn is_of_person(&self, bytes: &[u8], is_of_brand: bool) -> bool {
        if self.needles.are_in(bytes) {
            return true;
        }
        if decode(bytes, Arrival::Backfill).is_ok_and(|event| !tribute_events::is_open(&event.payload)) {
            return false;
        }
        let text = String::from_utf8_lossy(bytes);
        let quotes = |id: &str| text.contains(&format!("\"{id}\""));
        let brand = is_of_brand || quotes(self.brand.as_str()) || !text.contains("\"brand\"");
        let standing = text.contains("tribute.ambassador.")
            || text.contains("tribute.post.published")
            || serde_json::from_str::<serde::de::IgnoredAny>(&text).is_err();
        quotes(self.who.as_str()) && brand && standing
    }
}
