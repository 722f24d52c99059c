//! The benchmark workload AFF-1: an endless, seeded stream of events in constant memory.
//!
//! A setup (terms, ambassadors, codes, a campaign per brand, exchange rates) comes first, then a history of
//! clicks over 30 days, then the mixed events at 100 a second of event time, with dirt. At 30 % and 63 % of
//! them every brand publishes new terms that hold from one and two thirds on.
//!
//! `recordedtime` never goes back from line to line, except in exact copies of earlier lines.

mod dirt;
mod lines;
mod mixed;
mod options;
mod ring;
mod sales;
mod setup;

use std::collections::{BTreeMap, VecDeque};

use self::{mixed::Touched, ring::Ring, sales::Sale};
use crate::{Random, ToolError, Zipf};

pub use options::{Mix, Options, Tally};

/// How many recent clicks a sale may follow from.
const CLICKS_KEPT: usize = 1 << 16;
/// How many recent sales a refund may come for.
const SALES_KEPT: usize = 1 << 15;
/// How many recent lines may come again.
const LINES_KEPT: usize = 1 << 10;

/// The stream, line by line.
///
/// Its memory does not grow with the number of events.
pub struct Workload {
    options: Options,
    random: Random,
    ranks: Zipf,
    /// Lines of setup and history written so far.
    written: u64,
    /// Mixed lines written so far.
    slot: u64,
    /// How many times the terms were changed.
    terms_changed: u64,
    /// The number of the next fresh event.
    serial: u64,
    /// Lines that come before anything else.
    queue: VecDeque<String>,
    /// Lines that must come at a later slot.
    pending: BTreeMap<u64, String>,
    clicks: Ring<Touched>,
    sales: Ring<Sale>,
    recent: Ring<String>,
    tally: Tally,
}

impl Workload {
    /// The stream from its beginning.
    ///
    /// # Errors
    /// [`ToolError::Options`] where a brand would be left without an ambassador, or nobody visits.
    pub fn new(options: Options) -> Result<Self, ToolError> {
        options.check()?;
        Ok(Self {
            random: Random::new(options.seed),
            ranks: Zipf::new(options.ambassadors),
            written: 0,
            slot: 0,
            terms_changed: 0,
            serial: 0,
            queue: VecDeque::new(),
            pending: BTreeMap::new(),
            clicks: Ring::new(CLICKS_KEPT),
            sales: Ring::new(SALES_KEPT),
            recent: Ring::new(LINES_KEPT),
            tally: Tally::default(),
            options,
        })
    }

    /// What has come so far.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The number of a new event.
    const fn number(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }
}

impl Iterator for Workload {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let setup = self.options.setup_lines();
        if self.written < setup {
            let line = self.setup_line(self.written);
            self.written += 1;
            self.tally.setup += 1;
            return Some(line);
        }
        if self.written < setup + self.options.history {
            let line = self.history_click(self.written - setup);
            self.written += 1;
            self.tally.history += 1;
            return Some(line);
        }
        self.publish_when_due();
        if let Some(line) = self.queue.pop_front() {
            return Some(line);
        }
        (self.slot < self.options.events).then(|| {
            let line = self.mixed_line();
            self.slot += 1;
            line
        })
    }
}

#[cfg(test)]
mod tests;
