//! What an order is worth from moment to moment.
#![allow(clippy::unwrap_used, reason = "tests")]

mod shop;

use serde_json::{Value, json};
use shop::{Shop, commissions, document, ordered, told};
use tribute_events::{Conversion, DAY, HOUR, Moment};

fn sold(model: &str) -> Shop {
    let mut shop = Shop::new(model);
    shop.click("ann", ordered().minus(2 * HOUR)).click("ben", ordered().minus(HOUR));
    shop
}

/// The net of each line and its units, shipping and tax: `30.00×2 40.00×1 +5.00 +0.00`.
fn worth(moment: &Moment) -> String {
    let lines = moment.lines.iter().map(|line| format!("{}×{}", line.net, line.quantity));
    let lines: Vec<_> = lines.collect();
    format!("{} +{} +{}", lines.join(" "), moment.shipping, moment.tax)
}

fn refunded(order: Value, refunds: &[Value]) -> Conversion {
    let mut shop = sold("");
    shop.order(order);
    for (index, refund) in refunds.iter().enumerate() {
        let mut data = json!({ "order": "1001", "refund": format!("r{index}") });
        data.as_object_mut().unwrap().extend(refund.as_object().unwrap().clone());
        let time = ordered().plus(i64::try_from(index).unwrap() + 1);
        shop.say("sale.refunded", time, data);
    }
    shop.conversion()
}

fn last(conversion: &Conversion) -> String {
    worth(conversion.moments.last().unwrap())
}

#[test]
fn case_17_a_partial_refund_lowers_both_shares() {
    let mut shop = sold("model = 'linear'");
    shop.order(json!({}));
    let line = json!({ "line": "l1", "amount": "30.00" });
    shop.about_order("sale.refunded", ordered().plus(DAY), json!({ "refund": "r1", "lines": [line] }));
    let conversion = shop.conversion();
    assert_eq!(commissions(&conversion), [[500, 500], [350, 350]]);
    assert_eq!(conversion.moments[1].cause, shop.events.last().unwrap().id);
}

#[test]
fn case_19_a_full_refund_after_the_lock_keeps_the_shares() {
    let mut shop = sold("");
    shop.order(json!({}));
    shop.about_order(
        "sale.refunded",
        ordered().plus(60 * DAY),
        json!({ "refund": "r1", "amount": "100.00" }),
    );
    let conversion = shop.conversion();
    assert_eq!(commissions(&conversion), [[1_000], [0]]);
    assert_eq!(conversion.moments[0].shares, conversion.moments[1].shares);
    assert_eq!(last(&conversion), "0.00×0 0.00×0 +0.00 +0.00");
}

#[test]
fn case_25_an_order_level_refund_is_spread_exactly() {
    let conversion = refunded(json!({}), &[json!({ "amount": "10.01" })]);
    assert_eq!(last(&conversion), "53.994×2 35.996×1 +0.00 +0.00");
    assert_eq!(commissions(&conversion)[1], [900]);
}

#[test]
fn a_last_millionth_goes_to_the_largest_remainder() {
    let thirds = json!({ "lines": [
        { "sku": "a", "quantity": 1, "amount": "1.00" }, { "sku": "b", "quantity": 1, "amount": "1.00" },
        { "sku": "c", "quantity": 1, "amount": "1.00" },
    ] });
    let conversion = refunded(thirds, &[json!({ "amount": "0.10" })]);
    let nets: i64 = conversion.moments[1].lines.iter().map(|line| line.net.get()).sum();
    assert_eq!(nets, 2_900_000);
}

