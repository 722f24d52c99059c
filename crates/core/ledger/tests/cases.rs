//! The life of an ambassador's value, as sequences of recipes, with the balances that must come out.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use tribute_events::{AmbassadorId, EventId, ProgramId, Timestamp};
use tribute_ledger::{
    Account, Books, Expense, Holding, LedgerError, Transaction, Value, Voucher, bank, earnings, payouts,
    rewards,
};
use tribute_money::Asset;

fn asset(code: &str) -> Asset {
    code.parse().unwrap()
}

fn value(code: &str, amount: i64) -> Value {
    Value { asset: asset(code), amount }
}

fn ada() -> AmbassadorId {
    AmbassadorId::trusted("ada")
}

fn voucher(cause: &str) -> Voucher {
    Voucher {
        program: ProgramId::trusted("friends"),
        effective_at: Timestamp::from_millis(1_000),
        recorded_at: Timestamp::from_millis(2_000),
        cause: EventId::trusted(cause),
        memo: format!("case {cause}"),
    }
}

/// Accrues and clears an amount, or its reversal where negative.
fn earned(books: &mut Books, amount: i64) {
    let value = value("USD", amount);
    books.apply(&earnings::accrue(&voucher("e"), Expense::Commission, &ada(), &value).unwrap()).unwrap();
    books.apply(&earnings::clear(&voucher("c"), &ada(), &value).unwrap()).unwrap();
}

fn apply(books: &mut Books, transactions: &[Transaction]) {
    for transaction in transactions {
        books.apply(transaction).unwrap();
    }
}

fn paid_out(books: &mut Books, amount: i64) -> payouts::PayoutValue {
    let payout = payouts::PayoutValue::in_cash(ada(), value("USD", amount), value("USD", amount));
    apply(books, &payouts::propose(&voucher("p"), &payout).unwrap());
    books.apply(&payouts::settle(&voucher("s"), &payout).unwrap()).unwrap();
    payout
}

fn owed(books: &Books, holding: Holding) -> i128 {
    books.owed(&ada(), holding, &asset("USD"))
}

#[test]
fn case_34_a_refund_before_clearing_takes_the_accrual_back() {
    let mut books = Books::default();
    for amount in [1_470, -1_470] {
        let accrued =
            earnings::accrue(&voucher("e"), Expense::Commission, &ada(), &value("USD", amount)).unwrap();
        books.apply(&accrued).unwrap();
    }
    assert!(books.balances().all(|(_, _, balance)| balance == 0));
}

#[test]
fn case_34_a_refund_after_payout_is_a_new_entry() {
    let mut books = Books::default();
    earned(&mut books, 1_470);
    paid_out(&mut books, 1_470);
    assert_eq!((owed(&books, Holding::Available), owed(&books, Holding::Paid)), (0, 1_470));
    earned(&mut books, -1_470);
    assert_eq!((owed(&books, Holding::Available), owed(&books, Holding::Paid)), (-1_470, 1_470));
    assert_eq!(books.balance(&Account::expense(Expense::Commission), &asset("USD")), 0);
    assert_eq!(books.balance(&Account::CASH, &asset("USD")), -1_470);
}

#[test]
fn case_35_a_clawback_is_filled_by_later_earnings_first() {
    let mut books = Books::default();
    earned(&mut books, 10_000);
    paid_out(&mut books, 10_000);
    earned(&mut books, 2_000);
    earned(&mut books, -10_000);
    assert_eq!(owed(&books, Holding::Available), -8_000);
    earned(&mut books, 9_000);
    assert_eq!(owed(&books, Holding::Available), 1_000);
}

#[test]
fn money_that_comes_back_is_whole_again() {
    let mut books = Books::default();
    earned(&mut books, 10_000);
    let payout = paid_out(&mut books, 10_000);
    apply(&mut books, &payouts::give_back_settled(&voucher("r"), &payout).unwrap());
    assert_eq!(owed(&books, Holding::Available), 10_000);
    for holding in [Holding::Pending, Holding::InTransit, Holding::Paid] {
        assert_eq!(owed(&books, holding), 0);
    }
    assert_eq!(books.balance(&Account::CASH, &asset("USD")), 0);
    assert_eq!(books.balance(&Account::PAYOUTS_CONTROL, &asset("USD")), 0);
}

