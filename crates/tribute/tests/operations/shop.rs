//! A shop is connected, clicked at, bought from and refunded, and an app is told of it: as the README says it, word by word.

use std::{fs, net::TcpListener, process::Command};

use tribute_events::{RefusedDelivery, Rejection, RejectionCode};

use crate::harness::{Said, tribute};

/// The commands of the README's section of this name.
fn commands(section: &str) -> String {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let section = readme.split(&format!("\n## {section}\n")).nth(1).unwrap();
    section.split("```").nth(1).unwrap().to_owned()
}

#[test]
fn the_readme_leads_from_a_shop_to_an_earning() {
    let folder = tempfile::tempdir().unwrap();
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let [server, app] = listeners.map(|it| it.local_addr().unwrap().to_string());
    let commands = commands("From a click to an earning");
    assert!(commands.contains("127.0.0.1:8080") && commands.contains("127.0.0.1:8081"));
    // Only the ports are others, since many tests run at once.
    let commands = commands.replace("127.0.0.1:8080", &server).replace("127.0.0.1:8081", &app);
    let script = format!("set -euo pipefail\ntrap 'kill $(jobs -p)' EXIT\n{commands}");
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_tribute")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let mut bash = Command::new("bash");
    bash.args(["-c", &script]).current_dir(folder.path()).env("PATH", path).env("NO_COLOR", "1");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TRIBUTE_")) {
        bash.env_remove(name);
    }
    let said: Said = bash.output().unwrap().into();
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
    let earning = [
        "\"source\":\"order:shopify:1001\"",
        "\"ambassador\":\"ada\"",
        "\"amount\":\"4.00\"",
        "\"currency\":\"USD\"",
    ];
    assert!(said.has(&earning), "{}\n{}", said.out, said.err);
    let told = fs::read_to_string(folder.path().join("told.txt")).unwrap();
    for line in ["tribute.earning.accrued ada 6.00 USD\n", "tribute.earning.adjusted ada -2.00 USD\n"] {
        assert_eq!(told.matches(line).count(), 1, "{told}");
    }
    let explained = tribute(&folder.path().join("tribute-data"), &["explain", "shopify:1001"]);
    assert!(explained.has(&["credited", "click d_", "of ada"]), "{}{}", explained.out, explained.err);
}

#[test]
fn a_delivery_that_was_put_aside_is_taken_once_the_settings_say_how() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let secret = file("secret", "a-secret-of-ours\n");
    let connect = [
        "shop",
        "connect",
        "--brand",
        "acme",
        "--kind",
        "shopify",
        "--secret-file",
        &secret,
        "--format",
        "csv",
    ];
    let connected = tribute(folder.path(), &connect);
    assert_eq!(connected.code, Some(0), "{}", connected.err);
    let shop = connected.out.lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
    assert!(tribute(folder.path(), &connect).err.contains("has a shop shopify already"));
    // The secret lies nowhere in clear.
    for entry in fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().path()) {
        let holds = fs::read(&entry).unwrap_or_default().windows(16).any(|it| it == b"a-secret-of-ours");
        assert_eq!(holds, entry.ends_with("secret"), "{}", entry.display());
    }
    let refund = br#"{"id": 7, "order_id": 1001, "created_at": "2026-03-01T11:00:00Z", "refund_line_items":
        [{"line_item_id": 1, "quantity": 1, "subtotal": "20.00", "total_tax": "2.00"}]}"#;
    let why = Rejection::new(RejectionCode::InvalidAmount, "not certain");
    let topic = Some("refunds/create".to_owned());
    let held = RefusedDelivery::new("acme".parse().unwrap(), &shop, topic, refund, &why);
    let held = file("held.ndjson", &String::from_utf8(held.to_bytes().unwrap()).unwrap());
    assert_eq!(tribute(folder.path(), &["ingest", &held]).code, Some(3));
    assert!(tribute(folder.path(), &["quarantine", "list"]).has(&["acme", "not certain", "open"]));
    // As long as nothing changes it is put aside again, with what to do about it.
    assert_eq!(tribute(folder.path(), &["quarantine", "retry"]).code, Some(3));
    assert!(tribute(folder.path(), &["quarantine", "list"]).has(&["prices_include_tax", "open"]));
    let settings = file("shop.toml", "prices_include_tax = true\n");
    assert_eq!(tribute(folder.path(), &["shop", "set", &shop, "--settings", &settings]).code, Some(0));
    let taken = tribute(folder.path(), &["quarantine", "retry", "--format", "csv"]);
    assert_eq!(taken.code, Some(0), "{}{}", taken.out, taken.err);
    assert!(taken.has(&["1,1,0,0"]), "{}", taken.out);
    let rotated = tribute(folder.path(), &["shop", "rotate", &shop, "--secret-file", &secret]);
    assert_eq!(rotated.code, Some(0), "{}", rotated.err);
    let listed = tribute(folder.path(), &["shop", "list", "--brand", "acme", "--format", "csv"]);
    assert!(listed.has(&["acme", &shop, "shopify", "prices_include_tax"]), "{}", listed.out);
    assert_eq!(tribute(folder.path(), &["shop", "disconnect", &shop]).code, Some(0));
    assert!(tribute(folder.path(), &["shop", "disconnect", &shop]).err.contains("no connected shop"));
}
