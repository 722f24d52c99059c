//! Which events somebody wants.

use std::{fmt, str::FromStr};

use tribute_events::catalogue::{self, Direction};

/// Types of events, `tribute.earning.accrued` or `tribute.earning.*`; every type where it names none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter(Vec<String>);

/// A text that names no event which the services say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no type of event that is sent; there are {known}, each also as `tribute.earning.*`")]
pub struct UnknownType {
    text: String,
    known: String,
}

impl Filter {
    /// A filter that may name types of this list as well, which are told to who reads along and sent to nobody.
    ///
    /// # Errors
    /// Where the text names a type that there is not.
    pub fn with(text: &str, also: &[&'static str]) -> Result<Self, UnknownType> {
        let parts: Vec<&str> =
            text.split(|it: char| it == ',' || it.is_whitespace()).filter(|it| !it.is_empty()).collect();
        if parts.contains(&"*") {
            return Ok(Self::default());
        }
        let known: Vec<&str> = known().into_iter().chain(also.iter().copied()).collect();
        // A star stands for the last word alone, so that a filter goes on to mean what it meant when types are added.
        let is_type = |part: &&str| {
            known.contains(part) || (part.ends_with(".*") && known.iter().any(|it| matches(part, it)))
        };
        match parts.iter().find(|part| !is_type(part)) {
            None => Ok(Self(parts.into_iter().map(str::to_owned).collect())),
            Some(wrong) => Err(UnknownType { text: (*wrong).to_owned(), known: known.join(", ") }),
        }
    }

    /// Whether an event of this type is wanted.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| matches(pattern, kind))
    }

    /// Whether it names no type: then every event is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn matches(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => kind.starts_with(start),
        None => kind == pattern,
    }
}

/// Every type of event that the services say.
fn known() -> Vec<&'static str> {
    let said = catalogue::all().into_iter().filter(|it| it.direction == Direction::Outgoing);
    said.map(|it| it.name).collect()
}

/// By blanks or commas.
impl FromStr for Filter {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Self, UnknownType> {
        Self::with(text, &[])
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_families_of_types() {
        let filter: Filter = "tribute.earning.*, tribute.payout.settled".parse().unwrap();
        assert!(filter.wants("tribute.earning.accrued") && filter.wants("tribute.payout.settled"));
        assert!(!filter.wants("tribute.payout.sent") && !filter.wants("tribute.earnings.accrued"));
        assert_eq!(filter.to_string().parse(), Ok(filter));
        for everything in ["", " ", "*", "tribute.earning.paid *"] {
            assert!(
                everything.parse::<Filter>().unwrap().wants("tribute.leaderboard.frozen"),
                "{everything}"
            );
        }
        for wrong in
            ["tribute.earning", "tribute.sale.completed", "tribute.colour.*", "earning.*", "tribute.earn*"]
        {
            let error = wrong.parse::<Filter>().unwrap_err().to_string();
            assert!(error.contains(wrong) && error.contains("tribute.payout.settled"), "{error}");
        }
    }
}
