//! PayPal Payouts in CSV, as the web site takes it: no header, one currency a file, at most 5,000 rows of recipient,
//! amount, currency, customer id, note and wallet.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tribute_events::PayoutId;
use tribute_money::Asset;

use super::{
    Issue, PaymentInstruction,
    entry::{Entry, fingerprint, prepare},
    limits::Limits,
};
use crate::{
    FormatError, Refusal, WrittenFile,
    details::{Email, PaymentDetails},
    file::csv_bytes,
};

const RAIL: &str = "PayPal";
const FILE: Limits = Limits { payments_max: 5_000, sum_max: i64::MAX };
/// The currencies that payouts are made in.
const CURRENCIES: &str =
    "AUD BRL CAD CHF CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD";
/// Currencies that PayPal takes without decimals although ISO 4217 gives them two.
const WHOLE: [&str; 2] = ["HUF", "TWD"];
const CUSTOMER_ID_MAX: usize = 30;
const NOTE_MAX: usize = 400;
const RECIPIENT_MAX: usize = 127;

/// How much a brand pays by PayPal at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaypalSettings {
    /// How much one file holds; never more than 5,000 payments.
    pub limits: Limits,
}

/// PayPal payouts: a file or more for each currency, in the order given within it.
///
/// # Errors
/// [`FormatError::Payment`] where a payment is not to a wallet, or its currency, reference or note is not one that PayPal
/// takes, and [`FormatError::Settings`].
pub fn paypal_payouts(
    settings: &PaypalSettings,
    issue: &Issue,
    payments: &[PaymentInstruction],
) -> Result<Vec<WrittenFile>, FormatError> {
    issue.created(RAIL)?;
    let mut currencies: BTreeMap<&Asset, Vec<Entry<'_, &Email>>> = BTreeMap::new();
    for entry in prepare(payments, customer_id, wallet)? {
        currencies.entry(&entry.payment.currency).or_default().push(entry);
    }
    let limits = settings.limits.within(FILE);
    let mut files = Vec::new();
    for (currency, entries) in &currencies {
        let export = fingerprint(RAIL, issue, entries);
        for (part, number) in limits.split(RAIL, entries)?.into_iter().zip(1..) {
            let name = format!("paypal-{}-{currency}-{export}-{number}.csv", issue.execution_date);
            files.push(WrittenFile::new(name, rows(part)?, part.iter().map(Entry::written).collect()));
        }
    }
    Ok(files)
}

fn wallet(payment: &PaymentInstruction) -> Result<&Email, Refusal> {
    let PaymentDetails::Paypal { email } = &payment.details else {
        return Err(Refusal::Method { method: payment.details.method(), rail: RAIL });
    };
    let (rail, currency) = (RAIL, payment.currency.clone());
    if !CURRENCIES.split(' ').any(|taken| taken == currency.as_str()) {
        return Err(Refusal::Currency { rail, currency, taken: CURRENCIES });
    }
    if WHOLE.contains(&currency.as_str()) && payment.amount % 100 != 0 {
        return Err(Refusal::NotWhole { rail, currency });
    }
    fits("e-mail address", email.as_str(), RECIPIENT_MAX)?;
    fits("note", &payment.note, NOTE_MAX)?;
    match payment.note.chars().find(|letter| letter.is_control()) {
        Some(character) => Err(Refusal::Character { field: "note", character, rail }),
        None => Ok(email),
    }
}

/// PayPal's own reference for us: the payout's id, without a space.
fn customer_id(payout: &PayoutId) -> Result<String, Refusal> {
    let id = payout.as_str();
    fits("id", id, CUSTOMER_ID_MAX)?;
    match id.chars().find(|letter| letter.is_whitespace()) {
        Some(character) => Err(Refusal::Character { field: "id", character, rail: RAIL }),
        None => Ok(id.to_owned()),
    }
}

fn fits(field: &'static str, text: &str, max: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length > max { Err(Refusal::TooLong { field, length, max }) } else { Ok(()) }
}

fn rows(part: &[Entry<'_, &Email>]) -> Result<Vec<u8>, FormatError> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    for entry in part {
        let currency = entry.payment.currency.as_str();
        let whole = entry.amount.strip_suffix(".00").filter(|_| WHOLE.contains(&currency));
        let amount = whole.unwrap_or(&entry.amount);
        let note = entry.payment.note.as_str();
        writer.write_record([entry.fields.as_str(), amount, currency, &entry.reference, note, "PAYPAL"])?;
    }
    Ok(csv_bytes(writer)?)
}
