//! Configuration that arrives as events: programs, people, codes, links, campaigns, exchange rates.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_money::{Asset, Rate};

use crate::{AccountId, AmbassadorId, CampaignId, Code, Handle, LinkId, ProgramId, Timestamp};

/// `tribute.program.published`: a version of a program's terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProgramPublished {
    /// The terms file, as TOML, word for word. It names the program, the version and `effective_from`.
    pub terms: String,
}

/// `tribute.ambassador.invited`, `.applied`, `.approved`, `.waitlisted`, `.rejected`, `.suspended`, `.left`,
/// `.banned` and `.updated`: a person's standing in a program, and what is known of them from then on.
///
/// A field that is absent stays as it was. An application is judged by the program's `[vetting]`, where it has one;
/// every other of these is a person's own decision and stands above it.
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
    /// Hashes of their e-mail addresses, never the addresses: one who buys or enrols under the same is the same person.
    /// Each is SHA-256 of the address without blanks around it and in small letters, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub email_hashes: Vec<SmolStr>,
    /// Hashes of their cards and bank accounts, never the numbers: SHA-256 in hexadecimal digits, of an IBAN's letters and
    /// digits without blanks, either all in small letters or all in capitals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payment_hashes: Vec<SmolStr>,
    /// The platform they post on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<SmolStr>,
    /// Followers on that platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followers: Option<u64>,
    /// Their accounts on platforms. The names are sealed on the way in: facts hold pseudonyms, the vault holds the
    /// names. Each replaces what was known of the same handle; the others stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handles: Vec<Handle>,
    /// What they post about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub niches: Vec<SmolStr>,
    /// The shares of their audience by segment, such as `{"country:US": "62%", "age:18-24": "40%"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub audience: BTreeMap<SmolStr, Rate>,
    /// Their tier from then on, by a person's decision; empty: by the program's terms again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<SmolStr>,
    /// A country or state, for segments and rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<SmolStr>,
    /// A school or campus, for segments and rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campus: Option<SmolStr>,
    /// Who recruited them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recruiter: Option<AmbassadorId>,
    /// The tracking link by which they came to the application: whose link it was then recruited them, unless
    /// `recruiter` names somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recruiter_link: Option<LinkId>,
    /// Whether a tax form is on file; terms may ask for one before a payout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_form: Option<bool>,
    /// Whether their payment details are verified; terms may ask for it before a payout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_details_verified: Option<bool>,
    /// Why: of the matter, as it stays in the facts after a person is erased. A rejection, suspension or ban without it is
    /// not accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl AmbassadorChanged {
    /// Says nothing of a person but who they are.
    #[must_use]
    pub const fn of(program: ProgramId, ambassador: AmbassadorId) -> Self {
        Self {
            program,
            ambassador,
            payout_currency: None,
            accounts: Vec::new(),
            email_hashes: Vec::new(),
            payment_hashes: Vec::new(),
            platform: None,
            followers: None,
            handles: Vec::new(),
            niches: Vec::new(),
            audience: BTreeMap::new(),
            tier: None,
            region: None,
            campus: None,
            recruiter: None,
            recruiter_link: None,
            tax_form: None,
            payment_details_verified: None,
            reason: None,
        }
    }
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
    /// Where it leads: an address that begins with `https://` or `http://`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<SmolStr>,
}

/// What a campaign asks for, for people to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Brief {
    /// The brief itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<SmolStr>,
    /// The SHA-256 of what stands there, in hexadecimal: what was agreed stays provable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<SmolStr>,
}

/// `tribute.campaign.announced`: a campaign with its dates and hashtags. One that names neither hashtags nor mentions has
/// every post of its kinds, platforms and people while it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignAnnounced {
    /// The program.
    pub program: ProgramId,
    /// The campaign.
    pub campaign: CampaignId,
    /// Hashtags that belong to it, with or without `#`; compared without regard to case.
    #[serde(default)]
    pub hashtags: Vec<SmolStr>,
    /// Accounts whose mention makes a post one of the campaign, with or without `@`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<SmolStr>,
    /// Only posts on these platforms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<SmolStr>,
    /// Only these kinds of content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<SmolStr>,
    /// What it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<Brief>,
    /// How many posts everybody who takes part owes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posts_each: Option<u32>,
    /// Until when they are owed; until the end where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Who is to take the place of those who miss it, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserves: Vec<AmbassadorId>,
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
