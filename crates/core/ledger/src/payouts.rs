//! Recipes for a payout: proposed, settled, and its money given back.
//!
//! A payout in another currency is converted when it is proposed, at the fixing that it keeps; money that is
//! given back is converted back at that same fixing, so that the balance is whole again to the minor unit.

use tribute_events::AmbassadorId;

use crate::{
    Account, Entry, Holding, LedgerError, Recipe, Transaction, Value, Voucher,
    earnings::{money, positive},
};

/// What a payout is settled from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Means {
    /// Money at the bank.
    #[default]
    Cash,
    /// Credit at the brand's shop.
    StoreCredit,
    /// A gift card of the brand.
    GiftCard,
}

impl Means {
    const fn account(self) -> Account {
        match self {
            Self::Cash => Account::CASH,
            Self::StoreCredit => Account::STORE_CREDIT,
            Self::GiftCard => Account::GIFT_CARD,
        }
    }
}

/// The two sides of one payout. They are the same where nothing is converted and nothing is kept back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutValue {
    /// Whose money it is.
    pub ambassador: AmbassadorId,
    /// What is taken from the available balance.
    pub taken: Value,
    /// What is paid.
    pub paid: Value,
    /// What of the balance is kept back for the tax authority, in its minor units; zero where nothing is.
    pub withheld: i64,
    /// What it is settled from.
    pub means: Means,
}

impl PayoutValue {
    /// A payout from the bank of which nothing is kept back.
    #[must_use]
    pub const fn in_cash(ambassador: AmbassadorId, taken: Value, paid: Value) -> Self {
        Self { ambassador, taken, paid, withheld: 0, means: Means::Cash }
    }

    fn is_converted(&self) -> bool {
        self.taken.asset != self.paid.asset
    }

    fn check(&self, voucher: &Voucher, recipe: Recipe) -> Result<(), LedgerError> {
        for value in [&self.taken, &self.paid] {
            money(voucher, recipe, value)?;
            positive(voucher, recipe, value)?;
        }
        let left = self.left(voucher)?;
        positive(voucher, recipe, &left)?;
        if self.withheld >= 0 && (self.is_converted() || left == self.paid) {
            return Ok(());
        }
        // One asset on both sides, but two amounts: what lies between them would be lost.
        let sum = i128::from(left.amount).saturating_sub(i128::from(self.paid.amount));
        Err(LedgerError::NotBalanced { cause: voucher.cause.clone(), asset: self.taken.asset.clone(), sum })
    }

    fn account(&self, holding: Holding) -> Account {
        Account::of(&self.ambassador, holding)
    }

    /// What of the balance is paid: all but what is kept back.
    fn left(&self, voucher: &Voucher) -> Result<Value, LedgerError> {
        let overflow = || LedgerError::Overflow { cause: voucher.cause.clone(), what: "an amount" };
        let amount = self.taken.amount.checked_sub(self.withheld).ok_or_else(overflow)?;
        Ok(Value { asset: self.taken.asset.clone(), amount })
    }

    fn kept_back(&self) -> Option<Value> {
        (self.withheld > 0).then(|| Value { asset: self.taken.asset.clone(), amount: self.withheld })
    }
}

/// A payout is proposed: available → in transit; from there what is kept back → tax withheld; and the rest through FX
/// where it is paid in another currency.
///
/// # Errors
/// [`LedgerError::NotPositive`]; [`LedgerError::NotBalanced`] where two amounts of one currency differ.
pub fn propose(voucher: &Voucher, payout: &PayoutValue) -> Result<Vec<Transaction>, LedgerError> {
    payout.check(voucher, Recipe::ProposePayout)?;
    let (available, in_transit) = (payout.account(Holding::Available), payout.account(Holding::InTransit));
    let taken = Transaction::transfer(voucher, Recipe::ProposePayout, &payout.taken, available, in_transit)?;
    let mut transactions = vec![taken];
    if let Some(kept) = payout.kept_back() {
        let (from, to) = (payout.account(Holding::InTransit), Account::TAX_WITHHELD);
        transactions.push(Transaction::transfer(voucher, Recipe::WithholdTax, &kept, from, to)?);
    }
    if payout.is_converted() {
        transactions.extend(exchange(voucher, &payout.ambassador, &payout.left(voucher)?, &payout.paid)?);
    }
    Ok(transactions)
}

