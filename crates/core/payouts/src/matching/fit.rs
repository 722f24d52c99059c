//! Whether an item's amount is that of payouts: exactly, with a fee that the statement states, or in another currency at
//! the rate that it states.

use tribute_events::statement::{Amount, Direction, Exchange};
use tribute_money::{ReferenceRate, Rounding, exchange};

use super::items::Item;

/// How an amount fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fit {
    /// The fee that explains the difference.
    pub(super) fee: Option<Amount>,
    /// The same as a cost of the account: negative where it was taken off a payment.
    pub(super) charge: i64,
    /// How the amount fits, to be added to the reason.
    pub(super) why: String,
    /// Whether the statement itself proves it.
    pub(super) proven: bool,
}

/// How `item` fits `expected`; `None` where it does not.
pub(super) fn fit(item: &Item, expected: &Amount) -> Option<Fit> {
    let fee = (item.fees > 0).then(|| Amount { minor: item.fees, asset: item.amount.asset.clone() });
    if item.amount.asset == expected.asset {
        if item.amount.minor == expected.minor {
            return Some(Fit {
                fee: None,
                charge: 0,
                why: "the amount is the same".to_owned(),
                proven: true,
            });
        }
        let with_fee = [expected.minor.checked_add(item.fees), expected.minor.checked_sub(item.fees)];
        let fee = fee.filter(|_| with_fee.contains(&Some(item.amount.minor)))?;
        let why = format!("the difference is the bank's fee of {fee}, as the statement states");
        let more = item.amount.minor.checked_sub(expected.minor)?;
        return Some(Fit { fee: Some(fee), charge: cost(item, more), why, proven: true });
    }
    let stated = item.exchange.as_ref().filter(|stated| stated.instructed == *expected)?;
    converted(item, stated, fee)
}

/// What so much more than the payment costs: more that went out, or less that came in.
const fn cost(item: &Item, more: i64) -> i64 {
    match item.direction {
        Direction::Debit => more,
        Direction::Credit => more.saturating_neg(),
    }
}

/// The statement names the amount that was instructed: the rate must lead to what was booked.
fn converted(item: &Item, stated: &Exchange, fee: Option<Amount>) -> Option<Fit> {
    let instructed = &stated.instructed;
    let Some(rate) = stated.rate else {
        let why = format!("the statement says that {instructed} was instructed, without a rate");
        return Some(Fit { fee: None, charge: 0, why, proven: false });
    };
    let (from, to) = (instructed.asset.exponent().ok()?, item.amount.asset.exponent().ok()?);
    // Which way round a rate is meant differs by bank.
    let base = ReferenceRate::BASE;
    let ways = [((base, from), (rate, to)), ((rate, from), (base, to))];
    let results = ways.map(|(from, to)| exchange(instructed.minor, from, to, Rounding::HalfUp).ok());
    let without_fee =
        [0, item.fees, item.fees.saturating_neg()].map(|fee| item.amount.minor.checked_sub(fee));
    for (place, booked) in without_fee.into_iter().enumerate() {
        // Banks round their own way: one minor unit either side.
        let near =
            |result: &Option<i64>| matches!((result, booked), (Some(a), Some(b)) if a.abs_diff(b) <= 1);
        if results.iter().any(near) {
            let fee = fee.filter(|_| place > 0);
            let with = fee.as_ref().map(|fee| format!(", with the bank's fee of {fee}")).unwrap_or_default();
            let why = format!("the statement says that {instructed} was instructed at {rate}{with}");
            let more = item.amount.minor.checked_sub(booked?)?;
            return Some(Fit { fee, charge: cost(item, more), why, proven: true });
        }
    }
    None
}
