//! What a round came to, in numbers.

use std::fmt;

use crate::points::Points;

/// The figures of one round, or of several together.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Rounds.
    pub rounds: u64,
    /// Events that were brought, repetitions included.
    pub events: u64,
    /// Lines in which the books differ from the undisturbed run's.
    pub differences: u64,
    /// Events that the undisturbed run took in and this one did not.
    pub lost: u64,
    /// Events that are in the log more than once, or that nobody told.
    pub doubled: u64,
    /// `kill -9`, those at fail points included.
    pub kills: u64,
    /// SIGTERM.
    pub terminations: u64,
    /// SIGSTOP past the lease.
    pub zombies: u64,
    /// Processes of another release, beside as many of this one.
    pub beside: u64,
    /// Copies added or taken away.
    pub changes: u64,
    /// `kill -9` of the broker.
    pub broker_restarts: u64,
    /// Immediate stops of PostgreSQL.
    pub database_restarts: u64,
    /// Connections cut at a COMMIT.
    pub cuts: u64,
    /// Bursts of messages that nobody can read, each in one partition.
    pub poisons: u64,
    /// Processes whose clock was a day wrong.
    pub clocks: u64,
    /// Sources that changed hands.
    pub rebalances: u64,
    /// Stale commits that were refused.
    pub refused: u64,
    /// Lines brought twice on purpose.
    pub repeated: u64,
    /// Lines in quarantine.
    pub quarantined: u64,
    /// Messages published, and published again.
    pub published: u64,
    /// Messages that were published more than once, and are dropped by their number.
    pub republished: u64,
    /// Processes that died at each fail point.
    pub(crate) points: Points,
    /// What was found to be wrong.
    pub findings: Vec<String>,
}

impl Figures {
    /// Whether nothing was found.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.differences == 0 && self.lost == 0 && self.doubled == 0
    }

    /// Puts a finding down.
    pub(crate) fn find(&mut self, finding: impl Into<String>) {
        self.findings.push(finding.into());
    }

    /// Adds the figures of another round.
    pub(crate) fn add(&mut self, other: &Self) {
        let mut own = self.numbers_mut();
        for (own, (_, _, theirs)) in own.iter_mut().zip(other.numbers()) {
            **own = own.saturating_add(theirs);
        }
        self.points.add(&other.points);
        self.findings.extend(other.findings.iter().cloned());
    }

    /// The fail points at which nobody died.
    #[must_use]
    pub fn never_hit(&self) -> Vec<String> {
        let never = self.points.hits.iter().filter(|(_, hits)| **hits == 0);
        never.map(|(name, _)| format!("{name}: nobody died there")).collect()
    }

    fn numbers_mut(&mut self) -> [&mut u64; 21] {
        [
            &mut self.rounds,
            &mut self.events,
            &mut self.differences,
            &mut self.lost,
            &mut self.doubled,
            &mut self.kills,
            &mut self.terminations,
            &mut self.zombies,
            &mut self.beside,
            &mut self.changes,
            &mut self.broker_restarts,
            &mut self.database_restarts,
            &mut self.cuts,
            &mut self.poisons,
            &mut self.clocks,
            &mut self.rebalances,
            &mut self.refused,
            &mut self.repeated,
            &mut self.quarantined,
            &mut self.published,
            &mut self.republished,
        ]
    }

    /// Every number with its name, and what a long run has to reach.
    fn numbers(&self) -> [(&'static str, u64, u64); 21] {
        [
            ("rounds", 1, self.rounds),
            ("events brought", 1_000_000, self.events),
            ("differences", 0, self.differences),
            ("lost", 0, self.lost),
            ("doubled", 0, self.doubled),
            ("kill -9", 200, self.kills),
            ("SIGTERM", 20, self.terminations),
            ("zombies", 20, self.zombies),
            ("processes of a release beside", 0, self.beside),
            ("copies added or removed", 20, self.changes),
            ("broker restarts", 25, self.broker_restarts),
            ("PostgreSQL immediate stops", 25, self.database_restarts),
            ("connections cut at COMMIT", 100, self.cuts),
            ("poisoned partitions", 5, self.poisons),
            ("clocks a day wrong", 5, self.clocks),
            ("sources that changed hands", 100, self.rebalances),
            ("stale commits refused", 1, self.refused),
            ("lines told twice", 1, self.repeated),
            ("lines in quarantine", 1, self.quarantined),
            ("messages published", 1, self.published),
            ("published again, dropped", 0, self.republished),
        ]
    }

    /// The figures of the first column that are not reached yet.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let numbers = self.numbers().into_iter().filter(|(_, wanted, reached)| reached < wanted);
        let numbers = numbers.map(|(name, wanted, reached)| format!("{name}: {reached} of {wanted}"));
        let points = self.points.hits.iter().filter(|(_, hits)| **hits < HITS);
        numbers.chain(points.map(|(name, hits)| format!("{name}: {hits} of {HITS} hits"))).collect()
    }
}

/// How often each fail point has to be hit.
const HITS: u64 = 20;

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, _, number) in self.numbers() {
            writeln!(formatter, "{name:<30} {number:>10}")?;
        }
        for (name, hits) in &self.points.hits {
            writeln!(formatter, "  died at {name:<24} {hits:>4}")?;
        }
        for finding in &self.findings {
            writeln!(formatter, "FOUND: {finding}")?;
        }
        Ok(())
    }
}
