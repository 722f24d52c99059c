//! Amounts in minor units, as Stripe counts them, which is not always as ISO 4217 does.

use tribute_events::{Rejection, RejectionCode};
use tribute_money::{Asset, Millionths};

use crate::{Shop, field::Field};

const WITHOUT: &str = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF";
const WITH_THREE: &str = "BHD JOD KWD OMR TND";
/// Without decimals by ISO 4217, and with two by Stripe.
const WITH_TWO: &str = "ISK";

/// Decimals of the minor unit by Stripe's count. A currency that it counts one way and then another is refused unless the
/// settings say how.
pub(super) fn exponent(shop: &Shop<'_>, currency: &Asset) -> Result<u32, Rejection> {
    let code = currency.as_str();
    let among = |list: &str| list.split(' ').any(|it| it == code);
    if let Some(said) = shop.settings.minor_units.get(code).filter(|said| **said <= 6) {
        return Ok(*said);
    }
    match currency.exponent() {
        _ if among(WITHOUT) => Ok(0),
        _ if among(WITH_THREE) => Ok(3),
        _ if among(WITH_TWO) => Ok(2),
        Ok(2) => Ok(2),
        _ => {
            let reason = format!(
                "it is not certain how many decimals {code} has at Stripe; say it in the shop's settings as \
                 minor_units = {{ {code} = 2 }} and retry"
            );
            Err(Rejection::new(RejectionCode::InvalidCurrency, reason))
        }
    }
}

/// An amount; nothing where the field is missing.
pub(super) fn amount(field: &Field<'_>, exponent: u32) -> Result<Millionths, Rejection> {
    let minor = field.whole_number()?.unwrap_or(0);
    Millionths::from_minor(minor, exponent)
        .map_err(|error| field.refused(RejectionCode::InvalidAmount, &error.to_string()))
}

/// An amount that must be there.
pub(super) fn needed(field: &Field<'_>, exponent: u32) -> Result<Millionths, Rejection> {
    field.needed_number()?;
    amount(field, exponent)
}
