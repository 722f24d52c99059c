//! The disk takes no more: what was not written did not happen, it is said, and the same file given again completes it.

use std::{path::Path, process::Command};

use crate::harness::{Said, command, events, reports, tribute};

/// Runs the binary where no file may grow beyond `kibibytes`. The system refuses the write, as on a full disk.
fn without_room(folder: &Path, kibibytes: u64, arguments: &[&str]) -> Said {
    let plain = command(folder, arguments);
    let script = format!("trap '' XFSZ; ulimit -f {kibibytes}; exec \"$@\"");
    let mut limited = Command::new("bash");
    limited.args(["-c", &script, "limited"]).arg(plain.get_program()).args(plain.get_args());
    limited.current_dir(folder);
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited.output().unwrap().into()
}

/// The size of all that makes up the database, in kibibytes.
fn size(folder: &Path) -> u64 {
    let files = ["tribute.db", "tribute.db-wal"];
    files
        .iter()
        .filter_map(|name| std::fs::metadata(folder.join(name)).ok())
        .map(|it| it.len() / 1024)
        .max()
        .unwrap()
}

#[test]
fn a_full_disk_stops_cleanly_and_the_same_file_completes_it() {
    let undisturbed = tempfile::tempdir().unwrap();
    let file = events(undisturbed.path());
    let file = file.to_str().unwrap();
    let ingest = ["ingest", "--backfill", file];
    assert_eq!(tribute(undisturbed.path(), &ingest).code, Some(3));
    let (wanted, whole) = (reports(undisturbed.path()), size(undisturbed.path()));
    for part in 1..=5 {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            tribute(folder.path(), &["clock", "advance", "--to", "2025-01-01T00:00:00Z"]).code,
            Some(0)
        );
        let empty = size(folder.path());
        let room = empty + (whole - empty) * part / 8;
        let refused = without_room(folder.path(), room, &ingest);
        assert_eq!(refused.code, Some(1), "with {room} KiB: {}{}", refused.out, refused.err);
        assert!(refused.err.contains("error:"), "{}", refused.err);
        let verified = tribute(folder.path(), &["verify"]);
        assert_eq!(verified.code, Some(0), "with {room} KiB: {}", verified.out);
        assert_eq!(tribute(folder.path(), &ingest).code, Some(3));
        assert_eq!(reports(folder.path()), wanted, "with {room} KiB");
    }
}
