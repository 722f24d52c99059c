//! Configuration that arrives as events: programs, people, codes, links, campaigns, exchange rates.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_money::Asset;

use crate::{AccountId, AmbassadorId, CampaignId, Code, LinkId, ProgramId, Timestamp};

/// `tribute.program.published`: a version of a program's terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProgramPublished {
    /// The terms file, as TOML, word for word. It names the program, the version and `effective_from`.
    pub terms: String,
}

/// `tribute.ambassador.applied`, `.approved`, `.waitlisted`, `.rejected`, `.suspended`, `.left`, `.banned`
/// and `.updated`: a person's standing in a program, and what is known of them from then on.
///
/// A field that is absent stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AmbassadorChanged {
    /// The program.
    pub program: ProgramId,
    /// The person.
    pub ambassador: AmbassadorId,
    /// The currency they want to be paid in; the earnings' own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payout_currency: Option<Asset>,
    /// Their own customer accounts at the shop: no credit for their own orders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<AccountId>,
    /// The platform they post on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<SmolStr>,
    /// Followers on that platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followers: Option<u64>,
    /// A country or state, for segments and rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<SmolStr>,
    /// A school or campus, for segments and rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campus: Option<SmolStr>,
    /// Who recruited them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recruiter: Option<AmbassadorId>,
    /// Whether a tax form is on file; terms may ask for one before a payout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_form: Option<bool>,
    /// Whether their payment details are verified; terms may ask for it before a payout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_details_verified: Option<bool>,
    /// Why, for a rejection, suspension or ban.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a code does against a click. Policy of each code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum CodeMode {
    /// Beats a click.
    #[default]
    Always,
    /// Takes all if its ambassador also has a candidate click.
    IfInvolved,
    /// Counts only where the click would win anyway: for leaked codes.
    IfWinner,
    /// Counts only where there is no click.
    Fallback,
}

/// `tribute.code.issued`: a code stands for an ambassador.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CodeIssued {
    /// The program.
    pub program: ProgramId,
    /// The code as shoppers type it; compared without regard to case.
    pub code: Code,
    /// Whose code it is.
    pub ambassador: AmbassadorId,
    /// What it does against a click.
    #[serde(default)]
    pub mode: CodeMode,
    /// First instant at which it counts; the event's time where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// First instant at which it no longer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
}

/// `tribute.code.withdrawn`: a code no longer counts, from the event's time on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CodeWithdrawn {
    /// The program.
    pub program: ProgramId,
    /// The code.
    pub code: Code,
}

/// `tribute.link.issued`: a tracking link stands for an ambassador.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkIssued {
    /// The program.
    pub program: ProgramId,
    /// The link.
    pub link: LinkId,
    /// Whose link it is.
    pub ambassador: AmbassadorId,
}

/// `tribute.campaign.announced`: a campaign with its dates and hashtags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignAnnounced {
    /// The program.
    pub program: ProgramId,
    /// The campaign.
    pub campaign: CampaignId,
    /// Hashtags that belong to it, with or without `#`; compared without regard to case.
    #[serde(default)]
    pub hashtags: Vec<SmolStr>,
    /// First instant.
    pub starts_at: Timestamp,
    /// First instant after it.
    pub ends_at: Timestamp,
    /// Who takes part; everyone where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ambassadors: Vec<AmbassadorId>,
}

/// `tribute.workshop.announced`: an ambassador hosts a workshop or event; orders inside its hours, at its
/// place or with its code, are theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkshopAnnounced {
    /// The program.
    pub program: ProgramId,
    /// The workshop's own id.
    pub workshop: SmolStr,
    /// Who hosts it.
    pub ambassador: AmbassadorId,
    /// The shop or venue, as the sale names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<SmolStr>,
    /// A code handed out there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// First instant.
    pub starts_at: Timestamp,
    /// First instant after it.
    pub ends_at: Timestamp,
}

/// `tribute.workshop.held`: a workshop took place. A later one corrects it; none came where it did not take place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkshopHeld {
    /// The program.
    pub program: ProgramId,
    /// The workshop.
    pub workshop: SmolStr,
    /// How many came.
    pub attendees: u32,
}

/// `tribute.fx.published`: reference rates of one day, for every brand of the installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FxPublished {
    /// The currency that every rate is for one unit of.
    pub base: Asset,
    /// The day, `2026-03-01`.
    pub date: SmolStr,
    /// Units of each currency for one unit of the base, as decimal strings.
    pub rates: BTreeMap<SmolStr, SmolStr>,
}
