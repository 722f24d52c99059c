//! Arguments of `tribute post`.

use clap::{Args, Subcommand, ValueEnum};
use tribute_events::Timestamp;

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Post {
    /// Puts a review on record; `tribute report reviews` lists what waits for one.
    Review(Review),
}

#[derive(Debug, Args)]
pub(crate) struct Review {
    /// The posts.
    #[arg(required = true)]
    pub(crate) posts: Vec<String>,
    /// The brand.
    #[arg(long)]
    pub(crate) brand: String,
    /// What was found.
    #[arg(long, value_enum)]
    pub(crate) verdict: Verdict,
    /// Who looked.
    #[arg(long)]
    pub(crate) by: String,
    /// Why; a rejection needs one.
    #[arg(long, required_if_eq("verdict", "rejected"))]
    pub(crate) reason: Option<String>,
    /// Until when the brand may use the posts, such as 2026-12-31T00:00:00Z.
    #[arg(long, value_name = "INSTANT")]
    pub(crate) usage_rights_until: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Verdict {
    /// It may stand and earns.
    Approved,
    /// It does not earn.
    Rejected,
}

impl Verdict {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}
