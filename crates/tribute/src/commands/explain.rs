use anyhow::{Result, bail};
use tribute_reports::{Books, explain};

use crate::{
    Done,
    arguments::{Explain, Format, Place},
    messages::say,
};

pub(crate) async fn run(options: &Explain, place: &Place) -> Result<Done> {
    let engine = super::existing_engine(place).await?;
    let books = Books { database: engine.database(), registry: engine.registry() };
    let answer = explain::explain(&books, &options.id, options.brand.as_deref()).await?;
    match &answer {
        explain::Answer::Unknown { .. } => bail!("{answer}"),
        explain::Answer::Story(_) | explain::Answer::Ambiguous(_) => {}
    }
    match options.format {
        Format::Table => say(answer),
        Format::Json => say(serde_json::to_string_pretty(&answer)?),
        Format::Csv => bail!("a story does not fit a CSV; use --format table or json"),
    }
    Ok(Done::Clean)
}
