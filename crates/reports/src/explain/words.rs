//! What codes and spans mean, in words.

use tribute_events::{DAY, HOUR, Loss, MINUTE, Timestamp};
use tribute_terms::Terms;

/// `30 days`, `1 day 12 hours`, `250 ms`: the two largest units that are not zero.
pub(super) fn span(millis: i64) -> String {
    let units = [("day", DAY), ("hour", HOUR), ("minute", MINUTE), ("second", 1_000), ("ms", 1)];
    let mut rest = millis.saturating_abs();
    let mut parts = Vec::new();
    for (name, unit) in units {
        let count = rest / unit;
        rest %= unit;
        if count > 0 {
            let plural = if count == 1 || name == "ms" { "" } else { "s" };
            parts.push(format!("{count} {name}{plural}"));
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "no time".to_owned() } else { parts.join(" ") }
}

/// `2 days 3 hours before the order`.
pub(super) fn before_order(at: Timestamp, ordered_at: Timestamp) -> String {
    match ordered_at.since(at) {
        0 => "at the order's instant".to_owned(),
        age if age > 0 => format!("{} before the order", span(age)),
        age => format!("{} after the order", span(age)),
    }
}

/// Why a claim was not credited.
pub(super) fn why(loss: &Loss, terms: Option<&Terms>, tier: &str, locks_at: Timestamp) -> String {
    let of_terms =
        |pick: fn(&Terms) -> i64| terms.map_or_else(|| "the terms".to_owned(), |it| span(pick(it)));
    match loss.why.as_str() {
        "outside_window" => {
            format!("outside the window of {}", of_terms(|it| it.attribution.window.millis()))
        }
        "after_order" => "it came after the order".to_owned(),
        "too_young" => {
            let minimum = of_terms(|it| it.attribution.min_click_to_order.millis());
            format!("less than {minimum} before the order")
        }
        "inactive" => "the ambassador was not active in the program".to_owned(),
        "self" => "it is the buyer's own".to_owned(),
        "invalid" => "a verdict found it invalid".to_owned(),
        "lower_tier" => format!("a stronger kind of claim decided: {tier}"),
        "not_the_last" => "a later one counts: the last touch takes all".to_owned(),
        "not_the_first" => "an earlier one counts: the first touch takes all".to_owned(),
        "collapsed" => "the same ambassador's next touch stands for it".to_owned(),
        "unknown_code" => "no ambassador has this code".to_owned(),
        "code_not_valid" => "the code was not valid at the order's time".to_owned(),
        "needs_click" => "this code counts only together with a click of its ambassador".to_owned(),
        "not_the_winner" => "this code counts only where its ambassador's click wins anyway".to_owned(),
        "after_lock" => format!("it was recorded at or after the lock ({locks_at})"),
        "other_program" => "it belongs to another program".to_owned(),
        "unknown_link" => "no ambassador has this link".to_owned(),
        "views_off" => "views do not count in this program".to_owned(),
        "several_posts" => "more than one post matches, so none decides".to_owned(),
        other => other.replace('_', " "),
    }
}

/// What a tier of `none` and the like means.
pub(super) fn nobody(tier: &str, has_losers: bool) -> &'static str {
    match (tier, has_losers) {
        ("override", _) => "a person decided that nobody is credited",
        ("none", true) => "nobody is credited: no claim holds",
        ("none", false) => {
            "nobody is credited: no click, code, workshop, subscription or post claims it; the shopper came on their own"
        }
        _ => "nobody is credited: a verdict took the credit away, and the house keeps it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_name_their_two_largest_units() {
        for (millis, want) in [
            (30 * DAY, "30 days"),
            (DAY + 12 * HOUR + 5, "1 day 12 hours"),
            (HOUR, "1 hour"),
            (61_000, "1 minute 1 second"),
            (250, "250 ms"),
            (0, "no time"),
        ] {
            assert_eq!(span(millis), want);
        }
    }
}
