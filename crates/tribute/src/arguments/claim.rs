//! Arguments of `tribute claim`.

use clap::{Args, Subcommand};
use tribute_events::{AmbassadorId, BrandId, ClaimId, EventId, OrderId, ProgramId};

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Claim {
    /// Opens a case: an ambassador says that a sale of theirs is missing.
    Open {
        /// Its id, which nothing else of the brand has.
        claim: ClaimId,
        /// The brand.
        #[arg(long)]
        brand: BrandId,
        /// The program.
        #[arg(long)]
        program: ProgramId,
        /// Who claims.
        #[arg(long)]
        ambassador: AmbassadorId,
        /// The order that they claim.
        #[arg(long)]
        order: OrderId,
        /// What they say of it; no names and addresses: it stays.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        shape: Shape,
    },
    /// Adds what speaks for or against it.
    Evidence {
        #[command(flatten)]
        which: WhichClaim,
        /// What it is: the number of a ticket, where it can be read.
        evidence: String,
        #[command(flatten)]
        shape: Shape,
    },
    /// Accepts it: the order is credited to them by an override, or where the order is not known, comes in by itself.
    ///
    /// An amount is never entered by hand: the terms say what the order earns.
    Accept {
        #[command(flatten)]
        which: WhichClaim,
        /// The id of the sale event that will bring the order in, where nobody knows the order yet.
        #[arg(long, value_name = "EVENT")]
        sale: Option<EventId>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Refuses it.
    Refuse {
        #[command(flatten)]
        which: WhichClaim,
        /// Why: the ambassador may ask.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        shape: Shape,
    },
    /// Lists claims.
    List {
        /// The brand.
        #[arg(long)]
        brand: BrandId,
        #[command(flatten)]
        shape: Shape,
    },
    /// Shows a claim with everything that was said of it.
    Show {
        /// The claim.
        claim: ClaimId,
        /// The brand.
        #[arg(long)]
        brand: BrandId,
        #[command(flatten)]
        shape: Shape,
    },
}

/// Which claim, and who says something of it.
#[derive(Debug, Args)]
pub(crate) struct WhichClaim {
    /// The claim.
    pub(crate) claim: ClaimId,
    /// The brand.
    #[arg(long)]
    pub(crate) brand: BrandId,
    /// Who says it.
    #[arg(long)]
    pub(crate) by: String,
}
