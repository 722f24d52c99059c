//! Accounts of people who are not enrolled: by which pseudonym the facts know them.
//!
//! The pseudonym is random, and one row alone says to which account it belongs: once the row is deleted, not even the
//! vault's key leads from the account to what was posted under it. Who posts again afterwards gets another pseudonym.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{AmbassadorId, BrandId, PersonalKind, PersonalText, pseudonym};
use tribute_store::{
    Transaction, Value,
    entity::{person, person_account, person_detail},
};

use crate::{Vault, VaultError, VaultKey, keep};

/// An author whom a post names by an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Whose program it is.
    pub brand: BrandId,
    /// The account's platform and name, as [`account`](tribute_events::PostPublished::account) says them.
    pub account: (String, String),
    /// As whom the log knows the author already, where the event came before: who was erased since gets no new pseudonym
    /// by it.
    pub known: Option<AmbassadorId>,
}

impl Vault {
    /// The pseudonyms of authors who are named by their accounts, in their order. Who has none yet gets one.
    ///
    /// # Errors
    /// Where there is no key, the database's vault has another one, or the database fails.
    pub async fn pseudonyms_of(
        &self,
        transaction: &mut Transaction,
        authors: &[Author],
    ) -> Result<Vec<AmbassadorId>, VaultError> {
        if authors.is_empty() {
            return Ok(Vec::new());
        }
        let key = self.key()?;
        self.check_key(transaction).await?;
        let erased = erased(transaction, authors).await?;
        let places: Vec<_> = authors.iter().map(|it| place(key, &it.brand, &it.account)).collect();
        let known = find(transaction, &places).await?;
        let mut made = BTreeMap::new();
        for (place, before) in places.iter().zip(&erased) {
            if before.is_none() && !known.contains_key(place) && !made.contains_key(place) {
                let ((brand, account), person) = (place.clone(), random_pseudonym()?.to_string());
                made.insert(place.clone(), person_account::Model { brand, account, person });
            }
        }
        let made: Vec<_> = made.into_values().collect();
        transaction.insert_new::<person_account::Entity>(&made).await?;
        // Somebody else may have made one at the same moment: then theirs is the pseudonym.
        let known = find(transaction, &places).await?;
        let all = places.iter().zip(erased);
        Ok(all.filter_map(|(place, before)| before.or_else(|| known.get(place).cloned())).collect())
    }

    /// Whose account it is: an outsider's pseudonym, and whoever gave it as one of theirs.
    ///
    /// # Errors
    /// As for [`pseudonyms_of`](Self::pseudonyms_of).
    pub async fn people_with_account(
        &self,
        transaction: &mut Transaction,
        brand: &BrandId,
        account: &(String, String),
    ) -> Result<BTreeSet<AmbassadorId>, VaultError> {
        let key = self.key()?;
        self.check_key(transaction).await?;
        let place = place(key, brand, account);
        let mut people: BTreeSet<_> = find(transaction, &[place]).await?.into_values().collect();
        let slot = handle_slot(key, brand, &account.0, &account.1);
        let values = vec![brand.as_str().into(), slot.into()];
        let condition = "brand = $1 AND kind = 'handle' AND slot = $2 ORDER BY person";
        let rows = transaction.select::<person_detail::Entity>(condition, values).await?;
        people.extend(rows.iter().map(|row| AmbassadorId::trusted(&row.person)));
        Ok(people)
    }
}

/// The pseudonym of a handle in facts: the same without regard to case and to an `@` before it.
pub(crate) fn handle_slot(key: &VaultKey, brand: &BrandId, platform: &str, handle: &str) -> String {
    said(key, brand, PersonalKind::Handle, platform, handle)
}

/// Of each author whom the log knows as somebody who was erased: as whom.
async fn erased(
    transaction: &mut Transaction,
    authors: &[Author],
) -> Result<Vec<Option<AmbassadorId>>, VaultError> {
    let known = authors.iter().filter_map(|it| Some(keep::place(&it.brand, it.known.as_ref()?)));
    let columns = [person::Column::Brand, person::Column::Person];
    let rows = transaction.find::<person::Entity>(&columns, &known.collect::<Vec<_>>()).await?;
    let gone = rows.into_iter().filter(|row| row.wrapped_key.is_none()).map(|row| (row.brand, row.person));
    let gone: BTreeSet<_> = gone.collect();
    let is_gone = |it: &Author, who: &AmbassadorId| gone.contains(&(it.brand.to_string(), who.to_string()));
    Ok(authors.iter().map(|it| it.known.clone().filter(|who| is_gone(it, who))).collect())
}

type Place = (String, String);

fn place(key: &VaultKey, brand: &BrandId, (platform, name): &(String, String)) -> Place {
    (brand.to_string(), said(key, brand, PersonalKind::Account, platform, name))
}

fn said(key: &VaultKey, brand: &BrandId, kind: PersonalKind, platform: &str, name: &str) -> String {
    let (platform, text) = (platform.to_lowercase(), name.trim_start_matches('@').to_lowercase());
    key.pseudonym(PersonalText { brand, kind, platform: &platform, text: &text }).to_string()
}

async fn find(
    transaction: &mut Transaction,
    places: &[Place],
) -> Result<BTreeMap<Place, AmbassadorId>, VaultError> {
    let keys: BTreeSet<_> = places.iter().collect();
    let keys: Vec<Vec<Value>> =
        keys.into_iter().map(|(brand, account)| vec![brand.clone().into(), account.clone().into()]).collect();
    let columns = [person_account::Column::Brand, person_account::Column::Account];
    let rows = transaction.find::<person_account::Entity>(&columns, &keys).await?;
    Ok(rows.into_iter().map(|row| ((row.brand, row.account), AmbassadorId::trusted(&row.person))).collect())
}

fn random_pseudonym() -> Result<smol_str::SmolStr, VaultError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(VaultError::Random)?;
    Ok(pseudonym(bytes))
}
