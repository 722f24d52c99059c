//! The processes of the services: started, watched, started anew.

use std::path::PathBuf;

use anyhow::Result;
use tribute_events::DAY;
use tribute_tools::Random;

use crate::{
    points::{Points, Role},
    process::{Launch, Process},
};

/// How many copies of a service run at first.
const fn copies(role: Role) -> usize {
    match role {
        Role::Attribution | Role::Relay => 2,
        _ => 1,
    }
}

/// How many copies of a service may run.
const COPIES_MAX: usize = 3;

/// What every process is told.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) program: PathBuf,
    /// The other release, where two run side by side.
    pub(crate) beside: Option<PathBuf>,
    pub(crate) folder: PathBuf,
    pub(crate) brokers: String,
    /// The database, as the services see it.
    pub(crate) database: String,
    pub(crate) lease_seconds: u64,
    /// Of a hundred processes, how many are to die at a fail point.
    pub(crate) points: u64,
    /// Of a hundred processes, how many have a clock that is a day wrong.
    pub(crate) clocks: u64,
    /// Fail points that every process has.
    pub(crate) always: String,
    /// Where processes died in earlier rounds.
    pub(crate) died_before: Points,
}

/// The services that run.
pub(crate) struct Fleet {
    setting: Setting,
    random: Random,
    started: u64,
    pub(crate) processes: Vec<Process>,
    pub(crate) points: Points,
    /// Processes whose clock is a day wrong.
    pub(crate) clocks: u64,
    /// Processes of the other release.
    pub(crate) beside: u64,
    /// Processes that ended though nobody wanted them to, with what they said.
    pub(crate) broken: Vec<String>,
}

impl Fleet {
    pub(crate) fn new(setting: Setting, seed: u64) -> Self {
        Self {
            setting,
            random: Random::new(seed ^ 0xF1EE7),
            started: 0,
            processes: Vec::new(),
            points: Points::new(),
            clocks: 0,
            beside: 0,
            broken: Vec::new(),
        }
    }

    /// Starts every service.
    pub(crate) fn start_all(&mut self) -> Result<()> {
        for role in Role::SERVICES {
            for _ in 0..copies(role) {
                self.add(role)?;
            }
        }
        Ok(())
    }

    /// Starts one more copy of a service.
    pub(crate) fn add(&mut self, role: Role) -> Result<()> {
        let Setting { brokers, database, lease_seconds, .. } = &self.setting;
        let mut arguments: Vec<String> = ["run", role.name(), "--brokers", brokers, "--db", database]
            .into_iter()
            .map(str::to_owned)
            .collect();
        arguments.extend(["--lease".to_owned(), format!("{lease_seconds}s")]);
        // Small batches of different sizes: more places to die at.
        let batch = self.random.between(20, 300);
        arguments.extend(["--batch-events".to_owned(), batch.to_string()]);
        let process = self.start(role, arguments, None)?;
        self.processes.push(process);
        Ok(())
    }

    /// Starts a process that brings the lines of a file.
    pub(crate) fn bring(&mut self, lines: PathBuf) -> Result<Process> {
        let arguments = ["run", "intake", "--backfill", "--batch-events", "200", "--brokers"];
        let arguments = arguments.into_iter().map(str::to_owned).chain([self.setting.brokers.clone()]);
        self.start(Role::Intake, arguments.collect(), Some(lines))
    }

    fn start(&mut self, role: Role, arguments: Vec<String>, input: Option<PathBuf>) -> Result<Process> {
        self.started = self.started.saturating_add(1);
        let failpoints = self.failpoints(role);
        let launch = Launch {
            program: self.program(),
            arguments,
            failpoints,
            folder: self.setting.folder.clone(),
            input,
        };
        let errors = self.setting.folder.join(format!("{}-{}.log", role.name(), self.started));
        Process::start(role, &launch, errors)
    }

    /// What is to go wrong within the next process, as the variable `FAILPOINTS` says it.
    fn failpoints(&mut self, role: Role) -> String {
        let mut points = vec![self.setting.always.clone()];
        if self.random.chance(self.setting.points) {
            let mut died = self.setting.died_before.clone();
            died.add(&self.points);
            points.push(died.arm(role, &mut self.random));
        }
        if self.random.chance(self.setting.clocks) {
            let off = if self.random.chance(50) { DAY } else { -DAY };
            points.push(format!("clock.wrong=return({off})"));
            self.clocks = self.clocks.saturating_add(1);
        }
        points.retain(|point| !point.is_empty());
        points.join(";")
    }

    /// The program of the next process: now the one, now the other.
    fn program(&mut self) -> PathBuf {
        match &self.setting.beside {
            Some(beside) if self.started.is_multiple_of(2) => {
                self.beside = self.beside.saturating_add(1);
                beside.clone()
            }
            _ => self.setting.program.clone(),
        }
    }

    /// Looks after everybody: who ended is counted and started anew.
    pub(crate) fn tend(&mut self) -> Result<()> {
        let mut place = 0;
        while place < self.processes.len() {
            let Some(status) = self.processes[place].ended()? else {
                place += 1;
                continue;
            };
            let process = self.processes.remove(place);
            let died_at_point = self.points.note(&process.said());
            if !process.meant && !died_at_point {
                self.broken.push(format!(
                    "{} ended by itself ({status}): {}",
                    process.role.name(),
                    process.said()
                ));
            }
            self.keep_up(process.role)?;
        }
        Ok(())
    }

    /// Of each service one copy has to run, or as many as there were first.
    fn keep_up(&mut self, role: Role) -> Result<()> {
        if self.running(role) < copies(role) { self.add(role) } else { Ok(()) }
    }

    /// Copies that run and are not asleep.
    fn running(&self, role: Role) -> usize {
        self.processes.iter().filter(|it| it.role == role && !it.meant && !it.asleep).count()
    }

    /// Whether one more copy may run.
    pub(crate) fn has_room(&self, role: Role) -> bool {
        self.processes.iter().filter(|it| it.role == role).count() < COPIES_MAX
    }

    /// A process that may be broken: it runs, and nobody is at it. The number says which.
    pub(crate) fn victim(&mut self, number: u64, among: &[Role]) -> Option<&mut Process> {
        let may = |it: &&mut Process| among.contains(&it.role) && !it.meant && !it.asleep;
        let mut all: Vec<_> = self.processes.iter_mut().filter(may).collect();
        let count = u64::try_from(all.len()).ok().filter(|count| *count > 0)?;
        let place = usize::try_from(number % count).ok()?;
        Some(all.swap_remove(place))
    }

    /// Ends everybody in peace.
    pub(crate) async fn stop(&mut self) -> Result<()> {
        self.processes.iter_mut().for_each(Process::wake);
        self.processes.iter_mut().for_each(Process::terminate);
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(15);
        while let Some(mut process) = self.processes.pop() {
            while process.ended()?.is_none() && std::time::Instant::now() < deadline {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            if process.ended()?.is_none() {
                self.broken.push(format!("{} did not end within 15 s of SIGTERM", process.role.name()));
                process.kill();
            }
        }
        Ok(())
    }
}
