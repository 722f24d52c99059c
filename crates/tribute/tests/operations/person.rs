//! People apart from the books, through the command line: import, payouts, export, erase, and a look at the bytes.

use std::path::Path;

use serde_json::Value;

use crate::harness::{TERMS, command, tribute};

const PEOPLE: &str = "person,name,email,street,building_number,post_code,town,country,tax_ids,method,iban
amb-1,Wilhelmina Zeeman,mina.zeeman@example.com,Lange Voorhout,34,2514 EE,Den Haag,NL,NL:123456782,sepa,NL91 ABNA 0417 1643 00
amb-2,Other Person,other@example.com,,,,,,,store_credit,
";

/// What nobody may find of them in the end.
const SECRETS: [&str; 7] = [
    "Zeeman",
    "mina.zeeman",
    "Lange Voorhout",
    "NL91ABNA0417164300",
    "0417 1643",
    "123456782",
    "mina_counts",
];

fn event(id: &str, kind: &str, at: &str, data: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"/shop","type":"tribute.{kind}","brand":"acme","time":"{at}","data":{data}}}"#
    )
}

fn sale(order: &str, at: &str) -> String {
    let click = event(
        &format!("c{order}"),
        "click.recorded",
        at,
        &format!(r#"{{"click":"c{order}","program":"friends","ambassador":"amb-1","device":"d1"}}"#),
    );
    // Nobody buys in the second of the click: that would be held.
    let sale = event(
        &format!("s{order}"),
        "sale.completed",
        &at.replace(":00Z", ":30Z"),
        &format!(
            r#"{{"order":"{order}","device":"d1","account":"u1","currency":"EUR","lines":[{{"sku":"TOTE","quantity":1,"amount":"60.00"}}]}}"#
        ),
    );
    format!("{click}\n{sale}\n")
}

fn facts() -> String {
    let joined = r#"{"program":"friends","ambassador":"amb-1","email":"mina.zeeman@example.com",
        "handles":[{"platform":"tube","handle":"mina_counts","followers":900}]}"#
        .replace('\n', "");
    let broken = r#"{"program":"friends","ambassador":"amb-1","handles":"mina_counts"}"#;
    let mut text = event("a1", "ambassador.approved", "2026-01-02T00:00:00Z", &joined) + "\n";
    text += &(event("a2", "ambassador.updated", "2026-01-03T00:00:00Z", broken) + "\n");
    text + &sale("1", "2026-01-10T10:00:00Z")
}

fn done(folder: &Path, arguments: &[&str], code: i32) -> String {
    let said = tribute(folder, arguments);
    assert_eq!(said.code, Some(code), "{arguments:?}: {} {}", said.out, said.err);
    said.out + &said.err
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let said = tribute(folder, arguments);
    assert_eq!(said.code, Some(0), "{arguments:?}: {}", said.err);
    serde_json::from_str(&said.out).unwrap()
}

/// The files of the data folder in which one of the secrets is.
fn found_in(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("tribute.db") {
            let bytes = std::fs::read(&path).unwrap();
            let holds = |secret: &str| bytes.windows(secret.len()).any(|it| it == secret.as_bytes());
            found.extend(SECRETS.iter().filter(|it| holds(it)).map(|it| format!("{it} in {name}")));
        }
    }
    found
}

fn heads(folder: &Path) -> String {
    let verified = json(folder, &["verify", "--replay", "--format", "json"]);
    format!("{} {}", verified["ledger_digest"], verified["journal_heads"])
}

fn prepared() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    std::fs::write(folder.join("terms.toml"), TERMS).unwrap();
    std::fs::write(folder.join("people.csv"), PEOPLE).unwrap();
    std::fs::write(folder.join("facts.ndjson"), facts()).unwrap();
    done(folder, &["program", "apply", "terms.toml"], 0);
    done(folder, &["ingest", "facts.ndjson", "--backfill"], 3);
    done(folder, &["person", "import", "people.csv", "--brand", "acme"], 0);
    home
}

const WHO: [&str; 4] = ["--brand", "acme", "--person", "amb-1"];

fn with<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<&'a str> {
    [before, &WHO, after].concat()
}

