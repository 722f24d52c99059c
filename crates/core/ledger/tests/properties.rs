//! What holds for every journal: it balances, and nothing in it can be changed, removed or swapped unseen.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use tribute_events::{AmbassadorId, BrandId, EventId, ProgramId, Timestamp};
use tribute_ledger::{
    Account, Books, Broken, Chain, Entry, Expense, Hash, Head, LedgerError, Transaction, Value, Voucher,
    earnings, payouts, rewards,
};

/// A journal row as a store would hand it over.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    number: u64,
    transaction: Transaction,
    hash: Hash,
}

fn brand() -> BrandId {
    BrandId::trusted("acme")
}

fn voucher(time: i64, cause: &str) -> Voucher {
    Voucher {
        program: ProgramId::trusted("friends"),
        effective_at: Timestamp::from_millis(time),
        recorded_at: Timestamp::from_millis(time + 5),
        cause: EventId::trusted(cause),
        memo: format!("source {cause}"),
    }
}

/// One business event of any kind, as its transactions.
fn booked((kind, person, amount, time): (u8, u8, i64, i64)) -> Result<Vec<Transaction>, LedgerError> {
    let voucher = voucher(time, &format!("e{kind}{person}"));
    let who = AmbassadorId::trusted(&format!("ambassador-{person}"));
    let of = |code: &str| Value { asset: code.parse().unwrap(), amount };
    let payout = |paid: &str| payouts::PayoutValue::in_cash(who.clone(), of("USD"), of(paid));
    match kind {
        0 => Ok(vec![earnings::accrue(&voucher, Expense::Commission, &who, &of("USD"))?]),
        1 => Ok(vec![earnings::clear(&voucher, &who, &of("EUR"))?]),
        2 => payouts::propose(&voucher, &payout("USD")),
        3 => payouts::propose(&voucher, &payout("JPY")),
        4 => Ok(vec![payouts::settle(&voucher, &payout("JPY"))?]),
        5 => payouts::give_back_settled(&voucher, &payout("JPY")),
        6 => payouts::give_back_in_transit(&voucher, &payout("USD")),
        7 => Ok(vec![rewards::grant_tokens(&voucher, &who, &of("GAMECOIN"))?]),
        8 => Ok(vec![rewards::reserve_perk(&voucher, &of("SKU:TOTE"))?]),
        _ => Ok(vec![earnings::write_off(&voucher, &who, &of("USD"))?]),
    }
}

/// Journals of any recipes; what a recipe refuses is not in them.
fn journals() -> impl Strategy<Value = Vec<Row>> {
    let event = (0_u8..10, 0_u8..4, any::<i32>().prop_map(i64::from), 0_i64..1_000);
    prop::collection::vec(event, 1..25).prop_map(|events| {
        let mut chain = Chain::genesis(&brand());
        let transactions = events.into_iter().filter_map(|event| booked(event).ok()).flatten();
        let row = |transaction: Transaction| {
            let Head { number, hash } = chain.append(&transaction).unwrap();
            Row { number, transaction, hash }
        };
        transactions.map(row).collect()
    })
}

fn verify(rows: &[Row]) -> Result<Head, Broken> {
    let mut chain = Chain::genesis(&brand());
    for row in rows {
        chain.verify(row.number, &row.transaction, &row.hash)?;
    }
    Ok(chain.head())
}

fn verify_to(rows: &[Row], known: &Head) -> Result<(), Broken> {
    let mut chain = Chain::genesis(&brand());
    for row in rows {
        chain.verify(row.number, &row.transaction, &row.hash)?;
    }
    chain.verify_head(known)
}

