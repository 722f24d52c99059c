//! Arguments of `tribute program`.

use std::path::PathBuf;

use clap::Subcommand;

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Program {
    /// Says what is wrong with terms files, and what would be right.
    Check {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Says in words what newer terms change.
    Diff {
        /// The older terms: a file, or a published version such as `friends@2026-1`, or `acme/friends@2026-1` where
        /// several brands have the program.
        old: String,
        /// The newer terms, in the same way.
        new: String,
        #[command(flatten)]
        shape: Shape,
    },
    /// Puts terms into force from their `effective_from` on.
    Apply {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        shape: Shape,
    },
}
