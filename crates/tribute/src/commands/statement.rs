use std::io::Write;

use anyhow::Result;
use tribute_reports::{
    ReportError,
    statement::{StatementOf, statement, table},
};

use crate::{
    Done,
    arguments::{Place, Statement, StatementShape},
    feed::now,
    messages::note,
    output::NewFile,
};

pub(crate) async fn run(options: &Statement, place: &Place) -> Result<Done> {
    let database = super::open_existing(place).await?;
    let of = StatementOf {
        brand: options.brand.clone(),
        ambassador: options.ambassador.clone(),
        program: options.program.clone(),
        month: options.month,
    };
    let told = statement(&database, &of).await?;
    let bytes = match options.format {
        StatementShape::Table => line(super::report::style().render(&table(&told))),
        StatementShape::Html => line(told.to_html()),
        StatementShape::Pdf => told.to_pdf(),
        StatementShape::Csv => line(table(&told).to_csv()?.trim_end().to_owned()),
        StatementShape::Json => line(serde_json::to_string_pretty(&told)?),
    };
    match &options.output {
        None => std::io::stdout().write_all(&bytes).map_err(ReportError::from)?,
        Some(path) => {
            let mut file = NewFile::begin(path)?;
            file.write_all(&bytes)?;
            file.finish()?;
        }
    }
    if now() < of.month.to {
        note(format_args!(
            "{} is not over: more may be booked in it, and the closing balance is the one of now",
            of.month
        ));
    }
    note(format_args!("anchor {}", told.anchor));
    Ok(Done::Clean)
}

fn line(mut text: String) -> Vec<u8> {
    text.push('\n');
    text.into_bytes()
}
