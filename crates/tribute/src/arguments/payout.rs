//! Arguments of `tribute payout`.

use std::path::PathBuf;

use clap::Subcommand;

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Payout {
    /// Approves proposed payouts.
    Approve {
        /// Who approves.
        #[arg(long)]
        by: String,
        /// The payouts; every proposed one where absent.
        payouts: Vec<String>,
        /// Only this brand.
        #[arg(long)]
        brand: Option<String>,
        /// Only this program.
        #[arg(long)]
        program: Option<String>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Writes what may be paid to a CSV file, and marks it as exported.
    Export {
        /// The file to write; it must not exist.
        #[arg(long)]
        output: PathBuf,
        /// The brand.
        #[arg(long)]
        brand: String,
        /// Only this program.
        #[arg(long)]
        program: Option<String>,
        #[command(flatten)]
        shape: Shape,
    },
}
