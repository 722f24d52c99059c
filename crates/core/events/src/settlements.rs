//! What people and banks say about payouts, holds, perks and tokens; and the clock.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_money::{Asset, Millionths};

use crate::{AmbassadorId, GrantId, PayoutId, ProgramId, Timestamp, statement::Day};

/// `tribute.payout_approval.given`: a person approved a proposed payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PayoutApproved {
    /// The payout.
    pub payout: PayoutId,
    /// Who approved it.
    pub by: String,
}

/// `tribute.payout_file.exported`: approved payouts were written to a file for the bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PayoutExported {
    /// The payouts in the file.
    pub payouts: Vec<PayoutId>,
    /// The file's name.
    pub file: String,
    /// SHA-256 of the file, in hex.
    pub sha256: SmolStr,
    /// With what the file was made besides its payouts, so that it can be issued again byte for byte. Absent where that
    /// is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<FileIssue>,
    /// What the bank will call the payouts, where that is more than their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<PaymentReference>,
}

/// Whatever in a payment file depends on when and how it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileIssue {
    /// The rail: `csv`, `sepa`, `nacha`, `paypal`, `wise`.
    pub rail: SmolStr,
    /// When the file was made.
    pub created: Timestamp,
    /// The day on which the bank is asked to pay, `2026-11-24`.
    pub execution_date: SmolStr,
    /// How many files went out on the same rail on that day before.
    pub files_before: u32,
    /// What the receivers read; empty where nothing is said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The message's id, where the rail has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<SmolStr>,
}

/// What a payment file calls a payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentReference {
    /// The payout.
    pub payout: PayoutId,
    /// The reference that travels to the payee.
    pub end_to_end: SmolStr,
    /// The block of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_info: Option<SmolStr>,
    /// The trace number of the ACH network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<SmolStr>,
}

/// What became of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettlementOutcome {
    /// The bank accepted it.
    Sent,
    /// The money arrived.
    Settled,
    /// It was refused; the money never left.
    Failed,
    /// It came back after it had left.
    Returned,
    /// Nobody took it.
    Unclaimed,
}

/// `tribute.settlement.reported`: a bank or payment provider says what happened to a payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SettlementReported {
    /// The payout.
    pub payout: PayoutId,
    /// What happened.
    pub outcome: SettlementOutcome,
    /// The bank's reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<SmolStr>,
    /// The bank's reason, for a failure or return.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The day on which the bank booked it, `2026-11-24`: the books have it at that day's first instant in UTC, but not
    /// before what was said of the payout before. At the event's time where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked_on: Option<Day>,
}

/// `tribute.statement.read`: a bank's statement was matched. What it closes with is what the next one of the account has
/// to open with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatementRead {
    /// The brand's account, as the statement names it.
    pub account: SmolStr,
    /// What the account is held in.
    pub currency: Asset,
    /// The statement's own id.
    pub statement: SmolStr,
    /// Its running number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<SmolStr>,
    /// The day on which it closes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_on: Option<Day>,
    /// What it opens with, in the major unit; below zero where the account is overdrawn.
    pub opening: String,
    /// What it closes with.
    pub closing: String,
}

/// `tribute.hold.placed` and `tribute.hold.released`: an ambassador's payouts stop, or go on.
/// A hold never opens by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HoldChanged {
    /// The program.
    pub program: ProgramId,
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// Who decided.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What a person makes of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingDecision {
    /// It is nothing: what it holds goes on.
    Released,
    /// It is fraud: what it holds stays held. A verdict takes the credit away.
    Confirmed,
}

/// `tribute.finding.decided`: a person decided what becomes of a finding that holds earnings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingDecided {
    /// The program.
    pub program: ProgramId,
    /// The finding, as `tribute report fraud` names it.
    pub finding: SmolStr,
    /// What was decided.
    pub decision: FindingDecision,
    /// Who decided.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// `tribute.shipment.sent`: a product was sent to somebody who owes nothing for it, enrolled or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShipmentSent {
    /// The program.
    pub program: ProgramId,
    /// The shipment's own id. Two events that carry one id are one shipment.
    pub shipment: SmolStr,
    /// To whom: the id of somebody who is enrolled; an account, written `tube:@jane`, of somebody who is not, by which
    /// their posts will name them.
    pub to: AmbassadorId,
    /// What was sent, `SKU:NOVEL`.
    pub perk: Asset,
    /// How many units.
    pub units: u32,
    /// The fair market value of one unit, for tax totals, in the program's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fair_value: Option<Millionths>,
}

/// `tribute.perk.stocked`: units of a perk came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PerkStocked {
    /// The program.
    pub program: ProgramId,
    /// The perk, `SKU:TOTE`.
    pub perk: Asset,
    /// How many units.
    pub units: u32,
}

/// What became of a granted perk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PerkOutcome {
    /// It was handed over.
    Delivered,
    /// It goes back to stock.
    Cancelled,
}

/// `tribute.perk.fulfilled`: a granted perk was delivered or cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PerkFulfilled {
    /// The grant.
    pub grant: GrantId,
    /// What happened.
    pub outcome: PerkOutcome,
}

/// `tribute.token.spent`: an ambassador spent tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenSpent {
    /// The program.
    pub program: ProgramId,
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// The token.
    pub token: Asset,
    /// How many; whole units.
    pub amount: Millionths,
    /// What for.
    pub reason: String,
}

/// `tribute.clock.ticked`: what happened up to `at` has arrived, as far as we are willing to wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockTicked {
    /// The instant. A clock never goes back: an earlier instant has no effect.
    pub at: Timestamp,
    /// Where the partitions of the incoming topics (`topic/number`) ended when the tick was made: it takes effect once
    /// everything before is taken in. Absent where events come in one order anyway.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub after: BTreeMap<String, i64>,
}
