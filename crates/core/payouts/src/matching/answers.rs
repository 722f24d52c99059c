use std::collections::BTreeSet;

use smol_str::SmolStr;
use tribute_events::{
    PayoutId, SettlementOutcome, SettlementReported,
    statement::{PaymentOutcome, PaymentStatus, ReturnReason, StatusReport},
};

use super::{
    Confidence, KnownPayout,
    known::{At, Known, is_with_the_bank},
};
use crate::{PayoutStatus, PayoutStep, advance};

/// What a bank's answer says of payouts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The outcome.
    pub outcome: PaymentOutcome,
    /// How sure it is that these are the payouts.
    pub confidence: Confidence,
    /// The payouts; none where the answer is about a payment that nobody knows.
    pub payouts: Vec<PayoutId>,
    /// Why, in a sentence for a person.
    pub why: String,
    /// What to book once it is accepted; of itself only where it is certain.
    pub settlements: Vec<SettlementReported>,
    /// Corrected details of the payee's account, to be changed before the next payout. Personal data.
    pub corrected: Option<String>,
}

/// Matches answers to payment files with payouts. Answers about single payments go before those about their block, and
/// these before those about the file. The order of payouts does not matter.
///
/// An answer that a payment was carried out makes the payout sent: that the money left is for the statement to say.
#[must_use]
pub fn answers(reports: &[StatusReport], payouts: &[KnownPayout]) -> Vec<Answer> {
    let known = Known::new(payouts);
    let mut answers = Vec::new();
    for report in reports {
        let mut told = BTreeSet::new();
        for payment in &report.payments {
            let named = known.named(&payment.references);
            told.extend(&named);
            answers.push(single(&known, report, payment, &named));
        }
        let groups = report.blocks.iter().chain(&report.file);
        for group in groups.filter(|it| it.outcome != PaymentOutcome::Partly) {
            let Some((name, members)) = known.batch(&group.references) else {
                if group.outcome != PaymentOutcome::Pending && told.is_empty() {
                    answers.push(nobody_knows(group, report.message.as_deref().unwrap_or("?")));
                }
                continue;
            };
            let members: BTreeSet<At> = members.difference(&told).copied().collect();
            told.extend(&members);
            let (against, rest): (BTreeSet<At>, BTreeSet<At>) = members.into_iter().partition(|at| {
                known.get(*at).is_some_and(|payout| contradiction(report, group, payout).is_some())
            });
            let what = format!("the bank answers to all of {name}");
            for members in [rest, against].iter().filter(|members| !members.is_empty()) {
                answers.push(answer(&known, report, group, members, Confidence::Certain, &what));
            }
        }
    }
    answers
}

fn single(known: &Known<'_>, report: &StatusReport, payment: &PaymentStatus, named: &BTreeSet<At>) -> Answer {
    let fits = |at: &At| {
        let amount = known.get(*at).map(|payout| &payout.amount);
        payment.amount.is_none() || payment.amount.as_ref() == amount
    };
    match (named.len(), named.iter().all(fits)) {
        (0, _) => {
            let references = &payment.references;
            let name = references.end_to_end.as_deref().or(references.trace.as_deref());
            nobody_knows(payment, name.or(references.instruction.as_deref()).unwrap_or("?"))
        }
        (1, true) => {
            answer(known, report, payment, named, Confidence::Certain, "the bank answers to this payout")
        }
        (1, false) => {
            let what = "the bank answers to this payout with another amount; ask it which payment it means";
            Answer {
                settlements: Vec::new(),
                ..answer(known, report, payment, named, Confidence::Likely, what)
            }
        }
        (count, _) => {
            let what = format!("the bank's references fit {count} payouts; choose one");
            Answer {
                settlements: Vec::new(),
                ..answer(known, report, payment, named, Confidence::Possible, &what)
            }
        }
    }
}

fn nobody_knows(payment: &PaymentStatus, name: &str) -> Answer {
    Answer {
        outcome: payment.outcome,
        confidence: Confidence::Certain,
        payouts: Vec::new(),
        why: format!("the bank answers to `{name}`, which is no payout that is known"),
        settlements: Vec::new(),
        corrected: payment.corrected.clone(),
    }
}

