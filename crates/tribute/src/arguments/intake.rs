//! Arguments of what brings events in and moves the clock.

use clap::{Args, Subcommand};
use tribute_events::Timestamp;

use super::Shape;

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The seed of the made-up events.
    #[arg(long, default_value_t = 2026)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Ingest {
    /// The files, plain or packed by gzip, xz or zstd; `-` is standard input, packed or not.
    #[arg(required = true)]
    pub(crate) files: Vec<String>,
    /// An import of history: events without `recordedtime` count as recorded when they happened.
    #[arg(long)]
    pub(crate) backfill: bool,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Clock {
    /// Advances the clock, through everything that is due on the way.
    Advance {
        /// The instant, such as 2026-04-01T00:00:00Z.
        #[arg(long)]
        to: Timestamp,
        #[command(flatten)]
        shape: Shape,
    },
    /// Shows how far the clock has come.
    Show {
        #[command(flatten)]
        shape: Shape,
    },
}
