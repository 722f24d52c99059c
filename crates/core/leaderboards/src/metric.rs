use tribute_terms::Metric;

/// The metric as terms write it.
#[must_use]
pub const fn metric_name(metric: Metric) -> &'static str {
    match metric {
        Metric::NetRevenue => "net_revenue",
        Metric::Conversions => "conversions",
        Metric::Posts => "posts",
        Metric::Engagement => "engagement",
        Metric::Tokens => "tokens",
        Metric::MissionPoints => "mission_points",
    }
}

/// How many units of a score make one of what it counts: net revenue is held in millionths of the major unit and
/// conversions in millionths of an order, because shares count in parts; all else is counted in whole ones.
#[must_use]
pub const fn score_unit(metric: Metric) -> i128 {
    match metric {
        Metric::NetRevenue | Metric::Conversions => 1_000_000,
        Metric::Posts | Metric::Engagement | Metric::Tokens | Metric::MissionPoints => 1,
    }
}

/// A score as the decimal a person reads: `1234.50` of net revenue, `2.5` conversions, `17` posts.
#[must_use]
pub fn score_text(metric: Metric, score: i128) -> String {
    let unit = score_unit(metric).unsigned_abs();
    let sign = if score < 0 { "-" } else { "" };
    let whole = score.unsigned_abs().checked_div(unit).unwrap_or_default();
    let rest = score.unsigned_abs().checked_rem(unit).unwrap_or_default();
    let fraction = if unit == 1 { String::new() } else { format!("{rest:06}") };
    let fraction = fraction.trim_end_matches('0');
    match (metric, fraction) {
        (Metric::NetRevenue, _) => format!("{sign}{whole}.{fraction:0<2}"),
        (_, "") => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_terms() {
        for metric in [
            Metric::NetRevenue,
            Metric::Conversions,
            Metric::Posts,
            Metric::Engagement,
            Metric::Tokens,
            Metric::MissionPoints,
        ] {
            assert_eq!(serde_json::to_string(&metric).unwrap(), format!("\"{}\"", metric_name(metric)));
        }
    }

    #[test]
    fn scores_read_as_people_write_them() {
        assert_eq!(score_text(Metric::NetRevenue, 1_234_500_000), "1234.50");
        assert_eq!(score_text(Metric::NetRevenue, 2_042_761_000), "2042.761");
        assert_eq!(score_text(Metric::Conversions, 2_500_000), "2.5");
        assert_eq!(score_text(Metric::Conversions, 3_000_000), "3");
        assert_eq!(score_text(Metric::Posts, 170), "170");
        assert_eq!(score_text(Metric::NetRevenue, -5), "-0.000005");
        assert_eq!(score_text(Metric::Tokens, i128::MIN), i128::MIN.to_string());
    }
}
