//! Shoppers who follow links.

use std::time::{Duration, Instant};

use axum::{http::StatusCode, response::Response};
use sea_orm::EntityTrait;
use serde_json::json;
use tribute_api::{OptOut, Role, Secret};
use tribute_store::entity::{api_key, touch};

use crate::World;

const BROWSER: (&str, &str) = (
    "user-agent",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
);

impl World {
    async fn follow(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        self.call("GET", path, &[&[BROWSER], headers].concat(), b"").await
    }

    /// What was recorded, once there is as much.
    async fn touches(&self, count: usize) -> Vec<touch::Model> {
        for _ in 0..200 {
            let rows = touch::Entity::find().all(self.database.connection()).await.unwrap();
            if rows.len() >= count {
                return rows;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("fewer than {count} clicks were recorded");
    }
}

fn header<'r>(answer: &'r Response, name: &str) -> &'r str {
    answer.headers().get(name).map(|it| it.to_str().unwrap()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_is_recorded_and_a_sale_that_names_it_is_credited() {
    let world = World::open().await;
    let answer = world.follow("/r/ada?utm_source=story&via=qr", &[]).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    let (to, click) = header(&answer, "location").split_once("click=").unwrap();
    assert_eq!(to, "https://shop.example/spring?a=1&utm_source=story&");
    let click = click.strip_suffix("#top").unwrap();
    let device = click.split('.').next().unwrap();
    let cookie = header(&answer, "set-cookie");
    assert!(cookie.contains(&format!("={device}; ")) && cookie.contains("HttpOnly"), "{cookie}");
    assert_eq!(header(&answer, "cache-control"), "private, no-store");
    let again = world.follow("/r/ada/acme", &[("cookie", cookie.split(';').next().unwrap())]).await;
    assert!(header(&again, "location").contains(&format!("click={device}.")), "the device is known again");
    let touches = world.touches(2).await;
    let scanned = touches.iter().find(|it| it.touch_id == click).unwrap();
    assert_eq!((scanned.kind.as_str(), scanned.link.as_deref()), ("qr", Some("ada")));
    assert_eq!(touches.iter().filter(|it| it.device.as_deref() == Some(device)).count(), 2);
    // The shop has no cookie and kept only the click's id.
    world.connect("shop_1", "shopify", b"secret-1", None).await;
    let order = json!({"id": 1, "currency": "USD", "created_at": "2026-03-01T12:00:00Z",
        "note_attributes": [{"name": "click", "value": click}],
        "line_items": [{"id": 1, "sku": "TOTE", "quantity": 1, "price": "60.00", "discount_allocations": []}]});
    let (_, taken) = world.shopify("orders/create", b"secret-1", &order).await;
    assert_eq!(taken["accepted"], 1, "{taken}");
    assert_eq!(world.earned().await, [600]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_where_it_was_issued_to_and_nowhere_else() {
    let world = World::open().await;
    let answer = world.follow("/r/ada?target=https://evil.example&url=//evil.example", &[]).await;
    assert!(header(&answer, "location").starts_with("https://shop.example/spring?a=1&target="));
    for path in ["/r/plain", "/r/nowhere", "/r/unknown", "/r/ada/other", "/r/https:%2F%2Fevil.example"] {
        let answer = world.follow(path, &[]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(header(&answer, "location"), "");
    }
    let narrow =
        World::with(|it| tribute_api::TrackingSettings { landing_hosts: vec!["other.example".into()], ..it });
    let answer = narrow.await.follow("/r/ada", &[]).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn crawlers_and_prefetches_are_sent_on_and_not_recorded() {
    let world = World::open().await;
    let robot = [("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")];
    let answers = [
        world.call("GET", "/r/ada", &robot, b"").await,
        world.follow("/r/ada", &[("sec-purpose", "prefetch")]).await,
        world.call("HEAD", "/r/ada", &[BROWSER], b"").await,
    ];
    for answer in &answers {
        assert_eq!(answer.status(), StatusCode::FOUND);
        assert_eq!(header(answer, "location"), "https://shop.example/spring?a=1#top");
        assert_eq!(header(answer, "set-cookie"), "");
    }
    world.follow("/r/ada", &[]).await;
    assert_eq!(world.touches(1).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_opts_out_is_recorded_without_a_device_or_not_at_all() {
    let world = World::open().await;
    let answer = world.follow("/r/ada", &[("sec-gpc", "1")]).await;
    assert!(header(&answer, "location").contains("click=") && header(&answer, "set-cookie").is_empty());
    assert_eq!(world.touches(1).await.len(), 1);
    let strict = World::with(|it| tribute_api::TrackingSettings { opt_out: OptOut::NotAtAll, ..it }).await;
    let answer = strict.follow("/r/ada", &[("dnt", "1")]).await;
    assert_eq!(header(&answer, "location"), "https://shop.example/spring?a=1#top");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_click_of_two_thousand_is_lost() {
    let world = World::open().await;
    world.follow("/r/ada", &[]).await;
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..2_000 {
        let begun = Instant::now();
        let answer = world.follow("/r/ada", &[]).await;
        times.push(begun.elapsed());
        assert_eq!(answer.status(), StatusCode::FOUND);
    }
    times.sort();
    println!("a redirect: {:?} at the median, {:?} at the 99th percentile", times[1_000], times[1_980]);
    assert_eq!(world.touches(2_001).await.len(), 2_001);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_drawn_for_those_who_may_see_it() {
    let world = World::open().await;
    let key = async |brand: &str, ambassador: Option<&str>| {
        let secret = Secret::new().unwrap();
        let role = if ambassador.is_some() { Role::Ambassador } else { Role::Marketer };
        let row = api_key::Model {
            brand: brand.into(),
            key: tribute_api::new_name("key").unwrap(),
            name: "test".into(),
            role: role.as_str().into(),
            scopes: String::new(),
            ambassador: ambassador.map(Into::into),
            hash: secret.hash(),
            hint: secret.hint().into(),
            made_at: 0,
            expires_at: None,
            revoked_at: None,
        };
        let mut transaction = world.database.begin().await.unwrap();
        transaction.insert::<api_key::Entity>(&[row]).await.unwrap();
        transaction.commit().await.unwrap();
        format!("Bearer {}", secret.reveal())
    };
    let (marketer, ada, ben) =
        (key("acme", None).await, key("acme", Some("ada")).await, key("acme", Some("ben")).await);
    let stranger = key("other", None).await;
    let draw = async |path, key: &str| world.call("GET", path, &[("authorization", key)], b"").await;
    for (path, media, begin) in [
        ("/v1/links/ada/qr.svg", "image/svg+xml", b"<svg".as_slice()),
        ("/v1/links/ada/qr.png", "image/png", b"\x89PNG".as_slice()),
    ] {
        for key in [&marketer, &ada] {
            let answer = draw(path, key).await;
            assert_eq!((answer.status(), header(&answer, "content-type")), (StatusCode::OK, media));
            let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
            assert!(body.starts_with(begin));
        }
        for key in [&ben, &stranger] {
            assert_eq!(draw(path, key).await.status(), StatusCode::NOT_FOUND);
        }
        assert_eq!(world.call("GET", path, &[], b"").await.status(), StatusCode::UNAUTHORIZED);
    }
}
