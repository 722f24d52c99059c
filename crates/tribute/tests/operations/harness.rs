use std::{
    collections::HashSet,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Mutex,
};

use rusqlite::Connection;

/// A program with a monthly payout that nobody has to approve.
pub(crate) const TERMS: &str = include_str!("../../../../tests/terms/friends.toml");

/// The binary, in a folder, without what the environment of the test says.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tribute"));
    command
        .arg("--data")
        .arg(folder)
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TRIBUTE_") {
            command.env_remove(name);
        }
    }
    command
}

/// What a command printed on both outputs, and its exit code.
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: Option<i32>,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { out: text(&output.stdout), err: text(&output.stderr), code: output.status.code() }
    }
}

impl Said {
    /// The lines that hold all of these.
    pub(crate) fn has(&self, parts: &[&str]) -> bool {
        self.out.lines().any(|line| parts.iter().all(|part| line.contains(part)))
    }
}

pub(crate) fn tribute(folder: &Path, arguments: &[&str]) -> Said {
    command(folder, arguments).output().unwrap().into()
}

pub(crate) fn tribute_with(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Said {
    command(folder, arguments).envs(variables.iter().copied()).output().unwrap().into()
}

/// The demonstration's events as a file, terms included.
pub(crate) fn events(folder: &Path) -> PathBuf {
    let path = folder.join("events.ndjson");
    std::fs::write(&path, tribute_tools::demo::events(7).join("\n") + "\n").unwrap();
    path
}

/// Every report that must not depend on how the events came in.
pub(crate) fn reports(folder: &Path) -> Vec<String> {
    let report = |subject| {
        let said = tribute(folder, &["report", subject, "--format", "csv"]);
        assert_eq!(said.code, Some(0), "{}", said.err);
        said.out
    };
    ["balances", "earnings", "conversions", "payouts", "rewards", "leaderboard", "funnel"]
        .map(report)
        .to_vec()
}

/// The database file, by a hand that is not Tribute's.
pub(crate) fn by_hand(folder: &Path) -> Connection {
    Connection::open(folder.join("tribute.db")).unwrap()
}

/// The value of an environment variable; one line says what is not tested where it is absent.
pub(crate) fn given(name: &'static str) -> Option<String> {
    static SAID: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let value = std::env::var(name).ok();
    if value.is_none() && SAID.lock().unwrap().get_or_insert_default().insert(name) {
        // Past the capture of the test harness: an untested half must not look like a tested one.
        let line = format!("{name} is not set: operations are not tested with it\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    value
}
