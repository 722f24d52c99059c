//! One order as one program sees it: the buyer, the lock, and everybody who may claim it.

use tribute_events::{
    AmbassadorId, AmbassadorJudged, ClickRecorded, CodeIssued, CodeMode, OrderId, ProgramId, SaleDocument,
    Timestamp, TouchId, TouchKind, WorkshopAnnounced,
};
use tribute_terms::Terms;

use crate::{
    brand::{Brand, CodeFact, code_key},
    exact::digest,
    fact::{Fact, Horizon, Stamp},
    order::Order,
    people::{Person, Profile},
    post::has_hashtag,
};

/// One order in one program, up to a horizon.
pub(crate) struct Case<'a> {
    pub(crate) brand: &'a Brand,
    pub(crate) program: &'a ProgramId,
    pub(crate) terms: &'a Terms,
    pub(crate) id: &'a OrderId,
    pub(crate) order: &'a Order,
    pub(crate) sale: &'a SaleDocument,
    /// When it was ordered.
    pub(crate) at: Timestamp,
    /// When who-gets-what freezes.
    pub(crate) lock: Timestamp,
    /// What is seen at all.
    pub(crate) horizon: Horizon,
    /// What is seen of evidence: only what was recorded before the lock.
    pub(crate) evidence: Horizon,
    pub(crate) buyer: Option<Person>,
    /// The buyer's touches in the window, as far as they are evidence.
    touched: Vec<&'a Fact<ClickRecorded>>,
}

/// What somebody bases their credit on.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) ambassador: AmbassadorId,
    pub(crate) at: Timestamp,
    pub(crate) kind: TouchKind,
    pub(crate) tie: [u8; 32],
    pub(crate) click: Option<TouchId>,
}

impl<'a> Case<'a> {
    /// `None` where the order is not seen, belongs to another program, or precedes the program's terms.
    pub(crate) fn new(
        brand: &'a Brand,
        program: &'a ProgramId,
        id: &'a OrderId,
        horizon: Horizon,
    ) -> Option<Self> {
        let order = brand.orders.get(id)?;
        let Fact { stamp, body: sale } = order.placed(horizon)?;
        if !sale.may_count_in(program) {
            return None;
        }
        let terms = brand.terms(program, stamp.time)?;
        let lock = lock(stamp, terms);
        let evidence = horizon.before(lock);
        let buyer = brand.person((sale.account.as_ref(), sale.device.as_ref()), stamp.time, id, evidence);
        let at = stamp.time;
        let mut case = Self {
            brand,
            program,
            terms,
            id,
            order,
            sale,
            at,
            lock,
            horizon,
            evidence,
            buyer,
            touched: Vec::new(),
        };
        case.touched = case.touches_of_buyer();
        Some(case)
    }

