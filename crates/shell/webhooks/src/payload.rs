//! What is sent, by version. An endpoint keeps the version that it was made with.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A version of what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadVersion {
    /// `standard-1`: `{type, timestamp, data}` as Standard Webhooks advises, with the event's id and brand.
    Standard1,
    /// `cloudevents-1`: the event as the topics carry it, in the structured mode.
    CloudEvents1,
}

/// A word that names no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no version of what is sent; there are standard-1 and cloudevents-1")]
pub struct UnknownVersion(String);

#[derive(Deserialize)]
struct Event<'a> {
    id: String,
    r#type: String,
    brand: String,
    time: String,
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Serialize)]
struct Standard<'a> {
    r#type: &'a str,
    timestamp: &'a str,
    id: &'a str,
    brand: &'a str,
    data: &'a RawValue,
}

impl PayloadVersion {
    /// Every version.
    pub const ALL: [Self; 2] = [Self::Standard1, Self::CloudEvents1];

    /// The version as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard1 => "standard-1",
            Self::CloudEvents1 => "cloudevents-1",
        }
    }

    /// The media type of the body.
    #[must_use]
    pub const fn media(self) -> &'static str {
        match self {
            Self::Standard1 => "application/json",
            Self::CloudEvents1 => "application/cloudevents+json; charset=UTF-8",
        }
    }

    /// The body that tells an event.
    ///
    /// # Errors
    /// Where the text is no event.
    pub fn body(self, line: &str) -> Result<Vec<u8>, serde_json::Error> {
        if self == Self::CloudEvents1 {
            return Ok(line.as_bytes().to_vec());
        }
        let Event { id, r#type, brand, time, data } = serde_json::from_str(line)?;
        let (r#type, timestamp, id, brand) = (&*r#type, &*time, &*id, &*brand);
        serde_json::to_vec(&Standard { r#type, timestamp, id, brand, data })
    }
}

/// `webhook-id` of an event: the event's id, with `_` for the dots that the standard does not allow there. The same in
/// every attempt.
#[must_use]
pub fn webhook_id(stream: &str, number: i64) -> String {
    format!("{stream}/{number}").replace('.', "_")
}

/// The stream and number of an event's id, as it stands in the event or in `webhook-id`.
#[must_use]
pub fn event_of(id: &str) -> Option<(String, i64)> {
    let (stream, number) = id.rsplit_once('/')?;
    let stream = stream.replace('_', ".");
    crate::said::streams().find(|it| *it == stream)?;
    Some((stream, number.parse().ok().filter(|it| *it > 0)?))
}

impl FromStr for PayloadVersion {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let found = Self::ALL.into_iter().find(|version| version.as_str() == text);
        found.ok_or_else(|| UnknownVersion(text.to_owned()))
    }
}

impl fmt::Display for PayloadVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_tells_the_same_event() {
        let line = r#"{"specversion":"1.0","id":"tribute.earnings/7","source":"/tribute","type":"tribute.earning.paid","brand":"acme","partitionkey":"acme/ada","time":"2026-03-01T00:00:00Z","data":{"amount":"1.10","units":12345678901234567890}}"#;
        let standard = r#"{"type":"tribute.earning.paid","timestamp":"2026-03-01T00:00:00Z","id":"tribute.earnings/7","brand":"acme","data":{"amount":"1.10","units":12345678901234567890}}"#;
        assert_eq!(PayloadVersion::Standard1.body(line).unwrap(), standard.as_bytes());
        assert_eq!(PayloadVersion::CloudEvents1.body(line).unwrap(), line.as_bytes());
        for version in PayloadVersion::ALL {
            assert_eq!(version.as_str().parse(), Ok(version));
        }
        assert!("2".parse::<PayloadVersion>().is_err());
    }

    #[test]
    fn ids_have_no_dot_and_lead_back() {
        assert_eq!(webhook_id("tribute.earnings", 7), "tribute_earnings/7");
        for id in ["tribute_earnings/7", "tribute.earnings/7"] {
            assert_eq!(event_of(id), Some(("tribute.earnings".to_owned(), 7)));
        }
        for wrong in ["", "7", "tribute.sales/7", "tribute.earnings/x", "tribute.earnings/0"] {
            assert_eq!(event_of(wrong), None, "{wrong}");
        }
    }
}
