//! What `WooCommerce` delivers, as events.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod told;

use serde_json::{Value, json};
use told::{nothing, refused, told};
use tribute_events::BrandId;
use tribute_shops::{Kind, Meaning, Settings, Shop, read};

const WOO: Kind = Kind::WooCommerce;

fn order(status: &str) -> Value {
    json!({
        "id": 727, "status": status, "currency": "USD", "date_created_gmt": "2026-03-01T10:00:00",
        "date_modified_gmt": "2026-03-01T10:00:08", "date_paid_gmt": "2026-03-01T10:00:08", "customer_id": 26,
        "shipping_total": "10.00", "total_tax": "1.35", "billing": {"email": "kim@example.com", "country": "US", "state": "CA"},
        "shipping": {"country": "", "state": ""}, "coupon_lines": [{"code": "ada10"}], "fee_lines": [], "refunds": [],
        "meta_data": [{"key": "_wc_order_attribution_session_entry", "value": "https://shop.example/?click=d_4tGh.7K"}],
        "line_items": [
            {"id": 315, "product_id": 93, "variation_id": 0, "sku": "", "quantity": 2, "subtotal": "8.00", "total": "6.00"},
            {"id": 316, "product_id": 22, "variation_id": 23, "sku": "Bar3", "quantity": 1, "subtotal": "12.00", "total": "12.00"}],
    })
}

fn events(body: &Value) -> Vec<Value> {
    told(WOO, &Settings::default(), Some("order.updated"), body)
}

#[test]
fn a_paid_order_is_placed_when_it_was_made_and_stands_as_it_was_last_changed() {
    let events = events(&order("processing"));
    let said = |at: usize| (events[at]["type"].as_str().unwrap(), events[at]["time"].as_str().unwrap());
    assert_eq!(said(0), ("tribute.sale.completed", "2026-03-01T10:00:00Z"));
    assert_eq!(said(1), ("tribute.sale.edited", "2026-03-01T10:00:08Z"));
    assert_eq!(
        events[0]["data"],
        json!({"order": "web:727", "account": "web:26", "device": "d_4tGh", "currency": "USD", "codes": ["ada10"],
            "email_hash": told::sha256("kim@example.com"), "shipping": "10.00", "tax": "1.35", "channel": "online",
            "region": "US-CA",
            "lines": [{"line": "315", "sku": "93", "quantity": 2, "amount": "6.00"},
                {"line": "316", "sku": "Bar3", "quantity": 1, "amount": "12.00"}]})
    );
    // What was placed is the same event when the order is told again.
    let mut later = order("completed");
    later["date_modified_gmt"] = json!("2026-03-02T10:00:00");
    assert_eq!(self::events(&later)[0], events[0]);
    let mut guest = order("completed");
    guest["customer_id"] = json!(0);
    assert!(self::events(&guest)[0]["data"].get("account").is_none());
}

#[test]
fn what_is_not_paid_does_not_count() {
    for status in ["pending", "on-hold", "failed", "checkout-draft"] {
        nothing(WOO, &Settings::default(), None, &order(status));
    }
    let mut never = order("cancelled");
    assert_eq!(events(&never)[0]["type"], "tribute.sale.cancelled");
    never["date_paid_gmt"] = Value::Null;
    nothing(WOO, &Settings::default(), None, &never);
    assert!(refused(WOO, &Settings::default(), None, &order("shipped")).contains("`shipped`"));
    assert!(
        refused(WOO, &Settings::default(), Some("coupon.created"), &json!({"id": 1}))
            .contains("coupon.created")
    );
    let (brand, settings): (BrandId, _) = ("acme".parse().unwrap(), Settings::default());
    let shop = Shop { brand: &brand, name: "web", kind: WOO, settings: &settings };
    assert!(matches!(read(&shop, None, b"webhook_id=12"), Ok(Meaning::Nothing(_))));
    assert!(read(&shop, None, b"webhook_id=").is_err());
}

#[test]
fn a_fee_below_nothing_is_a_discount_of_the_order() {
    let mut body = order("processing");
    body["fee_lines"] = json!([{"total": "-3.00"}, {"total": "2.00"}]);
    let lines = events(&body)[0]["data"]["lines"].clone();
    assert_eq!((&lines[0]["amount"], &lines[1]["amount"]), (&json!("5.00"), &json!("10.00")));
}

#[test]
fn a_refund_is_one_whether_the_order_lists_it_or_it_comes_by_itself() {
    let mut body = order("processing");
    body["refunds"] = json!([{"id": 726, "reason": "", "total": "-10.00"}]);
    let listed = events(&body).remove(2);
    assert_eq!(listed["data"], json!({"order": "web:727", "refund": "web:726", "amount": "10.00"}));
    let mut refund = json!({
        "id": 726, "parent_id": 727, "date_created_gmt": "2026-03-01T10:00:08", "amount": "10.00", "refunded_by": 1,
        "line_items": [{"id": 9, "product_id": 22, "quantity": -1, "total": "-7.50", "total_tax": "-0.50",
            "meta_data": [{"key": "_refunded_item_id", "value": "316"}]}],
        "shipping_lines": [{"total": "-1.00", "total_tax": "0.00"}],
    });
    let alone = events(&refund).remove(0);
    assert_eq!(
        alone["data"],
        json!({"order": "web:727", "refund": "web:726", "amount": "1.00", "shipping": "1.00", "tax": "0.50",
            "lines": [{"line": "316", "sku": "22", "quantity": 1, "amount": "7.50"}]})
    );
    // Told at the same instant, the one with the lines comes first and stands.
    assert!(alone["time"] == listed["time"] && alone["id"].as_str() < listed["id"].as_str());
    refund["parent_id"] = Value::Null;
    assert!(refused(WOO, &Settings::default(), None, &refund).contains("names no order"));
    refund["_links"] = json!({"up": [{"href": "https://shop.example/wp-json/wc/v3/orders/723"}]});
    assert_eq!(events(&refund)[0]["data"]["order"], "web:723");
    refund["amount"] = json!("8.99");
    assert!(refused(WOO, &Settings::default(), None, &refund).contains("9.00"));
}
