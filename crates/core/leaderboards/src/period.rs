use tribute_events::Timestamp;
use tribute_terms::{Leaderboard, Period, PeriodBounds, Zone};

/// A period of a board that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// The period.
    pub period: PeriodBounds,
    /// When its standing freezes and its prizes are booked: its end plus the board's grace.
    pub freezes_at: Timestamp,
}

/// The periods that freeze in `(after, until]`, in order. A board of all time never closes.
#[must_use]
pub fn closes(board: &Leaderboard, zone: &Zone, after: Timestamp, until: Timestamp) -> Vec<Close> {
    if board.period == Period::AllTime && board.season.is_none() {
        return Vec::new();
    }
    let grace = board.grace.millis();
    let close = |at: Timestamp| {
        let period = board.period_at(zone, at);
        // Beyond the calendar there are no periods.
        let dated = period.ends_at > at && period.ends_at < Timestamp::MAX;
        dated.then(|| Close { freezes_at: period.ends_at.plus(grace), period })
    };
    let first = close(after.minus(grace));
    std::iter::successors(first, |last| close(last.period.ends_at))
        .take_while(|close| close.freezes_at <= until)
        .collect()
}

#[cfg(test)]
mod tests {
    use tribute_terms::{Metric, Segment, Span};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn board(period: Period, grace: Span) -> Leaderboard {
        let id = tribute_events::RuleId::trusted("top");
        Leaderboard {
            id,
            metric: Metric::Posts,
            period,
            season: None,
            segment: Segment::Everyone,
            tiers: std::collections::BTreeMap::new(),
            followers_on: None,
            hashtags: vec![],
            campaigns: vec![],
            grace,
            prizes: vec![],
            ties: tribute_terms::Ties::Share,
        }
    }

    #[test]
    fn a_season_freezes_once_after_its_grace() {
        let (from, until) = (at("2026-03-10T00:00:00Z"), at("2026-05-20T12:00:00Z"));
        let season = tribute_terms::Season { name: "spring".into(), from, until };
        let board = Leaderboard { season: Some(season), ..board(Period::AllTime, Span::days(1)) };
        let utc = Zone::default();
        let freezes_at = at("2026-05-21T12:00:00Z");
        let found = closes(&board, &utc, at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
        let found: Vec<_> = found.iter().map(|it| (it.period.name.as_str(), it.freezes_at)).collect();
        assert_eq!(found, [("spring", freezes_at)]);
        assert!(closes(&board, &utc, at("2026-01-01T00:00:00Z"), freezes_at.minus(1)).is_empty());
        assert_eq!(closes(&board, &utc, freezes_at.minus(1), freezes_at).len(), 1);
        assert!(closes(&board, &utc, freezes_at, at("2027-01-01T00:00:00Z")).is_empty());
    }

    #[test]
    fn a_month_freezes_after_its_grace() {
        let london = Zone::named("Europe/London").unwrap();
        let board = board(Period::Month, Span::days(3));
        let found = closes(&board, &london, at("2026-03-03T23:59:59.999Z"), at("2026-05-01T00:00:00Z"));
        let found: Vec<_> =
            found.iter().map(|close| (close.period.name.as_str(), close.freezes_at)).collect();
        let expected = [("2026-02", at("2026-03-04T00:00:00Z")), ("2026-03", at("2026-04-03T23:00:00Z"))];
        assert_eq!(found, expected);
    }

    #[test]
    fn each_period_freezes_once_however_time_goes_on() {
        let utc = Zone::default();
        let (from, to) = (at("2025-12-20T00:00:00Z"), at("2026-02-10T00:00:00Z"));
        for period in [Period::Day, Period::Week, Period::Month, Period::Year] {
            let board = board(period, Span::hours(36));
            let whole = closes(&board, &utc, from, to);
            let (mut steps, mut now) = (Vec::new(), from);
            while now < to {
                let next = now.plus(5 * tribute_events::HOUR).min(to);
                steps.extend(closes(&board, &utc, now, next));
                now = next;
            }
            assert_eq!(steps, whole);
            assert!(!whole.is_empty());
        }
    }

    #[test]
    fn all_time_never_closes() {
        let board = board(Period::AllTime, Span::ZERO);
        assert!(closes(&board, &Zone::default(), Timestamp::MIN, Timestamp::MAX).is_empty());
    }
}
