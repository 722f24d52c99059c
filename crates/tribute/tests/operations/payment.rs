//! Payouts to a bank that nobody here wrote, and back: a run, its file, what the bank answers and states, the books.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{
    bank::Bank,
    harness::{self, by_hand, tribute},
    toolbox,
};

/// The payer is the bank's customer `ACME`.
const SETTINGS: &str = r#"
name = "ACME Corporation"
iban = "NL41MOCK0000000001"
bic = "MOCKNL2A"
file = { payments_max = 100, sum_max = 100000000 }
block = { payments_max = 2, sum_max = 100000000 }
"#;

/// Two at other banks, one whose account is closed, one with a wallet; of the fifth nobody said anything.
const PEOPLE: &str = "person,name,method,iban,wallet
amb-1,Ada One,sepa,DE89370400440532013000,
amb-2,Ben Two,sepa,DE89370400440532013000,
amb-3,Cleo Three,sepa,NL84MOCK0000000003,
amb-4,Dan Four,paypal,,dan@example.com
";

pub(crate) fn event(id: &str, kind: &str, at: &str, data: &Value) -> String {
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/shop", "type": format!("tribute.{kind}"), "brand": "acme",
        "time": at, "data": data,
    });
    event.to_string()
}

/// Everybody earns: 6.00 EUR and a euro more for each after the first.
fn facts() -> String {
    let mut lines = Vec::new();
    for number in 1..=5 {
        let who = format!("amb-{number}");
        let joined = json!({"program": "friends", "ambassador": who});
        lines.push(event(&who, "ambassador.approved", "2026-01-02T00:00:00Z", &joined));
        let (device, order) = (format!("d{number}"), format!("o{number}"));
        let click =
            json!({"click": format!("c{number}"), "program": "friends", "ambassador": who, "device": device});
        lines.push(event(&format!("c{number}"), "click.recorded", "2026-01-10T10:00:00Z", &click));
        let line = json!({"sku": "TOTE", "quantity": 1, "amount": format!("{}.00", 50 + 10 * number)});
        let sale =
            json!({"order": order, "device": device, "account": device, "currency": "EUR", "lines": [line]});
        lines.push(event(&order, "sale.completed", "2026-01-10T10:05:00Z", &sale));
    }
    lines.join("\n") + "\n"
}

pub(crate) fn done(folder: &Path, arguments: &[&str], code: i32) -> String {
    let said = tribute(folder, arguments);
    assert_eq!(said.code, Some(code), "{arguments:?}: {} {}", said.out, said.err);
    said.out + &said.err
}

pub(crate) fn rows(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let said = tribute(folder, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{arguments:?}: {} {}", said.out, said.err))
}

/// The status of every payout, by ambassador.
pub(crate) fn states(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> = rows(folder, &["payout", "list", "--brand", "acme"])
        .iter()
        .map(|row| format!("{} {}", row["ambassador"].as_str().unwrap(), row["status"].as_str().unwrap()))
        .collect();
    all.sort();
    all
}

pub(crate) fn available(folder: &Path, who: &str) -> Value {
    let all = rows(folder, &["report", "balances"]);
    all.iter().find(|row| row["ambassador"] == who).map(|row| row["available"].clone()).unwrap()
}

/// A run over everybody's earnings, approved.
pub(crate) fn prepared() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let terms = harness::TERMS.replace("approval = false", "approval = true");
    for (name, text) in [
        ("terms.toml", terms.as_str()),
        ("people.csv", PEOPLE),
        ("facts.ndjson", &facts()),
        ("sepa.toml", SETTINGS),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    done(folder, &["program", "apply", "terms.toml"], 0);
    done(folder, &["ingest", "facts.ndjson", "--backfill"], 0);
    done(folder, &["person", "import", "people.csv", "--brand", "acme"], 0);
    done(folder, &["clock", "advance", "--to", "2026-02-02T00:00:00Z"], 0);
    done(folder, &["payout", "approve", "--by", "carla"], 0);
    home
}

pub(crate) const EXPORT: [&str; 10] =
    ["payout", "export", "--rail", "sepa", "--settings", "sepa.toml", "--brand", "acme", "--output", "files"];

/// The one payment file, and its SHA-256.
pub(crate) fn exported(folder: &Path) -> (PathBuf, String) {
    let said = tribute(folder, &EXPORT);
    assert_eq!(said.code, Some(3), "{} {}", said.out, said.err);
    assert!(said.out.contains("3 payout(s) in "), "{}", said.out);
    for why in
        ["amb-4, 9.00 EUR: its details are for paypal", "amb-5, 10.00 EUR: nobody said how they are paid"]
    {
        assert!(said.err.contains(why), "{}", said.err);
    }
    let mut files = std::fs::read_dir(folder.join("files")).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none(), "a list of what is unfinished was left behind");
    let sha256 = said.out.trim().rsplit(' ').next().unwrap().to_owned();
    (file, sha256)
}

