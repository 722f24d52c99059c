//! `tribute config show`: every setting, what it is, and who said so.

use anyhow::Result;
use tribute_reports::{Cell, Column, Table};

use crate::{
    Done,
    arguments::Format,
    settings::{
        Given, Origin, Settings,
        catalogue::{self, EXTRA, Kind, SETTINGS},
        mask,
    },
};

pub(crate) fn show(settings: &Settings, format: Format) -> Result<Done> {
    let names = ["setting", "value", "origin", "variable"];
    let mut table = Table::new(names.map(Column::left).to_vec());
    for setting in SETTINGS {
        let given = settings.given(setting.key).cloned().or_else(|| default_file(settings, setting.key));
        table.push(row(setting.key, given.as_ref(), Some(setting.variable)));
        if setting.key == "kafka.sasl.scope" {
            for (name, given) in settings.extra() {
                table.push(row(&format!("{EXTRA}{name}"), Some(given), None));
            }
        }
    }
    super::show(&table, format)?;
    // What is missing, or cannot be read, is said beneath.
    settings.database()?;
    settings.kafka()?;
    Ok(Done::Clean)
}

/// Where the books are when nobody says.
fn default_file(settings: &Settings, key: &str) -> Option<Given> {
    let nobody = key == "database.url" && settings.given("database.url_file").is_none();
    let file = super::file_in(&settings.data());
    nobody.then(|| Given { text: file.to_string_lossy().into_owned(), origin: Origin::Default })
}

fn row(key: &str, given: Option<&Given>, variable: Option<&str>) -> Vec<Cell> {
    let value = given.map(|given| shown(key, &given.text));
    let origin = given.map_or_else(|| "not set".to_owned(), |given| given.origin.to_string());
    vec![Cell::text(key), Cell::maybe(value), Cell::text(origin), Cell::maybe(variable)]
}

/// A value as anybody may see it.
fn shown(key: &str, text: &str) -> String {
    match catalogue::find(key).map(|it| it.kind) {
        Some(Kind::Secret) => mask::MASK.to_owned(),
        Some(Kind::Database) => mask::database(text),
        Some(Kind::Collector) => mask::collector(text),
        _ => text.to_owned(),
    }
}
