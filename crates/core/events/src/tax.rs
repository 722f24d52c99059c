//! Tax forms of people: that one is on file, of which kind and until when. The form itself is kept elsewhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AmbassadorId, Timestamp};

/// A tax form of the United States, or what takes its place elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxFormKind {
    /// W-9: a person of the United States, with a taxpayer number. It does not expire.
    W9,
    /// W-8BEN: a person of another country.
    W8ben,
    /// W-8BEN-E: an entity of another country.
    W8benE,
    /// The self-certification of a seller that DAC7 asks for.
    Dac7,
}

/// `tribute.tax_form.received`: a person's tax form is on file from then on, for every program of the brand. It takes the
/// place of one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaxFormReceived {
    /// The person.
    pub ambassador: AmbassadorId,
    /// Which form.
    pub form: TaxFormKind,
    /// First instant at which it is no longer valid; never where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The person is subject to backup withholding all the same: the tax authority said so, or they did.
    #[serde(default)]
    pub backup_withholding: bool,
    /// Who looked at it.
    pub by: String,
}

/// `tribute.tax_form.revoked`: a form is not valid any more, from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaxFormRevoked {
    /// The person.
    pub ambassador: AmbassadorId,
    /// Who decided.
    pub by: String,
    /// Why, without a word about the person.
    pub reason: String,
}

impl TaxFormKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::W9, Self::W8ben, Self::W8benE, Self::Dac7];

    /// The kind as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::W9 => "w9",
            Self::W8ben => "w8ben",
            Self::W8benE => "w8ben_e",
            Self::Dac7 => "dac7",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_written_as_they_are_named() {
        for kind in TaxFormKind::ALL {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.as_str()));
        }
    }
}
