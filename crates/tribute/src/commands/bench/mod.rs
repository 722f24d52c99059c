//! `tribute bench`: the seeded workload AFF-1 through the whole pipeline, beside its ceiling in the same run.
//!
//! The ceiling is what the same database file costs without any thought: the same final rows, written by
//! hand-prepared statements into an equal file in equal transactions. The machine's speed swings from hour to hour;
//! only figures of one run compare.

mod ceiling;
mod http;
mod measure;
mod scratch;
mod streamed;

use std::{path::Path, time::Instant};

use anyhow::{Context, Result, bail};
use tribute_services::{Engine, Receipt};
use tribute_store::Database;
use tribute_tools::workload::{Mix, Options, Tally, Workload};

use crate::{
    Done,
    arguments::{Bench, BenchOf, Place},
    feed::{BATCH_EVENTS, Stamp, feed},
    messages::{note, say},
    progress::Progress,
};
use ceiling::Ceiling;
use measure::{Cpu, Spread, fdatasync, memory_peak};

/// One round: the pipeline, then its ceiling.
struct Round {
    mixed: Pass,
    history: Pass,
    ceiling: Ceiling,
    receipt: Receipt,
    tally: Tally,
    sound: bool,
}

/// One timed stretch of the workload.
#[derive(Debug, Clone, Copy, Default)]
struct Pass {
    events: u64,
    seconds: f64,
    cpu_seconds: f64,
}

impl Pass {
    fn per_second(&self) -> f64 {
        measure::ratio(self.events, self.seconds)
    }
}

pub(crate) async fn run(options: &Bench, place: &Place) -> Result<Done> {
    if let Some(BenchOf::Http(options)) = &options.of {
        return Box::pin(http::run(options, place)).await;
    }
    let mix = match options.mix.to_ascii_lowercase().as_str() {
        "a" => Mix::A,
        "b" => Mix::B,
        "c" => Mix::C,
        other => bail!("`{other}` is not a mix; use a, b or c"),
    };
    let workload = Options {
        mix,
        events: options.events,
        history: options.history,
        seed: options.seed,
        ..Options::default()
    };
    if let Some(brokers) = &options.brokers.brokers {
        return Box::pin(streamed::run(options, workload, place, brokers)).await;
    }
    let folder = place.data.join("bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let sync = fdatasync(&folder)?;
    let mut rounds = Vec::new();
    for number in 1..=options.rounds.max(1) {
        note(format_args!("round {number} of {}", options.rounds.max(1)));
        rounds.push(Box::pin(round(&folder, workload.clone())).await?);
    }
    print(options, &rounds, &sync);
    let sound = rounds.iter().all(|round| round.sound);
    if !sound {
        bail!("the books of a round are not sound");
    }
    Ok(Done::Clean)
}

async fn round(folder: &Path, options: Options) -> Result<Round> {
    let file = folder.join("pipeline.db");
    remove(&file)?;
    let mut engine = Engine::open(Database::open(&file.to_string_lossy()).await?).await?;
    let mut workload = Workload::new(options.clone()).map_err(anyhow::Error::from)?;
    let setup = options.lines().saturating_sub(options.history).saturating_sub(options.events);
    let terms_later = u64::from(options.brands).saturating_mul(2);
    let setup = setup.saturating_sub(terms_later);
    let mut receipt = Receipt::default();
    let (_, taken) = pass(&mut engine, &mut workload, setup).await?;
    receipt.add(&taken);
    let (history, taken) = pass(&mut engine, &mut workload, options.history).await?;
    receipt.add(&taken);
    let (mixed, taken) = pass(&mut engine, &mut workload, u64::MAX).await?;
    receipt.add(&taken);
    let tally = *workload.tally();
    let sound = tribute_reports::verify::verify(engine.database(), &mut |_| {}).await?.is_ok();
    drop(engine);
    let batches = (history.events.saturating_add(mixed.events)).div_ceil(BATCH_EVENTS as u64);
    let target = folder.join("ceiling.db");
    remove(&target)?;
    drop(Database::open(&target.to_string_lossy()).await?);
    let ceiling = ceiling::write(&file, &target, batches)?;
    Ok(Round { mixed, history, ceiling, receipt, tally, sound })
}

/// Feeds `count` lines. They are generated beforehand, so that the generator's time is nobody's.
async fn pass(engine: &mut Engine, workload: &mut Workload, count: u64) -> Result<(Pass, Receipt)> {
    let limit = usize::try_from(count).unwrap_or(usize::MAX);
    let mut total = Pass::default();
    let mut receipt = Receipt::default();
    let mut left = limit;
    // A stretch at a time: memory must not grow with the workload.
    while left > 0 {
        let lines: Vec<String> = workload.by_ref().take(left.min(STRETCH)).collect();
        if lines.is_empty() {
            break;
        }
        left = left.saturating_sub(lines.len());
        let mut progress = Progress::new("bench", u64::try_from(lines.len()).ok());
        let (started, cpu) = (Instant::now(), Cpu::now()?);
        total.events = total.events.saturating_add(u64::try_from(lines.len())?);
        let mut lines = lines.into_iter();
        let next = move || Ok(lines.next().map(|line| (line.into_bytes(), "bench".to_owned())));
        feed(engine, Stamp::Backfill, next, &mut progress, &mut receipt).await?;
        total.seconds += started.elapsed().as_secs_f64();
        total.cpu_seconds += Cpu::now()?.since(&cpu);
        progress.finish();
    }
    Ok((total, receipt))
}

/// How many lines are generated at a time.
const STRETCH: usize = 200_000;

fn remove(file: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let path = file
            .with_file_name(format!("{}{suffix}", file.file_name().unwrap_or_default().to_string_lossy()));
        if path.exists() {
            std::fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
        }
    }
    Ok(())
}

