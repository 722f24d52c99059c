//! What a bank says in several statements, given together or one after the other, and again: the same books.

use std::{fmt::Write, path::Path};

use serde_json::{Value, json};

use crate::payment::{available, done, exported, prepared, reconcile, rows, states, today};

const ACCOUNT: &str = "NL41MOCK0000000001";

/// An entry: minor units, negative where money went out; the payout; whether the bank marks it as returned.
type Line<'a> = (i64, &'a str, bool);

fn shown(minor: i64) -> String {
    format!("{}.{:02}", minor.abs() / 100, minor.abs() % 100)
}

/// A statement of today, of an account that opens with so much.
fn statement(id: &str, opening: i64, lines: &[Line<'_>]) -> String {
    let day = today();
    let balance = |code: &str, minor: i64| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
             <Dt><Dt>{day}</Dt></Dt></Bal>",
            shown(minor)
        )
    };
    let closing = opening + lines.iter().map(|(minor, ..)| minor).sum::<i64>();
    let mut entries = String::new();
    for (place, (minor, payout, returned)) in lines.iter().enumerate() {
        let side = if *minor < 0 { "DBIT" } else { "CRDT" };
        let back = if *returned { "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" } else { "" };
        write!(
            entries,
            "<Ntry><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt>\
             </BookgDt><AcctSvcrRef>{id}-{place}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>{payout}</EndToEndId>\
             </Refs>{back}</TxDtls></NtryDtls></Ntry>",
            shown(*minor)
        )
        .unwrap();
    }
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr><MsgId>M{id}</MsgId>\
         <CreDtTm>{day}T06:00:00Z</CreDtTm></GrpHdr><Stmt><Id>{id}</Id><CreDtTm>{day}T06:00:00Z</CreDtTm><Acct><Id>\
         <IBAN>{ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct>{}{}{entries}</Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", opening),
        balance("CLBD", closing)
    )
}

fn payout(folder: &Path, who: &str) -> String {
    let all = rows(folder, &["payout", "list", "--brand", "acme", "--status", "exported"]);
    let own = all.iter().find(|row| row["ambassador"] == who);
    own.unwrap_or_else(|| panic!("{all:?}"))["payout"].as_str().unwrap().to_owned()
}

/// The differences of this month, and what the account's balances leave over.
fn month_end(folder: &Path) -> Vec<Value> {
    let month = today().strftime("%Y-%m").to_string();
    let all = rows(folder, &["report", "month-end", "--brand", "acme", "--month", &month]);
    let left =
        |row: &&Value| row["item"] == "closing less opening and entries" || row["item"] == "books less bank";
    all.iter().filter(left).map(|row| row["amount"].clone()).collect()
}

fn copied(from: &Path) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), home.path().join(file.file_name())).unwrap();
        }
    }
    home
}

#[test]
fn the_same_statements_in_one_call_or_several_and_again_give_the_same_books() {
    let home = prepared();
    exported(home.path());
    let (ada, ben) = (payout(home.path(), "amb-1"), payout(home.path(), "amb-2"));
    // Ada is paid twice and the bank gives that back; Ben is paid in two entries, and all of it comes back in two.
    let first = [(-600, &*ada, false), (-600, &ada, false), (-300, &ben, false), (-400, &ben, false)];
    for (name, text) in [
        ("1.xml", statement("S1", 10_000, &first)),
        ("2.xml", statement("S2", 8_100, &[(600, &ada, false), (500, &ben, true)])),
        ("3.xml", statement("S3", 9_200, &[(200, &ben, true)])),
    ] {
        std::fs::write(home.path().join(name), text).unwrap();
    }
    let calls: [&[&[&str]]; 4] = [
        &[&["1.xml"], &["2.xml"], &["3.xml"]],
        &[&["3.xml", "1.xml", "2.xml"]],
        &[&["2.xml", "1.xml"], &["1.xml"], &["3.xml"]],
        &[&["1.xml"], &["1.xml", "3.xml", "2.xml"]],
    ];
    for files in calls {
        let folder = copied(home.path());
        let folder = folder.path();
        let read = |files: &[&str]| {
            let told = [&["reconcile", "--brand", "acme"], files].concat();
            crate::harness::tribute(folder, &told)
        };
        for call in files {
            let said = read(call);
            assert!([Some(0), Some(3)].contains(&said.code), "{call:?}: {} {}", said.out, said.err);
            assert!(said.err.contains(" 0 quarantined"), "{call:?}: {}", said.err);
        }
        for _ in 0..2 {
            let again = read(&["1.xml", "2.xml", "3.xml"]);
            assert_eq!(again.code, Some(0), "all of it is on record: {} {}", again.out, again.err);
        }
        assert_eq!(states(folder)[..2], ["amb-1 settled", "amb-2 returned"], "{files:?}");
        assert_eq!((available(folder, "amb-1"), available(folder, "amb-2")), (json!("0.00"), json!("7.00")));
        assert_eq!(month_end(folder), ["0.00", "0.00"], "{files:?}");
        done(folder, &["verify"], 0);
    }
}

#[test]
fn an_account_is_of_one_brand_and_what_is_accepted_says_by_whom() {
    let home = prepared();
    let folder = home.path();
    exported(folder);
    let ada = payout(folder, "amb-1");
    std::fs::write(
        folder.join("1.xml"),
        statement("S1", 10_000, &[(-630, &ada, false), (-150, "card", false)]),
    )
    .unwrap();
    let unknown = done(folder, &["reconcile", "1.xml", "--brand", "nope"], 1);
    assert!(unknown.contains("brand nope is not known"), "{unknown}");

    let said = reconcile(folder, &["1.xml".to_owned()], 3);
    assert!(said.contains("--accept ROW --by NAME"), "{said}");
    let listed = rows(folder, &["reconcile", "1.xml", "--brand", "acme"]);
    let row = |kind: &str| {
        listed.iter().find(|row| row["kind"] == kind).unwrap()["row"].as_str().unwrap().to_owned()
    };
    let (different, card) = (row("different"), row("unexpected"));
    let told = |more: &[&str], code| {
        done(folder, &[&["reconcile", "1.xml", "--brand", "acme"], more].concat(), code)
    };
    told(&["--accept", &different], 2);
    let nothing = told(&["--accept", &card, "--by", "carla"], 1);
    assert!(nothing.contains(&format!("row {card} is unexpected and books nothing")), "{nothing}");
    let both = ["--charge", &different, "--charge", &card, "--by", "carla"];
    told(&both, 0);
    assert_eq!(states(folder)[0], "amb-1 settled", "with 0.30 EUR as the bank's charge");
    assert_eq!(month_end(folder), ["0.00", "0.00"]);
    let again = told(&both, 0);
    assert!(again.contains(&format!("row {card} was booked before")), "{again}");
    assert!(again.contains(&format!("row {different} was booked before")), "{again}");

    let zeta = std::fs::read_to_string(folder.join("terms.toml")).unwrap().replace("acme", "zeta");
    std::fs::write(folder.join("zeta.toml"), zeta).unwrap();
    done(folder, &["program", "apply", "zeta.toml"], 0);
    let other = done(folder, &["reconcile", "1.xml", "--brand", "zeta"], 1);
    assert!(other.contains(&format!("account {ACCOUNT} is brand acme's")), "{other}");
    done(folder, &["reconcile", "1.xml", "--brand", "zeta", "--shared-account"], 3);
}
