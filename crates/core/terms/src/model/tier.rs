//! The tiers of a program's ambassadors.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_money::Millionths;

use crate::{Period, TierBy};

/// A tier of ambassadors. The lowest one stands first in the file; an ambassador is in the last one that they reach, and
/// in none below the first. A person's own decision, in an event of the ambassador, stands above it from its time on.
///
/// A tier by followers is reached as soon as they are known. One by revenue or orders is reached by what was sold in one
/// period and holds for the whole period after it: what counts are the orders that were credited in the period, as much
/// of them as was left at its end. What comes back later takes no tier away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmbassadorTier {
    /// Its name, such as `gold`: conditions name it, and a person's decision does.
    pub id: SmolStr,
    /// What is counted; only a person puts anybody into the tier where absent.
    #[serde(default)]
    pub by: Option<TierBy>,
    /// From so much on: net revenue credited in the program's currency, credited orders, or followers.
    #[serde(default)]
    pub from: Option<Millionths>,
    /// The period of revenue and orders.
    #[serde(default = "month")]
    pub period: Period,
    /// The platform whose followers count; the ambassador's largest account where absent.
    #[serde(default)]
    pub followers_on: Option<SmolStr>,
}

const fn month() -> Period {
    Period::Month
}

impl AmbassadorTier {
    /// Whether it is reached by what was sold in a period.
    #[must_use]
    pub const fn is_by_sales(&self) -> bool {
        matches!(self.by, Some(TierBy::Revenue | TierBy::Orders))
    }
}
