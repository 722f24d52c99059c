use tribute_events::{AmbassadorId, PayoutId, ProgramId, Timestamp};
use tribute_money::{Asset, format_minor};

use crate::{FormatError, WrittenFile, WrittenPayment, file::csv_bytes};

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
    let payments = lines.iter().map(|line| WrittenPayment::new(&line.payout, line.payout.as_str()));
    Ok(WrittenFile::new("payouts.csv".to_owned(), csv_bytes(writer)?, payments.collect()))
}
