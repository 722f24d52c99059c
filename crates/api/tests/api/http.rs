//! Events in, earnings out, and what is wrong with a request.

use serde_json::json;
use tribute_api::{Rate, Role, Scope};
use tribute_store::entity::shop;

use crate::server::{Answer, MANY, ONE, Server, event, now, sale, vault, with_a_program};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_answered_once_it_is_durable_and_counts_once() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    let order = sale("1", "60.00", "ada").to_string();
    let answer = server.send(&admin, ONE, &order).await;
    assert_eq!(answer.body["events"][0], json!({"id": "1", "status": "accepted"}));
    let again = server.send(&admin, "application/json", &order).await;
    assert_eq!(again.body["events"][0], json!({"id": "1", "status": "duplicate"}));
    let other = server.send(&admin, ONE, &sale("1", "61.00", "ada").to_string()).await;
    assert_eq!(
        (&other.body["events"][0]["status"], &other.body["events"][0]["code"]),
        (&json!("quarantined"), &json!("conflict"))
    );
    assert!(other.body["events"][0]["quarantine"].is_i64() && other.body["quarantined"] == json!(1));
    // What is no event at all is held as well, and the next of the same request goes its way.
    let lines = format!("{{]\n{}\n", sale("2", "10.00", "ben"));
    let mixed = server.send(&admin, "application/x-ndjson", &lines).await;
    assert_eq!(mixed.body["events"][0]["code"], "not_json");
    assert_eq!(mixed.body["events"][1]["status"], "accepted");
    let earned = server.get(&admin, "/v1/programs/friends/earnings").await;
    let shown: Vec<_> = earned.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            format!("{} {} {} {}", it["source"], it["ambassador"], it["amount"], it["currency"])
                .replace('"', "")
        })
        .collect();
    assert_eq!(shown, ["order:1 ada 6.00 USD", "order:2 ben 1.00 USD"]);
    let page = server.get(&admin, "/v1/programs/friends/earnings?limit=1").await;
    let next = page.body["next"].as_str().unwrap();
    let rest = server.get(&admin, &format!("/v1/programs/friends/earnings?limit=1&cursor={next}")).await;
    assert_eq!((&rest.body["items"][0]["source"], rest.body.get("next")), (&json!("order:2"), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn binary_mode_brings_the_same_event() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    let order = sale("7", "60.00", "ada");
    let bearer = format!("Bearer {admin}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "7"),
        ("ce-source", "/shop"),
        ("ce-type", "tribute.sale.completed"),
        ("ce-time", "2026-03-01T10:00:00Z"),
    ];
    let answer = server.ask("POST /v1/events", &headers, &order["data"].to_string()).await;
    assert_eq!(answer.body["events"][0]["status"], "accepted", "{}", answer.body);
    assert_eq!(server.send(&admin, ONE, &order.to_string()).await.body["duplicates"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_says_the_brand_and_what_may_be_said() {
    let server = Server::start().await;
    with_a_program(&server).await;
    let shop = server.key("acme", Role::BrandAdmin, &[Scope::EVENTS_WRITE], None).await;
    let said = |answer: &Answer| answer.body["events"][0]["reason"].as_str().unwrap_or_default().to_owned();
    let mut foreign = sale("3", "10.00", "ada");
    foreign["brand"] = json!("other");
    assert!(said(&server.send(&shop, ONE, &foreign.to_string()).await).contains("stands for `acme`"));
    let tick = event("t", "clock.ticked", "2026-03-01T00:00:00Z", json!({"at": "2026-03-01T00:00:00Z"}));
    assert!(said(&server.send(&shop, ONE, &tick.to_string()).await).contains("whole installation"));
    let approval =
        event("o", "payout_approval.given", "2026-03-01T00:00:00Z", json!({"payout": "po_1", "by": "eve"}));
    assert!(said(&server.send(&shop, ONE, &approval.to_string()).await).contains("payouts:write"));
    assert_eq!(server.send(&shop, ONE, &sale("4", "10.00", "ada").to_string()).await.body["accepted"], 1);
    assert_eq!(server.get(&shop, "/v1/programs/friends/earnings").await.status, 403);
    // Another brand's program does not exist.
    let stranger = server.key("other", Role::BrandAdmin, &[], None).await;
    let nothing = server.get(&stranger, "/v1/programs/friends/earnings").await;
    assert_eq!((nothing.status, &nothing.body["code"]), (404, &json!("not_found")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ambassador_and_their_app_see_their_own() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    for (order, code) in [("1", "ada"), ("2", "ben")] {
        server.send(&admin, ONE, &sale(order, "60.00", code).to_string()).await;
    }
    let path = "/v1/programs/friends/earnings";
    let ada = server.key("acme", Role::Ambassador, &[], Some("ada")).await;
    let sources = |answer: &Answer| -> Vec<String> {
        answer.body["items"].as_array().unwrap().iter().map(|it| it["ambassador"].to_string()).collect()
    };
    assert_eq!(sources(&server.get(&ada, path).await), ["\"ada\""]);
    assert_eq!(server.get(&ada, &format!("{path}?ambassador=ben")).await.status, 404);
    let app = server.key("acme", Role::App, &[], None).await;
    assert_eq!(server.get(&app, path).await.status, 400, "an app names whom it asks for");
    let bearer = format!("Bearer {app}");
    let headers = [("authorization", bearer.as_str()), ("tribute-ambassador", "ben")];
    assert_eq!(sources(&server.ask(&format!("GET {path}"), &headers, "").await), ["\"ben\""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_as_a_problem() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    let expired = server.key_until("acme", Role::Auditor, &[], None, Some(now().millis())).await;
    let path = "/v1/programs/friends/earnings";
    for (status, code, answer) in [
        (401, "unauthenticated", server.ask(&format!("GET {path}"), &[], "").await),
        (401, "unauthenticated", server.get("tribute_x", path).await),
        (401, "unauthenticated", server.get(&expired, path).await),
        (422, "unprocessable", server.get(&admin, &format!("{path}?cursor=x")).await),
        (400, "invalid_request", server.get(&admin, &format!("{path}?limit=0")).await),
        (400, "invalid_request", server.get(&admin, &format!("{path}?limit=many")).await),
        (400, "invalid_request", server.get(&admin, &format!("{path}?ambassdor=ada")).await),
        (400, "invalid_request", server.get(&admin, &format!("{path}?ambassador=a&ambassador=b")).await),
        (400, "invalid_request", server.get(&admin, &format!("{path}?ambassador=%00")).await),
        (400, "invalid_request", server.get(&admin, &format!("{path}?fields=amuont")).await),
        (404, "not_found", server.get(&admin, "/v1/nothing").await),
        (405, "method_not_allowed", server.ask("DELETE /v1/events", &[], "").await),
        (415, "unsupported_media_type", server.send(&admin, "text/plain", "x").await),
        (400, "invalid_request", server.send(&admin, MANY, "{}").await),
    ] {
        assert_eq!((answer.status, &answer.body["code"]), (status, &json!(code)), "{}", answer.body);
        assert!(answer.head.contains("content-type: application/problem+json"), "{}", answer.head);
        assert!(answer.head.contains("x-request-id: "), "{}", answer.head);
    }
    let document = server.ask("GET /openapi.json", &[], "").await;
    assert_eq!(document.body["openapi"], "3.1.0");
    for operation in tribute_api::operations() {
        let written = &document.body["paths"][operation.path()][operation.method().as_str()];
        assert_eq!(written["operationId"], operation.id());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_credentials_is_counted_by_the_address_and_not_by_what_they_say_of_it() {
    let server = Server::limited(Rate { per_second: 1, burst: 3 }).await;
    let mut statuses = Vec::new();
    for number in 1..=4 {
        let (bearer, forged) = (format!("Bearer key_{number}"), format!("203.0.113.{number}"));
        let headers = [("authorization", bearer.as_str()), ("x-forwarded-for", forged.as_str())];
        statuses.push(server.ask("GET /v1/programs", &headers, "").await.status);
    }
    assert_eq!(statuses, [401, 401, 401, 429]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_forges_signatures_is_counted_by_the_address() {
    let server = Server::limited(Rate { per_second: 1, burst: 3 }).await;
    let mut transaction = server.database.begin().await.unwrap();
    let secret = vault().seal_secret(&mut transaction, &["acme", "shop_1"], b"secret").await.unwrap();
    let row = shop::Model {
        brand: "acme".into(),
        shop: "shop_1".into(),
        name: "shopify".into(),
        kind: "shopify".into(),
        settings: "{}".into(),
        secret,
        previous_secret: None,
        previous_until: None,
        connected_at: 0,
        disconnected_at: None,
    };
    transaction.insert::<shop::Entity>(&[row]).await.unwrap();
    transaction.commit().await.unwrap();
    let mut statuses = Vec::new();
    for number in 1..=4 {
        let signature = format!("forged-{number}");
        let headers = [("content-type", "application/json"), ("x-shopify-hmac-sha256", signature.as_str())];
        statuses.push(server.ask("POST /v1/shops/shop_1/shopify", &headers, "{}").await.status);
    }
    assert_eq!(statuses, [401, 401, 401, 429]);
}
