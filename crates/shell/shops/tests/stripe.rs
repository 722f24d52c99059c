//! What Stripe delivers, as events.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod told;

use serde_json::{Value, json};
use told::{nothing, refused, told};
use tribute_shops::{Kind, Settings};

const STRIPE: Kind = Kind::Stripe;

fn event(kind: &str, object: Value) -> Value {
    json!({"id": "evt_1", "object": "event", "type": kind, "created": 1_772_362_800, "data": {"object": object}})
}

fn session(currency: &str, total: i64, tax: i64) -> Value {
    json!({
        "id": "cs_1", "mode": "payment", "payment_status": "paid", "payment_intent": "pi_1", "currency": currency,
        "customer": "cus_1", "customer_details": {"email": "kim@example.com", "address": {"country": "DE", "state": null}},
        "client_reference_id": "d_4tGh.7K", "metadata": {"code": "ADA10"}, "amount_subtotal": total, "amount_total": total,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": tax},
    })
}

fn data(settings: &Settings, event: &Value) -> Value {
    let mut events = told(STRIPE, settings, None, event);
    assert_eq!(events.len(), 1);
    events.remove(0)["data"].take()
}

#[test]
fn a_paid_checkout_is_a_sale_and_counts_under_its_payment() {
    let told = told(
        STRIPE,
        &Settings::default(),
        None,
        &event("checkout.session.completed", session("eur", 11_900, 1_900)),
    );
    assert_eq!((&told[0]["id"], &told[0]["type"]), (&json!("evt_1"), &json!("tribute.sale.completed")));
    assert_eq!(told[0]["time"], "2026-03-01T11:00:00Z");
    assert_eq!(
        told[0]["data"],
        json!({"order": "web:pi_1", "account": "web:cus_1", "device": "d_4tGh", "currency": "EUR", "codes": ["ADA10"],
            "email_hash": told::sha256("kim@example.com"), "shipping": "0.00", "tax": "19.00", "channel": "online", "region": "DE",
            "lines": [{"sku": "unnamed", "quantity": 1, "amount": "100.00"}]})
    );
    let mut unpaid = session("eur", 100, 0);
    unpaid["payment_status"] = json!("unpaid");
    nothing(STRIPE, &Settings::default(), None, &event("checkout.session.completed", unpaid));
    nothing(STRIPE, &Settings::default(), None, &event("checkout.session.expired", json!({})));
}

#[test]
fn minor_units_are_stripes_own() {
    for (currency, minor, expected) in [
        ("usd", 1_999, "19.99"),
        ("jpy", 500, "500.00"),
        ("mga", 500, "500.00"),
        ("kwd", 5_120, "5.12"),
        ("bhd", 1_230, "1.23"),
        ("isk", 500, "5.00"),
        ("huf", 1_045, "10.45"),
    ] {
        let sale =
            data(&Settings::default(), &event("checkout.session.completed", session(currency, minor, 0)));
        assert_eq!(sale["lines"][0]["amount"], expected, "{currency}");
    }
    let ugx = event("checkout.session.completed", session("ugx", 500, 0));
    assert!(refused(STRIPE, &Settings::default(), None, &ugx).contains("minor_units = { UGX = 2 }"));
    let settings = Settings::from_toml("minor_units = { UGX = 2 }").unwrap();
    assert_eq!(data(&settings, &ugx)["lines"][0]["amount"], "5.00");
    let none = event("checkout.session.completed", session("xyz", 500, 0));
    assert!(refused(STRIPE, &Settings::default(), None, &none).contains("XYZ"));
}

fn invoice(reason: &str) -> Value {
    json!({
        "id": "in_1", "currency": "usd", "customer": "cus_1", "customer_email": null, "payment_intent": "pi_2",
        "subscription": "sub_1", "billing_reason": reason, "total": 2_140, "amount_paid": 2_140,
        "total_excluding_tax": 2_000, "shipping_cost": null, "metadata": {},
        "subscription_details": {"metadata": {"click": "d_4tGh.7K"}},
        "discount": {"promotion_code": "promo_1", "coupon": {"id": "SUMMER"}},
        "lines": {"has_more": false, "data": [
            {"id": "il_1", "amount": 1_500, "quantity": 3, "discount_amounts": [{"amount": 300}],
             "tax_amounts": [{"amount": 80, "inclusive": false}], "price": {"id": "price_1", "product": "prod_1"}},
            {"id": "il_2", "amount": 860, "quantity": 1, "discount_amounts": [],
             "tax_amounts": [{"amount": 60, "inclusive": true}], "price": {"id": "price_2", "product": "prod_2"}}]},
    })
}

