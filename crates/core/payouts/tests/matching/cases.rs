use tribute_events::statement::{Amount, Entry, EntryStatus, Statement, StatementFormat};
use tribute_payouts::{
    PayoutStatus,
    matching::{KnownPayout, Seen, Settings, gaps, reconcile},
};

use crate::shapes::*;

#[test]
fn by_reference_is_certain() {
    let found = found(vec![entry(-1_000, Some("PO_1"))], &[payout("po_1", 1_000)]);
    assert_eq!(lines(&found), ["matched certain [po_1] -10.00 EUR → po_1 Settled"]);
    assert_eq!(found.rows[0].why, "its reference is on the entry, and the amount is the same");
    assert_eq!(found.rows[0].settlements[0].reference.as_deref(), Some("NL1 S1/1"));
}

#[test]
fn every_reference_under_which_it_was_exported_counts() {
    let mut known = payout("po_1", 1_000);
    known.references.trace = Some("091000010000001".into());
    known.references.instruction = Some("I-1".into());
    known.references.end_to_end = Some("E-1".into());
    for (end_to_end, instruction, trace, customer) in [
        (Some("E-1"), None, None, None),
        (None, Some("I-1"), None, None),
        (None, None, Some("091000010000001"), None),
        (None, None, None, Some("po_1")),
    ] {
        let mut entry = entry(-1_000, end_to_end);
        entry.references.instruction = instruction.map(Into::into);
        entry.references.trace = trace.map(Into::into);
        entry.references.customer = customer.map(Into::into);
        let found = found(vec![entry], std::slice::from_ref(&known));
        assert_eq!(lines(&found), ["matched certain [po_1] -10.00 EUR → po_1 Settled"]);
    }
}

#[test]
fn some_banks_put_the_payers_reference_where_their_own_belongs() {
    let found = found(vec![with_bank(-1_000, None, "po_1")], &[payout("po_1", 1_000)]);
    assert_eq!(lines(&found), ["matched certain [po_1] -10.00 EUR → po_1 Settled"]);
}

#[test]
fn another_amount_is_a_difference_that_a_person_decides() {
    let found = found(vec![entry(-990, Some("po_1"))], &[payout("po_1", 1_000)]);
    assert_eq!(lines(&found), ["different likely [po_1] -9.90 EUR → po_1 Settled"]);
    assert!(found.rows[0].why.contains("9.90 EUR where 10.00 EUR was sent"), "{}", found.rows[0].why);
    assert_eq!(found.certain().count(), 0);
}

#[test]
fn a_fee_that_the_statement_states_explains_the_difference() {
    for (signed, fee) in [(-1_025, 25), (-975, 25)] {
        let mut entry = entry(signed, Some("po_1"));
        entry.fees = vec![amount(fee, "EUR")];
        let found = found(vec![entry], &[payout("po_1", 1_000)]);
        assert_eq!(found.certain().count(), 1, "{signed}");
        assert_eq!(found.rows[0].fee, Some(amount(25, "EUR")));
    }
    let mut wrong = entry(-1_030, Some("po_1"));
    wrong.fees = vec![amount(25, "EUR")];
    assert!(lines(&found(vec![wrong], &[payout("po_1", 1_000)]))[0].starts_with("different likely"));
}

#[test]
fn another_currency_fits_at_the_stated_rate() {
    let dollars = KnownPayout { amount: amount(15_000, "USD"), ..payout("po_1", 0) };
    let case = |signed, instructed: Amount, rate| {
        lines(&found(vec![abroad(signed, "po_1", instructed, rate)], std::slice::from_ref(&dollars)))
            .remove(0)
    };
    let certain = "matched certain [po_1] -144.00 EUR → po_1 Settled";
    assert_eq!(case(-14_400, amount(15_000, "USD"), Some("1.0417")), certain);
    assert_eq!(case(-14_400, amount(15_000, "USD"), Some("0.96")), certain);
    let no_rate = case(-14_400, amount(15_000, "USD"), None);
    assert_eq!(no_rate, "matched likely [po_1] -144.00 EUR → po_1 Settled");
    assert!(case(-14_400, amount(15_000, "USD"), Some("1.2")).starts_with("different likely"));
    assert!(case(-14_400, amount(15_001, "USD"), Some("1.0417")).starts_with("different likely"));
}

