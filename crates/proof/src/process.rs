//! One process of the program under test.

use std::fs::File;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::points::Role;

/// A process that was started, and what it says on its standard error.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) role: Role,
    child: Child,
    errors: PathBuf,
    /// Somebody ended it on purpose.
    pub(crate) meant: bool,
    /// It is stopped, and does not know it.
    pub(crate) asleep: bool,
}

/// How a process is started.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) failpoints: String,
    /// Where it runs.
    pub(crate) folder: PathBuf,
    /// What it reads from its standard input; nothing where absent.
    pub(crate) input: Option<PathBuf>,
}

fn is_setting(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("TRIBUTE_") || name == "RUST_BACKTRACE"
}

impl Process {
    pub(crate) fn start(role: Role, launch: &Launch, errors: PathBuf) -> Result<Self> {
        let file = File::create(&errors).with_context(|| format!("{} cannot be made", errors.display()))?;
        let input = match &launch.input {
            Some(path) => Stdio::from(File::open(path)?),
            None => Stdio::null(),
        };
        let mut command = Command::new(&launch.program);
        command.args(&launch.arguments).stdin(input).stdout(Stdio::null()).stderr(file);
        command.env("FAILPOINTS", &launch.failpoints).kill_on_drop(true);
        // Nothing that is set here for somebody else.
        for (variable, _) in std::env::vars_os().filter(|(name, _)| is_setting(name)) {
            command.env_remove(variable);
        }
        command.current_dir(&launch.folder).env("TRIBUTE_LOG", "warn");
        let child = command.spawn().with_context(|| format!("{} cannot be started", role.name()))?;
        Ok(Self { role, child, errors, meant: false, asleep: false })
    }

    /// Its number, as long as nobody has waited for its end.
    pub(crate) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// What it said on its standard error, the last of it.
    pub(crate) fn said(&self) -> String {
        let said = std::fs::read(&self.errors).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        let skipped = said.chars().count().saturating_sub(4_000);
        said.chars().skip(skipped).collect()
    }

    pub(crate) fn kill(&mut self) {
        self.meant = true;
        self.signal(Signal::KILL);
    }

    pub(crate) fn terminate(&mut self) {
        self.meant = true;
        self.signal(Signal::TERM);
    }

    pub(crate) fn sleep(&mut self) {
        self.asleep = true;
        self.signal(Signal::STOP);
    }

    pub(crate) fn wake(&mut self) {
        self.asleep = false;
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let pid = self.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // It may have ended this very moment.
            let _gone = kill_process(pid, signal);
        }
    }
}