#[test]
fn invoices_start_and_renew_a_subscription() {
    let first = data(&Settings::default(), &event("invoice.paid", invoice("subscription_create")));
    assert_eq!(first["subscription"], json!({"id": "sub_1", "renewal": 0}));
    assert_eq!(
        (&first["order"], &first["device"], &first["tax"]),
        (&json!("web:pi_2"), &json!("d_4tGh"), &json!("1.40"))
    );
    assert_eq!(
        first["lines"],
        json!([{"line": "il_1", "sku": "prod_1", "quantity": 3, "amount": "12.00"},
            {"line": "il_2", "sku": "prod_2", "quantity": 1, "amount": "8.00"}])
    );
    assert_eq!(first["codes"], json!(["promo_1"]));
    let settings = Settings::from_toml("codes = { promo_1 = 'ADA10' }\nproduct = 'BOX'").unwrap();
    let mut renewal = invoice("subscription_cycle");
    renewal["lines"]["has_more"] = json!(true);
    let renewal = data(&settings, &event("invoice.paid", renewal));
    assert_eq!(renewal["subscription"], json!({"id": "sub_1", "renewal": 1}));
    assert_eq!(renewal["codes"], json!(["ADA10"]));
    assert_eq!(
        renewal["lines"],
        json!([{"sku": "BOX", "quantity": 1, "amount": "20.00"}]),
        "lines are missing"
    );
    // The checkout that started it says on which device the account was, and is no second sale.
    let mut start = session("usd", 2_140, 0);
    start["mode"] = json!("subscription");
    let login = told(STRIPE, &Settings::default(), None, &event("checkout.session.completed", start));
    assert_eq!(login[0]["type"], "tribute.login.recorded");
    assert_eq!(login[0]["data"], json!({"device": "d_4tGh", "account": "web:cus_1"}));
}

#[test]
fn an_invoice_names_its_payment_or_is_refused() {
    let mut new = invoice("subscription_create");
    new["payment_intent"] = Value::Null;
    assert!(
        refused(STRIPE, &Settings::default(), None, &event("invoice.paid", new.clone()))
            .contains("2025-02-24")
    );
    new["payments"] = json!({"data": [{"status": "paid", "payment": {"type": "payment_intent", "payment_intent": "pi_9"}}]});
    assert_eq!(data(&Settings::default(), &event("invoice.paid", new))["order"], "web:pi_9");
    let mut free = invoice("subscription_create");
    (free["payment_intent"], free["amount_paid"], free["total"]) = (Value::Null, json!(0), json!(0));
    (free["total_excluding_tax"], free["lines"]["data"]) = (json!(0), json!([]));
    let free = data(&Settings::default(), &event("invoice.paid", free));
    assert_eq!((&free["order"], &free["lines"][0]["amount"]), (&json!("web:in_1"), &json!("0.00")));
}

fn refunded(before: i64, now: i64) -> Value {
    let charge = json!({"id": "ch_1", "payment_intent": "pi_1", "currency": "usd", "amount": 10_000, "amount_refunded": now});
    let mut event = event("charge.refunded", charge);
    event["data"]["previous_attributes"] = json!({"amount_refunded": before});
    event
}

#[test]
fn of_a_cumulative_refund_the_difference_is_told_under_an_id_of_its_own() {
    let first = data(&Settings::default(), &refunded(0, 2_500));
    assert_eq!(first, json!({"order": "web:pi_1", "refund": "web:ch_1:2500", "amount": "25.00"}));
    let second = data(&Settings::default(), &refunded(2_500, 10_000));
    assert_eq!(second, json!({"order": "web:pi_1", "refund": "web:ch_1:10000", "amount": "75.00"}));
    assert!(refused(STRIPE, &Settings::default(), None, &refunded(2_500, 2_500)).contains("no more than"));
    let mut blind = refunded(0, 2_500);
    blind["data"]["previous_attributes"] = json!({});
    assert!(
        refused(STRIPE, &Settings::default(), None, &blind).contains("previous_attributes.amount_refunded")
    );
    let refund = |status| event("refund.updated", json!({"id": "re_1", "status": status}));
    nothing(STRIPE, &Settings::default(), None, &refund("succeeded"));
    assert!(refused(STRIPE, &Settings::default(), None, &refund("failed")).contains("re_1 failed"));
}

#[test]
fn a_dispute_counts_from_its_creation_to_its_close() {
    let dispute =
        |kind, status| event(kind, json!({"payment_intent": "pi_1", "charge": "ch_1", "status": status}));
    for (kind, status, outcome) in [
        ("charge.dispute.created", "needs_response", "opened"),
        ("charge.dispute.closed", "won", "won"),
        ("charge.dispute.closed", "lost", "lost"),
    ] {
        let told = data(&Settings::default(), &dispute(kind, status));
        assert_eq!(told, json!({"order": "web:pi_1", "outcome": outcome}));
    }
    nothing(STRIPE, &Settings::default(), None, &dispute("charge.dispute.created", "warning_needs_response"));
    nothing(STRIPE, &Settings::default(), None, &dispute("charge.dispute.funds_withdrawn", "needs_response"));
    let other = event("customer.created", json!({}));
    assert!(refused(STRIPE, &Settings::default(), None, &other).contains("customer.created"));
}