/// What the bank sent about the payer's account that these commands read.
pub(crate) fn letters(bank: &Bank, folder: &Path) -> Vec<String> {
    let mailbox = folder.join("mailbox");
    std::fs::create_dir_all(&mailbox).unwrap();
    let all = bank.collect(&mailbox).into_iter().map(|path| path.display().to_string());
    all.filter(|name| name.contains("ACME") && (name.contains("-pain.002") || name.contains("-camt.05")))
        .collect()
}

pub(crate) fn reconcile(folder: &Path, files: &[String], code: i32) -> String {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    done(folder, &[&["reconcile", "--brand", "acme"], &files[..]].concat(), code)
}

pub(crate) fn today() -> jiff::civil::Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

pub(crate) fn bank() -> Bank {
    Bank::start(toolbox::python("bank.py"), &format!("{}T09:00", today()))
}

#[test]
fn payouts_go_to_the_bank_and_what_it_says_comes_back_into_the_books() {
    let home = prepared();
    let folder = home.path();
    let (file, sha256) = exported(folder);
    let reference = rows(folder, &["payout", "list", "--brand", "acme", "--status", "exported"])
        .iter()
        .find(|row| row["ambassador"] == "amb-2")
        .map(|row| row["reference"].as_str().unwrap().to_owned())
        .unwrap();
    done(folder, &EXPORT, 3);
    assert_eq!(std::fs::read_dir(folder.join("files")).unwrap().count(), 1, "nobody is exported twice");
    let reissue =
        ["payout", "reissue", &sha256, "--brand", "acme", "--settings", "sepa.toml", "--output", "again.xml"];
    done(folder, &reissue, 0);
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(std::fs::read(folder.join("again.xml")).unwrap(), bytes);

    let bank = bank();
    bank.behave("ACME", "return-later", json!({"days": 3, "reason": "AC04", "end_to_end_id": reference}));
    assert!(bank.pay(&bytes).taken);
    reconcile(folder, &letters(&bank, folder), 0);
    let approved = ["amb-4 approved", "amb-5 approved"];
    assert_eq!(states(folder), [&["amb-1 sent", "amb-2 sent", "amb-3 failed"], &approved[..]].concat());
    assert_eq!(available(folder, "amb-3"), "8.00", "what was refused is available again");

    bank.advance(5);
    let booked = letters(&bank, folder);
    reconcile(folder, &booked, 0);
    assert_eq!(states(folder), [&["amb-1 settled", "amb-2 settled", "amb-3 failed"], &approved[..]].concat());
    bank.advance(5);
    reconcile(folder, &letters(&bank, folder), 0);
    let settled = [&["amb-1 settled", "amb-2 returned", "amb-3 failed"], &approved[..]].concat();
    assert_eq!(states(folder), settled);
    assert_eq!(available(folder, "amb-2"), "7.00", "what came back is available again");

    let count = || -> i64 {
        by_hand(folder).query_row("SELECT COUNT(*) FROM ledger_transaction", [], |row| row.get(0)).unwrap()
    };
    let before = count();
    reconcile(folder, &booked, 0);
    assert_eq!(count(), before, "the same files again change nothing");
    assert_eq!(states(folder), settled);
    assert_eq!(available(folder, "amb-2"), "7.00", "it goes back once");
    done(folder, &["verify", "--replay"], 0);
}

