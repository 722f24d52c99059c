use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use tribute_services::{Engine, Incoming, Receipt};

use crate::{
    Done,
    arguments::{Place, Run},
    feed::{BATCH_EVENTS, Stamp, feed, now},
    messages,
    progress::Progress,
    source::Lines,
};

/// How long the inbox rests between two looks.
const REST: Duration = Duration::from_millis(500);

pub(crate) async fn run(options: &Run, place: &Place) -> Result<Done> {
    let mut engine = super::engine(place).await?;
    let every = Duration::from_millis(options.tick.millis().unsigned_abs().max(1));
    let mut ticks = tokio::time::interval(every);
    let total = match &options.inbox {
        Some(inbox) => watch(&mut engine, inbox, options, &mut ticks).await?,
        None => listen(&mut engine, options, &mut ticks).await?,
    };
    messages::receipt(&total);
    Ok(super::done(&total))
}

async fn tick(engine: &mut Engine, options: &Run) -> Result<()> {
    let at = now().minus(options.lateness.millis());
    super::take(engine, vec![super::clock::tick(at)?]).await?;
    Ok(())
}

/// Takes in every file of the inbox, moves it to `done` beside it, and ticks, until interrupted.
async fn watch(
    engine: &mut Engine,
    inbox: &Path,
    options: &Run,
    ticks: &mut tokio::time::Interval,
) -> Result<Receipt> {
    let finished = inbox.join("done");
    std::fs::create_dir_all(&finished).with_context(|| format!("{} cannot be made", finished.display()))?;
    messages::note(format_args!("watching {}; stop with Ctrl-C", inbox.display()));
    let mut total = Receipt::default();
    let mut looks = tokio::time::interval(REST);
    loop {
        tokio::select! {
            biased;
            stopped = tokio::signal::ctrl_c() => { stopped?; return Ok(total) }
            _ = ticks.tick() => tick(engine, options).await?,
            _ = looks.tick() => {
                for file in waiting(inbox)? {
                    total.add(&take_file(engine, &file).await?);
                    let name = file.file_name().unwrap_or_default();
                    std::fs::rename(&file, finished.join(name)).with_context(|| format!("{} cannot be moved", file.display()))?;
                }
            }
        }
    }
}

/// Files that are complete: a writer gives them a name ending in `.part` until they are.
fn waiting(inbox: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(inbox).with_context(|| format!("{} cannot be read", inbox.display()))? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_file() && !hidden && path.extension().is_none_or(|extension| extension != "part") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

async fn take_file(engine: &mut Engine, file: &Path) -> Result<Receipt> {
    let mut lines = Lines::open(&file.to_string_lossy())?;
    let mut progress = Progress::new("ingest", None);
    let receipt = feed(engine, Stamp::Now, move || lines.next_line(), &mut progress).await;
    progress.finish();
    receipt
}

/// Takes in standard input as it comes, and ticks, until it ends or is interrupted.
async fn listen(engine: &mut Engine, options: &Run, ticks: &mut tokio::time::Interval) -> Result<Receipt> {
    let (sender, mut lines) = tokio::sync::mpsc::channel(BATCH_EVENTS);
    let mut input = Lines::open("-")?;
    std::thread::spawn(move || {
        while let Ok(Some(line)) = input.next_line() {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    let mut total = Receipt::default();
    let mut waiting = Vec::new();
    loop {
        tokio::select! {
            biased;
            stopped = tokio::signal::ctrl_c() => { stopped?; return Ok(total) }
            _ = ticks.tick() => tick(engine, options).await?,
            count = lines.recv_many(&mut waiting, BATCH_EVENTS) => {
                if count == 0 {
                    return Ok(total);
                }
                let read = |(bytes, origin)| Incoming::read(bytes, Stamp::Now.arrival(), origin);
                total.add(&super::take(engine, waiting.drain(..).map(read).collect()).await?);
            }
        }
    }
}
