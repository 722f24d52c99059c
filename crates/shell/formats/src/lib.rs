//! Files that others read: strict writers, nothing guessed. Files that others write: tolerant readers, nothing assumed.
//!
//! [`payout_list`] writes payouts as CSV for whoever pays by hand. Bank formats come with their own validators and
//! are not here yet. [`statement`] reads what banks and providers say.
//!
//! ```
//! use tribute_formats::{PayoutLine, payout_list};
//! let line = PayoutLine {
//!     payout: "po_1".parse()?, program: "friends".parse()?, ambassador: "ada".parse()?,
//!     amount: 1_250, currency: "EUR".parse()?, run_at: "2026-04-01T00:00:00Z".parse()?,
//! };
//! let file = payout_list(&[line])?;
//! assert_eq!(String::from_utf8(file.bytes)?, "payout,program,ambassador,amount,currency,run_at\n\
//!     po_1,friends,ada,12.50,EUR,2026-04-01T00:00:00Z\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

pub mod statement;

use sha2::{Digest, Sha256};
use tribute_events::{AmbassadorId, PayoutId, ProgramId, Timestamp};
use tribute_money::{Asset, MoneyError, format_minor};

/// One payout as a person or a bank needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutLine {
    /// The payout: the reference that the statement must carry.
    pub payout: PayoutId,
    /// The program.
    pub program: ProgramId,
    /// Who is paid.
    pub ambassador: AmbassadorId,
    /// Minor units of the currency.
    pub amount: i64,
    /// The currency.
    pub currency: Asset,
    /// The run's cut-off.
    pub run_at: Timestamp,
}

/// A file and its SHA-256 in hex, which goes into the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// The bytes to write.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes.
    pub sha256: String,
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// An amount cannot be shown.
    #[error("payout {payout}: {source}")]
    Amount {
        /// The payout.
        payout: PayoutId,
        /// Why.
        source: MoneyError,
    },
    /// The lines could not be written.
    #[error("the payout list could not be written")]
    Csv(#[from] csv::Error),
}

/// Payouts as CSV, in the order given: the same payouts make the same bytes.
///
/// # Errors
/// [`FormatError::Amount`] where a currency is not known.
pub fn payout_list(lines: &[PayoutLine]) -> Result<WrittenFile, FormatError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["payout", "program", "ambassador", "amount", "currency", "run_at"])?;
    for line in lines {
        let amount = format_minor(line.amount, &line.currency)
            .map_err(|source| FormatError::Amount { payout: line.payout.clone(), source })?;
        writer.write_record([
            line.payout.as_str(),
            line.program.as_str(),
            line.ambassador.as_str(),
            &amount,
            line.currency.as_str(),
            &line.run_at.to_string(),
        ])?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(WrittenFile { bytes, sha256 })
}
