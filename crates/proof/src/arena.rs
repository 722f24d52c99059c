//! Where a round takes place: the servers, the services, what is brought to them, and who breaks them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tribute_events::Timestamp;
use tribute_store::{
    Database,
    sea_orm::{self, ConnectionTrait},
};
use tribute_stream::{KafkaLog, KafkaSettings, Log};

use crate::{
    address::Address,
    cutter::Cutter,
    figures::Figures,
    fleet::{Fleet, Setting},
    nemesis::Nemesis,
    options::Options,
    points::Points,
    poison,
    process::Process,
    servers::Servers,
    watch::{Watch, value},
};

/// Between two looks at everything.
const LOOK: Duration = Duration::from_millis(100);
/// Who ticks.
pub(crate) const TICKER: &str = "proof";

/// Everything that a round is about.
pub(crate) struct Arena {
    pub(crate) servers: Servers,
    pub(crate) cutter: Cutter,
    pub(crate) watch: Watch,
    pub(crate) fleet: Fleet,
    pub(crate) figures: Figures,
    pub(crate) expected: u64,
    /// The database, past the cutter.
    pub(crate) database: String,
    pub(crate) program: PathBuf,
    nemesis: Nemesis,
    patience: Duration,
    folder: PathBuf,
    files: u64,
    bringing: Vec<(Process, PathBuf)>,
    /// What nobody can read and is not told of yet.
    poison: Vec<String>,
    /// How far everything was when it last moved, and when that was.
    moved: (i64, Instant),
}

impl Arena {
    /// Starts the servers and the services. Of the fail points, some every process has; the others are where processes
    /// died in earlier rounds.
    pub(crate) async fn open(
        options: &Options,
        program: &Path,
        folder: &Path,
        (always, died_before): (&str, &Points),
    ) -> Result<Self> {
        let servers = Servers::open(options, folder)?;
        let database = make_database(&servers.database, options.seed).await?;
        let address = Address::parse(&database)?;
        let cutter = Cutter::open(&address.server).await?;
        make_topics(program, &servers.brokers, options.partitions).await?;
        let log = KafkaLog::new(KafkaSettings::plaintext(servers.brokers.as_str()))?;
        let watch = Watch { database: Database::open(&database).await?, log };
        ensure!(watch.log_is_empty().await?, "there are messages in the topics already; name a fresh broker");
        watch.place_witness().await?;
        let setting = Setting {
            program: program.to_owned(),
            beside: options.beside.as_deref().map(Path::canonicalize).transpose()?,
            folder: folder.to_owned(),
            brokers: servers.brokers.clone(),
            database: address.of_server(&cutter.address).url(),
            lease_seconds: options.lease_seconds,
            points: options.points,
            clocks: options.clocks,
            always: always.to_owned(),
            died_before: died_before.clone(),
        };
        let mut fleet = Fleet::new(setting, options.seed);
        fleet.start_all()?;
        let mut figures = Figures { rounds: 1, ..Figures::default() };
        servers.left_out().into_iter().for_each(|what| println!("{what}"));
        figures.points = fleet.points.clone();
        Ok(Self {
            servers,
            cutter,
            watch,
            fleet,
            figures,
            expected: 1,
            database,
            program: program.to_owned(),
            nemesis: Nemesis::new(options),
            patience: options.patience(),
            folder: folder.to_owned(),
            files: 0,
            bringing: Vec::new(),
            poison: Vec::new(),
            moved: (0, Instant::now()),
        })
    }

    /// Brings deliveries of lines, each by a process of its own, until all of them are in the log.
    pub(crate) async fn bring(&mut self, deliveries: &[Vec<String>]) -> Result<()> {
        for lines in deliveries.iter().filter(|lines| !lines.is_empty()) {
            self.files += 1;
            let path = self.folder.join(format!("delivery-{}.ndjson", self.files));
            std::fs::write(&path, [lines.join("\n"), "\n".to_owned()].concat())?;
            self.figures.events += u64::try_from(lines.len())?;
            let process = self.fleet.bring(path.clone())?;
            self.bringing.push((process, path));
        }
        while !self.bringing.is_empty() {
            self.look("the lines are brought").await?;
        }
        Ok(())
    }

    /// Has nothing readable in one partition for a while.
    pub(crate) async fn poison(&mut self) -> Result<()> {
        self.figures.poisons += 1;
        let lines = poison::burst(&self.watch.log, self.figures.poisons).await?;
        self.figures.events += u64::try_from(lines.len())?;
        self.poison.extend(lines);
        Ok(())
    }

    /// What came past intake since somebody asked last.
    pub(crate) fn take_poison(&mut self) -> Vec<String> {
        std::mem::take(&mut self.poison)
    }

