//! `tribute topics`: the topics of the contract.

use anyhow::{Context, Result};
use tribute_reports::{Cell, Column, Table};
use tribute_stream::{
    EmbeddedLog, KafkaLog, KafkaSettings, Log,
    topics::{TopicSettings, plans},
};

use crate::{
    Done,
    arguments::{Format, Place, Topics},
    messages::say,
};

pub(crate) async fn run(command: Topics, place: &Place) -> Result<Done> {
    let (create, brokers, partitions, replication, shape) = match command {
        Topics::Create { brokers, partitions, replication, shape } => {
            (true, brokers, partitions, replication, shape)
        }
        Topics::Check { brokers, partitions, replication, shape } => {
            (false, brokers, partitions, replication, shape)
        }
    };
    let plans = plans(&TopicSettings { partitions, replication, ..TopicSettings::default() });
    match &brokers.brokers {
        Some(brokers) => on(KafkaLog::new(kafka(brokers)?)?, create, &plans, shape.format).await,
        None => on(EmbeddedLog::new(super::open(place).await?), create, &plans, shape.format).await,
    }
}

/// The settings of the client for these brokers.
pub(crate) fn kafka(brokers: &str) -> Result<KafkaSettings> {
    Ok(KafkaSettings::plaintext(brokers))
}

async fn on<L: Log>(
    log: L,
    create: bool,
    plans: &[tribute_stream::TopicPlan],
    format: Format,
) -> Result<Done> {
    if create {
        log.create(plans).await.context("the topics were not made")?;
    }
    let found = log.check(plans).await.context("the topics could not be looked at")?;
    let mut table = Table::new([Column::left("difference")]);
    for difference in &found {
        table.push(vec![Cell::text(difference)]);
    }
    if found.is_empty() && format == Format::Table {
        say(format_args!("{} topics are as the contract says", plans.len()));
        return Ok(Done::Clean);
    }
    super::show(&table, format)?;
    Ok(if found.is_empty() { Done::Clean } else { Done::WithFindings })
}
