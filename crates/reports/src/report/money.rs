use schemars::JsonSchema;
use serde::Serialize;
use tribute_money::Asset;

use crate::{Cell, ReportError, error};

/// An amount as a decimal text, with what it is counted in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Amount {
    /// The decimal text, in the major unit.
    pub amount: String,
    /// The currency, token or perk.
    pub currency: String,
}

impl Amount {
    /// From stored minor units.
    pub(crate) fn minor(table: &'static str, minor: i64, asset: &str) -> Result<Self, ReportError> {
        Ok(Self { amount: error::money(table, minor, asset)?, currency: asset.to_owned() })
    }

    /// From stored millionths of the major unit, with as many decimals as the asset has, or more where needed.
    pub(crate) fn millionths(table: &'static str, millionths: i64, asset: &str) -> Result<Self, ReportError> {
        let known = error::asset(table, asset)?;
        Ok(Self { amount: decimal(millionths, &known), currency: asset.to_owned() })
    }

    /// As a cell.
    #[must_use]
    pub fn cell(&self) -> Cell {
        Cell::Amount(self.amount.clone(), self.currency.clone())
    }
}

/// The shortest exact text that shows the asset's minor unit.
fn decimal(millionths: i64, asset: &Asset) -> String {
    let decimals = asset.exponent().ok().and_then(|exponent| usize::try_from(exponent).ok()).unwrap_or(2);
    let (whole, fraction) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let digits = format!("{fraction:06}");
    let kept = digits.trim_end_matches('0');
    let sign = if millionths < 0 { "-" } else { "" };
    if kept.is_empty() && decimals == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{kept:0<decimals$}")
}

/// `amount`, where there is one, as two cells: for people with its currency, for programs beside it.
pub(crate) fn cells(amount: Option<&Amount>) -> [Cell; 2] {
    match amount {
        Some(amount) => [amount.cell(), Cell::text(amount.currency.as_str())],
        None => [Cell::Nothing, Cell::Nothing],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn millionths_show_the_minor_unit_and_no_more_than_needed() {
        for (millionths, asset, want) in [
            (100_000_000, "USD", "100.00"),
            (-2_042_761_000, "USD", "-2042.761"),
            (100_000_000, "JPY", "100"),
            (1_500_000, "BHD", "1.500"),
        ] {
            assert_eq!(Amount::millionths("t", millionths, asset).unwrap().amount, want);
        }
    }
}
