//! The libraries of others, and what they find in a file.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use serde_json::{Value, json};
use tribute_events::statement::{Balance, Statement};

use crate::{document, real_statements, toolbox};

/// Tests run beside each other: one of them makes it.
static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| toolbox::environment("statements", "statements.txt"));

/// What a library finds in a file: number of entries, their sum, the balances and the references of each statement.
fn found_by_others(files: &[(&str, PathBuf)]) -> Vec<Value> {
    let mut command = Command::new(&*PYTHON);
    command.arg("-I").arg(toolbox::own("statements.py"));
    command.args(files.iter().map(|(kind, path)| format!("{kind}={}", path.display())));
    let said = String::from_utf8(toolbox::run(&mut command, "see above")).unwrap();
    said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The same of a statement of ours. Only the libraries for ISO 20022 tell references.
fn found_by_us(path: &Path, kind: &str, statement: &Statement) -> Value {
    let minor = |balance: &Option<Balance>| balance.as_ref().map(|it| it.amount.minor);
    let details = statement.entries.iter().flat_map(|entry| &entry.details);
    let references: Vec<&str> = details.filter_map(|it| it.references.end_to_end.as_deref()).collect();
    json!({
        "file": path.to_str().unwrap(),
        "entries": statement.entries.len(),
        "sum": statement.movement().unwrap(),
        "opening": minor(&statement.opening),
        "closing": minor(&statement.closing),
        "references": if kind == "camt" { references } else { Vec::new() },
    })
}

fn compare(files: &[(&str, PathBuf)]) {
    let ours: Vec<Value> = files
        .iter()
        .flat_map(|(kind, path)| {
            document(path).statements.iter().map(|it| found_by_us(path, kind, it)).collect::<Vec<_>>()
        })
        .collect();
    let theirs = found_by_others(files);
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.into_iter().zip(theirs) {
        assert_eq!(ours, theirs);
    }
}

#[test]
fn small_files_are_read_as_others_read_them() {
    let samples =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/shell/formats/tests/statements/samples");
    let files =
        [("camt", "camt053.xml"), ("mt940", "mt940.sta"), ("bai2", "bai2.txt"), ("ofx", "statement.ofx")];
    compare(&files.map(|(kind, name)| (kind, samples.join(name))));
}

#[test]
fn statements_of_real_banks_are_read_as_others_read_them() {
    let Some(folder) = real_statements() else { return };
    let files = [
        ("camt", "camt/camt053.v2.five.decimals.xml"),
        ("camt", "camt/camt053.v2.minimal.xml"),
        ("camt", "camt/camt053.v2.multi.statement.xml"),
        ("camt", "camt/camt053.v4.xml"),
        ("camt", "camt/camt053.v8.xml"),
        ("camt", "camt/camt054.v8.xml"),
        ("camt", "mockbank/2-camt.054.001.08-ACME.xml"),
        ("camt", "mockbank/3-camt.054.001.08-ACME.xml"),
        ("camt", "mockbank/4-camt.053.001.08-ACME.xml"),
        ("camt", "mockbank/10-camt.053.001.08-ACME.xml"),
        ("mt940", "mt940/betterplace__sepa_mt9401.sta"),
        ("mt940", "mt940/jejik__abnamro.sta"),
        ("mt940", "mt940/jejik__generic.sta"),
        ("bai2", "mockbank/statement-with-debit.bai2"),
    ];
    compare(&files.map(|(kind, name)| (kind, folder.join(name))));
}
