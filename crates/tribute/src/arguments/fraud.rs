//! Arguments of `tribute fraud`.

use clap::{Args, Subcommand};

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Fraud {
    /// Releases findings: what they alone hold clears with the next tick of the clock.
    Release(Decision),
    /// Confirms findings: what they hold stays held. A verdict, `tribute ambassador judge`, takes it away.
    Confirm(Decision),
}

/// A person's decision on findings.
#[derive(Debug, Args)]
pub(crate) struct Decision {
    /// The findings, as `tribute report fraud` names them.
    #[arg(required = true)]
    pub(crate) findings: Vec<String>,
    /// Who decides.
    #[arg(long)]
    pub(crate) by: String,
    /// Why: it goes on the record.
    #[arg(long)]
    pub(crate) reason: String,
    /// The brand, where several have a finding of that name.
    #[arg(long)]
    pub(crate) brand: Option<String>,
    /// The program, where several have a finding of that name.
    #[arg(long)]
    pub(crate) program: Option<String>,
    #[command(flatten)]
    pub(crate) shape: Shape,
}
