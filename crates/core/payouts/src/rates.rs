use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;
use tribute_events::Timestamp;
use tribute_money::{Asset, MoneyError, ReferenceRate, Rounding, exchange};
use tribute_terms::Span;

/// The base of every published rate, as the European Central Bank publishes them.
const BASE: &str = "EUR";

/// Published reference rates: units of each currency for one euro, by day. The euro itself is 1 on every day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rates {
    rates: BTreeMap<Asset, BTreeMap<SmolStr, ReferenceRate>>,
}

/// One currency's rate, and the day on which it was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The currency.
    pub currency: Asset,
    /// The day of publication, `2026-03-31`.
    pub day: SmolStr,
    /// Units of the currency for one euro.
    #[serde(serialize_with = "write_rate", deserialize_with = "read_rate")]
    pub rate: ReferenceRate,
}

/// The two rates of a conversion, kept on the payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fixing {
    /// The fixing day: the last day before the run's cut-off.
    pub day: SmolStr,
    /// The currency of the balance, by its last rate on or before that day.
    pub from: Quote,
    /// The currency that is paid, likewise.
    pub to: Quote,
}

/// No rate of a currency on the fixing day, or none that is young enough.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no reference rate of {currency} was published on {day} or in the {age_max} before")]
pub struct MissingRate {
    /// The currency without a rate.
    pub currency: Asset,
    /// The fixing day.
    pub day: SmolStr,
    /// How old a rate may be on that day.
    pub age_max: Span,
}

impl Rates {
    /// Adds a published rate; a later word on the same day replaces the earlier one. A rate of the base is not kept.
    pub fn insert(&mut self, currency: Asset, day: SmolStr, rate: ReferenceRate) {
        if currency.as_str() != BASE {
            self.rates.entry(currency).or_default().insert(day, rate);
        }
    }

    /// The last rate of a currency on or before `day`, no older than `age_max` on it.
    ///
    /// # Errors
    /// [`MissingRate`].
    pub fn find(&self, currency: &Asset, day: &SmolStr, age_max: Span) -> Result<Quote, MissingRate> {
        let quote = |(day, rate): (&SmolStr, &ReferenceRate)| Quote {
            currency: currency.clone(),
            day: day.clone(),
            rate: *rate,
        };
        if currency.as_str() == BASE {
            return Ok(quote((day, &ReferenceRate::BASE)));
        }
        let last = self.rates.get(currency).and_then(|days| days.range(..=day.clone()).next_back());
        let young = last.filter(|(published, _)| is_young(published, day, age_max));
        young.map(quote).ok_or_else(|| MissingRate { currency: currency.clone(), day: day.clone(), age_max })
    }

    /// The rates of a conversion on `day`.
    ///
    /// # Errors
    /// [`MissingRate`], the paid currency's first.
    pub fn fix(&self, from: &Asset, to: &Asset, day: &SmolStr, age_max: Span) -> Result<Fixing, MissingRate> {
        let to = self.find(to, day, age_max)?;
        Ok(Fixing { day: day.clone(), from: self.find(from, day, age_max)?, to })
    }
}

/// Days are compared by their midnights in UTC; a day that can not be read is never young enough.
fn is_young(published: &str, day: &str, age_max: Span) -> bool {
    let midnight = |day: &str| format!("{day}T00:00:00Z").parse::<Timestamp>();
    match (midnight(published), midnight(day)) {
        (Ok(published), Ok(day)) => day.since(published) <= age_max.millis(),
        _ => false,
    }
}

impl Fixing {
    /// An amount of the balance's currency in the paid one, minor units both, rounded once.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`], [`MoneyError::UnknownCurrency`].
    pub fn convert(&self, amount: i64, rounding: Rounding) -> Result<i64, MoneyError> {
        let side = |quote: &Quote| Ok((quote.rate, quote.currency.exponent()?));
        exchange(amount, side(&self.from)?, side(&self.to)?, rounding)
    }
}

fn write_rate<S: Serializer>(rate: &ReferenceRate, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(rate)
}

fn read_rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ReferenceRate, D::Error> {
    SmolStr::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(code: &str) -> Asset {
        code.parse().unwrap()
    }

    fn rates() -> Rates {
        let mut rates = Rates::default();
        for (code, day, rate) in [
            ("USD", "2026-03-27", "1.10"),
            ("USD", "2026-03-30", "1.25"),
            ("GBP", "2026-03-31", "0.80"),
            ("EEK", "2010-12-31", "15.6466"),
        ] {
            rates.insert(asset(code), day.into(), rate.parse().unwrap());
        }
        rates
    }

    #[test]
    fn the_last_rate_on_or_before_the_day_holds() {
        let found = |code: &str, day: &str| {
            let quote = rates().find(&asset(code), &day.into(), Span::days(7)).ok()?;
            Some((quote.day.to_string(), quote.rate.to_string()))
        };
        let some = |day: &str, rate: &str| Some((day.to_owned(), rate.to_owned()));
        assert_eq!(found("USD", "2026-03-29"), some("2026-03-27", "1.10"));
        assert_eq!(found("USD", "2026-03-30"), some("2026-03-30", "1.25"));
        assert_eq!(found("USD", "2026-04-06"), some("2026-03-30", "1.25"));
        assert_eq!(found("USD", "2026-04-07"), None);
        assert_eq!(found("USD", "2026-03-26"), None);
        assert_eq!(found("EEK", "2026-03-30"), None);
        assert_eq!(found("EUR", "1999-01-01"), some("1999-01-01", "1"));
        assert_eq!(found("USD", "all"), None);
    }

    #[test]
    fn a_fixing_converts_and_names_what_is_missing() {
        let fixing = rates().fix(&asset("GBP"), &asset("USD"), &"2026-03-31".into(), Span::days(7)).unwrap();
        assert_eq!(fixing.convert(10_000, Rounding::HalfUp), Ok(15_625));
        let missing =
            rates().fix(&asset("SEK"), &asset("EEK"), &"2026-03-31".into(), Span::days(7)).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "no reference rate of EEK was published on 2026-03-31 or in the 7d before"
        );
    }
}
