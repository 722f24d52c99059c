//! Webhook endpoints, as the brand and its apps look after them.

use serde_json::{Value, json};
use tribute_api::{Role, Scope};

use crate::server::{Answer, Server, with_something_of_everything};

const PATH: &str = "/v1/webhooks";
const HOOK: &str = "https://app.example.com/hook";

/// An endpoint that was made, and its secret.
fn made(answer: &Answer) -> (String, String) {
    let text =
        |field: &str| answer.body[field].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned();
    (text("endpoint"), text("secret"))
}

async fn change(server: &Server, key: &str, endpoint: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    server.ask(&format!("PUT {PATH}/{endpoint}/state"), &headers, &body.to_string()).await
}

async fn delete(server: &Server, key: &str, endpoint: &str) -> Answer {
    let bearer = format!("Bearer {key}");
    server.ask(&format!("DELETE {PATH}/{endpoint}"), &[("authorization", &bearer)], "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_made_rotated_disabled_and_deleted() {
    let server = Server::start().await;
    let admin = server.key("acme", Role::BrandAdmin, &[], None).await;
    let new = json!({"url": HOOK, "events": ["tribute.earning.*", "tribute.payout.settled"]});
    let first = server.post(&admin, PATH, "k1", &new).await;
    let (endpoint, secret) = made(&first);
    assert!(endpoint.starts_with("wh_") && secret.starts_with("whsec_"), "{}", first.text);
    // The same request again makes no other one, and shows no secret.
    let again = server.post(&admin, PATH, "k1", &new).await;
    assert_eq!(again.body, json!({"endpoint": endpoint, "secret": null}));
    let (other, _) = made(&server.post(&admin, PATH, "k2", &new).await);
    assert_eq!(server.get(&admin, PATH).await.all("endpoint").len(), 2);
    let path = format!("{PATH}/{endpoint}");
    let shown = server.get(&admin, &path).await;
    assert_eq!(shown.body["events"], new["events"]);
    assert!(!shown.text.contains("whsec_") && !server.get(&admin, PATH).await.text.contains("whsec_"));
    for (key, wrong) in [
        ("w1", json!({"url": "http://192.0.2.1/"})),
        ("w2", json!({"url": "https://169.254.169.254/latest"})),
        ("w3", json!({"url": "https://ada:x@app.example.com/"})),
        ("w4", json!({"url": HOOK, "events": ["tribute.sale.completed"]})),
        ("w5", json!({"url": HOOK, "payload": "2"})),
    ] {
        let answer = server.post(&admin, PATH, key, &wrong).await;
        assert_eq!((answer.status, &answer.body["code"]), (422, &json!("unprocessable")), "{wrong}");
    }
    let rotate = format!("{path}/secrets");
    let rotated = server.post(&admin, &rotate, "r", &json!({"overlap": "1h"})).await;
    assert_ne!(made(&rotated).1, secret);
    let repeated = server.post(&admin, &rotate, "r", &json!({"overlap": "1h"})).await;
    assert_eq!(repeated.body, json!({"endpoint": endpoint, "secret": null}), "it was rotated once");
    let off =
        change(&server, &admin, &endpoint, &json!({"state": "disabled", "reason": "maintenance"})).await;
    assert_eq!((&off.body["state"], &off.body["reason"]), (&json!("disabled"), &json!("maintenance")));
    let replay = format!("{path}/replays");
    let refused = server.post(&admin, &replay, "p", &json!({"failed": true})).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("not_possible")), "{}", refused.text);
    assert_eq!(change(&server, &admin, &endpoint, &json!({"state": "active"})).await.body["state"], "active");
    assert_eq!(delete(&server, &admin, &endpoint).await.body["state"], "deleted");
    assert_eq!(
        (delete(&server, &admin, &endpoint).await.status, server.get(&admin, &path).await.status),
        (404, 404)
    );
    assert_eq!(server.get(&admin, PATH).await.all("endpoint"), [other]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_sees_and_makes_its_own_alone() {
    let server = Server::start().await;
    let admin = server.key("acme", Role::BrandAdmin, &[], None).await;
    let (crew, rival) = (server.app_key("acme", "crew").await, server.app_key("acme", "rival").await);
    let new = json!({"url": HOOK});
    let (brands, _) = made(&server.post(&admin, PATH, "k", &new).await);
    let (whole, _) = made(&server.post(&crew, PATH, "k", &new).await);
    let (of_ada, _) = made(&server.post_for(&crew, Some("ada"), PATH, "l", &new).await);
    let (rivals, _) = made(&server.post(&rival, PATH, "k", &new).await);
    // By the brand for the app, which then sees it.
    let for_crew = json!({"url": HOOK, "app": "crew", "ambassador": "ben"});
    let (of_ben, _) = made(&server.post(&admin, PATH, "m", &for_crew).await);
    assert_eq!(server.get(&crew, PATH).await.all("endpoint").len(), 3);
    assert_eq!(server.get(&rival, PATH).await.all("endpoint"), std::slice::from_ref(&rivals));
    assert_eq!(server.get(&admin, PATH).await.all("endpoint").len(), 5);
    let rotated = server.get(&admin, &format!("{PATH}/{of_ada}")).await;
    assert_eq!((&rotated.body["app"], &rotated.body["ambassador"]), (&json!("crew"), &json!("ada")));
    // On behalf of ada it sees hers alone.
    let bearer = format!("Bearer {crew}");
    let for_ada = [("authorization", bearer.as_str()), ("tribute-ambassador", "ada")];
    assert_eq!(
        server.ask(&format!("GET {PATH}"), &for_ada, "").await.all("endpoint"),
        std::slice::from_ref(&of_ada)
    );
    for (endpoint, status) in [(&of_ada, 200), (&of_ben, 404), (&whole, 404), (&brands, 404)] {
        assert_eq!(server.ask(&format!("GET {PATH}/{endpoint}"), &for_ada, "").await.status, status);
    }
    for theirs in [&brands, &rivals] {
        assert_eq!(server.get(&crew, &format!("{PATH}/{theirs}")).await.status, 404);
        let rotate = format!("{PATH}/{theirs}/secrets");
        assert_eq!(server.post(&crew, &rotate, "x", &json!({})).await.status, 404);
        assert_eq!(change(&server, &crew, theirs, &json!({"state": "disabled"})).await.status, 404);
        assert_eq!(delete(&server, &crew, theirs).await.status, 404);
    }
    // It makes none for another app, and on behalf of ada none for ben; elsewhere it still has to name somebody.
    assert_eq!(server.post(&crew, PATH, "y", &json!({"url": HOOK, "app": "rival"})).await.status, 422);
    let for_ben = json!({"url": HOOK, "ambassador": "ben"});
    assert_eq!(server.post_for(&crew, Some("ada"), PATH, "z", &for_ben).await.status, 404);
    assert_eq!(server.get(&crew, "/v1/balances").await.status, 400);
    for key in [&crew, &admin] {
        let bearer = format!("Bearer {key}");
        let nobody = [("authorization", bearer.as_str()), ("tribute-ambassador", "a b")];
        assert_eq!(server.ask(&format!("GET {PATH}"), &nobody, "").await.status, 400, "it is no id");
    }
    // What a credential may not read it is not told either.
    let narrow = [Scope::WEBHOOKS_READ, Scope::WEBHOOKS_WRITE, Scope::EARNINGS_READ];
    let narrow = server.key("acme", Role::BrandAdmin, &narrow, None).await;
    let (few, _) = made(&server.post(&narrow, PATH, "f", &new).await);
    let shown = server.get(&narrow, &format!("{PATH}/{few}")).await;
    let events: Vec<_> = shown.body["events"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(!events.is_empty() && events.iter().all(|it| it.starts_with("tribute.earning.")), "{events:?}");
    let payouts = json!({"url": HOOK, "events": ["tribute.payout.*"]});
    assert_eq!(server.post(&narrow, PATH, "g", &payouts).await.status, 403);
    assert_eq!(
        server.post(&crew, PATH, "g", &json!({"url": HOOK, "events": ["tribute.event.*"]})).await.status,
        403
    );
    let only = server.key("acme", Role::BrandAdmin, &[Scope::WEBHOOKS_WRITE], None).await;
    assert_eq!(server.post(&only, PATH, "h", &new).await.status, 403);
    // A new key of this name is the same app.
    let newer = server.app_key("acme", "crew").await;
    assert_eq!(server.get(&newer, PATH).await.all("endpoint").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_is_replayed_and_stands_in_the_log() {
    let server = Server::start().await;
    let admin = with_something_of_everything(&server, "acme").await["admin"].clone();
    let crew = server.app_key("acme", "crew").await;
    let (whole, _) = made(&server.post(&admin, PATH, "a", &json!({"url": HOOK})).await);
    let (own, _) = made(&server.post_for(&crew, Some("ada"), PATH, "b", &json!({"url": HOOK})).await);
    let (all, _) = made(&server.post(&crew, PATH, "c", &json!({"url": HOOK})).await);
    let since = json!({"since": "2026-01-01T00:00:00Z"});
    let replay = |endpoint: &str| format!("{PATH}/{endpoint}/replays");
    assert!(server.post(&admin, &replay(&whole), "r1", &since).await.body["queued"].as_u64() > Some(0));
    assert!(server.post(&crew, &replay(&own), "r2", &since).await.body["queued"].as_u64() > Some(0));
    assert!(server.post(&crew, &replay(&all), "r3", &since).await.body["queued"].as_u64() > Some(0));
    let log = |endpoint: &str| format!("{PATH}/{endpoint}/deliveries");
    let types = |answer: &Answer| answer.all("type");
    let conversions =
        |types: &[String]| types.iter().filter(|it| it.starts_with("tribute.conversion.")).count();
    let (seen, mine) = (server.get(&admin, &log(&whole)).await, server.get(&crew, &log(&own)).await);
    let everybodys = server.get(&crew, &log(&all)).await;
    assert!(conversions(&types(&seen)) > 0 && conversions(&types(&mine)) == 0);
    // An app is told of everybody what they may see: no more than the brand, and more than of one.
    assert_eq!(conversions(&types(&everybodys)), 0, "they name who else had a claim");
    let earnings =
        |answer: &Answer| types(answer).iter().filter(|it| it.starts_with("tribute.earning.")).count();
    assert_eq!(earnings(&everybodys), earnings(&seen));
    assert!(earnings(&mine) > 0 && earnings(&mine) < earnings(&everybodys));
    // The log comes in pages, and what was replayed is due.
    let mut paged = Vec::new();
    let mut page = server.get(&admin, &format!("{}?limit=3&status=pending", log(&whole))).await;
    loop {
        paged.extend(page.all("webhook_id"));
        let Some(next) = page.body["next"].as_str() else { break };
        page = server.get(&admin, &format!("{}?limit=3&status=pending&cursor={next}", log(&whole))).await;
    }
    assert_eq!(paged, seen.all("webhook_id"));
    assert_eq!(server.get(&admin, &format!("{}?status=failed", log(&whole))).await.body["items"], json!([]));
    // One event by its id; none that is not there, none that the endpoint may not see.
    let conversion =
        seen.body["items"].as_array().unwrap().iter().find(|it| it["type"] == "tribute.conversion.credited");
    let conversion = conversion.unwrap()["event"].clone();
    let one = server.post(&admin, &replay(&whole), "o", &json!({"event": conversion})).await;
    assert_eq!(one.body["queued"], 1, "{}", one.text);
    assert_eq!(server.post(&crew, &replay(&all), "p", &json!({"event": conversion})).await.status, 409);
    let nothing = server.post(&admin, &replay(&whole), "q", &json!({"event": "tribute.earnings/999"})).await;
    assert_eq!(nothing.status, 404, "{}", nothing.text);
    for (key, unclear) in [("s", json!({})), ("t", json!({"failed": true, "event": "tribute.earnings/1"}))] {
        assert_eq!(server.post(&admin, &replay(&whole), key, &unclear).await.status, 422);
    }
}
