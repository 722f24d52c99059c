//! What the services say: a change of state of a conversion, an earning, a reward, a payout, a board, of somebody's
//! standing, of what they owe; or a rejection. Each is the full state after the change, so that a reader needs no history.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_money::Asset;

use crate::{
    AmbassadorId, BrandId, CampaignId, Conversion, EventId, GrantId, PayoutId, PayoutMethod, ProgramId,
    RejectionCode, RuleId, Timestamp,
};

/// `tribute.earning.accrued`, `.adjusted`, `.reversed`: what an ambassador is owed for one cause under one rule changed.
/// `.cleared`, `.held`, `.in_payout`, `.paid`, `.returned`: so much of it became available, is held by a finding, was taken into a payout, was
/// settled, came back and is available again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EarningState {
    /// `program/source/ambassador/rule`.
    pub earning: String,
    /// The program.
    pub program: ProgramId,
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// The rule of the terms.
    pub rule: RuleId,
    /// The version of the terms.
    pub terms_version: SmolStr,
    /// The amount as it now stands, in the major unit.
    pub amount: String,
    /// By how much it changed; how much of it cleared, went into the payout, was paid or came back.
    pub change: String,
    /// What it is counted in.
    pub asset: Asset,
    /// When it clears.
    pub clears_at: Timestamp,
    /// When the change took effect.
    pub effective_at: Timestamp,
    /// The event that caused it.
    pub cause: EventId,
}

/// `tribute.reward.granted`, `.waiting`, `.delivered`, `.cancelled`, `.revoked`, `.spent`, `.expired`, `.capped`, `.missed`: tokens, perks
/// and badges. `.cleared`: no late evidence can undo it, and its tokens may be spent and its perk handed over; `.held`: a finding keeps
/// that from happening. `.lost_ground`: what was handed over was won by what is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RewardState {
    /// The grant.
    pub grant: GrantId,
    /// The program.
    pub program: ProgramId,
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// The rule of the terms.
    pub rule: RuleId,
    /// The token or perk.
    pub asset: Asset,
    /// How many units.
    pub units: i64,
    /// The fair market value of one unit, where a perk has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fair_value: Option<String>,
    /// What that value is counted in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fair_value_currency: Option<Asset>,
    /// Why it waits, brings less than the mission says, or stands on nothing any more; what tokens were spent for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The event that caused the change.
    pub cause: EventId,
}

/// `tribute.payout.proposed`, `.approved`, `.exported`, `.sent`, `.settled`, `.failed`, `.returned`,
/// `.unclaimed`, `.cancelled`, `.carried`, `.held`: one ambassador's money in one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PayoutState {
    /// The payout; for a carried or held balance the id that it would have had.
    pub payout: PayoutId,
    /// The program.
    pub program: ProgramId,
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// The run's cut-off instant.
    pub run_at: Timestamp,
    /// The balance taken, in its own currency.
    pub balance: String,
    /// The currency of the balance.
    pub balance_currency: Asset,
    /// The amount to pay; absent where nothing is paid.
    pub amount: Option<String>,
    /// The currency paid in.
    pub currency: Option<Asset>,
    /// What of the balance is kept back for the tax authority, in its currency; absent where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<String>,
    /// How it is paid; absent where the export decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<PayoutMethod>,
    /// Why it is carried, held, failed, returned or cancelled; what it waits for.
    pub reason: Option<String>,
}

/// `tribute.finding.opened`, `.released`, `.confirmed`: what looks like fraud, and what a person made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingState {
    /// The finding: kind and what it is about.
    pub finding: SmolStr,
    /// The program.
    pub program: ProgramId,
    /// Whose earnings it holds.
    pub ambassador: AmbassadorId,
    /// `self_referral`, `duplicate_account`, `click_flooding`, `quick_order`, `leaked_code` or `refund_ratio`.
    pub kind: SmolStr,
    /// What it rests on, in sentences.
    pub evidence: Vec<String>,
    /// Who decided; absent while nobody has.
    pub by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The event that caused the change.
    pub cause: EventId,
}

