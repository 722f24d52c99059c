//! Brokers and topics, and where the services stand in them.

use std::collections::BTreeMap;

use anyhow::Result;
use tribute_store::Database;
use tribute_stream::{EmbeddedLog, KafkaLog, KafkaSettings, Log, topics};

use crate::settings::Settings;

use super::{Findings, State, books::Books, in_time};

/// From how many waiting events on it is said.
const LAG_MUCH: i64 = 100_000;

pub(super) async fn examine(
    kafka: Option<KafkaSettings>,
    settings: &Settings,
    books: Option<&Books>,
    found: &mut Findings,
) {
    let looked = match (kafka, books) {
        (Some(kafka), _) => match KafkaLog::new(kafka) {
            Ok(log) => look(&log, settings, books, found).await,
            Err(error) => Err(error.into()),
        },
        (None, Some(books)) => embedded(settings, books, found).await,
        (None, None) => Ok(()),
    };
    if let Err(error) = looked {
        let named = settings.text("kafka.brokers").unwrap_or("the database's own topics");
        let text =
            format!("{named}: {error:#}; check the addresses, what the brokers advertise, TLS and SASL");
        found.add("brokers", State::Unknown, text);
    }
}

/// The database's own topics, where somebody made them.
async fn embedded(settings: &Settings, books: &Books, found: &mut Findings) -> Result<()> {
    if books.number("SELECT count(*) FROM log_topic").await? == 0 {
        return Ok(());
    }
    let database = in_time(Database::open(&books.url)).await?;
    look(&EmbeddedLog::new(database), settings, Some(books), found).await
}

async fn look<L: Log>(
    log: &L,
    settings: &Settings,
    books: Option<&Books>,
    found: &mut Findings,
) -> Result<()> {
    let plans = topics::plans(&settings.topics()?);
    let differences = in_time(log.check(&plans)).await?;
    if differences.is_empty() {
        found.ok("topics", format!("{} topics are as the contract says", plans.len()));
    }
    let absent = differences.iter().any(|difference| difference.contains("is not there"));
    for difference in differences {
        found.add("topics", State::Wrong, difference);
    }
    match books {
        Some(books) if !absent => positions(log, books, found).await,
        _ => Ok(()),
    }
}

/// A position that its partition does not hold stops it; the others go on.
async fn positions<L: Log>(log: &L, books: &Books, found: &mut Findings) -> Result<()> {
    let inputs: Vec<_> = topics::inputs().into_iter().collect();
    let ends = in_time(log.ends(&inputs)).await?;
    let mut next = BTreeMap::new();
    for row in books.rows("SELECT source, partition, next FROM source_position", vec![]).await? {
        let (source, partition, at): (String, i64, i64) =
            (row.try_get("", "source")?, row.try_get("", "partition")?, row.try_get("", "next")?);
        next.insert((source, partition), at);
    }
    let (before, mut lag) = (found.0.len(), 0_i64);
    for (partition, ends) in ends {
        let known = next.get(&(partition.topic.to_string(), i64::from(partition.number)));
        let at = known.copied().unwrap_or(ends.first);
        if at > ends.next {
            let text = format!(
                "{partition} ends at {}, and the services stand at {at}: the topic was made anew, or the database is of \
                 other brokers; name the right ones, or begin with a new database",
                ends.next
            );
            found.add("positions", State::Wrong, text);
        } else if at < ends.first {
            let text = format!(
                "{partition} begins at {}, and the services stand at {at}: retention deleted what they had not taken \
                 in; bring those events again, and raise topics.retention_days",
                ends.first
            );
            found.add("positions", State::Wrong, text);
        } else {
            lag = lag.saturating_add(ends.next.saturating_sub(at));
        }
    }
    if found.0.len() == before {
        let ill =
            format!("{lag} events wait to be taken in; add copies of `tribute run attribution` or `all`");
        found.judge(
            "positions",
            lag < LAG_MUCH,
            &format!("{lag} events wait to be taken in"),
            (State::Warning, ill),
        );
    }
    Ok(())
}
