//! Whatever statements say: order does not matter, nothing is counted twice, nothing is lost.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tribute_events::{
    SettlementOutcome,
    statement::{Entry, Statement},
};
use tribute_payouts::{
    PayoutStatus,
    matching::{Confidence, KnownPayout, Reconciliation, Seen, Settings, reconcile},
};

use crate::shapes::*;

const STATUSES: [PayoutStatus; 6] = [
    PayoutStatus::Exported,
    PayoutStatus::Exported,
    PayoutStatus::Sent,
    PayoutStatus::Settled,
    PayoutStatus::Returned,
    PayoutStatus::Proposed,
];

/// Few ids, amounts and batches, so that they meet often.
fn payouts() -> impl Strategy<Value = Vec<KnownPayout>> {
    proptest::collection::vec((1..6_i64, 0..STATUSES.len(), 0..3_u8), 0..8).prop_map(|all| {
        let known = (0..).zip(all).map(|(number, (amount, status, batch))| {
            let mut known = with_status(&format!("po_0000000{number}"), amount * 100, STATUSES[status]);
            known.references.payment_info = Some(format!("RUN-1-{batch}").into());
            known
        });
        known.collect()
    })
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let what = (0..10_u8, 0..8_u8, 1..16_i64, any::<bool>(), 0..3_u8);
    (what, proptest::option::of(0..4_u8)).prop_map(|((shape, id, amount, credit, batch), bank)| {
        let signed = if credit { amount * 100 } else { -amount * 100 };
        let id = format!("po_0000000{id}");
        let mut it = match shape {
            0..=3 => entry(signed, Some(&id)),
            4 => with_text(signed, &format!("for {id}")),
            5 => of_batch(signed, &format!("RUN-1-{batch}"), None),
            6 => entry(signed, None),
            7 => returned(signed.abs(), Some(&id)),
            8 => Entry { reversal: true, ..entry(signed, Some(&id)) },
            _ => Entry {
                details: vec![detail(Some(amount * 60), &id), detail(Some(amount * 40), "po_00000001")],
                ..entry(signed, None)
            },
        };
        it.references.bank = bank.map(|bank| format!("B-{bank}").into());
        it
    })
}

fn statements() -> impl Strategy<Value = Vec<Statement>> {
    let entries = proptest::collection::vec(any_entry(), 0..8);
    proptest::collection::vec((0..3_u8, entries), 0..4)
        .prop_map(|all| all.into_iter().map(|(id, entries)| statement(&format!("S{id}"), entries)).collect())
}

fn result(statements: &[Statement], payouts: &[KnownPayout]) -> Reconciliation {
    reconcile(statements, payouts, &Seen::default(), &Settings::default())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn order_does_not_matter(statements in statements(), payouts in payouts(), turn in 0..8_usize) {
        // Statements of one id with other contents are none: only the first of an id is kept.
        let statements: BTreeMap<_, _> = statements.into_iter().rev().map(|it| (it.id.clone(), it)).collect();
        let statements: Vec<Statement> = statements.into_values().collect();
        let expected = result(&statements, &payouts);
        let (mut turned, mut known) = (statements, payouts);
        for statement in &mut turned {
            let by = turn.min(statement.entries.len());
            statement.entries.rotate_left(by);
        }
        turned.reverse();
        known.reverse();
        let by = turn.min(known.len());
        known.rotate_left(by);
        prop_assert_eq!(result(&turned, &known), expected);
    }

    #[test]
    fn every_movement_is_in_one_row(statements in statements(), payouts in payouts()) {
        let found = result(&statements, &payouts);
        let rows: i64 = found.rows.iter().filter_map(|row| row.booked.as_ref()).map(|it| it.minor).sum();
        let entries: i64 = statements.iter().flat_map(|it| &it.entries).map(Entry::signed).sum();
        prop_assert_eq!(rows, entries);
        let mut settled = BTreeMap::new();
        for settlement in found.rows.iter().flat_map(|row| &row.settlements) {
            *settled.entry((settlement.payout.clone(), format!("{:?}", settlement.outcome))).or_insert(0) += 1;
        }
        prop_assert!(settled.values().all(|count| *count == 1), "{:?}", settled);
    }

    #[test]
    fn what_is_certain_is_exact_and_possible_in_the_life_of_the_payout(
        statements in statements(), payouts in payouts(),
    ) {
        let found = result(&statements, &payouts);
        for row in found.rows.iter().filter(|row| row.confidence == Confidence::Certain && !row.settlements.is_empty()) {
            let (booked, expected) = (row.booked.clone().unwrap(), row.expected.clone().unwrap());
            prop_assert_eq!(booked.minor.abs(), expected.minor, "{}", line(row));
        }
        let mut status: BTreeMap<_, _> = payouts.iter().map(|it| (it.payout.clone(), it.status)).collect();
        for settlement in found.certain() {
            let now = status[&settlement.payout];
            let change = tribute_payouts::advance(&settlement.payout, now, settlement.outcome.into(), true).unwrap();
            prop_assert!(change.is_some(), "{:?} says nothing new", settlement);
            status.insert(settlement.payout.clone(), change.unwrap().to);
        }
    }

    #[test]
    fn the_same_statements_again_change_nothing(statements in statements(), payouts in payouts()) {
        let first = result(&statements, &payouts);
        let again = reconcile(&statements, &payouts, &Seen { keys: first.keys, ..Seen::default() }, &Settings::default());
        prop_assert_eq!(again.rows.iter().map(|row| row.settlements.len()).sum::<usize>(), 0);
        let outcomes: Vec<SettlementOutcome> = again.certain().map(|it| it.outcome).collect();
        prop_assert!(outcomes.is_empty());
    }
}