    fn touches_of_buyer(&self) -> Vec<&'a Fact<ClickRecorded>> {
        let brand = self.brand;
        // Touches are numbered by time: none outside these numbers is in the window.
        let from = self.at.minus(self.terms.attribution.window.millis());
        let first = brand.touches.partition_point(|touch| touch.stamp.time < from);
        let after = brand.touches.partition_point(|touch| touch.stamp.time <= self.at);
        let near = |list: &'a Vec<usize>| {
            let start = list.partition_point(|index| *index < first);
            list.iter().copied().skip(start).take_while(move |index| *index < after)
        };
        let mut indices: Vec<usize> = Vec::new();
        let of_device = |device| brand.touches_of_device.get(device).into_iter().flat_map(near);
        match &self.buyer {
            Some(Person::Account(account)) => {
                indices.extend(brand.touches_of_account.get(account).into_iter().flat_map(near));
                let devices = brand.devices.get(account).into_iter().flatten();
                indices.extend(devices.flat_map(of_device));
            }
            Some(Person::Device(device)) => indices.extend(of_device(device)),
            None => (),
        }
        let touches = indices.into_iter().filter_map(|index| brand.touches.get(index));
        touches
            .filter(|touch| self.in_window(touch.stamp.time) && self.evidence.sees(&touch.stamp))
            .filter(|touch| touch.body.program.as_ref().is_none_or(|program| program == self.program))
            .filter(|touch| self.is_buyers(touch))
            .collect()
    }

    fn is_buyers(&self, touch: &Fact<ClickRecorded>) -> bool {
        let who = (touch.body.account.as_ref(), touch.body.device.as_ref());
        self.brand.person(who, touch.stamp.time, self.id, self.evidence) == self.buyer
    }

    /// What is known of an ambassador at an instant, by the evidence.
    pub(crate) fn profile(&self, ambassador: &AmbassadorId, at: Timestamp) -> Profile {
        self.brand.profile(self.program, ambassador, at, self.evidence)
    }

    /// Whether an ambassador may be credited: active at the touch and at the order, not the buyer, not judged
    /// invalid before the lock.
    pub(crate) fn is_candidate(&self, claim: &Claim) -> bool {
        let now = self.profile(&claim.ambassador, self.at);
        let own = matches!(&self.buyer, Some(Person::Account(account)) if now.accounts.contains(account));
        now.active
            && !own
            && self.profile(&claim.ambassador, claim.at).active
            && !self.is_invalid(claim, self.evidence)
    }

    /// Whether the last verdict on the touch, or on its ambassador, is that it is invalid.
    pub(crate) fn is_invalid(&self, claim: &Claim, seen: Horizon) -> bool {
        let on_click = claim.click.as_ref().and_then(|click| self.brand.click_verdicts.get(click));
        let click =
            on_click.and_then(|verdicts| seen.last(verdicts, |_| true)).is_some_and(|last| !last.body);
        click || self.verdict(&claim.ambassador, seen).is_some_and(|last| !last.body.valid)
    }

    /// The last verdict on an ambassador that concerns this order.
    pub(crate) fn verdict(
        &self,
        ambassador: &AmbassadorId,
        seen: Horizon,
    ) -> Option<&'a Fact<AmbassadorJudged>> {
        let verdicts = self.brand.verdicts.get(&(self.program.clone(), ambassador.clone()))?;
        seen.last(verdicts, |fact| fact.body.orders_from.is_none_or(|from| from <= self.at))
    }

    /// A claim made at the order's own instant.
    pub(crate) fn claim_now(&self, ambassador: &AmbassadorId, what: &str) -> Claim {
        Claim {
            ambassador: ambassador.clone(),
            at: self.at,
            kind: TouchKind::default(),
            tie: digest(self.id.as_str(), what),
            click: None,
        }
    }

    /// The candidate touches of the given kinds, in path order: time, view before click before scan, digest.
    pub(crate) fn touches(&self, kinds: &[TouchKind]) -> Vec<Claim> {
        let mut claims: Vec<Claim> = self
            .touched
            .iter()
            .filter(|touch| kinds.contains(&touch.body.kind))
            .filter(|touch| {
                // A view may be as young as it likes.
                let enough = self.terms.attribution.min_click_to_order.millis();
                touch.body.kind == TouchKind::View || self.at.since(touch.stamp.time) >= enough
            })
            .filter_map(|touch| self.claim_of(touch))
            .filter(|claim| self.is_candidate(claim))
            .collect();
        claims.sort_by_key(|claim| (claim.at, claim.kind, claim.tie));
        claims
    }

    fn in_window(&self, time: Timestamp) -> bool {
        let age = self.at.since(time);
        0 <= age && age < self.terms.attribution.window.millis()
    }

    /// Whose touch it is in this program: the ambassador it names, else the one its link stood for then. A link that
    /// was not issued yet stands for nobody.
    fn claim_of(&self, touch: &Fact<ClickRecorded>) -> Option<Claim> {
        let click = &touch.body;
        let linked = click.link.as_ref().and_then(|link| {
            let issued = self.brand.links.get(&(self.program.clone(), link.clone()))?;
            let standing = self.evidence.last(issued, |fact| fact.stamp.time <= touch.stamp.time);
            standing.map(|fact| &fact.body.ambassador)
        });
        let here = click.program.as_ref().map_or(linked.is_some(), |program| program == self.program);
        let ambassador = click.ambassador.as_ref().or(linked).filter(|_| here)?;
        Some(Claim {
            ambassador: ambassador.clone(),
            at: touch.stamp.time,
            kind: click.kind,
            tie: digest(self.id.as_str(), click.click.as_str()),
            click: Some(click.click.clone()),
        })
    }

    /// The candidate codes of one mode, in path order.
    pub(crate) fn codes(&self, mode: CodeMode) -> Vec<Claim> {
        let valid = self.sale.codes.iter().filter_map(|code| {
            let issued = self.code(&code_key(code))?;
            (issued.mode == mode).then(|| self.claim_now(&issued.ambassador, code.as_str()))
        });
        let mut claims: Vec<Claim> = valid.filter(|claim| self.is_candidate(claim)).collect();
        claims.sort_by_key(|claim| claim.tie);
        claims
    }

    /// What a code stands for at the order: what it was last issued for by then, unless it ended or was withdrawn. An
    /// issue that has not begun by then displaces nothing.
    fn code(&self, key: &str) -> Option<&'a CodeIssued> {
        let facts = self.brand.codes.get(&(self.program.clone(), key.to_owned()))?;
        let by_then = |fact: &&Fact<CodeFact>| self.evidence.sees(&fact.stamp) && fact.stamp.time <= self.at;
        let begun = |fact: &&Fact<CodeFact>| match &fact.body {
            CodeFact::Issued(issued) => issued.valid_from.is_none_or(|from| from <= self.at),
            CodeFact::Withdrawn => true,
        };
        match &facts.iter().filter(by_then).rfind(begun)?.body {
            CodeFact::Issued(issued) => {
                Some(issued).filter(|it| it.valid_until.is_none_or(|until| self.at < until))
            }
            CodeFact::Withdrawn => None,
        }
    }

    /// The candidate workshops as they were announced by then: the order inside their hours, at their place or with
    /// their code.
    pub(crate) fn workshops(&self) -> Vec<Claim> {
        let announced = self.brand.workshops.get(self.program).map(Vec::as_slice).unwrap_or_default();
        let stands = |fact: &&Fact<WorkshopAnnounced>| {
            let same = |other: &Fact<WorkshopAnnounced>| {
                other.body.workshop == fact.body.workshop && other.stamp.time <= self.at
            };
            self.evidence.last(announced, same).is_some_and(|last| last.stamp == fact.stamp)
        };
        let here = announced.iter().filter(stands).map(|fact| &fact.body).filter(|workshop| {
            let place = workshop.place.is_some() && workshop.place == self.sale.place;
            let code = workshop.code.as_ref().map(code_key);
            let coded = code.is_some_and(|code| self.sale.codes.iter().any(|used| code_key(used) == code));
            workshop.starts_at <= self.at && self.at < workshop.ends_at && (place || coded)
        });
        // The host does what the credit is for from the start on: that is when they must be active, besides the order.
        let claims = here.map(|workshop| Claim {
            at: workshop.starts_at,
            ..self.claim_now(&workshop.ambassador, &workshop.workshop)
        });
        let mut claims: Vec<Claim> = claims.filter(|claim| self.is_candidate(claim)).collect();
        claims.sort_by_key(|claim| (claim.at, claim.tie));
        claims
    }

    /// The one live, disclosed post in the window that shows a product of the order; nobody where there are more.
    pub(crate) fn posts(&self) -> Vec<Claim> {
        let disclosing = ["ad".into(), "sponsored".into()];
        let matching = self.brand.posts.iter().filter_map(|(id, post)| {
            let Fact { stamp, body } = post.of(self.program, self.evidence)?;
            let live = post.removed_at(self.evidence).is_none_or(|removed| self.at < removed);
            let shows = self.sale.lines.iter().any(|line| body.products.contains(&line.sku));
            let fits = live && shows && self.in_window(stamp.time) && has_hashtag(body, &disclosing);
            fits.then(|| Claim { at: stamp.time, ..self.claim_now(&body.author, id.as_str()) })
        });
        let claims: Vec<Claim> = matching.filter(|claim| self.is_candidate(claim)).collect();
        if claims.len() == 1 { claims } else { Vec::new() }
    }

    /// The buyer's earlier orders that may count in the program, by time.
    pub(crate) fn earlier_orders(&self) -> Vec<(Timestamp, &'a OrderId)> {
        let brand = self.brand;
        let of_device = |device| brand.orders_of_device.get(device).into_iter().flatten();
        let mut ids: Vec<&OrderId> = Vec::new();
        match &self.buyer {
            Some(Person::Account(account)) => {
                ids.extend(brand.orders_of_account.get(account).into_iter().flatten());
                ids.extend(brand.devices.get(account).into_iter().flatten().flat_map(of_device));
            }
            Some(Person::Device(device)) => ids.extend(of_device(device)),
            None => (),
        }
        let earlier = ids.into_iter().filter_map(|id| {
            let Fact { stamp, body } = brand.orders.get(id)?.placed(self.evidence)?;
            let who = (body.account.as_ref(), body.device.as_ref());
            let same = brand.person(who, stamp.time, self.id, self.evidence) == self.buyer;
            let before = (stamp.time, id) < (self.at, self.id);
            (before && body.may_count_in(self.program) && same).then_some((stamp.time, id))
        });
        let mut earlier: Vec<_> = earlier.collect();
        earlier.sort();
        earlier
    }

    /// Whether the buyer has an earlier order that was not cancelled by the time of this one.
    pub(crate) fn is_returning(&self) -> bool {
        let stood = |id: &OrderId| {
            let cancelled =
                self.brand.orders.get(id).map(|order| order.cancelled.as_slice()).unwrap_or_default();
            self.evidence.last(cancelled, |fact| fact.stamp.time <= self.at).is_none()
        };
        self.earlier_orders().into_iter().any(|(_, id)| stood(id))
    }
}

/// `max(time, recorded) + max(hold, grace)`.
fn lock(stamp: &Stamp, terms: &Terms) -> Timestamp {
    let wait = terms.attribution.hold.max(terms.attribution.grace);
    stamp.time.max(stamp.recorded).plus(wait.millis())
}

trait MayCount {
    fn may_count_in(&self, program: &ProgramId) -> bool;
}

impl MayCount for SaleDocument {
    fn may_count_in(&self, program: &ProgramId) -> bool {
        self.program.as_ref().is_none_or(|only| only == program)
    }
}
