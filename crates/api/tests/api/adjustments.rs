//! Corrections of the books by hand, as two people make them over HTTP.

use serde_json::{Value, json};
use tribute_api::Role;

use crate::server::{Server, with_a_program};

const PATH: &str = "/v1/adjustments";

fn thanks() -> Value {
    json!({"program": "friends", "debit": "expense:adjustments", "credit": "ambassador:ada:available",
        "amount": "12.50", "currency": "USD", "day": "2026-02-27", "reason": "ticket 17"})
}

/// The proposal with another field.
fn with(field: &str, value: &str) -> Value {
    let mut new = thanks();
    new[field] = value.into();
    new
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_booked_once_another_approves_it() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    let rita = server.key("acme", Role::Finance, &[], None).await;
    let carla = server.key("acme", Role::Finance, &[], None).await;
    let proposed = server.post(&rita, PATH, "p", &thanks()).await;
    assert_eq!(proposed.body["type"], "tribute.adjustment.proposed", "{}", proposed.text);
    assert_eq!(server.post(&rita, PATH, "p", &thanks()).await.body, proposed.body, "it counts once");
    let open = server.get(&carla, &format!("{PATH}?status=proposed")).await;
    let ids = open.all("adjustment");
    assert_eq!((ids.len(), open.all("amount")), (1, vec!["12.50".to_owned()]), "{}", open.text);
    let decide = format!("{PATH}/{}/decisions", ids[0]);
    let approve = json!({"decision": "approved"});
    let own = server.post(&rita, &decide, "a", &approve).await;
    assert_eq!((own.status, &own.body["code"]), (409, &json!("not_possible")), "{}", own.text);
    assert!(own.text.contains("somebody else"), "{}", own.text);
    let earnings = "/v1/programs/friends/earnings";
    assert_eq!(server.get(&admin, earnings).await.body["items"], json!([]), "nothing is booked yet");
    let approved = server.post(&carla, &decide, "b", &approve).await;
    assert_eq!(approved.body["type"], "tribute.adjustment.approved", "{}", approved.text);
    assert_eq!(server.post(&carla, &decide, "b", &approve).await.body, approved.body);
    let row = &server.get(&admin, earnings).await.body["items"][0];
    assert_eq!((&row["ambassador"], &row["amount"]), (&json!("ada"), &json!("12.50")), "{row}");
    let shown = server.get(&carla, &format!("{PATH}/{}", ids[0])).await;
    assert_eq!(shown.body["status"], "approved", "{}", shown.text);
    assert_ne!(shown.body["decided_by"], shown.body["proposed_by"]);
    let late = json!({"decision": "refused", "reason": "no"});
    assert_eq!(server.post(&admin, &decide, "c", &late).await.status, 409, "what was decided stands");
    assert_eq!(server.get(&admin, "/v1/quarantine").await.body["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_booked_is_not_proposed_and_a_refusal_says_why() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    let finance = server.key("acme", Role::Finance, &[], None).await;
    for (number, (field, value, status)) in [
        ("debit", "ambassador:ada:available", 422),
        ("credit", "ambassador:ada:paid", 422),
        ("credit", "ambassador:eve:available", 422),
        ("amount", "0.00", 422),
        ("amount", "1.001", 422),
        ("day", "2026-02-30", 422),
        ("day", "2027-01-01", 422),
        ("reason", " ", 422),
        ("program", "none", 422),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = server.post(&finance, PATH, &format!("w{number}"), &with(field, value)).await;
        assert_eq!(answer.status, status, "{field} {value}: {}", answer.text);
    }
    assert_eq!(server.get(&finance, PATH).await.body["items"], json!([]));
    server.post(&finance, PATH, "p", &thanks()).await;
    let id = server.get(&finance, PATH).await.all("adjustment").remove(0);
    let (path, decide) = (format!("{PATH}/{id}"), format!("{PATH}/{id}/decisions"));
    assert_eq!(server.post(&admin, &decide, "a", &json!({"decision": "refused"})).await.status, 422);
    let reasoned = json!({"decision": "approved", "reason": "fine"});
    assert_eq!(server.post(&admin, &decide, "b", &reasoned).await.status, 422);
    let refused = json!({"decision": "refused", "reason": "it was paid"});
    assert_eq!(server.post(&admin, &decide, "c", &refused).await.status, 200);
    let shown = server.get(&finance, &path).await;
    assert_eq!((&shown.body["status"], &shown.body["refusal"]), (&json!("refused"), &json!("it was paid")));
    let stranger = server.key("other", Role::BrandAdmin, &[], None).await;
    assert_eq!(server.get(&stranger, &path).await.status, 404);
    assert_eq!(server.post(&stranger, &decide, "d", &refused).await.status, 404);
    let marketer = server.key("acme", Role::Marketer, &[], None).await;
    assert_eq!(server.get(&marketer, PATH).await.status, 403);
}
