//! A record as a table for people: one row for each value.

use serde_json::Value;

use super::PersonRecord;
use crate::{Cell, Column, ReportError, Table};

/// The record as rows of part, field and value; the source of each part stands beside it.
///
/// # Errors
/// Where a part cannot be written as JSON; none of these fails.
pub fn table(record: &PersonRecord) -> Result<Table, ReportError> {
    let mut table = Table::new(["part", "field", "value", "source"].map(Column::left));
    let whole = serde_json::to_value(record).map_err(|why| ReportError::Stored {
        table: "person",
        key: record.person.clone(),
        problem: why.to_string(),
    })?;
    for (part, value) in whole.as_object().into_iter().flatten().filter(|(part, _)| *part != "sources") {
        let source = record.sources.get(part.as_str()).copied().unwrap_or("the question");
        let mut rows = Vec::new();
        flatten(String::new(), value, &mut rows);
        for (field, text) in rows {
            let cells = [part.as_str(), &field, &text, source];
            table.push(cells.map(|text| Cell::maybe(Some(text).filter(|it| !it.is_empty()))).into());
        }
    }
    Ok(table)
}

/// The values that are there, each with the way to it: `3.balance.amount`.
fn flatten(way: String, value: &Value, rows: &mut Vec<(String, String)>) {
    let further = |step: &str| if way.is_empty() { step.to_owned() } else { format!("{way}.{step}") };
    match value {
        Value::Null => {}
        Value::Array(items) => {
            let numbered = (1_usize..).zip(items);
            numbered.for_each(|(number, item)| flatten(further(&number.to_string()), item, rows));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(field, value)| flatten(further(field), value, rows));
        }
        Value::String(text) => rows.push((way, text.clone())),
        Value::Bool(_) | Value::Number(_) => rows.push((way, value.to_string())),
    }
}
