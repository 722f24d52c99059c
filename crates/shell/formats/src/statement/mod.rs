//! Reads what banks and payment providers say: statements, and answers to payment files.
//!
//! [`read`] finds the format by the content and gives one neutral form; [`read_mapped`] reads a list of which a
//! [`Mapping`] says what each column is. Reading is tolerant: unknown elements are passed over, prefixes, encodings and
//! line ends do not matter. It assumes nothing: what cannot be read exactly is a [`Problem`] that names its place, and
//! a total that a file states is checked. It decides nothing either: matching is `tribute_payouts::matching`.
//!
//! ```
//! use tribute_formats::statement::read;
//! let file = b":20:S1\r\n:25:NL91ABNA0417164300\r\n:28C:7/1\r\n:60F:C261123EUR100,00\r\n\
//!     :61:2611241124D12,50NTRFNONREF//B-1\r\n:86:/EREF/po_1/\r\n:62F:C261124EUR87,50\r\n-";
//! let document = read(file)?;
//! assert!(document.problems.is_empty());
//! let statement = &document.statements[0];
//! assert_eq!(statement.entries[0].references.end_to_end.as_deref(), Some("po_1"));
//! assert_eq!(statement.arithmetic().to_string(), "opening balance and entries add up to the closing balance");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bai2;
mod decimal;
mod detect;
mod error;
mod iso20022;
mod mapped;
mod mt940;
mod nacha;
mod ofx;
mod paypal;
mod reasons;
mod stripe;
mod text;
mod xml;

use smol_str::SmolStr;
use tribute_events::statement::{Statement, StatementFormat, StatusReport};
use tribute_money::Asset;

pub use error::{Problem, ReadError, ValueError};
pub use mapped::Mapping;
pub use reasons::{ach_words, iso_words};

use xml::Element;

/// What was read from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The format.
    pub format: StatementFormat,
    /// The statements in it.
    pub statements: Vec<Statement>,
    /// The answers to payment files in it.
    pub reports: Vec<StatusReport>,
    /// What could not be read or does not add up. An entry named here is in no statement: what is computed from the
    /// rest is incomplete.
    pub problems: Vec<Problem>,
}

impl Document {
    const fn new(format: StatementFormat) -> Self {
        Self { format, statements: Vec::new(), reports: Vec::new(), problems: Vec::new() }
    }

    fn problem(&mut self, place: impl Into<String>, why: ValueError) {
        self.problems.push(Problem { place: place.into(), why });
    }
}

/// Reads a file; its format is found by its content.
///
/// # Errors
/// [`ReadError`] where nothing of the file can be used: an unknown format, a damaged or empty file, or a payment file
/// in place of the bank's answer.
pub fn read(bytes: &[u8]) -> Result<Document, ReadError> {
    let text = text::decode(bytes)?;
    match detect::detect(&text)? {
        StatementFormat::Pain002 => iso20022::status::read(&text),
        format @ (StatementFormat::Camt052 | StatementFormat::Camt053 | StatementFormat::Camt054) => {
            iso20022::account::read(&text, format)
        }
        StatementFormat::Mt940 => mt940::read(&text),
        StatementFormat::Bai2 => bai2::read(&text),
        StatementFormat::Ofx => ofx::read(&text),
        StatementFormat::NachaReturns => nacha::returns::read(&text),
        StatementFormat::NachaAcknowledgement => nacha::acknowledgement::read(&text),
        StatementFormat::PaypalSettlement => paypal::read(&text),
        format @ (StatementFormat::StripeBalanceChange | StatementFormat::StripePayoutReconciliation) => {
            stripe::read(&text, format)
        }
        format => Err(ReadError::Structure {
            format,
            place: "the file".to_owned(),
            reason: "it needs a mapping of its columns".to_owned(),
        }),
    }
}

/// Reads a list by a mapping of its columns.
///
/// # Errors
/// [`ReadError`] where the mapping does not fit the list.
pub fn read_mapped(bytes: &[u8], mapping: &Mapping) -> Result<Document, ReadError> {
    mapped::read(&text::decode(bytes)?, mapping)
}

/// A reference, unless it is blank or one of the words by which banks say that there is none.
fn reference(text: Option<&str>) -> Option<SmolStr> {
    let text = text?.trim();
    let none = ["NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOREF", "NOTAVAILABLE", "NONE", "N/A"];
    let blank = text.is_empty() || none.iter().any(|word| text.eq_ignore_ascii_case(word));
    (!blank).then(|| text.into())
}

/// A statement of which nothing is known yet but its format and currency.
fn blank(format: StatementFormat, currency: Asset) -> Statement {
    Statement {
        format,
        account: SmolStr::default(),
        id: SmolStr::default(),
        sequence: None,
        currency,
        opening: None,
        closing: None,
        from: None,
        to: None,
        copy: false,
        entries: Vec::new(),
    }
}

/// The number of the next entry of a statement, from 1.
fn next_number<T>(entries: &[T]) -> u32 {
    u32::try_from(entries.len()).unwrap_or(u32::MAX).saturating_add(1)
}