fn print(options: &Bench, rounds: &[Round], sync: &Spread) {
    let figure = |of: &dyn Fn(&Round) -> f64| Spread::of(rounds.iter().map(of).collect());
    say(format_args!(
        "AFF-1, mix {}, {} mixed events after {} clicks of history, seed {}",
        options.mix.to_uppercase(),
        options.events,
        options.history,
        options.seed
    ));
    say(format_args!(
        "{} round(s), interleaved with the ceiling; each figure: median (least .. most)",
        rounds.len()
    ));
    let sales = |round: &Round| measure::ratio(round.tally.sales, round.mixed.seconds);
    say(format_args!("events/s, mixed            {}", figure(&|round| round.mixed.per_second())));
    say(format_args!("events/s, history          {}", figure(&|round| round.history.per_second())));
    say(format_args!("sales/s                    {}", figure(&sales)));
    say(format_args!(
        "ledger transactions/s      {}",
        figure(&|round| measure::ratio(round.ceiling.ledger_transactions, round.mixed.seconds))
    ));
    say(format_args!(
        "CPU s per million events   {}",
        figure(&|round| measure::ratio_of(round.mixed.cpu_seconds * 1e6, round.mixed.events))
    ));
    say(format_args!("rows written, all tables   {}", figure(&|round| measure::whole(round.ceiling.rows))));
    say(format_args!("ceiling, same rows, s      {}", figure(&|round| round.ceiling.seconds)));
    say(format_args!(
        "pipeline, same rows, s     {}",
        figure(&|round| round.history.seconds + round.mixed.seconds)
    ));
    say(format_args!(
        "share of the ceiling       {}",
        figure(&|round| round.ceiling.seconds / (round.history.seconds + round.mixed.seconds))
    ));
    say(format_args!(
        "database bytes per sale    {}",
        figure(&|round| measure::ratio_of(measure::whole(round.ceiling.bytes), round.tally.sales))
    ));
    say(format_args!("events a transaction       {BATCH_EVENTS}"));
    say(format_args!("fdatasync, ms              {sync}"));
    say(format_args!(
        "peak memory, MiB           {}",
        memory_peak().map_or_else(|| "not known here".into(), |mib| mib.to_string())
    ));
    if let Some(last) = rounds.last() {
        let lost = last
            .receipt
            .received
            .saturating_sub(last.receipt.accepted)
            .saturating_sub(last.receipt.duplicates)
            .saturating_sub(last.receipt.quarantined_in_all());
        say(format_args!(
            "received {}, accepted {}, duplicates {}, quarantined {} (poison sent: {}), late {}, lost {lost}",
            last.receipt.received,
            last.receipt.accepted,
            last.receipt.duplicates,
            last.receipt.quarantined_in_all(),
            last.tally.poison,
            last.tally.late
        ));
        say(format_args!(
            "books: {}",
            if last.sound {
                "every asset sums to zero, balances are the fold of the entries"
            } else {
                "NOT SOUND"
            }
        ));
        say(format_args!("ledger digest {}", last.ceiling.digest));
    }
}