/// A payout arrived: in transit → cash, or what else it is settled from, and the memo pair of what was paid.
///
/// # Errors
/// [`LedgerError::NotPositive`]; [`LedgerError::NotBalanced`] where two amounts of one currency differ.
pub fn settle(voucher: &Voucher, payout: &PayoutValue) -> Result<Transaction, LedgerError> {
    payout.check(voucher, Recipe::SettlePayout)?;
    settlement(voucher, Recipe::SettlePayout, payout, payout.paid.amount)
}

/// A payout's money goes back to available before it was settled, converted back where it was converted, with what was
/// kept back of it.
///
/// # Errors
/// [`LedgerError::NotPositive`]; [`LedgerError::NotBalanced`] where two amounts of one currency differ.
pub fn give_back_in_transit(
    voucher: &Voucher,
    payout: &PayoutValue,
) -> Result<Vec<Transaction>, LedgerError> {
    payout.check(voucher, Recipe::GiveBack)?;
    let mut transactions = Vec::with_capacity(4);
    if payout.is_converted() {
        transactions.extend(exchange(voucher, &payout.ambassador, &payout.paid, &payout.left(voucher)?)?);
    }
    if let Some(kept) = payout.kept_back() {
        let (from, to) = (Account::TAX_WITHHELD, payout.account(Holding::InTransit));
        transactions.push(Transaction::transfer(voucher, Recipe::ReleaseTax, &kept, from, to)?);
    }
    let (available, in_transit) = (payout.account(Holding::Available), payout.account(Holding::InTransit));
    transactions.push(Transaction::transfer(
        voucher,
        Recipe::GiveBack,
        &payout.taken,
        in_transit,
        available,
    )?);
    Ok(transactions)
}

/// Money that had arrived came back: cash → in transit with the memo pair reversed, and from there to available.
///
/// # Errors
/// [`LedgerError::NotPositive`]; [`LedgerError::NotBalanced`] where two amounts of one currency differ.
pub fn give_back_settled(voucher: &Voucher, payout: &PayoutValue) -> Result<Vec<Transaction>, LedgerError> {
    payout.check(voucher, Recipe::UnsettlePayout)?;
    let opposite = negated(voucher, payout.paid.amount)?;
    let mut transactions = vec![settlement(voucher, Recipe::UnsettlePayout, payout, opposite)?];
    transactions.extend(give_back_in_transit(voucher, payout)?);
    Ok(transactions)
}

/// Value in transit changes its currency through FX: one transaction for each currency.
///
/// # Errors
/// [`LedgerError::NotPositive`].
pub fn exchange(
    voucher: &Voucher,
    ambassador: &AmbassadorId,
    from: &Value,
    to: &Value,
) -> Result<[Transaction; 2], LedgerError> {
    let in_transit = Account::of(ambassador, Holding::InTransit);
    positive(voucher, Recipe::ExchangeOut, from)?;
    positive(voucher, Recipe::ExchangeIn, to)?;
    let out = Transaction::transfer(voucher, Recipe::ExchangeOut, from, in_transit.clone(), Account::FX)?;
    Ok([out, Transaction::transfer(voucher, Recipe::ExchangeIn, to, Account::FX, in_transit)?])
}

fn settlement(
    voucher: &Voucher,
    recipe: Recipe,
    payout: &PayoutValue,
    amount: i64,
) -> Result<Transaction, LedgerError> {
    let opposite = negated(voucher, amount)?;
    let entries = vec![
        Entry { account: payout.account(Holding::InTransit), amount },
        Entry { account: payout.means.account(), amount: opposite },
        Entry { account: Account::PAYOUTS_CONTROL, amount },
        Entry { account: payout.account(Holding::Paid), amount: opposite },
    ];
    Transaction::new(voucher, recipe, &payout.paid.asset, entries)
}

pub(crate) fn negated(voucher: &Voucher, amount: i64) -> Result<i64, LedgerError> {
    let overflow = || LedgerError::Overflow { cause: voucher.cause.clone(), what: "an amount" };
    amount.checked_neg().ok_or_else(overflow)
}
