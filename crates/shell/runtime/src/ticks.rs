//! Ticks of the clock that wait until everything before them is taken in.

use std::collections::VecDeque;

use tribute_store::{Lease, Source};

use crate::batch::{Holdings, Read};

/// Ticks in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Ticks {
    waiting: VecDeque<Read>,
}

impl Ticks {
    /// Sets aside, of what was read, the ticks, and whatever else comes after one in its partition.
    pub(crate) fn set_aside(&mut self, reads: Vec<Read>) -> Vec<Read> {
        let (ticks, others): (Vec<_>, Vec<_>) = reads.into_iter().partition(|read| {
            read.after().is_some() || self.waiting.iter().any(|tick| tick.partition == read.partition)
        });
        self.waiting.extend(ticks);
        others
    }

    /// Forgets what is not ours any more.
    pub(crate) fn keep_held(&mut self, holdings: &Holdings) {
        self.waiting
            .retain(|tick| holdings.get(&tick.partition).is_some_and(|held| tick.offset >= held.next));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Read> {
        self.waiting.iter()
    }

    /// The sources that the first tick waits for, with the number that each has to reach.
    pub(crate) fn awaited(&self) -> Vec<(Source, i64)> {
        let after = self.waiting.front().and_then(Read::after).into_iter().flatten();
        let source = |(place, end): (&String, &i64)| {
            let (name, partition) = place.rsplit_once('/')?;
            Some((Source { name: name.to_owned(), partition: partition.parse().ok()? }, *end))
        };
        after.filter_map(source).collect()
    }

    /// The first tick, where all it waits for is there.
    pub(crate) fn due(&mut self, awaited: &[(Source, i64)], positions: &[Lease]) -> Option<Read> {
        let reached = |(source, end): &(Source, i64)| {
            let position = positions.iter().find(|lease| lease.source == *source);
            *end == 0 || position.is_some_and(|lease| lease.next >= *end)
        };
        #[cfg(feature = "failpoints")]
        if tribute_store::is_planted("plant.tick_early") {
            return self.waiting.pop_front();
        }
        if awaited.iter().all(reached) { self.waiting.pop_front() } else { None }
    }

    /// Gives back a tick that could not be taken in.
    pub(crate) fn put_back(&mut self, tick: Read) {
        self.waiting.push_front(tick);
    }
}
