use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use tribute_events::{PayoutId, Rejection, RejectionCode, SettlementOutcome};

/// Where a payout is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    /// A run took the balance.
    Proposed,
    /// A person approved it.
    Approved,
    /// It is in a file for the bank.
    Exported,
    /// The bank accepted it.
    Sent,
    /// The money arrived. Only now it is paid.
    Settled,
    /// It was refused; the money is available again.
    Failed,
    /// It came back; the money is available again.
    Returned,
    /// Nobody took it; the money is available again.
    Unclaimed,
    /// A person called it off before the bank had it; the money is available again.
    Cancelled,
    /// No payout: too little to pay.
    Carried,
    /// No payout: something must be done first.
    Held,
}

/// What a person or a bank says of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PayoutStep {
    /// A person approves it.
    Approve,
    /// It was written to a file for the bank.
    Export,
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
    /// A person calls it off.
    Cancel,
    /// A person calls it off and says that a file with it never went to the bank.
    CancelWithdrawn,
}

/// What the ledger must book for a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LedgerEffect {
    /// Nothing moves.
    None,
    /// In transit → cash.
    Settle,
    /// In transit → available.
    GiveBackInTransit,
    /// Cash → in transit → available.
    GiveBackSettled,
}

/// What a step changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The new status.
    pub to: PayoutStatus,
    /// What the ledger must book for it.
    pub effect: LedgerEffect,
}

impl PayoutStatus {
    /// Every status.
    pub const ALL: [Self; 11] = [
        Self::Proposed,
        Self::Approved,
        Self::Exported,
        Self::Sent,
        Self::Settled,
        Self::Failed,
        Self::Returned,
        Self::Unclaimed,
        Self::Cancelled,
        Self::Carried,
        Self::Held,
    ];

    /// The status as it is stored, and the last part of its event's type.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Exported => "exported",
            Self::Sent => "sent",
            Self::Settled => "settled",
            Self::Failed => "failed",
            Self::Returned => "returned",
            Self::Unclaimed => "unclaimed",
            Self::Cancelled => "cancelled",
            Self::Carried => "carried",
            Self::Held => "held",
        }
    }

    /// Whether it may be written to a file for the bank: once only, and approved where the terms ask for it.
    #[must_use]
    pub const fn may_be_exported(self, approval: bool) -> bool {
        matches!((self, approval), (Self::Approved, _) | (Self::Proposed, false))
    }

    /// Whether its money went back to available.
    #[must_use]
    pub const fn is_given_back(self) -> bool {
        matches!(self, Self::Failed | Self::Returned | Self::Unclaimed | Self::Cancelled)
    }
}

impl FromStr for PayoutStatus {
    type Err = Rejection;

    fn from_str(text: &str) -> Result<Self, Rejection> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| {
            let text: String = text.chars().take(40).collect();
            Rejection::new(RejectionCode::InvalidData, format!("`{text}` is not a status of a payout"))
        })
    }
}

impl fmt::Display for PayoutStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl PayoutStep {
    /// Every step.
    pub const ALL: [Self; 9] = [
        Self::Approve,
        Self::Export,
        Self::Sent,
        Self::Settled,
        Self::Failed,
        Self::Returned,
        Self::Unclaimed,
        Self::Cancel,
        Self::CancelWithdrawn,
    ];

    /// The status that it leads to.
    #[must_use]
    pub const fn status(self) -> PayoutStatus {
        match self {
            Self::Approve => PayoutStatus::Approved,
            Self::Export => PayoutStatus::Exported,
            Self::Sent => PayoutStatus::Sent,
            Self::Settled => PayoutStatus::Settled,
            Self::Failed => PayoutStatus::Failed,
            Self::Returned => PayoutStatus::Returned,
            Self::Unclaimed => PayoutStatus::Unclaimed,
            Self::Cancel | Self::CancelWithdrawn => PayoutStatus::Cancelled,
        }
    }
}

impl From<SettlementOutcome> for PayoutStep {
    fn from(outcome: SettlementOutcome) -> Self {
        match outcome {
            SettlementOutcome::Sent => Self::Sent,
            SettlementOutcome::Settled => Self::Settled,
            SettlementOutcome::Failed => Self::Failed,
            SettlementOutcome::Returned => Self::Returned,
            SettlementOutcome::Unclaimed => Self::Unclaimed,
        }
    }
}

