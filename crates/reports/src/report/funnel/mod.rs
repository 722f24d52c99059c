//! From reach to return: what content brought, and what it cost.
//!
//! * [`row`](FunnelRow): one row, and the ratios that it states.
//! * `place`: to which post, ambassador, campaign, tier or kind of content something belongs.
//! * `gather`, `orders`: read posts, touches and perks; orders and earnings. `claims`: what brought an order.
//! * `won`: which posts completed the rounds of missions that gave perks and money.
//! * `tally`: adds them up and ranks them.

mod claims;
mod gather;
mod orders;
mod place;
mod row;
mod tally;
mod won;

pub use row::{FunnelLine, FunnelRow};

use super::{Books, Filter, Record as _, Report, Sink};
use crate::{Column, ReportError};

/// From reach to interactions, clicks, orders, net revenue, cost and return, the best first.
///
/// A program has rows for each currency, in this order: its parts by net revenue, the highest first, then by clicks,
/// interactions, reach (the highest first) and name; what belongs to no part; the total. Amounts of different
/// currencies are never added. Posts, interactions, reach and clicks stand in the row of the program's currency.
///
/// | part | a click | an order, and the commission for it | another earning, a perk |
/// | --- | --- | --- | --- |
/// | post | its own | that of the touch, or the post, that was credited | that of the post which it is a fee for, or which won it |
/// | ambassador | whose it is | who is credited; who earns | whose it is |
/// | campaign | its own, else its post's | that of the touch, else of its post | of the post which it is a fee for, or which won it |
/// | tier | of whose it is, by their followers then | of who is credited, by their followers then | of whose it is, by their followers then; of a post by its own |
/// | kind | its post's | its post's | of the post which it is a fee for, or which won it |
///
/// An order that several touches of one ambassador brought is split by their weights, largest remainder first; one by a
/// code, a subscription or a person's decision came by no post. What a mission gives was won by the post whose being
/// published, approved, measured or announced completed the round; what an order, a recruit, a rank, a bonus or a
/// shipment brought came by no post, A post of several campaigns counts for the one that
/// began last (then the first by id). A post of another program is no post of this one. Orders count in each part that
/// has a share in them and once in the total; every other figure adds up to it. Clicks count whether or not a
/// verdict found them invalid. Clicks and views of nobody's count for the program that they name, else for their
/// post's, else for the brand's only one.
///
/// Rows are kept until the end, since they are ranked: as many as there are parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Funnel {
    /// What a row is of.
    pub by: FunnelBy,
    /// Only so many parts of each program and currency, the best; all where absent. Totals are of all.
    pub limit: Option<usize>,
}

impl Funnel {
    /// All parts of one kind.
    #[must_use]
    pub const fn by(by: FunnelBy) -> Self {
        Self { by, limit: None }
    }
}

/// What a row of the funnel is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FunnelBy {
    /// A post.
    Post,
    /// An ambassador.
    Ambassador,
    /// A campaign.
    Campaign,
    /// A tier by followers, as the first board by tiers in the terms has them; else nano, micro, macro.
    Tier,
    /// A kind of content.
    Kind,
}

impl FunnelBy {
    /// Its name, and that of its column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Ambassador => "ambassador",
            Self::Campaign => "campaign",
            Self::Tier => "tier",
            Self::Kind => "kind",
        }
    }

    /// Whether orders belong to a part by the content that brought them.
    const fn is_of_content(self) -> bool {
        matches!(self, Self::Post | Self::Campaign | Self::Kind)
    }
}

impl Report for Funnel {
    type Row = FunnelRow;

    fn columns(&self) -> Vec<Column> {
        let named =
            |column: Column| if column.name == "part" { Column::left(self.by.as_str()) } else { column };
        let columns = FunnelRow::columns().into_iter();
        columns.filter(|it| it.name != "author" || self.by == FunnelBy::Post).map(named).collect()
    }

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, FunnelRow>,
    ) -> Result<(), ReportError> {
        let (places, tally) = gather::gather(self.by, books, filter).await?;
        tally.each(self.limit, &mut |group, line, part, sums| {
            let author = places.author(group, part).filter(|_| self.by == FunnelBy::Post);
            sink(FunnelRow::of(group, self.by, line, (part, author), sums)?)
        })
    }
}
