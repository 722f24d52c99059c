use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::Metrics;
use tribute_money::{Asset, Millionths, MoneyError};

/// What one interaction of each kind is taken to be worth. A report names the version that it used, since two
/// figures compare only under one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaValues {
    /// The table's name.
    pub version: SmolStr,
    /// The currency of the values.
    pub currency: Asset,
    /// One view.
    pub view: Millionths,
    /// One like or other reaction.
    pub reaction: Millionths,
    /// One comment.
    pub comment: Millionths,
    /// One share.
    pub share: Millionths,
    /// One save.
    pub save: Millionths,
}

impl MediaValues {
    /// Version `1`: 0.30 a reaction, 0.50 a comment, 0.05 a share; views and saves nothing.
    #[must_use]
    pub fn first(currency: Asset) -> Self {
        Self {
            version: "1".into(),
            currency,
            view: Millionths::ZERO,
            reaction: Millionths::new(300_000),
            comment: Millionths::new(500_000),
            share: Millionths::new(50_000),
            save: Millionths::ZERO,
        }
    }
}

/// The earned media value of a post: its interactions, each at the table's value. Exact; an estimate for reports,
/// never owed to anybody.
///
/// Likes are among the reactions where both are counted.
///
/// # Errors
/// [`MoneyError::Overflow`].
pub fn earned_media_value(metrics: &Metrics, values: &MediaValues) -> Result<Millionths, MoneyError> {
    let reactions = metrics.reactions.max(metrics.likes);
    let counted = [
        (metrics.views, values.view),
        (reactions, values.reaction),
        (metrics.comments, values.comment),
        (metrics.shares, values.share),
        (metrics.saves, values.save),
    ];
    counted.into_iter().try_fold(Millionths::ZERO, |sum, (count, value)| {
        let count = i64::try_from(count.unwrap_or(0)).map_err(|_| MoneyError::Overflow)?;
        let part = value.get().checked_mul(count).ok_or(MoneyError::Overflow)?;
        sum.plus(Millionths::new(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_41_likes_comments_and_shares() {
        let metrics =
            Metrics { likes: Some(5_000), comments: Some(500), shares: Some(50), ..Metrics::default() };
        let values = MediaValues::first("USD".parse().unwrap());
        assert_eq!(earned_media_value(&metrics, &values).unwrap().to_string(), "1752.50");
        let both = Metrics { reactions: Some(6_000), ..metrics };
        assert_eq!(earned_media_value(&both, &values).unwrap().to_string(), "2052.50");
        let too_many = Metrics { likes: Some(u64::MAX), ..Metrics::default() };
        assert_eq!(earned_media_value(&too_many, &values), Err(MoneyError::Overflow));
    }
}
