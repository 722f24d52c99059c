//! Where posts can be seen: each address lies here under its author's key, a pseudonym of it in the facts.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{AmbassadorId, BrandId, SealedAddress, is_pseudonym};
use tribute_store::{
    Transaction,
    entity::{person, person_address},
};

use crate::{
    Held, Vault, VaultError,
    accounts::handle_slot,
    cipher::{decrypt, encrypt},
    keep::{open_or_make, own_key, place, unreadable},
};

impl Vault {
    /// Keeps the addresses of posts of accepted events. Of people who were erased nothing is kept.
    ///
    /// # Errors
    /// As for [`keep`](Self::keep).
    pub async fn keep_addresses(
        &self,
        transaction: &mut Transaction,
        addresses: &[(&BrandId, &SealedAddress)],
    ) -> Result<(), VaultError> {
        let mut brands: BTreeMap<&BrandId, BTreeSet<&SealedAddress>> = BTreeMap::new();
        for (brand, said) in addresses {
            brands.entry(brand).or_default().insert(said);
        }
        for (brand, all) in brands {
            self.check_key(transaction).await?;
            let people: BTreeSet<_> = all.iter().map(|it| &it.author).collect();
            let (keys, _) = open_or_make(transaction, self.key()?, brand, &people).await?;
            let mut rows = Vec::new();
            for SealedAddress { author, address, pseudonym } in all {
                let Some(own) = keys.get(author) else { continue };
                let sealed = encrypt(own, &belongs(brand, author.as_str(), pseudonym), address.as_bytes())?;
                let (brand, person, pseudonym) =
                    (brand.to_string(), author.to_string(), pseudonym.to_string());
                rows.push(person_address::Model { brand, person, pseudonym, sealed });
            }
            transaction.insert_new::<person_address::Entity>(&rows).await?;
        }
        Ok(())
    }

    /// The addresses of one person's posts, by the pseudonyms that stand for them in the facts; of everybody of the brand
    /// where nobody is named.
    ///
    /// # Errors
    /// As for [`find`](Self::find).
    pub async fn addresses(
        &self,
        transaction: &mut Transaction,
        brand: &BrandId,
        who: Option<&AmbassadorId>,
    ) -> Result<BTreeMap<String, String>, VaultError> {
        let condition = "brand = $1 AND wrapped_key IS NOT NULL AND ($2 = '' OR person = $2)";
        let values = vec![brand.as_str().into(), who.map_or("", AmbassadorId::as_str).into()];
        let people = transaction.select::<person::Entity>(condition, values.clone()).await?;
        if people.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.check_key(transaction).await?;
        let mut keys = BTreeMap::new();
        for row in &people {
            keys.extend(own_key(self.key()?, brand, row)?.map(|own| (row.person.as_str(), own)));
        }
        let mut found = BTreeMap::new();
        let condition = "brand = $1 AND ($2 = '' OR person = $2)";
        for row in transaction.select::<person_address::Entity>(condition, values).await? {
            let Some(own) = keys.get(row.person.as_str()) else { continue };
            let text = decrypt(own, &belongs(brand, &row.person, &row.pseudonym), &row.sealed);
            let text = text.and_then(|text| String::from_utf8(text.to_vec()).ok());
            found.insert(row.pseudonym, text.ok_or_else(|| unreadable(brand, &row.person, "address"))?);
        }
        Ok(found)
    }

    /// What stands behind the pseudonyms of a brand's posts, for who looks at them: where they can be seen, and the
    /// accounts of authors who are not enrolled, as `tube:@jane`. Nothing of whoever was erased.
    ///
    /// # Errors
    /// As for [`find`](Self::find).
    pub async fn readable(
        &self,
        transaction: &mut Transaction,
        brand: &BrandId,
    ) -> Result<BTreeMap<String, String>, VaultError> {
        let mut found = self.addresses(transaction, brand, None).await?;
        let values = vec![brand.as_str().into()];
        let condition = "brand = $1 AND person LIKE 'sealed:%' ORDER BY person";
        let people = transaction.select::<person::Entity>(condition, values).await?;
        let people: Vec<_> = people.iter().map(|row| AmbassadorId::trusted(&row.person)).collect();
        for (id, held) in self.find(transaction, brand, Some(&people)).await? {
            if let Held::Known(details) = held
                && let Some(handle) = details.handles.first().filter(|_| is_pseudonym(id.as_str()))
            {
                found.insert(id.to_string(), format!("{}:@{}", handle.platform, handle.handle));
            }
        }
        Ok(found)
    }

    /// What stands behind the pseudonyms in the facts of one person: where their posts can be seen, and the names of their
    /// accounts on platforms.
    ///
    /// # Errors
    /// As for [`find`](Self::find).
    pub async fn behind_facts_of(
        &self,
        transaction: &mut Transaction,
        brand: &BrandId,
        who: &AmbassadorId,
    ) -> Result<BTreeMap<String, String>, VaultError> {
        let mut found = self.addresses(transaction, brand, Some(who)).await?;
        for held in self.find(transaction, brand, Some(std::slice::from_ref(who))).await?.into_values() {
            if let Held::Known(details) = held {
                for handle in details.handles {
                    let slot = handle_slot(self.key()?, brand, &handle.platform, &handle.handle);
                    found.insert(slot, handle.handle.to_string());
                }
            }
        }
        Ok(found)
    }

    /// Deletes the addresses of a person's posts and the way to their account. How many addresses there were.
    pub(crate) async fn forget(
        &self,
        transaction: &mut Transaction,
        brand: &BrandId,
        who: &AmbassadorId,
    ) -> Result<usize, VaultError> {
        let addresses = "DELETE FROM person_address WHERE brand = $1 AND person = $2";
        let count = transaction.execute(addresses, place(brand, who)).await?;
        let account = "DELETE FROM person_account WHERE brand = $1 AND person = $2";
        transaction.execute(account, place(brand, who)).await?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }
}

fn belongs<'a>(brand: &'a BrandId, person: &'a str, pseudonym: &'a str) -> [&'a str; 4] {
    [brand.as_str(), person, "post address", pseudonym]
}
