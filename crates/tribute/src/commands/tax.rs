use std::{fs, path::Path};

use anyhow::{Context, Result};
use tribute_reports::{
    Books, Filter, Writer,
    report::{Record, Tax, TaxRow, TaxRules, TaxThreshold, collect, tax_totals},
};

use crate::{
    Done,
    arguments::{Format, Report},
    messages::{note, say},
};

/// Shows a year's tax totals. Somebody for whom a form is due, or may be, and who has none on file is a finding.
pub(super) async fn run(options: &Report, books: &Books<'_>, filter: &Filter) -> Result<Done> {
    let year = options.year.context("tax totals are of a year: --year 2026")?;
    let rules = rules(options.thresholds.as_deref())?;
    let rows = collect(&Tax { year, rules: &rules }, books, filter).await?;
    write(&rows, options.shape.format)?;
    if options.shape.format == Format::Table {
        for total in tax_totals(&rows)? {
            say(total);
        }
    }
    for currency in unknown(&rows) {
        note(format_args!(
            "no threshold in {currency} is known for {year}: name one with --thresholds FILE once it is published"
        ));
    }
    let lacking = rows.iter().filter(|row| row.lacks_form()).count();
    if lacking == 0 {
        return Ok(Done::Clean);
    }
    note(format_args!(
        "{lacking} without a tax form that is due, or may be: those with `no` under tax_form and not under reached"
    ));
    Ok(Done::WithFindings)
}

fn rules(file: Option<&Path>) -> Result<TaxRules> {
    let Some(file) = file else { return Ok(TaxRules::shipped()?) };
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    text.parse().with_context(|| file.display().to_string())
}

fn write(rows: &[TaxRow], format: Format) -> Result<()> {
    // Not locked: the lock may not be held while sentences are said.
    let out = std::io::BufWriter::new(std::io::stdout());
    let (format, style) = (super::report::format(format), super::report::style());
    let mut writer = Writer::new(TaxRow::columns(), format, style, out)?;
    for row in rows {
        writer.row(row.cells())?;
    }
    Ok(writer.finish()?)
}

/// Currencies of rows whose threshold the rules do not know yet.
fn unknown(rows: &[TaxRow]) -> Vec<&str> {
    let open = rows.iter().filter(|row| row.threshold == TaxThreshold::NotKnownYet);
    let mut currencies: Vec<_> = open.map(|row| row.currency.as_str()).collect();
    currencies.sort_unstable();
    currencies.dedup();
    currencies
}
