use std::collections::BTreeMap;

use tribute_money::{Asset, MoneyError};

use super::{BooksError, amount_of};

/// What every account of the file holds so far, by the name that it has there.
#[derive(Default)]
pub(super) struct Sums(BTreeMap<(String, Asset), i128>);

impl Sums {
    pub(super) fn add(&mut self, account: &str, asset: &Asset, amount: i64) {
        let sum = self.0.entry((account.to_owned(), asset.clone())).or_default();
        // Fewer than 2^64 amounts of 64 bits cannot leave 128 bits.
        *sum = sum.saturating_add(i128::from(amount));
    }

    /// Account, amount as text, asset: by account, zeros too, for a zero is to be asserted as well.
    /// The same, each with what the accounts below it hold.
    pub(super) fn with_those_below(&self) -> Self {
        let mut all = self.0.clone();
        for ((account, asset), own) in &self.0 {
            for (end, _) in account.match_indices(':') {
                let above = account.get(..end).unwrap_or_default();
                if let Some(sum) = all.get_mut(&(above.to_owned(), asset.clone())) {
                    *sum = sum.saturating_add(*own);
                }
            }
        }
        Self(all)
    }

    pub(super) fn each(&self) -> impl Iterator<Item = Result<(&str, String, &Asset), BooksError>> {
        self.0.iter().map(|((account, asset), sum)| {
            let overflow = |_| BooksError::Amount { asset: asset.clone(), source: MoneyError::Overflow };
            let sum = i64::try_from(*sum).map_err(overflow)?;
            Ok((account.as_str(), amount_of(sum, asset)?, asset))
        })
    }
}
