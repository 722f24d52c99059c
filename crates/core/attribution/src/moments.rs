use tribute_events::{AmbassadorId, EventId, Moment, Reason, Share, Timestamp};
use tribute_terms::View;

use crate::{
    AttributionError, CreditedFrom, Evidence, Net, Touch,
    case::{Case, Look, Whose},
    decide::decide,
    late::late_note,
    person::uses,
};

/// What a fact after the order bears on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    Net,
    Credit,
}

/// A fact after the order's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Breakpoint<'a> {
    at: Timestamp,
    id: &'a EventId,
    effect: Effect,
}

/// The order from moment to moment, and why it is credited as it is at the last one.
///
/// # Errors
/// [`AttributionError::Amount`] where amounts or weights do not fit.
pub(crate) fn timeline(case: &Case<'_>) -> Result<(Vec<Moment>, Reason), AttributionError> {
    let refused = |source| AttributionError::Amount { order: case.placed.order().clone(), source };
    let mut as_of = case.placed.at;
    let mut credit = decide(&Look::locked(case, as_of));
    let Net { lines, shipping, tax, mut notes } = net_at(case, as_of)?;
    let shares = credit.shares().map_err(refused)?;
    let mut current =
        Moment { effective_at: as_of, cause: case.placed.event.clone(), shares, lines, shipping, tax };
    let mut earlier = Vec::new();
    let breakpoints = breakpoints(case);
    for together in breakpoints.chunk_by(|left, right| left.at == right.at) {
        let last = |effect| together.iter().rev().find(|it| it.effect == effect);
        let mut next = Change::default();
        if let Some(cause) = last(Effect::Credit) {
            as_of = cause.at;
            credit = decide(&Look::locked(case, as_of));
            next.shares = Some(credit.shares().map_err(refused)?).filter(|shares| *shares != current.shares);
            next.cause = next.shares.is_some().then_some(cause);
        }
        if let Some(cause) = last(Effect::Net) {
            let mut net = net_at(case, cause.at)?;
            notes = std::mem::take(&mut net.notes);
            next.net = Some(net).filter(|net| !net.is_worth_as(&current));
            next.cause = if next.net.is_some() { Some(cause) } else { next.cause };
        }
        if let Some(cause) = next.cause {
            let moment = next.applied_to(&current, cause);
            earlier.push(std::mem::replace(&mut current, moment));
        }
    }
    notes.extend(late_note(case, as_of, &credit).map_err(refused)?);
    earlier.push(current);
    Ok((earlier, credit.reason(notes)))
}

fn net_at(case: &Case<'_>, as_of: Timestamp) -> Result<Net, AttributionError> {
    case.facts.net_at(as_of).map(Option::unwrap_or_default)
}

/// What is different from the moment before.
#[derive(Debug, Default)]
struct Change<'a> {
    shares: Option<Vec<Share>>,
    net: Option<Net>,
    cause: Option<&'a Breakpoint<'a>>,
}

impl Change<'_> {
    fn applied_to(self, before: &Moment, cause: &Breakpoint<'_>) -> Moment {
        let (lines, shipping, tax) = match self.net {
            Some(net) => (net.lines, net.shipping, net.tax),
            None => (before.lines.clone(), before.shipping, before.tax),
        };
        let shares = self.shares.unwrap_or_else(|| before.shares.clone());
        Moment { effective_at: cause.at, cause: cause.id.clone(), shares, lines, shipping, tax }
    }
}

/// Every fact after the order's time that may change what it is worth or who is credited, by (time, id).
fn breakpoints<'a>(case: &Case<'a>) -> Vec<Breakpoint<'a>> {
    let mut all = Vec::new();
    let facts = case.facts;
    let ordered_at = case.placed.at;
    let mut add = |effect, at: Timestamp, id: &'a EventId| {
        if at > ordered_at {
            all.push(Breakpoint { at, id, effect });
        }
    };
    facts.documents.iter().for_each(|fact| add(Effect::Net, fact.at, &fact.id));
    facts.refunds.iter().for_each(|fact| add(Effect::Net, fact.at, &fact.id));
    facts.cancelled.iter().for_each(|fact| add(Effect::Net, fact.at, &fact.id));
    facts.disputes.iter().for_each(|fact| add(Effect::Net, fact.at, &fact.id));
    let decisions = facts.overrides.iter().filter(|fact| fact.what.program == *case.program_id);
    decisions.for_each(|fact| add(Effect::Credit, fact.at, &fact.id));
    let on_touches = heard_in_time(case).flat_map(|touch| &touch.verdicts);
    on_touches.for_each(|verdict| add(Effect::Credit, verdict.at, &verdict.id));
    each_ambassador(case, &mut |ambassador, after| {
        let known = case.program.ambassador(ambassador);
        let verdicts = known.map(|known| known.verdicts()).unwrap_or_default();
        let bearing = verdicts.iter().filter(|verdict| verdict.time > after);
        bearing.for_each(|verdict| add(Effect::Credit, verdict.time, &verdict.id));
    });
    for source in inherited(case).flatten() {
        add(Effect::Credit, source.at, &source.cause);
    }
    each_login(case, &mut |at, id| add(Effect::Credit, at, id));
    all.sort_unstable();
    all.dedup();
    all
}

