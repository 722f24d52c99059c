//! Arguments of what only looks.

use clap::{Args, ValueEnum};
use tribute_events::Timestamp;

use super::{DocumentFormat, Shape, document_format};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    Balances,
    Earnings,
    Conversions,
    Payouts,
    Rewards,
    Shipments,
    Fraud,
    Leaderboard,
    Funnel,
    /// Every post with its review, what discloses it, and its usage rights.
    Posts,
    /// Posts that wait for a review.
    Reviews,
    /// Posts that the brand may use, and until when.
    Rights,
    /// Who posts for a program without being in it.
    Outsiders,
    /// Who owes how many posts of a campaign.
    Deliverables,
    /// Who stands where, since when, and why.
    Standings,
    Summary,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// What to show.
    pub(crate) subject: Subject,
    /// Only this brand.
    #[arg(long)]
    pub(crate) brand: Option<String>,
    /// Only this program.
    #[arg(long)]
    pub(crate) program: Option<String>,
    /// Only this ambassador.
    #[arg(long)]
    pub(crate) ambassador: Option<String>,
    /// Only from this instant on. Balances have none: they are the sum of all that took effect.
    #[arg(long)]
    pub(crate) from: Option<Timestamp>,
    /// Only before this instant. Balances are as of it: the fold of the ledger's entries that took effect by then, that very
    /// instant included, as it is known now; perks are left out.
    #[arg(long)]
    pub(crate) to: Option<Timestamp>,
    /// A live board as of this instant.
    #[arg(long)]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// An order, an earning (program/source/ambassador/rule), a payout (po_…), a ledger transaction (brand/number), a
    /// post, a click or a grant.
    pub(crate) id: String,
    /// Only this brand.
    #[arg(long)]
    pub(crate) brand: Option<String>,
    /// For people (table) or for programs (json). It is a document and has no rows for a CSV.
    #[arg(long, default_value = "table", value_parser = document_format)]
    pub(crate) format: DocumentFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Rebuilds everything from the log and compares it byte for byte.
    #[arg(long)]
    pub(crate) replay: bool,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// The AsyncAPI document instead of the schemas.
    #[arg(long)]
    pub(crate) asyncapi: bool,
    /// The schema of terms files instead.
    #[arg(long, conflicts_with = "asyncapi")]
    pub(crate) terms: bool,
}
