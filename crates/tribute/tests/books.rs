//! Books out as their user meets them: the ledger for accountants, statements, and anchors that are checked later.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "books/month_end.rs"]
mod month_end;

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

fn tribute(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tribute"))
        .args(["--data", folder.to_str().unwrap()])
        .args(arguments)
        .current_dir(folder)
        .env_remove("TRIBUTE_DATABASE_URL")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn fails(folder: &Path, arguments: &[&str], code: i32, says: &str) {
    let output = tribute(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert!(said.contains(says), "{arguments:?}: {said}");
}

#[test]
fn books_and_statements_go_out_with_an_anchor_that_can_be_checked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(tribute(folder, &["demo"]).status.success());
    fs::copy(folder.join("demo/tribute.db"), folder.join("tribute.db")).unwrap();

    let export = ["ledger", "export", "--format", "hledger", "--brand", "glow"];
    let to_file = [&export[..], &["--output", "glow.journal"]].concat();
    let written = tribute(folder, &to_file);
    assert!(written.status.success() && written.stdout.is_empty());
    let text = fs::read_to_string(folder.join("glow.journal")).unwrap();
    fails(folder, &to_file, 1, "glow.journal exists");
    assert_eq!(tribute(folder, &export).stdout, text.as_bytes(), "the same on standard output");

    let mut reader = Command::new(env!("CARGO_BIN_EXE_tribute"))
        .args(["--data", folder.to_str().unwrap()])
        .args(export)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(reader.stdout.take());
    assert!(reader.wait().unwrap().success(), "a reader that has seen enough is no error");

    let anchor = text.lines().find_map(|line| line.strip_prefix("; anchor  ")).unwrap();
    assert!(String::from_utf8_lossy(&written.stderr).contains(anchor));
    let verified = tribute(folder, &["verify", "--anchor", anchor]);
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    let number = anchor.split(':').next().unwrap();
    assert!(said.contains(&format!("glow/{number}: it lies on the chain")), "{said}");
    fails(folder, &["verify", "--anchor", &"0".repeat(64)], 1, "each anchor");
    fails(folder, &["verify", "--anchor", "yesterday"], 2, "is not an anchor");

    let statement = ["statement", "--brand", "glow", "--ambassador", "amb-chloe", "--month", "2026-04"];
    let pdf = tribute(folder, &[&statement[..], &["--format", "pdf"]].concat());
    assert!(pdf.stdout.starts_with(b"%PDF-"));
    let json = tribute(folder, &[&statement[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["anchor"], anchor);
    assert_eq!(json["accounts"][0]["closing"]["total"]["currency"], "USD");
}

#[test]
fn tax_totals_say_who_lacks_a_form_that_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let begins = "2026-01-01T00:00:00Z";
    let terms = format!(
        "[program]\nbrand = 'acme'\nid = 'seeds'\nversion = '1'\neffective_from = '{begins}'\ncurrency = 'USD'\n"
    );
    let event = |id: &str, kind: &str, data: serde_json::Value| {
        serde_json::json!({
            "specversion": "1.0", "id": id, "source": "/test", "type": format!("tribute.{kind}"), "brand": "acme",
            "time": begins, "data": data,
        })
    };
    let sent = serde_json::json!({
        "program": "seeds", "shipment": "s", "to": "ada", "perk": "SKU:BIKE", "units": 1, "fair_value": "1999.99",
    });
    let terms = event("terms", "program.published", serde_json::json!({"terms": terms}));
    let lines = format!("{terms}\n{}\n", event("sent", "shipment.sent", sent));
    fs::write(folder.join("events.ndjson"), lines).unwrap();
    assert!(tribute(folder, &["ingest", "events.ndjson"]).status.success());

    let tax = ["report", "tax", "--year", "2026"];
    let shown = tribute(folder, &tax);
    let said = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.status.success(), "{said}");
    assert!(said.ends_with(
        "acme, USD: 1 people, 0.00 USD in cash and 1999.99 USD in perks, 1999.99 USD in all; 0.00 USD by processors\n"
    ), "{said}");
    let own = "[[threshold]]\nform = 'own'\ncurrency = 'USD'\namount = '600.00'\nuntil = 2026\n";
    fs::write(folder.join("own.toml"), own).unwrap();
    let own = [&tax[..], &["--thresholds", "own.toml", "--format", "json"]].concat();
    fails(folder, &own, 3, "1 without a tax form that is due");
    let rows: serde_json::Value = serde_json::from_slice(&tribute(folder, &own).stdout).unwrap();
    assert_eq!(
        (&rows[0]["total"], &rows[0]["form"], &rows[0]["reached"]),
        (&"1999.99".into(), &"own".into(), &true.into())
    );
    fs::write(folder.join("own.toml"), "[[threshold]]\nform = 'own'\ncurrency = 'USD'\namount = 600\n")
        .unwrap();
    fails(folder, &own, 1, "own.toml: the thresholds cannot be read");
    fails(folder, &["report", "tax"], 2, "`report tax --year 2026`");
    fails(folder, &["report", "payouts", "--year", "2026"], 2, "for the tax totals");
    fails(folder, &[&tax[..], &["--program", "seeds"]].concat(), 2, "of all programs of a brand");
}

#[test]
fn what_cannot_be_written_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(tribute(folder, &["demo"]).status.success());
    fs::copy(folder.join("demo/tribute.db"), folder.join("tribute.db")).unwrap();
    let export = ["ledger", "export", "--format", "beancount", "--brand"];
    fails(folder, &[&export[..], &["nobody"]].concat(), 1, "brand nobody has no ledger");
    fs::write(folder.join("chart.toml"), "[accounts]\ncash = 'Assets:Bank'\nrent = 'Expenses:Rent'\n")
        .unwrap();
    let mapped = [&export[..], &["glow", "--accounts", "chart.toml"]].concat();
    fails(folder, &mapped, 1, "line 3 of the chart of accounts: `rent` is no account of ours");
    let statement = ["statement", "--brand", "glow", "--ambassador", "nobody", "--month"];
    fails(folder, &[&statement[..], &["2026-04"]].concat(), 1, "has booked nothing for ambassador nobody");
    fails(folder, &[&statement[..], &["April"]].concat(), 2, "is no month");
    fails(folder, &["report", "liabilities", "--to", "2026-04-01T00:00:00Z"], 2, "use --at");
}
