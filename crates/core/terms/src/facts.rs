//! The names that an expression may use, and what kind of fact stands behind each.

use crate::{Fact, Facts};

/// What kind of fact a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// A whole number.
    Number,
    /// A text.
    Text,
    /// True or false.
    Truth,
    /// A list of texts.
    Texts,
}

/// What the expression of a commission rule, or of the orders that a mission counts, may ask for. The order is seen as it was placed: a refund takes back what
/// the sale gave. `credited_by` is the tier that decided; `credited_kind` tells within it a click from a scan (`qr`).
/// Weekdays count from 1, Monday; hours, weekdays and months are those of the program's time zone.
pub const ORDER_FACTS: &[(&str, FactKind)] = &[
    ("order.net", FactKind::Number),
    ("order.items", FactKind::Number),
    ("order.skus", FactKind::Texts),
    ("order.categories", FactKind::Texts),
    ("order.channel", FactKind::Text),
    ("order.region", FactKind::Text),
    ("order.currency", FactKind::Text),
    ("order.returning", FactKind::Truth),
    ("order.renewal", FactKind::Number),
    ("order.credited_by", FactKind::Text),
    ("order.credited_kind", FactKind::Text),
    ("order.month", FactKind::Number),
    ("order.weekday", FactKind::Number),
    ("order.hour", FactKind::Number),
    ("ambassador.id", FactKind::Text),
    ("ambassador.followers", FactKind::Number),
    ("ambassador.platform", FactKind::Text),
    ("ambassador.region", FactKind::Text),
    ("ambassador.campus", FactKind::Text),
    ("ambassador.tier", FactKind::Text),
];

/// What the expression of a post fee, or of the posts that a mission counts, may ask for. Months, weekdays and hours are those of the publication.
pub const POST_FACTS: &[(&str, FactKind)] = &[
    ("post.kind", FactKind::Text),
    ("post.platform", FactKind::Text),
    ("post.hashtags", FactKind::Texts),
    ("post.products", FactKind::Texts),
    ("post.followers", FactKind::Number),
    ("post.month", FactKind::Number),
    ("post.weekday", FactKind::Number),
    ("post.hour", FactKind::Number),
    ("ambassador.id", FactKind::Text),
    ("ambassador.followers", FactKind::Number),
    ("ambassador.platform", FactKind::Text),
    ("ambassador.region", FactKind::Text),
    ("ambassador.campus", FactKind::Text),
    ("ambassador.tier", FactKind::Text),
];

/// What the expression of the recruits that a mission counts may ask for: the recruit, as they were known when they were
/// first approved. Whoever has just come has no tier yet.
pub const RECRUIT_FACTS: &[(&str, FactKind)] = &[
    ("ambassador.id", FactKind::Text),
    ("ambassador.followers", FactKind::Number),
    ("ambassador.platform", FactKind::Text),
    ("ambassador.region", FactKind::Text),
    ("ambassador.campus", FactKind::Text),
];

/// An ordinary order, post or recruit of which everything is known: an expression that fails on it will hardly ever hold.
pub(crate) struct Sample(pub(crate) &'static [(&'static str, FactKind)]);

impl Facts for Sample {
    fn fact(&self, name: &str) -> Option<Fact> {
        let (_, kind) = self.0.iter().find(|(known, _)| *known == name)?;
        Some(match kind {
            FactKind::Number => Fact::Number(1),
            FactKind::Text => Fact::Text("a".into()),
            FactKind::Truth => Fact::Truth(true),
            FactKind::Texts => Fact::Texts(vec!["a".into()]),
        })
    }
}
