//! The file of settings: TOML, of which every key has to be known.

use std::path::Path;

use anyhow::{Context, Result, bail};
use toml::de::{DeTable, DeValue};

use super::catalogue::{self, Kind};

/// A setting as a file gives it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) text: String,
    pub(super) line: usize,
}

/// Reads a file. Paths in it are relative to its folder.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the settings in {} cannot be read", path.display()))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    entries(&text, folder).map_err(|(line, what)| anyhow::anyhow!("{}:{line}: {what}", path.display()))
}

type Wrong = (usize, String);

/// A message of the parser may show a line with a password: only what it says and where is passed on.
fn entries(text: &str, folder: &Path) -> Result<Vec<Entry>, Wrong> {
    let at = |place: usize| text.get(..place).map_or(1, |before| before.matches('\n').count() + 1);
    let parsed = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| at(span.start));
        (line, format!("this is not TOML: {}", error.message()))
    })?;
    let mut found = Vec::new();
    collect("", parsed.get_ref(), &at, &mut found)?;
    for entry in &mut found {
        resolve(entry, folder);
    }
    found.sort_by_key(|entry| entry.line);
    Ok(found)
}

fn collect(
    section: &str,
    table: &DeTable<'_>,
    at: &impl Fn(usize) -> usize,
    found: &mut Vec<Entry>,
) -> Result<(), Wrong> {
    for (name, value) in table {
        let key = if section.is_empty() {
            name.get_ref().to_string()
        } else {
            format!("{section}.{}", name.get_ref())
        };
        let line = at(name.span().start);
        match value.get_ref() {
            DeValue::Table(inner) if catalogue::is_section(&key) || section_of_extra(&key) => {
                collect(&key, inner, at, found)?;
            }
            _ if catalogue::find(&key).is_none() => return Err((line, catalogue::unknown(&key))),
            value => {
                let text = text_of(value).map_err(|what| (line, format!("{key}: {what}")))?;
                found.push(Entry { key, text, line });
            }
        }
    }
    Ok(())
}

/// Names of librdkafka have dots, which TOML takes for sections where they are not quoted.
fn section_of_extra(key: &str) -> bool {
    key.starts_with(catalogue::EXTRA)
}

fn text_of(value: &DeValue<'_>) -> Result<String, String> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => Ok(number.to_string()),
        DeValue::Boolean(flag) => Ok(flag.to_string()),
        DeValue::Array(values) => {
            let texts: Result<Vec<_>, _> = values.iter().map(|value| text_of(value.get_ref())).collect();
            Ok(texts?.join(","))
        }
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => {
            Err("a text or a whole number is expected".to_owned())
        }
    }
}

fn resolve(entry: &mut Entry, folder: &Path) {
    let is_path = match catalogue::find(&entry.key).map(|it| it.kind) {
        Some(Kind::Path) => true,
        Some(Kind::Database) => !entry.text.contains("://") && !entry.text.starts_with("sqlite:"),
        _ => false,
    };
    if is_path {
        entry.text = folder.join(&entry.text).to_string_lossy().into_owned();
    }
}

/// Refuses what only makes sense elsewhere.
pub(super) fn refuse_data(path: &Path, entries: &[Entry]) -> Result<()> {
    if let Some(entry) = entries.iter().find(|entry| entry.key == "data") {
        bail!(
            "{}:{}: this file lies in the data folder and cannot say where that is",
            path.display(),
            entry.line
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<(String, String, usize)>, Wrong> {
        let found = entries(text, Path::new("/etc/tribute"))?;
        Ok(found.into_iter().map(|entry| (entry.key, entry.text, entry.line)).collect())
    }

    #[test]
    fn every_form_that_toml_has_for_a_key() {
        let text = "database.url = \"books.db\"\n[kafka]\nbrokers = [\"a:1\", \"b:2\"]\ntls = { ca = \"ca.pem\" }\n\
            [kafka.extra]\n\"linger.ms\" = 7\nsocket.nagle.disable = true\n[run]\nbatch_events = 5\n";
        let row = |key: &str, text: &str, line| (key.to_owned(), text.to_owned(), line);
        let expected = [
            row("database.url", "/etc/tribute/books.db", 1),
            row("kafka.brokers", "a:1,b:2", 3),
            row("kafka.tls.ca", "/etc/tribute/ca.pem", 4),
            row("kafka.extra.linger.ms", "7", 6),
            row("kafka.extra.socket.nagle.disable", "true", 7),
            row("run.batch_events", "5", 9),
        ];
        assert_eq!(read_text(text).unwrap(), expected);
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let (line, what) = read_text("[run]\nlease = \"3s\"\nleese = \"3s\"\n").unwrap_err();
        assert_eq!((line, what.as_str()), (3, "there is no setting `run.leese`; did you mean `run.lease`?"));
        assert_eq!(read_text("\n[colour]\n").unwrap_err().0, 2);
        assert_eq!(read_text("[run.lease]\nat = 1").unwrap_err().0, 1);
        assert_eq!(read_text("run.batch_events = 1.5").unwrap_err().0, 1);
    }

    #[test]
    fn what_is_not_toml_is_told_without_showing_the_line() {
        let (line, what) = read_text("[kafka.sasl]\nusername = \"ada\"\npassword = \"secret\n").unwrap_err();
        assert!(line == 3 && !what.contains("secret"), "{line}: {what}");
    }
}
