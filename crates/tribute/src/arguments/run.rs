//! Arguments of services, and of what looks after them.

use clap::{Args, Subcommand, ValueEnum};

use super::Shape;
use crate::flags::{RunFlags, TopicFlags};

/// Which service a process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunService {
    /// Brings lines from the inbox or standard input to the topics.
    Intake,
    /// Takes events in, and says who is credited.
    Attribution,
    /// Books what conversions and posts earn.
    Commission,
    /// Books missions, tokens and perks.
    Rewards,
    /// Clears, runs payouts, takes settlements.
    Payouts,
    /// Freezes boards and books their prizes.
    Leaderboards,
    /// Answers /healthz, /readyz and /metrics.
    Api,
    /// Publishes what the services said.
    Relay,
    /// Ticks.
    Clock,
    /// Sends webhooks.
    Webhooks,
    /// Every service in one process, and one transaction a batch.
    All,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The service; everything in one process over one database, without topics, where absent.
    pub(crate) service: Option<RunService>,
    #[command(flatten)]
    pub(crate) flags: RunFlags,
    /// Of intake: an import of history; events without `recordedtime` count as recorded when they happened.
    #[arg(long)]
    pub(crate) backfill: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Shows every setting, what it is, and who said so. Secrets are masked.
    Show {
        #[command(flatten)]
        flags: RunFlags,
        #[command(flatten)]
        shape: Shape,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(super) flags: RunFlags,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Topics {
    /// Makes the topics of the contract that are missing.
    Create {
        #[command(flatten)]
        flags: TopicFlags,
        #[command(flatten)]
        shape: Shape,
    },
    /// Says in what the topics differ from the contract.
    Check {
        #[command(flatten)]
        flags: TopicFlags,
        #[command(flatten)]
        shape: Shape,
    },
}
