//! Dollars by ACH to a bank that answers in its own formats, and a list by Wise that a mapping reads.

use std::{fs, path::Path};

use serde_json::json;

use crate::{
    bank::Bank,
    payment::{available, bank, done, event, rows, states},
};

const TERMS: &str = r#"
[program]
brand = "acme"
id = "friends"
name = "Friends"
version = "1"
effective_from = "2026-01-01T00:00:00Z"
currency = "USD"

[attribution]
hold = "0d"
grace = "0d"

[[commission]]
id = "ten"
pays.percent = "10%"

[payout]
methods = ["ach", "paypal", "wise", "gift_card"]
"#;

const PEOPLE: &str = "person,name,method,routing,account,account_kind,wallet,wise
amb-1,Ada One,ach,021000021,12345678,checking,,
amb-2,Ben Two,ach,121042882,9876,savings,,
amb-3,Cleo Three,wise,,,,cleo@example.com,IBAN=GB33BUKB20201555555555
amb-4,Dan Four,paypal,,,,dan@example.com,
amb-5,Eve Five,gift_card,,,,,
";

const NACHA: &str = r#"
destination = "091000019"
destination_name = "Mock Bank"
origin = "1234567890"
originating_bank = "091000019"
company_name = "ACME Corporation"
company_id = "0000000001"
entry_description = "Commission"
file = { payments_max = 100, sum_max = 100000000 }
"#;

const WISE: &str = r#"
source_currency = "USD"
limits = { payments_max = 100, sum_max = 100000000 }
[templates.USD]
csv = "name,recipientEmail,receiverType,amountCurrency,amount,sourceCurrency,targetCurrency,paymentReference,IBAN"
person = "PRIVATE"
company = "BUSINESS"
"#;

const MAPPING: &str = r#"
currency = "USD"
account = "wise"
return_words = ["refunded"]
[columns]
date = "Date"
amount = "Amount"
reference = "Reference"
bank_reference = "Transfer"
kind = "Status"
"#;

/// Everybody has earned: 6.00 USD, and a dollar more for each after the first; a run by hand takes it all.
fn prepared() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let mut lines = Vec::new();
    for number in 1..=5 {
        let (who, device) = (format!("amb-{number}"), format!("d{number}"));
        let joined = json!({"program": "friends", "ambassador": who});
        lines.push(event(&who, "ambassador.approved", "2026-01-02T00:00:00Z", &joined));
        let click = json!({"click": device, "program": "friends", "ambassador": who, "device": device});
        lines.push(event(&format!("c{number}"), "click.recorded", "2026-01-10T10:00:00Z", &click));
        let line = json!({"sku": "TOTE", "quantity": 1, "amount": format!("{}.00", 50 + 10 * number)});
        let sale =
            json!({"order": format!("o{number}"), "device": device, "currency": "USD", "lines": [line]});
        lines.push(event(&format!("o{number}"), "sale.completed", "2026-01-10T10:05:00Z", &sale));
    }
    let facts = lines.join("\n") + "\n";
    for (name, text) in [
        ("terms.toml", TERMS),
        ("people.csv", PEOPLE),
        ("facts.ndjson", &facts),
        ("nacha.toml", NACHA),
        ("wise.toml", WISE),
        ("mapping.toml", MAPPING),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    done(folder, &["program", "apply", "terms.toml"], 0);
    done(folder, &["ingest", "facts.ndjson", "--backfill"], 0);
    done(folder, &["person", "import", "people.csv", "--brand", "acme", "--by", "ed"], 0);
    // How people are paid was said today: a run up to yesterday does not know it.
    let to = format!("{}T00:00:00Z", crate::payment::today().tomorrow().unwrap());
    done(folder, &["clock", "advance", "--to", &to], 0);
    home
}

const RUN: [&str; 6] = ["payout", "run", "--brand", "acme", "--program", "friends"];

