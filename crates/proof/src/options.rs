//! What is to be proved, how hard, and against which servers.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Breaks the services while they work, and compares what they booked with one undisturbed process.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct Options {
    /// Brokers of a Kafka with nothing in its topics; one is started where absent.
    #[arg(long, requires = "db")]
    pub brokers: Option<String>,
    /// A PostgreSQL in which databases may be made; one is started where absent.
    #[arg(long, requires = "brokers")]
    pub db: Option<String>,
    /// Mixed events of a round; setup and history come on top.
    #[arg(long, default_value_t = 20_000)]
    pub events: u64,
    /// What the workload and the plan are drawn from.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Segments of the workload, each ended by a tick of the clock.
    #[arg(long, default_value_t = 5)]
    pub segments: u64,
    /// Services killed by `kill -9`.
    #[arg(long, default_value_t = 8)]
    pub kills: u64,
    /// Services ended by SIGTERM.
    #[arg(long, default_value_t = 3)]
    pub terms: u64,
    /// Services stopped for longer than their lease, and woken up again.
    #[arg(long, default_value_t = 2)]
    pub zombies: u64,
    /// Copies added or taken away.
    #[arg(long, default_value_t = 4)]
    pub changes: u64,
    /// Restarts of the broker, by `kill -9`.
    #[arg(long, default_value_t = 1)]
    pub broker_restarts: u64,
    /// Restarts of PostgreSQL, as a crash would.
    #[arg(long, default_value_t = 1)]
    pub database_restarts: u64,
    /// Connections cut at a COMMIT.
    #[arg(long, default_value_t = 6)]
    pub cuts: u64,
    /// Bursts of messages that nobody can read, each into one partition of the sales.
    #[arg(long, default_value_t = 1)]
    pub poisons: u64,
    /// Of a hundred processes, how many have a clock that is a day wrong.
    #[arg(long, default_value_t = 20)]
    pub clocks: u64,
    /// Of a hundred processes, how many are to die at a named fail point.
    #[arg(long, default_value_t = 30)]
    pub points: u64,
    /// Partitions of the topics of facts.
    #[arg(long, default_value_t = 4)]
    pub partitions: u32,
    /// How long a service may be silent before others take over.
    #[arg(long, default_value_t = 2)]
    pub lease_seconds: u64,
    /// How long nothing may move before the round counts as stuck.
    #[arg(long, default_value_t = 120)]
    pub patience_seconds: u64,
    /// Rounds with one seed after the other, for so many hours.
    #[arg(long)]
    pub hours: Option<u64>,
    /// Rounds until every figure of the plan is reached.
    #[arg(long)]
    pub until_figures: bool,
    /// Runs the planted bugs instead: each must be found.
    #[arg(long)]
    pub planted: bool,
    /// Only planted bugs with this in their name.
    #[arg(long, requires = "planted")]
    pub only: Option<String>,
    /// The `tribute` program with fail points; it is built where absent.
    #[arg(long)]
    pub tribute: Option<PathBuf>,
    /// Another release of it, with fail points too: every other process is of that one, as in a rolling upgrade.
    #[arg(long)]
    pub beside: Option<PathBuf>,
    /// Where files go: they stay there. A folder that is removed at the end where absent.
    #[arg(long)]
    pub folder: Option<PathBuf>,
}

impl Options {
    /// The options as if nothing was said.
    #[must_use]
    pub fn new() -> Self {
        Self::parse_from(["tribute-proof"])
    }

    pub(crate) const fn patience(&self) -> Duration {
        Duration::from_secs(self.patience_seconds)
    }

    pub(crate) const fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
