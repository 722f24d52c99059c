use tribute_events::Timestamp;
use tribute_terms::{AttributionTerms, Model};

use crate::{candidates::Candidate, decay::decay_weight};

/// The model's name as terms write it.
pub(crate) const fn name(model: Model) -> &'static str {
    match model {
        Model::LastTouch => "last_touch",
        Model::FirstTouch => "first_touch",
        Model::Linear => "linear",
        Model::PositionBased => "position_based",
        Model::TimeDecay => "time_decay",
    }
}

/// Why a claim in the tier that decides gets nothing.
pub(crate) const fn why_not(model: Model) -> &'static str {
    match model {
        Model::LastTouch => "not_the_last",
        Model::FirstTouch => "not_the_first",
        Model::Linear | Model::PositionBased | Model::TimeDecay => "collapsed",
    }
}

/// The weight of each claim of a path, 0 for those that get nothing.
///
/// The models of more than one touch count consecutive claims of one ambassador as the last of them.
pub(crate) fn weights(terms: &AttributionTerms, path: &[Candidate<'_>], ordered_at: Timestamp) -> Vec<u64> {
    let last = path.len().saturating_sub(1);
    let mut next = path.iter().skip(1).map(|it| it.ambassador);
    let counts: Vec<bool> = match terms.model {
        Model::LastTouch => (0..path.len()).map(|place| place == last).collect(),
        Model::FirstTouch => (0..path.len()).map(|place| place == 0).collect(),
        Model::Linear | Model::PositionBased | Model::TimeDecay => {
            path.iter().map(|it| next.next() != Some(it.ambassador)).collect()
        }
    };
    let counted = counts.iter().filter(|counts| **counts).count();
    let mut place = 0_usize;
    let mut weigh = |(candidate, counts): (&Candidate<'_>, bool)| {
        if !counts {
            return 0;
        }
        place = place.saturating_add(1);
        match terms.model {
            Model::LastTouch | Model::FirstTouch | Model::Linear => 1,
            Model::PositionBased => by_position(place, counted),
            Model::TimeDecay => decay_weight(ordered_at.since(candidate.at), terms.half_life.millis()),
        }
    };
    path.iter().zip(counts).map(&mut weigh).collect()
}

/// 40 : 40 for the ends and 20 shared by those between: `2(n-2)` for an end, 1 for each between. Alike where
/// there is nothing between.
fn by_position(place: usize, counted: usize) -> u64 {
    let between = u64::try_from(counted.saturating_sub(2)).unwrap_or(u64::MAX);
    if place == 1 || place == counted { between.saturating_mul(2).max(1) } else { 1 }
}
