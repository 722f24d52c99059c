//! `tribute person export`.

use std::{fs::OpenOptions, io::Write, path::Path};

use anyhow::{Context, Result, bail};
use tribute_reports::{
    Books,
    person::{person, table},
};
use tribute_services::Engine;

use super::{held, who::Who};
use crate::{
    Done,
    arguments::DocumentFormat,
    messages::{note, say},
};

pub(super) async fn run(
    engine: &Engine,
    who: &Who,
    format: DocumentFormat,
    output: Option<&Path>,
) -> Result<Done> {
    let Who { brand, person: id } = who;
    let held = held(engine, brand, id).await?;
    let mut transaction = engine.database().begin().await?;
    let pseudonyms = engine.vault().behind_facts_of(&mut transaction, brand, id).await?;
    transaction.rollback().await?;
    let books = Books { database: engine.database(), registry: engine.registry() };
    let record = person(&books, brand, id, (held, pseudonyms)).await?;
    if record.is_empty() {
        bail!("nothing is held of {id} of brand {brand}; check the id, and the brand");
    }
    let text = match format {
        DocumentFormat::Json => serde_json::to_string_pretty(&record)?,
        DocumentFormat::Table => table(&record)?.to_text(),
    };
    match output {
        None => say(text),
        Some(path) => {
            write(path, &text).with_context(|| format!("{} cannot be written", path.display()))?;
            note(format_args!("everything that is held of {id} is in {}", path.display()));
        }
    }
    Ok(Done::Clean)
}

/// Writes a file that did not exist, for its owner alone.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}
