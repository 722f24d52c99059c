//! Reading what is known of people.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use tribute_events::{AmbassadorId, BrandId, Timestamp};
use tribute_formats::details::{Email, PartyName, PaymentDetails, PostalAddress};
use tribute_store::{Database, Transaction, entity::person};

use crate::{
    Held, PaidBy, PersonDetails, Vault, VaultError,
    keep::{own_key, place, texts, unreadable},
};

/// Whom a payout goes to, as far as a file for the bank needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly everybody is known")]
pub enum Payee {
    /// They are paid so.
    Known {
        /// How and where.
        payment: PaymentDetails,
        /// Their address, where it is known.
        address: Option<PostalAddress>,
        /// Their e-mail address, where it is known.
        email: Option<Email>,
        /// Their legal name, where it is known.
        name: Option<PartyName>,
    },
    /// They are known, but not how they are paid: the payout is to be held.
    Unsaid,
    /// They were erased: the payout is to be held.
    Redacted,
}

impl Vault {
    /// What is known of some people of a brand, or of all; nothing is said of those of whom nothing was ever kept.
    ///
    /// # Errors
    /// Where there is no key, the database's vault has another one, something was tampered with, or the database fails.
    pub async fn find(
        &self,
        transaction: &mut Transaction,
        brand: &BrandId,
        people: Option<&[AmbassadorId]>,
    ) -> Result<BTreeMap<AmbassadorId, Held>, VaultError> {
        let rows = match people {
            Some(people) => {
                let keys: Vec<_> = people.iter().map(|id| place(brand, id)).collect();
                let columns = [person::Column::Brand, person::Column::Person];
                transaction.find::<person::Entity>(&columns, &keys).await?
            }
            None => {
                let values = vec![brand.as_str().into()];
                transaction.select::<person::Entity>("brand = $1 ORDER BY person", values).await?
            }
        };
        let mut found = BTreeMap::new();
        let mut keys = BTreeMap::new();
        for row in rows {
            let id = AmbassadorId::trusted(&row.person);
            if row.wrapped_key.is_none() {
                let at = Timestamp::from_millis(row.erased_at.unwrap_or_default());
                found.insert(id, Held::Erased(at));
                continue;
            }
            if keys.is_empty() {
                self.check_key(transaction).await?;
            }
            keys.extend(own_key(self.key()?, brand, &row)?.map(|own| (id.clone(), own)));
            found.insert(id, Held::Known(PersonDetails::default()));
        }
        for ((id, kind, slot), text) in texts(transaction, brand, &keys).await? {
            if let Some(Held::Known(details)) = found.get_mut(&id) {
                take(details, (&kind, slot), &text).ok_or_else(|| unreadable(brand, id.as_str(), &kind))?;
            }
        }
        Ok(found)
    }

    /// Where people of a brand are paid, in bulk, for who writes a file for the bank. Who is not in the answer is not
    /// known to the vault at all; like [`Payee::Unsaid`] and [`Payee::Redacted`], they are to be held. For a `file` that was
    /// written before, by its SHA-256, it is where that file paid them, as far as it was kept.
    ///
    /// # Errors
    /// As for [`find`](Self::find).
    pub async fn details_for(
        &self,
        database: &Database,
        brand: &BrandId,
        people: &[AmbassadorId],
        file: Option<&str>,
    ) -> Result<BTreeMap<AmbassadorId, Payee>, VaultError> {
        let mut transaction = database.begin().await?;
        let found = self.find(&mut transaction, brand, Some(people)).await?;
        transaction.rollback().await?;
        Ok(found.into_iter().map(|(id, held)| (id, payee(held, file))).collect())
    }
}

fn payee(held: Held, file: Option<&str>) -> Payee {
    let Held::Known(mut details) = held else { return Payee::Redacted };
    let paid = file.and_then(|file| details.paid_by.remove(file));
    let now = details.payment.map(|payment| PaidBy { payment, address: details.address });
    match paid.or(now) {
        Some(PaidBy { payment, address }) => {
            Payee::Known { payment, address, email: details.email, name: details.name }
        }
        None => Payee::Unsaid,
    }
}

/// Takes a piece in. Nothing where it is not what its kind says.
fn take(details: &mut PersonDetails, (kind, slot): (&str, String), text: &str) -> Option<()> {
    match kind {
        "name" => details.name = Some(read(text)?),
        "email" => details.email = Some(read(text)?),
        "address" => details.address = Some(read(text)?),
        "tax_ids" => details.tax_ids = read(text)?,
        "payment" => details.payment = Some(read(text)?),
        "handle" => details.handles.push(read(text)?),
        "paid_by" => drop(details.paid_by.insert(slot, read(text)?)),
        _ => return None,
    }
    Some(())
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}
