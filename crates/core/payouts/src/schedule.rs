use tribute_events::Timestamp;
use tribute_terms::{PayoutTerms, Period, Schedule, Zone};

/// The cut-offs of a schedule in `(after, until]`, in order, in the program's time zone: the first instant after each ISO
/// week, or after the day of each month that the terms name (the last of a month that has no such day). A manual schedule
/// has none.
#[must_use]
pub fn due(payout: &PayoutTerms, zone: &Zone, after: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    match (payout.schedule, payout.day) {
        (Schedule::Manual, _) => Vec::new(),
        (Schedule::Weekly, _) => ends(Period::Week, zone, after, until),
        (Schedule::Monthly, None) => ends(Period::Month, zone, after, until),
        (Schedule::Monthly, Some(day)) => {
            let next = |at: &Timestamp| zone.next_after_day(day, *at);
            std::iter::successors(next(&after), next).take_while(|cut_off| *cut_off <= until).collect()
        }
    }
}

/// The first instants after the periods of the calendar that end in `(after, until]`, in order. All of time has no end.
#[must_use]
pub fn ends(period: Period, zone: &Zone, after: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    let next = |at: &Timestamp| {
        let end = zone.period(period, *at).ends_at;
        // At the end of the calendar no period follows.
        (end > *at && end < Timestamp::MAX).then_some(end)
    };
    std::iter::successors(next(&after), next).take_while(|end| *end <= until).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(schedule: Schedule, zone: &Zone, after: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        super::due(&PayoutTerms { schedule, ..PayoutTerms::default() }, zone, after, until)
    }

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
    fn a_month_is_cut_off_after_its_day_or_its_last() {
        let new_york = Zone::named("America/New_York").unwrap();
        let of = |day, from: &str, to: &str| {
            let monthly =
                PayoutTerms { schedule: Schedule::Monthly, day: Some(day), ..PayoutTerms::default() };
            super::due(&monthly, &new_york, at(from), at(to))
        };
        // Summer time lasts from 8 March to 1 November 2026.
        let expected = ["2026-02-16T05:00:00Z", "2026-03-16T04:00:00Z"].map(at);
        assert_eq!(of(15, "2026-01-16T05:00:00Z", "2026-04-16T03:59:59.999Z"), expected);
        let expected = ["2026-03-01T05:00:00Z", "2026-03-31T04:00:00Z", "2026-05-01T04:00:00Z"].map(at);
        assert_eq!(of(30, "2026-02-01T12:00:00Z", "2026-05-01T04:00:00Z"), expected);
        let (from, to) = ("2026-01-01T00:00:00Z", "2027-01-15T00:00:00Z");
        assert_eq!(of(31, from, to), due(Schedule::Monthly, &new_york, at(from), at(to)));
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
