//! ACH credits in the file format of the NACHA Operating Rules: PPD entries to persons, CCD entries to companies.
//!
//! * US dollars only, credits only (service class 220), to checking (22) and savings (32) accounts; no addenda.
//! * A file holds one batch for persons and one for companies, each in the order given.
//! * Trace numbers are the originating bank's eight digits and the entry's number in the file; the individual
//!   identification number is made of the payout's id and comes back with a return.
//! * A receiver's name is cut after the 22 characters that its field has: banks credit ACH entries by account alone.

mod record;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use self::record::{Class, Control};
use super::{
    Issue, PaymentInstruction,
    entry::{Entry, prepare},
    latin::Alphabet,
    limits::{Limits, too_large},
    reference::individual_id,
};
use crate::{
    FormatError, Refusal, WrittenFile, WrittenPayment,
    details::{AccountKind, Holder, PartyName, PaymentDetails, RoutingNumber},
};

const RAIL: &str = "NACHA";
/// The most that ten digits of cents can say.
const AMOUNT_MAX: i64 = 9_999_999_999;
/// What a file can hold: a control total of twelve digits of cents, an entry count of six in a batch.
const FILE: Limits = Limits { payments_max: 999_999, sum_max: 999_999_999_999 };
/// How the files of one minute are told apart.
const MODIFIERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Who pays by ACH, and how much at once. The bank that originates the entries says what to set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NachaSettings {
    /// The routing number of the bank that the file goes to (immediate destination).
    pub destination: RoutingNumber,
    /// That bank's name, at most 23 characters.
    pub destination_name: String,
    /// Who sends the file (immediate origin): at most ten letters and digits, mostly `1` and the tax number.
    pub origin: String,
    /// The bank that originates the entries, mostly the same one.
    pub originating_bank: RoutingNumber,
    /// The payer's name: at most 16 characters as receivers read it, at most 23 in the file's header.
    pub company_name: PartyName,
    /// The payer's number at the bank: at most ten letters and digits.
    pub company_id: String,
    /// What receivers read about the purpose: at most ten characters, such as `COMMISSION`. `PAYROLL` is for wages.
    pub entry_description: String,
    /// How much one file holds.
    pub file: Limits,
}

/// One entry as it is written.
struct Credit<'p> {
    name: String,
    routing: &'p RoutingNumber,
    account: &'p str,
    kind: AccountKind,
    holder: Holder,
}

/// ACH credits.
///
/// # Errors
/// [`FormatError::Payment`] where a payment is not in US dollars, not to a US account or not writable, and
/// [`FormatError::Settings`].
pub fn nacha_credits(
    settings: &NachaSettings,
    issue: &Issue,
    payments: &[PaymentInstruction],
) -> Result<Vec<WrittenFile>, FormatError> {
    let created = issue.created(RAIL)?;
    let header = Header::new(settings)?;
    let entries = prepare(payments, individual_id, credit)?;
    let parts = settings.file.within(FILE).split(RAIL, &entries)?;
    let numbers = usize::try_from(issue.files_before).unwrap_or(usize::MAX)..;
    parts.into_iter().zip(numbers).map(|(part, number)| file(&header, issue, created, number, part)).collect()
}

fn credit(payment: &PaymentInstruction) -> Result<Credit<'_>, Refusal> {
    let PaymentDetails::Ach { name, routing, account, kind, holder } = &payment.details else {
        return Err(Refusal::Method { method: payment.details.method(), rail: RAIL });
    };
    if payment.currency.as_str() != "USD" {
        return Err(Refusal::Currency { rail: RAIL, currency: payment.currency.clone(), taken: "USD" });
    }
    if payment.amount > AMOUNT_MAX {
        return Err(too_large(AMOUNT_MAX, &payment.currency));
    }
    let name = Alphabet::Ascii.write(name.as_str(), "name")?.to_ascii_uppercase();
    Ok(Credit { name, routing, account: account.as_str(), kind: *kind, holder: *holder })
}

/// The settings as they are written.
struct Header<'s> {
    settings: &'s NachaSettings,
    destination_name: String,
    origin: String,
    company_name: String,
    company_id: String,
    entry_description: String,
}

impl<'s> Header<'s> {
    fn new(settings: &'s NachaSettings) -> Result<Self, FormatError> {
        let wrong =
            |setting, reason: &str| FormatError::Settings { rail: RAIL, setting, reason: reason.to_owned() };
        let text = |setting, text: &str, max| {
            let written = Alphabet::Ascii.fit(text.trim(), "text", max);
            let written = written.map_err(|refusal| wrong(setting, &refusal.to_string()))?;
            if written.is_empty() {
                Err(wrong(setting, "it is empty"))
            } else {
                Ok(written.to_ascii_uppercase())
            }
        };
        let number = |setting, given: &str| {
            let kept = text(setting, given, 10)?;
            let plain = kept.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if plain { Ok(kept) } else { Err(wrong(setting, "it must have letters and digits only")) }
        };
        let entry_description = text("entry_description", &settings.entry_description, 10)?;
        if entry_description == "PAYROLL" {
            return Err(wrong("entry_description", "PAYROLL is reserved for wages; say what these are"));
        }
        Ok(Self {
            settings,
            destination_name: text("destination_name", &settings.destination_name, 23)?,
            origin: number("origin", &settings.origin)?,
            company_name: text("company_name", settings.company_name.as_str(), 23)?,
            company_id: number("company_id", &settings.company_id)?,
            entry_description,
        })
    }

    /// The eight digits of the originating bank.
    fn bank(&self) -> &str {
        record::identification(&self.settings.originating_bank)
    }
}

fn file(
    header: &Header<'_>,
    issue: &Issue,
    created: DateTime,
    number: usize,
    part: &[Entry<'_, Credit<'_>>],
) -> Result<WrittenFile, FormatError> {
    let modifier = MODIFIERS.get(number).copied().map(char::from).ok_or_else(|| {
        let reason = format!("more than {} files of one day; raise the limits", MODIFIERS.len());
        FormatError::Settings { rail: RAIL, setting: "file", reason }
    })?;
    let mut records = vec![record::file_header(header, created, modifier)];
    let (mut batches, mut payments) = (0, Vec::new());
    for class in [Class::Ppd, Class::Ccd] {
        let batch = part.iter().filter(|entry| Class::of(entry.fields.holder) == class);
        if batch.clone().next().is_none() {
            continue;
        }
        batches += 1;
        records.push(record::batch_header(header, class, issue.execution_date, batches));
        for entry in batch.clone() {
            let trace = format!("{}{:07}", header.bank(), payments.len() + 1);
            records.push(record::entry(entry, &trace));
            payments.push(WrittenPayment { trace: Some(trace), ..entry.written() });
        }
        records.push(record::batch_control(header, &Control::of(batch)?, batches));
    }
    let count = records.len() + 1;
    records.push(record::file_control(&Control::of(part.iter())?, batches, count));
    let name = format!("nacha-{}-{}{modifier}.ach", issue.execution_date, created.strftime("%y%m%d%H%M"));
    Ok(WrittenFile::new(name, record::blocks(records), payments))
}
