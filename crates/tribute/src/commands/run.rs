use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use tokio::sync::Mutex;
use tribute_api::{EngineIntake, SharedEngine};
use tribute_runtime::{Health, Stop};
use tribute_services::{Incoming, Receipt};
use tribute_store::Database;
use tribute_webhooks::Sender;

use crate::{
    Done,
    arguments::Place,
    feed::{BATCH_EVENTS, Stamp, Unreadable, feed, now},
    inbox::Inbox,
    messages,
    progress::Progress,
    settings::RunSettings,
    source::Lines,
};

/// How many requests may wait for the engine.
const REQUESTS_WAITING: usize = 256;
/// How long the inbox rests between two looks.
const REST: Duration = Duration::from_millis(500);

pub(crate) async fn run(options: &RunSettings, place: &Place) -> Result<Done> {
    let engine = super::engine(place).await?;
    let database = engine.database().clone();
    let mut engine: SharedEngine = Arc::new(Mutex::new(engine));
    let (stop, health) = (Stop::on_signals()?, Health::new("all"));
    let intake = options.listen.map(|address| -> Result<_> {
        let intake = EngineIntake::new(Arc::clone(&engine), REQUESTS_WAITING);
        let api = super::service::api(database.clone(), Arc::new(intake.clone()), options, place)?;
        super::service::answer(address, options, Some(api), health.clone(), stop.clone())?;
        Ok(intake)
    });
    let intake = intake.transpose()?;
    health.started();
    send_webhooks(options, place, database, health, stop.clone())?;
    let every = Duration::from_millis(options.tick.millis().unsigned_abs().max(1));
    let mut ticks = tokio::time::interval(every);
    let (mut total, done) = match &options.inbox {
        Some(inbox) => watch(&mut engine, inbox, options, &mut ticks, stop).await?,
        None => {
            let total = listen(&mut engine, options, &mut ticks, stop).await?;
            let done = super::done(&total);
            (total, done)
        }
    };
    let by_http = intake.map(|intake| intake.taken()).unwrap_or_default();
    total.add(&by_http);
    messages::receipt(&total);
    Ok(if by_http.quarantined_in_all() > 0 { Done::WithFindings } else { done })
}

/// Sends webhooks beside everything else; where that ends, everything does.
fn send_webhooks(
    options: &RunSettings,
    place: &Place,
    database: Database,
    health: Health,
    stop: Stop,
) -> Result<()> {
    let (client, settings) = (options.webhooks.client()?, tribute_runtime::Settings::default());
    let sender = Sender::new(database, place.vault.clone(), client, settings, now, health, stop);
    tokio::spawn(async move {
        if let Err(error) = sender.run().await {
            messages::failure(&error.into());
            std::process::exit(1);
        }
    });
    Ok(())
}

async fn tick(engine: &SharedEngine, options: &RunSettings) -> Result<()> {
    let at = now().minus(options.lateness.millis());
    super::take(&mut *engine.lock().await, vec![super::clock::tick(at)?]).await?;
    Ok(())
}

/// Takes in every file of the inbox, puts it away, and ticks, until interrupted.
async fn watch(
    engine: &mut SharedEngine,
    folder: &Path,
    options: &RunSettings,
    ticks: &mut tokio::time::Interval,
    mut stop: Stop,
) -> Result<(Receipt, Done)> {
    let mut inbox = Inbox::open(folder)?;
    messages::note(format_args!("watching {}; stop with Ctrl-C", folder.display()));
    let (mut total, mut failed) = (Receipt::default(), 0_u64);
    let mut looks = tokio::time::interval(REST);
    // Two looks are apart, however long the files between them took.
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = stop.wait() => break,
            _ = ticks.tick() => tick(engine, options).await?,
            _ = looks.tick() => {
                for file in inbox.look()? {
                    if !take_file(engine, &mut inbox, &file, &mut total).await? {
                        failed = failed.saturating_add(1);
                    }
                }
            }
        }
    }
    if failed > 0 {
        let place = folder.join("failed");
        messages::note(format_args!("{failed} file(s) could not be read and lie in {}", place.display()));
        return Ok((total, Done::WithFindings));
    }
    let done = super::done(&total);
    Ok((total, done))
}

/// Takes one file in and moves it to `done`, or to `failed` where it cannot be read: then the answer is no.
async fn take_file(
    engine: &mut SharedEngine,
    inbox: &mut Inbox,
    file: &Path,
    total: &mut Receipt,
) -> Result<bool> {
    let mut taken = Receipt::default();
    let read = read_file(engine, file, &mut taken).await;
    total.add(&taken);
    match read {
        // What was still written to is taken once more when it rests; what is known by then has no effect.
        Ok(()) if inbox.is_unchanged(file) => inbox.put_away(file, "done").map(|_| true),
        Err(error) if error.is::<Unreadable>() && inbox.is_unchanged(file) => {
            let place = inbox.put_away(file, "failed")?;
            messages::failure(&error);
            messages::note(format_args!(
                "  it was moved to {}; {} event(s) before the fault were taken in; drop a whole copy into the inbox, \
                 and what is known already has no effect",
                place.display(),
                taken.received,
            ));
            Ok(false)
        }
        Err(error) if !error.is::<Unreadable>() => Err(error),
        Ok(()) | Err(_) => Ok(true),
    }
}

async fn read_file(engine: &mut SharedEngine, file: &Path, taken: &mut Receipt) -> Result<()> {
    let mut lines = Lines::open(&file.to_string_lossy()).context(Unreadable)?;
    let mut progress = Progress::new("ingest", None);
    let fed = feed(engine, Stamp::Now, move || lines.next_line(), &mut progress, taken).await;
    progress.finish();
    fed
}

/// Takes in standard input as it comes, and ticks, until it ends or is interrupted.
async fn listen(
    engine: &mut SharedEngine,
    options: &RunSettings,
    ticks: &mut tokio::time::Interval,
    mut stop: Stop,
) -> Result<Receipt> {
    let (sender, mut lines) = tokio::sync::mpsc::channel(BATCH_EVENTS);
    std::thread::spawn(move || {
        let _gone = read_input(&sender).or_else(|error| sender.blocking_send(Err(error)));
    });
    let mut total = Receipt::default();
    let mut waiting = Vec::new();
    let mut ended = false;
    loop {
        tokio::select! {
            biased;
            () = stop.wait() => return Ok(total),
            _ = ticks.tick() => tick(engine, options).await?,
            // An input that has ended is ready at once, for ever.
            count = lines.recv_many(&mut waiting, BATCH_EVENTS), if !ended => {
                ended = count == 0;
                if ended && options.listen.is_none() {
                    return Ok(total);
                }
                let fault = waiting.pop_if(|line| line.is_err());
                let read = |(bytes, origin)| Incoming::read(bytes, Stamp::Now.arrival(), origin);
                let batch = waiting.drain(..).flatten().map(read).collect();
                total.add(&super::take(&mut *engine.lock().await, batch).await?);
                if let Some(Err(fault)) = fault {
                    messages::receipt(&total);
                    return Err(fault);
                }
            }
        }
    }
}

type Line = (Vec<u8>, String);

/// Sends every line of standard input, until it ends or nobody listens.
fn read_input(lines: &tokio::sync::mpsc::Sender<Result<Line>>) -> Result<()> {
    let mut input = Lines::open("-")?;
    while let Some(line) = input.next_line()? {
        if lines.blocking_send(Ok(line)).is_err() {
            break;
        }
    }
    Ok(())
}
