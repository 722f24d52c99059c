use std::{io::BufWriter, path::Path};

use anyhow::{Context, Result};
use tribute_events::BrandId;
use tribute_formats::books::{BooksFormat, Chart};
use tribute_reports::{
    Books, Filter,
    export::{Exported, Extent, export},
    report,
};
use tribute_store::Database;

use crate::{
    Done,
    arguments::{Ledger, Place},
    messages::note,
    output::NewFile,
};

pub(crate) async fn run(command: Ledger, place: &Place) -> Result<Done> {
    match command {
        Ledger::Export { format, brand, from, to, output, accounts } => {
            let chart = accounts.as_deref().map(chart).transpose()?.unwrap_or_default();
            let brand: BrandId = brand.parse()?;
            let database = super::open_existing(place).await?;
            let extent = Extent { brand, from, to };
            let exported = write(&database, &extent, format.format(), chart, output.as_deref()).await?;
            note(format_args!("{} transactions, anchor {}", exported.transactions, exported.anchor));
        }
        Ledger::Balances { brand, at, shape } => {
            let engine = super::existing_engine(place).await?;
            let books = Books { database: engine.database(), registry: engine.registry() };
            let filter = Filter { brand, to: at, ..Filter::default() };
            let out = BufWriter::new(std::io::stdout());
            let (format, style) = (super::report::format(shape.format), super::report::style());
            report::print(report::Subject::TrialBalance, &books, &filter, format, style, out).await?;
        }
    }
    Ok(Done::Clean)
}

fn chart(file: &Path) -> Result<Chart> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Chart::read(&text).with_context(|| file.display().to_string())
}

async fn write(
    database: &Database,
    extent: &Extent,
    format: BooksFormat,
    chart: Chart,
    output: Option<&Path>,
) -> Result<Exported> {
    let Some(output) = output else {
        let out = BufWriter::new(std::io::stdout());
        return Ok(export(database, extent, format, chart, out).await?);
    };
    let mut file = NewFile::begin(output)?;
    let exported = export(database, extent, format, chart, &mut file).await?;
    file.finish()?;
    Ok(exported)
}
