//! Shops that deliver.

use axum::http::StatusCode;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tribute_events::RefusedDelivery;
use tribute_store::entity::{conversion, quarantine, shop};

use crate::{World, now, vault};

impl World {
    pub(crate) async fn connect(&self, id: &str, kind: &str, secret: &[u8], previous: Option<(&[u8], i64)>) {
        let mut transaction = self.database.begin().await.unwrap();
        let mut sealed = Vec::new();
        for secret in [Some(secret), previous.map(|(secret, _)| secret)].into_iter().flatten() {
            sealed.push(vault().seal_secret(&mut transaction, &["acme", id], secret).await.unwrap());
        }
        let mut sealed = sealed.into_iter();
        let row = shop::Model {
            brand: "acme".into(),
            shop: id.into(),
            name: kind.into(),
            kind: kind.into(),
            settings: "{}".into(),
            secret: sealed.next().unwrap(),
            previous_secret: sealed.next(),
            previous_until: previous.map(|(_, until)| until),
            connected_at: 0,
            disconnected_at: None,
        };
        transaction.upsert::<shop::Entity>(&[row]).await.unwrap();
        transaction.commit().await.unwrap();
    }

    pub(crate) async fn shopify(&self, topic: &str, secret: &[u8], body: &Value) -> (StatusCode, Value) {
        let bytes = body.to_string().into_bytes();
        let signature = BASE64_STANDARD.encode(mac(secret, &bytes));
        let headers = [("x-shopify-topic", topic), ("x-shopify-hmac-sha256", &signature)];
        self.post("/v1/shops/shop_1/shopify", &headers, &bytes).await
    }
}

