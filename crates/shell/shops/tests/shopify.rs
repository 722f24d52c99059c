//! What Shopify delivers, as events.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod told;

use serde_json::{Value, json};
use told::{nothing, refused, told};
use tribute_shops::{Kind, Settings};

fn order() -> Value {
    json!({
        "id": 820_982_911_946_154_508_i64, "currency": "EUR", "test": false, "taxes_included": false,
        "created_at": "2026-03-01T10:00:00-05:00", "updated_at": "2026-03-01T10:05:00-05:00",
        "email": " Kim@Example.com ", "source_name": "web", "cancelled_at": null, "total_tax": "3.80",
        "landing_site": "/products/tote?utm_source=x&click=d_4tGh.7K#top",
        "note_attributes": [{"name": "gift", "value": "yes"}],
        "customer": {"id": 115_310_627_314_723_954_i64},
        "discount_codes": [{"code": "ADA10", "amount": "7.00"}], "total_discounts": "7.00",
        "shipping_address": {"country_code": "US", "province_code": "CA"},
        "shipping_lines": [{"price": "5.00", "discounted_price": "4.00", "tax_lines": []}],
        "line_items": [
            {"id": 1, "sku": "TOTE", "quantity": 2, "price": "25.00", "tax_lines": [{"price": "3.00"}],
             "discount_allocations": [{"amount": "5.00"}]},
            {"id": 2, "sku": null, "variant_id": 808, "quantity": 1, "price": "20.01", "tax_lines": [],
             "discount_allocations": [{"amount": "2.00"}]},
        ],
    })
}

fn refund() -> Value {
    json!({
        "id": 890, "order_id": 450, "created_at": "2026-03-09T12:00:00Z", "order_adjustments": [],
        "transactions": [{"kind": "refund", "status": "success", "amount": "92.99"}],
        "refund_line_items": [{"line_item_id": 1, "quantity": 1, "subtotal": 89.99, "total_tax": 3.0,
            "line_item": {"sku": "TOTE"}}],
    })
}

fn one(settings: &Settings, topic: &str, body: &Value) -> Value {
    told(Kind::Shopify, settings, Some(topic), body).remove(0)
}

#[test]
fn an_order_is_told_with_its_lines_net_of_discounts_and_never_with_an_address() {
    let event = one(&Settings::default(), "orders/create", &order());
    assert_eq!(event["type"], "tribute.sale.completed");
    assert_eq!((&event["id"], &event["source"]), (&json!("order:820982911946154508"), &json!("/shop/web")));
    assert_eq!((&event["time"], &event["brand"]), (&json!("2026-03-01T15:00:00Z"), &json!("acme")));
    assert!(!event.to_string().contains("xample"), "{event}");
    let mut data = event["data"].clone();
    assert!(data.as_object_mut().unwrap().remove("email_hash").is_some());
    let expected = json!({
        "order": "web:820982911946154508", "account": "web:115310627314723954", "device": "d_4tGh",
        "currency": "EUR", "codes": ["ADA10"], "shipping": "4.00", "tax": "3.80", "channel": "online",
        "region": "US-CA",
        "lines": [
            {"line": "1", "sku": "TOTE", "quantity": 2, "amount": "45.00"},
            {"line": "2", "sku": "808", "quantity": 1, "amount": "18.01"},
        ],
    });
    assert_eq!(data, expected);
}

#[test]
fn the_same_address_has_one_hash_however_it_is_written() {
    let mut other = order();
    other["email"] = json!("kim@example.com");
    let hash = |body: &Value| one(&Settings::default(), "orders/create", body)["data"]["email_hash"].clone();
    assert_eq!(hash(&order()), hash(&other));
    // printf kim@example.com | sha256sum
    assert_eq!(hash(&other), told::sha256("kim@example.com"));
}

#[test]
fn prices_that_hold_the_tax_are_told_without_it() {
    let mut body = order();
    body["taxes_included"] = json!(true);
    let event = one(&Settings::default(), "orders/create", &body);
    assert_eq!(event["data"]["lines"][0]["amount"], "42.00");
}

#[test]
fn a_discount_of_the_order_is_spread_where_no_line_says_its_part() {
    let mut body = order();
    for line in body["line_items"].as_array_mut().unwrap() {
        line.as_object_mut().unwrap().remove("discount_allocations");
        line["total_discount"] = json!("0.00");
    }
    body["line_items"][1]["price"] = json!("20.00");
    let event = one(&Settings::default(), "orders/create", &body);
    let amounts: Vec<_> =
        event["data"]["lines"].as_array().unwrap().iter().map(|it| it["amount"].clone()).collect();
    assert_eq!(amounts, [json!("45.00"), json!("18.00")]);
}

