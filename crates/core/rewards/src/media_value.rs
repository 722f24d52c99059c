use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::Metrics;
use tribute_money::{Asset, Millionths, MoneyError};
use tribute_terms::Terms;

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
    /// The table by which terms value a post: their own, else version `1`, which is of US dollars. A program in another
    /// currency without a table of its own has none: a value is never guessed.
    #[must_use]
    pub fn of(terms: &Terms) -> Option<Self> {
        let currency = terms.program.currency.clone();
        let Some(own) = &terms.media_value else {
            return (currency.as_str() == "USD").then(|| Self::first(currency));
        };
        Some(Self {
            version: own.version.clone(),
            currency,
            view: own.view,
            reaction: own.reaction,
            comment: own.comment,
            share: own.share,
            save: own.save,
        })
    }

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
    fn terms_value_by_their_own_table_else_by_the_first_where_they_are_in_dollars() {
        let terms = |currency: &str, table: &str| {
            let head =
                "[program]\nbrand = 'b'\nid = 'p'\nversion = '1'\neffective_from = '2026-01-01T00:00:00Z'\n";
            Terms::parse(&format!("{head}currency = '{currency}'\n{table}")).unwrap()
        };
        let own =
            MediaValues::of(&terms("JPY", "[media_value]\nversion = '2026-1'\nview = '0.5'\n")).unwrap();
        assert_eq!((own.version.as_str(), own.currency.as_str()), ("2026-1", "JPY"));
        let metrics = Metrics { views: Some(3), likes: Some(9), ..Metrics::default() };
        assert_eq!(earned_media_value(&metrics, &own).unwrap().to_string(), "1.50");
        let first = MediaValues::first("USD".parse().unwrap());
        assert_eq!(MediaValues::of(&terms("USD", "")), Some(first));
        assert_eq!(MediaValues::of(&terms("JPY", "")), None);
    }

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
