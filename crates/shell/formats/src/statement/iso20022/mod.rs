//! The messages of ISO 20022: account reports (camt.052, .053, .054) and payment status reports (pain.002), of every
//! version; versions differ in where an element stands, and both places are looked at.

pub(super) mod account;
mod detail;
pub(super) mod status;

use tribute_events::statement::{Amount, Day, Direction, ReturnReason};

use super::{
    decimal::{Decimal, Mark},
    error::{ValueError, shown},
    reasons::iso_words,
    xml::Element,
};

/// An `Amt` with its currency.
fn amount(element: &Element) -> Result<Amount, ValueError> {
    let text = element.content().ok_or(ValueError::Missing("the amount"))?;
    let currency = element.attribute("Ccy").ok_or(ValueError::Missing("the currency (Ccy) of the amount"))?;
    let asset = currency.parse()?;
    let (amount, direction) = Decimal::parse(text, Mark::Point)?.directed(&asset)?;
    // The direction has its own element; a sign here would be said twice.
    if direction == Direction::Debit { Err(ValueError::NotAnAmount(shown(text))) } else { Ok(amount) }
}

fn direction(element: &Element) -> Result<Direction, ValueError> {
    match element.value("CdtDbtInd") {
        Some("CRDT") => Ok(Direction::Credit),
        Some("DBIT") => Ok(Direction::Debit),
        Some(other) => Err(ValueError::Direction(shown(other))),
        None => Err(ValueError::Missing("CdtDbtInd")),
    }
}

/// The day of a choice of `Dt` and `DtTm`, or of a plain text.
fn day(element: Option<&Element>) -> Result<Option<Day>, ValueError> {
    let Some(element) = element else { return Ok(None) };
    let text = element.value("Dt").or_else(|| element.value("DtTm")).or_else(|| element.content());
    text.map(|text| Ok(text.get(..10).unwrap_or(text).parse()?)).transpose()
}

/// The code and the words of a reason: `Rsn/Cd` or `Rsn/Prtry`, and `AddtlInf`.
fn reason(element: &Element) -> ReturnReason {
    let code = element.value("Rsn/Cd").or_else(|| element.value("Rsn/Prtry")).unwrap_or_default();
    let said: Vec<&str> = element.all("AddtlInf").filter_map(Element::content).collect();
    let words = if said.is_empty() { iso_words(code).unwrap_or_default().to_owned() } else { said.join(" ") };
    ReturnReason { code: code.into(), words }
}
