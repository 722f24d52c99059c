//! Arguments of `tribute simulate`.

use std::path::PathBuf;

use clap::Args;
use tribute_events::Timestamp;

use super::Shape;

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// The other terms. The brand and the program are theirs, and must be in the books.
    #[arg(long, value_name = "FILE")]
    pub(crate) terms: PathBuf,
    /// Only from this instant on; since the program's first terms where absent or earlier than these.
    #[arg(long)]
    pub(crate) from: Option<Timestamp>,
    /// Only before this instant; up to the clock where absent, or to the last fact where that never ticked.
    #[arg(long)]
    pub(crate) to: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) shape: Shape,
}