#[test]
fn a_run_by_hand_is_looked_at_made_once_and_approved_by_somebody_else() {
    let home = prepared();
    let folder = home.path();
    let dry = done(folder, &[&RUN[..], &["--dry-run"]].concat(), 0);
    assert!(dry.contains("proposed: 5 of 40.00 USD in all"), "{dry}");
    assert!(states(folder).is_empty(), "nothing was made");
    for _ in 0..2 {
        let made = done(folder, &[&RUN[..], &["--by", "rita"]].concat(), 0);
        assert!(made.contains("proposed: 5 of 40.00 USD in all"), "{made}");
        assert_eq!(states(folder).len(), 5);
    }
    for (by, why) in [("rita", "they asked for its run"), ("ed", "they entered how")] {
        let refused = done(folder, &["payout", "approve", "--by", by], 3);
        assert!(refused.contains(why), "{refused}");
    }
    let looked = done(folder, &["payout", "approve", "--by", "carla", "--dry-run"], 0);
    assert!(looked.contains("gift_card") && looked.contains("proposed: 5 of 40.00 USD in all"), "{looked}");
    done(folder, &["payout", "approve", "--by", "carla"], 0);
    assert!(states(folder).iter().all(|it| it.ends_with(" approved")), "{:?}", states(folder));
    done(folder, &["verify", "--replay"], 0);
}

fn approved() -> tempfile::TempDir {
    let home = prepared();
    done(home.path(), &[&RUN[..], &["--by", "rita"]].concat(), 0);
    done(home.path(), &["payout", "approve", "--by", "carla"], 0);
    home
}

fn export(folder: &Path, rail: &str, output: &str, settings: Option<&str>) {
    let mut arguments = vec!["payout", "export", "--brand", "acme", "--rail", rail, "--output", output];
    arguments.extend(settings.into_iter().flat_map(|it| ["--settings", it]));
    done(folder, &arguments, 0);
}

fn status_of(folder: &Path, who: &str) -> String {
    let all = states(folder);
    let found = all.iter().find_map(|it| it.strip_prefix(&format!("{who} ")));
    found.unwrap().to_owned()
}

/// The payer's letters whose kind begins so, as files.
fn letters(bank: &Bank, folder: &Path) -> Vec<String> {
    let mailbox = folder.join("mailbox");
    fs::create_dir_all(&mailbox).unwrap();
    let all = bank.collect(&mailbox).into_iter().map(|path| path.display().to_string());
    let read = ["-nacha.ack", "-nacha.return", "-bai2.statement"];
    all.filter(|name| name.contains("ACME") && read.iter().any(|kind| name.contains(kind))).collect()
}

#[test]
fn dollars_go_by_ach_and_come_back_by_their_traces() {
    let home = approved();
    let folder = home.path();
    export(folder, "nacha", "ach", Some("nacha.toml"));
    assert_eq!(
        states(folder),
        ["amb-1 exported", "amb-2 exported", "amb-3 approved", "amb-4 approved", "amb-5 approved"]
    );
    let bank = bank();
    bank.change("ACME", &json!({"format": "nacha", "currency": "USD"}));
    bank.behave("ACME", "return-later", json!({"days": 3, "reason": "R03"}));
    let file = fs::read_dir(folder.join("ach")).unwrap().next().unwrap().unwrap().path();
    assert!(bank.pay(&fs::read(file).unwrap()).taken);
    let reconcile = |files: &[String], code| {
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        done(folder, &[&["reconcile", "--brand", "acme"], &files[..]].concat(), code)
    };
    reconcile(&letters(&bank, folder), 0);
    assert_eq!((status_of(folder, "amb-1"), status_of(folder, "amb-2")), ("sent".into(), "sent".into()));
    bank.advance(14);
    let said = letters(&bank, folder);
    for _ in 0..2 {
        reconcile(&said, 0);
        assert_eq!(
            (status_of(folder, "amb-1"), status_of(folder, "amb-2")),
            ("returned".into(), "returned".into())
        );
        assert_eq!((available(folder, "amb-1"), available(folder, "amb-2")), (json!("6.00"), json!("7.00")));
    }
    done(folder, &["verify", "--replay"], 0);
}

#[test]
fn a_list_by_wise_is_read_by_a_mapping_and_explained() {
    let home = approved();
    let folder = home.path();
    export(folder, "wise", "wise", Some("wise.toml"));
    assert_eq!(status_of(folder, "amb-3"), "exported");
    let of = rows(folder, &["payout", "list", "--brand", "acme", "--status", "exported"]);
    let reference = of[0]["reference"].as_str().unwrap();
    let day = crate::payment::today();
    let list = format!("Date,Amount,Reference,Transfer,Status\n{day},-8.00,{reference},T-1,sent\n");
    fs::write(folder.join("list.csv"), &list).unwrap();
    let told = ["reconcile", "--brand", "acme", "list.csv", "--mapping", "mapping.toml", "--explain"];
    let said = done(folder, &told, 0);
    assert!(said.contains("matched, certain") && said.contains("T-1"), "{said}");
    assert_eq!(status_of(folder, "amb-3"), "settled");
    let back = format!("{day},8.00,{reference},T-2,refunded\n");
    fs::write(folder.join("list.csv"), list + &back).unwrap();
    for _ in 0..2 {
        done(folder, &told, 0);
        assert_eq!(status_of(folder, "amb-3"), "returned");
        assert_eq!(available(folder, "amb-3"), "8.00");
    }
    done(folder, &["verify", "--replay"], 0);
}