fn mac(secret: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn order() -> Value {
    json!({"id": 1001, "currency": "USD", "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-01T10:00:00Z",
        "email": "kim@example.com", "customer": {"id": 5}, "discount_codes": [{"code": "ada10"}], "total_tax": "0.00",
        "line_items": [{"id": 1, "sku": "TOTE", "quantity": 1, "price": "60.00", "discount_allocations": []}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_order_is_a_sale_once_and_a_refund_comes_off_it() {
    let shops = World::open().await;
    shops.connect("shop_1", "shopify", b"secret-1", None).await;
    let (status, first) = shops.shopify("orders/create", b"secret-1", &order()).await;
    assert_eq!((status, &first["accepted"]), (StatusCode::OK, &json!(1)), "{first}");
    let (status, again) = shops.shopify("orders/create", b"secret-1", &order()).await;
    assert_eq!((status, &again["accepted"], &again["duplicates"]), (StatusCode::OK, &json!(0), &json!(1)));
    assert_eq!(shops.earned().await, [600]);
    let refund = json!({"id": 7, "order_id": 1001, "created_at": "2026-03-01T11:00:00Z",
        "refund_line_items": [{"line_item_id": 1, "quantity": 1, "subtotal": 19.99, "total_tax": 0}]});
    let (_, taken) = shops.shopify("refunds/create", b"secret-1", &refund).await;
    assert_eq!(taken["accepted"], 1, "{taken}");
    // 10 % of 40.01.
    assert_eq!(shops.earned().await, [400]);
    let conversion = conversion::Entity::find().one(shops.database.connection()).await.unwrap().unwrap();
    assert_eq!(conversion.order_id, "shopify:1001");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_did_not_sign_is_refused_and_nothing_is_kept() {
    let shops = World::open().await;
    let until = now().millis();
    shops.connect("shop_1", "shopify", b"secret-2", Some((b"secret-1", until + 1))).await;
    let status = |answer: (StatusCode, Value)| answer.0;
    assert_eq!(status(shops.shopify("orders/create", b"secret-3", &order()).await), StatusCode::UNAUTHORIZED);
    assert_eq!(status(shops.post("/v1/shops/shop_1/shopify", &[], b"{}").await), StatusCode::UNAUTHORIZED);
    assert_eq!(status(shops.post("/v1/shops/shop_2/shopify", &[], b"{}").await), StatusCode::NOT_FOUND);
    assert_eq!(status(shops.post("/v1/shops/shop_1/stripe", &[], b"{}").await), StatusCode::NOT_FOUND);
    let large = vec![b' '; (2 << 20) + 1];
    assert_eq!(
        status(shops.post("/v1/shops/shop_1/shopify", &[], &large).await),
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let huge = vec![b' '; (16 << 20) + 1];
    let (status_of_huge, problem) = shops.post("/v1/shops/shop_1/shopify", &[], &huge).await;
    assert_eq!(
        (status_of_huge, &problem["code"]),
        (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large")),
        "{problem}"
    );
    let packed = [("content-encoding", "gzip")];
    assert_eq!(
        status(shops.post("/v1/shops/shop_1/shopify", &packed, b"{}").await),
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    assert!(quarantine::Entity::find().one(shops.database.connection()).await.unwrap().is_none());
    // While secrets change over both count; then the new one alone.
    assert_eq!(status(shops.shopify("orders/create", b"secret-1", &order()).await), StatusCode::OK);
    shops.connect("shop_1", "shopify", b"secret-2", Some((b"secret-1", until))).await;
    assert_eq!(status(shops.shopify("orders/create", b"secret-1", &order()).await), StatusCode::UNAUTHORIZED);
    assert_eq!(status(shops.shopify("orders/create", b"secret-2", &order()).await), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_held_byte_for_byte_with_its_brand_and_a_reason() {
    let shops = World::open().await;
    shops.connect("shop_1", "shopify", b"secret-1", None).await;
    let body = json!({"id": 9, "title": "T\u{fc}te"});
    let (status, answer) = shops.shopify("products/update", b"secret-1", &body).await;
    assert_eq!((status, &answer["quarantined"]), (StatusCode::OK, &json!(1)), "{answer}");
    let row = quarantine::Entity::find().one(shops.database.connection()).await.unwrap().unwrap();
    assert_eq!((row.brand.as_deref(), row.code.as_str()), (Some("acme"), "unknown_type"));
    assert!(row.reason.contains("orders/create"), "{}", row.reason);
    let held = RefusedDelivery::read(&row.body).unwrap();
    assert_eq!(held.body(), body.to_string().as_bytes());
    assert_eq!((held.shop.as_str(), held.topic.as_deref()), ("shop_1", Some("products/update")));
    let (_, again) = shops.shopify("products/update", b"secret-1", &body).await;
    assert_eq!(again["quarantined"], 1);
    let rows = quarantine::Entity::find().all(shops.database.connection()).await.unwrap();
    assert_eq!(rows.len(), 1, "the same bytes lie there once");
}

#[tokio::test(flavor = "multi_thread")]
async fn cumulative_refunds_of_stripe_count_once_in_whatever_order_they_come() {
    let shops = World::open().await;
    shops.connect("shop_1", "stripe", b"whsec_1", None).await;
    let seconds = now().millis() / 1000;
    let deliver = async |id: &str, kind: &str, object: Value, before: Value| {
        let event = json!({"id": id, "type": kind, "created": seconds - 3600,
            "data": {"object": object, "previous_attributes": before}});
        let body = event.to_string();
        let hex: String = mac(b"whsec_1", format!("{seconds}.{body}").as_bytes())
            .iter()
            .map(|it| format!("{it:02x}"))
            .collect();
        let headers = [("stripe-signature", format!("t={seconds},v1={hex}"))];
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        shops.post("/v1/shops/shop_1/stripe", &headers, body.as_bytes()).await.1
    };
    let charge =
        |now: i64| json!({"id": "ch_1", "payment_intent": "pi_1", "currency": "usd", "amount_refunded": now});
    // The later refund comes first, and before the sale.
    deliver("evt_3", "charge.refunded", charge(4_000), json!({"amount_refunded": 1_500})).await;
    let session = json!({"id": "cs_1", "mode": "payment", "payment_status": "paid", "payment_intent": "pi_1",
        "currency": "usd", "amount_total": 10_000, "metadata": {"code": "ADA10"}});
    deliver("evt_1", "checkout.session.completed", session, json!({})).await;
    assert_eq!(shops.earned().await, [750]);
    let first = deliver("evt_2", "charge.refunded", charge(1_500), json!({"amount_refunded": 0})).await;
    assert_eq!(first["accepted"], 1, "{first}");
    assert_eq!(shops.earned().await, [600]);
    let again = deliver("evt_2", "charge.refunded", charge(1_500), json!({"amount_refunded": 0})).await;
    assert_eq!(again["duplicates"], 1, "{again}");
    deliver(
        "evt_4",
        "charge.dispute.created",
        json!({"payment_intent": "pi_1", "status": "needs_response"}),
        json!({}),
    )
    .await;
    assert_eq!(shops.earned().await, [0]);
}
