//! Payloads as the vendors publish them, where `TRIBUTE_REAL_DATA` names a folder with them.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod told;

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use told::told;
use tribute_shops::{Kind, Settings};

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("TRIBUTE_REAL_DATA").map(|it| Path::new(&it).join("webhooks"));
    let folder = folder.filter(|it| it.is_dir());
    if folder.is_none() {
        let line = b"TRIBUTE_REAL_DATA names no folder with webhooks: published payloads are not read\n";
        std::io::stderr().write_all(line).unwrap();
    }
    folder
}

fn file(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

#[test]
fn published_payloads_are_understood() {
    let Some(folder) = folder() else { return };
    let settings = Settings::default();
    let order = file(&folder, "shopify_python_api/order.json")["order"].take();
    let sale = &told(Kind::Shopify, &settings, Some("orders/create"), &order)[0]["data"];
    assert_eq!((&sale["order"], &sale["codes"]), (&json!("web:450789469"), &json!(["TENOFF"])));
    assert_eq!((&sale["lines"][2]["amount"], &sale["tax"]), (&json!("199.00"), &json!("11.94")));
    assert_eq!(sale["region"], "US-KY");
    let refund = file(&folder, "shopify_python_api/refund.json")["refund"].take();
    let back = &told(Kind::Shopify, &settings, Some("refunds/create"), &refund)[0]["data"];
    assert_eq!((&back["order"], &back["lines"][1]["amount"]), (&json!("web:450789469"), &json!("199.00")));
    let order = file(&folder, "woocommerce/orders_00.json");
    let sale = &told(Kind::WooCommerce, &settings, Some("order.updated"), &order)[0]["data"];
    assert_eq!((&sale["order"], &sale["shipping"]), (&json!("web:727"), &json!("10.00")));
    assert_eq!((&sale["lines"][0]["sku"], &sale["lines"][1]["amount"]), (&json!("93"), &json!("12.00")));
    let refund = file(&folder, "woocommerce/order-refunds_00.json");
    let back = &told(Kind::WooCommerce, &settings, None, &refund)[0]["data"];
    assert_eq!(back, &json!({"order": "web:723", "refund": "web:726", "amount": "10.00"}));
}

#[test]
fn published_objects_of_stripe_are_understood_once_they_are_paid() {
    let Some(folder) = folder() else { return };
    let event = |kind: &str, object: Value, before: Value| {
        json!({"id": "evt_1", "type": kind, "created": 1_234_567_890,
            "data": {"object": object, "previous_attributes": before}})
    };
    let read = |event: &Value| told(Kind::Stripe, &Settings::default(), None, event).remove(0)["data"].take();
    let mut session = file(&folder, "stripe/checkout.session.json");
    session["payment_status"] = json!("paid");
    (session["currency"], session["amount_total"]) = (json!("usd"), json!(1_424_535_716));
    let sale = read(&event("checkout.session.completed", session, json!({})));
    assert_eq!((&sale["lines"][0]["amount"], &sale["tax"]), (&json!("10.00"), &json!("14245347.16")));
    let mut charge = file(&folder, "stripe/charge.json");
    charge["amount_refunded"] = json!(100);
    let back = read(&event("charge.refunded", charge, json!({"amount_refunded": 40})));
    let id = "web:ch_1PgafuB7WZ01zgkWXYmPNZs8";
    assert_eq!(back, json!({"order": id, "refund": format!("{id}:100"), "amount": "0.60"}));
    let mut dispute = file(&folder, "stripe/dispute.json");
    dispute["status"] = json!("lost");
    assert_eq!(
        read(&event("charge.dispute.closed", dispute, json!({}))),
        json!({"order": id, "outcome": "lost"})
    );
}
