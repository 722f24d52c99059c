use schemars::JsonSchema;
use serde::Serialize;

use super::{
    FunnelBy,
    tally::{Group, Sums},
};
use crate::{
    Cell, Column, ReportError,
    report::{Amount, Record, money, posts::rate},
};

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FunnelLine {
    /// One post, ambassador, campaign, tier or kind.
    Part,
    /// What belongs to none of them.
    None,
    /// All of a program in one currency.
    Total,
}

impl FunnelLine {
    /// As the column `line` has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Part => "part",
            Self::None => "none",
            Self::Total => "total",
        }
    }
}

/// What a part of a program brought and cost, in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FunnelRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// What the row is of.
    #[serde(skip)]
    pub by: FunnelBy,
    /// Whether it is one part, the rest, or the total.
    pub line: FunnelLine,
    /// The post, ambassador, campaign, tier or kind; absent for the rest and the total.
    pub part: Option<String>,
    /// Who published it, of a post that is known.
    pub author: Option<String>,
    /// Posts published by ambassadors of the program.
    pub posts: u64,
    /// Views or impressions: of a post with measured views these, by the last count; else the views that touches tell of.
    pub reach: u64,
    /// Where the reach is known from: `measured`, `tracked`, or both; absent where there is none.
    pub reach_source: Option<String>,
    /// Reactions, comments, shares and saves of the posts, by their last counts.
    pub interactions: u64,
    /// Interactions ÷ measured views, of the posts with measured views, in percent with two decimals, half up.
    pub engagement_rate: Option<String>,
    /// Clicks and scans.
    pub clicks: u64,
    /// Orders credited, in part or in full.
    pub orders: u64,
    /// The credited part of their net.
    pub net_revenue: Amount,
    /// Fees: for posts, workshops and the like.
    pub fees: Amount,
    /// Commission, and the recruiters' shares in it.
    pub commission: Amount,
    /// Other money: bonuses, prizes, guarantees, rewards for referrals. Tokens are not money and are left out.
    pub rewards: Amount,
    /// The fair value of perks that are reserved or delivered, shipments among them.
    pub perk_value: Amount,
    /// Units of such perks whose fair value nobody stated: the cost lacks them.
    pub perks_without_value: u64,
    /// Fees, commission, rewards and perks.
    pub cost: Amount,
    /// Net revenue for each unit of cost, with two decimals, half up; absent where it cost nothing.
    pub return_on_cost: Option<String>,
    /// The cost in percent of net revenue, with two decimals, half up; absent without net revenue.
    pub cost_share: Option<String>,
    /// What the posts' interactions would have cost as advertising, by the table of the terms in force when they were
    /// published; an estimate. Absent where there is no table in this currency, or no post is measured.
    pub earned_media_value: Option<Amount>,
    /// The versions of the tables: two figures compare only where they are the same.
    pub media_value_version: Option<String>,
}

impl FunnelRow {
    pub(super) fn of(
        (brand, program, currency): &Group,
        by: FunnelBy,
        line: FunnelLine,
        (part, author): (Option<&str>, Option<&str>),
        sums: &Sums,
    ) -> Result<Self, ReportError> {
        let amount = |millionths: i128| {
            let overflow = |_| ReportError::stored("funnel", program, &"a sum does not fit 64 bits");
            Amount::millionths("funnel", i64::try_from(millionths).map_err(overflow)?, currency)
        };
        let cost = sums.cost();
        let versions: Vec<&str> = sums.media_value_versions.iter().map(|it| it.as_str()).collect();
        Ok(Self {
            brand: brand.clone(),
            program: program.clone(),
            by,
            line,
            part: part.map(str::to_owned),
            author: author.map(str::to_owned),
            posts: sums.posts,
            reach: sums.reach(),
            reach_source: reach_source(sums),
            interactions: sums.interactions,
            engagement_rate: rate(sums.interactions_of_measured.into(), sums.measured_views.into()),
            clicks: sums.clicks,
            orders: sums.orders,
            net_revenue: amount(sums.net_revenue)?,
            fees: amount(sums.fees)?,
            commission: amount(sums.commission)?,
            rewards: amount(sums.rewards)?,
            perk_value: amount(sums.perk_value)?,
            perks_without_value: sums.perks_without_value,
            cost: amount(cost)?,
            return_on_cost: return_on_cost(sums.net_revenue, cost),
            cost_share: rate(cost, sums.net_revenue),
            earned_media_value: (!versions.is_empty()).then(|| amount(sums.media_value)).transpose()?,
            media_value_version: (!versions.is_empty()).then(|| versions.join(", ")),
        })
    }
}