/// `tribute.standing.changed`: somebody stands elsewhere in a program from now on, by what was said of them, by a place
/// that became free, or because the terms gave places out. Where a fact comes late, where they stood is told anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StandingState {
    /// The program.
    pub program: ProgramId,
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// `invited`, `applied`, `waitlisted`, `approved`, `rejected`, `suspended`, `left` or `banned`.
    pub standing: SmolStr,
    /// Since when.
    pub since: Timestamp,
    /// Why, in words; absent where nobody said.
    pub why: Option<String>,
    /// The event that brought it about; absent where the terms gave places out at their own time.
    pub cause: Option<EventId>,
}

/// `tribute.deliverable.missed`: an ambassador did not publish in time what a campaign asks of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliverableState {
    /// The program.
    pub program: ProgramId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// How many posts they owe.
    pub owed: u64,
    /// How many of them were there in time, and stand.
    pub delivered: u64,
    /// Until when they were owed.
    pub due_at: Timestamp,
    /// Who of the campaign's reserves is next to take their place; absent where nobody is left.
    pub instead: Option<AmbassadorId>,
}

/// `tribute.leaderboard.frozen`: a board's final standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BoardState {
    /// The program.
    pub program: ProgramId,
    /// The board.
    pub board: RuleId,
    /// The period, such as `2026-03`.
    pub period: SmolStr,
    /// The segment; empty for everyone.
    pub segment: SmolStr,
    /// The standing, best first.
    pub ranks: Vec<RankState>,
}

/// One row of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RankState {
    /// The rank; equals share the better one.
    pub rank: u32,
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// The score as a decimal.
    pub score: String,
    /// The prize in the major unit, where there is one.
    pub prize: Option<String>,
}

/// `tribute.event.rejected`: an event was quarantined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventRejected {
    /// The number in the quarantine.
    pub quarantine: i64,
    /// The brand, where it could be read.
    pub brand: Option<BrandId>,
    /// The stable code.
    pub code: RejectionCode,
    /// A sentence that a person can act on.
    pub reason: String,
    /// Where it came from: topic, partition and number, a file and its line, a request.
    pub origin: String,
}

macro_rules! outgoing {
    ($($(#[$doc:meta])* $variant:ident($content:ty): $($name:literal)|+,)*) => {
        /// The payload of an outgoing event.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(untagged)]
        pub enum Outgoing {
            $($(#[$doc])* $variant($content),)*
        }

        /// Every outgoing type with the JSON Schema of its payload.
        #[must_use]
        pub fn schemas() -> Vec<(&'static str, schemars::Schema)> {
            vec![$($(($name, schemars::schema_for!($content)),)+)*]
        }
    };
}

outgoing! {
    /// A conversion.
    Conversion(Conversion): "tribute.conversion.credited" | "tribute.conversion.changed"
        | "tribute.conversion.withdrawn" | "tribute.conversion.declined",
    /// An earning.
    Earning(EarningState): "tribute.earning.accrued" | "tribute.earning.adjusted"
        | "tribute.earning.reversed" | "tribute.earning.cleared" | "tribute.earning.in_payout"
        | "tribute.earning.paid" | "tribute.earning.returned"
        | "tribute.earning.held",
    /// A reward.
    Reward(RewardState): "tribute.reward.granted" | "tribute.reward.waiting" | "tribute.reward.delivered"
        | "tribute.reward.cancelled" | "tribute.reward.revoked" | "tribute.reward.spent"
        | "tribute.reward.expired" | "tribute.reward.capped" | "tribute.reward.missed"
        | "tribute.reward.cleared" | "tribute.reward.held" | "tribute.reward.lost_ground",
    /// A payout.
    Payout(PayoutState): "tribute.payout.proposed" | "tribute.payout.approved" | "tribute.payout.exported"
        | "tribute.payout.sent" | "tribute.payout.settled" | "tribute.payout.failed" | "tribute.payout.returned"
        | "tribute.payout.unclaimed" | "tribute.payout.cancelled" | "tribute.payout.carried" | "tribute.payout.held",
    /// A finding.
    Finding(FindingState): "tribute.finding.opened" | "tribute.finding.released" | "tribute.finding.confirmed",
    /// Where somebody stands.
    Standing(StandingState): "tribute.standing.changed",
    /// What somebody owed.
    Deliverable(DeliverableState): "tribute.deliverable.missed",
    /// A board.
    Board(BoardState): "tribute.leaderboard.frozen",
    /// A rejection.
    Rejected(EventRejected): "tribute.event.rejected",
}
