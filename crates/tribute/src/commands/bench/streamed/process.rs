//! The services as a process of their own, and what each process costs.

use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::super::measure::seconds_in;

/// `tribute run all`.
pub(super) struct Services {
    child: Child,
}

impl Services {
    pub(super) fn start(database: &str, brokers: &str, batch_events: u32) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        // Ticks that far behind clear nothing and pay nothing: what is measured is the way of the events.
        command.args(["run", "all", "--lateness", "3650d", "--tick", "1d", "--batch-events"]);
        command
            .arg(batch_events.to_string())
            .env("TRIBUTE_DATABASE_URL", database)
            .env("TRIBUTE_BROKERS", brokers);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self { child: command.spawn().context("the services do not start")? })
    }

    /// Ends them as an operator would.
    pub(super) fn stop(mut self) -> Result<()> {
        let ended = self.child.try_wait()?;
        ensure!(ended.is_none(), "the services ended by themselves: {ended:?}");
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the services ended with {status}");
        Ok(())
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// CPU seconds by process.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Usage {
    pub(super) services: f64,
    pub(super) postgres: f64,
    pub(super) kafka: f64,
    pub(super) own: f64,
}

impl Usage {
    /// So far, of all processes of this machine with these names.
    pub(super) fn now(services: &Services) -> Result<Self> {
        let mut usage = Self::default();
        let own = std::process::id();
        for entry in std::fs::read_dir("/proc").context("this needs /proc")? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let Ok(id) = name.parse::<u32>() else { continue };
            // A process may end while it is looked at.
            let Some(seconds) = seconds_of(id) else { continue };
            let command = std::fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
            match () {
                () if id == services.child.id() => usage.services += seconds,
                () if id == own => usage.own += seconds,
                () if command.contains("postgres") => usage.postgres += seconds,
                () if command.contains("kafka.Kafka") => usage.kafka += seconds,
                () => {}
            }
        }
        Ok(usage)
    }

    pub(super) fn since(self, earlier: &Self) -> Self {
        Self {
            services: self.services - earlier.services,
            postgres: self.postgres - earlier.postgres,
            kafka: self.kafka - earlier.kafka,
            own: self.own - earlier.own,
        }
    }
}

fn seconds_of(id: u32) -> Option<f64> {
    seconds_in(&std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?).ok()
}
