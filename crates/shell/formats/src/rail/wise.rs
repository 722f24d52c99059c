//! Wise batch payments in CSV: the tenant downloads the template for a currency from Wise, and it is filled. Its header is
//! written as it is; a column that nobody fills is an error, unless the tenant has said that it may stay empty.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::PayoutId;
use tribute_money::Asset;

use super::{
    Issue, PaymentInstruction,
    entry::{Entry, fingerprint, prepare},
    limits::Limits,
};
use crate::{
    FormatError, Refusal, WrittenFile,
    details::{Email, Holder, PartyName, PaymentDetails, WiseFields},
    file::csv_bytes,
};

const RAIL: &str = "Wise";
const FILE: Limits = Limits { payments_max: 1_000, sum_max: i64::MAX };
/// Without these columns nobody would know who gets what.
const NEEDED: [&str; 4] = ["name", "amountCurrency", "amount", "targetCurrency"];

/// Where a brand pays from at Wise, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WiseSettings {
    /// The currency that is paid from.
    pub source_currency: Asset,
    /// The template of each currency that is paid in.
    pub templates: BTreeMap<Asset, WiseTemplate>,
    /// How much one file holds; never more than 1,000 payments.
    pub limits: Limits,
}

/// A template that Wise gave to the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WiseTemplate {
    /// The file's text. Its first line is the header; the examples below it are not kept.
    pub csv: String,
    /// Columns that may stay empty.
    #[serde(default)]
    pub optional: BTreeSet<SmolStr>,
    /// What the template calls a person in `receiverType`.
    pub person: SmolStr,
    /// What the template calls a company in `receiverType`.
    pub company: SmolStr,
}

impl WiseTemplate {
    /// The columns of the header.
    fn columns(&self) -> Result<Vec<String>, FormatError> {
        let wrong = |reason: String| FormatError::Settings { rail: RAIL, setting: "templates", reason };
        let text = self.csv.trim_start_matches('\u{feff}');
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let header = reader.records().next().ok_or_else(|| wrong("the template has no header".to_owned()))?;
        let columns: Vec<String> = header?.iter().map(|column| column.trim().to_owned()).collect();
        let mut seen = BTreeSet::new();
        if let Some(twice) = columns.iter().find(|column| column.is_empty() || !seen.insert(column.as_str()))
        {
            return Err(wrong(format!("the column `{twice}` is there twice or has no name")));
        }
        match NEEDED.iter().find(|needed| !seen.contains(**needed)) {
            Some(missing) => Err(wrong(format!("the template has no column `{missing}`; is it Wise's?"))),
            None => Ok(columns),
        }
    }
}

/// Wise's part of the details.
struct Recipient<'p> {
    name: &'p PartyName,
    email: &'p Email,
    holder: Holder,
    fields: &'p WiseFields,
}

/// Wise batches: a file or more for each currency, in the order given within it. The receiver gets the amount exactly
/// (`amountCurrency` is `target`).
///
/// # Errors
/// [`FormatError::Payment`] where a payment is not by Wise, has no template for its currency, or its details and the
/// template's columns do not fit; [`FormatError::Settings`] where a template is not one.
pub fn wise_batch(
    settings: &WiseSettings,
    issue: &Issue,
    payments: &[PaymentInstruction],
) -> Result<Vec<WrittenFile>, FormatError> {
    issue.created(RAIL)?;
    let mut currencies: BTreeMap<&Asset, Vec<Entry<'_, Recipient<'_>>>> = BTreeMap::new();
    for entry in prepare(payments, |payout: &PayoutId| Ok(payout.as_str().to_owned()), recipient)? {
        currencies.entry(&entry.payment.currency).or_default().push(entry);
    }
    let limits = settings.limits.within(FILE);
    let mut files = Vec::new();
    for (currency, entries) in &currencies {
        let batch = Batch::new(settings, currency, entries)?;
        let export = fingerprint(RAIL, issue, entries);
        for (part, number) in limits.split(RAIL, entries)?.into_iter().zip(1..) {
            let name = format!("wise-{}-{currency}-{export}-{number}.csv", issue.execution_date);
            files.push(WrittenFile::new(name, batch.write(part)?, part.iter().map(Entry::written).collect()));
        }
    }
    Ok(files)
}

fn recipient(payment: &PaymentInstruction) -> Result<Recipient<'_>, Refusal> {
    match &payment.details {
        PaymentDetails::Wise { name, email, holder, fields } => {
            Ok(Recipient { name, email, holder: *holder, fields })
        }
        other => Err(Refusal::Method { method: other.method(), rail: RAIL }),
    }
}

/// What all files of one currency share.
struct Batch<'s> {
    settings: &'s WiseSettings,
    template: &'s WiseTemplate,
    columns: Vec<String>,
}

impl<'s> Batch<'s> {
    fn new(
        settings: &'s WiseSettings,
        currency: &Asset,
        entries: &[Entry<'_, Recipient<'_>>],
    ) -> Result<Self, FormatError> {
        let Some(template) = settings.templates.get(currency) else {
            let taken = "the currencies that a template is set for";
            let refusal = Refusal::Currency { rail: RAIL, currency: currency.clone(), taken };
            return Err(refusal.of(&entries[0].payment.payout));
        };
        Ok(Self { settings, template, columns: template.columns()? })
    }

    fn write(&self, part: &[Entry<'_, Recipient<'_>>]) -> Result<Vec<u8>, FormatError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.columns)?;
        for entry in part {
            writer.write_record(self.row(entry).map_err(|refusal| refusal.of(&entry.payment.payout))?)?;
        }
        Ok(csv_bytes(writer)?)
    }

    fn row<'r>(&'r self, entry: &'r Entry<'_, Recipient<'_>>) -> Result<Vec<&'r str>, Refusal> {
        let (fields, currency) = (entry.fields.fields, &entry.payment.currency);
        let list = |columns: Vec<&str>| columns.join(", ");
        let unknown: Vec<&str> = fields.iter().map(|(column, _)| column).filter(|it| !self.has(it)).collect();
        if !unknown.is_empty() {
            return Err(Refusal::UnknownColumns { currency: currency.clone(), columns: list(unknown) });
        }
        let missing =
            |column: &&str| self.cell(entry, column).is_none() && !self.template.optional.contains(*column);
        let missing: Vec<&str> = self.columns.iter().map(String::as_str).filter(missing).collect();
        if !missing.is_empty() {
            return Err(Refusal::MissingColumns { currency: currency.clone(), columns: list(missing) });
        }
        Ok(self.columns.iter().map(|column| self.cell(entry, column).unwrap_or_default()).collect())
    }

    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|has| has == column)
    }

    fn cell<'r>(&'r self, entry: &'r Entry<'_, Recipient<'_>>, column: &str) -> Option<&'r str> {
        let recipient = &entry.fields;
        match column {
            "name" => Some(recipient.name.as_str()),
            "recipientEmail" => Some(recipient.email.as_str()),
            "paymentReference" => Some(&entry.reference),
            "receiverType" => Some(match recipient.holder {
                Holder::Person => &self.template.person,
                Holder::Company => &self.template.company,
            }),
            "amountCurrency" => Some("target"),
            "amount" => Some(&entry.amount),
            "sourceCurrency" => Some(self.settings.source_currency.as_str()),
            "targetCurrency" => Some(entry.payment.currency.as_str()),
            other => recipient.fields.get(other),
        }
    }
}
