//! Arguments of `tribute reconcile`.

use std::path::PathBuf;

use clap::Args;
use tribute_events::{BrandId, ProgramId};

use super::Shape;

#[derive(Debug, Args)]
pub(crate) struct Reconcile {
    /// What the bank or provider sent.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The brand whose account it is about.
    #[arg(long)]
    pub(crate) brand: BrandId,
    /// What the columns of a list are, a TOML file.
    #[arg(long)]
    pub(crate) mapping: Option<PathBuf>,
    /// A row, as it was listed, that a person accepts; it may be given more than once.
    #[arg(long, value_name = "ROW", requires = "by")]
    pub(crate) accept: Vec<String>,
    /// A row of money that moved without a payout which a person says is the bank's charge, or one of another amount than
    /// the payout's, which is accepted with the rest as the bank's charge; it may be given more than once.
    #[arg(long, value_name = "ROW", requires = "by")]
    pub(crate) charge: Vec<String>,
    /// A row of money that moved without a payout which a person says paid withheld tax to the tax authority; it may be
    /// given more than once.
    #[arg(long, value_name = "ROW", requires = "by")]
    pub(crate) tax: Vec<String>,
    /// The program that charges and tax are booked on, where several are there and no payout says so.
    #[arg(long)]
    pub(crate) program: Option<ProgramId>,
    /// Who accepts; it goes on the record.
    #[arg(long)]
    pub(crate) by: Option<String>,
    /// The account is another brand's too: its statements are read for each of them.
    #[arg(long)]
    pub(crate) shared_account: bool,
    /// Tells of each row what it rests on and what it books.
    #[arg(long)]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) shape: Shape,
}
