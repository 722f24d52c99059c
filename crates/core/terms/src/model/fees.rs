//! Fixed amounts: for applications, for workshops, for clicks, and the least that a period brings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tribute_events::{AmbassadorId, RuleId, Timestamp};
use tribute_money::Millionths;

use crate::Period;

/// What an approved application earns, once per recruit: at the first approval, while they stay approved until it
/// clears.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationFee {
    /// The rule's id.
    pub id: RuleId,
    /// For who recruited them, in the program's currency.
    #[serde(default)]
    pub recruiter: Millionths,
    /// For the recruit, in the program's currency: the other side.
    #[serde(default)]
    pub recruit: Millionths,
}

/// What hosting a workshop earns, once it was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkshopFee {
    /// The rule's id.
    pub id: RuleId,
    /// The host's fee, in the program's currency.
    pub amount: Millionths,
    /// Only where at least so many came.
    #[serde(default)]
    pub attendees_from: u32,
}

/// What the clicks on an ambassador's links earn, and the scans of their QR codes; views earn nothing. A visitor, which is
/// an account or else a device, counts once a day of the program's time zone; the ambassador's own clicks, clicks judged
/// invalid, and clicks while the ambassador is not approved do not count. A day is booked when it has ended, as one amount
/// that is rounded once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClickFee {
    /// The rule's id.
    pub id: RuleId,
    /// What a click earns, in the program's currency; parts of its smallest unit may be named, such as 0.025.
    pub amount: Millionths,
    /// The most clicks of an ambassador that count in a day: the first ones. All where absent.
    #[serde(default)]
    pub per_day: Option<u32>,
    /// For whose clicks; everybody's where empty.
    #[serde(default)]
    pub ambassadors: Vec<AmbassadorId>,
    /// Clicks from this instant on.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Clicks before this instant.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

impl ClickFee {
    /// Whether it is for the clicks of an ambassador at an instant.
    #[must_use]
    pub fn is_for(&self, ambassador: &AmbassadorId, at: Timestamp) -> bool {
        (self.ambassadors.is_empty() || self.ambassadors.contains(ambassador))
            && self.from.is_none_or(|from| from <= at)
            && self.until.is_none_or(|until| at < until)
    }
}

/// The least that an ambassador earns in a period. What is missing is added at the period's end, by what had happened
/// and was known by then; later refunds change the earnings, not what was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guarantee {
    /// The rule's id.
    pub id: RuleId,
    /// The least, in the program's currency. Everything counts towards it but prizes and what orders in other
    /// currencies earn.
    pub amount: Millionths,
    /// `week` or `month`.
    pub period: Period,
    /// For whom; for everybody who is approved at the beginning and at the end of the period where empty.
    #[serde(default)]
    pub ambassadors: Vec<AmbassadorId>,
}
