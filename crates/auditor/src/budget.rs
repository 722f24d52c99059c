//! Budgets that several rules share: whoever came first is paid first.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, ProgramId, RuleId, Timestamp};
use tribute_terms::Terms;

use crate::{
    Source,
    brand::Brand,
    earning::{Earned, Part},
    exact::minor,
    fact::Horizon,
    rule::budget_of,
};

/// A place in the row for a budget.
type Place = (Timestamp, Source, AmbassadorId, RuleId);

/// The rows for each budget and period: for each place the cap by its own terms, and the amount.
type Rows<'a> = BTreeMap<(RuleId, SmolStr), BTreeMap<Place, (i128, &'a mut i128)>>;

impl Brand {
    /// Cuts what orders, posts and clicks earn to what the budgets leave.
    pub(crate) fn settle_budgets(
        &self,
        program: &ProgramId,
        parts: &mut [Part<'_>],
        (fees, clicks): (&mut [Earned], &mut [(Timestamp, Earned)]),
        horizon: Horizon,
    ) {
        let mut rows = Rows::new();
        for part in parts {
            let place =
                (part.at, Source::Order(part.order.clone()), part.ambassador.clone(), part.rule.id.clone());
            if part.asset == part.terms.program.currency {
                enter(&mut rows, part.terms, place, &mut part.amount);
            }
        }
        for fee in fees {
            let Source::Post(id) = &fee.source else { continue };
            let published = self.posts.get(id).and_then(|post| post.of(program, horizon));
            let Some(at) = published.map(|it| it.stamp.time) else { continue };
            let Some(terms) = self.terms(program, at) else { continue };
            let place = (at, fee.source.clone(), fee.ambassador.clone(), fee.rule.clone());
            enter(&mut rows, terms, place, &mut fee.amount);
        }
        for (at, fee) in clicks {
            let Some(terms) = self.terms(program, *at) else { continue };
            let place = (*at, fee.source.clone(), fee.ambassador.clone(), fee.rule.clone());
            enter(&mut rows, terms, place, &mut fee.amount);
        }
        for row in rows.into_values() {
            let mut taken = 0;
            for (cap, amount) in row.into_values() {
                *amount = (*amount).min((cap - taken).max(0));
                taken += *amount;
            }
        }
    }
}

fn enter<'a>(rows: &mut Rows<'a>, terms: &Terms, place: Place, amount: &'a mut i128) {
    let Some(budget) = budget_of(terms, &place.3) else { return };
    let Ok(exponent) = terms.program.currency.exponent() else { return };
    let period = terms.program.time_zone.period(budget.period, place.0).name;
    let cap = minor(i128::from(budget.amount.get()), exponent, terms.program.rounding);
    rows.entry((budget.id.clone(), period)).or_default().insert(place, (cap, amount));
}
