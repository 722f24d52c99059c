use tribute_events::statement::{
    PaymentOutcome, PaymentStatus, References, ReturnReason, StatementFormat, StatusReport,
};
use tribute_payouts::{
    PayoutStatus,
    matching::{Answer, answers},
};

use crate::shapes::*;

pub(crate) fn status(outcome: PaymentOutcome, references: References) -> PaymentStatus {
    let failed = matches!(outcome, PaymentOutcome::Rejected | PaymentOutcome::Returned);
    let reason =
        failed.then(|| ReturnReason { code: "AC04".into(), words: "the account is closed".to_owned() });
    PaymentStatus { references, outcome, reason, amount: None, day: None, corrected: None }
}

pub(crate) fn of(id: &str) -> References {
    References { end_to_end: Some(id.into()), message: Some("RUN-1".into()), ..References::default() }
}

fn block(name: &str) -> References {
    References { payment_info: Some(name.into()), ..References::default() }
}

fn file(name: &str) -> References {
    References { message: Some(name.into()), ..References::default() }
}

pub(crate) fn report(payments: Vec<PaymentStatus>) -> StatusReport {
    StatusReport {
        format: StatementFormat::Pain002,
        id: "A1".into(),
        message: Some("RUN-1".into()),
        file: None,
        blocks: Vec::new(),
        payments,
    }
}

fn line(answer: &Answer) -> String {
    let payouts: Vec<&str> = answer.payouts.iter().map(|it| it.as_str()).collect();
    let settled: Vec<String> =
        answer.settlements.iter().map(|it| format!("{} {:?}", it.payout, it.outcome)).collect();
    format!("{} [{}] → {}", answer.confidence, payouts.join(" "), settled.join(", "))
}

fn lines(all: &[Answer]) -> Vec<String> {
    all.iter().map(line).collect()
}

#[test]
fn single_payments_go_before_their_block_and_file() {
    let mut report = report(vec![status(PaymentOutcome::Rejected, of("po_2"))]);
    report.blocks = vec![status(PaymentOutcome::Accepted, block("RUN-1-1"))];
    report.file = Some(status(PaymentOutcome::Partly, file("RUN-1")));
    let all = answers(&[report], &[payout("po_1", 1_000), payout("po_2", 2_000)]);
    assert_eq!(lines(&all), ["certain [po_2] → po_2 Failed", "certain [po_1] → po_1 Sent"]);
    assert_eq!(
        all[0].why,
        "the bank answers to this payout: it is refused, the money never left: AC04 the account is closed"
    );
    assert_eq!(all[0].settlements[0].reason.as_deref(), Some("AC04 the account is closed"));
}

#[test]
fn a_refused_file_refuses_every_payout_in_it() {
    let mut report = report(Vec::new());
    report.file = Some(status(PaymentOutcome::Rejected, file("RUN-1")));
    let all = answers(&[report], &[payout("po_1", 1_000), payout("po_2", 2_000)]);
    assert_eq!(lines(&all), ["certain [po_1 po_2] → po_1 Failed, po_2 Failed"]);
}

#[test]
fn nothing_is_booked_that_says_nothing_new() {
    let sent = with_status("po_1", 1_000, PayoutStatus::Sent);
    let settled = with_status("po_2", 1_000, PayoutStatus::Settled);
    let payments = vec![
        status(PaymentOutcome::Accepted, of("po_1")),
        status(PaymentOutcome::Pending, of("po_1")),
        status(PaymentOutcome::Rejected, of("po_2")),
        status(PaymentOutcome::DetailsChanged, of("po_2")),
        status(PaymentOutcome::Returned, of("po_2")),
    ];
    let all = answers(&[report(payments)], &[sent, settled]);
    let expected = [
        "certain [po_1] → ",
        "certain [po_1] → ",
        "likely [po_2] → ",
        "certain [po_2] → ",
        "certain [po_2] → po_2 Returned",
    ];
    assert_eq!(lines(&all), expected);
}

#[test]
fn another_amount_or_an_unknown_payment_books_nothing() {
    let mut other = status(PaymentOutcome::Returned, of("po_1"));
    other.amount = Some(amount(999, "EUR"));
    let unknown = status(PaymentOutcome::Rejected, of("po_9"));
    let all = answers(&[report(vec![other, unknown])], &[payout("po_1", 1_000)]);
    assert_eq!(lines(&all), ["likely [po_1] → ", "certain [] → "]);
    assert!(all[1].why.contains("`po_9`, which is no payout that is known"));
}

#[test]
fn a_refused_copy_gives_nothing_back() {
    let mut whole = status(PaymentOutcome::Rejected, file("RUN-1"));
    whole.reason = Some(ReturnReason { code: "DUPL".into(), words: "it was handed in twice".to_owned() });
    let mut copy = report(Vec::new());
    copy.file = Some(whole);
    let mut first = payout("po_1", 1_000);
    first.status = PayoutStatus::Sent;
    let all = answers(&[copy.clone()], &[first.clone()]);
    assert_eq!(lines(&all), ["certain [po_1] → "]);
    // Nothing was heard of the first: a person has to ask.
    first.status = PayoutStatus::Exported;
    let all = answers(&[copy], &[first]);
    assert_eq!(lines(&all), ["possible [po_1] → "]);
    assert!(all[0].why.contains("ask the bank what became of the first"), "{}", all[0].why);
}

#[test]
fn an_answer_that_contradicts_what_is_known_is_for_a_person() {
    let mut rejected = report(Vec::new());
    rejected.file = Some(status(PaymentOutcome::Rejected, file("RUN-1")));
    let known =
        [with_status("po_1", 1_000, PayoutStatus::Settled), with_status("po_2", 500, PayoutStatus::Sent)];
    let all = answers(&[rejected], &known);
    assert_eq!(lines(&all), ["certain [po_2] → po_2 Failed", "likely [po_1] → "]);
    assert!(
        all[1].why.ends_with("the money has arrived; if it came back, report it as returned"),
        "{}",
        all[1].why
    );

    let accepted = [report(vec![status(PaymentOutcome::Accepted, of("po_1"))])];
    let mut known = with_status("po_1", 1_000, PayoutStatus::Failed);
    let all = answers(&accepted, std::slice::from_ref(&known));
    assert_eq!(lines(&all), ["likely [po_1] → "]);
    assert!(all[0].why.ends_with("ask the bank whether it was paid all the same"), "{}", all[0].why);
    known.accepted_by = Some("A1".into());
    assert_eq!(
        lines(&answers(&accepted, &[known])),
        ["certain [po_1] → "],
        "it accepted it before it failed"
    );
    let back = with_status("po_1", 1_000, PayoutStatus::Returned);
    assert_eq!(lines(&answers(&accepted, &[back])), ["certain [po_1] → "]);
}
