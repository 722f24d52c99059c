//! Tier tables: which rate holds where.

use tribute_money::{Millionths, MoneyError, Rate};
use tribute_terms::TierTable;

/// The number of the highest step whose threshold is reached; `None` below the first.
pub(crate) fn step_at(table: &TierTable, measure: Millionths) -> Option<usize> {
    table.steps.iter().rposition(|step| step.from <= measure)
}

/// The rate of the highest step whose threshold is reached; nothing below the first.
pub(crate) fn rate_at(table: &TierTable, measure: Millionths) -> Rate {
    let step = step_at(table, measure).and_then(|index| table.steps.get(index));
    step.map_or(Rate::from_millionths(0), |step| step.percent)
}

/// A whole number as a measure: orders or followers.
pub(crate) fn count(number: u64) -> Result<Millionths, MoneyError> {
    Millionths::from_minor(i64::try_from(number).map_err(|_| MoneyError::Overflow)?, 0)
}

/// What of `base`, laid on top of `before`, falls into each step: pieces with their rates, empty ones left out.
pub(crate) fn pieces(
    table: &TierTable,
    before: Millionths,
    base: Millionths,
) -> Result<Vec<(Millionths, Rate)>, MoneyError> {
    let end = before.plus(base)?;
    let mut pieces = Vec::with_capacity(1);
    let ends = table.steps.iter().skip(1).map(|step| step.from).chain([Millionths::new(i64::MAX)]);
    for (step, next) in table.steps.iter().zip(ends) {
        let (low, high) = (step.from.max(before), next.min(end));
        if low < high {
            pieces.push((high.minus(low)?, step.percent));
        }
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> TierTable {
        let steps = [("0", "nano"), ("10000", "micro"), ("100000", "macro")];
        let steps: Vec<_> = steps
            .iter()
            .zip(["1%", "2%", "3%"])
            .map(|((from, _), percent)| tribute_terms::TierStep {
                from: from.parse().unwrap(),
                percent: percent.parse().unwrap(),
            })
            .collect();
        TierTable {
            by: tribute_terms::TierBy::Followers,
            followers_on: None,
            period: tribute_terms::Period::AllTime,
            mode: tribute_terms::TierMode::Marginal,
            steps,
        }
    }

    #[test]
    fn case_43_follower_tiers_are_half_open() {
        for (followers, rate) in [(9_999, "1%"), (10_000, "2%"), (99_999, "2%"), (100_000, "3%")] {
            assert_eq!(rate_at(&table(), count(followers).unwrap()), rate.parse().unwrap(), "{followers}");
        }
    }

    #[test]
    fn pieces_cover_the_base() {
        let at = |text: &str| text.parse::<Millionths>().unwrap();
        let found = pieces(&table(), at("9000"), at("92000")).unwrap();
        let sizes: Vec<_> = found.iter().map(|(size, _)| size.to_string()).collect();
        assert_eq!(sizes, ["1000.00", "90000.00", "1000.00"]);
    }
}
