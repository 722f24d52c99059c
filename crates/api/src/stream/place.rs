//! A place in the stream, which goes through several streams of the outbox at once: the number that comes next in each.

use std::{collections::BTreeMap, fmt, str::FromStr};

use crate::Problem;

/// The number that comes next, by stream. As a text it is an event's `id`: `tribute.boards:4.tribute.…` in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place(BTreeMap<&'static str, i64>);

impl Place {
    pub(super) fn of(ends: &BTreeMap<&'static str, i64>) -> Self {
        Self(ends.clone())
    }

    pub(super) fn all(&self) -> Vec<(&'static str, i64)> {
        self.0.iter().map(|(stream, next)| (*stream, *next)).collect()
    }

    pub(super) fn set(&mut self, stream: &'static str, next: i64) {
        self.0.insert(stream, next);
    }
}

/// The streams' names without what all of them begin with.
fn short(stream: &str) -> &str {
    stream.trim_start_matches("tribute.")
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> =
            self.0.iter().map(|(stream, next)| format!("{}:{next}", short(stream))).collect();
        f.write_str(&parts.join(","))
    }
}

/// A stream that is not named has nothing that was seen: it begins at its first event.
impl FromStr for Place {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let wrong =
            || Problem::invalid("this id is not one of this stream; pass the `id` of an event as it came");
        let mut place: BTreeMap<&'static str, i64> = tribute_webhooks::streams().map(|it| (it, 1)).collect();
        for part in text.split(',') {
            let (name, number) = part.split_once(':').ok_or_else(wrong)?;
            let known = tribute_webhooks::streams().find(|stream| short(stream) == name).ok_or_else(wrong)?;
            let number = number.parse().ok().filter(|number| *number > 0).ok_or_else(wrong)?;
            place.insert(known, number);
        }
        Ok(Self(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_place() {
        let mut place = Place(tribute_webhooks::streams().map(|stream| (stream, 1)).collect());
        place.set("tribute.earnings", 17);
        let text = place.to_string();
        assert!(text.contains("earnings:17"), "{text}");
        assert_eq!(text.parse::<Place>().unwrap(), place);
        for wrong in ["", "17", "earnings:", "earnings:0", "earnings:-1", "sales:3", "earnings:1,"] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }
}
