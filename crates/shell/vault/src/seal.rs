//! Sealing events on their way in.

use std::collections::BTreeMap;

use tribute_events::{
    AmbassadorId, BrandId, Event, PersonalKind, SealedAddress, SealedHandle, is_open, seal, wants_sealing,
};
use tribute_store::Transaction;

use crate::{PersonDetails, SocialHandle, Vault, VaultError};

/// An event with nothing personal in it, its bytes, and the handles that were in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEvent {
    /// The event.
    pub event: Event,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The handles, which the vault has to [keep](Vault::keep_handles) where the event is accepted.
    pub handles: Vec<SealedHandle>,
    /// The address of the post, which the vault has to [keep](Vault::keep_addresses) likewise.
    pub addresses: Vec<SealedAddress>,
}

impl Vault {
    /// Puts pseudonyms in the place of what is personal in an event. One that holds nothing personal passes as it is,
    /// whether there is a key or not. `author` is the [pseudonym](Self::pseudonyms_of) of an author who is named by an
    /// account.
    ///
    /// # Errors
    /// [`VaultError::Closed`] where there is something personal and no key, [`VaultError::NoPseudonym`] where the author's
    /// is missing: nothing personal may reach the log.
    pub fn seal(
        &self,
        event: Event,
        bytes: Vec<u8>,
        author: Option<&AmbassadorId>,
    ) -> Result<SealedEvent, VaultError> {
        if !wants_sealing(&event) {
            return Ok(SealedEvent { event, bytes, handles: Vec::new(), addresses: Vec::new() });
        }
        if event.payload.account().is_some() && author.is_none() {
            return Err(VaultError::NoPseudonym { brand: event.brand });
        }
        let key = if is_open(&event.payload) { Some(self.key()?) } else { None };
        let mut pseudonym = |said: tribute_events::PersonalText<'_>| match (said.kind, author) {
            (PersonalKind::Account, Some(author)) => author.as_str().into(),
            _ => key.map_or_else(|| said.text.into(), |key| key.pseudonym(said)),
        };
        let sealed = seal(event, bytes, &mut pseudonym).map_err(VaultError::Seal)?;
        let tribute_events::Sealed { event, bytes, handles, addresses } = sealed;
        Ok(SealedEvent { event, bytes, handles, addresses })
    }

    /// Keeps the handles of accepted events.
    ///
    /// # Errors
    /// As for [`keep`](Self::keep).
    pub async fn keep_handles(
        &self,
        transaction: &mut Transaction,
        handles: &[(&BrandId, &SealedHandle)],
    ) -> Result<(), VaultError> {
        let mut brands: BTreeMap<&BrandId, BTreeMap<&AmbassadorId, PersonDetails>> = BTreeMap::new();
        for (brand, said) in handles {
            let details = brands.entry(brand).or_default().entry(&said.ambassador).or_default();
            let (platform, handle) = (said.platform.clone(), said.handle.clone());
            details.handles.push(SocialHandle { platform, handle });
        }
        for (brand, people) in brands {
            let people: Vec<_> = people.into_iter().map(|(id, details)| (id.clone(), details)).collect();
            self.keep(transaction, brand, &people).await?;
        }
        Ok(())
    }
}
