use std::time::Duration;

/// How long to wait before something that failed is tried again: twice as long each time, up to a bound.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    next: Duration,
    first: Duration,
    longest: Duration,
}

impl Backoff {
    /// For a server that is away.
    pub(crate) const fn away() -> Self {
        Self::between(Duration::from_millis(50), Duration::from_secs(2))
    }

    /// For work that is not there yet.
    pub(crate) const fn idle() -> Self {
        Self::between(Duration::from_millis(1), Duration::from_millis(25))
    }

    const fn between(first: Duration, longest: Duration) -> Self {
        Self { next: first, first, longest }
    }

    pub(crate) fn next(&mut self) -> Duration {
        let now = self.next;
        self.next = now.saturating_mul(2).min(self.longest);
        now
    }

    pub(crate) const fn reset(&mut self) {
        self.next = self.first;
    }
}
