use std::{collections::BTreeMap, fmt};

use serde::Serialize;
use tribute_money::{Millionths, MoneyError};

use super::TaxRow;
use crate::{ReportError, report::Amount};

/// What a brand paid and gave in a year in one currency, to everybody together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaxTotal {
    /// The brand.
    pub brand: String,
    /// The currency.
    pub currency: String,
    /// How many people got anything.
    pub people: usize,
    /// Money that arrived, without what processors report by themselves.
    pub cash_paid: Amount,
    /// Perks and shipments, at fair value.
    pub perks: Amount,
    /// Units among them that have no fair value.
    pub unvalued: i64,
    /// What was kept back for the tax authority.
    pub withheld: Amount,
    /// Cash, perks and what was kept back.
    pub total: Amount,
    /// Money that arrived by processors.
    pub by_processors: Amount,
    /// For how many people a form is due, or may be, and none is on file.
    pub lacking_form: usize,
}

impl fmt::Display for TaxTotal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |amount: &Amount| format!("{} {}", amount.amount, amount.currency);
        write!(
            f,
            "{}, {}: {} people, {} in cash and {} in perks, {} in all; {} by processors",
            self.brand,
            self.currency,
            self.people,
            show(&self.cash_paid),
            show(&self.perks),
            show(&self.total),
            show(&self.by_processors)
        )?;
        if self.withheld.amount.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
            write!(f, "; {} kept back for the tax authority", show(&self.withheld))?;
        }
        if self.unvalued > 0 {
            write!(f, "; {} units without a fair value", self.unvalued)?;
        }
        if self.lacking_form > 0 {
            write!(f, "; {} without a tax form that is due, or may be", self.lacking_form)?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Sum {
    people: usize,
    amounts: [Millionths; 5],
    unvalued: i64,
    lacking_form: usize,
}

/// The totals of a year's rows, by brand and currency.
///
/// # Errors
/// [`ReportError::Stored`] where an amount does not fit.
pub fn tax_totals(rows: &[TaxRow]) -> Result<Vec<TaxTotal>, ReportError> {
    let mut sums: BTreeMap<(&str, &str), Sum> = BTreeMap::new();
    for row in rows {
        let stored = |why: MoneyError| ReportError::stored("payout", &row.ambassador, &why);
        let sum = sums.entry((&row.brand, &row.currency)).or_default();
        let amounts = [&row.cash_paid, &row.perks, &row.total, &row.by_processors, &row.withheld];
        for (sum, amount) in sum.amounts.iter_mut().zip(amounts) {
            *sum = amount.amount.parse().and_then(|it| sum.plus(it)).map_err(stored)?;
        }
        sum.people = sum.people.saturating_add(1);
        sum.unvalued = sum.unvalued.checked_add(row.unvalued).ok_or_else(|| stored(MoneyError::Overflow))?;
        sum.lacking_form = sum.lacking_form.saturating_add(usize::from(row.lacks_form()));
    }
    sums.into_iter().map(|((brand, currency), sum)| total_of(brand, currency, &sum)).collect()
}

fn total_of(brand: &str, currency: &str, sum: &Sum) -> Result<TaxTotal, ReportError> {
    let amount = |value: Millionths| Amount::millionths("payout", value.get(), currency);
    let [cash_paid, perks, total, by_processors, withheld] = sum.amounts;
    Ok(TaxTotal {
        brand: brand.to_owned(),
        currency: currency.to_owned(),
        people: sum.people,
        cash_paid: amount(cash_paid)?,
        perks: amount(perks)?,
        unvalued: sum.unvalued,
        withheld: amount(withheld)?,
        total: amount(total)?,
        by_processors: amount(by_processors)?,
        lacking_form: sum.lacking_form,
    })
}
