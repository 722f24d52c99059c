//! Arguments of `tribute statement`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tribute_events::{AmbassadorId, BrandId, ProgramId};
use tribute_reports::statement::Month;

/// What a statement looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatementShape {
    /// For the terminal.
    Table,
    /// One page that stands for itself, to be sent or printed.
    Html,
    /// An A4 document.
    Pdf,
    /// A row for each line.
    Csv,
    /// Everything, for programs.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Statement {
    /// The brand.
    #[arg(long)]
    pub(crate) brand: BrandId,
    /// The ambassador.
    #[arg(long)]
    pub(crate) ambassador: AmbassadorId,
    /// Only this program.
    #[arg(long)]
    pub(crate) program: Option<ProgramId>,
    /// The month in UTC, such as 2026-03.
    #[arg(long)]
    pub(crate) month: Month,
    /// What it looks like.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: StatementShape,
    /// The file to write, which must not exist; standard output where absent.
    #[arg(long)]
    pub(crate) output: Option<PathBuf>,
}