#[test]
fn a_file_is_written_again_as_it_was_after_somebody_moved_to_another_account() {
    let home = prepared();
    let folder = home.path();
    let (file, sha256) = exported(folder);
    std::fs::write(
        folder.join("moved.csv"),
        "person,name,method,iban\namb-2,Ben Two,sepa,NL91ABNA0417164300\n",
    )
    .unwrap();
    done(folder, &["person", "import", "moved.csv", "--brand", "acme"], 0);
    let reissue =
        ["payout", "reissue", &sha256, "--brand", "acme", "--settings", "sepa.toml", "--output", "again.xml"];
    done(folder, &reissue, 0);
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(std::fs::read(folder.join("again.xml")).unwrap(), bytes);
    let held =
        done(folder, &["person", "export", "--person", "amb-2", "--brand", "acme", "--format", "json"], 0);
    assert!(held.contains("NL91ABNA0417164300") && held.contains("DE89370400440532013000"), "{held}");
}

#[test]
fn a_hold_is_placed_and_released_once_and_a_payout_is_shown() {
    let home = prepared();
    let folder = home.path();
    let who = [
        "--brand",
        "acme",
        "--program",
        "friends",
        "--ambassador",
        "amb-1",
        "--by",
        "carla",
        "--reason",
        "a call",
    ];
    let refused = done(folder, &[&["payout", "release"], &who[..]].concat(), 1);
    assert!(refused.contains("payouts to amb-1 are not held in program friends"), "{refused}");
    done(folder, &[&["payout", "hold"], &who[..]].concat(), 0);
    let released = done(folder, &[&["payout", "release"], &who[..]].concat(), 0);
    assert!(released.contains("payouts of program friends to amb-1 go on: a call"), "{released}");
    let unknown = done(folder, &["payout", "show", "po_nobody"], 1);
    assert!(unknown.contains("payout po_nobody is not known"), "{unknown}");
    let one = rows(folder, &["payout", "list", "--brand", "acme"])[0]["payout"].as_str().unwrap().to_owned();
    let shown = done(folder, &["payout", "show", &one], 0);
    assert!(shown.contains("approved by carla") && shown.contains("  pays      "), "{shown}");
}

#[test]
fn a_damaged_statement_books_nothing() {
    let home = prepared();
    let folder = home.path();
    exported(folder);
    let day = today().strftime("%y%m%d");
    let statement = format!(
        ":20:S1\r\n:25:NL41MOCK0000000001\r\n:28C:7/1\r\n:60F:C{day}EUR100,00\r\n:61:{day}D6,00NTRFNONREF//B-1\r\n\
         :86:/EREF/nobody/\r\n:62F:C{day}EUR90,00\r\n-"
    );
    std::fs::write(folder.join("statement.sta"), &statement).unwrap();
    let refused = reconcile(folder, &["statement.sta".to_owned()], 1);
    assert!(refused.contains("add up to 94.00 EUR, closing says 90.00 EUR"), "{refused}");
    std::fs::write(folder.join("statement.sta"), statement.replace("EUR90,00", "EUR94,00")).unwrap();
    let unmatched = reconcile(folder, &["statement.sta".to_owned()], 3);
    assert!(unmatched.contains("6.00 EUR"), "{unmatched}");
    let row = rows(folder, &["reconcile", "--brand", "acme", "statement.sta"])[0]["row"]
        .as_str()
        .unwrap()
        .to_owned();
    done(folder, &["reconcile", "--brand", "acme", "statement.sta", "--accept", &row, "--by", "carla"], 0);
    assert!(states(folder).contains(&"amb-1 settled".to_owned()), "a person accepted it");
}
