//! What is written: events of the caller's brand, once for each key.

use serde_json::json;
use tribute_api::Role;

use crate::server::{Server, with_a_program, with_something_of_everything};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_sent_again_counts_once() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    let (path, code) = ("/v1/programs/friends/codes", json!({"code": "SPRING", "ambassador": "ada"}));
    let first = server.post(&admin, path, "k1", &code).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let again = server.post(&admin, path, "k1", &code).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    let other = server.post(&admin, path, "k1", &json!({"code": "SUMMER", "ambassador": "ada"})).await;
    assert_eq!((other.status, &other.body["code"]), (422, &json!("key_reused")));
    assert_eq!(server.get(&admin, path).await.all("code"), ["ada", "ben", "SPRING"]);
    let none = server.post(&admin, path, "", &code).await;
    assert_eq!((none.status, &none.body["code"]), (400, &json!("invalid_request")));
    let taken = server.post(&admin, path, "k2", &json!({"code": "spring", "ambassador": "ben"})).await;
    assert_eq!((taken.status, &taken.body["code"]), (409, &json!("not_possible")));
    let nobody = server.post(&admin, path, "k3", &json!({"code": "X", "ambassador": "eve"})).await;
    assert_eq!(nobody.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_applies_and_is_decided_on() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    let eve = server.key("acme", Role::Ambassador, &[], Some("eve")).await;
    let application = json!({"platform": "insta", "followers": 1200, "region": "DE"});
    let applied = server.post(&eve, "/v1/programs/friends/applications", "a", &application).await;
    assert_eq!(applied.body["type"], "tribute.ambassador.applied", "{}", applied.text);
    let show = "/v1/programs/friends/ambassadors/eve";
    let shown = server.get(&eve, show).await;
    assert_eq!((&shown.body["standing"], &shown.body["followers"]), (&json!("applied"), &json!(1200)));
    let for_ben =
        server.post(&eve, "/v1/programs/friends/applications", "b", &json!({"ambassador": "ben"})).await;
    assert_eq!(for_ben.status, 404);
    let decide = "/v1/programs/friends/ambassadors/eve/decisions";
    assert_eq!(server.post(&eve, decide, "c", &json!({"decision": "approved"})).await.status, 403);
    let silent = server.post(&admin, decide, "d", &json!({"decision": "rejected"})).await;
    assert_eq!((silent.status, &silent.body["code"]), (422, &json!("quarantined")), "{}", silent.text);
    for (key, decision, standing) in [("e", "approved", "approved"), ("f", "suspended", "suspended")] {
        let asked = json!({"decision": decision, "reason": "a look at it"});
        assert_eq!(server.post(&admin, decide, key, &asked).await.status, 200);
        assert_eq!(server.get(&admin, show).await.body["standing"], standing);
    }
    let hold = "/v1/programs/friends/ambassadors/eve/holds";
    assert_eq!(
        server.post(&admin, hold, "g", &json!({"hold": "placed", "reason": "papers"})).await.status,
        200
    );
    assert_eq!(server.get(&admin, show).await.body["held"], "papers");
    assert_eq!(
        server.post(&admin, hold, "h", &json!({"hold": "released", "reason": "here"})).await.status,
        200
    );
    assert_eq!(server.get(&admin, show).await.body["held"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn finance_approves_what_a_run_proposed() {
    let server = Server::start().await;
    let admin = with_something_of_everything(&server, "acme").await["admin"].clone();
    server.tick("2026-03-01T11:00:00Z").await;
    let payouts = server.get(&admin, "/v1/payouts?ambassador=ada").await;
    let id = payouts.all("payout").pop().unwrap();
    let shown = server.get(&admin, &format!("/v1/payouts/{id}")).await;
    assert_eq!(
        (&shown.body["status"], &shown.body["amount"]["amount"]),
        (&json!("proposed"), &json!("60.00")),
        "{}",
        shown.text
    );
    let path = format!("/v1/payouts/{id}/approvals");
    let marketer = server.key("acme", Role::Marketer, &[], None).await;
    assert_eq!(server.post(&marketer, &path, "a", &json!({})).await.status, 403);
    let finance = server.key("acme", Role::Finance, &[], None).await;
    assert_eq!(server.post(&finance, "/v1/payouts/po_none/approvals", "a", &json!({})).await.status, 404);
    let approved = server.post(&finance, &path, "b", &json!({})).await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    let credential = server.get(&finance, "/v1/brand").await.body["credential"].clone();
    let shown = server.get(&finance, &format!("/v1/payouts/{id}")).await;
    assert_eq!(shown.body["status"], "approved");
    assert!(
        shown.body["history"].as_array().unwrap().iter().any(|it| it["by"] == credential),
        "{}",
        shown.text
    );
    // Approved it is; who approves it once more changes nothing.
    assert_eq!(server.post(&finance, &path, "c", &json!({})).await.status, 200);
    assert_eq!(
        server.get(&finance, &format!("/v1/payouts/{id}")).await.body["history"],
        shown.body["history"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_are_reviewed_terms_published_and_what_was_put_aside_tried_again() {
    let server = Server::start().await;
    let admin = with_something_of_everything(&server, "acme").await["admin"].clone();
    let review = json!({"verdict": "rejected", "reason": "no label"});
    assert_eq!(server.post(&admin, "/v1/posts/p-ada/reviews", "r", &review).await.status, 200);
    assert_eq!(server.post(&admin, "/v1/posts/p-eve/reviews", "s", &review).await.status, 404);
    let posts = server.get(&admin, "/v1/programs/friends/posts?ambassador=ada").await;
    assert_eq!(posts.all("verdict"), ["rejected"]);
    let link = server.post(&admin, "/v1/programs/friends/links", "l", &json!({"ambassador": "ada"})).await;
    assert_eq!(link.status, 200, "{}", link.text);
    let links = server.get(&admin, "/v1/programs/friends/links?ambassador=ada").await;
    assert_eq!(links.all("link").len(), 2);
    assert!(links.all("path").contains(&"/r/l-ada/acme".to_owned()), "{}", links.text);
    let nowhere = ["http://shop.example/", "https://shop.example@evil.example/", "javascript:alert(1)"];
    for (number, target) in nowhere.into_iter().enumerate() {
        let asked = json!({"ambassador": "ada", "target": target});
        let key = format!("nowhere-{number}");
        let refused = server.post(&admin, "/v1/programs/friends/links", &key, &asked).await;
        assert_eq!(refused.status, 422, "{target}: {}", refused.text);
    }
    let terms = |brand: &str| {
        let text = format!(
            "[program]\nbrand = '{brand}'\nid = 'friends'\nversion = '2'\neffective_from = '2027-01-01T00:00:00Z'\n\
             currency = 'USD'\n[[commission]]\nid = 'ten'\npays.percent = '12%'\n"
        );
        json!({"terms": text})
    };
    assert_eq!(server.post(&admin, "/v1/programs", "t", &terms("other")).await.status, 422);
    let published = server.post(&admin, "/v1/programs", "u", &terms("acme")).await;
    assert_eq!((published.status, &published.body["id"]), (200, &json!("friends/2")), "{}", published.text);
    let shown = server.get(&admin, "/v1/programs/friends/terms/2").await;
    assert_eq!(shown.body["commission"][0]["id"], "ten", "{}", shown.text);
    let held = server.get(&admin, "/v1/quarantine").await;
    let retry = format!("/v1/quarantine/{}/retries", held.all("number")[0]);
    let still = server.post(&admin, &retry, "q", &json!({})).await;
    assert_eq!((still.status, &still.body["code"]), (422, &json!("quarantined")), "{}", still.text);
    let sale = crate::server::sale("77", "10.00", "ada");
    let retry = format!(
        "/v1/quarantine/{}/retries",
        server.get(&admin, "/v1/quarantine?status=open").await.all("number")[0]
    );
    let taken = server.post(&admin, &retry, "v", &json!({"event": sale})).await;
    assert_eq!(taken.body["status"], "accepted", "{}", taken.text);
    assert_eq!(server.get(&admin, "/v1/quarantine?status=open").await.body["items"], json!([]));
}
