//! Reading what is known of people.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use tribute_events::{AmbassadorId, BrandId, Timestamp};
use tribute_formats::details::{Email, PartyName, PaymentDetails, PostalAddress};
use tribute_store::{Database, Transaction, entity::person};

use crate::{
    Held, PersonDetails, Vault, VaultError,
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
        for ((id, kind, _), text) in texts(transaction, brand, &keys).await? {
            if let Some(Held::Known(details)) = found.get_mut(&id) {
                take(details, &kind, &text).ok_or_else(|| unreadable(brand, id.as_str(), &kind))?;
            }
        }
        Ok(found)
    }

    /// Where people of a brand are paid, in bulk, for who writes a file for the bank. Who is not in the answer is not
    /// known to the vault at all; like [`Payee::Unsaid`] and [`Payee::Redacted`], they are to be held.
    ///
    /// # Errors
    /// As for [`find`](Self::find).
    pub async fn details_for(
        &self,
        database: &Database,
        brand: &BrandId,
        people: &[AmbassadorId],
    ) -> Result<BTreeMap<AmbassadorId, Payee>, VaultError> {
        let mut transaction = database.begin().await?;
        let found = self.find(&mut transaction, brand, Some(people)).await?;
        transaction.rollback().await?;
        let payee = |held| match held {
            Held::Erased(_) => Payee::Redacted,
            Held::Known(PersonDetails { payment: Some(payment), address, email, name, .. }) => {
                Payee::Known { payment, address, email, name }
            }
            Held::Known(_) => Payee::Unsaid,
        };
        Ok(found.into_iter().map(|(id, held)| (id, payee(held))).collect())
    }
}

/// Takes a piece in. Nothing where it is not what its kind says.
fn take(details: &mut PersonDetails, kind: &str, text: &str) -> Option<()> {
    match kind {
        "name" => details.name = Some(read(text)?),
        "email" => details.email = Some(read(text)?),
        "address" => details.address = Some(read(text)?),
        "tax_ids" => details.tax_ids = read(text)?,
        "payment" => details.payment = Some(read(text)?),
        "handle" => details.handles.push(read(text)?),
        _ => return None,
    }
    Some(())
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}