/// The row with one of its fields changed.
fn changed(row: &Row, field: usize) -> Row {
    let old = &row.transaction;
    let mut voucher = Voucher {
        program: old.program().clone(),
        effective_at: old.effective_at(),
        recorded_at: old.recorded_at(),
        cause: old.cause().clone(),
        memo: old.memo().to_owned(),
    };
    let (mut recipe, mut asset, mut entries) = (old.recipe(), old.asset().clone(), old.entries().to_vec());
    let mut hash = row.hash;
    match field {
        0 => voucher.program = ProgramId::trusted("other"),
        1 => voucher.effective_at = voucher.effective_at.plus(1),
        2 => voucher.recorded_at = voucher.recorded_at.plus(1),
        3 => voucher.cause = EventId::trusted("forged"),
        4 => voucher.memo.push('.'),
        5 => {
            let all = tribute_ledger::Recipe::ALL;
            recipe = all[(all.iter().position(|it| *it == recipe).unwrap() + 1) % all.len()];
        }
        6 => asset = if asset.as_str() == "GBP" { "USD".parse().unwrap() } else { "GBP".parse().unwrap() },
        7 => entries[0].account = Account::trusted("ambassador:mallory:available"),
        8 => {
            // Balanced all the same: only the hash can tell.
            entries[0].amount += 1;
            entries[1].amount -= 1;
        }
        9 => entries.swap(0, 1),
        10 => entries.push(Entry { account: Account::CASH, amount: 1 }),
        11 => drop(entries.pop()),
        _ => hash[field % 32] ^= 1,
    }
    Row { number: row.number, transaction: Transaction::stored(voucher, recipe, asset, entries), hash }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_asset_sums_to_zero(rows in journals()) {
        let mut books = Books::default();
        for row in &rows {
            prop_assert_eq!(row.transaction.entries().iter().map(|entry| entry.amount).sum::<i64>(), 0);
            books.apply(&row.transaction).unwrap();
        }
        prop_assert!(books.sum_by_asset().values().all(|sum| *sum == 0));
    }

    #[test]
    fn an_honest_journal_verifies(rows in journals()) {
        let last = rows.last().map(|row| Head { number: row.number, hash: row.hash });
        let head = verify(&rows).unwrap();
        prop_assert!(last.is_none_or(|last| last == head));
    }

    #[test]
    fn any_change_is_named(rows in journals(), at in any::<prop::sample::Index>(), field in 0_usize..14) {
        prop_assume!(!rows.is_empty());
        let index = at.index(rows.len());
        let mut forged = rows.clone();
        forged[index] = changed(&rows[index], field);
        prop_assert_eq!(verify(&forged).unwrap_err().number(), rows[index].number);
    }

    #[test]
    fn any_removal_is_named(rows in journals(), at in any::<prop::sample::Index>()) {
        prop_assume!(!rows.is_empty());
        let head = verify(&rows).unwrap();
        let mut cut = rows;
        let removed = cut.remove(at.index(cut.len()));
        prop_assert_eq!(verify_to(&cut, &head).unwrap_err().number(), removed.number);
        // The numbers closed up again: the hashes still tell, except where the end was cut off.
        for (row, number) in cut.iter_mut().zip(1..) {
            row.number = number;
        }
        prop_assert_eq!(verify_to(&cut, &head).unwrap_err().number(), removed.number);
    }

    #[test]
    fn any_swap_is_named(rows in journals(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        prop_assume!(rows.len() > 1);
        let (first, second) = (a.index(rows.len()), b.index(rows.len()));
        let (first, second) = (first.min(second), first.max(second));
        prop_assume!(first != second);
        let mut swapped = rows.clone();
        swapped.swap(first, second);
        prop_assert_eq!(verify(&swapped).unwrap_err().number(), rows[first].number);
        // Also where the numbers stay in place.
        swapped[first].number = rows[first].number;
        swapped[second].number = rows[second].number;
        prop_assert_eq!(verify(&swapped).unwrap_err().number(), rows[first].number);
    }
}

#[test]
fn a_broken_chain_stays_broken_and_a_row_of_another_brand_is_found() {
    let earned = booked((0, 1, 500, 7)).unwrap().remove(0);
    let mut elsewhere = Chain::genesis(&BrandId::trusted("other"));
    let head = elsewhere.append(&earned).unwrap();
    let mut chain = Chain::genesis(&brand());
    assert_eq!(chain.verify(1, &earned, &head.hash), Err(Broken::Changed { number: 1 }));
    let genuine = Chain::genesis(&brand()).append(&earned).unwrap();
    assert_eq!(chain.verify(1, &earned, &genuine.hash), Err(Broken::Changed { number: 1 }));
    assert_eq!(chain.verify_head(&genuine), Err(Broken::Changed { number: 1 }));
}

#[test]
fn a_row_that_was_booked_unbalanced_is_named() {
    let entries =
        vec![Entry { account: Account::CASH, amount: 2 }, Entry { account: Account::FX, amount: -1 }];
    let asset = "USD".parse().unwrap();
    let row = Transaction::stored(voucher(0, "e"), tribute_ledger::Recipe::Accrue, asset, entries);
    let mut chain = Chain::genesis(&brand());
    let hash = row.hash(1, &chain.head().hash);
    assert!(matches!(chain.verify(1, &row, &hash), Err(Broken::Unbalanced { number: 1, .. })));
    assert!(Chain::genesis(&brand()).append(&row).is_err());
}
