//! The settings among the arguments. The comments are what `--help` prints.

#![allow(clippy::doc_markdown, reason = "help is read as plain text")]

use clap::Args;

use crate::settings::catalogue::{self, Kind};

/// A setting that the command line gives.
#[derive(Debug, Clone)]
pub(crate) struct Flag {
    /// The setting.
    pub(crate) key: String,
    /// What it is.
    pub(crate) text: String,
    /// How it was given.
    pub(crate) name: String,
}

/// A value of a setting, looked at early: what is wrong with it is wrong usage.
fn allowed(kind: Kind, text: &str) -> Result<String, String> {
    kind.refuse(text).map_or_else(|| Ok(text.to_owned()), Err)
}

pub(crate) fn text(text: &str) -> Result<String, String> {
    allowed(Kind::Text, text)
}

fn span(text: &str) -> Result<String, String> {
    allowed(Kind::Span, text)
}

pub(crate) fn assignment(given: &str) -> Result<(String, String), String> {
    let (key, text) = given.split_once('=').ok_or("write it as SETTING=VALUE")?;
    let setting = catalogue::find(key).ok_or_else(|| catalogue::unknown(key))?;
    Ok((key.to_owned(), allowed(setting.kind, text)?))
}

/// Where events go by topics.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Brokers {
    /// Brokers of Apache Kafka, as HOST:PORT,… (TRIBUTE_BROKERS); the topics are the database's own where absent.
    #[arg(long, value_parser = text)]
    pub(crate) brokers: Option<String>,
}

/// The settings of `run`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunFlags {
    #[command(flatten)]
    pub(crate) brokers: Brokers,
    /// Where to answer /healthz, /readyz and /metrics, such as 127.0.0.1:8080 (TRIBUTE_LISTEN).
    #[arg(long, value_parser = |text: &str| allowed(Kind::Listen, text))]
    pub(crate) listen: Option<String>,
    /// The folder to watch for files of events: plain, .gz, .xz or .zst (TRIBUTE_INBOX). Standard input where absent.
    #[arg(long, value_parser = text)]
    pub(crate) inbox: Option<String>,
    /// How far behind the wall clock the ticks are; 5m where absent (TRIBUTE_LATENESS).
    #[arg(long, value_parser = span)]
    pub(crate) lateness: Option<String>,
    /// How often the clock ticks; 30s where absent (TRIBUTE_TICK).
    #[arg(long, value_parser = span)]
    pub(crate) tick: Option<String>,
    /// How many events make a batch at most; 2000 where absent (TRIBUTE_BATCH_EVENTS).
    #[arg(long, value_parser = |text: &str| allowed(catalogue::BATCH, text))]
    pub(crate) batch_events: Option<String>,
    /// How long a worker may be silent before others take over what it has; 10s where absent (TRIBUTE_LEASE).
    #[arg(long, value_parser = span)]
    pub(crate) lease: Option<String>,
    /// The collector that spans go to by OTLP over HTTP, such as http://collector:4318 (TRIBUTE_TRACING_OTLP_ENDPOINT, or
    /// OTEL_EXPORTER_OTLP_ENDPOINT); none are recorded where absent.
    #[arg(long, value_name = "URL", value_parser = |text: &str| allowed(Kind::Collector, text))]
    pub(crate) otlp_endpoint: Option<String>,
    /// Which share of the traces that begin here is recorded, from 0 to 1; 0.01 where absent (TRIBUTE_TRACING_SAMPLE).
    #[arg(long, value_name = "SHARE", value_parser = |text: &str| allowed(Kind::Share, text))]
    pub(crate) trace_sample: Option<String>,
}

/// The settings of topics.
#[derive(Debug, Clone, Args)]
pub(crate) struct TopicFlags {
    #[command(flatten)]
    pub(crate) brokers: Brokers,
    /// How many partitions the topics of facts and results have; 8 where absent (TRIBUTE_TOPICS_PARTITIONS).
    #[arg(long, value_parser = |text: &str| allowed(catalogue::PARTITIONS, text))]
    pub(crate) partitions: Option<String>,
    /// On how many brokers each message lies (TRIBUTE_TOPICS_REPLICATION); what the brokers are set to where absent.
    #[arg(long, value_parser = |text: &str| allowed(catalogue::REPLICATION, text))]
    pub(crate) replication: Option<String>,
}
