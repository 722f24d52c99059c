use std::cmp::Ordering;

use tribute_events::{AmbassadorId, Claim, Loss, OrderId, Share, Timestamp, TouchId, TouchKind};
use tribute_terms::Tier;

use crate::{
    EarlierOrder, Evidence, Touch, Verdict,
    case::{Look, Whose},
    evidence::shares_at,
    net::tie,
};

/// A claim that may be credited, in the tier that it belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'a> {
    pub(crate) tier: Tier,
    /// Whether it takes all of its tier: a code with mode `if_involved`.
    pub(crate) takes_all: bool,
    pub(crate) kind: &'static str,
    pub(crate) ambassador: &'a AmbassadorId,
    /// The touch, the code, the order inherited from, the workshop, the post, the override's event.
    pub(crate) name: &'a str,
    pub(crate) at: Timestamp,
    /// Between claims of one instant: view < click < scan.
    pub(crate) strength: u8,
    pub(crate) verdicts: &'a [Verdict],
    /// Its weight where it brings one: inherited and overridden shares.
    pub(crate) weight: u64,
}

impl<'a> Candidate<'a> {
    pub(crate) const fn new(
        tier: Tier,
        kind: &'static str,
        ambassador: &'a AmbassadorId,
        name: &'a str,
        at: Timestamp,
    ) -> Self {
        Self { tier, takes_all: false, kind, ambassador, name, at, strength: 0, verdicts: &[], weight: 1 }
    }

    pub(crate) fn claim(&self) -> Claim {
        claim(Some(self.ambassador), self.kind, self.name, self.at)
    }

    pub(crate) fn loses(&self, why: &'static str) -> Loss {
        Loss { claim: self.claim(), why: why.into() }
    }

    /// The order of a path: time, then strength, then SHA-256 of (order, touch).
    pub(crate) fn path_order(&self, other: &Self, order: &OrderId) -> Ordering {
        let instant = |it: &Self| (it.at, it.strength);
        let key = |it: &Self| tie(order, it.name);
        instant(self).cmp(&instant(other)).then_with(|| key(self).cmp(&key(other)))
    }
}

pub(crate) fn claim(
    ambassador: Option<&AmbassadorId>,
    kind: &'static str,
    name: &str,
    at: Timestamp,
) -> Claim {
    Claim {
        ambassador: ambassador.cloned(),
        kind: kind.into(),
        touch: TouchId::trusted(name),
        at,
        weight: None,
    }
}

/// Every claim to an order: those that may win, and those that were refused.
#[derive(Debug, Default)]
pub(crate) struct Field<'a> {
    pub(crate) candidates: Vec<Candidate<'a>>,
    /// Codes with mode `if_winner`: they never decide.
    pub(crate) witnesses: Vec<Candidate<'a>>,
    pub(crate) losers: Vec<Loss>,
    /// Inherited weight that nobody may have.
    pub(crate) house: u64,
}

impl<'a> Field<'a> {
    pub(crate) fn gather(look: &Look<'a>) -> Self {
        let mut field = Self::default();
        for touch in look.case.evidence.touches {
            field.touch(look, touch);
        }
        field.bindings(look);
        field.workshops(look);
        field.posts(look);
        // Last, because some codes ask whether there is a click.
        field.codes(look);
        field
    }

    /// Takes a claim in, or says why not.
    pub(crate) fn admit(&mut self, look: &Look<'a>, candidate: Candidate<'a>) {
        match look.refusal(candidate.ambassador, candidate.verdicts, candidate.at) {
            Some(why) => self.losers.push(candidate.loses(why)),
            None => self.candidates.push(candidate),
        }
    }

    fn touch(&mut self, look: &Look<'a>, touch: &'a Touch) {
        let whose = look.case.whose(touch, look.view.recorded_before);
        if matches!(whose, Whose::Nobodys) || !look.is_buyers(touch) {
            return;
        }
        let (tier, kind, strength) = match touch.kind {
            TouchKind::View => (Tier::View, "view", 0),
            TouchKind::Click => (Tier::Click, "click", 1),
            TouchKind::Qr => (Tier::Click, "qr", 2),
        };
        let ambassador = match whose {
            Whose::Ambassadors(ambassador) => ambassador,
            Whose::Another(why, named) => {
                let claim = claim(named, kind, touch.id.as_str(), touch.at);
                self.losers.push(Loss { claim, why: why.into() });
                return;
            }
            Whose::Nobodys => return,
        };
        let named = Candidate::new(tier, kind, ambassador, touch.id.as_str(), touch.at);
        match untimely(look, touch) {
            Some(why) => self.losers.push(named.loses(why)),
            None => self.admit(look, Candidate { strength, verdicts: &touch.verdicts, ..named }),
        }
    }

