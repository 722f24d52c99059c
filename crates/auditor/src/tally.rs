//! What depends on more than one order: tiers by period, caps per ambassador.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, RuleId};
use tribute_terms::{Period, TierBy, TierMode, TierTable};

use crate::{earning::Part, exact::MILLION};

/// A rule, an ambassador, a period.
pub(crate) type Group = (RuleId, AmbassadorId, SmolStr);

/// The rate of the highest step that is reached; nothing below the first.
pub(crate) fn rate_at(table: &TierTable, reached: i128) -> i128 {
    let steps = table.steps.iter().filter(|step| i128::from(step.from.get()) <= reached);
    steps.max_by_key(|step| step.from).map_or(0, |step| i128::from(step.percent.millionths()))
}

/// The parts of each rule, ambassador and period, by time and order; parts come in that order.
fn groups(parts: &[Part<'_>], period: impl Fn(&Part<'_>) -> Option<Period>) -> BTreeMap<Group, Vec<usize>> {
    let mut groups: BTreeMap<Group, Vec<usize>> = BTreeMap::new();
    for (index, part) in parts.iter().enumerate() {
        let Some(period) = period(part) else { continue };
        let name = part.terms.program.time_zone.period(period, part.at).name;
        groups.entry((part.rule.id.clone(), part.ambassador.clone(), name)).or_default().push(index);
    }
    groups
}

/// How much a part adds to what its table counts.
fn counted(part: &Part<'_>, by: TierBy) -> i128 {
    match by {
        TierBy::Revenue => part.own_base,
        TierBy::Orders => {
            if part.base > 0 {
                MILLION
            } else {
                0
            }
        }
        TierBy::Followers => 0,
    }
}

/// Amounts under tier tables by period.
pub(crate) fn settle_tiers(parts: &mut [Part<'_>]) {
    for members in groups(parts, |part| part.period_tiers().map(|table| table.period)).into_values() {
        let of = |index: &usize| parts.get(*index).and_then(|part| Some((part, part.period_tiers()?)));
        let all: i128 = members.iter().filter_map(of).map(|(part, table)| counted(part, table.by)).sum();
        let mut before = 0;
        let mut amounts = Vec::new();
        for (part, table) in members.iter().filter_map(of) {
            amounts.push(match (table.mode, table.by) {
                (TierMode::Retroactive, _) => part.at_rate(rate_at(table, all)),
                (TierMode::Marginal, TierBy::Revenue) => marginal(part, table, before),
                (TierMode::Marginal, _) => part.at_rate(rate_at(table, before)),
            });
            before += counted(part, table.by);
        }
        for (index, amount) in members.into_iter().zip(amounts) {
            if let Some(part) = parts.get_mut(index) {
                part.amount = amount;
            }
        }
    }
}

/// Each slice of the ambassador's own base at the rate of the step that it lies in, rounded once. Where all of it lies
/// in one step the order is paid at that rate as at any other, and split.
fn marginal(part: &Part<'_>, table: &TierTable, before: i128) -> i128 {
    if !part.pays() {
        return 0;
    }
    let after = before + part.own_base;
    let mut slices = Vec::new();
    for (index, step) in table.steps.iter().enumerate() {
        let from = i128::from(step.from.get());
        let next = table.steps.get(index + 1).map_or(after, |next| i128::from(next.from.get()));
        let slice = after.min(next) - before.max(from);
        if slice > 0 {
            slices.push((slice, i128::from(step.percent.millionths())));
        }
    }
    if let [(_, rate)] = slices.as_slice() {
        return part.at_rate(*rate);
    }
    let product = slices.iter().map(|(slice, rate)| slice * rate).sum();
    let cap = part.rule.caps.per_order.map(|cap| part.share_of(part.money(i128::from(cap.get()))));
    let amount = part.times(product);
    cap.map_or(amount, |cap| amount.min(cap))
}

/// Caps per period: the earliest orders are paid first, the shares of one order by ambassador.
pub(crate) fn settle_caps(parts: &mut [Part<'_>]) {
    type Whose = (Option<AmbassadorId>, Option<String>);
    let mut rows: BTreeMap<(RuleId, Whose, SmolStr), Vec<usize>> = BTreeMap::new();
    for (index, part) in parts.iter().enumerate() {
        let caps = &part.rule.caps;
        let whose = match (caps.per_ambassador, caps.per_customer, caps.budget) {
            (Some(_), ..) => (Some(part.ambassador.clone()), None),
            (_, Some(_), _) => (None, part.buyer.as_ref().map(|buyer| format!("{buyer:?}"))),
            (.., Some(_)) => (None, None),
            (None, None, None) => continue,
        };
        let name = part.terms.program.time_zone.period(caps.period, part.at).name;
        rows.entry((part.rule.id.clone(), whose, name)).or_default().push(index);
    }
    for mut members in rows.into_values() {
        let place =
            |index: &usize| parts.get(*index).map(|part| (part.at, part.order, part.ambassador.clone()));
        members.sort_by_key(place);
        let mut paid = 0;
        for index in members {
            let Some(part) = parts.get_mut(index) else { continue };
            let caps = &part.rule.caps;
            let cap = caps.per_ambassador.or(caps.per_customer).or(caps.budget);
            let cap = cap.map_or(0, |cap| part.money(i128::from(cap.get())));
            part.amount = part.amount.min((cap - paid).max(0));
            paid += part.amount;
        }
    }
}
