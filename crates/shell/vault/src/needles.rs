use serde_json::Value;

use crate::PersonDetails;

/// Shorter texts stand everywhere, within others: they say something of a person only where they are a whole text.
const BYTES_MIN: usize = 5;

/// Fields of events whose texts never name a person, whatever they read.
const OF_THE_MATTER: [&str; 10] = [
    "specversion",
    "type",
    "source",
    "brand",
    "program",
    "platform",
    "kind",
    "currency",
    "country",
    "status",
];

/// The texts by which somebody would find a person: what to look for where nothing of them may be left.
#[derive(Clone, Default)]
pub struct Needles {
    /// Found wherever they stand.
    long: Vec<String>,
    /// Found where they are a whole text of JSON, or between quotes where it is no JSON.
    short: Vec<String>,
    /// The short ones between quotes.
    quoted: Vec<String>,
}

impl Needles {
    /// Those of everything that is known of a person.
    #[must_use]
    pub fn of(details: &PersonDetails) -> Self {
        let PersonDetails { name, email, address, tax_ids, payment, handles, paid_by } = details;
        let mut texts = Vec::new();
        texts.extend(name.as_ref().map(|it| it.as_str().to_owned()));
        texts.extend(email.as_ref().map(|it| it.as_str().to_owned()));
        let addresses = address.iter().chain(paid_by.values().filter_map(|paid| paid.address.as_ref()));
        texts.extend(addresses.filter_map(|it| it.street()).map(str::to_owned));
        texts.extend(tax_ids.iter().map(|it| it.number.to_string()));
        for handle in handles {
            let bare = handle.handle.trim_start_matches('@');
            texts.extend([
                bare.to_owned(),
                bare.to_lowercase(),
                format!("@{bare}"),
                format!("@{}", bare.to_lowercase()),
            ]);
        }
        for payment in payment.iter().chain(paid_by.values().map(|paid| &paid.payment)) {
            if let Ok(payment) = serde_json::to_value(payment) {
                gather(&payment, &mut texts);
            }
        }
        texts.retain(|text| !text.is_empty() && text != "@");
        let (long, short): (Vec<_>, Vec<_>) = texts.into_iter().partition(|text| text.len() >= BYTES_MIN);
        let long = with_escapes(long);
        let quoted = with_escapes(short.clone()).iter().map(|text| format!("\"{text}\"")).collect();
        Self { long, short, quoted }
    }

    /// The texts to search for: what holds one of them may hold a needle, and [`are_in`](Self::are_in) says whether it does.
    pub fn searched(&self) -> impl Iterator<Item = &str> {
        self.long.iter().chain(&self.quoted).map(String::as_str)
    }

    /// Whether one of them is in these bytes.
    #[must_use]
    pub fn are_in(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        if self.long.iter().any(|needle| text.contains(needle)) {
            return true;
        }
        if self.short.is_empty() {
            return false;
        }
        match serde_json::from_str(&text) {
            Ok(value) => self.is_whole_in(&value),
            Err(_) => self.quoted.iter().any(|needle| text.contains(needle)),
        }
    }

    /// Whether a text of a JSON value is one of the short ones.
    fn is_whole_in(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.short.contains(text),
            Value::Array(items) => items.iter().any(|item| self.is_whole_in(item)),
            Value::Object(fields) => {
                let mut fields = fields.iter().filter(|(field, _)| !OF_THE_MATTER.contains(&field.as_str()));
                fields.any(|(_, value)| self.is_whole_in(value))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// A text with something else in the place of each.
    #[must_use]
    pub fn taken_out_of(&self, text: &str) -> String {
        let text = self.long.iter().fold(text.to_owned(), |text, needle| text.replace(needle, "redacted"));
        self.quoted.iter().fold(text, |text, needle| text.replace(needle, "\"redacted\""))
    }
}

/// In JSON they may be written with escapes.
fn with_escapes(mut texts: Vec<String>) -> Vec<String> {
    let escaped: Vec<_> = texts.iter().map(|text| ascii(text)).collect();
    texts.extend(escaped);
    texts.sort();
    texts.dedup();
    texts
}

/// Texts of payment details that tell a person: accounts, names and addresses, not the method or the kind of account.
fn gather(value: &Value, texts: &mut Vec<String>) {
    let Value::Object(fields) = value else { return };
    for (field, value) in fields {
        match value {
            Value::String(text)
                if !matches!(field.as_str(), "method" | "kind" | "holder" | "bic" | "routing") =>
            {
                texts.push(text.clone());
            }
            Value::Object(_) => gather(value, texts),
            _ => {}
        }
    }
}

/// A text as JSON writers write it that keep to ASCII.
fn ascii(text: &str) -> String {
    let mut units = [0_u16; 2];
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            written.push(letter);
        } else {
            written.extend(letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_looks_for_a_person_looks_for_these() {
        let text = r#"{"method":"sepa","name":"Zoë Berg","iban":"NL91ABNA0417164300","bic":"ABNANL2A"}"#;
        let details = PersonDetails {
            name: Some("Zoë".parse().unwrap()),
            payment: Some(serde_json::from_str(text).unwrap()),
            ..PersonDetails::default()
        };
        let needles = Needles::of(&details);
        let searched: Vec<_> = needles.searched().collect();
        assert_eq!(
            searched,
            ["NL91ABNA0417164300", "Zo\\u00eb Berg", "Zoë Berg", "\"Zo\\u00eb\"", "\"Zoë\""]
        );
        assert!(needles.are_in(br#"{"name":"Zo\u00eb Berg"}"#) && !needles.are_in(b"sepa"));
        assert_eq!(needles.taken_out_of("of Zoë Berg"), "of redacted");
    }

    #[test]
    fn a_short_text_is_found_where_it_is_the_whole_of_one() {
        let handle = crate::SocialHandle { platform: "tube".into(), handle: "Jo".into() };
        let handles = vec![handle, crate::SocialHandle { platform: "clips".into(), handle: "tube".into() }];
        let needles = Needles::of(&PersonDetails { handles, ..PersonDetails::default() });
        for found in [
            r#"{"author":"@jo"}"#,
            r#"{"data":[{"handle":"Jo"}]}"#,
            r#"{"author":"jo", broken"#,
            r#"{"x":"J\u006f"}"#,
        ] {
            assert!(needles.are_in(found.as_bytes()), "{found}");
        }
        for other in [
            r#"{"author":"joan"}"#,
            r#"{"platform":"tube"}"#,
            r#"{"jo":1}"#,
            "jo is here",
            r#"{"code":"JO"}"#,
        ] {
            assert!(!needles.are_in(other.as_bytes()), "{other}");
        }
        assert_eq!(needles.taken_out_of(r#"{"by":"Jo","id":"joan"}"#), r#"{"by":"redacted","id":"joan"}"#);
    }
}
