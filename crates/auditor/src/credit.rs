//! Who is credited with an order: the first tier that is not empty, and the model within it.

use tribute_events::{AmbassadorId, CodeMode, OrderId, Timestamp, TouchKind};
use tribute_terms::{Model, Renewals, Tier};

use crate::{
    case::{Case, Claim},
    exact::{Weight, common_divisor, decay_weight, digest},
    fact::Horizon,
};

/// Who gets which part; the house (`None`) keeps what a verdict after the lock took from somebody.
pub(crate) type Shares = Vec<(Option<AmbassadorId>, i128)>;

/// Who is credited, and by which tier. Weights are in lowest terms.
#[derive(Debug, Clone, Default)]
pub(crate) struct Credit {
    pub(crate) tier: Option<Tier>,
    pub(crate) shares: Shares,
}

impl Credit {
    /// The weights for a split of this order.
    pub(crate) fn weights(&self, order: &OrderId) -> Vec<Weight> {
        let party =
            |party: &Option<AmbassadorId>| digest(order.as_str(), party.as_ref().map_or("", AsRef::as_ref));
        self.shares.iter().map(|(who, weight)| Weight { weight: *weight, tie: party(who) }).collect()
    }

    /// The sum of all weights.
    pub(crate) fn of(&self) -> i128 {
        self.shares.iter().map(|(_, weight)| weight).sum()
    }

    fn names_somebody(&self) -> bool {
        self.shares.iter().any(|(who, _)| who.is_some())
    }
}

impl Case<'_> {
    /// Who is credited.
    pub(crate) fn credit(&self) -> Credit {
        self.decide(true)
    }

    fn decide(&self, lifetime: bool) -> Credit {
        if let Some(shares) = self.overridden() {
            return Credit { tier: Some(Tier::Override), shares };
        }
        for tier in &self.terms.attribution.precedence {
            let shares = match tier {
                Tier::Override => continue,
                Tier::Code => self.model(self.codes(CodeMode::Always)),
                Tier::Binding => self.inherited(lifetime),
                Tier::Workshop => self.model(self.workshops()),
                Tier::Click => self.model(self.clicks()),
                Tier::FallbackCode if self.clicks().is_empty() => self.model(self.codes(CodeMode::Fallback)),
                Tier::View if self.terms.attribution.views => self.model(self.touches(&[TouchKind::View])),
                Tier::Post if self.terms.attribution.posts => self.model(self.posts()),
                Tier::FallbackCode | Tier::View | Tier::Post => continue,
            };
            if !shares.is_empty() {
                return Credit { tier: Some(*tier), shares };
            }
        }
        Credit::default()
    }

    /// The last override stands, whenever it was recorded. A verdict that is younger than it zeroes a share all the
    /// same, and the house keeps it; an older one was known to who decided.
    fn overridden(&self) -> Option<Shares> {
        let all = self.brand.overrides.get(&(self.program.clone(), self.id.clone()))?;
        let last = self.horizon.last(all, |_| true)?;
        let shares = last.body.shares.iter().map(|it| {
            let judged = self.verdict(&it.ambassador, self.horizon);
            let zeroed = judged.is_some_and(|it| !it.body.valid && it.stamp.time > last.stamp.time);
            ((!zeroed).then(|| it.ambassador.clone()), i128::from(it.weight))
        });
        Some(merged(shares.collect()))
    }

    /// Clicks and scans; but an `if_involved` code of one of their ambassadors takes all.
    fn clicks(&self) -> Vec<Claim> {
        let clicks = self.touches(&[TouchKind::Click, TouchKind::Qr]);
        let mut involved = self.codes(CodeMode::IfInvolved);
        involved.retain(|code| clicks.iter().any(|click| click.ambassador == code.ambassador));
        if involved.is_empty() { clicks } else { involved }
    }

    /// The credit of the subscription's first order, else of the buyer's first credited one.
    fn inherited(&self, lifetime: bool) -> Shares {
        let from_subscription = self.subscription_start().map(|first| first.decide(true));
        if let Some(shares) = from_subscription.map(|credit| self.inherit(credit))
            && !shares.is_empty()
        {
            return shares;
        }
        if !lifetime || !self.terms.attribution.lifetime {
            return Shares::new();
        }
        let earlier = self.earlier_orders().into_iter();
        // Nobody before the first credited order was credited, so none of them was bound by another.
        let mut credits = earlier.filter_map(|(_, id)| self.as_known_here(id)).map(|case| case.decide(false));
        credits.find(Credit::names_somebody).map(|credit| self.inherit(credit)).unwrap_or_default()
    }

    /// Another order, as it was known before this one's lock.
    fn as_known_here<'b>(&'b self, id: &'b OrderId) -> Option<Case<'b>> {
        Case::new(self.brand, self.program, id, self.evidence)
    }

    fn subscription_start(&self) -> Option<Case<'_>> {
        let subscription = self.sale.subscription.as_ref().filter(|it| it.renewal > 0)?;
        let starts = self.brand.subscriptions.get(&subscription.id)?;
        let cases = starts.iter().filter_map(|id| self.as_known_here(id));
        let first = cases.min_by_key(|case| (case.at, case.id))?;
        (first.at <= self.at && self.renews_until(first.at) > self.at).then_some(first)
    }

    /// When the order's subscription began, its own time where it renews none; `None` where it renews one of which it
    /// inherits nothing.
    pub(crate) fn began(&self) -> Option<Timestamp> {
        if self.sale.subscription.as_ref().is_some_and(|it| it.renewal > 0) {
            return self.subscription_start().map(|first| first.at);
        }
        Some(self.at)
    }

    /// Until when the most generous rule lets renewals inherit.
    fn renews_until(&self, start: Timestamp) -> Timestamp {
        let until = |renewals: Renewals| match renewals {
            Renewals::None => Timestamp::MIN,
            Renewals::Months(months) => self.terms.program.time_zone.months_after(start, months),
            Renewals::Forever => Timestamp::MAX,
        };
        self.terms.commission.iter().map(|rule| until(rule.renewals)).max().unwrap_or(Timestamp::MIN)
    }

    /// Another order's shares; the house keeps those of who may no longer have them. Nothing where nobody may.
    fn inherit(&self, credit: Credit) -> Shares {
        let claims =
            credit.shares.into_iter().map(|(who, weight)| (who.map(|who| self.claim_now(&who, "")), weight));
        let kept: Vec<(Option<Claim>, i128)> =
            claims.map(|(claim, weight)| (claim.filter(|it| self.is_candidate(it)), weight)).collect();
        if kept.iter().all(|(claim, _)| claim.is_none()) {
            return Shares::new();
        }
        merged(
            kept.into_iter().map(|(claim, weight)| (claim.and_then(|it| self.party(&it)), weight)).collect(),
        )
    }

    /// The claim's ambassador, or the house where a verdict after the lock zeroed the claim.
    fn party(&self, claim: &Claim) -> Option<AmbassadorId> {
        (!self.is_invalid(claim, self.horizon)).then(|| claim.ambassador.clone())
    }

    /// The model, over claims in path order.
    fn model(&self, claims: Vec<Claim>) -> Shares {
        let weighed: Vec<(Claim, i128)> = match self.terms.attribution.model {
            Model::LastTouch => claims.into_iter().next_back().map(|claim| (claim, 1)).into_iter().collect(),
            Model::FirstTouch => claims.into_iter().next().map(|claim| (claim, 1)).into_iter().collect(),
            Model::Linear => collapsed(claims).into_iter().map(|claim| (claim, 1)).collect(),
            Model::PositionBased => by_position(collapsed(claims)),
            Model::TimeDecay => collapsed(claims).into_iter().map(|claim| self.decayed(claim)).collect(),
        };
        merged(weighed.into_iter().map(|(claim, weight)| (self.party(&claim), weight)).collect())
    }

    fn decayed(&self, claim: Claim) -> (Claim, i128) {
        let weight = decay_weight(self.at.since(claim.at), self.terms.attribution.half_life.millis());
        (claim, weight)
    }
}

