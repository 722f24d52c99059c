use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;

use crate::{Millionths, MoneyError, Rounding, millionths::shortened};

/// Minor units by ISO 4217 (list of 2026-01-01), and the historic currencies that old books still name.
const CURRENCIES: [(u32, &str); 4] = [
    (
        0,
        "ADP BEF BIF BYR CLP DJF ESP GNF GRD ISK ITL JPY KMF KRW LUF PTE PYG RWF TRL UGX UYI VND VUV \
     XAF XOF XPF",
    ),
    (
        2,
        "AED AFA AFN ALL AMD ANG AOA ARS ATS AUD AWG AZM AZN BAM BBD BDT BGL BGN BMD BND BOB BOV BRL \
     BSD BTN BWP BYN BZD CAD CDF CHC CHE CHF CHW CNY COP COU CRC CSD CUC CUP CVE CYP CZK DEM DKK \
     DOP DZD EEK EGP ERN ETB EUR FIM FJD FKP FRF GBP GEL GHC GHS GIP GMD GTQ GYD HKD HNL HRD HRK \
     HTG HUF IDR IEP ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL LTL LVL MAD MDL \
     MGA MKD MMK MNT MOP MRO MRU MTL MUR MVR MWK MXN MXV MYR MZM MZN NAD NGN NIO NLG NOK NPR NZD \
     PAB PEN PGK PHP PKR PLN QAR ROL RON RSD RUB RUR SAR SBD SCR SDD SDG SEK SGD SHP SIT SKK SLE \
     SLL SOS SRD SRG SSP STD STN SVC SYP SZL THB TJS TMM TMT TOP TRY TTD TWD TZS UAH USD USN UYU \
     UZS VEB VED VEF VES WST XAD XCD XCG XEU YER ZAR ZMK ZMW ZWD ZWG ZWL",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

/// What a value is counted in: a currency (`USD`), a token (`GAMECOIN`, whole units), a perk
/// (`SKU:TOTE`, whole units) or a badge (`BADGE:SUPERFAN`, whole units).
///
/// Three capital letters are a currency and must be known to ISO 4217; four or more capitals, digits
/// and underscores are a token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asset(SmolStr);

impl Asset {
    /// The code as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is money, as against tokens and perks.
    #[must_use]
    pub fn is_currency(&self) -> bool {
        self.0.len() == 3
    }

    /// Whether it is a perk: units of stock that are handed over.
    #[must_use]
    pub fn is_perk(&self) -> bool {
        self.0.starts_with("SKU:")
    }

    /// Whether it is a badge: kept, never spent.
    #[must_use]
    pub fn is_badge(&self) -> bool {
        self.0.starts_with("BADGE:")
    }

    /// Decimals of the minor unit: JPY 0, USD 2, BHD 3; tokens and perks 0.
    ///
    /// # Errors
    /// [`MoneyError::UnknownCurrency`] where ISO 4217 does not know the code.
    pub fn exponent(&self) -> Result<u32, MoneyError> {
        if !self.is_currency() {
            return Ok(0);
        }
        // Three letters and a space each: this is asked for every amount, and splitting text is slow.
        let code = self.0.as_bytes();
        CURRENCIES
            .iter()
            .find(|(_, codes)| codes.as_bytes().chunks(4).any(|listed| listed.starts_with(code)))
            .map(|(exponent, _)| *exponent)
            .ok_or_else(|| MoneyError::UnknownCurrency(self.0.clone()))
    }
}

impl FromStr for Asset {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let code = text.strip_prefix("SKU:").or_else(|| text.strip_prefix("BADGE:")).unwrap_or(text);
        let named = code.len() < text.len();
        let listed = |byte: u8| capital(byte) || (named && (byte == b'-' || byte == b'.'));
        let starts = named || code.starts_with(|first: char| first.is_ascii_uppercase());
        let sized = if named { 1..=60 } else { 3..=32 };
        if !starts || !sized.contains(&code.len()) || !code.bytes().all(listed) {
            return Err(MoneyError::NotAnAsset(shortened(text)));
        }
        let asset = Self(text.into());
        asset.exponent()?;
        Ok(asset)
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for Asset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Asset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = SmolStr::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Asset {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Asset".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^([A-Z][A-Z0-9_]{2,31}|(SKU|BADGE):[A-Z0-9_.-]{1,60})$",
            "description": "A currency of ISO 4217 (USD), a token (GAMECOIN), a perk (SKU:TOTE) or a badge (BADGE:SUPERFAN)",
            "examples": ["USD", "GAMECOIN", "SKU:TOTE"]
        })
    }
}

/// Whole minor units as the decimal a person reads: 1234 in USD is `12.34`, 1234 in JPY is `1234`.
///
/// # Errors
/// [`MoneyError::UnknownCurrency`].
pub fn format_minor(minor: i64, asset: &Asset) -> Result<String, MoneyError> {
    let exponent = asset.exponent()?;
    if exponent == 0 {
        return Ok(minor.to_string());
    }
    let scale = 10_u64.checked_pow(exponent).ok_or(MoneyError::Overflow)?;
    let size = minor.unsigned_abs();
    let whole = size.checked_div(scale).ok_or(MoneyError::Overflow)?;
    let fraction = size.checked_rem(scale).ok_or(MoneyError::Overflow)?;
    let width = usize::try_from(exponent).map_err(|_| MoneyError::Overflow)?;
    Ok(format!("{}{whole}.{fraction:0width$}", if minor < 0 { "-" } else { "" }))
}

/// The minor units of a decimal text; a finer amount than the asset has is refused, never rounded.
///
/// # Errors
/// [`MoneyError::TooManyDecimals`], and what reading the text or the asset can raise.
pub fn parse_minor(text: &str, asset: &Asset) -> Result<i64, MoneyError> {
    let amount: Millionths = text.parse()?;
    let exponent = asset.exponent()?;
    let minor = amount.to_minor(exponent, Rounding::Down)?;
    if Millionths::from_minor(minor, exponent)? == amount {
        Ok(minor)
    } else {
        Err(MoneyError::TooManyDecimals(shortened(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(code: &str) -> Asset {
        code.parse().unwrap()
    }

    #[test]
    fn minor_units_follow_iso_4217() {
        for (code, exponent) in [
            ("JPY", 0),
            ("USD", 2),
            ("BHD", 3),
            ("CLF", 4),
            ("EEK", 2),
            ("GAMECOIN", 0),
            ("SKU:TOTE-1", 0),
            ("BADGE:FAN", 0),
        ] {
            assert_eq!(asset(code).exponent(), Ok(exponent), "{code}");
        }
    }

    #[test]
    fn unknown_currencies_and_names_are_refused() {
        for code in ["XQZ", "usd", "US", "", "SKU:", "SKU:a", "BADGE:", "1COIN", "GAME COIN"] {
            assert!(code.parse::<Asset>().is_err(), "{code}");
        }
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(format_minor(-5, &asset("USD")).unwrap(), "-0.05");
        assert_eq!(format_minor(1234, &asset("JPY")).unwrap(), "1234");
        assert_eq!(format_minor(1234, &asset("BHD")).unwrap(), "1.234");
        assert_eq!(parse_minor("12.3", &asset("USD")), Ok(1230));
        assert!(parse_minor("12.345", &asset("USD")).is_err());
    }
}
