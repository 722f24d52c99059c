//! Amounts as banks write them, read exactly.

use tribute_events::statement::{Amount, Direction};
use tribute_money::Asset;

use super::error::{ValueError, shown};

/// Which sign parts whole and fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// A point; commas may group thousands.
    Point,
    /// A comma; points may group thousands.
    Comma,
    /// Either, and nothing is grouped.
    Either,
}

/// An exact decimal of any size that 128 bits hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// Reads a decimal with an optional sign before or after it.
    pub(super) fn parse(text: &str, mark: Mark) -> Result<Self, ValueError> {
        let refused = || ValueError::NotAnAmount(shown(text));
        let trimmed = text.trim();
        let (negative, digits) = match (trimmed.strip_prefix('-'), trimmed.strip_suffix('-')) {
            (Some(rest), _) | (_, Some(rest)) => (true, rest.trim()),
            _ => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
        };
        let (whole, fraction) = match mark {
            Mark::Point => digits.split_once('.'),
            Mark::Comma => digits.split_once(','),
            Mark::Either => digits.split_once(['.', ',']),
        }
        .unwrap_or((digits, ""));
        let whole = ungrouped(whole, mark).ok_or_else(refused)?;
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(&whole) || !plain(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return Err(refused());
        }
        let fraction = fraction.trim_end_matches('0');
        let too_large = || ValueError::TooLarge(shown(text));
        let size: i128 = format!("0{whole}{fraction}").parse().map_err(|_| too_large())?;
        let scale = u32::try_from(fraction.len()).map_err(|_| too_large())?;
        Ok(Self { digits: if negative { -size } else { size }, scale })
    }

    /// From digits of which the last `scale` are decimals: BAI2 and PayPal write no decimal mark.
    pub(super) fn implied(text: &str, scale: u32) -> Result<Self, ValueError> {
        let whole = Self::parse(text, Mark::Either)?;
        if text.contains(['.', ',']) {
            return Err(ValueError::NotAnAmount(shown(text)));
        }
        Ok(Self { digits: whole.digits, scale })
    }

    /// The minor units of a currency; what is finer is refused, never rounded.
    pub(super) fn minor(self, asset: &Asset) -> Result<i64, ValueError> {
        let exponent = asset.exponent()?;
        let shown = || format!("{}e-{}", self.digits, self.scale).into();
        let too_large = || ValueError::TooLarge(shown());
        let power = |exponent: u32| 10_i128.checked_pow(exponent).ok_or_else(too_large);
        let minor = if self.scale <= exponent {
            self.digits.checked_mul(power(exponent - self.scale)?).ok_or_else(too_large)?
        } else {
            let unit = power(self.scale - exponent)?;
            if self.digits % unit != 0 {
                return Err(ValueError::TooFine { text: shown(), asset: asset.as_str().into() });
            }
            self.digits / unit
        };
        i64::try_from(minor).map_err(|_| too_large())
    }

    /// Its size as an amount, and the direction that its sign says: plus is a credit.
    pub(super) fn directed(self, asset: &Asset) -> Result<(Amount, Direction), ValueError> {
        let minor = self.minor(asset)?;
        let direction = if minor < 0 { Direction::Debit } else { Direction::Credit };
        let size = minor.checked_abs().ok_or_else(|| ValueError::TooLarge(minor.to_string().into()))?;
        Ok((Amount { minor: size, asset: asset.clone() }, direction))
    }
}

/// The whole part without marks between groups of three digits; `None` where they stand anywhere else.
fn ungrouped(whole: &str, mark: Mark) -> Option<String> {
    let grouping = |letter: char| match mark {
        Mark::Point => matches!(letter, ',' | '\'' | ' ' | '\u{a0}' | '\u{202f}'),
        Mark::Comma => matches!(letter, '.' | '\'' | ' ' | '\u{a0}' | '\u{202f}'),
        Mark::Either => false,
    };
    let mut groups = whole.split(grouping);
    let mut joined = groups.next().unwrap_or_default().to_owned();
    for group in groups {
        if group.len() != 3 || joined.is_empty() {
            return None;
        }
        joined.push_str(group);
    }
    Some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minor(text: &str, mark: Mark, asset: &str) -> Result<i64, ValueError> {
        Decimal::parse(text, mark)?.minor(&asset.parse().unwrap())
    }

    #[test]
    fn amounts_as_banks_write_them() {
        for (text, mark, asset, expected) in [
            ("18.150", Mark::Point, "EUR", 1_815),
            ("200000", Mark::Point, "SEK", 20_000_000),
            ("9,", Mark::Comma, "EUR", 900),
            (",5", Mark::Comma, "EUR", 50),
            ("1.234,56", Mark::Comma, "EUR", 123_456),
            ("-1,234,567.8", Mark::Point, "USD", -123_456_780),
            ("12.50-", Mark::Point, "USD", -1_250),
            ("+7", Mark::Either, "JPY", 7),
            ("10000000000000000", Mark::Either, "IDR", 1_000_000_000_000_000_000),
        ] {
            assert_eq!(minor(text, mark, asset), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_exact_is_refused() {
        for (text, mark) in [
            ("1.5", Mark::Comma),
            ("1,50", Mark::Point),
            ("", Mark::Point),
            ("-", Mark::Point),
            ("1e5", Mark::Point),
            ("1.2.3", Mark::Point),
            ("1,234,5", Mark::Point),
            (".", Mark::Either),
            ("--1", Mark::Point),
        ] {
            assert!(matches!(minor(text, mark, "EUR"), Err(ValueError::NotAnAmount(_))), "{text}");
        }
        assert!(matches!(minor("8.851", Mark::Point, "EUR"), Err(ValueError::TooFine { .. })));
        assert!(matches!(minor("92233720368547759", Mark::Point, "EUR"), Err(ValueError::TooLarge(_))));
    }

    #[test]
    fn implied_decimals_are_those_of_the_format() {
        let yen: Asset = "JPY".parse().unwrap();
        // PayPal writes 100 JPY as 10000.
        assert_eq!(Decimal::implied("10000", 2).unwrap().minor(&yen), Ok(100));
        assert!(Decimal::implied("100.00", 2).is_err());
        assert!(matches!(Decimal::implied("10050", 2).unwrap().minor(&yen), Err(ValueError::TooFine { .. })));
    }
}
