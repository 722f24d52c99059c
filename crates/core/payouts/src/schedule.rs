use tribute_events::Timestamp;
use tribute_terms::{Period, Schedule, Zone};

/// The cut-offs of a schedule in `(after, until]`, in order: the first instant after each ISO week or month in the
/// program's time zone. A manual schedule has none.
#[must_use]
pub fn due(schedule: Schedule, zone: &Zone, after: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    let period = match schedule {
        Schedule::Manual => return Vec::new(),
        Schedule::Weekly => Period::Week,
        Schedule::Monthly => Period::Month,
    };
    let next = |at: &Timestamp| {
        let cut_off = zone.period(period, *at).ends_at;
        // At the end of the calendar no period follows.
        (cut_off > *at && cut_off < Timestamp::MAX).then_some(cut_off)
    };
    std::iter::successors(next(&after), next).take_while(|cut_off| *cut_off <= until).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn months_end_at_local_midnight() {
        let london = Zone::named("Europe/London").unwrap();
        let cut_offs =
            due(Schedule::Monthly, &london, at("2026-02-01T00:00:00Z"), at("2026-04-30T23:00:00Z"));
        let expected = ["2026-03-01T00:00:00Z", "2026-03-31T23:00:00Z", "2026-04-30T23:00:00Z"].map(at);
        assert_eq!(cut_offs, expected);
    }

    #[test]
    fn a_cut_off_is_passed_once() {
        let utc = Zone::default();
        let (from, to) = (at("2026-01-31T00:00:00Z"), at("2026-06-15T12:00:00Z"));
        let whole = due(Schedule::Weekly, &utc, from, to);
        let mut steps = Vec::new();
        let mut now = from;
        while now < to {
            let next = now.plus(tribute_events::DAY).min(to);
            steps.extend(due(Schedule::Weekly, &utc, now, next));
            now = next;
        }
        assert_eq!(steps, whole);
        assert_eq!(whole[0], at("2026-02-02T00:00:00Z"));
        assert!(due(Schedule::Manual, &utc, from, to).is_empty());
        assert!(due(Schedule::Monthly, &utc, to, from).is_empty());
        assert!(due(Schedule::Monthly, &utc, Timestamp::MIN, from).is_empty());
    }

    /// Case 37: a hold of 30 days from 1 March 10:00 ends on 31 March 10:00. The run whose cut-off comes after that
    /// instant is the first that may pay it.
    #[test]
    fn case_37_the_hold_ends_before_the_month_does() {
        let clears_at = at("2026-03-01T10:00:00Z").plus(tribute_terms::Span::days(30).millis());
        assert_eq!(clears_at, at("2026-03-31T10:00:00Z"));
        let utc = Zone::default();
        let monthly = due(Schedule::Monthly, &utc, clears_at.minus(1), clears_at.plus(tribute_events::DAY));
        assert_eq!(monthly, [at("2026-04-01T00:00:00Z")]);
        let weekly = due(Schedule::Weekly, &utc, at("2026-03-23T00:00:00Z"), at("2026-04-06T00:00:00Z"));
        let paying = weekly.into_iter().find(|cut_off| *cut_off >= clears_at);
        assert_eq!(paying, Some(at("2026-04-06T00:00:00Z")));
    }

    /// Case 39: a month from 31 January ends on 28 February, two end on 31 March; each lies in its own run.
    #[test]
    fn case_39_the_ends_of_months_fall_into_their_runs() {
        let utc = Zone::default();
        let start = at("2026-01-31T10:00:00Z");
        let run_of = |instant: Timestamp| {
            due(Schedule::Monthly, &utc, instant, Timestamp::MAX.min(instant.plus(40 * tribute_events::DAY)))
                [0]
        };
        assert_eq!(run_of(utc.months_after(start, 1)), at("2026-03-01T00:00:00Z"));
        assert_eq!(run_of(utc.months_after(start, 2)), at("2026-04-01T00:00:00Z"));
    }
}
