use anyhow::{Context, Result};
use tribute_services::{Engine, Receipt};
use tribute_store::Database;
use tribute_tools::demo;
use tribute_vault::Vault;

use tribute_reports::{Books, explain, verify};

use super::{clock, program, quarantine, report};
use crate::{
    Done,
    arguments::{Demo, Format, Place},
    feed::{Stamp, feed},
    messages::{note, receipt, say},
    progress::Progress,
};

/// The instant up to which the demonstration lives.
const END: &str = "2026-07-01T00:00:00Z";

pub(crate) async fn run(options: &Demo, place: &Place) -> Result<Done> {
    let folder = place.data.join("demo");
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let file = folder.join("tribute.db");
    for name in ["tribute.db", "tribute.db-wal", "tribute.db-shm"] {
        let old = folder.join(name);
        if old.exists() {
            std::fs::remove_file(&old).with_context(|| format!("{} cannot be removed", old.display()))?;
        }
    }
    let engine = Engine::open(Database::open(&file.to_string_lossy()).await?).await?;
    let mut engine = engine.with_vault(Vault::at(folder.join("vault.key")));
    let total = live(&mut engine, options.seed).await?;
    receipt(&total);
    tell(&engine).await?;
    next_commands(&file.to_string_lossy());
    Ok(Done::Clean)
}

/// Applies the programs, takes in the events, moves the clock past every hold and month end.
async fn live(engine: &mut Engine, seed: u64) -> Result<Receipt> {
    let terms = demo::terms().iter().map(|(_, terms)| program::published(terms)).collect::<Result<_>>()?;
    let mut total = super::take(engine, terms).await?;
    let events = demo::events(seed);
    let mut progress = Progress::new("demo", u64::try_from(events.len()).ok());
    let mut lines = events.into_iter().enumerate();
    let next =
        move || Ok(lines.next().map(|(index, line)| (line.into_bytes(), format!("demo:{}", index + 1))));
    feed(engine, Stamp::Backfill, next, &mut progress, &mut total).await?;
    progress.finish();
    note(format_args!("moving the clock to {END}"));
    total.add(&super::take(engine, vec![clock::tick(END.parse()?)?]).await?);
    Ok(total)
}

async fn tell(engine: &Engine) -> Result<()> {
    report::tell(engine).await?;
    report::section("Put aside, and why");
    quarantine::list(engine.database(), false, Format::Table).await?;
    report::section("One commission, explained");
    let books = Books { database: engine.database(), registry: engine.registry() };
    let credited = report::first_credited(&books).await?;
    if let Some((brand, order)) = credited {
        say(explain::explain(&books, &order, Some(&brand)).await?);
    }
    report::section("The proof");
    let found = verify::verify(engine.database(), &mut |_| {}).await?;
    say(&found);
    Ok(())
}

fn next_commands(file: &str) {
    report::section("Try next");
    for command in [
        "report earnings --ambassador amb-maya",
        "report payouts",
        "report leaderboard",
        "quarantine list",
        "verify --replay",
    ] {
        say(format_args!("  tribute --db {file} {command}"));
    }
}
