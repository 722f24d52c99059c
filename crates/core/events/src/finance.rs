//! What belongs to the books of a month: what banks booked, corrections by hand, claims of sales that are missing, and the
//! close of a period.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_money::{Asset, Millionths};

use crate::{AdjustmentId, AmbassadorId, ClaimId, EventId, Month, OrderId, PayoutId, ProgramId};

/// What an entry of an account at a bank is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BankEntryKind {
    /// It paid payouts.
    Payment,
    /// It brought payouts back.
    Return,
    /// The bank took it for itself.
    Charge,
    /// It paid what was withheld to the tax authority.
    Tax,
    /// Nothing here explains it.
    Unexpected,
}

impl BankEntryKind {
    /// The kind as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Return => "return",
            Self::Charge => "charge",
            Self::Tax => "tax",
            Self::Unexpected => "unexpected",
        }
    }
}

/// `tribute.bank_entry.reported`: what entries of an account at a bank were found to be, by their references and amounts or
/// by a person. What is unexpected may be told again as something else; everything else stands as it was told first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BankEntryReported {
    /// What they are.
    pub kind: BankEntryKind,
    /// The account's currency, which all amounts here are in.
    pub currency: Asset,
    /// The entries that belong together.
    pub entries: Vec<BankEntry>,
    /// The payouts that they paid or brought back, or that they name where nothing explains them so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payouts: Vec<PayoutId>,
    /// What of their sum the statement states as the bank's charge: positive where it cost the account, negative where it
    /// was taken off a payment. Absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<Millionths>,
    /// The program that a charge, or tax that is paid over, is booked on, where no payout says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<ProgramId>,
    /// Who accepted it, where it was not certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// One entry, or one payment of an entry that lists several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BankEntry {
    /// What it is known by, in whatever file it stands.
    pub entry: EventId,
    /// The account, as the bank writes it.
    pub account: SmolStr,
    /// The statement that it stands in.
    pub statement: SmolStr,
    /// The bank's reference, or its place in the statement.
    pub reference: SmolStr,
    /// The day on which the bank booked it, `2026-03-31`; absent where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<SmolStr>,
    /// What it changed the balance by: negative where money went out.
    pub amount: Millionths,
}

/// `tribute.period.closed`: a month of UTC is closed, and with it everything before. From here on nothing is booked into it:
/// what took effect in it and comes later is booked on the first day after it and keeps its own time beside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PeriodClosed {
    /// The month.
    pub month: Month,
    /// Who closed it.
    pub by: String,
}

/// `tribute.adjustment.proposed`: a person proposes a correction of the books. Another one decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdjustmentProposed {
    /// The adjustment's own id.
    pub adjustment: AdjustmentId,
    /// The program that it is booked on.
    pub program: ProgramId,
    /// The account that is debited: `expense:adjustments`, `ambassador:ada:available`, `cash` …
    pub debit: SmolStr,
    /// The account that is credited.
    pub credit: SmolStr,
    /// How much; more than nothing.
    pub amount: Millionths,
    /// In which currency.
    pub currency: Asset,
    /// The day of UTC that it is booked on, `2026-03-31`, unless that lies in a closed period.
    pub day: SmolStr,
    /// Who proposes it.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// `tribute.adjustment.approved`: somebody else than who proposed it has it booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdjustmentApproved {
    /// The adjustment.
    pub adjustment: AdjustmentId,
    /// Who approves it.
    pub by: String,
}

/// `tribute.adjustment.refused`: it is not booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdjustmentRefused {
    /// The adjustment.
    pub adjustment: AdjustmentId,
    /// Who refuses it.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// `tribute.claim.opened`: an ambassador says that a sale of theirs is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimOpened {
    /// The claim's own id.
    pub claim: ClaimId,
    /// The program.
    pub program: ProgramId,
    /// Who claims.
    pub ambassador: AmbassadorId,
    /// The order that they claim.
    pub order: OrderId,
    /// What they say of it.
    pub reason: String,
}

/// `tribute.claim.evidenced`: something that speaks for or against a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimEvidenced {
    /// The claim.
    pub claim: ClaimId,
    /// Who brings it.
    pub by: String,
    /// What it is: the subject of a mail, the number of a ticket, an address.
    pub evidence: String,
}

/// By what an accepted claim takes effect. An amount is never entered by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClaimRemedy {
    /// The order is known: a `tribute.conversion.overridden` says whose it is.
    Override,
    /// The order is not known: a `tribute.sale.completed` brings it in, and is judged like any other.
    Sale,
}

/// `tribute.claim.accepted`: the claim is right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimAccepted {
    /// The claim.
    pub claim: ClaimId,
    /// Who accepts it.
    pub by: String,
    /// By what it takes effect.
    pub remedy: ClaimRemedy,
    /// The id of the event by which it does.
    pub event: EventId,
}

/// `tribute.claim.refused`: the claim is not right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimRefused {
    /// The claim.
    pub claim: ClaimId,
    /// Who refuses it.
    pub by: String,
    /// Why: the ambassador may ask.
    pub reason: String,
}
