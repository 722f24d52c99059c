use anyhow::{Result, bail};
use tribute_events::Timestamp;
use tribute_money::format_minor;
use tribute_payouts::PayoutStatus;
use tribute_reports::{
    Books, Cell, Column, Table,
    explain::{Answer, PayoutStory, Story, explain},
};
use tribute_services::Engine;
use tribute_store::entity::payout;

use crate::{
    Done,
    arguments::{Format, PayoutScope},
    messages::say,
};

/// Lists what runs decided.
pub(super) async fn list(
    engine: &Engine,
    scope: &PayoutScope,
    status: Option<PayoutStatus>,
    format: Format,
) -> Result<Done> {
    let mut table = Table::new([
        Column::left("brand"),
        Column::left("program"),
        Column::left("run_at"),
        Column::left("payout"),
        Column::left("ambassador"),
        Column::right("amount"),
        Column::for_programs("currency"),
        Column::left("method"),
        Column::left("status"),
        Column::left("reason"),
        Column::left("file"),
        Column::left("reference"),
        Column::for_programs("message"),
        Column::for_programs("trace"),
        Column::left("bank_reference"),
    ]);
    for row in super::rows(engine, scope).await? {
        if status.is_none_or(|status| row.status == status.as_str()) {
            table.push(cells(&row)?);
        }
    }
    super::super::show(&table, format)?;
    Ok(Done::Clean)
}

fn cells(row: &payout::Model) -> Result<Vec<Cell>> {
    let text = |text: &String| Cell::text(text.as_str());
    let history = super::history(row)?;
    let exported = history.iter().rev().find(|line| line.status == PayoutStatus::Exported.as_str());
    let references = exported.and_then(|line| line.references.clone()).unwrap_or_default();
    let after = history.iter().rev().take_while(|line| line.status != PayoutStatus::Exported.as_str());
    let bank = exported.and_then(|_| after.filter_map(|line| line.reference.as_deref()).next());
    // What is carried or held has no amount of its own: the balance is what waits.
    let (amount, asset) = match (row.amount, &row.asset) {
        (Some(amount), Some(asset)) => (amount, asset),
        _ => (row.balance, &row.balance_asset),
    };
    let amount = format_minor(amount, &asset.parse()?)?;
    Ok(vec![
        text(&row.brand),
        text(&row.program),
        Cell::at(Timestamp::from_millis(row.run_at)),
        text(&row.payout),
        text(&row.ambassador),
        Cell::Amount(amount, asset.clone()),
        text(asset),
        Cell::maybe(row.method.as_deref()),
        text(&row.status),
        Cell::maybe(row.reason.as_deref()),
        Cell::maybe(exported.and_then(|line| line.reference.as_deref())),
        Cell::maybe(references.end_to_end),
        Cell::maybe(references.message),
        Cell::maybe(references.trace),
        Cell::maybe(bank),
    ])
}

/// Shows one payout.
pub(super) async fn show(engine: &Engine, id: &str, brand: Option<&str>, format: Format) -> Result<Done> {
    let books = Books { database: engine.database(), registry: engine.registry() };
    let named = if id.starts_with("payout:") { id.to_owned() } else { format!("payout:{id}") };
    let story = match explain(&books, &named, brand).await? {
        Answer::Story(story) => *story,
        Answer::Unknown { .. } => bail!("payout {id} is not known; see `tribute payout list`"),
        several @ Answer::Ambiguous(_) => bail!("{several}"),
    };
    let Story::Payout(payout) = &story else { bail!("payout {id} is not known; see `tribute payout list`") };
    match format {
        Format::Table => say(payout),
        Format::Json => say(serde_json::to_string_pretty(payout)?),
        Format::Csv => super::super::show(&lines(payout), format)?,
    }
    Ok(Done::Clean)
}

/// A payout's history, a line for each step.
fn lines(payout: &PayoutStory) -> Table {
    let columns = ["payout", "at", "status", "cause", "by", "reference", "reason"];
    let mut table = Table::new(columns.map(Column::left));
    for line in &payout.history {
        table.push(vec![
            Cell::text(payout.payout.as_str()),
            Cell::at(line.at),
            Cell::text(line.status.as_str()),
            Cell::text(line.cause.as_str()),
            Cell::maybe(line.by.as_deref()),
            Cell::maybe(line.reference.as_deref()),
            Cell::maybe(line.reason.as_deref()),
        ]);
    }
    table
}
