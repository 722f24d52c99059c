//! One file a command.

mod adjustment;
mod ambassador;
mod backup;
mod bench;
mod claim;
mod clock;
mod config;
mod dac7;
mod demo;
mod doctor;
mod explain;
mod fraud;
mod ingest;
mod key;
mod ledger;
mod payout;
mod period;
mod person;
mod post;
mod program;
mod quarantine;
mod rates;
mod reconcile;
mod report;
mod run;
mod schema;
mod service;
mod shop;
mod simulate;
mod statement;
mod tax;
mod topics;
mod verify;
mod webhook;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use tribute_events::BrandId;
use tribute_reports::{Cell, Column, Table};
use tribute_services::{Engine, Incoming, Receipt};
use tribute_store::Database;
use tribute_vault::{Vault, VaultKey};

use crate::{
    Done,
    arguments::{Arguments, Command, Config, Format, Place, Run},
    feed::{Stamp, now},
    messages::{self, say},
    otlp::Exporting,
    settings::Settings,
};

/// Runs a command.
pub(crate) async fn run(arguments: Arguments, settings: &Settings) -> Result<Done> {
    if let Command::Config(Config::Show { shape, .. }) = &arguments.command {
        // Also where a file of a secret cannot be read: that is what somebody may be looking for.
        return config::show(settings, shape.format);
    }
    let place = place(settings)?;
    match arguments.command {
        Command::Demo(options) => Box::pin(demo::run(&options, &place)).await,
        Command::Program(command) => program::run(command, &place).await,
        Command::Simulate(options) => Box::pin(simulate::run(&options, &place)).await,
        Command::Ambassador(command) => ambassador::run(command, &place).await,
        Command::Ingest(options) => ingest::run(&options, &place).await,
        Command::Clock(command) => clock::run(command, &place).await,
        Command::Report(options) => report::run(&options, &place).await,
        Command::Explain(options) => explain::run(&options, &place).await,
        Command::Verify(options) => verify::run(&options, &place).await,
        Command::Quarantine(command) => quarantine::run(command, &place).await,
        Command::Key(command) => key::run(command, &place).await,
        Command::Shop(command) => shop::run(command, &place).await,
        Command::Webhook(command) => Box::pin(webhook::run(command, &place, settings)).await,
        Command::Post(command) => post::run(command, &place).await,
        Command::Payout(command) => payout::run(command, &place).await,
        Command::Reconcile(options) => Box::pin(reconcile::run(&options, &place)).await,
        Command::Ledger(command) => ledger::run(command, &place).await,
        Command::Statement(options) => statement::run(&options, &place).await,
        Command::Fraud(command) => fraud::run(command, &place).await,
        Command::Period(command) => Box::pin(period::run(command, &place)).await,
        Command::Adjustment(command) => adjustment::run(command, &place).await,
        Command::Claim(command) => claim::run(command, &place).await,
        Command::Rates(command) => rates::run(command, &place).await,
        Command::Person(command) => person::run(command, &place).await,
        Command::Schema(options) => schema::run(&options),
        Command::Run(options) => Box::pin(serve(options, &place, settings)).await,
        Command::Topics(command) => topics::run(command, &place, settings).await,
        Command::Bench(mut options) => {
            options.brokers.brokers = settings.text("kafka.brokers").map(str::to_owned);
            bench::run(&options, &place).await
        }
        Command::Doctor(options) => Box::pin(doctor::run(&options, &place, settings)).await,
        Command::Backup { file } => backup::backup(&file, &place).await,
        Command::Restore { file, force } => backup::restore(&file, force, &place).await,
        Command::Config(_) => Ok(Done::Clean),
    }
}

/// Runs everything, or one service; what is left of its spans is exported at the end.
async fn serve(options: Run, place: &Place, settings: &Settings) -> Result<Done> {
    let wanted = settings.run(options.backfill)?;
    let exporting = wanted.collector.as_ref().map(Exporting::begin).transpose()?;
    let done = match options.service {
        Some(service) => Box::pin(service::run(service, &wanted, place)).await,
        None => run::run(&wanted, place).await,
    };
    if let Some(exporting) = exporting {
        exporting.end();
    }
    done
}

/// Where the books are, and the vault. Where nobody says which key it has, the key lies beside the database's file, and
/// in the data folder where there is no file.
fn place(settings: &Settings) -> Result<Place> {
    let mut place = Place { db: settings.database()?, data: settings.data(), vault: Vault::closed() };
    place.vault = match settings.vault_key()? {
        Some(key) => Vault::with(VaultKey::parse(&key)?),
        None => {
            let file = file_of(&place);
            let folder = file.as_deref().and_then(std::path::Path::parent).unwrap_or(&place.data);
            Vault::at(folder.join("vault.key"))
        }
    };
    Ok(place)
}

/// The file of the data folder, where no database is named.
fn file_in(data: &std::path::Path) -> PathBuf {
    data.join("tribute.db")
}

