//! `tribute reconcile`: what banks say against what was paid.

mod account;
mod bank;
mod chain;
mod files;
mod known;
mod proposal;

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::json;
use tribute_events::{BankEntryKind, BrandId, SettlementOutcome, SettlementReported, Timestamp};
use tribute_payouts::matching::{Seen, Settings, answers, reconcile};
use tribute_reports::{Column, Table};
use tribute_services::{Engine, Incoming, Receipt};

use crate::{
    Done,
    arguments::{Format, Place, Reconcile},
    feed::{Stamp, now},
    messages::{self, note, say},
};
use files::Files;
use proposal::{Proposal, digest};

/// The source of the events of this command.
const SOURCE: &str = "/tribute/reconcile";

pub(crate) async fn run(options: &Reconcile, place: &Place) -> Result<Done> {
    let mut engine = super::existing_engine(place).await?;
    account::is_of_a_brand(&engine, &options.brand)?;
    let before = chain::links(&engine, &options.brand).await?;
    let files = Files::read(&options.files, options.mapping.as_deref(), &before)?;
    if !options.shared_account {
        account::are_of_no_other(&engine, &options.brand, &files.statements).await?;
    }
    let mut accepted: BTreeSet<&str> = options.accept.iter().map(String::as_str).collect();
    let mut named = Vec::new();
    for (rows, kind) in [(&options.charge, BankEntryKind::Charge), (&options.tax, BankEntryKind::Tax)] {
        named.extend(rows.iter().map(|row| (row.as_str(), kind)));
    }
    let mut receipt = Receipt::default();
    let mut all = Vec::new();
    // What is said of payments on their way comes before what left the account, and what came back after it.
    for stage in [Stage::Sent, Stage::Statements, Stage::Returned] {
        let mut proposals = stage.propose(&engine, options, &files).await?;
        for proposal in &mut proposals {
            proposal.accepted = accepted.remove(proposal.row.as_str());
            if let Some(place) = named.iter().position(|(row, _)| *row == proposal.row) {
                proposal.call_it(named.swap_remove(place).1)?;
            }
        }
        receipt.add(&book(&mut engine, options, &proposals).await?);
        all.append(&mut proposals);
    }
    receipt.add(&super::take(&mut engine, chain::read(&options.brand, &files.statements, &before)?).await?);
    show(&all, options)?;
    messages::receipt(&receipt);
    for row in accepted.into_iter().chain(named.into_iter().map(|(row, _)| row)) {
        if !all.iter().any(|proposal| proposal.was_called(row)) {
            bail!(
                "no row is called {row}; what is certain is booked, and of the rows that are listed those can be accepted that book `once accepted`"
            );
        }
        note(format_args!("row {row} was booked before: nothing is booked again"));
    }
    if let Some(why) = all.iter().find_map(Proposal::nothing_to_accept) {
        bail!(why);
    }
    let open: Vec<&Proposal> = all.iter().filter(|proposal| proposal.waits()).collect();
    if open.is_empty() {
        return Ok(super::done(&receipt));
    }
    let accept = if open.iter().any(|it| it.can_be_accepted()) {
        "; what books `once accepted` is accepted with --accept ROW --by NAME"
    } else {
        ""
    };
    note(format_args!("{} row(s) are not matched: look at them{accept}", open.len()));
    Ok(Done::WithFindings)
}

/// The order in which files are taken, whatever their order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Answers to payment files, but for those that say that a payment came back.
    Sent,
    /// Statements and notifications.
    Statements,
    /// Answers that say that a payment came back.
    Returned,
}

