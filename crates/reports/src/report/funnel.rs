use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_commission::PostFacts;
use tribute_events::{AmbassadorId, BrandId, LinkId, ProgramId, Timestamp};
use tribute_terms::View;

use super::{Amount, Books, Filter, Record, Report, Sink, money, rewards::currency};
use crate::{
    Cell, Column, ReportError, error,
    query::{Query, Source},
};

/// From posts and clicks to orders, revenue and cost.
///
/// Posts, interactions, views and clicks stand in the row of the program's currency; another currency has a row
/// where orders or earnings are counted in it. Clicks count whether or not a verdict found them invalid.
#[derive(Debug, Clone, Copy)]
pub struct Funnel;

/// What one ambassador brought a program and cost it, in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunnelRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// The ambassador.
    pub ambassador: String,
    /// Posts published.
    pub posts: u64,
    /// Reactions, comments, shares and saves of these posts, by their last counts.
    pub interactions: u64,
    /// Views told by touches.
    pub views: u64,
    /// Clicks and scans.
    pub clicks: u64,
    /// Orders credited, in part or in full.
    pub orders: u64,
    /// The ambassador's part of their net.
    pub net_revenue: Amount,
    /// What they earned.
    pub cost: Amount,
    /// Net revenue for each unit of cost, with two decimals; absent where it cost nothing.
    pub return_on_cost: Option<String>,
}

impl Record for FunnelRow {
    fn columns() -> Vec<Column> {
        let mut columns = vec![Column::left("brand"), Column::left("program"), Column::left("ambassador")];
        columns.extend(["posts", "interactions", "views", "clicks", "orders"].map(Column::right));
        columns.extend([
            Column::right("net_revenue"),
            Column::right("cost"),
            Column::for_programs("currency"),
        ]);
        columns.push(Column::right("return_on_cost"));
        columns
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells = vec![
            Cell::text(self.brand.as_str()),
            Cell::text(self.program.as_str()),
            Cell::text(self.ambassador.as_str()),
        ];
        let counts = [self.posts, self.interactions, self.views, self.clicks, self.orders];
        cells.extend(counts.map(Cell::count));
        cells.push(self.net_revenue.cell());
        cells.extend(money::cells(Some(&self.cost)));
        cells.push(Cell::maybe(self.return_on_cost.as_deref()));
        cells
    }
}

/// Brand, program, ambassador, currency.
type Key = (String, String, String, String);

#[derive(Default)]
struct Sums {
    posts: u64,
    interactions: u64,
    views: u64,
    clicks: u64,
    orders: u64,
    net_revenue: i64,
    cost: i64,
}

#[derive(FromQueryResult)]
struct Post {
    brand: String,
    post_id: String,
    program: String,
    author: String,
    facts: String,
}

#[derive(FromQueryResult)]
struct Touches {
    brand: String,
    program: Option<String>,
    ambassador: Option<String>,
    link: Option<String>,
    kind: String,
    count: i64,
}

#[derive(FromQueryResult)]
struct Total {
    brand: String,
    program: String,
    ambassador: String,
    asset: String,
    count: i64,
    total: i64,
}

impl Report for Funnel {
    type Row = FunnelRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, FunnelRow>,
    ) -> Result<(), ReportError> {
        let source = books.database.connection();
        let mut counts = Counts { books, filter, sums: BTreeMap::new() };
        counts.posts(source).await?;
        counts.touches(source).await?;
        counts.orders(source).await?;
        counts.earnings(source).await?;
        counts.sums.into_iter().try_for_each(|(key, sums)| sink(row_of(key, &sums)?))
    }
}

struct Counts<'a> {
    books: &'a Books<'a>,
    filter: &'a Filter,
    sums: BTreeMap<Key, Sums>,
}

