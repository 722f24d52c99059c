//! Which orders count towards a mission, and from when until when.

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, Conversion, Moment};
use tribute_money::Millionths;
use tribute_terms::{AboutOrder, Expression, Mission, Program, View};

use crate::{
    Counted, Need, Qualifying, needs,
    spell::{Change, found, spells},
};

/// When an order counts towards a mission for an ambassador: it is open to their tier, they are credited with a part of
/// it, something of it is left, and the step's condition holds of it as it was placed. A condition knows the ambassador as
/// they were known then.
#[must_use]
pub fn order_qualifies(
    mission: &Mission,
    conversion: &Conversion,
    ambassador: &AmbassadorId,
    program: &Program,
) -> Option<Qualifying> {
    let tier = conversion.tiers.get(ambassador);
    if !mission.is_open_to(tier.map(SmolStr::as_str)) {
        return None;
    }
    let counts = |moment: &Moment| {
        let credited = moment
            .shares
            .iter()
            .any(|share| share.weight > 0 && share.ambassador.as_ref() == Some(ambassador));
        credited && moment.lines.iter().any(|line| line.net > Millionths::ZERO)
    };
    let changes = || {
        conversion.moments.iter().map(|moment| Change {
            at: moment.effective_at,
            cause: &moment.cause,
            amount: u64::from(counts(moment)),
            locks_at: conversion.locks_at,
        })
    };
    let holds = |expression: &Expression| {
        let view = View { as_of: conversion.ordered_at, recorded_before: conversion.locks_at };
        let Some(terms) = program.terms_at(conversion.ordered_at) else { return false };
        let profile = program.profile(ambassador, view);
        expression.holds(&AboutOrder { conversion, terms, ambassador, profile: &profile, tier })
    };
    let wanted = |need: &Need<'_>| match need.of {
        Counted::Conversions(condition) => condition.is_none_or(holds),
        _ => false,
    };
    let wanted = needs(mission).into_iter().filter(wanted);
    let spells = wanted.flat_map(|need| spells(&need.name, changes())).collect();
    found(conversion.ordered_at, format!("order:{}", conversion.order), spells)
}

#[cfg(test)]
mod tests {
    use tribute_events::{EventId, NetLine, OrderId, ProgramId, Reason, Share};

    use super::*;
    use crate::fixture::{day, days, plain, program};

    #[test]
    fn an_order_counts_while_credited_and_not_refunded() {
        let moment = |when: i64, who: &str, net: &str| Moment {
            effective_at: day(when),
            cause: EventId::trusted(&format!("e{when}")),
            shares: vec![Share { ambassador: Some(AmbassadorId::trusted(who)), weight: 1 }],
            lines: vec![NetLine { sku: "A".into(), category: None, quantity: 1, net: net.parse().unwrap() }],
            shipping: Millionths::ZERO,
            tax: Millionths::ZERO,
        };
        let find = |moments: Vec<Moment>| {
            let conversion = Conversion {
                program: ProgramId::trusted("p"),
                order: OrderId::trusted("1001"),
                terms_version: "1".into(),
                ordered_at: day(0),
                locks_at: day(30),
                currency: "USD".parse().unwrap(),
                returning: false,
                channel: None,
                region: None,
                buyer: None,
                tiers: std::collections::BTreeMap::new(),
                renewal: None,
                moments,
                reason: Reason {
                    tier: "click".into(),
                    model: None,
                    winners: vec![],
                    losers: vec![],
                    notes: vec![],
                },
            };
            order_qualifies(&plain(), &conversion, &AmbassadorId::trusted("ann"), &program())
        };
        let plain = find(vec![moment(0, "ann", "5"), moment(2, "ann", "3")]);
        assert_eq!(plain.as_ref().unwrap().id, "order:1001");
        assert_eq!(days(plain), [(0, None)]);
        assert_eq!(days(find(vec![moment(0, "ann", "5"), moment(2, "ann", "0")])), [(0, Some(2))]);
        assert_eq!(days(find(vec![moment(0, "ann", "5"), moment(2, "bob", "5")])), [(0, Some(2))]);
        let moved = find(vec![moment(0, "bob", "5"), moment(2, "ann", "5")]).unwrap();
        assert_eq!((moved.at, moved.spells[0].cause.as_str()), (day(0), "e2"));
        assert_eq!(days(Some(moved)), [(2, None)]);
        assert_eq!(find(vec![moment(0, "bob", "5")]), None);
    }
}
