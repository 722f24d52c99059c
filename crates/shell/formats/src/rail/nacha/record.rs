//! Records of 94 characters, in blocks of ten.

use std::fmt::Display;

use jiff::civil::{Date, DateTime};

use super::{Credit, Entry, Header};
use crate::{
    FormatError,
    details::{AccountKind, Holder, RoutingNumber},
    rail::entry::total,
};

const LENGTH: usize = 94;
const BLOCKING_FACTOR: usize = 10;
/// Credits only.
const SERVICE_CLASS: u32 = 220;

/// One record, filled field by field from the left.
pub(super) struct Record(String);

impl Record {
    fn new(kind: char) -> Self {
        Self(kind.to_string())
    }

    /// Left-justified, filled with spaces. What does not fit is cut: only names are ever longer than their field.
    fn text(mut self, text: &str, width: usize) -> Self {
        let cut = text.get(..width).unwrap_or(text);
        self.0 += &format!("{cut:<width$}");
        self
    }

    /// Right-justified, filled with spaces.
    fn right(mut self, text: &str, width: usize) -> Self {
        self.0 += &format!("{text:>width$}");
        self
    }

    /// Right-justified, filled with zeros.
    fn number(mut self, number: impl Display, width: usize) -> Self {
        self.0 += &format!("{number:0>width$}");
        self
    }

    /// A day as year, month and day of two digits each.
    fn day(self, day: Date) -> Self {
        self.text(&day.strftime("%y%m%d").to_string(), 6)
    }
}

/// The records of a file, with the lines of nines that fill its last block.
pub(super) fn blocks(mut records: Vec<Record>) -> Vec<u8> {
    while !records.len().is_multiple_of(BLOCKING_FACTOR) {
        records.push(Record("9".repeat(LENGTH)));
    }
    let lines = records.iter().flat_map(|record| [record.0.as_str(), "\n"]);
    lines.collect::<String>().into_bytes()
}

/// Who the entries of a batch go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Prearranged payment and deposit: to persons.
    Ppd,
    /// Corporate credit or debit: to companies.
    Ccd,
}

impl Class {
    pub(super) const fn of(holder: Holder) -> Self {
        match holder {
            Holder::Person => Self::Ppd,
            Holder::Company => Self::Ccd,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Ppd => "PPD",
            Self::Ccd => "CCD",
        }
    }
}

/// What a control record says of the entries above it.
pub(super) struct Control {
    entries: usize,
    /// The sum of the receiving banks' eight digits, of which the last ten count.
    hash: u64,
    credit: i64,
}

impl Control {
    pub(super) fn of<'e, 'p: 'e>(
        entries: impl Iterator<Item = &'e Entry<'p, Credit<'p>>> + Clone,
    ) -> Result<Self, FormatError> {
        let bank = |entry: &Entry<'_, Credit<'_>>| identification(entry.fields.routing).parse().unwrap_or(0);
        let hash: u64 = entries.clone().map(bank).sum();
        Ok(Self { entries: entries.clone().count(), hash: hash % 10_000_000_000, credit: total(entries)? })
    }

    /// The hash, no debits, and the credits.
    fn totals(&self, record: Record) -> Record {
        record.number(self.hash, 10).number(0, 12).number(self.credit, 12)
    }
}

/// The first eight digits of a routing number, without the check digit.
pub(super) fn identification(routing: &RoutingNumber) -> &str {
    &routing.as_str()[..8]
}

pub(super) fn file_header(header: &Header<'_>, created: DateTime, modifier: char) -> Record {
    Record::new('1')
        .number(1, 2)
        .right(header.settings.destination.as_str(), 10)
        .right(&header.origin, 10)
        .day(created.date())
        .text(&created.strftime("%H%M").to_string(), 4)
        .text(modifier.encode_utf8(&mut [0; 4]), 1)
        .number(LENGTH, 3)
        .number(BLOCKING_FACTOR, 2)
        .number(1, 1)
        .text(&header.destination_name, 23)
        .text(&header.company_name, 23)
        .text("", 8)
}

pub(super) fn batch_header(header: &Header<'_>, class: Class, effective: Date, number: usize) -> Record {
    Record::new('5')
        .number(SERVICE_CLASS, 3)
        .text(&header.company_name, 16)
        .text("", 20)
        .text(&header.company_id, 10)
        .text(class.code(), 3)
        .text(&header.entry_description, 10)
        .text("", 6)
        .day(effective)
        .text("", 3)
        .number(1, 1)
        .text(header.bank(), 8)
        .number(number, 7)
}

pub(super) fn entry(entry: &Entry<'_, Credit<'_>>, trace: &str) -> Record {
    let credit = &entry.fields;
    let code = match credit.kind {
        AccountKind::Checking => 22,
        AccountKind::Savings => 32,
    };
    Record::new('6')
        .number(code, 2)
        .text(credit.routing.as_str(), 9)
        .text(credit.account, 17)
        .number(entry.payment.amount, 10)
        .text(&entry.reference, 15)
        .text(&credit.name, 22)
        .text("", 2)
        .number(0, 1)
        .text(trace, 15)
}

pub(super) fn batch_control(header: &Header<'_>, control: &Control, number: usize) -> Record {
    let record = Record::new('8').number(SERVICE_CLASS, 3).number(control.entries, 6);
    control
        .totals(record)
        .text(&header.company_id, 10)
        .text("", 19)
        .text("", 6)
        .text(header.bank(), 8)
        .number(number, 7)
}

/// The last record but the filling; `records` counts it.
pub(super) fn file_control(control: &Control, batches: usize, records: usize) -> Record {
    let blocks = records.div_ceil(BLOCKING_FACTOR);
    let record = Record::new('9').number(batches, 6).number(blocks, 6).number(control.entries, 8);
    control.totals(record).text("", 39)
}
