//! `tribute person export`.

use std::{fs::OpenOptions, io::Write, path::Path};

use anyhow::{Context, Result, bail};
use tribute_reports::{Books, person::person};
use tribute_services::Engine;

use super::{held, programs};
use crate::{
    Done,
    arguments::Who,
    messages::{note, say},
};

pub(super) async fn run(engine: &Engine, who: &Who, output: Option<&Path>) -> Result<Done> {
    let Who { brand, person: id } = who;
    let held = held(engine, brand, id).await?;
    let books = Books { database: engine.database(), registry: engine.registry() };
    let is_known = held.is_some() || !programs(engine, brand, id).is_empty();
    let record = person(&books, brand, id, held).await?;
    if !is_known && record.posts.is_empty() && record.earnings.is_empty() && record.shipments.is_empty() {
        bail!("nothing is held of {id} of brand {brand}; check the id, and the brand");
    }
    let text = serde_json::to_string_pretty(&record)?;
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
