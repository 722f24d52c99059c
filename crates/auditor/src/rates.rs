//! Reference rates, and an amount in another currency.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use tribute_events::{DAY, FxPublished, Timestamp};
use tribute_money::{Asset, Rounding};

use crate::{
    exact::{round, ten_to},
    fact::{Facts, Horizon, sort},
};

/// A published decimal: `digits / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Quote {
    digits: i128,
    scale: u32,
}

impl Quote {
    const ONE: Self = Self { digits: 1, scale: 0 };

    /// `None` unless the text is a positive decimal.
    fn read(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction = fraction.trim_end_matches('0');
        let digits: String = [whole, fraction].concat();
        if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let quote = Self { digits: digits.parse().ok()?, scale: u32::try_from(fraction.len()).ok()? };
        (quote.digits > 0 && quote.scale <= 18).then_some(quote)
    }
}

/// Where the rates of a run come from: what is seen, the fixing day, and how old a rate may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fixing {
    pub(crate) horizon: Horizon,
    pub(crate) day: i64,
    pub(crate) age_max: i64,
}

/// Every reference rate, by day.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    published: Facts<FxPublished>,
    /// By base and currency: the days, and which publications speak of each.
    days: BTreeMap<(SmolStr, SmolStr), BTreeMap<i64, Vec<usize>>>,
}

/// The number of a day such as `2026-03-31`.
pub(crate) fn day_number(day: &str) -> Option<i64> {
    let midnight: Timestamp = format!("{day}T00:00:00Z").parse().ok()?;
    Some(midnight.millis().div_euclid(DAY))
}

impl Rates {
    pub(crate) fn new(mut published: Facts<FxPublished>) -> Self {
        sort(&mut published);
        let mut days: BTreeMap<_, BTreeMap<_, Vec<_>>> = BTreeMap::new();
        for (index, fact) in published.iter().enumerate() {
            let Some(day) = day_number(&fact.body.date) else { continue };
            for currency in fact.body.rates.keys() {
                let key = (SmolStr::from(fact.body.base.as_str()), currency.clone());
                days.entry(key).or_default().entry(day).or_default().push(index);
            }
        }
        Self { published, days }
    }

    /// The last rate on or before the fixing day, unless it is too old.
    fn quote(&self, base: &SmolStr, currency: &Asset, fixing: Fixing) -> Option<Quote> {
        if base == currency.as_str() {
            return Some(Quote::ONE);
        }
        let days = self.days.get(&(base.clone(), currency.as_str().into()))?;
        let (day, quote) = days.range(..=fixing.day).rev().find_map(|(day, said)| {
            let seen = said.iter().rev().filter_map(|index| self.published.get(*index));
            let last = seen.into_iter().find(|fact| fixing.horizon.sees(&fact.stamp))?;
            Some((day, Quote::read(last.body.rates.get(currency.as_str())?)?))
        })?;
        (fixing.day.saturating_sub(*day).saturating_mul(DAY) <= fixing.age_max).then_some(quote)
    }

    /// Minor units of one currency in minor units of another, rounded once; `None` where a rate is missing.
    pub(crate) fn exchange(
        &self,
        amount: i128,
        (from, to): (&Asset, &Asset),
        fixing: Fixing,
        rounding: Rounding,
    ) -> Option<i128> {
        let bases: BTreeSet<&SmolStr> = self.days.keys().map(|(base, _)| base).collect();
        let (from_rate, to_rate) = bases
            .into_iter()
            .find_map(|base| Some((self.quote(base, from, fixing)?, self.quote(base, to, fixing)?)))?;
        let product = |factors: [i128; 3]| factors.into_iter().try_fold(1_i128, i128::checked_mul);
        let numerator = product([to_rate.digits, ten_to(from_rate.scale), ten_to(to.exponent().ok()?)])?;
        let denominator = product([from_rate.digits, ten_to(to_rate.scale), ten_to(from.exponent().ok()?)])?;
        Some(round(amount.checked_mul(numerator)?, denominator, rounding))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly() {
        assert_eq!(Quote::read("1.3920"), Some(Quote { digits: 1392, scale: 3 }));
        for text in ["", ".5", "-1", "0", "0.00", "1e3", "1,5"] {
            assert_eq!(Quote::read(text), None, "{text}");
        }
    }

    #[test]
    fn days_have_numbers() {
        assert_eq!(day_number("1970-01-02"), Some(1));
        assert_eq!(day_number("2026-02-30"), None);
    }
}
