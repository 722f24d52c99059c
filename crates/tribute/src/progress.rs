//! Progress: a bar on a terminal, a line now and then otherwise.

use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::messages::note;

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(5);

/// How far a piece of work has come.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    what: &'static str,
    done: u64,
    started: Instant,
    told: Instant,
}

impl Progress {
    /// Work on `total` pieces, or on as many as there are.
    pub(crate) fn new(what: &'static str, total: Option<u64>) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| bar(what, total));
        Self { bar, what, done: 0, started: Instant::now(), told: Instant::now() }
    }

    /// So many more are done.
    pub(crate) fn advance(&mut self, count: u64) {
        self.done = self.done.saturating_add(count);
        if let Some(bar) = &self.bar {
            bar.inc(count);
        } else if self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            note(format_args!("{}: {} done in {} s", self.what, self.done, self.started.elapsed().as_secs()));
        }
    }

    /// The work is over.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(what: &'static str, total: Option<u64>) -> ProgressBar {
    let template = if total.is_some() {
        "{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}"
    } else {
        "{msg} {spinner} {human_pos} {per_sec}"
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    bar.set_style(style);
    bar.set_message(what);
    bar
}
