//! Statements one after the other: what is on record counts.

use tribute_payouts::PayoutStatus;

use crate::shapes::*;

#[test]
fn a_second_debit_that_comes_back_later_is_no_return() {
    let mut books = Books::of(&[payout("po_1", 1_000)]);
    let first = [statement(
        "S1",
        vec![with_bank(-1_000, Some("po_1"), "B-1"), with_bank(-1_000, Some("po_1"), "B-2")],
    )];
    let back = [statement("S2", vec![with_bank(1_000, Some("po_1"), "B-3")])];
    let second = "duplicate certain [po_1] -10.00 EUR → ";
    assert_eq!(books.read(&first), ["matched certain [po_1] -10.00 EUR → po_1 Settled", second]);
    assert_eq!(books.read(&first)[1], second, "the bank still owes it");
    assert_eq!(books.read(&back), ["duplicate likely [po_1] 10.00 EUR → "]);
    assert_eq!(books.shown(), "po_1 settled; cash -1000");
    assert!(books.read(&first).iter().chain(&books.read(&back)).all(|row| row.ends_with("(known)")));
    let really = [statement("S3", vec![with_bank(1_000, Some("po_1"), "B-4")])];
    assert_eq!(books.read(&really), ["returned certain [po_1] 10.00 EUR → po_1 Returned"]);
}

#[test]
fn a_second_debit_of_a_batch_that_comes_back_later_returns_nothing() {
    let mut books = Books::of(&[payout("po_1", 1_000), payout("po_2", 500)]);
    let batch = |name: &str, signed| {
        let mut entry = of_batch(signed, "RUN-1-1", None);
        entry.references.bank = Some(name.into());
        [statement(name, vec![entry])]
    };
    books.read(&batch("B-1", -1_500));
    assert_eq!(books.read(&batch("B-2", -1_500)), ["duplicate certain [po_1 po_2] -15.00 EUR → "]);
    assert_eq!(books.read(&batch("B-3", 1_500)), ["duplicate likely [po_1 po_2] 15.00 EUR → "]);
    assert_eq!(books.shown(), "po_1 settled, po_2 settled; cash -1500");
    let again: Vec<String> = ["B-2", "B-3"]
        .into_iter()
        .zip([-1_500, 1_500])
        .flat_map(|(name, signed)| books.read(&batch(name, signed)))
        .collect();
    assert!(again.iter().all(|row| row.ends_with("(known)")), "{again:?}");
}

#[test]
fn a_batch_with_and_without_its_payments_is_one_entry_whichever_is_read_first() {
    let bare = || {
        let mut entry = of_batch(-1_500, "RUN-1-1", Some(2));
        entry.references.bank = Some("BR-1".into());
        entry
    };
    let mut listed = bare();
    listed.details = vec![detail(Some(1_000), "po_1"), detail(Some(500), "po_2")];
    let (whole, parts) = ([statement("M1", vec![bare()])], [statement("N1", vec![listed])]);
    for (first, second) in [(&whole, &parts), (&parts, &whole)] {
        let mut books = Books::of(&[payout("po_1", 1_000), payout("po_2", 500)]);
        books.read(first);
        let kept = books.entries.clone();
        assert_eq!(books.read(second), ["duplicate certain [po_1 po_2] -15.00 EUR → (known)"]);
        assert_eq!(
            (books.shown().as_str(), &books.entries),
            ("po_1 settled, po_2 settled; cash -1500", &kept)
        );
    }
}

#[test]
fn entries_that_add_up_to_a_payout_may_come_in_several_statements_and_again() {
    let part = |name: &str, signed| [statement(name, vec![with_bank(signed, Some("po_1"), name)])];
    let mut books = Books::of(&[payout("po_1", 1_000)]);
    assert_eq!(books.read(&part("B-1", -600)), ["different likely [po_1] -6.00 EUR → po_1 Settled"]);
    assert_eq!(books.read(&part("B-2", -400)), ["matched certain [po_1] -10.00 EUR → po_1 Settled"]);
    for (name, signed) in [("B-1", -600), ("B-2", -400)] {
        assert!(books.read(&part(name, signed))[0].ends_with("(known)"));
    }
    assert_eq!(books.read(&part("B-3", 700)), ["different likely [po_1] 7.00 EUR → po_1 Returned"]);
    assert_eq!(books.read(&part("B-4", 300)), ["returned certain [po_1] 10.00 EUR → po_1 Returned"]);
    for (name, signed) in [("B-3", 700), ("B-4", 300)] {
        assert!(books.read(&part(name, signed))[0].ends_with("(known)"));
    }
    assert_eq!(books.shown(), "po_1 returned; cash 0");
}

#[test]
fn another_amount_that_came_back_is_a_return_once_a_person_accepts_it() {
    let mut books = Books::of(&[with_status("po_1", 1_800, PayoutStatus::Settled)]);
    let back = [statement("S1", vec![returned(1_765, Some("po_1"))])];
    assert_eq!(books.accept(&back, &[0]), ["different likely [po_1] 17.65 EUR → po_1 Returned"]);
    assert_eq!(books.shown(), "po_1 returned; cash 1800");
    assert!(books.read(&back)[0].ends_with("(known)"));
}

#[test]
fn a_credit_of_a_payout_that_no_statement_shows_to_have_left_is_for_a_person() {
    let mut books = Books::of(&[payout("po_1", 1_000)]);
    let (back, paid) = (
        [statement("S2", vec![entry(1_000, Some("po_1"))])],
        [statement("S1", vec![entry(-1_000, Some("po_1"))])],
    );
    assert_eq!(books.read(&back), ["returned likely [po_1] 10.00 EUR → po_1 Returned"]);
    assert_eq!(books.read(&paid), ["matched certain [po_1] -10.00 EUR → po_1 Settled"]);
    assert_eq!(books.read(&back), ["returned certain [po_1] 10.00 EUR → po_1 Returned"]);
}
