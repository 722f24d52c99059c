//! `tribute report tax --regime dac7`.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use tribute_events::{AmbassadorId, BrandId};
use tribute_reports::{
    Books, Cell, Column, Filter, Table,
    report::{Dac7, Dac7Row, Record, collect},
};
use tribute_vault::{Held, PersonDetails, Vault};

use crate::{Done, arguments::Report, messages::note};

/// Shows what sellers got by quarter, and what of them is not known that the report asks for. That is a finding.
pub(super) async fn run(options: &Report, books: &Books<'_>, filter: &Filter, vault: &Vault) -> Result<Done> {
    let year = options.year.context("tax totals are of a year: --year 2026")?;
    let rows = collect(&Dac7 { year }, books, filter).await?;
    let known = known(books, vault, &rows).await?;
    let columns = Dac7Row::columns().into_iter().chain([Column::left("missing")]);
    let mut table = Table::new(columns.collect::<Vec<_>>());
    let mut lacking = 0_usize;
    for row in &rows {
        let held = known.get(&(row.brand.clone(), row.ambassador.clone()));
        let missing = missing(row, held);
        lacking = lacking.saturating_add(usize::from(!missing.is_empty()));
        let cell = Cell::maybe((!missing.is_empty()).then(|| missing.join(", ")));
        table.push(row.cells().into_iter().chain([cell]).collect());
    }
    super::show(&table, options.shape.format)?;
    note("dates of birth and numbers of registration are not kept here: the form of each seller has them");
    if lacking == 0 {
        return Ok(Done::Clean);
    }
    note(format_args!(
        "of {lacking} something is not known that the report asks for: bring it in with `tribute person import`, and \
         the self-certification with `tribute person tax-form --form dac7`"
    ));
    Ok(Done::WithFindings)
}

/// What the vault holds of these people, by brand and id.
async fn known(
    books: &Books<'_>,
    vault: &Vault,
    rows: &[Dac7Row],
) -> Result<BTreeMap<(String, String), Held>> {
    let mut of_brand: BTreeMap<&str, Vec<AmbassadorId>> = BTreeMap::new();
    for row in rows {
        of_brand.entry(&row.brand).or_default().push(AmbassadorId::trusted(&row.ambassador));
    }
    let mut all = BTreeMap::new();
    for (brand, people) in of_brand {
        let mut transaction = books.database.begin().await?;
        let found = vault.find(&mut transaction, &BrandId::trusted(brand), Some(&people)).await?;
        transaction.rollback().await?;
        all.extend(found.into_iter().map(|(id, held)| ((brand.to_owned(), id.to_string()), held)));
    }
    Ok(all)
}

/// What the report asks for of a seller, and is not known.
fn missing(row: &Dac7Row, held: Option<&Held>) -> Vec<&'static str> {
    let nobody = PersonDetails::default();
    let details = match held {
        Some(Held::Known(details)) => details,
        Some(Held::Erased(_)) | None => &nobody,
    };
    let asked = [
        ("name", details.name.is_none()),
        ("address", details.address.is_none()),
        ("tax_id", details.tax_ids.is_empty()),
        ("account", details.payment.is_none()),
        ("self_certification", !row.certified),
    ];
    asked.into_iter().filter(|(_, lacks)| *lacks).map(|(name, _)| name).collect()
}
