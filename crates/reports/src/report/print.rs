use std::io::Write;

use tribute_events::Timestamp;

use super::{
    Accruals, Ageing, Balances, Books, Conversions, Deliverables, Earnings, Filter, Fraud, Funnel,
    Leaderboards, Liabilities, MonthEnd, Outsiders, Payouts, Posts, Readable, Record, Report, Rewards,
    Shipments, Standings, Summary, TrialBalance,
};
use crate::{Format, ReportError, Style, Table, Writer};

/// What to report on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// What everybody has, by state.
    Balances,
    /// What was earned, for what, and what became of it.
    Earnings,
    /// Which orders are credited to whom.
    Conversions,
    /// What was paid, carried and held.
    Payouts,
    /// Tokens and perks.
    Rewards,
    /// What was sent out, and the posts that followed.
    Shipments,
    /// What looks like fraud, and what it rests on.
    Fraud,
    /// Frozen boards, and the live ones as of an instant, or of the clock where absent.
    Leaderboard(Option<Timestamp>),
    /// From posts and clicks to orders and cost.
    Funnel(Funnel),
    /// Posts: all of them, those that wait for a review, or those with usage rights.
    Posts(Posts),
    /// People who post without being in the program.
    Outsiders,
    /// Who owes how many posts of a campaign.
    Deliverables,
    /// How everybody's standing changed, and why.
    Standings,
    /// What is owed to ambassadors.
    Liabilities,
    /// For how long it has been available.
    Ageing,
    /// What was earned, taken back, cleared and paid by month.
    Accruals,
    /// A month of the books beside the bank and the payouts.
    MonthEnd(MonthEnd),
    /// What every account of the ledger holds.
    TrialBalance,
    /// Totals by program.
    Summary,
}

/// Writes a report, row by row as far as the format allows.
///
/// # Errors
/// Where the database is away, holds what cannot be read, or `out` cannot be written to.
pub async fn print(
    subject: Subject,
    books: &Books<'_>,
    filter: &Filter,
    format: Format,
    style: Style,
    out: impl Write + Send,
) -> Result<(), ReportError> {
    print_readable(subject, books, &Readable::sealed(), filter, format, style, out).await
}

/// As [`print()`], with what stands behind the pseudonyms of accounts and addresses.
///
/// # Errors
/// As for [`print()`].
pub async fn print_readable(
    subject: Subject,
    books: &Books<'_>,
    readable: &Readable,
    filter: &Filter,
    format: Format,
    style: Style,
    out: impl Write + Send,
) -> Result<(), ReportError> {
    let shown = (readable, format, style);
    match subject {
        Subject::Balances => write(&Balances, books, filter, shown, out).await,
        Subject::Earnings => write(&Earnings, books, filter, shown, out).await,
        Subject::Conversions => write(&Conversions, books, filter, shown, out).await,
        Subject::Payouts => write(&Payouts, books, filter, shown, out).await,
        Subject::Rewards => write(&Rewards, books, filter, shown, out).await,
        Subject::Shipments => write(&Shipments, books, filter, shown, out).await,
        Subject::Fraud => write(&Fraud, books, filter, shown, out).await,
        Subject::Leaderboard(at) => write(&Leaderboards { at }, books, filter, shown, out).await,
        Subject::Funnel(funnel) => write(&funnel, books, filter, shown, out).await,
        Subject::Posts(which) => write(&which, books, filter, shown, out).await,
        Subject::Outsiders => write(&Outsiders, books, filter, shown, out).await,
        Subject::Deliverables => write(&Deliverables, books, filter, shown, out).await,
        Subject::Standings => write(&Standings, books, filter, shown, out).await,
        Subject::Liabilities => write(&Liabilities, books, filter, shown, out).await,
        Subject::Ageing => write(&Ageing, books, filter, shown, out).await,
        Subject::Accruals => write(&Accruals, books, filter, shown, out).await,
        Subject::MonthEnd(month) => write(&month, books, filter, shown, out).await,
        Subject::TrialBalance => write(&TrialBalance, books, filter, shown, out).await,
        Subject::Summary => write(&Summary, books, filter, shown, out).await,
    }
}

async fn write<R: Report>(
    report: &R,
    books: &Books<'_>,
    filter: &Filter,
    (readable, format, style): (&Readable, Format, Style),
    out: impl Write + Send,
) -> Result<(), ReportError> {
    let columns = report.columns();
    let mut writer = Writer::new(columns.clone(), format, style, out)?;
    report.each(books, filter, &mut |row| Ok(writer.row(readable.cells(&columns, row.cells()))?)).await?;
    Ok(writer.finish()?)
}

/// A report as a table in memory.
///
/// # Errors
/// As for [`Report::each`].
pub async fn table<R: Report>(report: &R, books: &Books<'_>, filter: &Filter) -> Result<Table, ReportError> {
    let mut table = Table::new(report.columns());
    report
        .each(books, filter, &mut |row| {
            table.push(row.cells());
            Ok(())
        })
        .await?;
    Ok(table)
}
