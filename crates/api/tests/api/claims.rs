//! Sales that ambassadors say are missing, from their claim to the decision.

use serde_json::{Value, json};
use tribute_api::Role;

use crate::server::{Answer, MANY, Server, sale, with_a_program};

const OPEN: &str = "/v1/programs/friends/claims";

/// The only claim that whoever asks sees.
async fn claim(server: &Server, key: &str) -> Answer {
    let id = server.get(key, "/v1/claims").await.all("claim").pop().unwrap();
    server.get(key, &format!("/v1/claims/{id}")).await
}

fn said(claim: &Answer) -> Vec<[&str; 2]> {
    let lines = claim.body["history"].as_array().unwrap_or_else(|| panic!("{}", claim.text));
    lines.iter().map(|it| ["what", "text"].map(|field| it[field].as_str().unwrap())).collect()
}

async fn credited(server: &Server, key: &str, order: &str) -> Value {
    let earnings = server.get(key, "/v1/programs/friends/earnings").await;
    let rows = earnings.body["items"].as_array().unwrap();
    let row = rows.iter().find(|it| it["source"] == format!("order:{order}"));
    row.map_or(Value::Null, |row| json!([row["ambassador"], row["amount"]]))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_of_a_known_order_is_accepted_and_credits_it_once() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    server.send(&admin, MANY, &json!([sale("9", "60.00", "ben")]).to_string()).await;
    let ada = server.key("acme", Role::Ambassador, &[], Some("ada")).await;
    let ben = server.key("acme", Role::Ambassador, &[], Some("ben")).await;
    let finance = server.key("acme", Role::Finance, &[], None).await;
    let new = json!({"order": "9", "reason": "it was by my story", "evidence": "ticket 17"});
    let opened = server.post(&ada, OPEN, "o", &new).await;
    assert_eq!(opened.body["type"], "tribute.claim.opened", "{}", opened.text);
    assert_eq!(server.post(&ada, OPEN, "o", &new).await.body, opened.body, "it counts once");
    assert_eq!(
        server.post(&ada, OPEN, "p", &json!({"order": "9", "reason": "x", "ambassador": "ben"})).await.status,
        404
    );
    let other = json!({"order": "9", "reason": "it was by my story", "evidence": "ticket 18"});
    assert_eq!(server.post(&ada, OPEN, "o", &other).await.body["code"], "key_reused");
    let seen = claim(&server, &ada).await;
    assert_eq!(said(&seen), [["opened", "it was by my story"], ["evidence", "ticket 17"]]);
    let path = format!("/v1/claims/{}", seen.body["claim"].as_str().unwrap());
    assert_eq!(server.get(&ben, &path).await.status, 404);
    assert_eq!(
        server.post(&ben, &format!("{path}/evidence"), "e", &json!({"evidence": "mine"})).await.status,
        404
    );
    let noted =
        server.post(&admin, &format!("{path}/evidence"), "e", &json!({"evidence": "the shop's log"})).await;
    assert_eq!(noted.status, 200, "{}", noted.text);
    let decide = format!("{path}/decisions");
    let accept = json!({"decision": "accepted"});
    assert_eq!(server.post(&ada, &decide, "d", &accept).await.status, 403);
    let named = json!({"decision": "accepted", "sale": "shop-77"});
    assert_eq!(server.post(&finance, &decide, "n", &named).await.body["code"], "not_possible");
    let accepted = server.post(&finance, &decide, "d", &accept).await;
    assert_eq!(accepted.body["type"], "tribute.claim.accepted", "{}", accepted.text);
    assert_eq!(server.post(&finance, &decide, "d", &accept).await.body, accepted.body);
    assert_eq!(credited(&server, &admin, "9").await, json!(["ada", "6.00"]));
    // What was decided stands.
    let late = server.post(&admin, &decide, "l", &json!({"decision": "refused", "reason": "no"})).await;
    assert_eq!((late.status, &late.body["code"]), (409, &json!("not_possible")), "{}", late.text);
    // The brand's notes are the brand's; the decision is the ambassador's too.
    let (theirs, brands) = (claim(&server, &ada).await, claim(&server, &admin).await);
    assert_eq!(said(&theirs).last(), Some(&["accepted", "by an override"]));
    assert!(!theirs.text.contains("the shop's log") && brands.text.contains("the shop's log"));
    assert_eq!(theirs.body["history"][2]["by"], json!(null));
    assert_eq!(server.get(&admin, "/v1/quarantine").await.body["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_of_an_unknown_order_waits_for_its_sale_and_a_refusal_says_why() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    let app = server.app_key("acme", "crew").await;
    let new = json!({"order": "77", "reason": "my code was typed"});
    let opened = server.post_for(&app, Some("ada"), OPEN, "o", &new).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
    assert_eq!(server.post(&app, OPEN, "q", &new).await.status, 400, "an app says for whom");
    assert_eq!(server.post(&admin, OPEN, "q", &new).await.status, 422, "the brand does, too");
    let decide = format!("/v1/claims/{}/decisions", server.get(&admin, "/v1/claims").await.all("claim")[0]);
    let bare = server.post(&admin, &decide, "a", &json!({"decision": "accepted"})).await;
    assert_eq!((bare.status, &bare.body["code"]), (409, &json!("not_possible")));
    let named = json!({"decision": "accepted", "sale": "77"});
    assert_eq!(server.post(&admin, &decide, "b", &named).await.status, 200);
    server.send(&admin, MANY, &json!([sale("77", "50.00", "ada")]).to_string()).await;
    assert_eq!(credited(&server, &admin, "77").await, json!(["ada", "5.00"]));
    assert_eq!(
        server.post(&admin, &decide, "b", &named).await.status,
        200,
        "the same request is the same answer"
    );
    let ben = json!({"order": "78", "reason": "mine", "ambassador": "ben"});
    server.post(&admin, OPEN, "r", &ben).await;
    let open = server.get(&admin, "/v1/claims?status=open").await;
    assert_eq!(open.all("ambassador"), ["ben"]);
    let decide = format!("/v1/claims/{}/decisions", open.all("claim")[0]);
    assert_eq!(server.post(&admin, &decide, "s", &json!({"decision": "refused"})).await.status, 422);
    let refused = json!({"decision": "refused", "reason": "the order is of another shop"});
    assert_eq!(server.post(&admin, &decide, "t", &refused).await.status, 200);
    let evidence = decide.replace("decisions", "evidence");
    assert_eq!(server.post(&admin, &evidence, "u", &json!({"evidence": "x"})).await.status, 409);
    let ben = server.key("acme", Role::Ambassador, &[], Some("ben")).await;
    assert_eq!(said(&claim(&server, &ben).await)[1], ["refused", "the order is of another shop"]);
}
