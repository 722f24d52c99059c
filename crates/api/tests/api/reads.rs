//! What is read: pages, filters, fields, tags, and whose own it is.

use serde_json::json;
use tribute_api::{Rate, Role};

use crate::server::{MANY, ONE, Server, event, sale, with_a_program, with_something_of_everything};

#[tokio::test(flavor = "multi_thread")]
async fn every_list_is_there_and_an_ambassador_sees_their_own_of_it() {
    let server = Server::start().await;
    let admin = with_something_of_everything(&server, "acme").await["admin"].clone();
    let ada = server.key("acme", Role::Ambassador, &[], Some("ada")).await;
    for (path, field, all, own) in [
        ("/v1/programs", "program", vec!["friends"], vec!["friends"]),
        ("/v1/programs/friends/ambassadors", "ambassador", vec!["ada", "ben"], vec!["ada"]),
        ("/v1/programs/friends/standings", "ambassador", vec!["ada", "ben"], vec!["ada"]),
        ("/v1/programs/friends/codes", "code", vec!["ada", "ben"], vec!["ada"]),
        ("/v1/programs/friends/links", "link", vec!["l-ada", "l-ben"], vec!["l-ada"]),
        ("/v1/programs/friends/posts", "post", vec!["p-ada", "p-ben"], vec!["p-ada"]),
        ("/v1/programs/friends/conversions", "order", vec!["1", "2"], vec!["1"]),
        ("/v1/programs/friends/earnings", "source", vec!["order:1", "order:2"], vec!["order:1"]),
        ("/v1/balances", "ambassador", vec!["ada", "ben"], vec!["ada"]),
        ("/v1/programs/friends/missions", "id", vec!["pair"], vec!["pair"]),
    ] {
        assert_eq!(server.get(&admin, path).await.all(field), all, "{path}");
        assert_eq!(server.get(&ada, path).await.all(field), own, "{path}");
    }
    // A page at a time comes to the same.
    for path in
        ["programs/friends/ambassadors", "programs/friends/codes", "programs/friends/conversions", "balances"]
    {
        let first = server.get(&admin, &format!("/v1/{path}?limit=1")).await;
        let next = first.body["next"].as_str().unwrap_or_else(|| panic!("{path} has one page"));
        let second = server.get(&admin, &format!("/v1/{path}?limit=1&cursor={next}")).await;
        assert_eq!([first.all("ambassador"), second.all("ambassador")].concat(), ["ada", "ben"], "{path}");
        assert_eq!(second.body.get("next"), None, "{path}");
        let elsewhere = server.get(&admin, &format!("/v1/programs?cursor={next}")).await;
        assert_eq!(elsewhere.status, 422, "a cursor of another list");
    }
    let progress = server.get(&ada, "/v1/programs/friends/progress").await;
    assert_eq!(
        progress.body["items"][0]["needs"],
        json!([{"need": "conversions", "counted": 1, "wanted": 2}])
    );
    let held = server.get(&admin, "/v1/quarantine?status=open").await;
    assert_eq!(held.all("code"), ["not_json"]);
    let one = server.get(&admin, &format!("/v1/quarantine/{}", held.all("number")[0])).await;
    assert_eq!(one.body["body"], "{]");
    for path in ["/v1/quarantine", "/v1/programs/friends/funnel", "/v1/programs/friends/findings"] {
        assert_eq!(server.get(&ada, path).await.status, 403, "{path}");
        assert_eq!(server.get(&admin, path).await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_says_why_and_to_whom() {
    let server = Server::start().await;
    let admin = with_something_of_everything(&server, "acme").await["admin"].clone();
    let told = server.get(&admin, "/v1/orders/1").await;
    let winner = &told.body["programs"][0]["credit"]["winners"][0];
    assert_eq!((&winner["ambassador"], &winner["kind"]), (&json!("ada"), &json!("code")), "{}", told.text);
    assert!(told.body["buyer"].is_string());
    let ada = server.key("acme", Role::Ambassador, &[], Some("ada")).await;
    let own = server.get(&ada, "/v1/orders/1").await;
    assert_eq!(own.body["programs"][0]["credit"]["winners"][0]["ambassador"], "ada", "{}", own.text);
    assert_eq!(own.body.get("buyer"), None);
    assert_eq!(server.get(&ada, "/v1/orders/2").await.status, 404);
    let earning = "friends%2Forder:1%2Fada%2Ften";
    let told = server.get(&ada, &format!("/v1/explain?id={earning}")).await;
    assert_eq!(told.body["amount"], json!({"amount": "60.00", "currency": "USD"}), "{}", told.text);
    assert_eq!(server.get(&ada, "/v1/explain?id=friends%2Forder:2%2Fben%2Ften").await.status, 404);
    assert_eq!(server.get(&ada, "/v1/explain?id=acme%2F1&kind=transaction").await.status, 404);
    assert_eq!(server.get(&admin, "/v1/explain?id=acme%2F1&kind=transaction").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_shows_ones_own_place_and_neighbours() {
    let server = Server::start().await;
    let admin = with_a_program(&server).await;
    let mut events = Vec::new();
    for place in 1..=7 {
        let who = format!("w{place}");
        let names = json!({"program": "friends", "ambassador": who});
        events.push(event(&who, "ambassador.approved", "2026-01-01T00:00:00Z", names));
        let code = json!({"program": "friends", "code": who, "ambassador": who});
        events.push(event(&format!("c{who}"), "code.issued", "2026-01-01T00:00:00Z", code));
        events.push(sale(&format!("o{place}"), &format!("{}.00", 1000 - place * 100), &who));
    }
    assert_eq!(server.send(&admin, MANY, &json!(events).to_string()).await.body["accepted"], 21);
    server.tick("2026-03-01T11:00:00Z").await;
    let own = server.key("acme", Role::Ambassador, &[], Some("w5")).await;
    let board = server.get(&own, "/v1/programs/friends/boards/top?limit=2").await;
    assert_eq!(
        (&board.body["own"]["rank"], &board.body["entries"]),
        (&json!(5), &json!(7)),
        "{}",
        board.text
    );
    assert_eq!(board.all("ambassador"), ["w1", "w2"]);
    let near: Vec<_> =
        board.body["neighbours"].as_array().unwrap().iter().map(|it| it["rank"].to_string()).collect();
    assert_eq!(near, ["3", "4", "5", "6", "7"]);
    assert_eq!(board.body["state"], "live");
    assert_eq!(server.get(&own, "/v1/programs/friends/boards").await.all("board"), ["top"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_comes_as_it_is_asked_for() {
    let server = Server::start().await;
    with_something_of_everything(&server, "acme").await;
    let ada = server.key("acme", Role::Ambassador, &[], Some("ada")).await;
    let bearer = format!("Bearer {ada}");
    let path = "GET /v1/ambassadors/ada/statements/2026-01";
    for (accept, media, begins) in [
        ("*/*", "application/json", "{\"brand\":\"acme\""),
        ("text/csv", "text/csv", "brand,"),
        ("text/html;q=0.9, application/json;q=0.1", "text/html", "<!DOCTYPE html>"),
        ("application/pdf", "application/pdf", "%PDF-"),
    ] {
        let answer = server.ask(path, &[("authorization", &bearer), ("accept", accept)], "").await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(media)), "{}", answer.text);
        assert!(answer.text.starts_with(begins), "{}", &answer.text[..40]);
    }
    let other = server.ask(path, &[("authorization", &bearer), ("accept", "image/png")], "").await;
    assert_eq!((other.status, &other.body["code"]), (406, &json!("not_acceptable")));
    assert_eq!(server.get(&ada, "/v1/ambassadors/ben/statements/2026-01").await.status, 404);
    assert_eq!(server.get(&ada, "/v1/ambassadors/ada/statements/january").await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn earnings_say_what_became_of_them_and_are_found_by_it() {
    let server = Server::start().await;
    let admin = with_something_of_everything(&server, "acme").await["admin"].clone();
    let path = "/v1/programs/friends/earnings";
    assert_eq!(server.get(&admin, path).await.all("status"), ["accrued", "accrued"]);
    server.tick("2026-03-01T11:00:00Z").await;
    for order in ["7", "8", "9"] {
        server.send(&admin, ONE, &sale(order, "10.00", "ada").to_string()).await;
    }
    let refund = json!({"refund": "r8", "order": "8", "amount": "10.00"});
    let refund = event("r8", "sale.refunded", "2026-03-01T11:30:00Z", refund);
    let answer = server.send(&admin, ONE, &refund.to_string()).await;
    assert_eq!(answer.body["accepted"], 1, "{}", answer.text);
    let all = server.get(&admin, path).await;
    let want = ["in_payout", "in_payout", "accrued", "reversed", "accrued"];
    assert_eq!((all.all("source").len(), all.all("status")), (5, want.map(String::from).to_vec()));
    let some = |query: &str| format!("{path}?{query}");
    assert_eq!(server.get(&admin, &some("status=reversed")).await.all("source"), ["order:8"]);
    assert_eq!(server.get(&admin, &some("status=paid")).await.body, json!({"items": []}));
    assert_eq!(server.get(&admin, &some("status=gone")).await.status, 400);
    let first = server.get(&admin, &some("status=accrued&ambassador=ada&limit=1")).await;
    assert_eq!(first.all("source"), ["order:7"]);
    let next = first.body["next"].as_str().unwrap();
    let second =
        server.get(&admin, &some(&format!("status=accrued&ambassador=ada&limit=1&cursor={next}"))).await;
    assert_eq!((second.all("source"), &second.body["next"]), (vec!["order:9".to_owned()], &json!(null)));
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_are_left_out_and_what_has_not_changed_is_not_sent_again() {
    let server = Server::start().await;
    let admin = with_something_of_everything(&server, "acme").await["admin"].clone();
    let path = "/v1/programs/friends/earnings?fields=amount,currency";
    let few = server.get(&admin, path).await;
    assert_eq!(few.body["items"][0], json!({"amount": "60.00", "currency": "USD"}));
    let (tag, bearer) = (few.header("etag").unwrap().to_owned(), format!("Bearer {admin}"));
    let ask = || async {
        let headers = [("authorization", bearer.as_str()), ("if-none-match", tag.as_str())];
        server.ask(&format!("GET {path}"), &headers, "").await
    };
    let same = ask().await;
    assert_eq!((same.status, same.text.as_str(), same.header("etag")), (304, "", Some(tag.as_str())));
    server.send(&admin, ONE, &sale("9", "10.00", "ada").to_string()).await;
    assert_eq!(ask().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_when_to_come_again() {
    let server = Server::limited(Rate { per_second: 1, burst: 3 }).await;
    let (often, seldom) = (
        server.key("acme", Role::BrandAdmin, &[], None).await,
        server.key("acme", Role::Auditor, &[], None).await,
    );
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(server.get(&often, "/v1/brand").await);
    }
    assert_eq!(statuses.iter().map(|it| it.status).collect::<Vec<_>>(), [200, 200, 200, 429]);
    assert_eq!(statuses[0].header("ratelimit-policy"), Some("\"credential\";q=3;w=3"));
    assert!(statuses[0].header("ratelimit").unwrap().starts_with("\"credential\";r=2;"));
    assert_eq!((statuses[3].header("retry-after"), &statuses[3].body["code"]), (Some("1"), &json!("busy")));
    assert_eq!(server.get(&seldom, "/v1/brand").await.status, 200, "another credential has its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_for_people_stands_by_itself() {
    let server = Server::start().await;
    let page = server.ask("GET /docs", &[], "").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    for operation in tribute_api::operations() {
        assert!(page.text.contains(&format!("<section id=\"{}\">", operation.id())), "{}", operation.id());
    }
    assert!(!["<script", "src=", "href=\"http"].iter().any(|it| page.text.contains(it)));
}

#[test]
fn the_document_is_the_one_that_was_looked_at() {
    let document = tribute_api::document(&tribute_api::operations());
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/openapi.json");
    if std::env::var_os("TRIBUTE_TEST_WRITE_GOLDEN").is_some() {
        std::fs::write(&golden, &text).unwrap();
    }
    let known = std::fs::read_to_string(&golden).unwrap_or_default();
    let differs = text.lines().zip(known.lines()).find(|(line, known)| line != known);
    assert_eq!(differs, None, "the document has changed: look at it, then write it anew");
    assert_eq!(text.lines().count(), known.lines().count());
}
