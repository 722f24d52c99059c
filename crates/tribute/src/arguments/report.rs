//! Arguments of what only looks.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tribute_events::{Month, Timestamp};
use tribute_ledger::Anchor;

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
    /// From reach to clicks, orders, revenue, cost and return, the best first.
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
    /// What is owed to ambassadors, by program: pending, available, in transit; tokens; perks at fair value.
    Liabilities,
    /// How many days ago what is available cleared, first in, first out.
    Ageing,
    /// What was earned, taken back, cleared and paid in each month.
    Accruals,
    /// What everybody got in a year, for tax forms: cash that arrived, perks at fair value, whether a form is due.
    Tax,
    /// A month of a brand: the books, the bank and the payouts side by side, each cent of a difference named.
    MonthEnd,
    Summary,
}

/// What a row of the funnel is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    Post,
    Ambassador,
    Campaign,
    /// By followers when it happened.
    Tier,
    /// Kind of content.
    Kind,
}

/// Whose rules a tax report follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Regime {
    /// Forms of the United States, by thresholds; where none is named.
    Us,
    /// The European Union's report of platforms on their sellers: paid, activities and withheld by quarter, and what of a
    /// seller is not known that it asks for.
    Dac7,
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
    /// A live board, liabilities or their ageing as of this instant.
    #[arg(long)]
    pub(crate) at: Option<Timestamp>,
    /// What a row of the funnel is of; an ambassador where absent.
    #[arg(long)]
    pub(crate) by: Option<By>,
    /// Only so many rows of the funnel for each program and currency, the best; totals are of all.
    #[arg(long)]
    pub(crate) limit: Option<usize>,
    /// The month of the report month-end, in UTC, such as 2026-10.
    #[arg(long)]
    pub(crate) month: Option<Month>,
    /// The year of the tax totals, in UTC.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1970..=9998))]
    pub(crate) year: Option<u16>,
    /// For whom the tax totals are.
    #[arg(long, value_enum)]
    pub(crate) regime: Option<Regime>,
    /// Thresholds and rates of the tax totals in place of those that come with Tribute.
    #[arg(long, value_name = "FILE")]
    pub(crate) thresholds: Option<PathBuf>,
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
    /// A head that a statement, an export or an earlier `verify` printed, as NUMBER:HASH or HASH: whether it lies on the
    /// chain as it is now, and where. It may be given more than once.
    #[arg(long, value_name = "ANCHOR")]
    pub(crate) anchor: Vec<Anchor>,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// The AsyncAPI document instead of the schemas.
    #[arg(long)]
    pub(crate) asyncapi: bool,
    /// The OpenAPI document of the API over HTTP instead.
    #[arg(long, conflicts_with = "asyncapi")]
    pub(crate) openapi: bool,
    /// The schema of terms files instead.
    #[arg(long, conflicts_with_all = ["asyncapi", "openapi"])]
    pub(crate) terms: bool,
}
