//! Arguments of `tribute adjustment`.

use clap::{Args, Subcommand};
use jiff::civil::Date;
use tribute_events::{AdjustmentId, BrandId, ProgramId};
use tribute_ledger::Account;
use tribute_money::{Asset, Millionths};

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Adjustment {
    /// Proposes a correction of the books: one account is debited, another credited. Nothing is booked yet.
    Propose(Proposed),
    /// Has it booked. Who proposed it may not.
    Approve {
        #[command(flatten)]
        which: WhichAdjustment,
        #[command(flatten)]
        shape: Shape,
    },
    /// Refuses it: it is not booked.
    Refuse {
        #[command(flatten)]
        which: WhichAdjustment,
        /// Why: it goes on the record.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        shape: Shape,
    },
    /// Lists adjustments, with who proposed and who decided.
    List {
        /// The brand.
        #[arg(long)]
        brand: BrandId,
        #[command(flatten)]
        shape: Shape,
    },
}

/// A correction.
#[derive(Debug, Args)]
pub(crate) struct Proposed {
    /// Its id, which nothing else of the brand has.
    pub(crate) adjustment: AdjustmentId,
    /// The brand.
    #[arg(long)]
    pub(crate) brand: BrandId,
    /// The program that it is booked on.
    #[arg(long)]
    pub(crate) program: ProgramId,
    /// The account that is debited: expense:…, cash, fx, write_off, ambassador:ID:available.
    #[arg(long)]
    pub(crate) debit: Account,
    /// The account that is credited: what an ambassador gets is credited to ambassador:ID:available.
    #[arg(long)]
    pub(crate) credit: Account,
    /// How much, such as 12.50.
    #[arg(long)]
    pub(crate) amount: Millionths,
    /// In which currency.
    #[arg(long)]
    pub(crate) currency: Asset,
    /// The day of UTC that it is booked on; today where absent. One in a closed month is booked on the first day after it.
    #[arg(long)]
    pub(crate) on: Option<Date>,
    /// Who proposes it.
    #[arg(long)]
    pub(crate) by: String,
    /// Why: it goes on the record.
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

/// Which correction, and who decides.
#[derive(Debug, Args)]
pub(crate) struct WhichAdjustment {
    /// The adjustment.
    pub(crate) adjustment: AdjustmentId,
    /// The brand.
    #[arg(long)]
    pub(crate) brand: BrandId,
    /// Who decides.
    #[arg(long)]
    pub(crate) by: String,
}
