use anyhow::{Result, bail};
use tribute_reports::{Books, explain};

use crate::{
    Done,
    arguments::{DocumentFormat, Explain, Place},
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
        DocumentFormat::Table => say(answer),
        DocumentFormat::Json => say(serde_json::to_string_pretty(&answer)?),
    }
    Ok(Done::Clean)
}
