//! The statements of a person: one for each month in which their accounts changed.

use std::collections::BTreeSet;

use sea_orm::FromQueryResult;
use tribute_events::{AmbassadorId, BrandId};
use tribute_formats::account_statement::Statement;

use crate::{
    ReportError,
    error::at,
    query::Query,
    report::Books,
    statement::{Month, StatementOf, accounts_of, statement},
};

#[derive(FromQueryResult)]
struct Changed {
    effective_at: i64,
}

pub(super) async fn read(
    books: &Books<'_>,
    brand: &BrandId,
    person: &AmbassadorId,
) -> Result<Vec<Statement>, ReportError> {
    let mut query = Query::new(
        "ledger_entry",
        "SELECT DISTINCT t.effective_at AS effective_at FROM ledger_entry e \
         JOIN ledger_transaction t ON t.brand = e.brand AND t.number = e.number WHERE 1 = 1",
    );
    query.only("e.brand", Some(brand.as_str()));
    query.one_of("e.account", accounts_of(person).iter().map(String::as_str));
    let rows: Vec<Changed> = query.all(books.database.connection()).await?;
    let months: BTreeSet<String> =
        rows.iter().map(|row| at(row.effective_at).to_string().chars().take(7).collect()).collect();
    let mut all = Vec::new();
    for month in months {
        let month: Month = month.parse().map_err(|why: crate::statement::NotAMonth| {
            ReportError::stored("ledger_transaction", &month, &why)
        })?;
        let of = StatementOf { brand: brand.clone(), ambassador: person.clone(), program: None, month };
        all.push(statement(books.database, &of).await?);
    }
    Ok(all)
}
