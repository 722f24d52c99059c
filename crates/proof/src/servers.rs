//! The Kafka and the PostgreSQL of a round: started here, or named by the caller.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{options::Options, subject::workspace};

/// The folders of servers that somebody else started, and that may be restarted all the same.
const KAFKA_DIR: &str = "TRIBUTE_PROOF_KAFKA_DIR";
const POSTGRES_DIR: &str = "TRIBUTE_PROOF_POSTGRES_DIR";

/// A server that the scripts of `deploy/dev` know.
#[derive(Debug, Clone)]
struct Controlled {
    script: &'static str,
    folder: PathBuf,
}

/// The servers of a round. Those that were started here are stopped when this is dropped.
#[derive(Debug)]
pub(crate) struct Servers {
    pub(crate) brokers: String,
    pub(crate) database: String,
    kafka: Option<Controlled>,
    postgres: Option<Controlled>,
    ours: bool,
}

impl Controlled {
    fn run(&self, verb: &str, more: &[&str]) -> Result<String> {
        let script = workspace().join("deploy/dev").join(self.script);
        let ran = Command::new(&script).arg(verb).arg(&self.folder).args(more).output();
        let ran = ran.with_context(|| format!("{} cannot be run", script.display()))?;
        let said = String::from_utf8_lossy(&ran.stderr);
        ensure!(ran.status.success(), "{} {verb} failed: {}", self.script, said.trim());
        let printed = String::from_utf8_lossy(&ran.stdout);
        Ok(printed.lines().next_back().unwrap_or_default().to_owned())
    }
}

impl Servers {
    /// What the options name, or servers of our own in a folder.
    pub(crate) fn open(options: &Options, folder: &Path) -> Result<Self> {
        if let (Some(brokers), Some(database)) = (&options.brokers, &options.db) {
            let named = |script, variable: &str| {
                Some(Controlled { script, folder: std::env::var_os(variable)?.into() })
            };
            let (kafka, postgres) = (named("kafka", KAFKA_DIR), named("postgres", POSTGRES_DIR));
            let (brokers, database) = (brokers.clone(), database.clone());
            return Ok(Self { brokers, database, kafka, postgres, ours: false });
        }
        let kafka = Controlled { script: "kafka", folder: folder.join("kafka") };
        let postgres = Controlled { script: "postgres", folder: folder.join("postgres") };
        let mut servers = Self {
            brokers: String::new(),
            database: String::new(),
            kafka: Some(kafka.clone()),
            postgres: Some(postgres.clone()),
            ours: true,
        };
        servers.database = postgres.run("start", &[])?;
        servers.brokers = kafka.run("start", &[])?;
        Ok(servers)
    }

    /// What this round has to leave out, because it may not touch the servers.
    pub(crate) fn left_out(&self) -> Vec<String> {
        let missing = [
            (&self.kafka, "restarts of the broker", KAFKA_DIR),
            (&self.postgres, "restarts of PostgreSQL", POSTGRES_DIR),
        ];
        let missing = missing.into_iter().filter(|(server, ..)| server.is_none());
        missing.map(|(_, what, variable)| format!("{what} are left out: {variable} is not set")).collect()
    }

    /// Kills the broker and starts it again; whether it may.
    pub(crate) async fn restart_broker(&self) -> Result<bool> {
        restart(self.kafka.clone(), "--kill").await
    }

    /// Stops PostgreSQL as a crash would, and starts it again; whether it may.
    pub(crate) async fn restart_database(&self) -> Result<bool> {
        restart(self.postgres.clone(), "--immediate").await
    }
}

async fn restart(server: Option<Controlled>, how: &'static str) -> Result<bool> {
    let Some(server) = server else { return Ok(false) };
    let restarting = tokio::task::spawn_blocking(move || server.run("restart", &[how]));
    restarting.await.context("the restart was given up")??;
    Ok(true)
}

impl Drop for Servers {
    fn drop(&mut self) {
        let servers = [&self.kafka, &self.postgres];
        for server in servers.into_iter().flatten().filter(|_| self.ours) {
            if let Err(error) = server.run("stop", &[]) {
                eprintln!("{error:#}");
            }
        }
    }
}
