//! When an event is sent again to an endpoint that did not take it.

use tribute_events::Milliseconds;

const SECOND: Milliseconds = 1_000;
const MINUTE: Milliseconds = 60 * SECOND;
const HOUR: Milliseconds = 60 * MINUTE;

/// How long after the attempt before it each attempt follows, the first one included: the example of Standard Webhooks
/// 1.0.0. Together they span three days and some hours.
pub const SCHEDULE: [Milliseconds; 10] =
    [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/// An endpoint that takes nothing for so long is disabled.
pub const FAILING_MAX: Milliseconds = 5 * 24 * HOUR;
/// What an endpoint asks for by `Retry-After` counts up to this.
const ASKED_MAX: Milliseconds = 24 * HOUR;

/// How long to wait after so many attempts; nothing where none is left. `chance` lies within 0 and 999, and adds up to a
/// fifth, so that what failed at once does not come back at once. What the endpoint asked for is waited for at least.
#[must_use]
pub fn wait_after(attempts: i64, asked: Option<Milliseconds>, chance: u16) -> Option<Milliseconds> {
    let planned = usize::try_from(attempts).ok().and_then(|done| SCHEDULE.get(done)).copied()?;
    let jitter = planned.saturating_mul(i64::from(chance.min(999))) / 5_000;
    Some(planned.saturating_add(jitter).max(asked.unwrap_or(0).clamp(0, ASKED_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_attempts_with_jitter_and_no_more() {
        assert_eq!(wait_after(1, None, 0), Some(5_000));
        assert_eq!(wait_after(1, None, 999), Some(5_999));
        assert_eq!(wait_after(9, None, 0), Some(24 * HOUR));
        assert_eq!(wait_after(10, None, 0), None);
        assert_eq!(wait_after(1, Some(60_000), 0), Some(60_000));
        assert_eq!(wait_after(2, Some(60_000), 0), Some(5 * MINUTE));
        assert_eq!(wait_after(1, Some(i64::MAX), 0), Some(24 * HOUR));
        assert!(SCHEDULE.iter().sum::<i64>() < FAILING_MAX);
    }
}
