//! Brings lines to the topics: from standard input until it ends, or from every file of an inbox.

use std::path::Path;

use anyhow::Result;
use tokio::sync::mpsc;
use tribute_runtime::{Brought, Health, Intake, Stop};
use tribute_stream::Log;

use crate::{
    Done,
    feed::{Stamp, Unreadable},
    inbox::Inbox,
    messages,
    settings::RunSettings,
    source::Lines,
};

/// How long the inbox rests between two looks.
const REST: std::time::Duration = std::time::Duration::from_millis(500);

type Line = (Vec<u8>, String);

pub(crate) async fn run<L: Log>(options: &RunSettings, log: L, health: Health, stop: Stop) -> Result<Done> {
    let stamp = if options.backfill { Stamp::Backfill } else { Stamp::Now };
    let chunk = usize::try_from(options.batch_events).unwrap_or(usize::MAX);
    let mut intake = Intake::open(log, health, stop.clone())?;
    let mut total = Brought::default();
    let failed = match &options.inbox {
        Some(folder) => watch(&mut intake, folder, stamp, chunk, stop, &mut total).await?,
        None => {
            bring(&mut intake, "-", stamp, chunk, &mut total).await?;
            0
        }
    };
    messages::note(format_args!(
        "{} events brought to the topics; {} of them cannot be read and are put aside there",
        total.sent.saturating_add(total.unreadable),
        total.unreadable
    ));
    Ok(if total.unreadable == 0 && failed == 0 { Done::Clean } else { Done::WithFindings })
}

async fn watch<L: Log>(
    intake: &mut Intake<L>,
    folder: &Path,
    stamp: Stamp,
    chunk: usize,
    mut stop: Stop,
    total: &mut Brought,
) -> Result<u64> {
    let mut inbox = Inbox::open(folder)?;
    let mut failed = 0_u64;
    messages::note(format_args!("watching {}", folder.display()));
    while !stop.is_set() {
        for file in inbox.look()? {
            let brought = bring(intake, &file.to_string_lossy(), stamp, chunk, total).await;
            match brought {
                _ if !inbox.is_unchanged(&file) => {}
                Ok(()) => drop(inbox.put_away(&file, "done")?),
                Err(error) if error.is::<Unreadable>() => {
                    let place = inbox.put_away(&file, "failed")?;
                    messages::failure(&error);
                    messages::note(format_args!("  it was moved to {}", place.display()));
                    failed = failed.saturating_add(1);
                }
                Err(error) => return Err(error),
            }
        }
        stop.rest(REST).await;
    }
    Ok(failed)
}

/// Brings every line of a file, `-` for standard input. A thread of its own reads, so that what comes slowly is brought
/// as it comes.
async fn bring<L: Log>(
    intake: &mut Intake<L>,
    path: &str,
    stamp: Stamp,
    chunk: usize,
    total: &mut Brought,
) -> Result<()> {
    let (sender, mut lines) = mpsc::channel(chunk);
    let path = path.to_owned();
    std::thread::spawn(move || {
        let _gone = read(&path, &sender).or_else(|error| sender.blocking_send(Err(error)));
    });
    let mut waiting = Vec::new();
    while lines.recv_many(&mut waiting, chunk).await > 0 {
        let fault = waiting.pop_if(|line| line.is_err());
        let read = |(bytes, _): Line| (bytes, stamp.arrival());
        let brought = intake.bring(waiting.drain(..).flatten().map(read).collect()).await?;
        total.sent = total.sent.saturating_add(brought.sent);
        total.unreadable = total.unreadable.saturating_add(brought.unreadable);
        if let Some(Err(fault)) = fault {
            return Err(fault.context(Unreadable));
        }
    }
    Ok(())
}

fn read(path: &str, lines: &mpsc::Sender<Result<Line>>) -> Result<()> {
    let mut input = Lines::open(path)?;
    while let Some(line) = input.next_line()? {
        if lines.blocking_send(Ok(line)).is_err() {
            break;
        }
    }
    Ok(())
}
