//! The command line as its user meets it: what it prints, what it exits with, what a `kill -9` leaves behind.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

fn tribute(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tribute"))
        .args(["--data", folder.to_str().unwrap()])
        .args(arguments)
        .env_remove("TRIBUTE_DATABASE_URL")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

fn report(folder: &Path, subject: &str) -> String {
    let output = tribute(folder, &["report", subject, "--format", "csv"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// Every report that must not depend on how the events came in.
fn reports(folder: &Path) -> Vec<String> {
    ["balances", "earnings", "conversions", "payouts", "rewards", "leaderboard", "funnel"]
        .map(|subject| report(folder, subject))
        .to_vec()
}

/// The demonstration's events as a file, terms included.
fn events(folder: &Path) -> PathBuf {
    let path = folder.join("events.ndjson");
    let mut file = std::fs::File::create(&path).unwrap();
    for line in tribute_tools::demo::events(7) {
        writeln!(file, "{line}").unwrap();
    }
    path
}

#[test]
fn the_whole_way_from_files_to_payouts() {
    let folder = tempfile::tempdir().unwrap();
    let file = events(folder.path());
    let taken = tribute(folder.path(), &["ingest", file.to_str().unwrap()]);
    assert_eq!(taken.status.code(), Some(3), "the made-up events hold bad ones: {}", text(&taken.stderr));
    let board = || text(&tribute(folder.path(), &["report", "leaderboard"]).stdout);
    assert!(board().contains("no clock event has come yet"), "{}", board());
    assert!(!report(folder.path(), "leaderboard").contains("no clock event"), "programs are told nothing");
    assert!(tribute(folder.path(), &["clock", "advance", "--to", "2026-07-01T00:00:00Z"]).status.success());
    assert!(!board().contains("no clock event"));
    assert!(report(folder.path(), "payouts").contains(",proposed,"));
    let verified = tribute(folder.path(), &["verify", "--replay"]);
    assert!(verified.status.success(), "{}{}", text(&verified.stdout), text(&verified.stderr));
    let back = tribute(folder.path(), &["clock", "advance", "--to", "2026-01-01T00:00:00Z"]);
    assert_eq!(back.status.code(), Some(1));
    assert!(text(&back.stderr).contains("never goes back"));

    let approved = tribute(folder.path(), &["payout", "approve", "--by", "carla"]);
    assert!(approved.status.success(), "{}", text(&approved.stderr));
    let list = folder.path().join("payouts.csv");
    let export = ["payout", "export", "--brand", "glow", "--output", list.to_str().unwrap()];
    assert!(tribute(folder.path(), &export).status.success());
    let lines = std::fs::read_to_string(&list).unwrap();
    assert!(lines.starts_with("payout,program,ambassador,amount,currency,run_at\n"));
    let again = tribute(folder.path(), &export);
    assert!(
        text(&again.stdout).contains("nothing may be exported"),
        "what was exported is not exported twice"
    );
    assert!(report(folder.path(), "payouts").contains(",exported,"));
    assert!(tribute(folder.path(), &["verify"]).status.success());
}

/// How often one ingest is killed before it may finish.
const KILLS: u64 = 8;

/// `TRIBUTE_TEST_KILLS` says how many kills there are in all, 24 by default.
#[test]
fn a_kill_in_the_middle_changes_nothing() {
    let whole = tempfile::tempdir().unwrap();
    let file = events(whole.path());
    tribute(whole.path(), &["ingest", file.to_str().unwrap()]);
    tribute(whole.path(), &["clock", "advance", "--to", "2026-07-01T00:00:00Z"]);
    let want = reports(whole.path());
    let kills: u64 = std::env::var("TRIBUTE_TEST_KILLS").map_or(24, |text| text.parse().unwrap());
    let mut cut_short = 0;
    for story in 0..kills.div_ceil(KILLS) {
        let killed = tempfile::tempdir().unwrap();
        for kill in 0..KILLS {
            let seed = story * KILLS + kill;
            cut_short += u64::from(if kill % 2 == 0 {
                kill_a_stream(killed.path(), &file, seed)
            } else {
                kill_an_ingest(killed.path(), &file, seed)
            });
        }
        tribute(killed.path(), &["ingest", file.to_str().unwrap()]);
        let again = tribute(killed.path(), &["ingest", file.to_str().unwrap()]);
        assert!(text(&again.stderr).contains(" 0 accepted"), "{}", text(&again.stderr));
        tribute(killed.path(), &["clock", "advance", "--to", "2026-07-01T00:00:00Z"]);
        for (want, got) in want.iter().zip(&reports(killed.path())) {
            assert_eq!(want, got, "story {story}");
        }
        assert!(tribute(killed.path(), &["verify", "--replay"]).status.success(), "story {story}");
    }
    assert!(2 * cut_short > kills, "only {cut_short} of {kills} kills came before the end");
}

/// Lines trickle into `run`, which is killed with some of them taken in. Says whether it came before the end.
fn kill_a_stream(folder: &Path, file: &Path, seed: u64) -> bool {
    let lines = std::fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    let mut child = started(folder, &["run", "--tick", "3650d", "--lateness", "20000d"]);
    let mut input = child.stdin.take().unwrap();
    for chunk in lines.chunks(200).take(2 + usize::try_from(seed % 16).unwrap()) {
        let gone = chunk.iter().any(|line| writeln!(input, "{line}").is_err());
        std::thread::sleep(Duration::from_millis(if gone { 0 } else { 3 + seed % 7 }));
    }
    killed(child)
}

/// The whole file at once, killed after a while. Says whether it came before the end.
fn kill_an_ingest(folder: &Path, file: &Path, seed: u64) -> bool {
    let child = started(folder, &["ingest", file.to_str().unwrap()]);
    std::thread::sleep(Duration::from_millis(5 + seed * 37 % 150));
    killed(child)
}

fn started(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tribute"));
    command.args(["--data", folder.to_str().unwrap()]).args(arguments).env_remove("TRIBUTE_DATABASE_URL");
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn killed(mut child: Child) -> bool {
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

/// Applies terms with this rate.
fn terms_of(folder: &Path, rate: &str) -> Output {
    let terms = folder.join("terms.toml");
    let text = format!(
        "[program]\nbrand = \"acme\"\nid = \"friends\"\nversion = \"1\"\neffective_from = \"2026-01-01T00:00:00Z\"\n\
         currency = \"USD\"\n\n[[commission]]\nid = \"ten\"\npays.percent = \"{rate}\"\n"
    );
    std::fs::write(&terms, text).unwrap();
    tribute(folder, &["program", "apply", terms.to_str().unwrap()])
}

#[test]
fn terms_are_checked_and_applied_once() {
    let folder = tempfile::tempdir().unwrap();
    let apply = |rate| terms_of(folder.path(), rate);
    let wrong = apply("ten percent");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(&wrong.stdout).contains("line 10: "), "{}", text(&wrong.stdout));
    assert!(apply("10%").status.success());
    let again = apply("10%");
    assert!(again.status.success());
    assert!(text(&again.stderr).contains("in force already"));
    let changed = apply("12%");
    assert_eq!(changed.status.code(), Some(3));
    assert!(text(&changed.stderr).contains("new `version`"));
}

#[test]
fn ambassadors_come_from_a_csv() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("people.csv");
    let import = |rows: &str| {
        std::fs::write(&list, rows).unwrap();
        let command = ["ambassador", "import", "--brand", "acme", "--program", "friends", "--backfill"];
        tribute(folder.path(), &[&command[..], &[list.to_str().unwrap()]].concat())
    };
    let dated = "ambassador,at,payout_currency,accounts,code\nada,2026-01-01T00:00:00Z,EUR,u1;u2,ADA10\n";
    let nowhere = import(dated);
    assert_eq!(nowhere.status.code(), Some(1));
    let said = text(&nowhere.stderr);
    assert!(said.contains("no terms for a program friends") && said.contains("program apply"), "{said}");
    terms_of(folder.path(), "10%");
    let done = import(dated);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(text(&done.stderr).contains("2 accepted"));
    let refused = import("ambassador,status\nada,famous\n");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("`famous` is not a status"));

    let undated = "ambassador,accounts,followers,code\nada,u2,900,ADA10\nbob,,,BOB10\ncat,u7,,\n";
    let first = import(undated);
    assert!(text(&first.stderr).contains("5 events: 4 accepted, 1 duplicates"), "{}", text(&first.stderr));
    let again = import(undated);
    assert!(again.status.success(), "{}", text(&again.stderr));
    assert!(text(&again.stderr).contains("5 events: 0 accepted, 5 duplicates, 0 quarantined"));
    let banned = import("ambassador,status,reason\ncat,banned,fakes followers\n");
    assert!(text(&banned.stderr).contains(" 1 accepted"), "{}", text(&banned.stderr));
    let kept = import(undated);
    let said = text(&kept.stderr);
    assert!(said.contains(" 0 accepted") && said.contains("1 person(s) were rejected"), "{said}");
    let back = import("ambassador,status\ncat,approved\n");
    assert!(text(&back.stderr).contains(" 1 accepted"), "{}", text(&back.stderr));
    let unexplained = import("ambassador,status\ncat,banned\n");
    assert_eq!(unexplained.status.code(), Some(3), "a ban without a reason is put aside");
}

#[test]
fn a_list_says_what_is_new_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    terms_of(folder.path(), "10%");
    let list = folder.path().join("people.csv");
    let import = |rows: &str| {
        std::fs::write(&list, rows).unwrap();
        let command = ["ambassador", "import", "--brand", "acme", "--program", "friends"];
        let done = tribute(folder.path(), &[&command[..], &[list.to_str().unwrap()]].concat());
        assert!(done.status.success(), "{}", text(&done.stderr));
        text(&done.stderr)
    };
    let rows = "ambassador,status,region,email_hashes,payment_hashes,recruiter_link,handles\n\
        ada,approved,DE,aa;bb,cc,ln-1,tube @Ada followers=500;insta ada\nben,applied,,dd,,,\n";
    assert!(import(rows).contains("2 events: 2 accepted"));
    assert!(import(rows).contains("2 events: 0 accepted, 2 duplicates"));
    let changed = rows.replace("DE,aa;bb", "AT,aa;ee").replace("followers=500", "followers=600");
    assert!(import(&changed).contains("2 events: 1 accepted, 1 duplicates"));
    assert!(import(&changed).contains("2 events: 0 accepted, 2 duplicates"));
    let export = ["person", "export", "--brand", "acme", "--person", "ada"];
    let record: serde_json::Value =
        serde_json::from_str(&text(&tribute(folder.path(), &export).stdout)).unwrap();
    let facts = record["facts"].as_array().unwrap();
    let last = &facts.last().unwrap();
    assert_eq!((facts.len(), last["type"].as_str()), (2, Some("tribute.ambassador.updated")));
    let mut said: Vec<_> = last["data"].as_object().unwrap().keys().map(String::as_str).collect();
    said.sort_unstable();
    assert_eq!(said, ["ambassador", "email_hashes", "handles", "program", "region"], "{last}");
    let sizes = ["email_hashes", "handles"].map(|field| last["data"][field].as_array().unwrap().len());
    assert_eq!(sizes, [1, 1], "what was known already is not said again");
}

#[test]
fn a_person_decides_on_people_and_posts_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    terms_of(folder.path(), "10%");
    let program = ["--brand", "acme", "--program", "friends"];
    let decide =
        |arguments: &[&str]| tribute(folder.path(), &[&["ambassador"], arguments, &program[..]].concat());
    assert!(decide(&["invite", "ada"]).status.success());
    let done = decide(&["approve", "ada"]);
    assert!(done.status.success() && text(&done.stdout).contains("ada of program friends: approved"));
    let unexplained = decide(&["ban", "ada"]);
    assert_eq!(unexplained.status.code(), Some(2), "{}", text(&unexplained.stderr));
    assert!(decide(&["suspend", "ada", "--reason", "asked about her posts"]).status.success());
    let unknown = decide(&["reject", "bob", "--reason", "no posts"]);
    assert!(
        text(&unknown.stderr).contains("nothing was heard of ambassador bob"),
        "{}",
        text(&unknown.stderr)
    );
    let (_, rows) = rows_of(folder.path(), &["report", "standings"], "csv");
    let standings: Vec<_> = rows.iter().map(|row| (row[4].as_str(), row[5].as_str())).collect();
    assert_eq!(standings, [("invited", ""), ("approved", ""), ("suspended", "asked about her posts")]);

    let post = json_event(
        "tribute.post.published",
        &serde_json::json!({"program": "friends", "post": "p1", "author": "ada"}),
    );
    let file = folder.path().join("post.ndjson");
    std::fs::write(&file, post).unwrap();
    assert!(tribute(folder.path(), &["ingest", file.to_str().unwrap()]).status.success());
    let review = |arguments: &[&str]| {
        let head = ["post", "review", "--brand", "acme", "--by", "max"];
        tribute(folder.path(), &[&head[..], arguments].concat())
    };
    assert_eq!(review(&["p1", "--verdict", "rejected"]).status.code(), Some(2), "it needs a reason");
    assert_eq!(review(&["p2", "--verdict", "approved"]).status.code(), Some(1), "it is not known");
    let rejected = review(&["p1", "--verdict", "rejected", "--reason", "names a rival"]);
    assert!(rejected.status.success(), "{}", text(&rejected.stderr));
    let (_, rows) = rows_of(folder.path(), &["report", "posts"], "csv");
    assert!(rows[0].contains(&"names a rival".to_owned()) && rows[0].contains(&"max".to_owned()), "{rows:?}");
}

fn json_event(kind: &str, data: &serde_json::Value) -> String {
    let event = serde_json::json!({
        "specversion": "1.0", "id": "x1", "source": "/test", "type": kind, "brand": "acme",
        "time": "2026-03-01T12:00:00Z", "data": data,
    });
    event.to_string()
}

/// The rows that a command prints for programs, and nothing else on standard output, with the names of their fields.
fn rows_of(folder: &Path, arguments: &[&str], format: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let output = tribute(folder, &[arguments, &["--format", format]].concat());
    assert!(matches!(output.status.code(), Some(0 | 3)), "{arguments:?}: {}", text(&output.stderr));
    if format == "csv" {
        let mut reader = csv::Reader::from_reader(&output.stdout[..]);
        let names = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
        return (names, rows.collect());
    }
    let rows: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", text(&output.stdout)));
    let names = rows.first().map(|row| row.keys().cloned().collect()).unwrap_or_default();
    let value = |value: &serde_json::Value| match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    (names, rows.iter().map(|row| row.values().map(value).collect()).collect())
}

/// What a command prints for programs, a field at a time: the first row under the names of its fields.
type Fields = std::collections::BTreeMap<String, String>;

#[test]
fn every_command_prints_rows_for_programs() {
    const RECEIPT: &str = "accepted codes duplicates quarantined received";
    let mut answers = Vec::new();
    for format in ["json", "csv"] {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        terms_of(folder.path(), "10%");
        std::fs::write(path("people.csv"), "ambassador,code\nada,ADA10\n").unwrap();
        let bad = |id: &str| clock_event(id).replace("clock.ticked", "clock.stopped");
        std::fs::write(path("bad.ndjson"), format!("{}\n{}\n", bad("x"), bad("y"))).unwrap();
        let made_up = events(folder.path()).to_str().unwrap().to_owned();
        let (terms, people, bad, list) =
            (path("terms.toml"), path("people.csv"), path("bad.ndjson"), path("list.csv"));
        let import = ["ambassador", "import", &people, "--brand", "acme", "--program", "friends"];
        let receipt = |more: &str| format!("{RECEIPT} {more}");
        let entry = "brand code event number origin reason status type";
        let exported = "rail payouts file sha256 message left_out reason";
        let mut told: Vec<Fields> = Vec::new();
        for (arguments, names) in [
            (
                &["program", "check", &terms][..],
                "brand effective_from file finding line message program version".into(),
            ),
            (&["program", "apply", &terms], RECEIPT.into()),
            (&import, receipt("standings_kept")),
            (&["clock", "show"], "at".into()),
            (&["ingest", "--backfill", &bad], RECEIPT.into()),
            (&["quarantine", "list"], entry.into()),
            (&["quarantine", "show", "1"], format!("{entry} recorded bytes body")),
            (&["quarantine", "retry", "1"], RECEIPT.into()),
            (&["quarantine", "discard", "2"], "number status".into()),
            (&["ingest", "--backfill", &made_up], RECEIPT.into()),
            (&["clock", "advance", "--to", "2026-07-01T00:00:00Z"], "at".into()),
            (&["clock", "show"], "at".into()),
            (&["payout", "approve", "--by", "carla"], receipt("by")),
            (&["payout", "export", "--brand", "glow", "--output", &list], receipt(exported)),
            (&["payout", "export", "--brand", "glow", "--output", &list], receipt(exported)),
        ] {
            let (found, rows) = rows_of(folder.path(), arguments, format);
            let names: std::collections::BTreeSet<&str> = names.split(' ').collect();
            assert_eq!(
                found.iter().map(String::as_str).collect::<std::collections::BTreeSet<_>>(),
                names,
                "{arguments:?}"
            );
            told.push(found.into_iter().zip(rows.into_iter().next().unwrap()).collect());
        }
        let wrong = path("wrong.toml");
        std::fs::write(&wrong, "[program]\nbrand = 1\n").unwrap();
        let checked = tribute(folder.path(), &["program", "check", &wrong, "--format", format]);
        assert_eq!(checked.status.code(), Some(1));
        assert!(text(&checked.stdout).contains("error") && text(&checked.stderr).contains("1 problem(s)"));
        let refused = tribute(folder.path(), &["program", "apply", &wrong, "--format", format]);
        assert_eq!((refused.status.code(), text(&refused.stdout).as_str()), (Some(1), ""));
        assert!(text(&refused.stderr).contains("line 2: "), "{}", text(&refused.stderr));
        answers.push(told);
    }
    let (json, csv) = (&answers[0], &answers[1]);
    let value = |index: usize, name: &str| (json[index][name].as_str(), csv[index][name].as_str());
    for (index, name, want) in [
        (0, "finding", "no_errors"),
        (1, "duplicates", "1"),
        (2, "accepted", "2"),
        (3, "at", ""),
        (4, "codes", "unknown_type=2"),
        (6, "number", "1"),
        (7, "quarantined", "1"),
        (8, "status", "discarded"),
        (10, "at", "2026-07-01T00:00:00Z"),
        (11, "at", "2026-07-01T00:00:00Z"),
        (12, "by", "carla"),
        (14, "payouts", "0"),
        (14, "file", ""),
    ] {
        assert_eq!(value(index, name), (want, want), "{index} {name}");
    }
    assert_eq!(json[13]["payouts"], csv[13]["payouts"]);
    assert_ne!(json[13]["payouts"], "0");
}

#[test]
fn wrong_usage_and_unknown_ids_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(tribute(folder.path(), &["report", "weather"]).status.code(), Some(2));
    let from = tribute(folder.path(), &["report", "balances", "--from", "2026-01-01T00:00:00Z"]);
    assert_eq!(from.status.code(), Some(2));
    assert!(text(&from.stderr).contains("--from says nothing about balances"), "{}", text(&from.stderr));
    let mut file = std::fs::File::create(folder.path().join("clock.ndjson")).unwrap();
    writeln!(file, "{}", clock_event("a")).unwrap();
    let clock = folder.path().join("clock.ndjson");
    assert!(tribute(folder.path(), &["ingest", "--backfill", clock.to_str().unwrap()]).status.success());
    let rows = tribute(folder.path(), &["explain", "no-such-order", "--format", "csv"]);
    assert_eq!(rows.status.code(), Some(2));
    assert!(
        text(&rows.stderr).contains("a document and has no rows; use table or json"),
        "{}",
        text(&rows.stderr)
    );
    let unknown = tribute(folder.path(), &["explain", "no-such-order"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("nothing has the id `no-such-order`"));
}

#[test]
fn packed_files_are_unpacked_on_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let line = br#"{"specversion":"1.0","id":"c","source":"/t","type":"tribute.clock.ticked","time":"2026-01-01T00:00:00Z","data":{"at":"2026-01-01T00:00:00Z"}}"#;
    let gz = folder.path().join("a.ndjson.gz");
    let mut packer =
        flate2::write::GzEncoder::new(std::fs::File::create(&gz).unwrap(), flate2::Compression::fast());
    packer.write_all(line).unwrap();
    packer.finish().unwrap();
    let zst = folder.path().join("a.ndjson.zst");
    std::fs::write(&zst, zstd::encode_all(&line[..], 1).unwrap()).unwrap();
    let xz = folder.path().join("a.ndjson.xz");
    let mut packer = liblzma::write::XzEncoder::new(std::fs::File::create(&xz).unwrap(), 1);
    packer.write_all(line).unwrap();
    packer.finish().unwrap();
    let files = [gz, zst, xz].map(|path| path.to_str().unwrap().to_owned());
    let done = tribute(folder.path(), &["ingest", "--backfill", &files[0], &files[1], &files[2]]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(text(&done.stderr).contains("1 accepted, 2 duplicates"), "{}", text(&done.stderr));
    for packed in files.iter().map(|file| std::fs::read(file).unwrap()).chain([line.to_vec()]) {
        let told = piped(folder.path(), &["ingest", "--backfill", "-"], &packed);
        assert!(text(&told.stderr).contains("1 events: 0 accepted, 1 duplicates"), "{}", text(&told.stderr));
    }
    let half = gzipped(std::str::from_utf8(line).unwrap());
    let cut = piped(folder.path(), &["ingest", "-"], &half[..half.len() / 2]);
    assert_eq!(cut.status.code(), Some(1));
    assert!(text(&cut.stderr).contains("standard input cannot be read"), "{}", text(&cut.stderr));
}

fn piped(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tribute"))
        .args(["--data", folder.to_str().unwrap()])
        .args(arguments)
        .env_remove("TRIBUTE_DATABASE_URL")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn clock_event(id: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"/t","type":"tribute.clock.ticked","time":"2026-01-01T00:00:00Z","data":{{"at":"2026-01-01T00:00:00Z"}}}}"#
    )
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

