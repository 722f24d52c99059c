use tribute_events::{AmbassadorId, Share, Timestamp};
use tribute_money::MoneyError;
use tribute_terms::View;

use crate::{
    case::{Case, Look},
    decide::{Credit, decide},
};

/// What evidence recorded at or after the lock would have changed; `None` where it changes nothing.
///
/// Verdicts are left out: they act after the lock too.
///
/// # Errors
/// [`MoneyError::Overflow`] where the weights do not fit.
pub(crate) fn late_note(
    case: &Case<'_>,
    as_of: Timestamp,
    credit: &Credit<'_>,
) -> Result<Option<String>, MoneyError> {
    if !is_late_evidence_known(case, credit) {
        return Ok(None);
    }
    let otherwise = decide(&Look::unlocked(case, as_of)).shares_before_verdicts()?;
    if otherwise == credit.shares_before_verdicts()? {
        return Ok(None);
    }
    let (lock, would) = (case.lock, named(&otherwise));
    Ok(Some(format!(
        "evidence recorded at or after the lock ({lock}) came too late; it would have credited {would}"
    )))
}

fn named(shares: &[Share]) -> String {
    let total: u128 = shares.iter().map(|share| u128::from(share.weight)).sum();
    let name = |share: &Share| share.ambassador.as_ref().map_or("the house", AmbassadorId::as_str).to_owned();
    match shares {
        [] => "nobody".into(),
        [all] => name(all),
        several => {
            let each = several.iter().map(|share| format!("{} {}/{total}", name(share), share.weight));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

/// Whether anything that bears on the order was recorded too late. Deciding twice is only worth it then.
fn is_late_evidence_known(case: &Case<'_>, credit: &Credit<'_>) -> bool {
    let (evidence, lock) = (&case.evidence, case.lock);
    let (seen, all) = (case.at_order(lock), View::at(case.placed.at));
    let touches = || evidence.touches.iter().any(|touch| touch.recorded >= lock);
    let logins = || evidence.logins.iter().any(|login| login.recorded >= lock);
    let posts = || case.terms.posts && evidence.posts.iter().any(|post| post.recorded >= lock);
    let known = |id: &AmbassadorId| {
        case.program.ambassador(id).is_some_and(|it| it.changed_since(lock))
            || case.program.standing(id, seen) != case.program.standing(id, all)
    };
    let winners = || credit.parts.iter().any(|part| known(part.of.ambassador));
    let losers = || credit.losers.iter().filter_map(|loss| loss.claim.ambassador.as_ref()).any(known);
    let codes = || {
        let grant = |code: &str, view| case.program.code(code, view);
        case.placed.sale.codes.iter().any(|code| grant(code.as_str(), seen) != grant(code.as_str(), all))
    };
    let links = || {
        let unnamed = evidence.touches.iter().filter(|touch| touch.ambassador.is_none());
        let mut named = unnamed.filter_map(|touch| touch.link.as_ref().map(|link| (link, touch.at)));
        named.any(|(link, as_of)| {
            case.program.link(link, View { as_of, ..seen }) != case.program.link(link, View { as_of, ..all })
        })
    };
    let workshops = || case.workshops(all).any(|workshop| workshop.recorded >= lock);
    touches() || logins() || posts() || winners() || losers() || codes() || links() || workshops()
}
