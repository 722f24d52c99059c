//! Recipes for what ambassadors earn: accrual, clearing, and debts that are given up.

use tribute_events::AmbassadorId;

use crate::{Account, Expense, Holding, LedgerError, Recipe, Transaction, Value, Voucher};

/// An earning is accrued: expense → pending. A negative amount reverses one, on the same accounts.
///
/// # Errors
/// [`LedgerError::ZeroEntry`] for nothing, [`LedgerError::Overflow`], [`LedgerError::WrongAsset`] unless it is money.
pub fn accrue(
    voucher: &Voucher,
    kind: Expense,
    ambassador: &AmbassadorId,
    value: &Value,
) -> Result<Transaction, LedgerError> {
    money(voucher, Recipe::Accrue, value)?;
    let pending = Account::of(ambassador, Holding::Pending);
    Transaction::transfer(voucher, Recipe::Accrue, value, Account::expense(kind), pending)
}

/// An earning passes its clearing instant: pending → available. A negative amount clears a reversal, and may take
/// the available balance below zero.
///
/// # Errors
/// [`LedgerError::ZeroEntry`] for nothing, [`LedgerError::Overflow`], [`LedgerError::WrongAsset`] unless it is money.
pub fn clear(
    voucher: &Voucher,
    ambassador: &AmbassadorId,
    value: &Value,
) -> Result<Transaction, LedgerError> {
    money(voucher, Recipe::Clear, value)?;
    let pending = Account::of(ambassador, Holding::Pending);
    let available = Account::of(ambassador, Holding::Available);
    Transaction::transfer(voucher, Recipe::Clear, value, pending, available)
}

/// So much of an ambassador's debt is given up: write-off → available.
///
/// # Errors
/// [`LedgerError::NotPositive`], [`LedgerError::WrongAsset`] unless it is money.
pub fn write_off(
    voucher: &Voucher,
    ambassador: &AmbassadorId,
    value: &Value,
) -> Result<Transaction, LedgerError> {
    money(voucher, Recipe::WriteOff, value)?;
    positive(voucher, Recipe::WriteOff, value)?;
    let available = Account::of(ambassador, Holding::Available);
    Transaction::transfer(voucher, Recipe::WriteOff, value, Account::WRITE_OFF, available)
}

pub(crate) fn money(voucher: &Voucher, recipe: Recipe, value: &Value) -> Result<(), LedgerError> {
    if value.asset.is_currency() {
        return Ok(());
    }
    let (cause, asset) = (voucher.cause.clone(), value.asset.clone());
    Err(LedgerError::WrongAsset { cause, recipe, asset, needs: "it moves money" })
}

pub(crate) fn positive(voucher: &Voucher, recipe: Recipe, value: &Value) -> Result<(), LedgerError> {
    if value.amount > 0 {
        return Ok(());
    }
    Err(LedgerError::NotPositive { cause: voucher.cause.clone(), recipe, amount: value.amount })
}
