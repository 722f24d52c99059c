use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct};
use tribute_ledger::Anchor;

/// Whether a head that was printed once lies on the chain as it is now.
///
/// Where it does, every row up to it is what it was when the anchor was printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorCheck {
    /// What was printed.
    pub anchor: Anchor,
    /// The brand and the number of the row that has this hash, on a chain that is whole up to there.
    pub found: Option<(String, u64)>,
}

impl AnchorCheck {
    pub(super) const fn new(anchor: Anchor) -> Self {
        Self { anchor, found: None }
    }

    /// Whether it lies on the chain, at the number that was printed with it.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        let same = |number: u64| self.anchor.number.is_none_or(|printed| printed == number);
        self.found.as_ref().is_some_and(|(_, number)| same(*number))
    }
}

impl fmt::Display for AnchorCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.found {
            Some((brand, number)) if self.is_ok() => {
                write!(f, "{brand}/{number}: it lies on the chain, rows 1 to {number} are those of then")
            }
            Some((brand, number)) => {
                write!(f, "{brand}/{number} has this hash, but the anchor was given another number")
            }
            None => f.write_str(
                "it lies on NO chain: a row up to it was changed or removed, or it is from other books",
            ),
        }
    }
}

impl Serialize for AnchorCheck {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("AnchorCheck", 4)?;
        fields.serialize_field("anchor", &self.anchor)?;
        fields.serialize_field("holds", &self.is_ok())?;
        fields.serialize_field("brand", &self.found.as_ref().map(|(brand, _)| brand))?;
        fields.serialize_field("number", &self.found.as_ref().map(|(_, number)| number))?;
        fields.end()
    }
}
