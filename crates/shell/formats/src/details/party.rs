use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{
    Country, Detail, DetailsError,
    text::{tail, validated},
};

/// The longest name, in characters: what ISO 20022 can hold. A rail may take less and says so when it writes.
const NAME_MAX: usize = 140;

validated! {
    /// A holder's legal name, exactly as on the account.
    PartyName: checked_name, masked_name;
    /// An e-mail address that names a wallet or a recipient: a local part of the usual characters, and a domain with a dot.
    Email: checked_email, masked_email;
}

/// Who holds an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A person.
    Person,
    /// A company.
    Company,
}

fn checked_name(text: &str) -> Result<SmolStr, DetailsError> {
    let given = text.trim();
    let wrong = |reason| DetailsError::new(Detail::Name, masked_name(given), reason);
    if given.is_empty() || given.chars().count() > NAME_MAX {
        return Err(wrong("it must have 1 to 140 characters"));
    }
    if given.chars().any(char::is_control) || !given.chars().any(char::is_alphanumeric) {
        return Err(wrong("it must be words on one line"));
    }
    Ok(given.into())
}

fn masked_name(text: &str) -> String {
    let initials = text.split_whitespace().filter_map(|word| word.chars().next());
    initials.map(|first| format!("{first}***")).collect::<Vec<_>>().join(" ")
}

fn checked_email(text: &str) -> Result<SmolStr, DetailsError> {
    let given = text.trim();
    let wrong = |reason| DetailsError::new(Detail::Email, masked_email(given), reason);
    let (local, domain) = given.rsplit_once('@').ok_or_else(|| wrong("it has no @"))?;
    let listed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    if !(1..=64).contains(&local.len()) || dots || !local.bytes().all(listed) {
        return Err(wrong("what stands before the @ is not the name of a mailbox"));
    }
    let label = |label: &str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (1..=63).contains(&label.len()) && plain && !label.starts_with('-') && !label.ends_with('-')
    };
    if !domain.contains('.') || given.len() > 254 || !domain.split('.').all(label) {
        return Err(wrong("what stands behind the @ is not a domain"));
    }
    Ok(given.into())
}

fn masked_email(text: &str) -> String {
    let first: String = text.chars().take(1).filter(|it| *it != '@').collect();
    let domain = text.rsplit_once('@').map(|(_, domain)| format!("@{domain}"));
    format!("{first}***{}", domain.unwrap_or_default())
}

/// A structured postal address. From November 2026 on banks take no other: the town and the country at least.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Lines", into = "Lines")]
pub struct PostalAddress {
    lines: Lines,
}

/// A postal address before it is checked, and as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    street: Option<SmolStr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    building_number: Option<SmolStr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    post_code: Option<SmolStr>,
    town: SmolStr,
    country: Country,
}

impl PostalAddress {
    /// An address of a town and a country; see [`Self::with_street`] for the rest.
    ///
    /// # Errors
    /// Where the town is empty, longer than 35 characters, or not on one line.
    pub fn new(town: &str, country: Country) -> Result<Self, DetailsError> {
        let lines =
            Lines { street: None, building_number: None, post_code: None, town: town.into(), country };
        lines.try_into()
    }

    /// The same with a street (at most 70 characters), a building's number and a post code (16 each). An empty text is
    /// none.
    ///
    /// # Errors
    /// Where one is too long, or not on one line.
    pub fn with_street(
        self,
        street: &str,
        building_number: &str,
        post_code: &str,
    ) -> Result<Self, DetailsError> {
        let some = |text: &str| (!text.trim().is_empty()).then(|| SmolStr::new(text));
        let (street, building_number, post_code) = (some(street), some(building_number), some(post_code));
        Lines { street, building_number, post_code, ..self.lines }.try_into()
    }

    /// The street, without the building's number.
    #[must_use]
    pub fn street(&self) -> Option<&str> {
        self.lines.street.as_deref()
    }

    /// The building's number.
    #[must_use]
    pub fn building_number(&self) -> Option<&str> {
        self.lines.building_number.as_deref()
    }

    /// The post code.
    #[must_use]
    pub fn post_code(&self) -> Option<&str> {
        self.lines.post_code.as_deref()
    }

    /// The town.
    #[must_use]
    pub fn town(&self) -> &str {
        &self.lines.town
    }

    /// The country.
    #[must_use]
    pub fn country(&self) -> &Country {
        &self.lines.country
    }

    /// The country alone.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("***, {}", self.country())
    }
}

impl TryFrom<Lines> for PostalAddress {
    type Error = DetailsError;

    fn try_from(lines: Lines) -> Result<Self, DetailsError> {
        let line = |text: SmolStr, max: usize, reason| {
            let kept = SmolStr::new(text.trim());
            let sized = (1..=max).contains(&kept.chars().count()) && !kept.chars().any(char::is_control);
            if sized { Ok(kept) } else { Err(DetailsError::new(Detail::Address, tail(&text), reason)) }
        };
        let street = |text| line(text, 70, "the street must have 1 to 70 characters on one line");
        let number = |text| line(text, 16, "the building's number must have 1 to 16 characters on one line");
        let post_code = |text| line(text, 16, "the post code must have 1 to 16 characters on one line");
        let lines = Lines {
            street: lines.street.map(street).transpose()?,
            building_number: lines.building_number.map(number).transpose()?,
            post_code: lines.post_code.map(post_code).transpose()?,
            town: line(lines.town, 35, "the town must have 1 to 35 characters on one line")?,
            country: lines.country,
        };
        Ok(Self { lines })
    }
}

impl From<PostalAddress> for Lines {
    fn from(address: PostalAddress) -> Self {
        address.lines
    }
}

impl fmt::Debug for PostalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_as_it_is_on_the_account() {
        let name: PartyName = " Zoë  van den Berg ".parse().unwrap();
        assert_eq!((name.as_str(), &*name.masked()), ("Zoë  van den Berg", "Z*** v*** d*** B***"));
        for text in ["", "  ", "-", "Ada\nLovelace", &"a".repeat(141)] {
            assert!(text.parse::<PartyName>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_email_address_is_one_mailbox_at_one_domain() {
        for text in ["a@b.co", "ada.lovelace+pay@mail.example.com", "o'neil@example.co.uk"] {
            assert_eq!(text.parse::<Email>().unwrap().as_str(), text);
        }
        for text in [
            "", "ada", "@b.co", "a@b", "a b@c.de", "a@b..co", ".a@b.co", "a@-b.co", "a,b@c.de", "ä@b.co",
            "a@b@c.de",
        ] {
            assert!(text.parse::<Email>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_needs_a_town_and_a_country() {
        let berlin = PostalAddress::new(" Berlin ", "DE".parse().unwrap()).unwrap();
        assert_eq!((berlin.town(), berlin.street()), ("Berlin", None));
        let whole = berlin.with_street("Unter den Linden", "1", "").unwrap();
        let text = r#"{"street":"Unter den Linden","building_number":"1","town":"Berlin","country":"DE"}"#;
        assert_eq!(serde_json::to_string(&whole).unwrap(), text);
        assert_eq!(serde_json::from_str::<PostalAddress>(text).unwrap(), whole);
        assert_eq!(format!("{whole:?}"), "***, DE");
        for text in
            [r#"{"town":"Berlin"}"#, r#"{"town":"","country":"DE"}"#, r#"{"town":"a\nb","country":"DE"}"#]
        {
            assert!(serde_json::from_str::<PostalAddress>(text).is_err(), "{text}");
        }
    }
}
