//! A shop with a program, four ambassadors and one order, told in events.
#![allow(dead_code, reason = "each test file uses its own part")]

use serde_json::{Value, json};
use tribute_attribution::{
    CreditedFrom, EarlierOrder, Evidence, Inherited, LivePost, Login, OrderFacts, Touch, Verdict, attribute,
    credit_as_known,
};
use tribute_events::{Arrival, Conversion, Event, Loss, ProgramId, Share, Timestamp, decode};
use tribute_money::{Millionths, Part, Rounding, allocate};
use tribute_terms::{Program, Registry};

/// When order 1001 is placed.
pub(crate) const ORDERED: &str = "2026-03-31T12:00:00Z";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn ordered() -> Timestamp {
    at(ORDERED)
}

/// Everything that was said, in the order in which it was said.
#[derive(Clone, Default)]
pub(crate) struct Shop {
    pub(crate) events: Vec<Event>,
    pub(crate) earlier_orders: Vec<EarlierOrder>,
    pub(crate) subscription: Option<Inherited>,
    pub(crate) posts: Vec<LivePost>,
}

impl Shop {
    /// A program with these attribution terms; ann, ben, cal and dan are in it.
    pub(crate) fn new(attribution: &str) -> Self {
        let mut shop = Self::default();
        let terms = format!(
            "[program]\nbrand = 'acme'\nid = 'friends'\nversion = '1'\ncurrency = 'USD'\n\
             effective_from = '2025-01-01T00:00:00Z'\n[attribution]\n{attribution}\n\
             [[commission]]\nid = 'ten'\npays.percent = '10%'\n"
        );
        let start = at("2025-01-01T00:00:00Z");
        shop.say("program.published", start, json!({ "terms": terms }));
        for name in ["ann", "ben", "cal", "dan"] {
            let account = format!("{name}-shops");
            shop.member("approved", start, name, json!({ "accounts": [account] }));
        }
        shop
    }

    /// Said as it happened.
    pub(crate) fn say(&mut self, kind: &str, time: Timestamp, data: Value) -> &mut Self {
        self.say_late(kind, time, time, data)
    }

    pub(crate) fn say_late(
        &mut self,
        kind: &str,
        time: Timestamp,
        recorded: Timestamp,
        data: Value,
    ) -> &mut Self {
        let line = json!({
            "specversion": "1.0", "id": format!("e{:03}", self.events.len()), "source": "/shop",
            "type": format!("tribute.{kind}"), "brand": "acme", "time": time, "recordedtime": recorded, "data": data,
        });
        self.events.push(decode(line.to_string().as_bytes(), Arrival::Backfill).unwrap());
        self
    }

    pub(crate) fn member(&mut self, change: &str, time: Timestamp, name: &str, more: Value) -> &mut Self {
        let mut data = json!({ "program": "friends", "ambassador": name });
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.say(&format!("ambassador.{change}"), time, data)
    }

    /// A touch of the buyer's account; its id is `<ambassador>-<n>`.
    pub(crate) fn touch(&mut self, kind: &str, name: &str, time: Timestamp) -> &mut Self {
        self.touch_late(kind, name, time, time)
    }

    pub(crate) fn touch_late(
        &mut self,
        kind: &str,
        name: &str,
        time: Timestamp,
        recorded: Timestamp,
    ) -> &mut Self {
        let id = format!("{name}-{}", self.events.len());
        let data =
            json!({ "click": id, "kind": kind, "program": "friends", "ambassador": name, "account": "zoe" });
        self.say_late("click.recorded", time, recorded, data)
    }

    pub(crate) fn click(&mut self, name: &str, time: Timestamp) -> &mut Self {
        self.touch("click", name, time)
    }

    pub(crate) fn code(&mut self, code: &str, name: &str, mode: &str, more: Value) -> &mut Self {
        let mut data = json!({ "program": "friends", "code": code, "ambassador": name, "mode": mode });
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.say("code.issued", at("2025-02-01T00:00:00Z"), data)
    }

    /// Order 1001 by zoe: two lines, 60 and 40, with whatever else is given.
    pub(crate) fn order(&mut self, more: Value) -> &mut Self {
        self.order_late(ordered(), more)
    }

    pub(crate) fn order_late(&mut self, recorded: Timestamp, more: Value) -> &mut Self {
        self.say_late("sale.completed", ordered(), recorded, document(more))
    }

