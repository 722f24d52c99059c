//! By what a person is known again, without a word of what it is: pseudonyms of e-mail addresses and accounts.
//!
//! They are those that stand in the facts for the `email_hashes` and `payment_hashes` of events. Who gives SHA-256 of an
//! e-mail address in small letters, in hexadecimal digits, gives what the vault makes of the address itself; then a buyer
//! and an ambassador under one address are found as well.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use smol_str::SmolStr;
use tribute_events::{BrandId, PersonalKind, PersonalText};
use tribute_formats::details::PaymentDetails;

use crate::{PersonDetails, Vault, VaultError, VaultKey};

/// What a person goes by, as facts may hold it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    /// Of their e-mail address, and of one that they are paid at.
    pub email_hashes: Vec<SmolStr>,
    /// Of the account that they are paid to, in small letters and in capitals, as IBANs are written.
    pub payment_hashes: Vec<SmolStr>,
}

impl Vault {
    /// By what a person of a brand is known again.
    ///
    /// # Errors
    /// [`VaultError::Closed`] and others where there is no key.
    pub fn marks(&self, brand: &BrandId, details: &PersonDetails) -> Result<Marks, VaultError> {
        let key = self.key()?;
        let mut emails: Vec<&str> = details.email.iter().map(|it| it.as_str()).collect();
        if let Some(PaymentDetails::Paypal { email } | PaymentDetails::Wise { email, .. }) = &details.payment
        {
            emails.push(email.as_str());
        }
        let mark = |kind, text: &str| mark(key, brand, kind, text);
        let mut hashes: Vec<_> =
            emails.iter().map(|it| mark(PersonalKind::EmailHash, &it.to_lowercase())).collect();
        hashes.sort();
        hashes.dedup();
        let account = details.payment.as_ref().and_then(account_of);
        let spellings = account.iter().flat_map(|it| [it.clone(), it.to_uppercase()]);
        let payment_hashes = spellings.map(|it| mark(PersonalKind::PaymentHash, &it)).collect();
        Ok(Marks { email_hashes: hashes, payment_hashes })
    }
}

fn mark(key: &VaultKey, brand: &BrandId, kind: PersonalKind, text: &str) -> SmolStr {
    let mut digits = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a text does not fail.
        let _written = write!(digits, "{byte:02x}");
    }
    key.pseudonym(PersonalText { brand, kind, platform: "", text: &digits })
}

/// What tells an account from every other one, without the holder's name: letters and digits alone, in small letters.
fn account_of(payment: &PaymentDetails) -> Option<String> {
    let text = match payment {
        PaymentDetails::Sepa { iban, .. } => iban.as_str().to_owned(),
        PaymentDetails::Ach { routing, account, .. } => {
            format!("ach/{}/{}", routing.as_str(), account.as_str())
        }
        PaymentDetails::Paypal { email } => format!("paypal/{}", email.as_str()),
        PaymentDetails::Wise { fields, .. } => wise_account(fields)?,
        PaymentDetails::StoreCredit | PaymentDetails::GiftCard => return None,
    };
    Some(text.chars().filter(|it| !it.is_whitespace() && *it != '-').collect::<String>().to_lowercase())
}

/// An IBAN is the same account however it is paid; of any other kind all fields together.
fn wise_account(fields: &tribute_formats::details::WiseFields) -> Option<String> {
    if let Some((_, iban)) = fields.iter().find(|(column, _)| column.eq_ignore_ascii_case("iban")) {
        return Some(iban.to_owned());
    }
    let all: Vec<_> = fields.iter().map(|(column, value)| format!("{column}={value}")).collect();
    (!all.is_empty()).then(|| format!("wise/{}", all.join("/")))
}

#[cfg(test)]
mod tests {
    // A test that cannot go on has failed.
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn marks(brand: &str, email: &str, payment: &str) -> Marks {
        let vault = Vault::with(VaultKey::parse(&"07".repeat(32)).unwrap());
        let details = PersonDetails {
            email: Some(email.parse().unwrap()),
            payment: Some(serde_json::from_str(payment).unwrap()),
            ..PersonDetails::default()
        };
        vault.marks(&brand.parse().unwrap(), &details).unwrap()
    }

    #[test]
    fn one_account_under_two_names_has_one_mark_in_one_brand() {
        let ada = r#"{"method":"sepa","name":"Ada","iban":"NL91 ABNA 0417 1643 00"}"#;
        let ben = r#"{"method":"wise","name":"Ben","email":"ben@example.com","holder":"person","fields":{"IBAN":"NL91ABNA0417164300"}}"#;
        let (one, other) = (marks("acme", "Ada@Example.com", ada), marks("acme", "ada@example.com", ben));
        assert_eq!(one.payment_hashes, other.payment_hashes);
        let key = VaultKey::parse(&"07".repeat(32)).unwrap();
        let (acme, kind) = ("acme".parse().unwrap(), PersonalKind::PaymentHash);
        let written = |iban: &str| mark(&key, &acme, kind, iban);
        assert_eq!(one.payment_hashes, [written("nl91abna0417164300"), written("NL91ABNA0417164300")]);
        assert!(other.email_hashes.contains(&one.email_hashes[0]) && other.email_hashes.len() == 2);
        assert_ne!(marks("glow", "ada@example.com", ada), one);
        let cleo = ada.replace("NL91 ABNA 0417 1643 00", "DE89370400440532013000");
        assert_ne!(marks("acme", "ada@example.com", &cleo).payment_hashes, one.payment_hashes);
    }

    #[test]
    fn a_mark_is_what_an_event_with_the_hash_of_the_address_becomes() {
        let ada = marks("acme", "Ada@Example.com", r#"{"method":"store_credit"}"#);
        let digest: String =
            Sha256::digest(b"ada@example.com").iter().map(|byte| format!("{byte:02x}")).collect();
        let said = PersonalText {
            brand: &"acme".parse().unwrap(),
            kind: PersonalKind::EmailHash,
            platform: "",
            text: &digest,
        };
        assert_eq!(ada.email_hashes, [VaultKey::parse(&"07".repeat(32)).unwrap().pseudonym(said)]);
        assert!(ada.payment_hashes.is_empty());
    }
}