#[test]
fn a_payout_in_another_currency_goes_through_fx_and_back() {
    let mut books = Books::default();
    earned(&mut books, 10_000);
    let payout = payouts::PayoutValue::in_cash(ada(), value("USD", 10_000), value("JPY", 14_950));
    let proposed = payouts::propose(&voucher("p"), &payout).unwrap();
    assert_eq!(proposed.len(), 3);
    apply(&mut books, &proposed);
    assert_eq!(owed(&books, Holding::InTransit), 0);
    assert_eq!(books.owed(&ada(), Holding::InTransit, &asset("JPY")), 14_950);
    assert_eq!(books.balance(&Account::FX, &asset("USD")), -10_000);
    assert_eq!(books.balance(&Account::FX, &asset("JPY")), 14_950);

    let mut settled = books.clone();
    settled.apply(&payouts::settle(&voucher("s"), &payout).unwrap()).unwrap();
    assert_eq!(settled.balance(&Account::CASH, &asset("JPY")), -14_950);
    apply(&mut settled, &payouts::give_back_settled(&voucher("r"), &payout).unwrap());
    apply(&mut books, &payouts::give_back_in_transit(&voucher("f"), &payout).unwrap());
    for books in [books, settled] {
        assert_eq!(owed(&books, Holding::Available), 10_000);
        assert!(books.balances().filter(|(_, asset, _)| asset.as_str() == "JPY").all(|(_, _, sum)| sum == 0));
        assert_eq!(books.balance(&Account::FX, &asset("USD")), 0);
    }
}

#[test]
fn what_is_kept_back_is_owed_to_the_tax_authority_and_comes_back_with_the_rest() {
    let mut books = Books::default();
    earned(&mut books, 10_000);
    let mut payout = payouts::PayoutValue::in_cash(ada(), value("USD", 10_000), value("JPY", 11_362));
    payout.withheld = 2_400;
    payout.means = payouts::Means::StoreCredit;
    apply(&mut books, &payouts::propose(&voucher("p"), &payout).unwrap());
    assert_eq!(books.balance(&Account::TAX_WITHHELD, &asset("USD")), -2_400);
    assert_eq!(books.balance(&Account::FX, &asset("USD")), -7_600);
    books.apply(&payouts::settle(&voucher("s"), &payout).unwrap()).unwrap();
    assert_eq!(books.balance(&Account::STORE_CREDIT, &asset("JPY")), -11_362);
    assert_eq!(books.balance(&Account::CASH, &asset("JPY")), 0);
    apply(&mut books, &payouts::give_back_settled(&voucher("r"), &payout).unwrap());
    assert_eq!(owed(&books, Holding::Available), 10_000);
    assert_eq!(books.balance(&Account::TAX_WITHHELD, &asset("USD")), 0);
    for withheld in [10_000, -1] {
        payout.withheld = withheld;
        assert!(payouts::propose(&voucher("p"), &payout).is_err(), "{withheld}");
    }
}

#[test]
fn two_amounts_of_one_currency_are_refused() {
    let payout = payouts::PayoutValue::in_cash(ada(), value("USD", 100), value("USD", 99));
    let refused = payouts::propose(&voucher("p"), &payout);
    assert!(matches!(refused, Err(LedgerError::NotBalanced { sum: 1, .. })));
}

#[test]
fn tokens_are_granted_spent_and_expire() {
    let mut books = Books::default();
    let coins = |amount| value("GAMECOIN", amount);
    books.apply(&rewards::grant_tokens(&voucher("g"), &ada(), &coins(50)).unwrap()).unwrap();
    books.apply(&rewards::spend_tokens(&voucher("s"), &ada(), &coins(20)).unwrap()).unwrap();
    books.apply(&rewards::expire_tokens(&voucher("x"), &ada(), &coins(10)).unwrap()).unwrap();
    books.apply(&rewards::grant_tokens(&voucher("r"), &ada(), &coins(-5)).unwrap()).unwrap();
    let coin = asset("GAMECOIN");
    assert_eq!(books.owed(&ada(), Holding::Wallet, &coin), 15);
    assert_eq!(books.balance(&Account::TOKEN_ISSUED, &coin), 35);
    assert_eq!(books.balance(&Account::TOKEN_SPENT, &coin), -20);
    assert!(rewards::spend_tokens(&voucher("s"), &ada(), &coins(-1)).is_err());
    assert!(rewards::grant_tokens(&voucher("g"), &ada(), &value("USD", 1)).is_err());
    assert!(earnings::accrue(&voucher("e"), Expense::Bonus, &ada(), &coins(1)).is_err());
}