    pub(crate) fn about_order(&mut self, kind: &str, time: Timestamp, more: Value) -> &mut Self {
        let mut data = json!({ "order": "1001" });
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.say(kind, time, data)
    }

    /// What it comes to, whatever the order of the events.
    pub(crate) fn conversion(&self) -> Conversion {
        told(self, &self.events).1.unwrap()
    }

    /// Who is credited by what was recorded before an instant.
    pub(crate) fn credit_as_known(&self, heard_before: Timestamp) -> Option<Vec<CreditedFrom>> {
        asked(self, &self.events, |friends, program, order, evidence| {
            credit_as_known(friends, program, order, evidence, heard_before).unwrap()
        })
        .1
    }
}

pub(crate) fn document(more: Value) -> Value {
    let mut data = json!({
        "order": "1001", "account": "zoe", "currency": "USD", "lines": [
            { "line": "l1", "sku": "mug", "quantity": 2, "amount": "60.00" },
            { "line": "l2", "sku": "bag", "quantity": 1, "amount": "40.00" },
        ],
    });
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    data.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    data
}

/// The order's facts and its conversion, the events heard in the order given.
pub(crate) fn told(shop: &Shop, events: &[Event]) -> (OrderFacts, Option<Conversion>) {
    asked(shop, events, |friends, program, order, evidence| {
        attribute(friends, program, order, evidence).unwrap()
    })
}

fn asked<T>(
    shop: &Shop,
    events: &[Event],
    ask: impl FnOnce(&ProgramId, &Program, &OrderFacts, &Evidence<'_>) -> T,
) -> (OrderFacts, T) {
    let (mut registry, mut order) = (Registry::default(), OrderFacts::default());
    let (mut touches, mut verdicts, mut logins) = (Vec::<Touch>::new(), Vec::new(), Vec::new());
    for event in events {
        registry.apply(event).unwrap();
        order.add(event);
        logins.extend(Login::of(event));
        verdicts.extend(Verdict::of(event));
        touches.extend(Touch::of(event).filter(|new| touches.iter().all(|known| known.id != new.id)));
    }
    for (id, verdict) in verdicts {
        touches
            .iter_mut()
            .filter(|touch| touch.id == id)
            .for_each(|touch| touch.verdicts.push(verdict.clone()));
    }
    let evidence = Evidence {
        touches: &touches,
        logins: &logins,
        earlier_orders: &shop.earlier_orders,
        subscription: shop.subscription.as_ref(),
        posts: &shop.posts,
    };
    let (brand, friends) = ("acme".parse().unwrap(), "friends".parse().unwrap());
    let program = registry.program(&brand, &friends).unwrap();
    let answer = ask(&friends, program, &order, &evidence);
    (order, answer)
}

/// `ann 1, ben 2`; the house is `-`.
pub(crate) fn shares(shares: &[Share]) -> String {
    let name = |share: &Share| share.ambassador.as_ref().map_or("-", |it| it.as_str()).to_owned();
    let each = shares.iter().map(|share| format!("{} {}", name(share), share.weight));
    each.collect::<Vec<_>>().join(", ")
}

/// The shares at the last moment.
pub(crate) fn credited(conversion: &Conversion) -> String {
    shares(&conversion.moments.last().unwrap().shares)
}

/// The credit that a shop comes to.
pub(crate) fn credit_of(shop: &Shop) -> String {
    credited(&shop.conversion())
}

/// 10 % of each moment's net lines, split by its shares, in cents.
pub(crate) fn commissions(conversion: &Conversion) -> Vec<Vec<i64>> {
    let split = |moment: &tribute_events::Moment| {
        let net: i64 = moment.lines.iter().map(|line| line.net.get()).sum();
        let total = Millionths::new(net).times("10%".parse().unwrap(), 2, Rounding::HalfUp).unwrap();
        let parts: Vec<_> =
            moment.shares.iter().map(|share| Part { weight: share.weight, tie: [0; 32] }).collect();
        if parts.is_empty() { Vec::new() } else { allocate(total, &parts).unwrap() }
    };
    conversion.moments.iter().map(split).collect()
}

/// Why the claim with this name lost; empty where it did not.
pub(crate) fn why<'a>(conversion: &'a Conversion, claim: &str) -> &'a str {
    let named = |loss: &&Loss| loss.claim.touch.as_str().starts_with(claim);
    conversion.reason.losers.iter().find(named).map_or("", |loss| loss.why.as_str())
}
