//! The same facts through one undisturbed process, over a file.

use std::path::Path;

use anyhow::{Context, Result};
use tribute_events::Arrival;
use tribute_services::{Engine, Incoming};
use tribute_store::Database;

use crate::told::Told;

/// How many events make a batch.
const BATCH: usize = 1_000;

/// Takes everything that was told through every service, in the order in which it happened.
pub(crate) async fn undisturbed(told: &[Told], folder: &Path) -> Result<Engine> {
    let path = folder.join("undisturbed.db");
    let path = path.to_str().context("the folder's name is not text")?;
    let mut engine = Engine::open(Database::open(path).await?).await?;
    for segment in told {
        take(&mut engine, &segment.facts).await?;
        take(&mut engine, &[segment.tick()]).await?;
        take(&mut engine, &segment.answers).await?;
    }
    Ok(engine)
}

async fn take(engine: &mut Engine, lines: &[String]) -> Result<()> {
    let incoming = |line: &String| Incoming::read(line.clone().into(), Arrival::Backfill, "proof".to_owned());
    for batch in lines.chunks(BATCH) {
        engine.process(batch.iter().map(incoming).collect()).await?;
    }
    Ok(())
}
