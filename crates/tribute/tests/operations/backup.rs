use std::{
    fs,
    io::Write,
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use crate::harness::{by_hand, command, events, given, reports, tribute, tribute_with};

/// `run`, which takes lines from here and never ticks.
fn running(folder: &Path) -> Child {
    let mut command = command(folder, &["run", "--tick", "3650d", "--lateness", "20000d"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn count(folder: &Path) -> i64 {
    by_hand(folder).query_row("SELECT count(*) FROM event_log", [], |row| row.get(0)).unwrap_or(0)
}

fn await_count(folder: &Path, least: i64) {
    let until = Instant::now() + Duration::from_secs(60);
    while !folder.join("tribute.db").exists() || count(folder) < least {
        assert!(Instant::now() < until, "nothing is taken in");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The digest of the ledger.
fn digest(folder: &Path) -> String {
    let said = tribute(folder, &["verify"]);
    said.out.lines().find(|line| line.starts_with("ledger digest")).unwrap().to_owned()
}

#[test]
fn a_copy_made_while_events_come_in_goes_on_to_the_same_books() {
    let original = tempfile::tempdir().unwrap();
    let file = events(original.path());
    let mut child = running(original.path());
    let mut input = child.stdin.take().unwrap();
    let lines = fs::read_to_string(&file).unwrap();
    let feeder = std::thread::spawn(move || {
        let lines: Vec<_> = lines.lines().collect();
        for chunk in lines.chunks(lines.len().div_ceil(100)) {
            input.write_all((chunk.join("\n") + "\n").as_bytes()).unwrap();
            std::thread::sleep(Duration::from_millis(30));
        }
    });
    await_count(original.path(), 200);
    let copied = tribute(original.path(), &["backup", "copy.db"]);
    assert_eq!(copied.code, Some(0), "{}", copied.err);
    assert!(!feeder.is_finished(), "the copy was made too late to prove anything");
    feeder.join().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3), "the made-up events hold bad ones");

    let copy = tempfile::tempdir().unwrap();
    let from = original.path().join("copy.db");
    let restored = tribute(copy.path(), &["restore", from.to_str().unwrap()]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    let (then, now) = (count(copy.path()), count(original.path()));
    assert!((200..now).contains(&then), "{then} of {now} events are in the copy");
    assert_eq!(tribute(copy.path(), &["verify", "--replay"]).code, Some(0));
    tribute(copy.path(), &["ingest", file.to_str().unwrap()]);
    for folder in [&original, &copy] {
        assert_eq!(
            tribute(folder.path(), &["clock", "advance", "--to", "2026-07-01T00:00:00Z"]).code,
            Some(0)
        );
    }
    assert_eq!(reports(original.path()), reports(copy.path()));
    assert_eq!(digest(original.path()), digest(copy.path()));
    assert_eq!(tribute(copy.path(), &["verify", "--replay"]).code, Some(0));
}

/// The names of the files in a folder.
fn files(folder: &Path) -> Vec<String> {
    let name =
        |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().to_string_lossy().into_owned();
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let file = events(folder.path());
    tribute(folder.path(), &["ingest", file.to_str().unwrap()]);
    let before = reports(folder.path());
    assert_eq!(tribute(folder.path(), &["backup", "copy.db"]).code, Some(0));
    let again = tribute(folder.path(), &["backup", "copy.db"]);
    assert!(again.code == Some(1) && again.err.contains("exists already"), "{}", again.err);
    tribute(folder.path(), &["clock", "advance", "--to", "2026-07-01T00:00:00Z"]);
    let refused = tribute(folder.path(), &["restore", "copy.db"]);
    assert!(refused.code == Some(1) && refused.err.contains("--force"), "{}", refused.err);

    let mut child = running(folder.path());
    let until = Instant::now() + Duration::from_secs(60);
    while !folder.path().join("tribute.db-shm").exists() {
        assert!(Instant::now() < until, "it does not open the database");
        std::thread::sleep(Duration::from_millis(20));
    }
    let busy = tribute(folder.path(), &["restore", "copy.db", "--force"]);
    assert!(busy.code == Some(1) && busy.err.contains("stop it first"), "{}", busy.err);
    child.kill().unwrap();
    child.wait().unwrap();

    let restored = tribute(folder.path(), &["restore", "copy.db", "--force"]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    assert_eq!(reports(folder.path()), before);
    let names = files(folder.path());
    assert!(names.iter().any(|name| name.starts_with("tribute.db.replaced-")), "{names:?}");
    assert!(names.iter().all(|name| !name.starts_with(".tribute-copy")), "{names:?}");
}

#[test]
fn what_is_no_sound_copy_is_not_restored() {
    let folder = tempfile::tempdir().unwrap();
    let file = events(folder.path());
    tribute(folder.path(), &["ingest", file.to_str().unwrap()]);
    assert_eq!(tribute(folder.path(), &["backup", "copy.db"]).code, Some(0));
    let whole = fs::read(folder.path().join("copy.db")).unwrap();
    let refusal = |copy: &str| {
        let empty = tempfile::tempdir().unwrap();
        let said = tribute(empty.path(), &["restore", folder.path().join(copy).to_str().unwrap()]);
        assert_eq!(said.code, Some(1), "{}", said.out);
        assert_eq!(files(empty.path()), Vec::<String>::new(), "nothing is left behind");
        said.err
    };
    fs::write(folder.path().join("short.db"), &whole[..whole.len() / 2]).unwrap();
    assert!(refusal("short.db").contains("is not restored"));
    fs::write(folder.path().join("text.db"), "nothing of the kind").unwrap();
    assert!(refusal("text.db").contains("not a SQLite file"));
    let changed = folder.path().join("changed.db");
    fs::write(&changed, &whole).unwrap();
    let hand = rusqlite::Connection::open(&changed).unwrap();
    assert!(hand.execute("UPDATE balance SET amount = amount + 1 WHERE amount > 0", []).unwrap() > 0);
    drop(hand);
    assert!(refusal("changed.db").contains("not what was booked"));
    assert!(refusal("absent.db").contains("there is no copy"));
}

#[test]
fn a_server_is_copied_by_its_own_tools() {
    let folder = tempfile::tempdir().unwrap();
    let url = [("TRIBUTE_DATABASE_URL", "postgres://ada:secret@db:5432/books")];
    let copy = tribute_with(folder.path(), &url, &["backup", "books.dump"]);
    let command = "`pg_dump --format=custom --file=books.dump --dbname='postgres://ada@db:5432/books'`";
    assert!(copy.code == Some(1) && copy.err.contains(command), "{}", copy.err);
    let back = tribute_with(folder.path(), &url, &["restore", "books.dump"]);
    assert!(back.code == Some(1) && back.err.contains("pg_restore"), "{}", back.err);
    let Some(server) = given("TRIBUTE_TEST_DATABASE_URL") else { return };
    let said = tribute_with(folder.path(), &[("TRIBUTE_DATABASE_URL", &server)], &["backup", "books.dump"]);
    assert!(said.err.contains("pg_dump"), "{}", said.err);
}