/// What a step does to a payout; `None` where it says nothing new. `approval`: whether the terms ask for one.
///
/// `sent` may be skipped, `exported` may not. Money goes back on the first of `failed`, `returned`, `unclaimed`,
/// `cancelled`, and never again; after that nothing can be sent or settled any more.
///
/// # Errors
/// [`RejectionCode::NotPossible`], with a sentence that names the payout and what to do. The questions are asked
/// in the order in which they stand here.
pub fn advance(
    payout: &PayoutId,
    status: PayoutStatus,
    step: PayoutStep,
    approval: bool,
) -> Result<Option<Change>, Rejection> {
    use PayoutStatus as Status;
    let refused = |why: &str| {
        let reason = format!("payout `{payout}` is {status} and can not become {}: {why}", step.status());
        Err(Rejection::new(RejectionCode::NotPossible, reason))
    };
    let change = |effect| Ok(Some(Change { to: step.status(), effect }));
    match (status, step) {
        (Status::Carried | Status::Held, _) => {
            refused("no money was taken for it; a later run proposes a new payout")
        }
        _ if status == step.status() => Ok(None),
        (Status::Unclaimed, PayoutStep::Returned) => change(LedgerEffect::None),
        (Status::Returned, PayoutStep::Unclaimed) => Ok(None),
        (_, PayoutStep::Approve | PayoutStep::Export) if status.is_given_back() => {
            refused("its money went back to the ambassador's balance; the next run proposes a new payout")
        }
        (_, PayoutStep::Sent | PayoutStep::Settled) if status.is_given_back() => refused(
            "its money went back to the ambassador's balance; ask the bank whether it was paid all the same",
        ),
        _ if status.is_given_back() => refused("its money went back already, and it goes back once only"),
        (Status::Proposed | Status::Approved, PayoutStep::Cancel | PayoutStep::CancelWithdrawn)
        | (Status::Exported, PayoutStep::CancelWithdrawn) => change(LedgerEffect::GiveBackInTransit),
        (Status::Exported, PayoutStep::Cancel) => refused(
            "it is in a file for the bank; cancel it only where that file never went there, and say so",
        ),
        (_, PayoutStep::Cancel | PayoutStep::CancelWithdrawn) => refused(
            "the bank has it; ask it to call the payment back, and report it as returned when it comes",
        ),
        (Status::Settled, PayoutStep::Failed | PayoutStep::Unclaimed) => {
            refused("the money has arrived; if it came back, report it as returned")
        }
        (Status::Settled, PayoutStep::Returned) => change(LedgerEffect::GiveBackSettled),
        (Status::Sent | Status::Settled, PayoutStep::Export) => {
            refused("the bank has it already; take it out of the file, or it is paid twice")
        }
        (_, PayoutStep::Approve | PayoutStep::Sent) if status > step.status() => Ok(None),
        (Status::Proposed, PayoutStep::Export) if approval => refused("approve it first, then export it"),
        (Status::Proposed | Status::Approved, PayoutStep::Approve | PayoutStep::Export) => {
            change(LedgerEffect::None)
        }
        (Status::Proposed | Status::Approved, _) => {
            refused("it was not exported; export it, then report this again")
        }
        (_, PayoutStep::Settled) => change(LedgerEffect::Settle),
        (_, PayoutStep::Failed | PayoutStep::Returned | PayoutStep::Unclaimed) => {
            change(LedgerEffect::GiveBackInTransit)
        }
        (_, PayoutStep::Approve | PayoutStep::Export | PayoutStep::Sent) => change(LedgerEffect::None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(status: PayoutStatus, step: PayoutStep) -> Result<Option<Change>, Rejection> {
        advance(&PayoutId::trusted("po_1"), status, step, true)
    }

    #[test]
    fn the_way_of_a_payout() {
        use LedgerEffect as Effect;
        let mut status = PayoutStatus::Proposed;
        for (next, effect) in [
            (PayoutStep::Approve, Effect::None),
            (PayoutStep::Export, Effect::None),
            (PayoutStep::Sent, Effect::None),
            (PayoutStep::Settled, Effect::Settle),
            (PayoutStep::Returned, Effect::GiveBackSettled),
        ] {
            assert_eq!(step(status, next), Ok(Some(Change { to: next.status(), effect })));
            status = next.status();
            assert_eq!(step(status, next), Ok(None), "the same report again");
        }
    }

    #[test]
    fn sent_may_be_skipped_and_late_reports_say_nothing_new() {
        use LedgerEffect as Effect;
        let settled = Change { to: PayoutStatus::Settled, effect: Effect::Settle };
        assert_eq!(step(PayoutStatus::Exported, PayoutStep::Settled), Ok(Some(settled)));
        assert_eq!(step(PayoutStatus::Settled, PayoutStep::Sent), Ok(None));
        assert_eq!(step(PayoutStatus::Sent, PayoutStep::Approve), Ok(None));
        for end in [PayoutStep::Failed, PayoutStep::Returned, PayoutStep::Unclaimed] {
            for status in [PayoutStatus::Exported, PayoutStatus::Sent] {
                let change = Change { to: end.status(), effect: Effect::GiveBackInTransit };
                assert_eq!(step(status, end), Ok(Some(change)));
            }
        }
    }

    #[test]
    fn what_is_not_possible_is_refused_in_a_sentence() {
        for (status, next, says) in [
            (PayoutStatus::Proposed, PayoutStep::Export, "approve it first"),
            (PayoutStatus::Proposed, PayoutStep::Settled, "it was not exported"),
            (PayoutStatus::Approved, PayoutStep::Failed, "it was not exported"),
            (PayoutStatus::Settled, PayoutStep::Failed, "report it as returned"),
            (PayoutStatus::Settled, PayoutStep::Export, "paid twice"),
            (PayoutStatus::Failed, PayoutStep::Settled, "ask the bank"),
            (PayoutStatus::Failed, PayoutStep::Returned, "once only"),
            (PayoutStatus::Returned, PayoutStep::Export, "proposes a new payout"),
            (PayoutStatus::Held, PayoutStep::Approve, "no money was taken"),
            (PayoutStatus::Exported, PayoutStep::Cancel, "never went there"),
            (PayoutStatus::Sent, PayoutStep::CancelWithdrawn, "the bank has it"),
            (PayoutStatus::Settled, PayoutStep::Cancel, "the bank has it"),
            (PayoutStatus::Returned, PayoutStep::Cancel, "once only"),
            (PayoutStatus::Cancelled, PayoutStep::Settled, "ask the bank"),
            (PayoutStatus::Cancelled, PayoutStep::Export, "proposes a new payout"),
        ] {
            let rejection = step(status, next).unwrap_err();
            assert_eq!(rejection.code, RejectionCode::NotPossible);
            let start = format!("payout `po_1` is {status} and can not become {}", next.status());
            assert!(rejection.reason.starts_with(&start) && rejection.reason.contains(says), "{rejection}");
        }
    }

    #[test]
    fn what_the_bank_does_not_have_is_cancelled_once() {
        let back = Change { to: PayoutStatus::Cancelled, effect: LedgerEffect::GiveBackInTransit };
        for status in [PayoutStatus::Proposed, PayoutStatus::Approved] {
            assert_eq!(step(status, PayoutStep::Cancel), Ok(Some(back)));
        }
        assert_eq!(step(PayoutStatus::Exported, PayoutStep::CancelWithdrawn), Ok(Some(back)));
        assert_eq!(step(PayoutStatus::Cancelled, PayoutStep::Cancel), Ok(None));
    }

    #[test]
    fn approval_is_policy() {
        let export = |approval| {
            advance(&PayoutId::trusted("po_1"), PayoutStatus::Proposed, PayoutStep::Export, approval)
        };
        assert!(export(true).is_err());
        assert!(export(false).unwrap().is_some());
        for status in PayoutStatus::ALL {
            for approval in [true, false] {
                let moves = advance(&PayoutId::trusted("po_1"), status, PayoutStep::Export, approval);
                assert_eq!(status.may_be_exported(approval), matches!(moves, Ok(Some(_))), "{status}");
            }
            assert_eq!(status.as_str().parse(), Ok(status));
        }
    }
}
