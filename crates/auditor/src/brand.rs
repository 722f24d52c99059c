//! Everything that is known of one brand, kept by what it is about. Nothing is decided here.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use tribute_events::{
    AccountId, AmbassadorChange, AmbassadorChanged, AmbassadorId, AmbassadorJudged, CampaignAnnounced,
    ClickRecorded, Code, CodeIssued, ConversionOverridden, DeviceId, Event, LinkId, LinkIssued, OrderId,
    Payload, PostId, ProgramId, SaleDocument, Timestamp, TouchId, WorkshopAnnounced,
};
use tribute_terms::Terms;

use crate::{
    fact::{Fact, Facts, Stamp, sort},
    order::Order,
    post::Post,
};

/// An account used on a device.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) account: AccountId,
    /// The order whose first document says so: it knows its own buyer, whatever was recorded when.
    pub(crate) order: Option<OrderId>,
}

/// What an event says of a code.
#[derive(Debug, Clone)]
pub(crate) enum CodeFact {
    Issued(CodeIssued),
    Withdrawn,
}

/// A version of a program's terms, and when it was published.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) terms: Terms,
    pub(crate) published: Option<Stamp>,
}

/// A person's standing and what is known of them, change by change.
pub(crate) type People = BTreeMap<(ProgramId, AmbassadorId), Facts<(AmbassadorChange, AmbassadorChanged)>>;

/// All facts of one brand.
#[derive(Debug, Default)]
pub(crate) struct Brand {
    pub(crate) programs: BTreeMap<ProgramId, Vec<Version>>,
    pub(crate) people: People,
    pub(crate) codes: BTreeMap<(ProgramId, String), Facts<CodeFact>>,
    pub(crate) links: BTreeMap<(ProgramId, LinkId), Facts<LinkIssued>>,
    pub(crate) campaigns: BTreeMap<ProgramId, Facts<CampaignAnnounced>>,
    pub(crate) workshops: BTreeMap<ProgramId, Facts<WorkshopAnnounced>>,
    pub(crate) touches: Facts<ClickRecorded>,
    pub(crate) touches_of_account: BTreeMap<AccountId, Vec<usize>>,
    pub(crate) touches_of_device: BTreeMap<DeviceId, Vec<usize>>,
    pub(crate) logins: BTreeMap<DeviceId, Facts<Login>>,
    pub(crate) devices: BTreeMap<AccountId, BTreeSet<DeviceId>>,
    pub(crate) click_verdicts: BTreeMap<TouchId, Facts<bool>>,
    pub(crate) verdicts: BTreeMap<(ProgramId, AmbassadorId), Facts<AmbassadorJudged>>,
    pub(crate) orders: BTreeMap<OrderId, Order>,
    pub(crate) orders_of_account: BTreeMap<AccountId, Vec<OrderId>>,
    pub(crate) orders_of_device: BTreeMap<DeviceId, Vec<OrderId>>,
    pub(crate) subscriptions: BTreeMap<SmolStr, Vec<OrderId>>,
    pub(crate) overrides: BTreeMap<(ProgramId, OrderId), Facts<ConversionOverridden>>,
    pub(crate) posts: BTreeMap<PostId, Post>,
    pub(crate) holds: BTreeMap<(ProgramId, AmbassadorId), Facts<bool>>,
    pub(crate) erased: BTreeMap<AmbassadorId, Facts<()>>,
    /// Every instant at which something happened.
    pub(crate) instants: BTreeSet<Timestamp>,
}

/// A code as it is compared: without regard to case.
pub(crate) fn code_key(code: &Code) -> String {
    code.as_str().to_lowercase()
}