#[test]
fn refund_lines_fit_by_id_then_by_sku_in_order() {
    let order = json!({ "shipping": "5.00", "tax": "8.00", "lines": [
        { "line": "l1", "sku": "mug", "quantity": 2, "amount": "20.00", "discount": "5.00" },
        { "line": "l2", "sku": "mug", "quantity": 1, "amount": "10.00" },
        { "sku": "bag", "quantity": 3, "amount": "30.00" },
    ] });
    let lines = |lines: Value| refunded(order.clone(), &[json!({ "lines": lines })]);
    let by_sku = lines(json!([{ "sku": "mug", "amount": "18.00", "quantity": 2 }]));
    assert_eq!(last(&by_sku), "0.00×0 7.00×1 30.00×3 +5.00 +8.00");
    let by_id = lines(json!([{ "line": "l2", "sku": "mug", "amount": "4.00", "quantity": 1 }]));
    assert_eq!(last(&by_id), "15.00×2 6.00×0 30.00×3 +5.00 +8.00");
    let without_id = lines(json!([{ "line": "bag", "amount": "4.00" }]));
    assert_eq!(last(&without_id), "15.00×2 10.00×1 26.00×3 +5.00 +8.00");
    let nothing = lines(json!([{ "line": "l9", "amount": "4.00" }]));
    assert_eq!((nothing.moments.len(), nothing.reason.notes.len()), (1, 1));
    assert_eq!(nothing.reason.notes[0], "refund r0: 4.00 was not taken off: `l9` is no line of the order");
    let too_much = lines(json!([{ "line": "l2", "amount": "14.00" }]));
    assert_eq!(last(&too_much), "15.00×2 0.00×0 30.00×3 +5.00 +8.00");
    assert!(too_much.reason.notes[0].starts_with("refund r0: 4.00 was not taken off"));
}

#[test]
fn what_the_lines_can_not_hold_comes_off_shipping_and_tax() {
    let order = json!({ "shipping": "5.00", "tax": "8.00" });
    let most = refunded(order.clone(), &[json!({ "amount": "107.00" })]);
    assert_eq!(last(&most), "0.00×0 0.00×0 +0.00 +6.00");
    let twice = refunded(order, &[json!({ "amount": "113.00" }), json!({ "amount": "113.00" })]);
    assert_eq!((last(&twice).as_str(), twice.moments.len()), ("0.00×0 0.00×0 +0.00 +0.00", 2));
    assert!(twice.reason.notes[0].starts_with("refund r1: 113.00 was not taken off"));
}

#[test]
fn a_refund_before_its_sale_takes_effect_with_it() {
    let mut shop = sold("");
    shop.about_order("sale.refunded", ordered().minus(DAY), json!({ "refund": "r1", "amount": "50.00" }));
    let conversion = shop.order(json!({})).conversion();
    assert_eq!(conversion.moments.len(), 1);
    assert_eq!(conversion.moments[0].effective_at, ordered());
    assert_eq!(conversion.moments[0].cause, shop.events.last().unwrap().id);
    assert_eq!(last(&conversion), "30.00×2 20.00×1 +0.00 +0.00");
}

#[test]
fn one_refund_id_is_one_refund() {
    let mut shop = sold("");
    shop.order(json!({}));
    let refund = |amount: &str| json!({ "refund": "r1", "amount": amount });
    shop.about_order("sale.refunded", ordered().plus(DAY), refund("20.00"));
    shop.about_order("sale.refunded", ordered().plus(HOUR), refund("10.00"));
    shop.about_order("sale.refunded", ordered().plus(2 * DAY), refund("30.00"));
    let conversion = shop.conversion();
    assert_eq!((last(&conversion).as_str(), conversion.moments.len()), ("54.00×2 36.00×1 +0.00 +0.00", 2));
    assert_eq!(conversion.moments[1].effective_at, ordered().plus(HOUR));
}

