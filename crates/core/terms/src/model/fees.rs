//! Fixed amounts: for applications, for workshops, and the least that a period brings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tribute_events::{AmbassadorId, RuleId};
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
