use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tribute_money::{Asset, Millionths, Rate};

use crate::{ReportError, report::Amount};

/// Thresholds and rates of tax reporting as dated data: those that come with Tribute, or a file of one's own.
///
/// ```
/// use tribute_reports::report::{TaxRules, TaxThreshold};
/// let rules = TaxRules::shipped()?;
/// assert!(matches!(rules.threshold("USD", 2026)?, TaxThreshold::Known { amount, .. } if amount.amount == "2000.00"));
/// assert_eq!(rules.threshold("USD", 2027)?, TaxThreshold::NotKnownYet);
/// assert_eq!(rules.threshold("JPY", 2026)?, TaxThreshold::None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxRules {
    #[serde(default)]
    processors: Vec<String>,
    #[serde(default)]
    threshold: Vec<Limit>,
    #[serde(default)]
    backup_withholding: Vec<Withholding>,
}

/// From which total of a year on payments in a currency are reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxThreshold {
    /// A form is due.
    Known {
        /// The form, such as 1099-NEC.
        form: String,
        /// From this total on, that very total included.
        amount: Amount,
    },
    /// The currency has thresholds, and none that covers the year: it is not guessed.
    NotKnownYet,
    /// The rules name none in this currency.
    None,
}

/// Why a file of thresholds cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaxRulesError {
    /// It is not what such a file holds.
    #[error("the thresholds cannot be read: {0}")]
    Unreadable(toml::de::Error),
    /// A line that holds in no year.
    #[error("a line in {currency} begins in {from} and ends in {until}: it holds in no year")]
    Never {
        /// Its currency.
        currency: String,
        /// Its first year.
        from: u16,
        /// Its last year.
        until: u16,
    },
    /// Two lines that say different things of one year.
    #[error("two lines in {currency} hold in {year}: end the first with `until`")]
    Twice {
        /// Their currency.
        currency: String,
        /// The first year in which both hold.
        year: u16,
    },
    /// An amount or a rate below zero.
    #[error("a line in {currency} is below zero")]
    BelowZero {
        /// Its currency.
        currency: String,
    },
    /// Values are counted in money.
    #[error("{currency} is no currency")]
    NoCurrency {
        /// What stands in its place.
        currency: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limit {
    form: String,
    currency: Asset,
    pub(super) amount: Millionths,
    from: Option<u16>,
    until: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Withholding {
    currency: Asset,
    rate: Rate,
    from: Option<u16>,
    until: Option<u16>,
}

/// A line's currency, the years in which it holds, and whether its value is below zero.
type Line<'l> = (&'l Asset, u16, u16, bool);

impl Limit {
    fn line(&self) -> Line<'_> {
        let (from, until) = (self.from.unwrap_or(u16::MIN), self.until.unwrap_or(u16::MAX));
        (&self.currency, from, until, self.amount < Millionths::ZERO)
    }
}

impl Withholding {
    fn line(&self) -> Line<'_> {
        let (from, until) = (self.from.unwrap_or(u16::MIN), self.until.unwrap_or(u16::MAX));
        (&self.currency, from, until, self.rate.millionths() < 0)
    }
}

fn holds((known, from, until, _): Line<'_>, currency: &str, year: u16) -> bool {
    known.as_str() == currency && (from..=until).contains(&year)
}