#[test]
fn a_list_is_imported_once_and_shown_masked() {
    let home = prepared();
    let folder = home.path();
    let import = ["person", "import", "people.csv", "--brand", "acme", "--format", "json"];
    let again = json(folder, &import);
    assert_eq!(
        (&again[0]["new"], &again[0]["changed"], &again[0]["unchanged"]),
        (&0.into(), &0.into(), &2.into())
    );
    for arguments in [with(&["person", "show"], &[]), vec!["person", "list", "--brand", "acme"]] {
        let shown = done(folder, &arguments, 0);
        assert!(shown.contains("NL****4300") && shown.contains("tube:m***"), "{shown}");
        assert_eq!(SECRETS.iter().find(|secret| shown.contains(**secret)), None, "{shown}");
    }
    let wrong = PEOPLE.replace("1643 00", "1643 01").replace("store_credit", "cash");
    std::fs::write(folder.join("wrong.csv"), wrong).unwrap();
    let refused = done(folder, &["person", "import", "wrong.csv", "--brand", "acme"], 1);
    assert!(
        refused.contains("line 2: the IBAN NL****4301") && refused.contains("line 3: `cash`"),
        "{refused}"
    );
    assert!(!refused.contains("0417"), "{refused}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = folder.join("vault.key").metadata().unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn an_erased_person_is_found_nowhere_and_the_books_are_what_they_were() {
    let home = prepared();
    let folder = home.path();
    let erase = with(&["person", "erase"], &["--by", "carla", "--reason", "request 7"]);
    done(folder, &["clock", "advance", "--to", "2026-02-02T00:00:00Z"], 0);
    let refused = done(folder, &erase, 1);
    assert!(refused.contains("payouts are under way") && refused.contains("(proposed)"), "{refused}");
    settle(folder);
    std::fs::write(folder.join("more.ndjson"), sale("2", "2026-02-10T10:00:00Z")).unwrap();
    done(folder, &["ingest", "more.ndjson", "--backfill"], 0);

    let record = json(folder, &with(&["person", "export"], &[]));
    assert_eq!(record["identity"]["known"]["name"], "Wilhelmina Zeeman");
    assert_eq!(record["identity"]["known"]["handles"][0]["handle"], "mina_counts");
    assert_eq!(record["paid"][0]["amount"]["amount"], "6.00");
    assert_eq!(record["conversions"].as_array().unwrap().len(), 2);
    assert_eq!(record["clicks"][0]["count"], 2);
    assert_eq!(
        record["programs"][0]["handles"][0],
        serde_json::json!({"platform": "tube", "handle": "mina_counts", "followers": 900})
    );
    assert_eq!(record["statements"][0]["month"], "2026-01");
    assert_eq!(record["sources"]["statements"], "the ledger");

    let before = heads(folder);
    let sentence = done(folder, &erase, 0);
    assert!(sentence.contains("amb-1 is erased") && sentence.contains("6.00 EUR stay held"), "{sentence}");
    assert_eq!(found_in(folder), Vec::<String>::new());
    assert_eq!(heads(folder), before, "the books are what they were");
    assert!(done(folder, &erase, 0).contains("already"));

    done(folder, &["clock", "advance", "--to", "2026-03-02T00:00:00Z"], 0);
    let payouts = done(folder, &["report", "payouts", "--format", "csv"], 0);
    assert!(payouts.contains("6.00 EUR is held: the person was erased"), "{payouts}");
    for arguments in [
        with(&["person", "show"], &[]),
        with(&["person", "export"], &[]),
        vec!["person", "list", "--brand", "acme"],
    ] {
        let shown = done(folder, &arguments, 0);
        assert!(shown.contains("redacted"), "{shown}");
        assert_eq!(SECRETS.iter().find(|secret| shown.contains(**secret)), None, "{shown}");
    }
    for report in ["balances", "earnings", "conversions", "standings", "rewards", "funnel", "summary"] {
        done(folder, &["report", report], 0);
    }
    done(folder, &["verify", "--replay"], 0);
    let back = done(folder, &["person", "import", "people.csv", "--brand", "acme"], 3);
    assert!(back.contains("amb-1 was erased"), "{back}");
    // What comes again is known, and what comes of them anew is sealed.
    done(folder, &["ingest", "facts.ndjson", "--backfill"], 0);
    assert_eq!(found_in(folder), Vec::<String>::new());
}

/// The proposed payout goes out and arrives.
fn settle(folder: &Path) {
    done(folder, &["payout", "export", "--brand", "acme", "--output", "out.csv"], 0);
    let list = std::fs::read_to_string(folder.join("out.csv")).unwrap();
    let payout = list.lines().nth(1).unwrap().split(',').next().unwrap();
    let settled = event(
        "b1",
        "settlement.reported",
        "2026-02-03T00:00:00Z",
        &format!(r#"{{"payout":"{payout}","outcome":"settled"}}"#),
    );
    std::fs::write(folder.join("bank.ndjson"), settled + "\n").unwrap();
    done(folder, &["ingest", "bank.ndjson", "--backfill"], 0);
}

#[test]
fn another_key_is_told_and_the_key_may_come_from_elsewhere() {
    let home = prepared();
    let folder = home.path();
    let show = with(&["person", "show"], &[]);
    let said = command(folder, &show).env("TRIBUTE_VAULT_KEY", "08".repeat(32)).output().unwrap();
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("another key"), "{said}");
    std::fs::rename(folder.join("vault.key"), folder.join("kept.key")).unwrap();
    let file = folder.join("kept.key");
    let said = command(folder, &show).env("TRIBUTE_VAULT_KEY_FILE", &file).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let said = command(folder, &show).env("TRIBUTE_VAULT_KEY", "no key").output().unwrap();
    assert!(String::from_utf8_lossy(&said.stderr).contains("64 hexadecimal digits"));
}

/// Two posts of outsiders, one of somebody enrolled with a link and a code, one that nobody can read.
fn posts() -> String {
    let post = |id: &str, author: &str, url: &str| {
        event(
            &format!("p{id}"),
            "post.published",
            "2026-01-20T00:00:00Z",
            &format!(
                r#"{{"program":"friends","post":"{id}","author":"{author}","platform":"tube","url":"https://tube.example/{url}"}}"#
            ),
        )
    };
    let unread = r#"{"program":"friends","post":7,"author":"@jo","platform":"tube"}"#;
    let tier = r#"{"program":"friends","ambassador":"amb-1","audience":{"country:NL":"62%"}}"#;
    let link = r#"{"program":"friends","link":"ln-1","ambassador":"amb-1"}"#;
    let click = r#"{"click":"k1","program":"friends","link":"ln-1","device":"d9"}"#;
    let lines = [
        post("1", "@jane.doe", "jane.doe/1"),
        post("2", "@jo", "jo/2"),
        post("3", "amb-1", "mina_counts/3"),
        event("p4", "post.published", "2026-01-20T00:00:00Z", unread),
        event("u1", "ambassador.updated", "2026-01-20T00:00:00Z", tier),
        event("l1", "link.issued", "2026-01-20T00:00:00Z", link),
        event("k1", "click.recorded", "2026-01-21T00:00:00Z", click),
    ];
    lines.join("\n") + "\n"
}

#[test]
fn an_outsider_is_exported_and_erased_by_their_account() {
    let home = prepared();
    let folder = home.path();
    std::fs::write(folder.join("posts.ndjson"), posts()).unwrap();
    done(folder, &["ingest", "posts.ndjson", "--backfill"], 3);
    let shown = done(folder, &["report", "outsiders"], 0);
    assert!(shown.contains("tube:@jane.doe") && shown.contains("tube:@jo"), "{shown}");
    let story = done(folder, &["explain", "post:1"], 0);
    assert!(
        story.contains("of tube:@jane.doe") && story.contains("https://tube.example/jane.doe/1"),
        "{story}"
    );

    let by_account = |account| ["--brand", "acme", "--handle", account];
    let jane = json(folder, &[&["person", "export"], &by_account("Tube:@Jane.Doe")[..]].concat());
    assert_eq!(jane["posts"][0]["url"], "https://tube.example/jane.doe/1");
    let export = [&["person", "export", "--format", "table"], &by_account("tube:jane.doe")[..]].concat();
    assert!(done(folder, &export, 0).contains("facts: post events"));
    for (account, quarantined) in [("tube:jane.doe", 0), ("tube:jo", 1)] {
        let why = ["--by", "carla", "--reason", "request 8", "--format", "json"];
        let erase = [&["person", "erase"], &by_account(account)[..], &why].concat();
        let gone = json(folder, &erase);
        assert_eq!(
            (&gone[0]["details"], &gone[0]["quarantined"]),
            (&2.into(), &quarantined.into()),
            "{gone}"
        );
        assert!(done(folder, &erase, 1).contains("knows nobody by the account"));
    }
    let shown = done(folder, &["report", "outsiders"], 0);
    assert!(
        shown.matches("redacted").count() == 2 && !shown.contains("jane") && !shown.contains("@jo"),
        "{shown}"
    );
    let posts = done(folder, &["report", "posts", "--format", "csv"], 0);
    assert!(posts.contains("https://tube.example/mina_counts/3") && !posts.contains("jane"), "{posts}");
    assert!(!done(folder, &["explain", "post:1"], 0).contains("jane"));
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("tribute.db") {
            let bytes = std::fs::read(&path).unwrap();
            let holds = |secret: &[u8]| bytes.windows(secret.len()).any(|it| it == secret);
            assert!(!holds(b"jane.doe") && !holds(b"@jo"), "{}", path.display());
        }
    }
    done(folder, &["ingest", "posts.ndjson", "--backfill"], 0);
    done(folder, &["verify", "--replay"], 0);

    let mina = json(folder, &with(&["person", "export"], &[]));
    assert_eq!(mina["programs"][0]["audience"]["country:NL"], "62%");
    assert_eq!(mina["programs"][0]["links"][0]["link"], "ln-1");
    assert_eq!(mina["posts"][0]["url"], "https://tube.example/mina_counts/3");
    assert_eq!(mina["clicks"][0]["count"], 2, "one that names her, one that names her link alone");
    let types: Vec<_> =
        mina["facts"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap()).collect();
    for wanted in ["tribute.ambassador.approved", "tribute.post.published", "tribute.link.issued"] {
        assert!(types.contains(&wanted), "{types:?}");
    }
}

