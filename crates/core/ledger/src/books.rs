use std::collections::BTreeMap;

use tribute_events::AmbassadorId;
use tribute_money::Asset;

use crate::{Account, Holding, LedgerError, Transaction};

/// Balances per account and asset: the fold of all entries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Books {
    balances: BTreeMap<(Account, Asset), i128>,
}

impl Books {
    /// Folds a transaction in; one that may not stand in the journal changes nothing.
    ///
    /// # Errors
    /// What [`Transaction::check`] finds; [`LedgerError::Overflow`] where a balance leaves 128 bits.
    pub fn apply(&mut self, transaction: &Transaction) -> Result<(), LedgerError> {
        transaction.check()?;
        let asset = transaction.asset();
        for entry in transaction.entries() {
            let balance = self.balances.entry((entry.account.clone(), asset.clone())).or_default();
            *balance = balance.checked_add(i128::from(entry.amount)).ok_or_else(|| {
                LedgerError::Overflow { cause: transaction.cause().clone(), what: "a balance" }
            })?;
        }
        Ok(())
    }

    /// The balance of one account, in minor units: debits less credits.
    #[must_use]
    pub fn balance(&self, account: &Account, asset: &Asset) -> i128 {
        self.balances.get(&(account.clone(), asset.clone())).copied().unwrap_or_default()
    }

    /// What an ambassador has in one state, in minor units; negative where they owe it.
    #[must_use]
    pub fn owed(&self, ambassador: &AmbassadorId, holding: Holding, asset: &Asset) -> i128 {
        self.balance(&Account::of(ambassador, holding), asset).saturating_neg()
    }

    /// Every balance that was ever touched, by account and asset.
    pub fn balances(&self) -> impl Iterator<Item = (&Account, &Asset, i128)> {
        self.balances.iter().map(|((account, asset), balance)| (account, asset, *balance))
    }

    /// The sum of all balances of each asset. All are zero as long as every transaction balances.
    #[must_use]
    pub fn sum_by_asset(&self) -> BTreeMap<Asset, i128> {
        let mut sums = BTreeMap::new();
        for ((_, asset), balance) in &self.balances {
            let sum: &mut i128 = sums.entry(asset.clone()).or_default();
            *sum = sum.saturating_add(*balance);
        }
        sums
    }
}