fn reach_source(sums: &Sums) -> Option<String> {
    let known = [(sums.measured_views, "measured"), (sums.tracked_views, "tracked")];
    let named: Vec<&str> = known.into_iter().filter(|(count, _)| *count > 0).map(|(_, name)| name).collect();
    (!named.is_empty()).then(|| named.join(", "))
}

/// With two decimals, half up; a loss returns nothing.
fn return_on_cost(net_revenue: i128, cost: i128) -> Option<String> {
    let doubled = cost.checked_mul(2).filter(|cost| *cost > 0)?;
    let hundredths = net_revenue.max(0).checked_mul(200)?.checked_add(cost)?.checked_div(doubled)?;
    Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

impl Record for FunnelRow {
    fn columns() -> Vec<Column> {
        let mut columns: Vec<_> = ["brand", "program"].map(Column::left).into();
        columns.extend([Column::for_programs("line"), Column::left("part"), Column::left("author")]);
        columns.extend([Column::right("posts"), Column::right("reach"), Column::left("reach_source")]);
        let figures = [
            "interactions",
            "engagement_rate",
            "clicks",
            "orders",
            "net_revenue",
            "fees",
            "commission",
            "rewards",
            "perk_value",
            "perks_without_value",
            "cost",
        ];
        columns.extend(figures.map(Column::right));
        columns.push(Column::for_programs("currency"));
        columns.extend(["return_on_cost", "cost_share", "earned_media_value"].map(Column::right));
        columns.push(Column::left("media_value_version"));
        columns
    }

    fn cells(&self) -> Vec<Cell> {
        let total = (self.line == FunnelLine::Total).then_some("total");
        let mut cells = vec![Cell::text(self.brand.as_str()), Cell::text(self.program.as_str())];
        cells.extend([Cell::text(self.line.as_str()), Cell::maybe(self.part.as_deref().or(total))]);
        if self.by == FunnelBy::Post {
            cells.push(Cell::maybe(self.author.as_deref()));
        }
        cells.extend([self.posts, self.reach].map(Cell::count));
        cells.push(Cell::maybe(self.reach_source.as_deref()));
        cells.extend([Cell::count(self.interactions), Cell::maybe(self.engagement_rate.as_deref())]);
        cells.extend([self.clicks, self.orders].map(Cell::count));
        let amounts = [&self.net_revenue, &self.fees, &self.commission, &self.rewards, &self.perk_value];
        cells.extend(amounts.map(Amount::cell));
        cells.push(Cell::count(self.perks_without_value));
        cells.extend(money::cells(Some(&self.cost)));
        cells.extend([&self.return_on_cost, &self.cost_share].map(|it| Cell::maybe(it.as_deref())));
        cells.push(self.earned_media_value.as_ref().map_or(Cell::Nothing, Amount::cell));
        cells.push(Cell::maybe(self.media_value_version.as_deref()));
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::return_on_cost;

    #[test]
    fn return_is_revenue_by_cost() {
        assert_eq!(return_on_cost(100_000_000, 10_000_000).as_deref(), Some("10.00"));
        assert_eq!(return_on_cost(100_000_000, 3_000_000).as_deref(), Some("33.33"));
        assert_eq!(return_on_cost(100_000_000, 6_000_000).as_deref(), Some("16.67"));
        assert_eq!(return_on_cost(-5, 6_000_000).as_deref(), Some("0.00"));
        assert_eq!(return_on_cost(100_000_000, 0), None);
    }
}