/// Of each run of one ambassador's claims, the last.
fn collapsed(claims: Vec<Claim>) -> Vec<Claim> {
    let mut kept: Vec<Claim> = Vec::new();
    for claim in claims {
        if kept.last().is_some_and(|last| last.ambassador == claim.ambassador) {
            kept.pop();
        }
        kept.push(claim);
    }
    kept
}

/// 40 % first, 40 % last, 20 % between; halves where there are two.
fn by_position(claims: Vec<Claim>) -> Vec<(Claim, i128)> {
    let count = claims.len();
    let ends = if count > 2 { i128::try_from(2 * (count - 2)).unwrap_or(1) } else { 1 };
    let weigh = |(index, claim)| (claim, if index == 0 || index + 1 == count { ends } else { 1 });
    claims.into_iter().enumerate().map(weigh).collect()
}

/// One share per party, in lowest terms, sorted; weights of zero are none.
fn merged(shares: Shares) -> Shares {
    let mut sums = std::collections::BTreeMap::new();
    for (who, weight) in shares {
        *sums.entry(who).or_insert(0) += weight;
    }
    let divisor = common_divisor(sums.values().copied()).max(1);
    sums.into_iter().filter(|(_, weight)| *weight > 0).map(|(who, weight)| (who, weight / divisor)).collect()
}

/// An order with its credit and what is left of it.
pub(crate) struct Credited<'a> {
    pub(crate) case: Case<'a>,
    pub(crate) credit: Credit,
    pub(crate) net: crate::order::Net,
}

impl crate::brand::Brand {
    /// Every order that a program credits to somebody, at a horizon, by time and order id.
    pub(crate) fn credited<'a>(
        &'a self,
        program: &'a tribute_events::ProgramId,
        horizon: Horizon,
    ) -> Vec<Credited<'a>> {
        let cases = self.orders.keys().filter_map(|id| Case::new(self, program, id, horizon));
        let credited = cases.filter_map(|case| {
            let credit = case.credit();
            let net = case.order.net(horizon);
            (!credit.shares.is_empty()).then_some(Credited { case, credit, net })
        });
        let mut credited: Vec<_> = credited.collect();
        credited.sort_by_key(|it| (it.case.at, it.case.id));
        credited
    }
}
