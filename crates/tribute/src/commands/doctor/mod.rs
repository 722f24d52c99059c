//! `tribute doctor`: what is wrong with a set-up, in sentences, and what to do about it. It changes nothing.

mod books;
mod brokers;
mod file;
mod server;
mod settings;
mod work;

use std::{future::Future, time::Duration};

use anyhow::{Result, bail};
use tribute_reports::{Cell, Column, Table};

use crate::{
    Done,
    arguments::{Doctor, Format, Place},
    messages::say,
    settings::Settings,
};

/// How long anything may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ok,
    /// It works, and somebody should look after it.
    Warning,
    /// It does not work, or will not for long.
    Wrong,
    /// It does not answer.
    Unknown,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Wrong => "wrong",
            Self::Unknown => "unknown",
        }
    }
}

struct Finding {
    check: &'static str,
    state: State,
    text: String,
}

/// What was found, in the order in which it was looked at.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, check: &'static str, state: State, text: impl Into<String>) {
        self.0.push(Finding { check, state, text: text.into() });
    }

    fn ok(&mut self, check: &'static str, text: impl Into<String>) {
        self.add(check, State::Ok, text);
    }

    /// One sentence where all is well, another where it is not.
    fn judge(&mut self, check: &'static str, is_well: bool, well: &str, (state, ill): (State, String)) {
        if is_well { self.ok(check, well) } else { self.add(check, state, ill) }
    }

    fn has(&self, state: State) -> bool {
        self.0.iter().any(|finding| finding.state == state)
    }

    fn print(&self, format: Format) -> Result<()> {
        if format == Format::Table {
            for Finding { check, state, text } in &self.0 {
                say(format_args!("{:<8} {check:<12} {text}", state.name()));
            }
            return Ok(());
        }
        let mut table = Table::new(["state", "check", "finding"].map(Column::left).to_vec());
        for Finding { check, state, text } in &self.0 {
            table.push(vec![Cell::text(state.name()), Cell::text(*check), Cell::text(text)]);
        }
        super::show(&table, format)
    }
}

pub(crate) async fn run(options: &Doctor, place: &Place, settings: &Settings) -> Result<Done> {
    let mut found = Findings::default();
    settings::examine(settings, &mut found);
    let books = books::examine(place, settings, &mut found).await;
    let kafka = match settings.kafka() {
        Ok(kafka) => kafka,
        Err(error) => {
            found.add("settings", State::Wrong, format!("{error:#}"));
            None
        }
    };
    brokers::examine(kafka, settings, books.as_ref(), &mut found).await;
    if let Some(books) = &books
        && let Err(error) = work::examine(books, settings, &mut found).await
    {
        found.add("services", State::Unknown, format!("how they fare cannot be read: {error:#}"));
    }
    found.print(options.shape.format)?;
    if found.has(State::Unknown) {
        bail!("not everything could be looked at");
    }
    let well = !found.has(State::Warning) && !found.has(State::Wrong);
    Ok(if well { Done::Clean } else { Done::WithFindings })
}

/// An answer in time, or why there is none.
async fn in_time<T, E: Into<anyhow::Error>>(answer: impl Future<Output = Result<T, E>>) -> Result<T> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(answer) => answer.map_err(Into::into),
        Err(_) => bail!("no answer within {} s", PATIENCE.as_secs()),
    }
}

/// A length of time as people say it.
fn span(millis: i64) -> String {
    let seconds = millis.max(0) / 1_000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
