use std::cmp::Reverse;

use tribute_events::AmbassadorId;

/// One row of a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// The rank from 1; equals share the better one, and the next one counts them all: 1, 1, 3.
    pub rank: u32,
    /// Who stands there.
    pub ambassador: AmbassadorId,
    /// The score, in units of [`crate::score_unit`].
    pub score: i128,
}

/// The board of these scores, best first, equals by id. One score per ambassador.
///
/// A score of zero or less has no row: it was refunded away, and nobody is listed for nothing.
#[must_use]
pub fn rank(mut scores: Vec<(AmbassadorId, i128)>) -> Vec<Ranked> {
    scores.retain(|(_, score)| *score > 0);
    scores.sort_unstable_by(|(a, one), (b, other)| (Reverse(one), a).cmp(&(Reverse(other), b)));
    let mut ranked: Vec<Ranked> = Vec::with_capacity(scores.len());
    for (place, (ambassador, score)) in (1_u32..).zip(scores) {
        let rank = ranked.last().filter(|above| above.score == score).map_or(place, |above| above.rank);
        ranked.push(Ranked { rank, ambassador, score });
    }
    ranked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equals_share_the_better_rank_and_nobody_is_listed_for_nothing() {
        let scores = [("cyd", 5), ("bob", 7), ("ada", 7), ("dee", 5), ("eve", 0), ("fay", -3), ("gus", 1)];
        let ranked = rank(scores.map(|(id, score)| (AmbassadorId::trusted(id), score)).to_vec());
        let rows: Vec<_> = ranked.iter().map(|row| (row.rank, row.ambassador.as_str(), row.score)).collect();
        assert_eq!(rows, [(1, "ada", 7), (1, "bob", 7), (3, "cyd", 5), (3, "dee", 5), (5, "gus", 1)]);
        assert!(rank(Vec::new()).is_empty());
    }

    proptest! {
        #[test]
        fn a_rank_is_one_more_than_those_above(scores in prop::collection::vec(-3_i128..6, 0..30)) {
            let named = |(index, score): (usize, &i128)| (AmbassadorId::trusted(&format!("a{index:02}")), *score);
            let mut named: Vec<_> = scores.iter().enumerate().map(named).collect();
            let ranked = rank(named.clone());
            for row in &ranked {
                let above = scores.iter().filter(|score| **score > row.score).count();
                prop_assert_eq!(usize::try_from(row.rank).unwrap(), above + 1);
            }
            prop_assert_eq!(ranked.len(), scores.iter().filter(|score| **score > 0).count());
            named.reverse();
            prop_assert_eq!(ranked, rank(named));
        }
    }
}
