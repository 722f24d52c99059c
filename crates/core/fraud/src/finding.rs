use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::AmbassadorId;

/// What a finding suspects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The buyer is the ambassador.
    SelfReferral,
    /// Two ambassadors are one person.
    DuplicateAccount,
    /// Clicks in a flood.
    ClickFlooding,
    /// The order came too soon after the click.
    QuickOrder,
    /// Strangers use a code all of a sudden.
    LeakedCode,
    /// Too much of what was sold came back.
    RefundRatio,
}

impl Kind {
    /// The name as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SelfReferral => "self_referral",
            Self::DuplicateAccount => "duplicate_account",
            Self::ClickFlooding => "click_flooding",
            Self::QuickOrder => "quick_order",
            Self::LeakedCode => "leaked_code",
            Self::RefundRatio => "refund_ratio",
        }
    }
}

/// A suspicion about an ambassador's earnings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What is suspected.
    pub kind: Kind,
    /// What it is about, which is what a person decides on: the same for all that one decision may settle.
    pub about: SmolStr,
    /// Whose earnings it bears on.
    pub ambassador: AmbassadorId,
    /// What it rests on, in sentences.
    pub evidence: Vec<String>,
}

impl Finding {
    /// Its id within the program: `leaked_code/GLOW10/2026-03`.
    #[must_use]
    pub fn id(&self) -> SmolStr {
        SmolStr::from(format!("{}/{}", self.kind.as_str(), self.about))
    }
}
