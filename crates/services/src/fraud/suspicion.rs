//! What looks like fraud about what is about to clear.

use std::collections::BTreeMap;

use tribute_events::{AmbassadorId, BrandId, ProgramId, Timestamp};
use tribute_fraud::{Conduct, Finding, identity};
use tribute_terms::{Program, View};

use super::{
    Depth,
    due::Due,
    history::History,
    orders::{Orders, Placed},
};

/// A suspicion, and the order that it is about.
type Suspicion = (Option<String>, Finding);

/// Looks at one thing after the other.
pub(super) struct Suspicions<'a> {
    ids: (&'a BrandId, &'a ProgramId),
    program: &'a Program,
    depth: Depth,
    orders: &'a Orders,
    history: &'a History,
    /// By the version of the terms.
    conducts: BTreeMap<(&'a str, &'a AmbassadorId), Conduct<'a>>,
}

impl<'a> Suspicions<'a> {
    pub(super) const fn new(
        (brand, id, program): (&'a BrandId, &'a ProgramId, &'a Program),
        depth: Depth,
        orders: &'a Orders,
        history: &'a History,
    ) -> Self {
        Self { ids: (brand, id), program, depth, orders, history, conducts: BTreeMap::new() }
    }

    /// What looks like fraud about what something comes from, as it was known when it was about to clear.
    pub(super) fn about(&mut self, due: &Due) -> Vec<Suspicion> {
        let orders = self.orders;
        let placed: Vec<_> = due.orders.iter().filter_map(|id| Some((id, orders.get(id)?))).collect();
        let mut found = Vec::new();
        if placed.is_empty() && self.is_looked_at(due.effective_at) {
            let view = view_at(due.clears_at);
            found
                .extend(identity(self.program, &due.ambassador, None, view).into_iter().map(|it| (None, it)));
        }
        for (id, placed) in placed {
            if self.is_looked_at(placed.at) {
                let about = self.about_order(due, placed).into_iter();
                found.extend(about.map(|finding| (Some(id.clone()), finding)));
            }
        }
        found
    }

    fn is_looked_at(&self, at: Timestamp) -> bool {
        self.program.terms_at(at).is_some_and(|terms| !terms.fraud.off)
    }

    /// Who has a part in an order is looked at. For what somebody gets of another's order, as a recruiter, all who have
    /// a part in it are looked at, and whether the buyer is the recruiter.
    fn about_order(&mut self, due: &Due, order: &'a Placed) -> Vec<Finding> {
        let view = view_at(due.clears_at);
        let own = order.parties.get_key_value(&due.ambassador);
        let parties: Vec<_> = own.map_or_else(|| order.parties.iter().collect(), |own| vec![own]);
        let mut found = Vec::new();
        if own.is_none() {
            let buyer = due.rule.as_str().starts_with("recruiter/").then_some(&order.buyer);
            found.extend(identity(self.program, &due.ambassador, buyer, view));
        }
        for (party, ordered) in parties {
            found.extend(identity(self.program, party, Some(&order.buyer), view));
            let conduct = (self.depth == Depth::Everything).then(|| self.conduct(party, order.at)).flatten();
            found.extend(conduct.map(|it| it.of(ordered, due.clears_at)).unwrap_or_default());
        }
        found
    }

    /// An ambassador's conduct under the terms in force at an instant.
    fn conduct(&mut self, party: &'a AmbassadorId, at: Timestamp) -> Option<&Conduct<'a>> {
        let (history, (brand, program)) = (self.history, self.ids);
        let terms = self.program.terms_at(at)?;
        let fresh = || Conduct::new(&terms.fraud, party, history.of(brand, program, party));
        Some(self.conducts.entry((terms.program.version.as_str(), party)).or_insert_with(fresh))
    }
}

const fn view_at(at: Timestamp) -> View {
    View { as_of: at, recorded_before: at }
}
