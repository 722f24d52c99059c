//! How an amount came about, in a line that a person can check.

use tribute_money::{Asset, Millionths, MoneyError, Rate, Rounding, format_minor};
use tribute_terms::Pays;

use crate::amount::{Lines, Ruling};

/// `10% × 59.97 = 5.997 → 6.00 USD (half up)`.
pub(crate) fn percent(
    rate: Rate,
    base: Millionths,
    minor: i64,
    asset: &Asset,
    rounding: Rounding,
) -> Result<String, MoneyError> {
    let product =
        i128::from(rate.millionths()).checked_mul(i128::from(base.get())).ok_or(MoneyError::Overflow)?;
    let (exact, rounded) = (millionth_millionths(product), format_minor(minor, asset)?);
    let same = exact.trim_end_matches('0') == rounded.trim_end_matches('0')
        || exact.strip_suffix(".00") == Some(rounded.as_str());
    Ok(if same {
        format!("{rate} × {base} = {rounded} {asset}")
    } else {
        format!("{rate} × {base} = {exact} → {rounded} {asset} ({})", rounding_name(rounding))
    })
}

/// What a rule that needs no siblings pays on an order, before the split.
pub(crate) fn order(ruling: &Ruling<'_>, lines: &Lines, total: i64) -> Result<String, MoneyError> {
    let (asset, shown) = (ruling.asset(), format_minor(total, ruling.asset())?);
    if let (true, Some(minimum)) = (ruling.is_below_minimum(lines), ruling.rule.minimum_order) {
        return Ok(format!("{} is below the minimum of {minimum} → {shown} {asset}", lines.net));
    }
    let text = match (&ruling.rule.pays, ruling.rate()?) {
        (_, Some(rate)) => {
            let minor = lines.base.times(rate, ruling.exponent, ruling.rounding())?;
            percent(rate, lines.base, minor, asset, ruling.rounding())?
        }
        (Pays::PerOrder(amount), _) if lines.net > Millionths::ZERO => format!("{amount} {asset} per order"),
        (Pays::PerOrder(_), _) => format!("nothing left of the order → {shown} {asset}"),
        (Pays::PerItem(amount), _) => {
            let minor = ruling.minor(crate::amount::items(*amount, lines.units)?)?;
            format!("{} × {amount} per item = {} {asset}", lines.units, format_minor(minor, asset)?)
        }
        (Pays::Tiers(_) | Pays::Stages(_) | Pays::Percent(_), None) => String::new(),
    };
    let over_cap = ruling.uncapped(lines)? > total;
    Ok(if over_cap { format!("{text}; at most {shown} per order") } else { text })
}

/// `; share 1 of 2 → 3.00`.
pub(crate) fn share(weight: u64, of_weight: u64, part: i64, asset: &Asset) -> Result<String, MoneyError> {
    if weight == of_weight {
        return Ok(String::new());
    }
    Ok(format!("; share {weight} of {of_weight} → {}", format_minor(part, asset)?))
}

/// The clicks behind a day's fee.
pub(crate) struct Clicks<'a> {
    pub(crate) clicks: usize,
    pub(crate) visitors: usize,
    /// What each of those that are paid brings, in their order.
    pub(crate) paid: &'a [Millionths],
}

/// `37 clicks of 31 visitors: 31 × 0.025 = 0.775 → 0.78 GBP (half up)`.
pub(crate) fn clicks(
    counts: &Clicks<'_>,
    sum: Millionths,
    minor: i64,
    asset: &Asset,
    rounding: Rounding,
) -> Result<String, MoneyError> {
    let number = |count: usize, name: &str| format!("{count} {name}{}", if count == 1 { "" } else { "s" });
    let of = format!("{} of {}", number(counts.clicks, "click"), number(counts.visitors, "visitor"));
    let paid = counts.paid.len();
    let whom = if paid < counts.visitors { format!(", of whom {paid} count") } else { String::new() };
    let same_fee = counts.paid.chunk_by(|one, other| one == other);
    let parts = same_fee.filter_map(|part| Some(format!("{} × {}", part.len(), part.first()?)));
    let parts = parts.collect::<Vec<_>>().join(" + ");
    let rounded = format_minor(minor, asset)?;
    Ok(if parts.is_empty() {
        format!("{of}{whom} → {rounded} {asset}; taken back")
    } else if Millionths::from_minor(minor, asset.exponent()?)? == sum {
        format!("{of}{whom}: {parts} = {rounded} {asset}")
    } else {
        format!("{of}{whom}: {parts} = {sum} → {rounded} {asset} ({})", rounding_name(rounding))
    })
}

const fn rounding_name(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::HalfUp => "half up",
        Rounding::HalfEven => "half even",
        Rounding::Down => "down",
    }
}

/// A product of two six-decimal numbers, exact, with at least two decimals.
fn millionth_millionths(product: i128) -> String {
    const SCALE: u128 = 1_000_000_000_000;
    let sign = if product < 0 { "-" } else { "" };
    let size = product.unsigned_abs();
    let whole = size.checked_div(SCALE).unwrap_or_default();
    let digits = format!("{:012}", size.checked_rem(SCALE).unwrap_or_default());
    format!("{sign}{whole}.{:0<2}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_show_the_exact_product_and_its_rounding() {
        let usd: Asset = "USD".parse().unwrap();
        let text = |rate: &str, base: &str, minor| {
            percent(rate.parse().unwrap(), base.parse().unwrap(), minor, &usd, Rounding::HalfUp).unwrap()
        };
        assert_eq!(text("10%", "59.97", 600), "10% × 59.97 = 5.997 → 6.00 USD (half up)");
        assert_eq!(text("10%", "100", 1000), "10% × 100.00 = 10.00 USD");
        assert_eq!(text("2.9%", "5", 15), "2.9% × 5.00 = 0.145 → 0.15 USD (half up)");
        let jpy: Asset = "JPY".parse().unwrap();
        let yen =
            percent("10%".parse().unwrap(), "1000".parse().unwrap(), 100, &jpy, Rounding::Down).unwrap();
        assert_eq!(yen, "10% × 1000.00 = 100 JPY");
    }
}
