//! One file a command.

mod ambassador;
mod bench;
mod clock;
mod demo;
mod explain;
mod ingest;
mod payout;
mod program;
mod quarantine;
mod report;
mod run;
mod schema;
mod verify;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use tribute_services::{Engine, Incoming, Receipt};
use tribute_store::Database;

use crate::{
    Done,
    arguments::{Arguments, Command, Format, Place},
    messages::say,
};

/// Runs a command.
pub(crate) async fn run(arguments: Arguments) -> Result<Done> {
    let place = arguments.place;
    match arguments.command {
        Command::Demo(options) => Box::pin(demo::run(&options, &place)).await,
        Command::Program(command) => program::run(command, &place).await,
        Command::Ambassador(command) => ambassador::run(command, &place).await,
        Command::Ingest(options) => ingest::run(&options, &place).await,
        Command::Clock(command) => clock::run(command, &place).await,
        Command::Report(options) => report::run(&options, &place).await,
        Command::Explain(options) => explain::run(&options, &place).await,
        Command::Verify(options) => verify::run(&options, &place).await,
        Command::Quarantine(command) => quarantine::run(command, &place).await,
        Command::Payout(command) => payout::run(command, &place).await,
        Command::Schema(options) => schema::run(&options),
        Command::Run(options) => run::run(&options, &place).await,
        Command::Bench(options) => bench::run(&options, &place).await,
    }
}

/// The file of the data folder, where no database is named.
fn default_file(place: &Place) -> PathBuf {
    place.data.join("tribute.db")
}

/// Opens the database that the arguments name; a file is made where it is missing, with its data folder.
async fn open(place: &Place) -> Result<Database> {
    let url = match &place.db {
        Some(url) => url.clone(),
        None => {
            let folder = &place.data;
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
            default_file(place).to_string_lossy().into_owned()
        }
    };
    Ok(Database::open(&url).await?)
}

/// Opens the database that the arguments name, which must be there: who only looks makes no books.
pub(crate) async fn open_existing(place: &Place) -> Result<Database> {
    if let Some(file) = file_of(place)
        && !file.is_file()
    {
        let named = place.db.as_ref().map_or("--data", |_| "--db");
        bail!(
            "there is no database at {}; check {named} (or TRIBUTE_DATABASE_URL and TRIBUTE_DATA), or make one with \
             `tribute program apply` or `tribute ingest`",
            file.display()
        );
    }
    open(place).await
}

/// The file that the arguments name; none where they name a server.
fn file_of(place: &Place) -> Option<PathBuf> {
    let Some(url) = &place.db else { return Some(default_file(place)) };
    if let Some(rest) = url.strip_prefix("sqlite:") {
        let path = rest.strip_prefix("//").unwrap_or(rest);
        return Some(path.split_once('?').map_or(path, |(path, _)| path).into());
    }
    (!url.contains("://")).then(|| url.into())
}

/// Opens the pipeline, and makes the database where it is missing.
pub(crate) async fn engine(place: &Place) -> Result<Engine> {
    Ok(Engine::open(open(place).await?).await?)
}

/// Opens the pipeline on a database that must be there.
pub(crate) async fn existing_engine(place: &Place) -> Result<Engine> {
    Ok(Engine::open(open_existing(place).await?).await?)
}

/// Takes a few events in that the command line itself wrote.
pub(crate) async fn take(engine: &mut Engine, incoming: Vec<Incoming>) -> Result<Receipt> {
    Ok(engine.process(incoming).await?)
}

/// What a receipt means for the exit code.
pub(crate) fn done(receipt: &Receipt) -> Done {
    if receipt.quarantined_in_all() == 0 { Done::Clean } else { Done::WithFindings }
}

/// Prints a table as asked for.
pub(crate) fn show(table: &tribute_reports::Table, format: Format) -> Result<()> {
    match format {
        Format::Table => say(table.to_text()),
        Format::Json => say(table.to_json()?),
        Format::Csv => say(table.to_csv()?.trim_end()),
    }
    Ok(())
}