#[test]
fn an_edit_brings_the_order_its_refunds_and_its_cancellation() {
    let mut body = order();
    body["refunds"] = json!([refund()]);
    body["cancelled_at"] = json!("2026-03-10T00:00:00Z");
    body["cancel_reason"] = json!("customer");
    let events = told(Kind::Shopify, &Settings::default(), Some("orders/updated"), &body);
    let types: Vec<_> = events.iter().map(|it| it["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["tribute.sale.edited", "tribute.sale.refunded", "tribute.sale.cancelled"]);
    assert_eq!(events[0]["time"], "2026-03-01T15:05:00Z");
    assert_eq!(events[2]["data"], json!({"order": "web:820982911946154508", "reason": "customer"}));
    // The refund by itself is the same event, so that it counts once.
    let alone = told(Kind::Shopify, &Settings::default(), Some("refunds/create"), &refund());
    assert_eq!(alone[0], events[1]);
    let mut later = body.clone();
    later["updated_at"] = json!("2026-03-01T10:05:01-05:00");
    let again = told(Kind::Shopify, &Settings::default(), Some("orders/updated"), &later);
    assert_ne!(again[0]["id"], events[0]["id"], "another state is another event");
    assert_eq!(again[1], events[1]);
}

#[test]
fn a_refund_is_told_by_line_without_tax_and_whether_prices_hold_it_is_never_guessed() {
    let excluded = one(&Settings::default(), "refunds/create", &refund());
    assert_eq!(
        excluded["data"],
        json!({"order": "web:450", "refund": "web:890", "tax": "3.00",
            "lines": [{"line": "1", "sku": "TOTE", "quantity": 1, "amount": "89.99"}]})
    );
    let mut body = refund();
    body["transactions"][0]["amount"] = json!("89.99");
    let included = one(&Settings::default(), "refunds/create", &body);
    assert_eq!(included["data"]["lines"][0]["amount"], "86.99");
    body["transactions"] = json!([]);
    let why = refused(Kind::Shopify, &Settings::default(), Some("refunds/create"), &body);
    assert!(why.contains("prices_include_tax"), "{why}");
    let settings = Settings { prices_include_tax: Some(true), ..Settings::default() };
    assert_eq!(one(&settings, "refunds/create", &body)["data"]["lines"][0]["amount"], "86.99");
}

#[test]
fn what_goes_back_beside_the_lines_is_told_and_what_the_shop_keeps_comes_off_them() {
    let mut body = refund();
    body["refund_line_items"][0]["total_tax"] = json!(0);
    let with = |kind: &str, amount: &str| {
        let mut body = body.clone();
        body["order_adjustments"] = json!([{"kind": kind, "amount": amount, "tax_amount": "-0.50"}]);
        one(&Settings::default(), "refunds/create", &body)["data"].clone()
    };
    let more = with("refund_discrepancy", "-10.00");
    assert_eq!((&more["amount"], &more["lines"][0]["amount"]), (&json!("10.00"), &json!("89.99")));
    let less = with("refund_discrepancy", "9.99");
    assert_eq!((less.get("amount"), &less["lines"][0]["amount"]), (None, &json!("80.00")));
    let shipping = with("shipping_refund", "-4.00");
    assert_eq!((&shipping["shipping"], &shipping["tax"]), (&json!("4.00"), &json!("0.50")));
    body["refund_line_items"] = json!([]);
    let money = one(&Settings::default(), "refunds/create", &body);
    assert_eq!(money["data"], json!({"order": "web:450", "refund": "web:890", "amount": "92.99"}));
    body["transactions"][0]["status"] = json!("failure");
    nothing(Kind::Shopify, &Settings::default(), Some("refunds/create"), &body);
}

#[test]
fn what_does_not_count_is_nothing_and_what_is_not_understood_is_refused() {
    let mut test = order();
    test["test"] = json!(true);
    nothing(Kind::Shopify, &Settings::default(), Some("orders/create"), &test);
    let settings = Settings { takes_test_orders: true, ..Settings::default() };
    assert_eq!(told(Kind::Shopify, &settings, Some("orders/create"), &test).len(), 1);
    nothing(Kind::Shopify, &Settings::default(), Some("orders/edited"), &json!({"order_edit": {"id": 1}}));
    let refused = |topic, body: &Value| refused(Kind::Shopify, &Settings::default(), topic, body);
    assert!(refused(Some("products/update"), &json!({"id": 1})).contains("orders/create"));
    // The topic is not signed: it must go with the body.
    assert!(refused(Some("refunds/create"), &order()).contains("does not go with this body"));
    assert!(refused(None, &order()).contains("topic"));
    let mut inexact = order();
    inexact["line_items"][0]["price"] = json!("25.00000001");
    assert!(refused(Some("orders/create"), &inexact).starts_with("line_items[0].price: "));
    inexact["line_items"][0]["price"] = json!("25,00");
    assert!(refused(Some("orders/create"), &inexact).starts_with("line_items[0].price: "));
}