/// Facts lie ahead of the clock on the wall, so that what is imported now is known by then.
#[test]
fn two_people_with_one_account_at_a_bank_are_found() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let people = PEOPLE.replace(
        "amb-2,Other Person,other@example.com,,,,,,,store_credit,",
        "amb-2,Other Person,other@example.com,,,,,,,sepa,NL91ABNA0417164300",
    );
    let second = event(
        "a3",
        "ambassador.approved",
        "2026-01-02T00:00:00Z",
        r#"{"program":"friends","ambassador":"amb-2"}"#,
    );
    let text = format!(
        "{}{second}\n{}",
        facts(),
        sale("1", "2126-01-10T10:00:00Z")
            .replace("c1", "c2")
            .replace("s1", "s2")
            .replace("\"order\":\"1\"", "\"order\":\"2\"")
    );
    for (name, text) in [("terms.toml", TERMS), ("people.csv", &people), ("facts.ndjson", &text)] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    done(folder, &["program", "apply", "terms.toml"], 0);
    done(folder, &["ingest", "facts.ndjson", "--backfill"], 3);
    let import = ["person", "import", "people.csv", "--brand", "acme"];
    done(folder, &import, 0);
    let count = || json(folder, &with(&["person", "export"], &[]))["facts"].as_array().unwrap().len();
    let before = count();
    done(folder, &import, 0);
    assert_eq!(count(), before, "the same list says nothing new");
    done(folder, &["clock", "advance", "--to", "2126-02-02T00:00:00Z"], 0);
    let found = json(folder, &["report", "fraud", "--format", "json"]);
    assert_eq!(found[0]["finding"], "duplicate_account/amb-1+amb-2", "{found}");
    assert_eq!(found[0]["evidence"], "amb-1 and amb-2 go by the same payment details");
    assert_eq!(
        found_in(folder),
        ["mina_counts in tribute.db"],
        "the facts hold no account; what nobody could read is put aside"
    );
}
