use schemars::JsonSchema;
use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::Timestamp;

use super::{Amount, Books, Filter, KeyPart, Keyed, Record, Report, RowKey, Sink, money};
use crate::{Cell, Column, ReportError, error::at, query::Query};

/// Which orders are credited to whom. An order that is credited to nobody has one row without an ambassador.
#[derive(Debug, Clone, Copy)]
pub struct Conversions;

/// One party's part of an order, as one program sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ConversionRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// The order.
    pub order: String,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// Who is credited; absent where nobody is.
    pub ambassador: Option<String>,
    /// Their share, in lowest terms: `1/2`; `1` for all of it, `0` for nobody's.
    pub share: String,
    /// The party's part of the order's net; all of it where nobody is credited.
    pub net_revenue: Amount,
    /// The tier that decided; `none` where nobody is credited.
    pub tier: String,
    /// Whether the buyer had ordered before.
    pub returning: bool,
    /// When who-gets-what freezes.
    pub locks_at: Timestamp,
    /// The version of the terms.
    pub terms_version: String,
}

impl Record for ConversionRow {
    fn columns() -> Vec<Column> {
        vec![
            Column::left("brand"),
            Column::left("program"),
            Column::left("order"),
            Column::left("ordered_at"),
            Column::left("ambassador"),
            Column::right("share"),
            Column::right("net_revenue"),
            Column::for_programs("currency"),
            Column::left("tier"),
            Column::left("returning"),
            Column::left("locks_at"),
            Column::left("terms_version"),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells = vec![
            Cell::text(self.brand.as_str()),
            Cell::text(self.program.as_str()),
            Cell::text(self.order.as_str()),
            Cell::at(self.ordered_at),
            Cell::maybe(self.ambassador.as_deref()),
            Cell::text(self.share.as_str()),
        ];
        cells.extend(money::cells(Some(&self.net_revenue)));
        cells.extend([
            Cell::text(self.tier.as_str()),
            Cell::Flag(self.returning),
            Cell::at(self.locks_at),
            Cell::text(self.terms_version.as_str()),
        ]);
        cells
    }
}

#[derive(FromQueryResult)]
struct Stored {
    brand: String,
    program: String,
    order_id: String,
    ambassador: String,
    ordered_at: i64,
    locks_at: i64,
    weight: i64,
    of_weight: i64,
    net_revenue: i64,
    currency: String,
    tier: String,
    returning_customer: bool,
    terms_version: String,
}

impl Report for Conversions {
    type Row = ConversionRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, ConversionRow>,
    ) -> Result<(), ReportError> {
        let mut query = Query::new(
            "conversion",
            "SELECT brand, program, order_id, ambassador, ordered_at, locks_at, weight, of_weight, net_revenue, \
                currency, tier, returning_customer, terms_version FROM conversion WHERE 1 = 1",
        );
        filter.narrow(&mut query, ["brand", "program", "ambassador"]);
        filter.during(&mut query, "ordered_at");
        filter.sorted(&mut query, &["brand", "program", "order_id", "ambassador"]);
        query.each(books.database.connection(), |row: Stored| sink(row_of(row)?)).await
    }
}

impl Keyed for Conversions {
    fn key(row: &ConversionRow) -> RowKey {
        let ambassador = row.ambassador.as_deref().unwrap_or_default();
        [&row.brand, &row.program, &row.order, ambassador].map(KeyPart::text).into()
    }
}

fn row_of(row: Stored) -> Result<ConversionRow, ReportError> {
    Ok(ConversionRow {
        brand: row.brand,
        program: row.program,
        order: row.order_id,
        ordered_at: at(row.ordered_at),
        share: share(row.weight.unsigned_abs(), row.of_weight.unsigned_abs()),
        ambassador: Some(row.ambassador).filter(|ambassador| !ambassador.is_empty()),
        net_revenue: Amount::millionths("conversion", row.net_revenue, &row.currency)?,
        tier: row.tier,
        returning: row.returning_customer,
        locks_at: at(row.locks_at),
        terms_version: row.terms_version,
    })
}

/// A share in lowest terms.
pub(crate) fn share(weight: u64, of_weight: u64) -> String {
    let (mut divisor, mut rest) = (of_weight, weight);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    match divisor {
        0 => "0".to_owned(),
        _ if weight == 0 => "0".to_owned(),
        _ if weight == of_weight => "1".to_owned(),
        divisor => format!("{}/{}", weight / divisor, of_weight / divisor),
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_are_in_lowest_terms() {
        let cases = [(2, 4, "1/2"), (5, 5, "1"), (0, 3, "0"), (0, 0, "0"), (40, 100, "2/5")];
        for (weight, of_weight, want) in cases {
            assert_eq!(share(weight, of_weight), want);
        }
    }
}