    /// A delivery that was cut short is brought again, from its beginning.
    fn tend_bringing(&mut self) -> Result<()> {
        for (mut process, path) in std::mem::take(&mut self.bringing) {
            match process.ended()? {
                None => self.bringing.push((process, path)),
                // 3: some of the lines cannot be read.
                Some(status) if matches!(status.code(), Some(0 | 3)) => {}
                Some(status) => {
                    if !self.fleet.points.note(&process.said()) {
                        self.fleet
                            .broken
                            .push(format!("intake ended by itself ({status}): {}", process.said()));
                    }
                    self.bringing.push((self.fleet.bring(path.clone())?, path));
                }
            }
        }
        Ok(())
    }

    /// Ticks the clock for what is in the log by now. The brokers may be away.
    pub(crate) async fn tick(&mut self, at: Timestamp) -> Result<()> {
        let began = Instant::now();
        loop {
            let writer = self.watch.log.writer()?;
            match tribute_runtime::tick(&self.watch.log, &writer, at, TICKER).await {
                Ok(()) => break,
                Err(error) if error.is_transient() && began.elapsed() < self.patience => {}
                Err(error) => return Err(error).context("the clock cannot tick"),
            }
            self.look("the clock ticks").await?;
        }
        loop {
            self.look("the tick takes effect").await?;
            if self.watch.clock().await.is_ok_and(|clock| clock == Some(at.millis())) {
                return Ok(());
            }
        }
    }

    /// Waits until everything is taken in and booked.
    pub(crate) async fn settle(&mut self) -> Result<()> {
        loop {
            self.look("everything is booked").await?;
            if self.watch.is_booked().await.unwrap_or(false) {
                return Ok(());
            }
        }
    }

    /// Lets the rest of the blows fall, and waits until everything is published too.
    pub(crate) async fn drain(&mut self) -> Result<()> {
        self.nemesis.hurry();
        while !self.nemesis.is_done() {
            self.look("the nemesis comes to an end").await?;
        }
        self.settle().await?;
        loop {
            self.look("everything is published").await?;
            if self.watch.is_published().await.unwrap_or(false) {
                return Ok(());
            }
        }
    }

    /// Looks after everything once. Fails where nothing has moved for too long.
    async fn look(&mut self, waiting_for: &str) -> Result<()> {
        tokio::time::sleep(LOOK).await;
        self.fleet.tend()?;
        self.tend_bringing()?;
        let taken_in = self.watch.taken_in().await.unwrap_or_default();
        let mut nemesis = std::mem::take(&mut self.nemesis);
        let struck = nemesis.strike(self, taken_in).await;
        self.nemesis = nemesis;
        struck?;
        let text = "SELECT CAST((SELECT COALESCE(SUM(next), 0) FROM source_position) \
            + (SELECT COALESCE(SUM(next), 0) FROM sequence) AS BIGINT)";
        let mark: i64 = value(&self.watch.database, text).await.ok().flatten().unwrap_or_default();
        if mark != self.moved.0 {
            self.moved = (mark, Instant::now());
        }
        if self.moved.1.elapsed() > self.patience {
            bail!("stuck: nothing moved for {} s while {waiting_for}", self.patience.as_secs());
        }
        Ok(())
    }

    /// Ends the services, and counts what happened to them.
    pub(crate) async fn close(&mut self) -> Result<()> {
        self.fleet.stop().await?;
        let figures = &mut self.figures;
        figures.points = self.fleet.points.clone();
        figures.kills += figures.points.hits.values().sum::<u64>();
        figures.beside = self.fleet.beside;
        figures.clocks = self.fleet.clocks;
        figures.cuts = self.cutter.made();
        figures.rebalances = self.watch.epochs().await?;
        figures.refused = self.watch.count("refused_commit").await?;
        figures.quarantined = self.watch.count("quarantine").await?;
        for finding in self.fleet.broken.drain(..).chain(self.watch.gone_back().await?) {
            figures.find(finding);
        }
        Ok(())
    }
}

/// A database of this round's own.
async fn make_database(server: &str, seed: u64) -> Result<String> {
    let name = format!("proof_{}_{seed}", std::process::id());
    let connection = sea_orm::Database::connect(server).await.context("PostgreSQL cannot be reached")?;
    connection.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
    connection.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
    connection.close().await?;
    Ok(Address::parse(server)?.of_database(&name).url())
}

async fn make_topics(program: &Path, brokers: &str, partitions: u32) -> Result<()> {
    let mut create = tokio::process::Command::new(program);
    create.args(["topics", "create", "--brokers", brokers, "--partitions"]).arg(partitions.to_string());
    let made = create.output().await.context("the program under test cannot be run")?;
    ensure!(made.status.success(), "the topics were not made: {}", String::from_utf8_lossy(&made.stderr));
    Ok(())
}
