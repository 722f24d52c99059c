//! Arguments of `tribute bench`.

use std::net::SocketAddr;

use clap::{Args, Subcommand};

use crate::flags::Brokers;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Bench {
    #[command(subcommand)]
    pub(crate) of: Option<BenchOf>,
    #[command(flatten)]
    pub(crate) brokers: Brokers,
    /// With brokers: how many events make a batch at most.
    #[arg(long, default_value_t = 2_000)]
    pub(crate) batch_events: u32,
    /// The mix: a, b or c.
    #[arg(long, default_value = "a")]
    pub(crate) mix: String,
    /// How many mixed events are measured.
    #[arg(long, default_value_t = 500_000)]
    pub(crate) events: u64,
    /// How many clicks of history come first.
    #[arg(long, default_value_t = 200_000)]
    pub(crate) history: u64,
    /// The seed.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many rounds, interleaved with the ceiling.
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: u32,
}

/// What is measured besides the pipeline.
#[derive(Debug, Subcommand)]
pub(crate) enum BenchOf {
    /// HTTP over a PostgreSQL server of your own (--db): pages of earnings, redirects, sales one by one until they are on the
    /// stream and in batches, pages meanwhile.
    Http(BenchHttp),
}

#[derive(Debug, Args)]
pub(crate) struct BenchHttp {
    /// How many earnings the database has, of three brands with 20,000 ambassadors each; fewer than ten each have no page far
    /// on.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(600_000..))]
    pub(crate) earnings: u32,
    /// How many requests of each kind are measured.
    #[arg(long, default_value_t = 2_000)]
    pub(crate) requests: u32,
    /// How many sales are followed until they are on the stream.
    #[arg(long, default_value_t = 200)]
    pub(crate) sales: u32,
    /// Answers redirects with a bare handler at this address, and does nothing else.
    #[arg(long, hide = true)]
    pub(crate) bare: Option<SocketAddr>,
}
