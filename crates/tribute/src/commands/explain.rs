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
    let text = match options.format {
        DocumentFormat::Table => answer.to_string(),
        DocumentFormat::Json => serde_json::to_string_pretty(&answer)?,
    };
    let is_post =
        matches!(&answer, explain::Answer::Story(story) if matches!(**story, explain::Story::Post(_)));
    if is_post {
        let readable = super::report::readable(&engine, options.brand.as_deref()).await?;
        say(readable.within(&text, |clear| written(clear, options.format)));
    } else {
        say(text);
    }
    Ok(Done::Clean)
}

/// What stands behind a pseudonym, as it is written within the document.
fn written(clear: &str, format: DocumentFormat) -> String {
    match format {
        DocumentFormat::Table => clear.to_owned(),
        DocumentFormat::Json => {
            let quoted = serde_json::Value::from(clear).to_string();
            quoted.trim_start_matches('"').strip_suffix('"').unwrap_or(clear).to_owned()
        }
    }
}