#[test]
fn perks_move_from_stock_to_hands() {
    let mut books = Books::default();
    let totes = |amount| value("SKU:TOTE", amount);
    apply(
        &mut books,
        &[
            rewards::stock_perk(&voucher("s"), &totes(10)).unwrap(),
            rewards::reserve_perk(&voucher("a"), &totes(4)).unwrap(),
            rewards::deliver_perk(&voucher("d"), &totes(2)).unwrap(),
            rewards::cancel_perk(&voucher("c"), &totes(1)).unwrap(),
            rewards::revoke_perk(&voucher("r"), &totes(1)).unwrap(),
        ],
    );
    let tote = asset("SKU:TOTE");
    let held = [Account::PERK_STOCK, Account::PERK_RESERVED, Account::PERK_DELIVERED, Account::PERK_SUPPLIED];
    assert_eq!(held.map(|account| books.balance(&account, &tote)), [8, 0, 2, -10]);
}

#[test]
fn a_debt_is_given_up_on_the_record() {
    let mut books = Books::default();
    earned(&mut books, -500);
    books.apply(&earnings::write_off(&voucher("w"), &ada(), &value("USD", 500)).unwrap()).unwrap();
    assert_eq!(owed(&books, Holding::Available), 0);
    assert_eq!(books.balance(&Account::WRITE_OFF, &asset("USD")), 500);
}

#[test]
fn the_least_amount_can_not_be_turned_and_is_refused() {
    let least = value("USD", i64::MIN);
    let refused = earnings::accrue(&voucher("e"), Expense::Fees, &ada(), &least);
    assert!(matches!(refused, Err(LedgerError::Overflow { .. })));
}

#[test]
fn a_payout_that_the_bank_exchanged_leaves_cash_as_the_bank_has_it_and_the_difference_realised() {
    let mut books = Books::default();
    let payout = payouts::PayoutValue::in_cash(ada(), value("EUR", 920), value("USD", 1_000));
    apply(&mut books, &payouts::propose(&voucher("p"), &payout).unwrap());
    books.apply(&payouts::settle(&voucher("s"), &payout).unwrap()).unwrap();
    let exchange = |paid, given, worth| bank::BankExchange {
        paid: value("USD", paid),
        given: value("EUR", given),
        at_payout_rate: Some(worth),
    };
    apply(&mut books, &bank::exchange(&voucher("b"), &exchange(1_000, 931, 920)).unwrap());
    books.apply(&bank::charge(&voucher("b"), &value("EUR", 35)).unwrap()).unwrap();
    let held = |books: &Books, account: &Account, code: &str| books.balance(account, &asset(code));
    let (charges, difference) =
        (Account::expense(Expense::BankCharges), Account::expense(Expense::FxDifference));
    assert_eq!(["EUR", "USD"].map(|code| held(&books, &Account::CASH, code)), [-966, 0]);
    assert_eq!(["EUR", "USD"].map(|code| held(&books, &Account::FX, code)), [0, 0], "no position is open");
    assert_eq!([&charges, &difference].map(|account| held(&books, account, "EUR")), [35, 11]);
    // It comes back at a rate that is better for us.
    apply(&mut books, &payouts::give_back_settled(&voucher("r"), &payout).unwrap());
    apply(&mut books, &bank::exchange(&voucher("r"), &exchange(-1_000, -926, -920)).unwrap());
    assert_eq!(["EUR", "USD"].map(|code| held(&books, &Account::CASH, code)), [-40, 0]);
    assert_eq!(["EUR", "USD"].map(|code| held(&books, &Account::FX, code)), [0, 0]);
    assert_eq!(held(&books, &difference, "EUR"), 5, "11 lost, 6 gained");
    assert!(books.sum_by_asset().values().all(|sum| *sum == 0));
}

#[test]
fn a_correction_by_hand_is_balanced_and_of_money() {
    let mut books = Books::default();
    let expense = || Account::expense(Expense::Adjustments);
    let available = || Account::of(&ada(), Holding::Available);
    let adjust = |amount| bank::adjust(&voucher("a"), &amount, expense(), available());
    books.apply(&adjust(value("USD", 250)).unwrap()).unwrap();
    assert_eq!(owed(&books, Holding::Available), 250);
    assert!(matches!(adjust(value("USD", -1)), Err(LedgerError::NotPositive { .. })));
    assert!(matches!(adjust(value("COIN", 1)), Err(LedgerError::WrongAsset { .. })));
}