fn check(lines: &[Line<'_>]) -> Result<(), TaxRulesError> {
    for (place, (currency, from, until, below_zero)) in lines.iter().copied().enumerate() {
        let name = currency.to_string();
        if !currency.is_currency() {
            return Err(TaxRulesError::NoCurrency { currency: name });
        }
        if from > until {
            return Err(TaxRulesError::Never { currency: name, from, until });
        }
        if below_zero {
            return Err(TaxRulesError::BelowZero { currency: name });
        }
        for (other, other_from, other_until, _) in lines.iter().skip(place.saturating_add(1)) {
            let year = from.max(*other_from);
            if currency == *other && year <= until.min(*other_until) {
                return Err(TaxRulesError::Twice { currency: name, year });
            }
        }
    }
    Ok(())
}

impl TaxRules {
    /// Those that come with Tribute: of the United States.
    ///
    /// # Errors
    /// None that a test would not have found.
    pub fn shipped() -> Result<Self, TaxRulesError> {
        include_str!("../../../data/tax-thresholds.toml").parse()
    }

    /// From which total of a year on payments in a currency are reported.
    ///
    /// # Errors
    /// Where the currency is none.
    pub fn threshold(&self, currency: &str, year: u16) -> Result<TaxThreshold, ReportError> {
        let Some(limit) = self.limit(currency, year) else {
            let named = self.threshold.iter().any(|it| it.currency.as_str() == currency);
            return Ok(if named { TaxThreshold::NotKnownYet } else { TaxThreshold::None });
        };
        let amount = Amount::millionths("thresholds", limit.amount.get(), currency)?;
        Ok(TaxThreshold::Known { form: limit.form.clone(), amount })
    }

    /// The line that holds, where there is one.
    pub(super) fn limit(&self, currency: &str, year: u16) -> Option<&Limit> {
        self.threshold.iter().find(|it| holds(it.line(), currency, year))
    }

    /// The rate at which is withheld where a form is due and none is on file.
    pub(super) fn backup_withholding(&self, currency: &str, year: u16) -> Option<Rate> {
        self.backup_withholding.iter().find(|it| holds(it.line(), currency, year)).map(|it| it.rate)
    }

    /// Whether the processor of a rail reports what it pays by itself.
    pub(super) fn is_processor(&self, rail: &str) -> bool {
        self.processors.iter().any(|it| it.eq_ignore_ascii_case(rail))
    }
}

impl FromStr for TaxRules {
    type Err = TaxRulesError;

    fn from_str(text: &str) -> Result<Self, TaxRulesError> {
        let rules: Self = toml::from_str(text).map_err(TaxRulesError::Unreadable)?;
        check(&rules.threshold.iter().map(Limit::line).collect::<Vec<_>>())?;
        check(&rules.backup_withholding.iter().map(Withholding::line).collect::<Vec<_>>())?;
        Ok(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(year: u16) -> TaxThreshold {
        TaxRules::shipped().unwrap().threshold("USD", year).unwrap()
    }

    #[test]
    fn the_threshold_rose_in_2026_and_is_not_known_beyond() {
        let dollars = |amount: &str| {
            let amount = Amount { amount: amount.to_owned(), currency: "USD".to_owned() };
            TaxThreshold::Known { form: "1099-NEC".to_owned(), amount }
        };
        assert_eq!([2019, 2025].map(known), [dollars("600.00"), dollars("600.00")]);
        assert_eq!(known(2026), dollars("2000.00"));
        assert_eq!([2027, 2040].map(known), [TaxThreshold::NotKnownYet, TaxThreshold::NotKnownYet]);
        let rules = TaxRules::shipped().unwrap();
        assert_eq!(rules.threshold("EUR", 2026).unwrap(), TaxThreshold::None);
        assert_eq!(rules.backup_withholding("USD", 2026).unwrap().to_string(), "24%");
        assert_eq!(rules.backup_withholding("USD", 2017), None);
        assert!(rules.is_processor("PayPal") && !rules.is_processor("nacha"));
    }

    #[test]
    fn a_file_that_contradicts_itself_is_refused() {
        let line = |more: &str| format!("[[threshold]]\nform = 'X'\ncurrency = 'USD'\n{more}\n");
        let two = line("amount = '600'\nuntil = 2026") + &line("amount = '2000'\nfrom = 2026");
        for (text, says) in [
            (two, "two lines in USD hold in 2026: end the first with `until`"),
            (
                line("amount = '1'\nfrom = 2027\nuntil = 2026"),
                "a line in USD begins in 2027 and ends in 2026: it holds in no year",
            ),
            (line("amount = '-1'"), "a line in USD is below zero"),
            (line("amount = '1'").replace("USD", "SKU:TOTE"), "SKU:TOTE is no currency"),
            (
                "[[backup_withholding]]\ncurrency = 'USD'\nrate = '-1%'".to_owned(),
                "a line in USD is below zero",
            ),
        ] {
            assert_eq!(text.parse::<TaxRules>().unwrap_err().to_string(), says);
        }
        let number = line("amount = 600").parse::<TaxRules>().unwrap_err().to_string();
        assert!(number.contains("a JSON number is not accepted") || number.contains("decimal"), "{number}");
    }
}
