use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::Timestamp;
use tribute_formats::details::{Country, Email, PartyName, PaymentDetails, PostalAddress};

/// Everything that the vault may know of a person. What is absent is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct PersonDetails {
    /// Their legal name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<PartyName>,
    /// Where they are written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// Where they live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<PostalAddress>,
    /// Their tax numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tax_ids: Vec<TaxId>,
    /// How and where they are paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentDetails>,
    /// Their accounts on platforms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub handles: Vec<SocialHandle>,
    /// Where payment files sent their money, by the SHA-256 of the file: what such a file is written again from, whatever
    /// they changed since.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub paid_by: BTreeMap<String, PaidBy>,
}

/// What a payment file says of one who is paid by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidBy {
    /// How and where.
    pub payment: PaymentDetails,
    /// Their address, where it was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<PostalAddress>,
}

/// What the vault says of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly everybody is known")]
pub enum Held {
    /// This.
    Known(PersonDetails),
    /// They were erased: everything about them reads as redacted.
    Erased(Timestamp),
}

/// An account on a platform.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SocialHandle {
    /// The platform.
    pub platform: SmolStr,
    /// The account's name there.
    pub handle: SmolStr,
}

/// A tax number, with the country that gave it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxId {
    /// The country.
    pub country: Country,
    /// The number, as the country writes it.
    pub number: SmolStr,
}

impl TaxId {
    /// The country, and the end of the number.
    #[must_use]
    pub fn masked(&self) -> String {
        let skip = self.number.chars().count().saturating_sub(3);
        format!("{}:***{}", self.country, self.number.chars().skip(skip.max(3)).collect::<String>())
    }
}

impl FromStr for TaxId {
    type Err = &'static str;

    /// `US:123-45-6789`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "a tax id is a country and a number of 1 to 40 letters, digits, -, / and spaces, such as US:123-45-6789";
        let (country, number) = text.split_once(':').ok_or(wrong)?;
        let number = number.trim();
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-/ .".contains(letter);
        if !(1..=40).contains(&number.len()) || !number.chars().all(plain) {
            return Err(wrong);
        }
        Ok(Self { country: country.trim().parse().map_err(|_| wrong)?, number: number.into() })
    }
}

impl fmt::Debug for TaxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl SocialHandle {
    /// The platform, and the first letter of the name.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}:{}***", self.platform, self.handle.chars().take(1).collect::<String>())
    }
}

impl fmt::Debug for SocialHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl PersonDetails {
    /// How many pieces are known.
    #[must_use]
    pub fn count(&self) -> usize {
        let singles = [
            self.name.is_some(),
            self.email.is_some(),
            self.address.is_some(),
            !self.tax_ids.is_empty(),
            self.payment.is_some(),
        ];
        let many = self.handles.len().saturating_add(self.paid_by.len());
        singles.into_iter().filter(|known| *known).count().saturating_add(many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_whole_is_shown() {
        let details = PersonDetails {
            name: Some("Ada Lovelace".parse().unwrap()),
            email: Some("ada@example.com".parse().unwrap()),
            tax_ids: vec!["US:123-45-6789".parse().unwrap(), "DE:12".parse().unwrap()],
            handles: vec![SocialHandle { platform: "tube".into(), handle: "ada.all".into() }],
            ..PersonDetails::default()
        };
        let shown = format!("{details:?}");
        for secret in ["Lovelace", "ada@", "123-45", "6789", "ada.all", ":12"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert!(shown.contains("US:***789"), "{shown}");
    }

    #[test]
    fn a_tax_id_has_a_country_and_a_number() {
        for text in ["", "123", "US:", "ZZ:123", "US:12\n3", "US:1;2"] {
            assert!(text.parse::<TaxId>().is_err(), "{text}");
        }
        assert_eq!("us: 123-45-6789 ".parse::<TaxId>().unwrap().number, "123-45-6789");
    }
}