/// A settlement report of one day: what it opens with, its rows, what it closes with, in cents.
fn settlement_report(day: &str, opening: i64, rows: &[(&str, &str, &str, i64)]) -> String {
    let debits: i64 = rows.iter().filter(|row| row.2 == "DR").map(|row| row.3).sum();
    let credits: i64 = rows.iter().filter(|row| row.2 == "CR").map(|row| row.3).sum();
    let mut text = format!(
        "\"RH\",{day} 23:59:59 +0000,\"A\",\"SHOP\",009,\n\"FH\",01\n\
         \"SH\",{day} 00:00:00 +0000,{day} 23:59:59 +0000,\"SHOP\",\"\"\n\
         \"CH\",\"Transaction ID\",\"Invoice ID\",\"Transaction Event Code\",\"Transaction Completion Date\",\
         \"Transaction Debit or Credit\",\"Gross Transaction Amount\",\"Gross Transaction Currency\",\
         \"Fee Debit or Credit\",\"Fee Amount\",\"Fee Currency\",\"Custom Field\"\n"
    );
    for (id, code, sign, amount) in rows {
        let (id, reference) = id.split_once(' ').unwrap();
        text += &format!(
            "\"SB\",\"{id}\",\"\",\"{code}\",{day} 10:00:00 +0000,\"{sign}\",{amount},\"USD\",\"\",,\"\",\"{reference}\"\n"
        );
    }
    let closing = opening + credits - debits;
    let count = rows.len();
    text + &format!("\"SF\",\"USD\",{credits},{debits},0,0,{opening},{closing}\n\"SC\",{count}\n")
}

#[test]
fn paypal_pays_and_gives_back_what_nobody_took() {
    let home = approved();
    let folder = home.path();
    fs::write(folder.join("paypal.toml"), "limits = { payments_max = 100, sum_max = 100000000 }\n").unwrap();
    export(folder, "paypal", "wallets", Some("paypal.toml"));
    let file = fs::read_dir(folder.join("wallets")).unwrap().next().unwrap().unwrap().path();
    assert!(fs::read_to_string(file).unwrap().starts_with("dan@example.com,9.00,USD"));
    let of = rows(folder, &["payout", "list", "--brand", "acme", "--status", "exported"]);
    let reference = of[0]["reference"].as_str().unwrap();
    let day = crate::payment::today();
    let (paid, back) = (format!("T1 {reference}"), format!("T2 {reference}"));
    let write = |name: &str, day: jiff::civil::Date, opening, row| {
        let text = settlement_report(&day.to_string().replace('-', "/"), opening, &[row]);
        fs::write(folder.join(name), text).unwrap();
    };
    write("one.csv", day, 10_000, (&paid, "T0001", "DR", 900));
    write("two.csv", day.tomorrow().unwrap(), 9_100, (&back, "T1114", "CR", 900));
    done(folder, &["reconcile", "--brand", "acme", "one.csv"], 0);
    assert_eq!(status_of(folder, "amb-4"), "settled");
    for _ in 0..2 {
        done(folder, &["reconcile", "--brand", "acme", "two.csv"], 0);
        assert_eq!(status_of(folder, "amb-4"), "returned");
        assert_eq!(available(folder, "amb-4"), "9.00");
    }
    done(folder, &["verify"], 0);
}

#[test]
fn gift_cards_go_out_on_a_list_and_are_paid_with_it() {
    let home = approved();
    let folder = home.path();
    export(folder, "gift_card", "cards.csv", None);
    assert_eq!(status_of(folder, "amb-5"), "settled");
    let list = fs::read_to_string(folder.join("cards.csv")).unwrap();
    assert!(list.contains("amb-5,10.00,USD") && list.lines().count() == 2, "{list}");
    let balances = rows(folder, &["ledger", "balances", "--brand", "acme"]);
    let of = |account: &str| balances.iter().any(|row| row["account"] == account);
    assert!(of("gift_card") && !of("cash"), "{balances:?}");
    done(folder, &["verify", "--replay"], 0);
}