/// Opens the database that the arguments name; a file is made where it is missing, with its data folder.
pub(crate) async fn open(place: &Place) -> Result<Database> {
    let url = match &place.db {
        Some(url) => url.clone(),
        None => {
            let folder = &place.data;
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
            file_in(&place.data).to_string_lossy().into_owned()
        }
    };
    Ok(Database::open(&url).await?)
}

/// Opens the database that the arguments name, which must be there: who only looks makes no books.
pub(crate) async fn open_existing(place: &Place) -> Result<Database> {
    if let Some(file) = file_of(place)
        && !file.is_file()
    {
        bail!(no_database(&file, place));
    }
    open(place).await
}

/// What to say where a database is not.
fn no_database(file: &std::path::Path, place: &Place) -> String {
    let named = place.db.as_ref().map_or("--data", |_| "--db");
    format!(
        "there is no database at {}; check {named} (or TRIBUTE_DATABASE_URL and TRIBUTE_DATA), or make one with \
         `tribute program apply` or `tribute ingest`",
        file.display()
    )
}

/// The file that the arguments name; none where they name a server.
fn file_of(place: &Place) -> Option<PathBuf> {
    let Some(url) = &place.db else { return Some(file_in(&place.data)) };
    if let Some(rest) = url.strip_prefix("sqlite:") {
        let path = rest.strip_prefix("//").unwrap_or(rest);
        return Some(path.split_once('?').map_or(path, |(path, _)| path).into());
    }
    (!url.contains("://")).then(|| url.into())
}

/// Opens the pipeline, and makes the database where it is missing.
pub(crate) async fn engine(place: &Place) -> Result<Engine> {
    Ok(Engine::open(open(place).await?).await?.with_vault(place.vault.clone()))
}

/// Opens the pipeline on a database that must be there.
pub(crate) async fn existing_engine(place: &Place) -> Result<Engine> {
    Ok(Engine::open(open_existing(place).await?).await?.with_vault(place.vault.clone()))
}

/// An event that the command line itself writes, of this moment.
pub(crate) fn event(
    event_type: &str,
    source: &str,
    brand: &BrandId,
    id: &str,
    data: &serde_json::Value,
) -> Incoming {
    let event = serde_json::json!({
        "specversion": "1.0", "type": event_type, "source": source, "id": id, "brand": brand, "time": now(), "data": data,
    });
    Incoming::read(event.to_string().into_bytes(), Stamp::Now.arrival(), source.trim_matches('/').to_owned())
}

/// Takes a few events in that the command line itself wrote.
pub(crate) async fn take(engine: &mut Engine, incoming: Vec<Incoming>) -> Result<Receipt> {
    Ok(engine.process(incoming).await?)
}

/// What a receipt means for the exit code.
pub(crate) fn done(receipt: &Receipt) -> Done {
    if receipt.quarantined_in_all() == 0 { Done::Clean } else { Done::WithFindings }
}

/// A value and the stable name of its field.
pub(crate) type Field = (&'static str, Cell);

/// A table of one row.
pub(crate) fn one_row(fields: impl IntoIterator<Item = Field>) -> Table {
    let (names, row): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    let mut table = Table::new(names.into_iter().map(Column::left).collect::<Vec<_>>());
    table.push(row);
    table
}

/// What became of events, for programs. The codes stand as `code=count`, by spaces.
pub(crate) fn receipt_fields(taken: &Receipt) -> [Field; 5] {
    let codes: Vec<String> =
        taken.quarantined.iter().map(|(code, count)| format!("{code}={count}")).collect();
    [
        ("received", Cell::count(taken.received)),
        ("accepted", Cell::count(taken.accepted)),
        ("duplicates", Cell::count(taken.duplicates)),
        ("quarantined", Cell::count(taken.quarantined_in_all())),
        ("codes", Cell::maybe((!codes.is_empty()).then(|| codes.join(" ")))),
    ]
}

/// Tells what became of events: a note for people, and a row for programs that asked for one, with what else matters.
pub(crate) fn finish(taken: &Receipt, more: impl IntoIterator<Item = Field>, format: Format) -> Result<Done> {
    messages::receipt(taken);
    if format != Format::Table {
        show(&one_row(receipt_fields(taken).into_iter().chain(more)), format)?;
    }
    Ok(done(taken))
}

/// Prints one row for programs, or a sentence for people.
pub(crate) fn show_or_say(
    fields: impl IntoIterator<Item = Field>,
    sentence: impl std::fmt::Display,
    format: Format,
) -> Result<()> {
    match format {
        Format::Table => say(sentence),
        Format::Json | Format::Csv => show(&one_row(fields), format)?,
    }
    Ok(())
}

/// Prints a table as asked for.
pub(crate) fn show(table: &Table, format: Format) -> Result<()> {
    match format {
        Format::Table => say(table.to_text()),
        Format::Json => say(table.to_json()?),
        Format::Csv => say(table.to_csv()?.trim_end()),
    }
    Ok(())
}
