use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tribute_events::{Arrival, Event, EventId, Payload, ProgramPublished, encode};
use tribute_services::Incoming;
use tribute_terms::Terms;

use crate::{
    Done,
    arguments::{Place, Program},
    messages::{note, receipt, say},
};

pub(crate) async fn run(command: Program, place: &Place) -> Result<Done> {
    match command {
        Program::Check { files } => check(&files),
        Program::Apply { files } => apply(&files, place).await,
    }
}

fn check(files: &[PathBuf]) -> Result<Done> {
    let mut wrong = 0_usize;
    for file in files {
        match Terms::parse(&read(file)?) {
            Ok(terms) => {
                let head = &terms.program;
                say(format_args!(
                    "{}: program {} version {} from {}: no errors",
                    file.display(),
                    head.id,
                    head.version,
                    head.effective_from
                ));
                for warning in terms.warnings() {
                    say(format_args!("{}: warning: {warning}", file.display()));
                }
            }
            Err(problems) => {
                wrong = wrong.saturating_add(problems.len());
                for problem in problems {
                    say(format_args!("{}: {problem}", file.display()));
                }
            }
        }
    }
    if wrong > 0 {
        bail!("{wrong} problem(s) in the terms; nothing was applied");
    }
    Ok(Done::Clean)
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

async fn apply(files: &[PathBuf], place: &Place) -> Result<Done> {
    check(files)?;
    let events: Vec<Incoming> = files.iter().map(|file| published(&read(file)?)).collect::<Result<_>>()?;
    let mut engine = super::engine(place).await?;
    let taken = super::take(&mut engine, events).await?;
    if taken.duplicates > 0 {
        note(format_args!("{} version(s) were in force already, word for word", taken.duplicates));
    }
    if taken.quarantined_in_all() > 0 {
        note("a version that is in force cannot be changed; give the terms a new `version`");
    }
    receipt(&taken);
    Ok(super::done(&taken))
}

/// The event that puts terms into force. The same terms make the same event.
pub(crate) fn published(terms: &str) -> Result<Incoming> {
    let problems = |problems: Vec<tribute_terms::Problem>| {
        anyhow::anyhow!(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    };
    let head = Terms::parse(terms).map_err(problems)?.program;
    let event = Event {
        brand: head.brand,
        source: "/tribute/program".into(),
        id: EventId::trusted(&format!("{}/{}", head.id, head.version)),
        time: head.effective_from,
        recorded: head.effective_from,
        traceparent: None,
        fingerprint: [0; 16],
        payload: Payload::Program(ProgramPublished { terms: terms.to_owned() }),
    };
    Ok(Incoming::read(encode(&event)?.into_bytes(), Arrival::Backfill, "program apply".into()))
}