/// The credit of each order whose credit this one may inherit.
fn inherited<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a [CreditedFrom]> {
    let Evidence { subscription, earlier_orders, .. } = case.evidence;
    let bound = earlier_orders.iter().filter(|_| case.terms.lifetime);
    subscription.into_iter().map(|it| it.credit.as_slice()).chain(bound.map(|it| it.credit.as_slice()))
}

/// Touches that may ever count. Others must not even bring a moment about: what comes after the lock, or
/// happens after a moment, changes nothing about it.
fn heard_in_time<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a Touch> {
    let seen = case.at_order(case.lock);
    case.evidence.touches.iter().filter(move |touch| seen.sees(touch.at, touch.recorded))
}

/// Everyone who may have a claim, and the instant after which a verdict on them bears on it.
fn each_ambassador<'a>(case: &Case<'a>, visit: &mut impl FnMut(&'a AmbassadorId, Timestamp)) {
    let Case { evidence, facts, program, placed, .. } = *case;
    let seen = case.at_order(case.lock);
    let mut always = |ambassador| visit(ambassador, Timestamp::MIN);
    for touch in heard_in_time(case) {
        if let Whose::Ambassadors(ambassador) = case.whose(touch, case.lock) {
            always(ambassador);
        }
    }
    for code in &placed.sale.codes {
        program.code(code.as_str(), seen).into_iter().for_each(|grant| always(&grant.issued.ambassador));
    }
    case.workshops(seen).for_each(|workshop| always(&workshop.what.ambassador));
    let shares = inherited(case).flatten().flat_map(|it| &it.shares);
    shares.filter_map(|share| share.ambassador.as_ref()).for_each(&mut always);
    if case.terms.posts {
        let posts = evidence.posts.iter().filter(|post| seen.sees(post.at, post.recorded));
        posts.for_each(|post| always(&post.author));
    }
    for decision in facts.overrides.iter().filter(|fact| fact.what.program == *case.program_id) {
        decision.what.shares.iter().for_each(|share| visit(&share.ambassador, decision.at));
    }
}

/// The first login after the order on each device whose user is not known otherwise: it says who used the
/// device before. Later ones say nothing more.
fn each_login<'a>(case: &Case<'a>, visit: &mut impl FnMut(Timestamp, &'a EventId)) {
    let (placed, evidence) = (&case.placed, &case.evidence);
    if evidence.logins.iter().all(|login| login.at <= placed.at) {
        return;
    }
    let settled = placed.sale.account.as_ref().and(placed.sale.device.as_ref());
    let anonymous = heard_in_time(case).filter(|touch| touch.account.is_none());
    let touched = anonymous.filter_map(|touch| touch.device.as_ref());
    let bought = evidence.earlier_orders.iter().filter(|it| case.terms.lifetime && it.account.is_none());
    let all = touched.chain(bought.filter_map(|it| it.device.as_ref())).chain(&placed.sale.device);
    let mut devices: Vec<_> = all.filter(|it| Some(*it) != settled).collect();
    devices.sort_unstable();
    devices.dedup();
    let view = View { as_of: Timestamp::MAX, recorded_before: case.lock };
    for device in devices {
        let after = uses(device, evidence.logins, view).filter(|(at, ..)| *at > placed.at);
        after.min().into_iter().for_each(|(at, id, _)| visit(at, id));
    }
}

impl Net {
    /// Whether the order is worth the same as at that moment.
    fn is_worth_as(&self, moment: &Moment) -> bool {
        (&self.lines, self.shipping, self.tax) == (&moment.lines, moment.shipping, moment.tax)
    }
}
