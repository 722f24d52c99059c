//! `tribute topics`: the topics of the contract.

use anyhow::{Context, Result};
use tribute_reports::{Cell, Column, Table};
use tribute_stream::{EmbeddedLog, KafkaLog, Log, topics::plans};

use crate::{
    Done,
    arguments::{Format, Place, Topics},
    messages::say,
    settings::Settings,
};

pub(crate) async fn run(command: Topics, place: &Place, settings: &Settings) -> Result<Done> {
    let (create, shape) = match command {
        Topics::Create { shape, .. } => (true, shape),
        Topics::Check { shape, .. } => (false, shape),
    };
    let plans = plans(&settings.topics()?);
    match settings.kafka()? {
        Some(kafka) => on(KafkaLog::new(kafka)?, create, &plans, shape.format).await,
        None => on(EmbeddedLog::new(super::open(place).await?), create, &plans, shape.format).await,
    }
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
