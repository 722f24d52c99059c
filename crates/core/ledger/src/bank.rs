//! Recipes for what a bank does besides paying: it takes charges, pays tax over, and pays in another currency than its account has.
//!
//! A settlement books a payout's amount against `cash` in the payout's own currency. These recipes bring `cash` to what the
//! bank booked, so that both agree to the minor unit in every currency.

use crate::{
    Account, Entry, Expense, LedgerError, Recipe, Transaction, Value, Voucher, earnings::money,
    payouts::negated,
};

/// The bank took so much for itself: bank charges → cash. Negative where it gave it back.
///
/// # Errors
/// [`LedgerError::ZeroEntry`] for nothing, [`LedgerError::Overflow`], [`LedgerError::WrongAsset`] unless it is money.
pub fn charge(voucher: &Voucher, value: &Value) -> Result<Transaction, LedgerError> {
    money(voucher, Recipe::BankCharge, value)?;
    let expense = Account::expense(Expense::BankCharges);
    Transaction::transfer(voucher, Recipe::BankCharge, value, expense, Account::CASH)
}

/// So much of what was withheld went to the tax authority: tax withheld → cash. Negative where it came back.
///
/// # Errors
/// [`LedgerError::ZeroEntry`] for nothing, [`LedgerError::Overflow`], [`LedgerError::WrongAsset`] unless it is money.
pub fn remit_tax(voucher: &Voucher, value: &Value) -> Result<Transaction, LedgerError> {
    money(voucher, Recipe::RemitTax, value)?;
    Transaction::transfer(voucher, Recipe::RemitTax, value, Account::TAX_WITHHELD, Account::CASH)
}

/// A payment that the bank made out of an account in another currency. All amounts are negative for money that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankExchange {
    /// What was paid.
    pub paid: Value,
    /// What the account gave for it, charges left out.
    pub given: Value,
    /// What it was worth in the account's currency at the rate on the payout, in minor units. Absent where the payout has
    /// no rate between the two: then nothing is realised, and the position stays open on `fx`.
    pub at_payout_rate: Option<i64>,
}

/// The exchange that a bank made: the currency that was paid leaves `fx`, the one that was given enters it at the payout's
/// rate, and what the bank's rate made of it more is the realised difference.
///
/// # Errors
/// [`LedgerError::ZeroEntry`] for nothing, [`LedgerError::Overflow`], [`LedgerError::WrongAsset`] unless it is money.
pub fn exchange(voucher: &Voucher, what: &BankExchange) -> Result<[Transaction; 2], LedgerError> {
    let (recipe_in, recipe_out) = (Recipe::BankExchangeIn, Recipe::BankExchangeOut);
    money(voucher, recipe_in, &what.paid)?;
    money(voucher, recipe_out, &what.given)?;
    let paid = Transaction::transfer(voucher, recipe_in, &what.paid, Account::CASH, Account::FX)?;
    let overflow = || LedgerError::Overflow { cause: voucher.cause.clone(), what: "an amount" };
    let worth = what.at_payout_rate.unwrap_or(what.given.amount);
    let realised = what.given.amount.checked_sub(worth).ok_or_else(overflow)?;
    let mut entries = vec![Entry { account: Account::FX, amount: worth }];
    if realised != 0 {
        entries.push(Entry { account: Account::expense(Expense::FxDifference), amount: realised });
    }
    entries.push(Entry { account: Account::CASH, amount: negated(voucher, what.given.amount)? });
    Ok([paid, Transaction::new(voucher, recipe_out, &what.given.asset, entries)?])
}

/// A correction by hand: so much is debited to one account and credited to another.
///
/// # Errors
/// [`LedgerError::NotPositive`], [`LedgerError::WrongAsset`] unless it is money.
pub fn adjust(
    voucher: &Voucher,
    value: &Value,
    debit: Account,
    credit: Account,
) -> Result<Transaction, LedgerError> {
    money(voucher, Recipe::Adjust, value)?;
    crate::earnings::positive(voucher, Recipe::Adjust, value)?;
    Transaction::transfer(voucher, Recipe::Adjust, value, debit, credit)
}
