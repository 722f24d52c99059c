use std::path::Path;

use crate::harness::{Said, by_hand, events, tribute, tribute_with};

fn doctor(folder: &Path) -> Said {
    tribute(folder, &["doctor"])
}

/// A folder whose database has topics of its own.
fn with_topics() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = tribute(folder.path(), &["topics", "create"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    folder
}

fn now() -> i64 {
    i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap()
}

fn position(folder: &Path, source: &str, next: i64, owner: &str, until: i64) {
    let text = "INSERT INTO source_position (source, partition, next, epoch, owner, lease_until) VALUES (?1, 0, ?2, 1, ?3, ?4)";
    by_hand(folder).execute(text, (source, next, owner, until)).unwrap();
}

/// All three groups have a worker, and the clock has ticked.
fn with_workers() -> tempfile::TempDir {
    let folder = with_topics();
    for (group, owner) in [("attribution", "a"), ("relay", "r"), ("clock", "c")] {
        position(folder.path(), &format!("member/{group}/{owner}"), 0, owner, now() + 600_000);
    }
    by_hand(folder.path()).execute("INSERT INTO clock (id, at) VALUES (0, ?1)", [now() - 300_000]).unwrap();
    folder
}

#[test]
fn a_database_that_is_well_is_said_to_be_well() {
    let folder = tempfile::tempdir().unwrap();
    let absent = doctor(folder.path());
    assert!(absent.code == Some(1) && absent.has(&["unknown", "there is no database"]), "{}", absent.out);
    assert!(!folder.path().join("tribute.db").exists(), "it makes nothing");
    tribute(folder.path(), &["clock", "advance", "--to", "2026-01-01T00:00:00Z"]);
    let well = doctor(folder.path());
    assert_eq!(well.code, Some(0), "{}", well.out);
    assert!(well.has(&["ok", "migrations", "are applied"]) && well.has(&["ok", "disk", "MiB are free"]));
    let rows = tribute(folder.path(), &["doctor", "--format", "csv"]);
    assert!(rows.out.starts_with("state,check,finding\nok,settings,"), "{}", rows.out);
}

#[test]
fn workers_that_are_there_are_missed_when_they_are_gone() {
    let folder = with_workers();
    let well = doctor(folder.path());
    assert_eq!(well.code, Some(0), "{}", well.out);
    by_hand(folder.path()).execute("UPDATE source_position SET lease_until = 1", []).unwrap();
    let gone = doctor(folder.path());
    assert_eq!(gone.code, Some(3));
    for service in ["attribution", "relay", "clock"] {
        assert!(
            gone.has(&["warning", "no live worker", &format!("`tribute run {service}`")]),
            "{}",
            gone.out
        );
    }
}

#[test]
fn a_source_that_nobody_has_is_found() {
    let folder = with_workers();
    position(folder.path(), "tribute.fx", 0, "a", 0);
    assert_eq!(doctor(folder.path()).code, Some(0), "its owner lives");
    by_hand(folder.path())
        .execute("UPDATE source_position SET owner = 'dead' WHERE source = 'tribute.fx'", [])
        .unwrap();
    let said = doctor(folder.path());
    assert!(
        said.code == Some(3) && said.has(&["leases", "1 sources of group attribution, tribute.fx/0"]),
        "{}",
        said.out
    );
}

#[test]
fn a_position_that_a_partition_does_not_hold_is_found() {
    let folder = with_workers();
    position(folder.path(), "tribute.fx", 7, "a", 0);
    let beyond = doctor(folder.path());
    assert!(
        beyond.code == Some(3) && beyond.has(&["wrong", "tribute.fx/0 ends at 0", "stand at 7", "made anew"]),
        "{}",
        beyond.out
    );
    let text = "INSERT INTO log_record (topic, partition, number, headers, value, appended_at) VALUES ('tribute.fx', 0, 9, '[]', x'00', 0)";
    by_hand(folder.path()).execute(text, []).unwrap();
    let below = doctor(folder.path());
    assert!(
        below.code == Some(3) && below.has(&["wrong", "tribute.fx/0 begins at 9", "retention"]),
        "{}",
        below.out
    );
    by_hand(folder.path())
        .execute("UPDATE source_position SET next = 9 WHERE source = 'tribute.fx'", [])
        .unwrap();
    let waiting = doctor(folder.path());
    assert!(waiting.code == Some(0) && waiting.has(&["ok", "positions", "1 events wait"]), "{}", waiting.out);
}

#[test]
fn what_waits_for_too_long_is_found() {
    let folder = with_workers();
    let hand = by_hand(folder.path());
    let text = "INSERT INTO handover (number, turn, recorded_at, log_next, body) VALUES (4, 'commission', ?1, 1, '{}')";
    hand.execute(text, [now() - 3_600_000]).unwrap();
    hand.execute("UPDATE clock SET at = at - 7200000", []).unwrap();
    let said = doctor(folder.path());
    assert_eq!(said.code, Some(3));
    assert!(
        said.has(&["handover", "the oldest, 4 of 60 minutes ago", "`tribute run commission`"]),
        "{}",
        said.out
    );
    assert!(said.has(&["clock", "stands 119 minutes behind"]), "{}", said.out);
}

#[test]
fn what_was_put_aside_and_what_was_not_published_is_counted() {
    let folder = with_workers();
    let file = events(folder.path());
    assert_eq!(tribute(folder.path(), &["ingest", file.to_str().unwrap()]).code, Some(3));
    let said = doctor(folder.path());
    assert!(said.has(&["warning", "quarantine", "`tribute quarantine list`"]), "{}", said.out);
    assert!(
        said.has(&["relay", "events wait to be published"]) && !said.has(&["relay", " 0 events"]),
        "{}",
        said.out
    );
}

#[test]
fn a_file_that_is_locked_or_newer_is_found() {
    let folder = with_workers();
    let hand = by_hand(folder.path());
    hand.execute_batch("BEGIN IMMEDIATE").unwrap();
    let locked = doctor(folder.path());
    assert!(
        locked.code == Some(3) && locked.has(&["warning", "another process has held the lock"]),
        "{}",
        locked.out
    );
    hand.execute_batch("ROLLBACK").unwrap();
    hand.execute("INSERT INTO seaql_migrations (version, applied_at) VALUES ('9998_next', 0)", []).unwrap();
    let newer = doctor(folder.path());
    assert!(newer.code == Some(3) && newer.has(&["warning", "migrations", "9998_next"]), "{}", newer.out);
    assert_eq!(tribute(folder.path(), &["clock", "show"]).code, Some(0), "one release ahead is worked with");
    hand.execute("INSERT INTO seaql_migrations (version, applied_at) VALUES ('9999_after', 0)", []).unwrap();
    let newer = doctor(folder.path());
    assert!(newer.code == Some(3) && newer.has(&["wrong", "migrations", "9999_after"]), "{}", newer.out);
    assert_eq!(tribute(folder.path(), &["clock", "show"]).code, Some(1));
    drop(hand);
    std::fs::write(folder.path().join("tribute.db"), "no database").unwrap();
    let damaged = doctor(folder.path());
    assert!(damaged.has(&["wrong", "damaged or no database"]), "{}", damaged.out);
}

#[test]
fn settings_that_were_hardly_meant_are_found() {
    let folder = with_topics();
    let variables = [("TRIBUTE_LEASE", "1s"), ("TRIBUTE_LATENES", "9m"), ("TRIBUTE_TOPICS_PARTITIONS", "5")];
    let said = tribute_with(folder.path(), &variables, &["doctor", "--lateness", "5s"]);
    assert_eq!(said.code, Some(3));
    assert!(said.has(&["warning", "run.lease is 1000 ms"]), "{}", said.out);
    assert!(said.has(&["warning", "run.lateness is under a minute"]), "{}", said.out);
    assert!(said.has(&["warning", "TRIBUTE_LATENES ", "was TRIBUTE_LATENESS meant"]), "{}", said.out);
    assert!(said.has(&["wrong", "topic `tribute.sales` has 8 partitions, not 5"]), "{}", said.out);
}
