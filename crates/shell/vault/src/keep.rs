//! Keeping what is known of people.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tribute_events::{AmbassadorId, BrandId};
use tribute_store::{
    Transaction, Value,
    entity::{person, person_detail, vault_key},
};

use crate::{
    PersonDetails, Vault, VaultError, VaultKey,
    accounts::handle_slot,
    cipher::{decrypt, encrypt, random_key},
    key::Secret,
};

/// What became of what was to be kept, in people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// Of whom nothing was known before.
    pub new: BTreeSet<AmbassadorId>,
    /// Of whom something else was known.
    pub changed: BTreeSet<AmbassadorId>,
    /// Who was erased: of them nothing is kept any more.
    pub erased: BTreeSet<AmbassadorId>,
}

/// A piece of what is known: its kind, its slot, its JSON text.
type Piece = (&'static str, String, String);

impl Vault {
    /// Keeps what is known of people of a brand. A piece replaces the one before it, what is absent stays as it was, and
    /// what is known already is not written again. Of people who were erased nothing is kept.
    ///
    /// # Errors
    /// Where there is no key, the database's vault has another one, or the database fails.
    pub async fn keep(
        &self,
        transaction: &mut Transaction,
        brand: &BrandId,
        people: &[(AmbassadorId, PersonDetails)],
    ) -> Result<Kept, VaultError> {
        if people.is_empty() {
            return Ok(Kept::default());
        }
        let key = self.key()?;
        self.check_key(transaction).await?;
        let ids: BTreeSet<_> = people.iter().map(|(id, _)| id).collect();
        let (keys, mut kept) = open_or_make(transaction, key, brand, &ids).await?;
        let before = texts(transaction, brand, &keys).await?;
        let mut rows = BTreeMap::new();
        for (id, details) in people {
            let Some(own) = keys.get(id) else { continue };
            for (kind, slot, text) in pieces(key, brand, details)? {
                let place = (id.clone(), kind.to_owned(), slot);
                if before.get(&place).is_some_and(|known| *known == text) {
                    rows.remove(&place);
                    continue;
                }
                let sealed = encrypt(own, &belongs(brand, id, kind, &place.2), text.as_bytes())?;
                rows.insert(place, sealed);
            }
        }
        let touched: BTreeSet<_> = rows.keys().map(|(id, ..)| id.clone()).collect();
        kept.changed = touched.difference(&kept.new).cloned().collect();
        let row = |((id, kind, slot), sealed): ((AmbassadorId, String, String), Vec<u8>)| {
            person_detail::Model { brand: brand.to_string(), person: id.to_string(), kind, slot, sealed }
        };
        let rows: Vec<_> = rows.into_iter().map(row).collect();
        transaction.upsert::<person_detail::Entity>(&rows).await?;
        Ok(kept)
    }

    /// Fails where the database's vault was locked with another key. The first key that is used is the one.
    pub(crate) async fn check_key(&self, transaction: &mut Transaction) -> Result<(), VaultError> {
        let own = self.key()?.fingerprint();
        let row = vault_key::Model { id: 0, fingerprint: own.clone() };
        transaction.insert_new::<vault_key::Entity>(&[row]).await?;
        let columns = [vault_key::Column::Id];
        let found = transaction.find::<vault_key::Entity>(&columns, &[vec![0_i64.into()]]).await?;
        match found.first() {
            Some(known) if known.fingerprint == own => Ok(()),
            _ => Err(VaultError::OtherKey),
        }
    }
}

pub(crate) type Keys = BTreeMap<AmbassadorId, Secret>;

/// The keys of people, made where they have none; and who is new, and who was erased.
pub(crate) async fn open_or_make(
    transaction: &mut Transaction,
    key: &VaultKey,
    brand: &BrandId,
    ids: &BTreeSet<&AmbassadorId>,
) -> Result<(Keys, Kept), VaultError> {
    let wanted: Vec<_> = ids.iter().map(|id| place(brand, id)).collect();
    let columns = [person::Column::Brand, person::Column::Person];
    let known = transaction.find::<person::Entity>(&columns, &wanted).await?;
    let known: BTreeSet<_> = known.into_iter().map(|row| row.person).collect();
    let mut made = Vec::new();
    let mut kept = Kept::default();
    for id in ids.iter().filter(|id| !known.contains(id.as_str())) {
        let wrapped = encrypt(key.people(), &[brand.as_str(), id.as_str()], random_key()?.as_ref())?;
        kept.new.insert((*id).clone());
        let (brand, person) = (brand.to_string(), id.to_string());
        made.push(person::Model { brand, person, wrapped_key: Some(wrapped), erased_at: None });
    }
    // Somebody else may have made one at the same moment: then theirs is the key.
    transaction.insert_new::<person::Entity>(&made).await?;
    let mut keys = Keys::new();
    for row in transaction.find::<person::Entity>(&columns, &wanted).await? {
        let id = AmbassadorId::trusted(&row.person);
        match own_key(key, brand, &row)? {
            Some(own) => drop(keys.insert(id, own)),
            None => drop(kept.erased.insert(id)),
        }
    }
    Ok((keys, kept))
}

/// A person's own key; none where they were erased.
pub(crate) fn own_key(
    key: &VaultKey,
    brand: &BrandId,
    row: &person::Model,
) -> Result<Option<Secret>, VaultError> {
    let Some(wrapped) = &row.wrapped_key else { return Ok(None) };
    let own = decrypt(key.people(), &[brand.as_str(), &row.person], wrapped);
    let own = own.and_then(|own| <[u8; 32]>::try_from(own.as_slice()).ok());
    own.map(|own| Some(Secret::new(own))).ok_or_else(|| unreadable(brand, &row.person, "key"))
}

/// The texts that are kept of people, by person, kind and slot.
pub(crate) async fn texts(
    transaction: &mut Transaction,
    brand: &BrandId,
    keys: &Keys,
) -> Result<BTreeMap<(AmbassadorId, String, String), String>, VaultError> {
    let wanted: Vec<_> = keys.keys().map(|id| place(brand, id)).collect();
    let columns = [person_detail::Column::Brand, person_detail::Column::Person];
    let mut found = BTreeMap::new();
    for row in transaction.find::<person_detail::Entity>(&columns, &wanted).await? {
        let id = AmbassadorId::trusted(&row.person);
        let Some(own) = keys.get(&id) else { continue };
        let text = decrypt(own, &belongs(brand, &id, &row.kind, &row.slot), &row.sealed);
        let text = text.and_then(|text| String::from_utf8(text.to_vec()).ok());
        let text = text.ok_or_else(|| unreadable(brand, &row.person, &row.kind))?;
        found.insert((id, row.kind, row.slot), text);
    }
    Ok(found)
}

pub(crate) fn unreadable(brand: &BrandId, person: &str, kind: &str) -> VaultError {
    let (brand, person) = (brand.clone(), AmbassadorId::trusted(person));
    VaultError::Unreadable { brand, person, kind: kind.to_owned() }
}

/// A key of a bulk read.
pub(crate) fn place(brand: &BrandId, person: &AmbassadorId) -> Vec<Value> {
    vec![brand.as_str().into(), person.as_str().into()]
}

fn belongs<'a>(brand: &'a BrandId, person: &'a AmbassadorId, kind: &'a str, slot: &'a str) -> [&'a str; 4] {
    [brand.as_str(), person.as_str(), kind, slot]
}

