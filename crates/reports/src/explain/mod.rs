//! One id, down to the events: what happened, who was credited and why, what was booked, what was paid.
//!
//! | id | what it is |
//! | --- | --- |
//! | `1001`, `order:1001` | an order |
//! | `friends/order:1001/ada/ten` | an earning: program, source, ambassador, rule; a `/` within a part is `%2F` |
//! | `po_…`, `payout:po_…` | a payout |
//! | `acme/42` | a transaction of a brand's ledger |
//! | `p1`, `post:p1` | a post |
//! | `c1`, `click:c1` | a click, scan or view |
//! | `friends/quest/ada/1`, `grant:…` | a grant of a mission |
//!
//! [`explain`] returns a [`Story`]: serialised it is for programs, displayed it is for people. An id that more than
//! one thing has is answered with the candidates.

mod click;
mod day;
mod earning;
mod earning_load;
pub(crate) mod event;
mod find;
mod grant;
mod ledger;
mod order;
mod order_facts;
mod order_text;
mod payout;
mod post;
mod words;

use std::fmt;

use serde::Serialize;

pub use click::{Claimed, ClickStory};
pub use day::ClickOfDay;
pub use earning::{EarningStory, EarningView, MovementView, StepView};
pub use event::EventRef;
pub use find::{Candidate, Kind};
pub use grant::GrantStory;
pub use ledger::{EntryView, TransactionStory, TransactionView};
pub use order::{ClaimView, Credit, MomentView, OrderStory, ProgramView, ShareView};
pub use order_facts::FactView;
pub use payout::{HistoryView, PaidEarning, PayoutStory};
pub use post::{PostFactView, PostStory};

use crate::{ReportError, report::Books};

/// What one id stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Story {
    /// An order.
    Order(OrderStory),
    /// An earning.
    Earning(EarningStory),
    /// A payout.
    Payout(PayoutStory),
    /// A transaction of a ledger.
    Transaction(TransactionStory),
    /// A post.
    Post(PostStory),
    /// A click, scan or view.
    Click(ClickStory),
    /// What a mission granted.
    Grant(GrantStory),
}

/// The answer to an id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It stands for this.
    Story(Box<Story>),
    /// It stands for several things: ask for one of these.
    Ambiguous(Vec<Candidate>),
    /// Nothing has this id.
    Unknown {
        /// The id as it was asked for.
        id: String,
    },
}

/// Explains an id, of one brand where one is named.
///
/// # Errors
/// Where the database is away or holds what cannot be read.
pub async fn explain(books: &Books<'_>, id: &str, brand: Option<&str>) -> Result<Answer, ReportError> {
    let mut candidates = find::candidates(books, id, brand).await?;
    let one = match candidates.len() {
        0 => return Ok(Answer::Unknown { id: id.to_owned() }),
        1 => candidates.remove(0),
        _ => return Ok(Answer::Ambiguous(candidates)),
    };
    Ok(Answer::Story(Box::new(tell(books, &one).await?)))
}

/// Explains an id of one kind and brand; nothing where the brand has none such.
///
/// # Errors
/// As for [`explain`].
pub async fn explain_one(
    books: &Books<'_>,
    kind: Kind,
    brand: &str,
    id: &str,
) -> Result<Option<Story>, ReportError> {
    let Some(id) = find::look_up(books.database.connection(), kind, brand, id).await? else {
        return Ok(None);
    };
    Ok(Some(tell(books, &Candidate { brand: brand.to_owned(), kind, id }).await?))
}

async fn tell(books: &Books<'_>, one: &Candidate) -> Result<Story, ReportError> {
    Ok(match &one.kind {
        Kind::Order => Story::Order(order::tell(books, one).await?),
        Kind::Earning => Story::Earning(earning::tell(books, one).await?),
        Kind::Payout => Story::Payout(payout::tell(books, one).await?),
        Kind::Transaction => Story::Transaction(ledger::tell(books, one).await?),
        Kind::Post => Story::Post(post::tell(books, one).await?),
        Kind::Click => Story::Click(click::tell(books, one).await?),
        Kind::Grant => Story::Grant(grant::tell(books, one).await?),
    })
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order(story) => story.fmt(f),
            Self::Earning(story) => story.fmt(f),
            Self::Payout(story) => story.fmt(f),
            Self::Transaction(story) => story.fmt(f),
            Self::Post(story) => story.fmt(f),
            Self::Click(story) => story.fmt(f),
            Self::Grant(story) => story.fmt(f),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Story(story) => story.fmt(f),
            Self::Ambiguous(candidates) => {
                writeln!(f, "several things have this id; ask for one of them, and name its brand:")?;
                candidates.iter().try_for_each(|candidate| writeln!(f, "  {candidate}"))
            }
            Self::Unknown { id } => write!(
                f,
                "nothing has the id `{id}`: no order, earning (program/source/ambassador/rule), payout, ledger \
                 transaction (brand/number), post, click or grant"
            ),
        }
    }
}
