//! Arguments of `tribute payout`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use tribute_events::{AmbassadorId, BrandId, ProgramId};
use tribute_payouts::PayoutStatus;

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Payout {
    /// Lists what runs decided: amount, state, reason, and what the bank calls it.
    List {
        #[command(flatten)]
        scope: PayoutScope,
        /// Only in this state: proposed, approved, exported, sent, settled, failed, returned, unclaimed, carried, held.
        #[arg(long)]
        status: Option<PayoutStatus>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Shows one payout: rates, earnings in it, its history, and what the ledger booked.
    Show {
        /// The payout.
        payout: String,
        /// Its brand, where several have a payout of that name.
        #[arg(long)]
        brand: Option<String>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Approves proposed payouts.
    Approve {
        /// Who approves.
        #[arg(long)]
        by: String,
        /// The payouts; every proposed one where absent.
        payouts: Vec<String>,
        #[command(flatten)]
        scope: PayoutScope,
        #[command(flatten)]
        shape: Shape,
    },
    /// Holds an ambassador's payouts from now on: runs say so, and take nothing.
    Hold(PayoutHold),
    /// Lets an ambassador's payouts go on.
    Release(PayoutHold),
    /// Writes what may be paid to files for a bank or provider, and marks it as exported.
    ///
    /// Where people are paid comes from the vault. Whoever is not known there, was erased, or is paid in another way is
    /// left out and listed with the reason, and the exit code is 3. The payouts are marked first, then the files get
    /// their names; where that fails, `payout reissue` writes them again.
    Export(PayoutExport),
    /// Writes an exported file again, byte for byte, or not at all.
    Reissue {
        /// The file's SHA-256, or the beginning of it.
        sha256: String,
        /// The brand.
        #[arg(long)]
        brand: BrandId,
        /// The rail's settings, as they were; not needed for csv.
        #[arg(long)]
        settings: Option<PathBuf>,
        /// The file to write; it must not exist.
        #[arg(long)]
        output: PathBuf,
        #[command(flatten)]
        shape: Shape,
    },
}

/// Which payouts.
#[derive(Debug, Args)]
pub(crate) struct PayoutScope {
    /// Only this brand.
    #[arg(long)]
    pub(crate) brand: Option<String>,
    /// Only this program.
    #[arg(long)]
    pub(crate) program: Option<String>,
}

/// A person's word on an ambassador's payouts.
#[derive(Debug, Args)]
pub(crate) struct PayoutHold {
    /// The brand.
    #[arg(long)]
    pub(crate) brand: BrandId,
    /// The program.
    #[arg(long)]
    pub(crate) program: ProgramId,
    /// The ambassador.
    #[arg(long)]
    pub(crate) ambassador: AmbassadorId,
    /// Who decides.
    #[arg(long)]
    pub(crate) by: String,
    /// Why: it goes on the record.
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

/// What to export, and how.
#[derive(Debug, Args)]
pub(crate) struct PayoutExport {
    /// Who takes the files.
    #[arg(long, value_enum, default_value = "csv")]
    pub(crate) rail: Rail,
    /// The rail's settings, a TOML file: who pays, and how much one file holds; not needed for csv.
    #[arg(long, required_if_eq_any([("rail", "sepa"), ("rail", "nacha"), ("rail", "paypal"), ("rail", "wise")]))]
    pub(crate) settings: Option<PathBuf>,
    /// The file to write, which must not exist; a folder for the rails that may need several files.
    #[arg(long)]
    pub(crate) output: PathBuf,
    /// The brand.
    #[arg(long)]
    pub(crate) brand: BrandId,
    /// Only this program.
    #[arg(long)]
    pub(crate) program: Option<String>,
    /// The day on which the bank is asked to pay; the next weekday where absent.
    #[arg(long)]
    pub(crate) date: Option<Date>,
    /// What receivers read.
    #[arg(long, default_value = "")]
    pub(crate) note: String,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

/// Who takes payment files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rail {
    /// A list for whoever pays by hand.
    Csv,
    /// ISO 20022 pain.001, euro within SEPA.
    Sepa,
    /// ACH credits, US dollars.
    Nacha,
    /// PayPal Payouts.
    Paypal,
    /// Wise batch payments.
    Wise,
}

impl Rail {
    /// The rail as it is written.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Sepa => "sepa",
            Self::Nacha => "nacha",
            Self::Paypal => "paypal",
            Self::Wise => "wise",
        }
    }
}