#[test]
fn two_completions_are_one_order_and_its_revision() {
    let mut shop = sold("");
    shop.order(json!({}));
    let revised = json!({ "account": "yan", "lines": [{ "sku": "mug", "quantity": 1, "amount": "10.00" }] });
    let conversion = shop.say("sale.completed", ordered().plus(1), document(revised)).conversion();
    assert_eq!(commissions(&conversion), [[1_000], [100]], "the first says who bought");
    shop.say("sale.edited", ordered().plus(2), document(json!({ "currency": "EUR" })));
    let foreign = shop.conversion();
    assert_eq!((foreign.moments.len(), foreign.reason.notes.len()), (2, 1));
}

#[test]
fn refunds_come_off_an_edited_order_too() {
    let mut shop = sold("");
    shop.order(json!({}));
    let line = json!({ "sku": "mug", "amount": "30.00" });
    shop.about_order("sale.refunded", ordered().plus(1), json!({ "refund": "r1", "lines": [line] }));
    let edited = json!({ "lines": [{ "sku": "mug", "quantity": 1, "amount": "50.00" }] });
    let conversion = shop.say("sale.edited", ordered().plus(2), document(edited)).conversion();
    assert_eq!(last(&conversion), "20.00×1 +0.00 +0.00");
}

#[test]
fn cancellation_is_final_and_a_dispute_may_be_won() {
    let mut shop = sold("");
    shop.order(json!({ "shipping": "5.00" }));
    for (hours, outcome) in [(1, "opened"), (2, "won"), (3, "opened"), (4, "lost")] {
        shop.about_order("sale.disputed", ordered().plus(hours * HOUR), json!({ "outcome": outcome }));
    }
    assert_eq!(commissions(&shop.conversion()), [[1_000], [0], [1_000], [0]]);
    shop.about_order("sale.disputed", ordered().plus(5 * HOUR), json!({ "outcome": "won" }));
    shop.about_order("sale.cancelled", ordered().plus(90 * HOUR), json!({}));
    shop.about_order("sale.disputed", ordered().plus(91 * HOUR), json!({ "outcome": "won" }));
    let conversion = shop.conversion();
    assert_eq!(conversion.moments.len(), 6);
    assert_eq!(last(&conversion), "0.00×0 0.00×0 +0.00 +0.00");
    let facts = told(&shop, &shop.events).0;
    assert_eq!(facts.cancelled().map(|(at, _)| at), Some(ordered().plus(90 * HOUR)));
}

#[test]
fn facts_are_stored_shortly_and_read_back() {
    let mut shop = sold("");
    shop.order(json!({}));
    shop.about_order("sale.refunded", ordered().plus(HOUR), json!({ "refund": "r1", "amount": "1.00" }));
    shop.about_order("sale.cancelled", ordered().plus(DAY), json!({}));
    let facts = told(&shop, &shop.events).0;
    let text = serde_json::to_string(&facts).unwrap();
    assert_eq!(serde_json::from_str::<tribute_attribution::OrderFacts>(&text).unwrap(), facts);
    assert!(text.contains(r#""refunds":[{"at":1774962000000,"recorded":1774962000000,"id":"e008","what":{"refund":"r1","amount":"1.00"}}]"#), "{text}");
    assert!(!text.contains("null,") && !text.contains("overrides"), "{text}");
}

#[test]
fn shipping_and_tax_go_back_by_themselves_and_leave_the_lines() {
    let order = json!({ "shipping": "5.00", "tax": "8.00" });
    let line = json!([{ "line": "l1", "amount": "30.00" }]);
    let first = json!({ "lines": line, "shipping": "4.00", "tax": "2.40" });
    let conversion = refunded(order.clone(), std::slice::from_ref(&first));
    assert_eq!(last(&conversion), "30.00×2 40.00×1 +1.00 +5.60");
    let conversion = refunded(order, &[first, json!({ "shipping": "1.00", "tax": "9.00" })]);
    assert_eq!(last(&conversion), "30.00×2 40.00×1 +0.00 +0.00");
    let note = "refund r1: 3.40 was not taken off: no more than that was left of shipping and tax";
    assert!(conversion.reason.notes.iter().any(|it| it == note), "{conversion:?}");
}