#[test]
fn one_entry_for_a_batch_settles_every_payout_in_it() {
    let payouts =
        [payout("po_1", 1_000), payout("po_2", 2_000), with_status("po_3", 500, PayoutStatus::Failed)];
    let whole = found(vec![of_batch(-3_000, "RUN-1-1", Some(2))], &payouts);
    assert_eq!(lines(&whole), ["matched certain [po_1 po_2] -30.00 EUR → po_1 Settled, po_2 Settled"]);
    let counted = found(vec![of_batch(-3_000, "RUN-1-1", Some(3))], &payouts);
    assert!(lines(&counted)[0].starts_with("matched likely"), "the bank counts another number");
    let part = found(vec![of_batch(-2_000, "RUN-1-1", None)], &payouts);
    assert_eq!(lines(&part), ["different likely [po_1 po_2] -20.00 EUR → "]);
    let unnamed = found(vec![entry(-3_000, None)], &payouts);
    assert_eq!(lines(&unnamed), ["matched likely [po_1 po_2] -30.00 EUR → po_1 Settled, po_2 Settled"]);
}

#[test]
fn the_payments_of_a_batch_that_are_listed_are_matched_one_by_one() {
    let payouts = [payout("po_1", 1_000), payout("po_2", 2_000)];
    let mut batch = of_batch(-3_050, "RUN-1-1", None);
    batch.details = vec![detail(Some(1_000), "po_1"), detail(Some(2_000), "po_2")];
    batch.fees = vec![amount(50, "EUR")];
    let expected = [
        "charge certain [] -0.50 EUR → ",
        "matched certain [po_1] -10.00 EUR → po_1 Settled",
        "matched certain [po_2] -20.00 EUR → po_2 Settled",
    ];
    let found_all = found(vec![batch.clone()], &payouts);
    assert_eq!(lines(&found_all), expected);
    assert_eq!(found_all.rows[0].fee, Some(amount(50, "EUR")));
    batch.details = vec![detail(None, "po_1"), detail(None, "po_2")];
    let listed = found(vec![batch], &payouts);
    assert_eq!(lines(&listed), ["matched certain [po_1 po_2] -30.50 EUR → po_1 Settled, po_2 Settled"]);
}

#[test]
fn several_entries_may_add_up_to_one_payout() {
    let parts = found(vec![entry(-400, Some("po_1")), entry(-600, Some("po_1"))], &[payout("po_1", 1_000)]);
    assert_eq!(lines(&parts), ["matched certain [po_1] -10.00 EUR → po_1 Settled"]);
    assert_eq!(parts.rows[0].entries.len(), 2);
}

#[test]
fn an_id_in_the_text_is_certain_where_it_is_long() {
    let known = [payout("po_20261123ada", 1_000), payout("po_20261123", 1_000)];
    let long = found(vec![with_text(-1_000, "commission/PO_20261123ADA, thanks")], &known);
    assert_eq!(lines(&long)[0], "matched certain [po_20261123ada] -10.00 EUR → po_20261123ada Settled");
    let short = found(vec![with_text(-1_000, "for po_1")], &[payout("po_1", 1_000), payout("po_12", 1_000)]);
    assert_eq!(lines(&short)[0], "matched likely [po_1] -10.00 EUR → po_1 Settled");
    let other = found(vec![with_text(-900, "for po_20261123ada")], &known);
    assert_eq!(lines(&other)[0], "different possible [po_20261123ada] -9.00 EUR → ");
}

#[test]
fn amount_and_day_are_a_suggestion_and_never_certain() {
    let alone = found(vec![entry(-1_000, None)], &[payout("po_1", 1_000)]);
    assert_eq!(lines(&alone), ["matched possible [po_1] -10.00 EUR → po_1 Settled"]);
    let several = found(vec![entry(-1_000, None)], &[payout("po_1", 1_000), payout("po_2", 1_000)]);
    assert_eq!(lines(&several), ["matched possible [po_1 po_2] -10.00 EUR → "]);
    let twice = found(vec![entry(-1_000, None), entry(-1_000, None)], &[payout("po_1", 1_000)]);
    assert_eq!(
        lines(&twice),
        ["matched possible [po_1] -10.00 EUR → ", "matched possible [po_1] -10.00 EUR → "]
    );
    let late = KnownPayout { exported: Some(day("2026-11-01")), ..payout("po_1", 1_000) };
    assert_eq!(lines(&found(vec![entry(-1_000, None)], &[late]))[0], "unexpected certain [] -10.00 EUR → ");
}

#[test]
fn money_that_nobody_knows_is_unexpected() {
    let both = found(vec![entry(-700, Some("rent")), entry(900, Some("NL-INVOICE"))], &[]);
    assert_eq!(lines(&both), ["unexpected certain [] -7.00 EUR → ", "unexpected certain [] 9.00 EUR → "]);
    let proposed =
        found(vec![entry(-700, Some("po_1"))], &[with_status("po_1", 700, PayoutStatus::Proposed)]);
    assert_eq!(lines(&proposed), ["unexpected likely [po_1] -7.00 EUR → "]);
}

