use tribute_payouts::PayoutStatus;

use crate::shapes::*;

#[test]
fn a_return_with_the_reference_is_certain_and_says_why() {
    for status in [PayoutStatus::Exported, PayoutStatus::Sent, PayoutStatus::Settled] {
        let found = found(vec![returned(1_000, Some("po_1"))], &[with_status("po_1", 1_000, status)]);
        assert_eq!(lines(&found), ["returned certain [po_1] 10.00 EUR → po_1 Returned"], "{status}");
        let reason = found.rows[0].settlements[0].reason.as_deref();
        assert_eq!(reason, Some("AC04 the account is closed"));
    }
}

#[test]
fn paid_and_returned_in_one_statement_is_settled_first() {
    let both =
        found(vec![returned(1_000, Some("po_1")), entry(-1_000, Some("po_1"))], &[payout("po_1", 1_000)]);
    let order: Vec<_> = both.certain().map(|it| format!("{:?}", it.outcome)).collect();
    assert_eq!(order, ["Settled", "Returned"]);
}

#[test]
fn a_return_that_was_reported_before_is_confirmed_and_booked_no_second_time() {
    let mut books = Books::of(&[with_status("po_1", 1_000, PayoutStatus::Returned)]);
    let back = |bank| [statement(bank, vec![with_bank(1_000, Some("po_1"), bank)])];
    assert_eq!(books.read(&back("B-7")), ["returned certain [po_1] 10.00 EUR → "]);
    assert_eq!(books.read(&back("B-7")), ["duplicate certain [po_1] 10.00 EUR → (known)"]);
    assert_eq!(books.read(&back("B-1")), ["duplicate certain [po_1] 10.00 EUR → "], "a second time");
}

#[test]
fn money_comes_back_once() {
    let known = with_status("po_1", 1_000, PayoutStatus::Settled);
    let twice = found(vec![returned(1_000, Some("po_1")), returned(1_000, Some("po_1"))], &[known]);
    assert_eq!(
        lines(&twice),
        ["returned certain [po_1] 10.00 EUR → po_1 Returned", "duplicate certain [po_1] 10.00 EUR → ",]
    );
}

#[test]
fn a_reversal_of_a_second_debit_does_not_return_the_payout() {
    let mut undone = entry(1_000, Some("po_1"));
    undone.reversal = true;
    let entries = vec![entry(-1_000, Some("po_1")), entry(-1_000, Some("po_1")), undone];
    let found = found(entries, &[payout("po_1", 1_000)]);
    assert_eq!(
        lines(&found)[1..],
        ["duplicate certain [po_1] -10.00 EUR → ", "duplicate likely [po_1] 10.00 EUR → ",]
    );
}

#[test]
fn a_return_by_amount_is_a_suggestion_and_only_where_the_bank_says_so() {
    let known = [with_status("po_1", 1_000, PayoutStatus::Settled)];
    let marked = found(vec![returned(1_000, None)], &known);
    assert_eq!(lines(&marked), ["returned possible [po_1] 10.00 EUR → po_1 Returned"]);
    let plain = found(vec![entry(1_000, None)], &known);
    assert_eq!(lines(&plain), ["unexpected certain [] 10.00 EUR → "]);
    let two = [known[0].clone(), with_status("po_2", 1_000, PayoutStatus::Sent)];
    assert_eq!(
        lines(&found(vec![returned(1_000, None)], &two)),
        ["returned possible [po_1 po_2] 10.00 EUR → "]
    );
}

#[test]
fn a_return_less_a_stated_fee_is_certain_and_less_an_unstated_one_is_not() {
    let known = [with_status("po_1", 1_000, PayoutStatus::Settled)];
    let mut less = returned(990, Some("po_1"));
    assert_eq!(
        lines(&found(vec![less.clone()], &known)),
        ["different likely [po_1] 9.90 EUR → po_1 Returned"]
    );
    less.fees = vec![amount(10, "EUR")];
    assert_eq!(lines(&found(vec![less], &known)), ["returned certain [po_1] 9.90 EUR → po_1 Returned"]);
}

#[test]
fn a_debit_of_a_payout_that_came_back_is_for_a_person() {
    let found =
        found(vec![entry(-1_000, Some("po_1"))], &[with_status("po_1", 1_000, PayoutStatus::Returned)]);
    assert_eq!(lines(&found), ["unexpected likely [po_1] -10.00 EUR → "]);
}

#[test]
fn a_return_in_the_text_and_of_a_batch() {
    let known = [with_status("po_20261123ada", 1_000, PayoutStatus::Settled)];
    let mut marked = returned(1_000, None);
    marked.text = "return of po_20261123ada".to_owned();
    assert!(lines(&found(vec![marked], &known))[0].starts_with("returned certain"));
    assert!(
        lines(&found(vec![with_text(1_000, "po_20261123ada")], &known))[0].starts_with("returned likely")
    );
    let batch = [payout("po_1", 1_000), payout("po_2", 500)];
    let back = found(vec![of_batch(1_500, "RUN-1-1", None)], &batch);
    assert_eq!(lines(&back), ["returned likely [po_1 po_2] 15.00 EUR → po_1 Returned, po_2 Returned"]);
}