#[test]
fn an_inbox_puts_a_damaged_file_aside_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = folder.path().join("inbox");
    std::fs::create_dir_all(inbox.join("done")).unwrap();
    let whole = gzipped(&clock_event("a"));
    std::fs::write(inbox.join("a.ndjson.gz"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(inbox.join("b.ndjson"), clock_event("b")).unwrap();
    std::fs::write(inbox.join("done/b.ndjson"), "of yesterday").unwrap();
    std::fs::write(inbox.join("c.ndjson.part"), "unfinished").unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_tribute"))
        .args(["--data", folder.path().to_str().unwrap(), "run", "--lateness", "20000d", "--inbox"])
        .arg(&inbox)
        .env_remove("TRIBUTE_DATABASE_URL")
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let moved = inbox.join("done/b.ndjson.2");
    for _ in 0..600 {
        if moved.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let ended = child.wait_with_output().unwrap();
    let said = text(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    assert!(said.contains("a.ndjson.gz cannot be read") && said.contains("drop a whole copy"), "{said}");
    assert!(said.contains("1 events: 1 accepted, 0 duplicates, 0 quarantined"), "{said}");
    assert!(inbox.join("failed/a.ndjson.gz").exists() && inbox.join("c.ndjson.part").exists());
    assert_eq!(std::fs::read_to_string(inbox.join("done/b.ndjson")).unwrap(), "of yesterday");
}

#[test]
fn who_only_looks_makes_no_books() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("nowhere");
    let typo = folder.path().join("typo.db");
    let url = format!("sqlite:{}", typo.display());
    for arguments in [
        &["verify"][..],
        &["report", "balances"],
        &["explain", "1001"],
        &["quarantine", "list"],
        &["quarantine", "show", "1"],
        &["payout", "approve", "--by", "carla"],
        &["clock", "show"],
    ] {
        for database in [None, typo.to_str(), Some(url.as_str())] {
            let database: Vec<&str> = database.into_iter().flat_map(|url| ["--db", url]).collect();
            let refused = tribute(&data, &[arguments, &database].concat());
            let said = text(&refused.stderr);
            assert_eq!(refused.status.code(), Some(1), "{arguments:?}: {said}");
            let file = if database.is_empty() { data.join("tribute.db") } else { typo.clone() };
            assert!(said.contains(&format!("there is no database at {}; check ", file.display())), "{said}");
        }
    }
    assert!(!data.exists() && !typo.exists());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = events(folder.path());
    tribute(folder.path(), &["ingest", file.to_str().unwrap()]);
    for format in ["table", "json", "csv"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tribute"))
            .args(["--data", folder.path().to_str().unwrap(), "report", "conversions", "--format", format])
            .env_remove("TRIBUTE_DATABASE_URL")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert_eq!((ended.status.code(), text(&ended.stderr).as_str()), (Some(0), ""), "{format}");
    }
}

#[test]
fn a_published_version_is_compared_with_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/programs/meal-kit-friends.toml");
    assert!(tribute(folder.path(), &["program", "apply", file]).status.success());
    let newer = folder.path().join("newer.toml");
    let terms = std::fs::read_to_string(file).unwrap().replace("2026-1", "2026-2");
    std::fs::write(&newer, terms).unwrap();
    let newer = newer.to_str().unwrap();
    let diff = |old: &str, new: &str| tribute(folder.path(), &["program", "diff", old, new]);
    let same = diff("panfresh-friends@2026-1", "panfresh/panfresh-friends@2026-1");
    assert_eq!(text(&same.stdout).trim(), "they say the same");
    let changed = text(&diff("panfresh-friends@2026-1", newer).stdout);
    assert!(changed.contains("program version: 2026-1 → 2026-2"), "{changed}");
    let unknown = diff("panfresh-friends@2027-1", newer);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("is neither a file nor a published version"));
}