/// What is known, piece by piece.
fn pieces(key: &VaultKey, brand: &BrandId, details: &PersonDetails) -> Result<Vec<Piece>, VaultError> {
    let PersonDetails { name, email, address, tax_ids, payment, handles, paid_by } = details;
    let mut pieces = Vec::new();
    let mut push = |kind, slot: String, text: Option<String>| {
        pieces.extend(text.map(|text| (kind, slot, text)));
    };
    push("name", String::new(), name.as_ref().map(json).transpose()?);
    push("email", String::new(), email.as_ref().map(json).transpose()?);
    push("address", String::new(), address.as_ref().map(json).transpose()?);
    push("tax_ids", String::new(), (!tax_ids.is_empty()).then_some(tax_ids).map(json).transpose()?);
    push("payment", String::new(), payment.as_ref().map(json).transpose()?);
    for handle in handles {
        let slot = handle_slot(key, brand, &handle.platform, &handle.handle);
        push("handle", slot, Some(json(handle)?));
    }
    for (file, paid) in paid_by {
        push("paid_by", file.clone(), Some(json(paid)?));
    }
    Ok(pieces)
}

fn json(piece: &impl Serialize) -> Result<String, VaultError> {
    // These types are texts, lists and maps of texts: none fails.
    serde_json::to_string(piece).map_err(|_| VaultError::NotAKey)
}
