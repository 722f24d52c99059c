//! Arguments of `tribute payout`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use tribute_events::{AmbassadorId, BrandId, PayoutMethod, ProgramId, Timestamp};
use tribute_payouts::PayoutStatus;

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Payout {
    /// Lists what runs decided: amount, state, reason, and what the bank calls it.
    List {
        #[command(flatten)]
        scope: PayoutScope,
        /// Only in this state: proposed, approved, exported, sent, settled, failed, returned, unclaimed, cancelled, carried,
        /// held.
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
    /// Runs a program's payouts now: what has cleared up to the cut-off is proposed, carried or held.
    ///
    /// The same run started twice pays once. Whoever starts it approves none of its payouts.
    Run(PayoutRun),
    /// Approves proposed payouts, and says what they come to and what is left out of their runs.
    ///
    /// Whoever asked for a run or entered how its ambassador is paid may not. Where the terms ask for two people, the
    /// payout is approved once the second has.
    Approve {
        /// Who approves.
        #[arg(long)]
        by: String,
        /// The payouts; every proposed one where absent.
        payouts: Vec<String>,
        /// Only says what would be approved.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        scope: PayoutScope,
        #[command(flatten)]
        shape: Shape,
    },
    /// Holds an ambassador's payouts from now on: runs say so, and take nothing.
    Hold(PayoutHold),
    /// Lets an ambassador's payouts go on.
    Release(PayoutHold),
    /// Calls payouts off that the bank does not have: their money is available again, and the next run takes it up.
    Cancel(PayoutCancel),
    /// Says how an ambassador is paid from now on, in every program of the brand. Where to lies in the vault: bring it in
    /// with `tribute person import`, which says so by itself.
    Method {
        /// The brand.
        #[arg(long)]
        brand: BrandId,
        /// The ambassador.
        #[arg(long)]
        ambassador: AmbassadorId,
        /// sepa, ach, paypal, wise, store_credit or gift_card.
        #[arg(long)]
        method: PayoutMethod,
        /// Who enters it. They approve none of the ambassador's payouts.
        #[arg(long)]
        by: String,
        #[command(flatten)]
        shape: Shape,
    },
    /// Writes what may be paid to files for a bank or provider, and marks it as exported.
    ///
    /// Where people are paid comes from the vault. Whoever is not known there, was erased, or is paid in another way is
    /// left out and listed with the reason, and the exit code is 3. Store credit and gift cards count as arrived once
    /// their list is written: nobody else will say so. The payouts are marked first, then the files get
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

/// A run that a person asks for.
#[derive(Debug, Args)]
pub(crate) struct PayoutRun {
    /// The brand.
    #[arg(long)]
    pub(crate) brand: BrandId,
    /// The program.
    #[arg(long)]
    pub(crate) program: ProgramId,
    /// What had cleared by this instant is paid; the clock's where absent. It may not lie beyond the clock, nor before the
    /// program's last run.
    #[arg(long)]
    pub(crate) cut_off: Option<Timestamp>,
    /// Who asks for it.
    #[arg(long, required_unless_present = "dry_run")]
    pub(crate) by: Option<String>,
    /// Only says what would be proposed: totals, and what is carried or held and why.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

/// Payouts that are called off.
#[derive(Debug, Args)]
pub(crate) struct PayoutCancel {
    /// The payouts.
    #[arg(required = true)]
    pub(crate) payouts: Vec<String>,
    /// The brand.
    #[arg(long)]
    pub(crate) brand: BrandId,
    /// Who cancels.
    #[arg(long)]
    pub(crate) by: String,
    /// Why: it goes on the record.
    #[arg(long)]
    pub(crate) reason: String,
    /// The file that they were exported in never went to the bank, or was taken back from it.
    #[arg(long)]
    pub(crate) file_withdrawn: bool,
    #[command(flatten)]
    pub(crate) shape: Shape,
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
    /// A list for whoever pays by hand, of everybody who is paid money.
    Csv,
    /// ISO 20022 pain.001, euro within SEPA.
    Sepa,
    /// ACH credits, US dollars.
    Nacha,
    /// PayPal Payouts.
    Paypal,
    /// Wise batch payments.
    Wise,
    /// A list of credit for the brand's shop to give.
    #[value(name = "store_credit")]
    StoreCredit,
    /// A list of gift cards for the brand to hand over.
    #[value(name = "gift_card")]
    GiftCard,
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
            Self::StoreCredit => "store_credit",
            Self::GiftCard => "gift_card",
        }
    }

    /// Whether it is one list, of which nothing lies in the vault.
    pub(crate) const fn is_list(self) -> bool {
        matches!(self, Self::Csv | Self::StoreCredit | Self::GiftCard)
    }

    /// Whether it takes a payout that is to be paid in this way; where no way is known any that pays money may take it.
    pub(crate) fn takes(self, method: Option<PayoutMethod>) -> bool {
        match method {
            None => !matches!(self, Self::StoreCredit | Self::GiftCard),
            Some(PayoutMethod::Sepa) => matches!(self, Self::Csv | Self::Sepa),
            Some(PayoutMethod::Ach) => matches!(self, Self::Csv | Self::Nacha),
            Some(PayoutMethod::Paypal) => matches!(self, Self::Csv | Self::Paypal),
            Some(PayoutMethod::Wise) => matches!(self, Self::Csv | Self::Wise),
            Some(PayoutMethod::StoreCredit) => self == Self::StoreCredit,
            Some(PayoutMethod::GiftCard) => self == Self::GiftCard,
        }
    }
}
