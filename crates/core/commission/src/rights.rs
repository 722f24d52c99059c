//! Until when a brand may use a post itself.

use tribute_events::{RuleId, Timestamp};
use tribute_terms::Program;

use crate::PostFacts;

/// Until when the brand may use a post: as the last review that names an instant says; else as long as the fees that
/// it earns give the right for, from its publication on. `None` where no right is known. `earns` says whether a fee of
/// that rule stands.
#[must_use]
pub fn usage_rights(
    post: &PostFacts,
    program: &Program,
    earns: impl Fn(&RuleId) -> bool,
) -> Option<Timestamp> {
    if let Some(until) = post.usage_rights_at(Timestamp::MAX) {
        return Some(until);
    }
    let published = post.published()?;
    let fees = &program.terms_at(published.at)?.post_fee;
    let spans = fees.iter().filter_map(|fee| fee.usage_rights.filter(|_| earns(&fee.id)));
    spans.map(|span| published.at.plus(span.millis())).max()
}
