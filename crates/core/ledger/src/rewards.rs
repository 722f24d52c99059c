//! Recipes for tokens and perks.

use tribute_events::AmbassadorId;

use crate::{Account, Holding, LedgerError, Recipe, Transaction, Value, Voucher, earnings::positive};

/// Tokens are granted: issue → wallet. A negative amount revokes a grant, on the same accounts.
///
/// # Errors
/// [`LedgerError::ZeroEntry`] for nothing, [`LedgerError::WrongAsset`] unless the asset is a token.
pub fn grant_tokens(
    voucher: &Voucher,
    ambassador: &AmbassadorId,
    value: &Value,
) -> Result<Transaction, LedgerError> {
    token(voucher, Recipe::GrantTokens, value)?;
    let wallet = Account::of(ambassador, Holding::Wallet);
    Transaction::transfer(voucher, Recipe::GrantTokens, value, Account::TOKEN_ISSUED, wallet)
}

/// Tokens are spent: wallet → spent. Whether the wallet holds them is the caller's to ask first.
///
/// # Errors
/// [`LedgerError::NotPositive`], [`LedgerError::WrongAsset`] unless the asset is a token.
pub fn spend_tokens(
    voucher: &Voucher,
    ambassador: &AmbassadorId,
    value: &Value,
) -> Result<Transaction, LedgerError> {
    token(voucher, Recipe::SpendTokens, value)?;
    positive(voucher, Recipe::SpendTokens, value)?;
    let wallet = Account::of(ambassador, Holding::Wallet);
    Transaction::transfer(voucher, Recipe::SpendTokens, value, wallet, Account::TOKEN_SPENT)
}

/// Tokens expire: wallet → issue.
///
/// # Errors
/// [`LedgerError::NotPositive`], [`LedgerError::WrongAsset`] unless the asset is a token.
pub fn expire_tokens(
    voucher: &Voucher,
    ambassador: &AmbassadorId,
    value: &Value,
) -> Result<Transaction, LedgerError> {
    token(voucher, Recipe::ExpireTokens, value)?;
    positive(voucher, Recipe::ExpireTokens, value)?;
    let wallet = Account::of(ambassador, Holding::Wallet);
    Transaction::transfer(voucher, Recipe::ExpireTokens, value, wallet, Account::TOKEN_ISSUED)
}

/// Units of a perk came in: supplied → stock.
///
/// # Errors
/// [`LedgerError::NotPositive`], [`LedgerError::WrongAsset`] unless the asset is a perk.
pub fn stock_perk(voucher: &Voucher, value: &Value) -> Result<Transaction, LedgerError> {
    move_perk(voucher, Recipe::StockPerk, value, Account::PERK_STOCK, Account::PERK_SUPPLIED)
}

/// A grant takes units: stock → reserved. Whether there are any is the caller's to ask first.
///
/// # Errors
/// [`LedgerError::NotPositive`], [`LedgerError::WrongAsset`] unless the asset is a perk.
pub fn reserve_perk(voucher: &Voucher, value: &Value) -> Result<Transaction, LedgerError> {
    move_perk(voucher, Recipe::ReservePerk, value, Account::PERK_RESERVED, Account::PERK_STOCK)
}

/// Units were handed over: reserved → delivered.
///
/// # Errors
/// [`LedgerError::NotPositive`], [`LedgerError::WrongAsset`] unless the asset is a perk.
pub fn deliver_perk(voucher: &Voucher, value: &Value) -> Result<Transaction, LedgerError> {
    move_perk(voucher, Recipe::DeliverPerk, value, Account::PERK_DELIVERED, Account::PERK_RESERVED)
}

/// A product was sent out without a grant: supplied → delivered. A negative amount takes it back, on the same accounts.
///
/// # Errors
/// [`LedgerError::ZeroEntry`] for nothing, [`LedgerError::WrongAsset`] unless the asset is a perk.
pub fn ship_perk(voucher: &Voucher, value: &Value) -> Result<Transaction, LedgerError> {
    if !is_perk(value) {
        return Err(wrong_asset(voucher, Recipe::ShipPerk, value, "it moves perks"));
    }
    Transaction::transfer(voucher, Recipe::ShipPerk, value, Account::PERK_DELIVERED, Account::PERK_SUPPLIED)
}

/// A fulfilment was cancelled: reserved → stock.
///
/// # Errors
/// [`LedgerError::NotPositive`], [`LedgerError::WrongAsset`] unless the asset is a perk.
pub fn cancel_perk(voucher: &Voucher, value: &Value) -> Result<Transaction, LedgerError> {
    move_perk(voucher, Recipe::CancelPerk, value, Account::PERK_STOCK, Account::PERK_RESERVED)
}

/// A grant lost its ground before it was delivered: reserved → stock.
///
/// # Errors
/// [`LedgerError::NotPositive`], [`LedgerError::WrongAsset`] unless the asset is a perk.
pub fn revoke_perk(voucher: &Voucher, value: &Value) -> Result<Transaction, LedgerError> {
    move_perk(voucher, Recipe::RevokePerk, value, Account::PERK_STOCK, Account::PERK_RESERVED)
}

fn move_perk(
    voucher: &Voucher,
    recipe: Recipe,
    value: &Value,
    debit: Account,
    credit: Account,
) -> Result<Transaction, LedgerError> {
    if !is_perk(value) {
        return Err(wrong_asset(voucher, recipe, value, "it moves perks"));
    }
    positive(voucher, recipe, value)?;
    Transaction::transfer(voucher, recipe, value, debit, credit)
}

fn token(voucher: &Voucher, recipe: Recipe, value: &Value) -> Result<(), LedgerError> {
    if value.asset.is_currency() || is_perk(value) {
        return Err(wrong_asset(voucher, recipe, value, "it moves tokens"));
    }
    Ok(())
}

fn is_perk(value: &Value) -> bool {
    value.asset.is_perk()
}

fn wrong_asset(voucher: &Voucher, recipe: Recipe, value: &Value, needs: &'static str) -> LedgerError {
    LedgerError::WrongAsset { cause: voucher.cause.clone(), recipe, asset: value.asset.clone(), needs }
}
