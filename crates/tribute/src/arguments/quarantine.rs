//! Arguments of `tribute quarantine`.

use std::path::PathBuf;

use clap::Subcommand;

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Quarantine {
    /// Lists what was put aside.
    List {
        /// What was retried or discarded, too.
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        shape: Shape,
    },
    /// Shows one event with its reason and its bytes.
    Show {
        /// Its number.
        number: i64,
        #[command(flatten)]
        shape: Shape,
    },
    /// Takes one in again, or all open ones, as they are or corrected.
    Retry {
        /// Its number; every open one where absent.
        number: Option<i64>,
        /// The corrected event.
        #[arg(long, requires = "number")]
        file: Option<PathBuf>,
        /// An import of history: recorded when it happened.
        #[arg(long)]
        backfill: bool,
        #[command(flatten)]
        shape: Shape,
    },
    /// Puts one away for good.
    Discard {
        /// Its number.
        number: i64,
        #[command(flatten)]
        shape: Shape,
    },
}