impl Counts<'_> {
    fn sums(&mut self, brand: &str, program: &str, ambassador: &str) -> Option<&mut Sums> {
        let wanted = self.filter.ambassador.as_deref().is_none_or(|it| it == ambassador);
        if !wanted || !self.filter.admits(brand, program) {
            return None;
        }
        let currency = currency(self.books.registry, brand, program, Timestamp::MAX)?;
        let key = (brand.to_owned(), program.to_owned(), ambassador.to_owned(), currency);
        Some(self.sums.entry(key).or_default())
    }

    async fn posts(&mut self, source: &impl Source) -> Result<(), ReportError> {
        let mut query = Query::new(
            "post",
            "SELECT brand, post_id, program, author, facts FROM post WHERE at IS NOT NULL",
        );
        self.filter.narrow(&mut query, ["brand", "program", "author"]);
        self.filter.during(&mut query, "at");
        query
            .each(source, |row: Post| {
                let facts: PostFacts = error::json("post", &row.post_id, &row.facts)?;
                // An outsider's post is collected, but nobody's funnel.
                let program = self
                    .books
                    .registry
                    .program(&BrandId::trusted(&row.brand), &ProgramId::trusted(&row.program));
                let enrolled =
                    program.and_then(|program| program.ambassador(&AmbassadorId::trusted(&row.author)));
                if enrolled.is_some()
                    && let Some(sums) = self.sums(&row.brand, &row.program, &row.author)
                {
                    sums.posts = sums.posts.saturating_add(1);
                    let interactions = facts.metrics_at(Timestamp::MAX).interactions();
                    sums.interactions = sums.interactions.saturating_add(interactions);
                }
                Ok(())
            })
            .await
    }

    async fn touches(&mut self, source: &impl Source) -> Result<(), ReportError> {
        let mut query = Query::new(
            "touch",
            "SELECT brand, program, ambassador, link, kind, CAST(COUNT(*) AS BIGINT) AS count FROM touch \
             WHERE kind <> 'waiting' AND (ambassador IS NOT NULL OR link IS NOT NULL)",
        );
        query.only("brand", self.filter.brand.as_deref());
        self.filter.during(&mut query, "at");
        query.push(" GROUP BY brand, program, ambassador, link, kind");
        query
            .each(source, |row: Touches| {
                for (program, ambassador) in whose(self.books, &row) {
                    let Some(sums) = self.sums(&row.brand, &program, &ambassador) else { continue };
                    let kind = if row.kind == "view" { &mut sums.views } else { &mut sums.clicks };
                    *kind = kind.saturating_add(row.count.unsigned_abs());
                }
                Ok(())
            })
            .await
    }

    async fn orders(&mut self, source: &impl Source) -> Result<(), ReportError> {
        let mut query = Query::new(
            "conversion",
            "SELECT brand, program, ambassador, currency AS asset, CAST(COUNT(*) AS BIGINT) AS count, \
                CAST(SUM(net_revenue) AS BIGINT) AS total FROM conversion WHERE ambassador <> ''",
        );
        self.filter.narrow(&mut query, ["brand", "program", "ambassador"]);
        self.filter.during(&mut query, "ordered_at");
        query.push(" GROUP BY brand, program, ambassador, currency");
        query
            .each(source, |row: Total| {
                let sums = self.sums.entry((row.brand, row.program, row.ambassador, row.asset)).or_default();
                (sums.orders, sums.net_revenue) = (row.count.unsigned_abs(), row.total);
                Ok(())
            })
            .await
    }

    async fn earnings(&mut self, source: &impl Source) -> Result<(), ReportError> {
        let mut query = Query::new(
            "earning",
            "SELECT brand, program, ambassador, asset, CAST(COUNT(*) AS BIGINT) AS count, \
                CAST(SUM(amount) AS BIGINT) AS total FROM earning WHERE amount <> 0",
        );
        self.filter.narrow(&mut query, ["brand", "program", "ambassador"]);
        self.filter.during(&mut query, "source_at");
        query.push(" GROUP BY brand, program, ambassador, asset");
        query
            .each(source, |row: Total| {
                let sums = self.sums.entry((row.brand, row.program, row.ambassador, row.asset)).or_default();
                sums.cost = if row.count == 0 { 0 } else { row.total };
                Ok(())
            })
            .await
    }
}

/// The programs and ambassadors that touches count for: what they name themselves, else what their link stands for.
fn whose(books: &Books<'_>, row: &Touches) -> Vec<(String, String)> {
    let programs = books.registry.programs(&BrandId::trusted(&row.brand)).into_iter().flatten();
    let link = row.link.as_deref().map(LinkId::trusted);
    let found = programs.filter(|(id, _)| row.program.as_deref().is_none_or(|named| named == id.as_str()));
    found
        .filter_map(|(id, program)| {
            let named = row.ambassador.as_deref().map(AmbassadorId::trusted);
            let linked = || program.link(link.as_ref()?, View::ALL).cloned();
            let ambassador = named.or_else(linked)?;
            program.ambassador(&ambassador)?;
            Some((id.to_string(), ambassador.to_string()))
        })
        .collect()
}

fn row_of((brand, program, ambassador, currency): Key, sums: &Sums) -> Result<FunnelRow, ReportError> {
    let exponent = error::asset("earning", &currency)?.exponent().unwrap_or(2);
    Ok(FunnelRow {
        brand,
        program,
        ambassador,
        posts: sums.posts,
        interactions: sums.interactions,
        views: sums.views,
        clicks: sums.clicks,
        orders: sums.orders,
        net_revenue: Amount::millionths("conversion", sums.net_revenue, &currency)?,
        cost: Amount::minor("earning", sums.cost, &currency)?,
        return_on_cost: return_on_cost(sums.net_revenue, sums.cost, exponent),
    })
}

/// Millionths of revenue by minor units of cost, with two decimals, half up.
fn return_on_cost(net_revenue: i64, cost: i64, exponent: u32) -> Option<String> {
    let unit = 10_i128.checked_pow(6_u32.checked_sub(exponent)?)?;
    let cost = i128::from(cost).checked_mul(unit).filter(|cost| *cost > 0)?;
    let hundredths = (i128::from(net_revenue).max(0) * 200 + cost) / (2 * cost);
    Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

#[cfg(test)]
mod tests {
    use super::return_on_cost;

    #[test]
    fn return_is_revenue_by_cost() {
        assert_eq!(return_on_cost(100_000_000, 1_000, 2).as_deref(), Some("10.00"));
        assert_eq!(return_on_cost(100_000_000, 300, 2).as_deref(), Some("33.33"));
        assert_eq!(return_on_cost(100_000_000, 6, 0).as_deref(), Some("16.67"));
        assert_eq!(return_on_cost(100_000_000, 0, 2), None);
    }
}
