use serde_json::Value;

use crate::PersonDetails;

/// Shorter texts say nothing of a person by themselves, and stand everywhere.
const BYTES_MIN: usize = 5;

/// The texts by which somebody would find a person: what to look for where nothing of them may be left.
#[derive(Clone, Default)]
pub struct Needles(Vec<String>);

impl Needles {
    /// Those of everything that is known of a person.
    #[must_use]
    pub fn of(details: &PersonDetails) -> Self {
        let PersonDetails { name, email, address, tax_ids, payment, handles } = details;
        let mut texts = Vec::new();
        texts.extend(name.as_ref().map(|it| it.as_str().to_owned()));
        texts.extend(email.as_ref().map(|it| it.as_str().to_owned()));
        texts.extend(address.as_ref().and_then(|it| it.street()).map(str::to_owned));
        texts.extend(tax_ids.iter().map(|it| it.number.to_string()));
        texts.extend(handles.iter().map(|it| it.handle.to_string()));
        if let Some(Ok(payment)) = payment.as_ref().map(serde_json::to_value) {
            gather(&payment, &mut texts);
        }
        texts.retain(|text| text.len() >= BYTES_MIN);
        // In JSON it may be written with escapes.
        let escaped: Vec<_> = texts.iter().map(|text| ascii(text)).collect();
        texts.extend(escaped);
        texts.sort();
        texts.dedup();
        Self(texts)
    }

    /// The texts.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether one of them is in these bytes.
    #[must_use]
    pub fn are_in(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        self.iter().any(|needle| text.contains(needle))
    }

    /// A text with something else in the place of each.
    #[must_use]
    pub fn taken_out_of(&self, text: &str) -> String {
        self.iter().fold(text.to_owned(), |text, needle| text.replace(needle, "redacted"))
    }
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
        assert_eq!(needles.iter().collect::<Vec<_>>(), ["NL91ABNA0417164300", "Zo\\u00eb Berg", "Zoë Berg"]);
        assert!(needles.are_in(br#"{"name":"Zo\u00eb Berg"}"#) && !needles.are_in(b"sepa"));
        assert_eq!(needles.taken_out_of("of Zoë Berg"), "of redacted");
    }
}
