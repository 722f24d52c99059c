//! Erasing a person: their key, their rows, and what of them lies where input is kept as it came.

use tribute_events::{AmbassadorId, BrandId, Timestamp};
use tribute_store::{Transaction, entity::person};

use crate::{Held, PersonDetails, Vault, VaultError, keep::place, redact};

/// What an erasure did away with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erased {
    /// Pieces that the vault knew: name, e-mail address, handles, addresses of posts …
    pub details: usize,
    /// Entries of the quarantine whose bytes or reason spoke of the person.
    pub quarantined: usize,
    /// Messages of the embedded log that held something of the person.
    pub messages: usize,
}

impl Erased {
    /// Adds what another erasure did away with.
    pub fn add(&mut self, other: &Self) {
        self.details = self.details.saturating_add(other.details);
        self.quarantined = self.quarantined.saturating_add(other.quarantined);
        self.messages = self.messages.saturating_add(other.messages);
    }
}

impl Vault {
    /// Erases a person: nothing of them can be read any more, and nothing of them is kept from now on. Facts and books are
    /// not touched. Input that lies in the quarantine or in the embedded log as it came is reached as well. Whom the vault
    /// never knew is erased all the same; who was erased already stays so, and nothing is done.
    ///
    /// # Errors
    /// Where something is known of the person and there is no key to read it, to look for it elsewhere; or the database
    /// fails.
    pub async fn erase(
        &self,
        transaction: &mut Transaction,
        brand: &BrandId,
        who: &AmbassadorId,
        at: Timestamp,
    ) -> Result<Erased, VaultError> {
        let columns = [person::Column::Brand, person::Column::Person];
        transaction.find_locked::<person::Entity>(&columns, &[place(brand, who)]).await?;
        let found = self.find(transaction, brand, Some(std::slice::from_ref(who))).await?;
        let details = match found.into_values().next() {
            Some(Held::Erased(_)) => return Ok(Erased::default()),
            Some(Held::Known(details)) => details,
            None => PersonDetails::default(),
        };
        transaction.overwrite_deleted().await?;
        let delete = "DELETE FROM person_detail WHERE brand = $1 AND person = $2";
        transaction.execute(delete, place(brand, who)).await?;
        let addresses = self.forget(transaction, brand, who).await?;
        let (row_brand, person) = (brand.to_string(), who.to_string());
        let gone =
            person::Model { brand: row_brand, person, wrapped_key: None, erased_at: Some(at.millis()) };
        transaction.upsert::<person::Entity>(&[gone]).await?;
        let (quarantined, messages) = redact::everywhere(self, transaction, brand, who, &details).await?;
        Ok(Erased { details: details.count().saturating_add(addresses), quarantined, messages })
    }
}