#[test]
fn a_payout_is_missing_once_statements_reach_beyond_its_time() {
    let mut reach = statement("S1", Vec::new());
    let known = [payout("po_1", 1_000)];
    let settings = Settings::default();
    let early = reconcile(std::slice::from_ref(&reach), &known, &Seen::default(), &settings);
    assert_eq!((early.rows.len(), early.open.len()), (0, 1));
    reach.to = Some(day("2026-11-26"));
    let due = reconcile(&[reach], &known, &Seen::default(), &settings);
    assert_eq!(lines(&due), ["missing certain [po_1]  → "]);
    assert!(due.rows[0].why.contains("exported on 2026-11-23 and is on no statement up to 2026-11-26"));
}

#[test]
fn the_same_entry_again_is_a_duplicate() {
    let known = [payout("po_1", 1_000)];
    let entries = statement("S1", vec![with_bank(-1_000, Some("po_1"), "B-1")]).entries;
    let first = Statement { entries, ..balanced("S1", "2026-11-24", 1_000, 0) };
    let mut notified = first.clone();
    (notified.format, notified.id, notified.closing) = (StatementFormat::Camt054, "N1".into(), None);
    let both =
        reconcile(&[notified, first.clone(), first.clone()], &known, &Seen::default(), &Settings::default());
    assert_eq!(
        lines(&both),
        [
            "duplicate certain [] -10.00 EUR → ",
            "matched certain [po_1] -10.00 EUR → po_1 Settled",
            "duplicate certain [] -10.00 EUR → ",
        ]
    );
    let before = reconcile(std::slice::from_ref(&first), &known, &Seen::default(), &Settings::default());
    let seen = Seen { keys: before.keys, ..Seen::default() };
    let again = reconcile(&[first], &known, &seen, &Settings::default());
    assert_eq!(lines(&again), ["duplicate certain [] -10.00 EUR → "]);
}

#[test]
fn a_second_debit_of_a_payout_is_a_duplicate_and_settles_nothing() {
    let twice = found(
        vec![with_bank(-1_000, Some("po_1"), "B-1"), with_bank(-1_000, Some("po_1"), "B-2")],
        &[payout("po_1", 1_000)],
    );
    assert_eq!(
        lines(&twice),
        ["matched certain [po_1] -10.00 EUR → po_1 Settled", "duplicate certain [po_1] -10.00 EUR → ",]
    );
    let mut books = Books::of(&[payout("po_1", 1_000)]);
    let paid = |name, bank| [statement(name, vec![with_bank(-1_000, Some("po_1"), bank)])];
    let again = ["duplicate certain [po_1] -10.00 EUR → (known)"];
    assert_eq!(books.read(&paid("S1", "B-1")), ["matched certain [po_1] -10.00 EUR → po_1 Settled"]);
    assert_eq!(books.read(&paid("S1", "B-1")), again);
    let by_another_name = paid("S1", "B-1").map(|it| Statement {
        entries: vec![Entry { amount: amount(1_001, "EUR"), ..it.entries[0].clone() }],
        ..it
    });
    assert!(books.read(&by_another_name)[0].ends_with("(known)"), "by its reference");
    assert_eq!(books.clone().read(&paid("S2", "B-9")), ["duplicate certain [po_1] -10.00 EUR → "]);
    books.payouts[0].status = PayoutStatus::Returned;
    assert_eq!(books.read(&paid("S1", "B-1")), again, "what came back later left before");
    let batch = [payout("po_1", 1_000), payout("po_2", 500)];
    let twice = found(vec![of_batch(-1_500, "RUN-1-1", None), of_batch(-1_500, "RUN-1-1", None)], &batch);
    assert_eq!(lines(&twice)[1], "duplicate certain [po_1 po_2] -15.00 EUR → ");
}

#[test]
fn a_statement_confirms_what_a_person_reported_and_books_nothing() {
    let found =
        found(vec![entry(-1_000, Some("po_1"))], &[with_status("po_1", 1_000, PayoutStatus::Settled)]);
    assert_eq!(lines(&found), ["matched certain [po_1] -10.00 EUR → "]);
}

#[test]
fn entries_that_are_not_booked_settle_nothing() {
    let mut pending = entry(-1_000, Some("po_1"));
    pending.status = EntryStatus::Pending;
    let found = found(vec![pending], &[payout("po_1", 1_000)]);
    assert_eq!((found.rows.len(), found.waiting.len(), found.open.len()), (0, 1, 1));
}

#[test]
fn statements_that_do_not_follow_on_each_other_are_told() {
    let all = [
        balanced("S3", "2026-11-26", 700, 600),
        balanced("S1", "2026-11-24", 1_000, 900),
        balanced("S2", "2026-11-25", 900, 800),
        balanced("S1", "2026-11-24", 1_000, 900),
    ];
    let gaps = gaps(&[], &all);
    assert_eq!(gaps.len(), 1);
    assert_eq!((gaps[0].after.as_str(), gaps[0].before.as_str()), ("S2", "S3"));
    assert_eq!((gaps[0].closing.minor, gaps[0].opening.minor), (800, 700));
}