impl Brand {
    /// Takes one accepted event.
    pub(crate) fn add(&mut self, event: Event) {
        let Event { time, recorded, id, source, payload, .. } = event;
        let stamp = Stamp { time, id, source, recorded };
        self.instants.insert(time);
        match payload {
            Payload::CodeIssued(_) | Payload::CodeWithdrawn(_) | Payload::LinkIssued(_) => {
                self.add_code(stamp, payload)
            }
            Payload::SaleCompleted(_)
            | Payload::SaleEdited(_)
            | Payload::SaleRefunded(_)
            | Payload::SaleCancelled(_)
            | Payload::SaleDisputed(_)
            | Payload::ConversionOverridden(_) => self.add_sale(stamp, payload),
            Payload::PostPublished(_)
            | Payload::PostMeasured(_)
            | Payload::PostReviewed(_)
            | Payload::PostRemoved(_) => self.add_post(stamp, payload),
            Payload::Ambassador(change, body) => {
                let key = (body.program.clone(), body.ambassador.clone());
                self.people.entry(key).or_default().push(Fact { stamp, body: (change, body) });
            }
            Payload::Campaign(body) => {
                self.campaigns.entry(body.program.clone()).or_default().push(Fact { stamp, body });
            }
            Payload::Workshop(body) => {
                self.workshops.entry(body.program.clone()).or_default().push(Fact { stamp, body });
            }
            Payload::Click(body) => self.touches.push(Fact { stamp, body }),
            Payload::Login(body) => self.add_login(body.device, body.account, None, stamp),
            Payload::ClickJudged(body) => {
                self.click_verdicts.entry(body.click).or_default().push(Fact { stamp, body: body.valid });
            }
            Payload::AmbassadorJudged(body) => {
                let key = (body.program.clone(), body.ambassador.clone());
                self.verdicts.entry(key).or_default().push(Fact { stamp, body });
            }
            Payload::HoldPlaced(body) => self.add_hold(body.program, body.ambassador, true, stamp),
            Payload::HoldReleased(body) => self.add_hold(body.program, body.ambassador, false, stamp),
            Payload::PersonErased(body) => {
                self.erased.entry(body.ambassador).or_default().push(Fact { stamp, body: () });
            }
            _ => (), // payouts' later life, perks, tokens: nothing that is earned depends on them
        }
    }

    fn add_code(&mut self, stamp: Stamp, payload: Payload) {
        match payload {
            Payload::CodeIssued(body) => {
                let key = (body.program.clone(), code_key(&body.code));
                self.codes.entry(key).or_default().push(Fact { stamp, body: CodeFact::Issued(body) });
            }
            Payload::CodeWithdrawn(body) => {
                let key = (body.program, code_key(&body.code));
                self.codes.entry(key).or_default().push(Fact { stamp, body: CodeFact::Withdrawn });
            }
            Payload::LinkIssued(body) => {
                let key = (body.program.clone(), body.link.clone());
                self.links.entry(key).or_default().push(Fact { stamp, body });
            }
            _ => (),
        }
    }

    fn add_sale(&mut self, stamp: Stamp, payload: Payload) {
        match payload {
            Payload::SaleCompleted(body) | Payload::SaleEdited(body) => {
                self.order(&body.order).documents.push(Fact { stamp, body });
            }
            Payload::SaleRefunded(body) => {
                if let Some(order) = body.order.clone() {
                    self.order(&order).refunds.push(Fact { stamp, body });
                }
            }
            Payload::SaleCancelled(body) => self.order(&body.order).cancelled.push(Fact { stamp, body: () }),
            Payload::SaleDisputed(body) => {
                self.order(&body.order).disputes.push(Fact { stamp, body: body.outcome });
            }
            Payload::ConversionOverridden(body) => {
                let key = (body.program.clone(), body.order.clone());
                self.overrides.entry(key).or_default().push(Fact { stamp, body });
            }
            _ => (),
        }
    }

    fn add_post(&mut self, stamp: Stamp, payload: Payload) {
        match payload {
            Payload::PostPublished(body) => {
                self.posts.entry(body.post.clone()).or_default().published.push(Fact { stamp, body });
            }
            Payload::PostMeasured(body) => {
                self.posts.entry(body.post).or_default().measured.push(Fact { stamp, body: body.metrics });
            }
            Payload::PostReviewed(body) => {
                self.posts.entry(body.post).or_default().reviewed.push(Fact { stamp, body: body.verdict });
            }
            Payload::PostRemoved(body) => {
                self.posts.entry(body.post).or_default().removed.push(Fact { stamp, body: () });
            }
            _ => (),
        }
    }

    fn order(&mut self, order: &OrderId) -> &mut Order {
        self.orders.entry(order.clone()).or_default()
    }

