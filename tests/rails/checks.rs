//! Whom a file is shown to, and what they say.

use std::fs;

use serde_json::Value;
use tribute_tests::Bank;

use crate::{payments::OPENS, toolbox};

fn shown(arguments: &[&str], file: &[u8]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, file).unwrap();
    let output = toolbox::run(toolbox::python("rails.py").args(arguments).arg(path), "see above");
    serde_json::from_slice(&output).unwrap()
}

fn findings(arguments: &[&str], file: &[u8]) -> Vec<String> {
    serde_json::from_value(shown(arguments, file)).unwrap()
}

/// What the ISO schema of this version forbids in a file.
pub(crate) fn schema(version: &str, file: &[u8]) -> Vec<String> {
    findings(&["xsd", version], file)
}

/// What achkit finds in a NACHA file.
pub(crate) fn achkit(file: &[u8]) -> Vec<String> {
    findings(&["ach"], file)
}

/// The rows of a CSV file as Python reads them.
pub(crate) fn rows(file: &[u8]) -> Vec<Vec<String>> {
    serde_json::from_value(shown(&["csv"], file)).unwrap()
}

/// A bank that has just opened.
pub(crate) fn bank() -> Bank {
    Bank::start(toolbox::python("bank.py"), OPENS)
}
