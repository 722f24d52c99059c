//! Arguments of `tribute period`.

use clap::Subcommand;
use tribute_events::{BrandId, Month};

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Period {
    /// Closes a month of UTC, and with it everything before: nothing is booked into it any more.
    ///
    /// What took effect in it and comes later, such as a refund, is booked on the first instant after it and keeps its own
    /// time beside. A month closes only after the clock has passed it, and while nothing of it waits in the quarantine, no
    /// adjustment of it waits for a decision, no batch waits to be booked, and `verify` finds nothing. Payouts that are not
    /// settled, entries of the bank that nothing explains, and claims may stay open: they are named. A month that is closed
    /// is never opened again; `tribute adjustment` corrects what is wrong.
    Close {
        /// The brand.
        #[arg(long)]
        brand: BrandId,
        /// The month, such as 2026-10.
        #[arg(long)]
        month: Month,
        /// Who closes it.
        #[arg(long)]
        by: String,
        #[command(flatten)]
        shape: Shape,
    },
    /// Lists the months that are closed, each with the anchor of its books.
    List {
        /// The brand.
        #[arg(long)]
        brand: BrandId,
        #[command(flatten)]
        shape: Shape,
    },
}