    fn add_hold(&mut self, program: ProgramId, ambassador: AmbassadorId, held: bool, stamp: Stamp) {
        self.holds.entry((program, ambassador)).or_default().push(Fact { stamp, body: held });
    }

    fn add_login(&mut self, device: DeviceId, account: AccountId, order: Option<OrderId>, stamp: Stamp) {
        self.devices.entry(account.clone()).or_default().insert(device.clone());
        self.logins.entry(device).or_default().push(Fact { stamp, body: Login { account, order } });
    }

    /// Puts everything in its order once all events are in, and settles natural keys: of two events with
    /// one click, order, refund or post id, the earliest by time and event id tells.
    pub(crate) fn seal(&mut self) {
        self.seal_touches();
        self.seal_orders();
        self.people.values_mut().for_each(sort);
        self.codes.values_mut().for_each(sort);
        self.links.values_mut().for_each(sort);
        self.campaigns.values_mut().for_each(sort);
        self.workshops.values_mut().for_each(sort);
        self.logins.values_mut().for_each(sort);
        self.click_verdicts.values_mut().for_each(sort);
        self.verdicts.values_mut().for_each(sort);
        self.overrides.values_mut().for_each(sort);
        self.holds.values_mut().for_each(sort);
        self.erased.values_mut().for_each(sort);
        self.posts.values_mut().for_each(Post::seal);
        for versions in self.programs.values_mut() {
            versions.sort_by(|a, b| {
                // Of two that begin together the greater name holds.
                let key = |it: &Version| {
                    let program = &it.terms.program;
                    (program.effective_from, program.version.clone(), it.published.clone())
                };
                key(a).cmp(&key(b))
            });
        }
    }

    fn seal_touches(&mut self) {
        sort(&mut self.touches);
        // Every event that carries a device and an account is a login, also a second telling of a click.
        let pair = |touch: &Fact<ClickRecorded>| {
            let ClickRecorded { device, account, .. } = &touch.body;
            Some((device.clone()?, account.clone()?, touch.stamp.clone()))
        };
        let logins: Vec<_> = self.touches.iter().filter_map(pair).collect();
        let mut known = BTreeSet::new();
        self.touches.retain(|touch| known.insert(touch.body.click.clone()));
        for (index, touch) in self.touches.iter().enumerate() {
            match (&touch.body.account, &touch.body.device) {
                (Some(account), _) => {
                    self.touches_of_account.entry(account.clone()).or_default().push(index);
                }
                (None, Some(device)) => {
                    self.touches_of_device.entry(device.clone()).or_default().push(index);
                }
                (None, None) => (),
            }
        }
        for (device, account, stamp) in logins {
            self.add_login(device, account, None, stamp);
        }
    }

    fn seal_orders(&mut self) {
        let mut logins = Vec::new();
        for (id, order) in &mut self.orders {
            order.seal();
            for (index, document) in order.documents.iter().enumerate() {
                if let SaleDocument { account: Some(account), device: Some(device), .. } = &document.body {
                    let own = (index == 0).then(|| id.clone());
                    logins.push((device.clone(), account.clone(), own, document.stamp.clone()));
                }
            }
            let Some(first) = order.documents.first() else { continue };
            match (&first.body.account, &first.body.device) {
                (Some(account), _) => {
                    self.orders_of_account.entry(account.clone()).or_default().push(id.clone());
                }
                (None, Some(device)) => {
                    self.orders_of_device.entry(device.clone()).or_default().push(id.clone());
                }
                (None, None) => (),
            }
            if let Some(subscription) = &first.body.subscription
                && subscription.renewal == 0
            {
                self.subscriptions.entry(subscription.id.clone()).or_default().push(id.clone());
            }
        }
        for (device, account, own, stamp) in logins {
            self.add_login(device, account, own, stamp);
        }
    }

    /// The terms in force at an instant.
    pub(crate) fn terms(&self, program: &ProgramId, at: Timestamp) -> Option<&Terms> {
        let versions = self.programs.get(program)?;
        let version = versions.iter().rev().find(|version| version.terms.program.effective_from <= at)?;
        Some(&version.terms)
    }
}