impl Stage {
    async fn propose(self, engine: &Engine, options: &Reconcile, files: &Files) -> Result<Vec<Proposal>> {
        let known = known::payouts(engine, &options.brand).await?;
        if self == Self::Statements {
            let seen = Seen { entries: known::entries(engine, &options.brand).await?, ..Seen::default() };
            let found = reconcile(&files.statements, &known, &seen, &Settings::default());
            if !found.waiting.is_empty() {
                let count = found.waiting.len();
                note(format_args!(
                    "{count} entries are announced by the bank and not booked yet: they settle nothing"
                ));
            }
            let beside = bank::Beside::read(engine, &options.brand, options.program.as_ref()).await?;
            let rows = found.rows.iter();
            return Ok(rows.map(|row| Proposal::of_row(row, &found.rows, &beside)).collect());
        }
        let told = answers(&files.reports, &known);
        let returned = |outcome| outcome == tribute_events::statement::PaymentOutcome::Returned;
        let own = told.iter().filter(|answer| returned(answer.outcome) == (self == Self::Returned));
        Ok(own.map(Proposal::of_answer).collect())
    }
}

/// Books what is certain or accepted, in one transaction; what is sent before what is settled, and that before what
/// failed or came back; then what the bank's entries are.
async fn book(engine: &mut Engine, options: &Reconcile, proposals: &[Proposal]) -> Result<Receipt> {
    let booked = proposals.iter().filter(|proposal| proposal.is_booked());
    let told = booked.flat_map(|it| it.settlements.iter().map(|settlement| (settlement, it.day())));
    let mut settlements: Vec<_> = told.collect();
    settlements.sort_by_key(|(it, _)| match it.outcome {
        SettlementOutcome::Sent => 0,
        SettlementOutcome::Settled => 1,
        SettlementOutcome::Failed | SettlementOutcome::Returned | SettlementOutcome::Unclaimed => 2,
    });
    let (brand, now) = (&options.brand, now());
    let settlements = settlements.into_iter().map(|(it, day)| event(brand, it, bank::at(day, now)));
    let mut events = settlements.collect::<Result<Vec<_>>>()?;
    for proposal in proposals {
        events.extend(of_the_bank(proposal, options, now)?);
    }
    super::take(engine, events).await
}

/// What the bank's own entries are, each under an id that comes from what is said of it.
fn of_the_bank(proposal: &Proposal, options: &Reconcile, now: Timestamp) -> Result<Vec<Incoming>> {
    let Some(told) = &proposal.bank else { return Ok(Vec::new()) };
    let is_told = |it: tribute_events::BankEntryReported| {
        let data = serde_json::to_value(&it)?;
        let first = it.entries.first().map(|entry| entry.entry.to_string()).unwrap_or_default();
        let id = format!("{first}/{}", digest(&data.to_string()));
        said("tribute.bank_entry.reported", &options.brand, &id, bank::at(told.day(), now), &data)
    };
    let by = options.by.as_deref().filter(|_| proposal.accepted);
    told.events(proposal.is_booked(), by)?.into_iter().map(is_told).collect()
}

/// The id comes from what is said and from the bank's entry, so that the same entry in another file is the same event.
fn event(brand: &BrandId, settlement: &SettlementReported, at: Timestamp) -> Result<Incoming> {
    let data = serde_json::to_value(settlement)?;
    let id = format!("{}/{}", settlement.payout, digest(&data.to_string()));
    said("tribute.settlement.reported", brand, &id, at, &data)
}

fn said(
    event_type: &str,
    brand: &BrandId,
    id: &str,
    at: Timestamp,
    data: &serde_json::Value,
) -> Result<Incoming> {
    let event = json!({
        "specversion": "1.0", "type": event_type, "source": SOURCE, "id": id, "brand": brand, "time": at, "data": data,
    });
    Ok(Incoming::read(event.to_string().into_bytes(), Stamp::Now.arrival(), "reconcile".into()))
}

fn show(proposals: &[Proposal], options: &Reconcile) -> Result<()> {
    if options.explain && options.shape.format == Format::Table {
        proposals.iter().for_each(say);
        return Ok(());
    }
    let mut table = Table::new([
        Column::left("row"),
        Column::left("kind"),
        Column::left("confidence"),
        Column::left("payouts"),
        Column::left("entries"),
        Column::right("expected"),
        Column::right("booked"),
        Column::right("fee"),
        Column::for_programs("currency"),
        Column::left("books"),
        Column::left("why"),
    ]);
    for proposal in proposals {
        table.push(proposal.cells()?);
    }
    super::show(&table, options.shape.format)
}
