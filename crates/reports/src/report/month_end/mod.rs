//! A month of a brand's books beside what its bank said and what payouts say, in every currency; each cent of a difference
//! has a name.

mod accounts;
mod bank;
mod compared;
mod payouts;
mod row;
mod stated;

use tribute_events::Month;

pub use row::MonthEndRow;

use super::{Books, Filter, Report, Sink};
use crate::{Column, ReportError, error::at, query::Source, report::Record, verify::snapshot};
use tribute_store::entity::period;

/// A month of the books of one brand (the filter's), in five parts, in this order:
///
/// * `period`: whether it is closed, by whom, with which anchor;
/// * `accounts`: of every account of money the opening balance, its entries by kind, and the closing balance; those of
///   ambassadors by their state;
/// * `payouts`: what payouts came to, by their state at the month's end; those that are with the bank one by one;
/// * `bank`: what the entries of each account at a bank came to, by kind, between what its statements that close in the
///   month open and close with;
/// * `compared`: what moved in cash by the books, by the bank and by payouts, and what is in transit by the books and by
///   payouts, and what an account's balances differ by beside its entries; then `differences`, by the ids of what they are
///   of. Without one, the difference is 0.00.
///
/// Amounts are signed as in the books: debits positive. Months and days are of UTC; the bank's days are its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthEnd {
    /// The month.
    pub month: Month,
}

impl Report for MonthEnd {
    type Row = MonthEndRow;

    fn columns(&self) -> Vec<Column> {
        MonthEndRow::columns()
    }

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, MonthEndRow>,
    ) -> Result<(), ReportError> {
        let source = snapshot(books.database).await?;
        let brand = filter.brand.as_deref().unwrap_or_default();
        let of = Of { brand, month: self.month };
        sink(of.period(&source).await?)?;
        accounts::rows(&of, &source).await?.into_iter().try_for_each(&mut *sink)?;
        let payouts = payouts::read(&of, &source).await?;
        payouts::rows(&of, &payouts)?.into_iter().try_for_each(&mut *sink)?;
        let entries = bank::read(&of, &source).await?;
        let stated = stated::read(&of, &source).await?;
        bank::rows(&of, &entries, &stated)?.into_iter().try_for_each(&mut *sink)?;
        compared::rows(&of, &source, &payouts, &entries).await?.into_iter().try_for_each(&mut *sink)?;
        for it in &stated {
            it.compared(&of)?.into_iter().try_for_each(&mut *sink)?;
        }
        source.rollback().await.map_err(ReportError::read("*"))
    }
}

/// Which month of which brand.
struct Of<'a> {
    brand: &'a str,
    month: Month,
}

impl Of<'_> {
    /// A row of it that says nothing yet.
    fn row(&self, part: &'static str, name: impl Into<String>) -> MonthEndRow {
        MonthEndRow {
            brand: self.brand.to_owned(),
            month: self.month.to_string(),
            part,
            name: name.into(),
            item: String::new(),
            count: None,
            amount: None,
            id: None,
            why: None,
        }
    }

    async fn period(&self, source: &impl Source) -> Result<MonthEndRow, ReportError> {
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
        let closed = period::Entity::find()
            .filter(period::Column::Brand.eq(self.brand))
            .filter(period::Column::OpenFrom.gte(self.month.to.millis()))
            .order_by_asc(period::Column::OpenFrom)
            .one(source)
            .await
            .map_err(ReportError::read("period"))?;
        let row = self.row("period", self.month.to_string());
        Ok(match closed {
            None => MonthEndRow { item: "open".to_owned(), ..row },
            Some(closed) => MonthEndRow {
                item: "closed".to_owned(),
                id: Some(anchor(&closed)),
                why: Some(format!(
                    "by {} on {}, with {}",
                    closed.closed_by,
                    at(closed.closed_at),
                    closed.month
                )),
                ..row
            },
        })
    }
}

/// The head of the chain when a month was closed.
fn anchor(closed: &period::Model) -> String {
    let hash: String = closed.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}:{hash}", closed.number)
}
