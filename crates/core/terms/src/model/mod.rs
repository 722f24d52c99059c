//! The terms as a person writes them, one struct per table of the file.

mod attribution;
mod budget;
mod collected;
mod commission;
mod content;
mod disclosure;
mod fees;
mod fraud;
mod media_value;
mod mission;
mod pay;
mod payout;
mod payout_rules;
mod tier;
mod token;
mod vetting;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{BrandId, ProgramId, Timestamp};
use tribute_money::{Asset, Rounding};

pub use attribution::*;
pub use budget::*;
pub use collected::*;
pub use commission::*;
pub use content::*;
pub use disclosure::*;
pub use fees::*;
pub use fraud::*;
pub use media_value::*;
pub use mission::*;
pub use pay::*;
pub use payout::*;
pub use payout_rules::*;
pub use tier::*;
pub use token::*;
pub use vetting::*;

use crate::Zone;

/// One version of a program's terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// What program this is, and from when this version holds.
    pub program: ProgramHead,
    /// Who may join.
    #[serde(default)]
    pub vetting: Option<VettingTerms>,
    /// The tiers of the program's ambassadors, the lowest first: conditions, fees and missions may name them.
    #[serde(default)]
    pub tier: Vec<AmbassadorTier>,
    /// Whom money may be paid to.
    #[serde(default)]
    pub pay: PayTerms,
    /// Who is credited with an order.
    #[serde(default)]
    pub attribution: AttributionTerms,
    /// What a credited order earns. Each line of the order goes to the most specific rule that matches it.
    #[serde(default)]
    pub commission: Vec<CommissionRule>,
    /// The recruiters' share.
    #[serde(default)]
    pub recruiter: Option<RecruiterTerms>,
    /// Which posts are the program's.
    #[serde(default)]
    pub content: ContentTerms,
    /// What discloses a paid post.
    #[serde(default)]
    pub disclosure: DisclosureTerms,
    /// What an approved application earns: for who recruited, and for who was recruited.
    #[serde(default)]
    pub application_fee: Vec<ApplicationFee>,
    /// What hosting a workshop earns.
    #[serde(default)]
    pub workshop_fee: Vec<WorkshopFee>,
    /// What a click earns.
    #[serde(default)]
    pub click_fee: Vec<ClickFee>,
    /// The least that an ambassador earns in a period.
    #[serde(default)]
    pub guarantee: Vec<Guarantee>,
    /// What a post earns.
    #[serde(default)]
    pub post_fee: Vec<PostFee>,
    /// What a threshold earns.
    #[serde(default)]
    pub bonus: Vec<Bonus>,
    /// The most that several rules pay together.
    #[serde(default)]
    pub budget: Vec<Budget>,
    /// What content, conversions and recruits earn in tokens, perks, badges and money.
    #[serde(default)]
    pub mission: Vec<Mission>,
    /// What limits a token, and when it expires.
    #[serde(default)]
    pub token: Vec<Token>,
    /// Perks that are places at an event, each with its date.
    #[serde(default)]
    pub experience: Vec<Experience>,
    /// What looks like fraud, and is held until a person decides; by the default thresholds where absent.
    #[serde(default)]
    pub fraud: FraudTerms,
    /// What interactions are taken to be worth, for reports.
    #[serde(default)]
    pub media_value: Option<MediaValueTerms>,
    /// When and how balances are paid out.
    #[serde(default)]
    pub payout: PayoutTerms,
    /// The boards.
    #[serde(default)]
    pub leaderboard: Vec<Leaderboard>,
}

/// What program this is, and from when this version holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramHead {
    /// The brand that runs it.
    pub brand: BrandId,
    /// The program's id.
    pub id: ProgramId,
    /// Its name for people.
    #[serde(default)]
    pub name: String,
    /// This version's name, such as `2026-1`; unique within the program.
    pub version: SmolStr,
    /// Orders and posts from this instant on fall under this version.
    pub effective_from: Timestamp,
    /// The program's own currency: flat amounts, minimums and prizes are in it.
    pub currency: Asset,
    /// Where its days and months begin.
    #[serde(default)]
    pub time_zone: Zone,
    /// How money is rounded.
    #[serde(default = "half_up")]
    pub rounding: Rounding,
}

const fn half_up() -> Rounding {
    Rounding::HalfUp
}