fn answer(
    known: &Known<'_>,
    report: &StatusReport,
    payment: &PaymentStatus,
    members: &BTreeSet<At>,
    confidence: Confidence,
    what: &str,
) -> Answer {
    if payment.outcome == PaymentOutcome::Rejected && payment.reason.as_ref().is_some_and(is_of_a_copy) {
        return of_a_copy(known, payment, members);
    }
    let reason = payment.reason.as_ref().map(ToString::to_string);
    let said = match payment.outcome {
        PaymentOutcome::Pending => "nothing is decided yet",
        PaymentOutcome::Accepted => "it is accepted",
        PaymentOutcome::Partly => "it is accepted in part",
        PaymentOutcome::Rejected => "it is refused, the money never left",
        PaymentOutcome::Returned => "it came back",
        PaymentOutcome::DetailsChanged => "it is carried out, and the payee's details must be corrected",
    };
    let because = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let payouts: Vec<&KnownPayout> = members.iter().filter_map(|at| known.get(*at)).collect();
    let reference = reference(report, payment);
    let against: Vec<String> = payouts.iter().filter_map(|it| contradiction(report, payment, it)).collect();
    let confidence = if against.is_empty() { confidence } else { confidence.max(Confidence::Likely) };
    let against: String = against.iter().map(|why| format!("; yet {why}")).collect();
    let settlement = |payout: &&KnownPayout| {
        Some(SettlementReported {
            payout: payout.payout.clone(),
            outcome: outcome(payment.outcome, payout.status)?,
            reference: Some(reference.clone()),
            reason: reason.clone(),
            booked_on: None,
        })
    };
    Answer {
        outcome: payment.outcome,
        confidence,
        payouts: payouts.iter().map(|it| it.payout.clone()).collect(),
        why: format!("{what}: {said}{because}{against}"),
        settlements: payouts.iter().filter_map(settlement).collect(),
        corrected: payment.corrected.clone(),
    }
}

fn reference(report: &StatusReport, payment: &PaymentStatus) -> SmolStr {
    payment.references.bank.clone().unwrap_or_else(|| report.id.clone())
}

/// Why an answer and what is known of a payout cannot both be, in a sentence that says what to do. An answer that was
/// taken before it came otherwise is none, nor is one about money that is back already.
fn contradiction(report: &StatusReport, payment: &PaymentStatus, payout: &KnownPayout) -> Option<String> {
    let step = match payment.outcome {
        PaymentOutcome::Accepted => PayoutStep::Sent,
        PaymentOutcome::Rejected if !payment.reason.as_ref().is_some_and(is_of_a_copy) => PayoutStep::Failed,
        PaymentOutcome::Returned => PayoutStep::Returned,
        _ => return None,
    };
    let known = match (payout.status, step) {
        (PayoutStatus::Returned, _) => true,
        (status, PayoutStep::Sent) => {
            status.is_given_back() && payout.accepted_by == Some(reference(report, payment))
        }
        (status, _) => status.is_given_back(),
    };
    let refused = advance(&payout.payout, payout.status, step, true).err();
    refused.filter(|_| !known).map(|refused| refused.reason)
}

/// Whether a bank refuses what it has already: the codes of ISO 20022 for duplicates.
fn is_of_a_copy(reason: &ReturnReason) -> bool {
    matches!(reason.code.as_str(), "DUPL" | "DU01" | "DU02" | "DU03" | "DU04" | "DU05" | "AM05")
}

/// A copy was refused: that says nothing of the first, which may be paid. Where nothing is known of the first either, a
/// person has to ask.
fn of_a_copy(known: &Known<'_>, payment: &PaymentStatus, members: &BTreeSet<At>) -> Answer {
    let payouts: Vec<&KnownPayout> = members.iter().filter_map(|at| known.get(*at)).collect();
    let heard = payouts.iter().all(|payout| payout.status != PayoutStatus::Exported);
    let confidence = if heard { Confidence::Certain } else { Confidence::Possible };
    let ask = if heard { "" } else { "; ask the bank what became of the first" };
    let reason = payment.reason.as_ref().map(ToString::to_string).unwrap_or_default();
    Answer {
        outcome: payment.outcome,
        confidence,
        payouts: payouts.iter().map(|it| it.payout.clone()).collect(),
        why: format!("the bank refuses a second copy, which gives nothing back: {reason}{ask}"),
        settlements: Vec::new(),
        corrected: None,
    }
}

/// What an outcome books for a payout of a status; nothing where it says nothing new or can not be.
fn outcome(outcome: PaymentOutcome, status: PayoutStatus) -> Option<SettlementOutcome> {
    match outcome {
        PaymentOutcome::Accepted => (status == PayoutStatus::Exported).then_some(SettlementOutcome::Sent),
        PaymentOutcome::Rejected => is_with_the_bank(status).then_some(SettlementOutcome::Failed),
        PaymentOutcome::Returned => {
            let out = is_with_the_bank(status) || status == PayoutStatus::Settled;
            out.then_some(SettlementOutcome::Returned)
        }
        PaymentOutcome::Pending | PaymentOutcome::Partly | PaymentOutcome::DetailsChanged => None,
    }
}
