//! The result does not depend on the order of arrival, nor on duplicates.
#![allow(clippy::unwrap_used, reason = "tests")]

mod shop;

use proptest::prelude::*;
use serde_json::json;
use shop::{Shop, document, ordered, told};
use tribute_attribution::OrderFacts;
use tribute_events::{DAY, Event, HOUR, Moment, Payload, Timestamp};
use tribute_money::Millionths;

/// One thing that may be said, with when it happened and when it was recorded, in hours around the order.
#[derive(Debug, Clone)]
struct Said {
    what: u8,
    name: u8,
    hours: i64,
    delay: i64,
    cents: i64,
}

fn said() -> impl Strategy<Value = Said> {
    let delay = prop_oneof![Just(0_i64), 0..900_i64];
    (0..13_u8, 0..3_u8, -60..60_i64, delay, 0..12_000_i64)
        .prop_map(|(what, name, hours, delay, cents)| Said { what, name, hours, delay, cents })
}

fn time(hours: i64) -> Timestamp {
    ordered().plus(hours * HOUR)
}

fn say(shop: &mut Shop, said: &Said) {
    let name = ["ann", "ben", "cal"][usize::from(said.name)];
    let (at, recorded) = (time(said.hours), time(said.hours + said.delay));
    let amount = Millionths::new(said.cents * 10_000);
    let refund = format!("r{}", said.cents % 5);
    let click = format!("c{}", 6 + said.cents % 14);
    let device = format!("d{}", said.cents % 2);
    let one = |names: [&'static str; 3]| names[usize::from(said.name)];
    let kind = ["view", "click", "qr"].get(usize::from(said.what));
    let (kind, data) = match said.what {
        0..=2 => (
            "click.recorded",
            json!({ "click": format!("c{}", shop.events.len()), "kind": kind,
                    "program": "friends", "ambassador": name, "device": device }),
        ),
        3 => ("login.recorded", json!({ "device": device, "account": one(["zoe", "yan", "zoe"]) })),
        4 => ("sale.refunded", json!({ "order": "1001", "refund": refund, "amount": amount })),
        5 => (
            "sale.refunded",
            json!({ "order": "1001", "refund": refund, "lines": [{ "sku": "mug", "amount": amount, "quantity": 1 }] }),
        ),
        6 => (
            "sale.edited",
            document(
                json!({ "lines": [{ "sku": "mug", "quantity": 3, "amount": amount }, { "sku": "bag", "quantity": 1, "amount": "7.77" }] }),
            ),
        ),
        7 => ("sale.disputed", json!({ "order": "1001", "outcome": one(["opened", "won", "lost"]) })),
        8 => ("click.judged", json!({ "click": click, "valid": said.name == 0, "reason": "?" })),
        9 => (
            "ambassador.judged",
            json!({ "program": "friends", "ambassador": name, "valid": said.name == 0, "reason": "?" }),
        ),
        10 => ("ambassador.left", json!({ "program": "friends", "ambassador": name })),
        11 => (
            "conversion.overridden",
            json!({ "program": "friends", "order": "1001", "by": "mia", "reason": "?",
                    "shares": [{ "ambassador": name, "weight": said.cents % 3 }, { "ambassador": "dan", "weight": 1 }] }),
        ),
        _ => (
            "code.issued",
            json!({ "program": "friends", "code": "ANN10", "ambassador": name, "mode": one(["always", "if_involved", "if_winner"]) }),
        ),
    };
    shop.say_late(kind, at, recorded, data);
}

fn shop_of(model: &str, all: &[Said]) -> Shop {
    let mut shop = Shop::new(&format!("model = '{model}'\nhold = '2d'"));
    shop.order(json!({ "device": "d0", "codes": ["ANN10"] }));
    all.iter().for_each(|said| say(&mut shop, said));
    shop
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arrival_and_duplicates_change_nothing(
        (all, shuffled) in prop::collection::vec(said(), 0..14)
            .prop_flat_map(|all| {
                let places: Vec<usize> = (0..all.len() + 6).flat_map(|place| [place, place]).collect();
                (Just(all), Just(places).prop_shuffle())
            }),
        model in prop::sample::select(vec!["last_touch", "linear", "position_based", "time_decay"]),
    ) {
        let shop = shop_of(model, &all);
        // The terms come first: a registry without a program has nobody to ask.
        let mut heard = vec![shop.events[0].clone()];
        heard.extend(shuffled.iter().filter_map(|&place| shop.events.get(place).filter(|_| place > 0)).cloned());
        // A registry is told each event once.
        let mut once = Vec::new();
        heard.retain(|event| {
            let order_fact = OrderFacts::default().add(event);
            let new = !once.contains(&event.id);
            once.push(event.id.clone());
            order_fact || new
        });
        let (facts, conversion) = told(&shop, &shop.events);
        let (facts_again, conversion_again) = told(&shop, &heard);
        prop_assert_eq!(facts, facts_again);
        prop_assert_eq!(conversion, conversion_again);
    }

    #[test]
    fn nets_stay_between_nothing_and_what_was_sold(all in prop::collection::vec(said(), 0..14)) {
        let shop = shop_of("linear", &all);
        let conversion = shop.conversion();
        let edits = all.iter().filter(|said| said.what == 6);
        let most = edits.map(|said| said.cents * 10_000 + 7_770_000).chain([100_000_000]).max().unwrap();
        let mut earlier = None;
        for moment in &conversion.moments {
            let net: i64 = moment.lines.iter().map(|line| line.net.get()).sum();
            prop_assert!(net <= most);
            prop_assert!(moment.lines.iter().all(|line| line.net >= Millionths::ZERO && line.quantity >= 0));
            prop_assert!(moment.shares.iter().all(|share| share.weight > 0));
            prop_assert!(Some(moment.effective_at) > earlier);
            earlier = Some(moment.effective_at);
        }
        let first = first_document(&shop);
        prop_assert_eq!((conversion.moments[0].effective_at, &conversion.moments[0].cause), (first.time, &first.id));
        for pair in conversion.moments.windows(2) {
            let same = |left: &Moment, right: &Moment| {
                (&left.shares, &left.lines, left.shipping, left.tax) == (&right.shares, &right.lines, right.shipping, right.tax)
            };
            prop_assert!(!same(&pair[0], &pair[1]), "a moment without a change");
        }
    }

    /// A step that happens at an instant sees what had happened by then, even when more is known already.
    #[test]
    fn what_happens_later_changes_no_earlier_moment(all in prop::collection::vec(said(), 0..14), hours in 0..60_i64) {
        let shop = shop_of("linear", &all);
        let lived: Vec<_> = shop.events.iter().filter(|event| event.time <= time(hours)).cloned().collect();
        let by_then = told(&shop, &lived).1.unwrap().moments;
        let mut all_known = shop.conversion().moments;
        all_known.retain(|moment| moment.effective_at <= time(hours));
        prop_assert_eq!(by_then, all_known);
    }

    /// After the lock only verdicts, overrides and amounts change anything; the rest leaves a note at most.
    #[test]
    fn who_gets_what_freezes_at_the_lock(
        all in prop::collection::vec(said(), 0..10),
        late in prop::collection::vec(said(), 1..6),
    ) {
        let mut shop = shop_of("linear", &all);
        let before = shop.conversion();
        let evidence = |said: &&Said| matches!(said.what, 0..=3 | 10 | 12);
        for said in late.iter().filter(evidence) {
            let delay = (before.locks_at.since(time(said.hours)) / HOUR + 1).max(0) + said.delay;
            say(&mut shop, &Said { delay, ..said.clone() });
        }
        prop_assert_eq!(before.moments, shop.conversion().moments);
    }

    #[test]
    fn a_refund_takes_off_what_it_says_or_says_why_not(cents in prop::collection::vec(0..6_000_i64, 1..5)) {
        let mut shop = Shop::new("");
        shop.order(json!({ "shipping": "3.00" }));
        for (index, cents) in cents.iter().enumerate() {
            let amount = Millionths::new(cents * 10_000);
            let time = ordered().plus(DAY + i64::try_from(index).unwrap());
            shop.about_order("sale.refunded", time, json!({ "refund": format!("r{index}"), "amount": amount }));
        }
        let conversion = shop.conversion();
        let last = conversion.moments.last().unwrap();
        let net: i64 = last.lines.iter().map(|line| line.net.get()).sum::<i64>() + last.shipping.get();
        let paid_back: i64 = cents.iter().map(|cents| cents * 10_000).sum();
        prop_assert_eq!(net, (103_000_000 - paid_back).max(0));
        prop_assert_eq!(conversion.reason.notes.is_empty(), paid_back <= 103_000_000);
    }
}

fn first_document(shop: &Shop) -> &Event {
    let document =
        |event: &&Event| matches!(event.payload, Payload::SaleCompleted(_) | Payload::SaleEdited(_));
    shop.events.iter().filter(document).min_by_key(|event| (event.time, &event.id)).unwrap()
}