    /// The credit of the order that started the subscription; where that gives nobody anything, of the buyer's first
    /// credited order, where the terms bind for life.
    fn bindings(&mut self, look: &Look<'a>) {
        let Evidence { subscription, earlier_orders, .. } = look.case.evidence;
        let at = look.view.as_of;
        if let Some(first) = subscription
            && self.inherit(look, (&first.order, first.ordered_at), shares_at(&first.credit, at))
        {
            return;
        }
        if !look.case.terms.lifetime {
            return;
        }
        let credited = |it: &&EarlierOrder| {
            shares_at(&it.credit, at).iter().any(|share| share.ambassador.is_some()) && look.is_earlier(it)
        };
        let first = earlier_orders.iter().filter(credited).min_by_key(|it| (it.at, &it.order));
        if let Some(first) = first {
            self.inherit(look, (&first.order, first.at), shares_at(&first.credit, at));
        }
    }

    /// Takes over shares; the house keeps those of who may no longer have them. `false` where nobody may. Standing
    /// is asked as of this order alone: whether they might have the first one was decided there.
    fn inherit(
        &mut self,
        look: &Look<'a>,
        (order, at): (&'a OrderId, Timestamp),
        shares: &'a [Share],
    ) -> bool {
        let (first, mut house) = (self.candidates.len(), 0_u64);
        for Share { ambassador, weight } in shares {
            let Some(ambassador) = ambassador else {
                house = house.saturating_add(*weight);
                continue;
            };
            let named = Candidate::new(Tier::Binding, "binding", ambassador, order.as_str(), at);
            match look.refusal(ambassador, &[], look.case.placed.at) {
                Some(why) => {
                    self.losers.push(named.loses(why));
                    house = house.saturating_add(*weight);
                }
                None => self.candidates.push(Candidate { weight: *weight, ..named }),
            }
        }
        let taken = self.candidates.len() > first;
        self.house = if taken { house } else { 0 };
        taken
    }

    /// The one live, disclosed post that shows a product of the order, where the terms opt in.
    fn posts(&mut self, look: &Look<'a>) {
        let (case, placed) = (look.case, &look.case.placed);
        if !case.terms.posts {
            return;
        }
        let first = self.candidates.len();
        for post in case.evidence.posts {
            let age = placed.at.since(post.at);
            let gone =
                |(at, recorded): &(Timestamp, Timestamp)| *at <= placed.at && look.view.sees(*at, *recorded);
            let live = !post.removals.iter().any(gone);
            let timely = 0 <= age && age < case.terms.window.millis();
            let shown = placed.sale.lines.iter().any(|line| post.products.contains(&line.sku));
            let seen = look.view.sees(post.at, post.recorded);
            if post.disclosed && live && timely && shown && seen {
                self.admit(
                    look,
                    Candidate::new(Tier::Post, "post", &post.author, post.post.as_str(), post.at),
                );
            }
        }
        if self.candidates.len().saturating_sub(first) > 1 {
            let several = self.candidates.drain(first..);
            self.losers.extend(several.map(|post| post.loses("several_posts")));
        }
    }

    /// Whether an ambassador, or anyone, has a click or scan that counts.
    pub(crate) fn has_click(&self, of: Option<&AmbassadorId>) -> bool {
        let is_click = |it: &Candidate<'_>| it.tier == Tier::Click && !it.takes_all;
        self.candidates
            .iter()
            .any(|it| is_click(it) && of.is_none_or(|ambassador| it.ambassador == ambassador))
    }
}

/// Why a touch does not count by its times.
fn untimely(look: &Look<'_>, touch: &Touch) -> Option<&'static str> {
    let (terms, age) = (look.case.terms, look.case.placed.at.since(touch.at));
    let view = touch.kind == TouchKind::View;
    if age < 0 {
        Some("after_order")
    } else if age >= terms.window.millis() {
        Some("outside_window")
    } else if !view && age < terms.min_click_to_order.millis() {
        Some("too_young")
    } else if view && !terms.views {
        Some("views_off")
    } else if !look.view.sees(touch.at, touch.recorded) {
        Some("after_lock")
    } else {
        None
    }
}
