//! Until when a brand may use a post itself.

use tribute_events::{ProgramId, Timestamp};
use tribute_terms::Program;

use crate::{CommissionError, PostFacts, post_earnings};

/// Until when the brand may use a post: as the last review that names an instant says; else as long as the fees that
/// it earns give the right for, from its publication on. `None` where no right is known.
///
/// # Errors
/// As for [`post_earnings`].
pub fn usage_rights(
    post: &PostFacts,
    program_id: &ProgramId,
    program: &Program,
) -> Result<Option<Timestamp>, CommissionError> {
    if let Some(until) = post.usage_rights_at(Timestamp::MAX) {
        return Ok(Some(until));
    }
    let Some(published) = post.published() else { return Ok(None) };
    let fees = program.terms_at(published.at).map(|terms| terms.post_fee.as_slice()).unwrap_or_default();
    if fees.iter().all(|fee| fee.usage_rights.is_none()) {
        return Ok(None);
    }
    let earned = post_earnings(post, program_id, program)?;
    let stands = |fee: &&tribute_terms::PostFee| {
        let of =
            |it: &&crate::Earning| it.rule == fee.id && it.steps.last().is_some_and(|step| step.amount > 0);
        earned.iter().any(|it| of(&it))
    };
    let spans = fees.iter().filter(stands).filter_map(|fee| fee.usage_rights);
    Ok(spans.map(|span| published.at.plus(span.millis())).max())
}
