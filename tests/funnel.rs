//! The funnel: whatever its rows are of, they add up to one total, which is what the summary says; and a sale belongs
//! to the post that brought it.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tribute_reports::{
    Books, Filter,
    report::{Funnel, FunnelBy, FunnelLine, FunnelRow, collect},
};
use tribute_tests::{Pipeline, Story, funnel, wait};
use tribute_tools::workload::{Options, Workload};

/// Every brand with a model of its own.
const MODELS: [&str; 3] = ["linear", "position_based", "time_decay"];

/// The generated workload, in which clicks come from posts, posts are measured, and several touches share an order.
fn lines(seed: u64) -> Vec<String> {
    let options = Options {
        brands: 3,
        ambassadors: 30,
        visitors: 150,
        events: 3_000,
        history: 600,
        seed,
        ..Options::default()
    };
    let told: Vec<String> = Workload::new(options).unwrap().collect();
    let mut posts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in told.iter().filter_map(|line| read(line, "post.published")) {
        let (brand, post) = (text(&event["brand"]), text(&event["data"]["post"]));
        posts.entry(brand).or_default().push(post);
    }
    let mut lines: Vec<String> = told.iter().map(|line| changed(line, &posts)).collect();
    for (brand, posts) in &posts {
        for (number, post) in posts.iter().enumerate().filter(|(number, _)| number % 3 > 0) {
            let metrics = json!({"views": number * 1_000 + 7, "likes": number * 31, "comments": number});
            lines.push(tribute_tests::event(
                brand,
                &format!("measured-{post}"),
                "post.measured",
                "2026-02-01T00:00:00Z",
                "2026-02-01T00:00:00Z",
                &json!({"post": post, "metrics": metrics}),
            ));
        }
    }
    lines
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn read(line: &str, kind: &str) -> Option<Value> {
    if !line.contains(&format!("\"tribute.{kind}\"")) {
        return None;
    }
    serde_json::from_str(line).ok()
}

/// A copy of a line is changed as the line is: by its own id alone.
fn changed(line: &str, posts: &BTreeMap<String, Vec<String>>) -> String {
    if line.contains("\"tribute.program.published\"") {
        let brand = (0..3).find(|brand| line.contains(&format!("brand-{brand:03}"))).unwrap_or_default();
        return line.replace("[attribution]\\n", &format!("[attribution]\\nmodel = '{}'\\n", MODELS[brand]));
    }
    let Some(mut event) = read(line, "click.recorded") else { return line.to_owned() };
    let digits = text(&event["data"]["click"]).chars().filter(char::is_ascii_digit).collect::<String>();
    let number: usize = digits.parse().unwrap_or_default();
    let of_brand =
        posts.get(&text(&event["brand"])).filter(|posts| !posts.is_empty() && !number.is_multiple_of(4));
    if let Some(posts) = of_brand {
        event["data"]["post"] = posts[number % posts.len()].as_str().into();
    }
    if number.is_multiple_of(5) {
        event["data"]["campaign"] = "autumn".into();
    }
    if number.is_multiple_of(7) {
        event["data"]["kind"] = "view".into();
    }
    event.to_string()
}

fn rows(pipeline: &Pipeline, funnel: Funnel, filter: &Filter) -> Vec<FunnelRow> {
    let books = Books { database: pipeline.database(), registry: pipeline.registry() };
    wait(collect(&funnel, &books, filter)).unwrap()
}

#[test]
fn parts_add_up_to_one_total_whatever_they_are_of() {
    for seed in 1..=3 {
        let mut pipeline = Pipeline::on_sqlite();
        pipeline.feed_by(500, &lines(seed));
        let books = Books { database: pipeline.database(), registry: pipeline.registry() };
        assert_eq!(wait(funnel::broken(&books)), Vec::<String>::new(), "seed {seed}");
        let posts = rows(&pipeline, Funnel::by(FunnelBy::Post), &Filter::default());
        let parts = posts.iter().filter(|row| row.line == FunnelLine::Part);
        let sold = parts.filter(|row| row.orders > 0 && row.commission.amount != "0.00").count();
        assert!(sold > 20, "seed {seed}: only {sold} posts sold something");
        assert!(posts.iter().any(|row| row.line == FunnelLine::None && row.orders > 0));
        let shared = |row: &&FunnelRow| row.line == FunnelLine::Total && row.program == "main";
        let orders: u64 = posts.iter().filter(shared).map(|row| row.orders).sum();
        let counted: u64 =
            posts.iter().filter(|row| row.line != FunnelLine::Total).map(|row| row.orders).sum();
        assert!(counted > orders, "seed {seed}: no order came by several posts");
    }
}

#[test]
fn a_filter_shows_the_same_rows() {
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed_by(500, &lines(4));
    for by in funnel::WAYS {
        let all = rows(&pipeline, Funnel::by(by), &Filter::default());
        for brand in ["brand-000", "brand-001", "brand-002"] {
            let own: Vec<_> = all.iter().filter(|row| row.brand == brand).cloned().collect();
            let filter = Filter { brand: Some(brand.into()), ..Filter::default() };
            assert!(own.len() > 1);
            assert_eq!(rows(&pipeline, Funnel::by(by), &filter), own, "{brand} by {}", by.as_str());
            let best = rows(&pipeline, Funnel { by, limit: Some(1) }, &filter);
            let kept = |row: &&FunnelRow| row.line != FunnelLine::Part || row.part == own[0].part;
            assert_eq!(best, own.iter().filter(kept).cloned().collect::<Vec<_>>());
        }
    }
    let everyone = rows(&pipeline, Funnel::by(FunnelBy::Ambassador), &Filter::default());
    let best = everyone[0].clone();
    let filter =
        Filter { brand: Some(best.brand.clone()), ambassador: best.part.clone(), ..Filter::default() };
    for by in funnel::WAYS {
        let own = rows(&pipeline, Funnel::by(by), &filter);
        let total = own.iter().find(|row| row.line == FunnelLine::Total).unwrap();
        assert_eq!(
            (&total.net_revenue, &total.cost, total.orders),
            (&best.net_revenue, &best.cost, best.orders),
            "by {}",
            by.as_str()
        );
    }
}

const LINEAR: &str = "[attribution]\nmodel = 'linear'\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n\
    [recruiter]\nfirst_level = '10%'\n";

/// What each part has: `p1 orders 1 net 30.00 commission 3.00`.
fn short(story: &Story, by: FunnelBy) -> Vec<String> {
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(story.lines());
    let shown = |row: FunnelRow| {
        let part = row.part.unwrap_or_else(|| row.line.as_str().to_owned());
        format!(
            "{part} orders {} net {} commission {}",
            row.orders, row.net_revenue.amount, row.commission.amount
        )
    };
    rows(&pipeline, Funnel::by(by), &Filter::default()).into_iter().map(shown).collect()
}

fn post(story: &mut Story, day: &str, post: &str, more: Value) {
    let mut data = json!({"post": post, "author": "A"});
    for (field, value) in more.as_object().unwrap() {
        data[field] = value.clone();
    }
    story.on(&format!("2026-{day}T08:00:00Z"), "post.published", data);
}

fn click(story: &mut Story, hour: u32, who: &str, more: Value) {
    let at = format!("2026-03-01T{hour:02}:00:00Z");
    let mut data = json!({"click": format!("c{hour}"), "ambassador": who, "account": "kim"});
    for (field, value) in more.as_object().unwrap() {
        data[field] = value.clone();
    }
    story.on(&at, "click.recorded", data);
}

#[test]
fn an_order_of_several_touches_is_split_by_their_weights() {
    let mut story = Story::new(LINEAR);
    story.on("2026-01-02T00:00:00Z", "ambassador.updated", json!({"ambassador": "A", "recruiter": "C"}));
    post(&mut story, "02-01", "p1", json!({"kind": "video"}));
    post(&mut story, "02-02", "p2", json!({"kind": "photo"}));
    click(&mut story, 9, "A", json!({"post": "p1"}));
    click(&mut story, 10, "B", json!({}));
    click(&mut story, 11, "A", json!({"post": "p2"}));
    story.sale("2026-03-01T12:00:00Z", "1", "90.00");
    let books = story.books();
    let weights: Vec<_> = books.conversion("1").reason.winners.iter().map(|claim| claim.weight).collect();
    assert_eq!(weights, [Some(1); 3]);
    // 6.00 and 3.00 of commission, and 0.60 for who recruited A.
    let want = [
        "p1 orders 1 net 30.00 commission 3.30",
        "p2 orders 1 net 30.00 commission 3.30",
        "none orders 1 net 30.00 commission 3.00",
        "total orders 1 net 90.00 commission 9.60",
    ];
    assert_eq!(short(&story, FunnelBy::Post), want);
    let want = [
        "A orders 1 net 60.00 commission 6.00",
        "B orders 1 net 30.00 commission 3.00",
        "C orders 0 net 0.00 commission 0.60",
        "total orders 1 net 90.00 commission 9.60",
    ];
    assert_eq!(short(&story, FunnelBy::Ambassador), want);
}

/// A touch's own campaign comes before its post's; a post of two campaigns is of the one that began last; a post that
/// was not collected is known by its name only.
#[test]
fn campaigns_come_from_the_touch_then_from_the_post() {
    let mut story = Story::new("[[commission]]\nid = 'ten'\npays.percent = '10%'\n");
    for (campaign, from) in [("always", "2026-01-01"), ("spring", "2026-02-01")] {
        let data = json!({"campaign": campaign, "hashtags": ["mug"], "starts_at": format!("{from}T00:00:00Z"),
                          "ends_at": "2026-12-01T00:00:00Z"});
        story.on("2026-01-01T00:00:00Z", "campaign.announced", data);
    }
    post(&mut story, "02-03", "p1", json!({"hashtags": ["#mug"]}));
    post(&mut story, "01-15", "p2", json!({"hashtags": ["#mug"]}));
    for (number, (hour, touch)) in [
        (9, json!({"post": "p1"})),
        (10, json!({"post": "p2"})),
        (11, json!({"post": "p1", "campaign": "own"})),
        (12, json!({"post": "unheard"})),
    ]
    .into_iter()
    .enumerate()
    {
        click(&mut story, hour, "A", touch);
        story.sale(&format!("2026-03-01T{hour:02}:30:00Z"), &format!("{number}"), "10.00");
    }
    let want = [
        "always orders 1 net 10.00 commission 1.00",
        "own orders 1 net 10.00 commission 1.00",
        "spring orders 1 net 10.00 commission 1.00",
        "none orders 1 net 10.00 commission 1.00",
        "total orders 4 net 40.00 commission 4.00",
    ];
    assert_eq!(short(&story, FunnelBy::Campaign), want);
    let want = [
        "p1 orders 2 net 20.00 commission 2.00",
        "p2 orders 1 net 10.00 commission 1.00",
        "unheard orders 1 net 10.00 commission 1.00",
        "total orders 4 net 40.00 commission 4.00",
    ];
    assert_eq!(short(&story, FunnelBy::Post), want);
}

/// Case 43: 9,999 is nano and 10,000 is micro; whose followers nobody told is in no tier.
#[test]
fn case_43_a_tier_is_that_of_the_followers_then() {
    let mut story = Story::new("[[commission]]\nid = 'ten'\npays.percent = '10%'\n");
    for (day, followers) in [("01-10", 9_999), ("03-15", 10_000), ("04-15", 99_999), ("05-15", 100_000)] {
        let data = json!({"ambassador": "A", "followers": followers});
        story.on(&format!("2026-{day}T00:00:00Z"), "ambassador.updated", data);
    }
    for (month, amount) in [("03", "10.00"), ("04", "20.00"), ("05", "40.00"), ("06", "80.00")] {
        story.click(&format!("2026-{month}-01T09:00:00Z"), "A");
        story.sale(&format!("2026-{month}-01T10:00:00Z"), month, amount);
    }
    story.click("2026-06-02T09:00:00Z", "B").sale("2026-06-02T10:00:00Z", "b", "5.00");
    let want = [
        "macro orders 1 net 80.00 commission 8.00",
        "micro orders 2 net 60.00 commission 6.00",
        "nano orders 1 net 10.00 commission 1.00",
        "none orders 1 net 5.00 commission 0.50",
        "total orders 5 net 155.00 commission 15.50",
    ];
    assert_eq!(short(&story, FunnelBy::Tier), want);
}

const MISSIONS: &str = "[[mission]]\nid = 'two'\nrequires.posts = { count = 2, review = true }\n\
    gives = [{ perk = 'SKU:TOTE', units = 2, fair_value = '8.00' }, { money = '5.00' }]\n\
    [[mission]]\nid = 'sold'\nrequires = { conversions = 1, posts = { count = 1 } }\n\
    gives = [{ perk = 'SKU:MUG', fair_value = '3.00' }]\n";

/// What a mission gave stands in the row of the post that completed the round; of the order that did, in none.
#[test]
fn what_a_mission_gave_stands_with_the_post_that_completed_it() {
    let mut story = Story::new(MISSIONS);
    let campaign = json!({"campaign": "spring", "hashtags": ["mug"], "starts_at": "2026-02-01T00:00:00Z",
                          "ends_at": "2026-03-01T00:00:00Z"});
    story.on("2026-01-01T00:00:00Z", "campaign.announced", campaign);
    for perk in ["SKU:TOTE", "SKU:MUG"] {
        story.on("2026-01-02T00:00:00Z", "perk.stocked", json!({"perk": perk, "units": 9}));
    }
    post(&mut story, "02-01", "p1", json!({"kind": "photo"}));
    post(&mut story, "02-02", "p2", json!({"kind": "video", "hashtags": ["#mug"]}));
    // The second one that is approved completes the round.
    for (day, of) in [("05", "p1"), ("06", "p2")] {
        let verdict = json!({"post": of, "verdict": "approved"});
        story.on(&format!("2026-02-{day}T08:00:00Z"), "post.reviewed", verdict);
    }
    story.click("2026-03-01T09:00:00Z", "A").sale("2026-03-01T10:00:00Z", "1", "20.00");
    let server = tribute_tests::postgres_url();
    let servers = server.iter().map(|server| Pipeline::on_postgres(server));
    for mut pipeline in std::iter::once(Pipeline::on_sqlite()).chain(servers) {
        pipeline.feed(story.lines());
        stands_with_its_post(&pipeline);
    }
}

fn stands_with_its_post(pipeline: &Pipeline) {
    let costs = |by: FunnelBy| -> Vec<String> {
        let shown = |row: FunnelRow| {
            let part = row.part.unwrap_or_else(|| row.line.as_str().to_owned());
            format!("{part} perks {} cost {}", row.perk_value.amount, row.cost.amount)
        };
        rows(pipeline, Funnel::by(by), &Filter::default()).into_iter().map(shown).collect()
    };
    let rest = ["none perks 3.00 cost 3.00", "total perks 19.00 cost 24.00"];
    assert_eq!(
        costs(FunnelBy::Post),
        [&["p1 perks 0.00 cost 0.00", "p2 perks 16.00 cost 21.00"][..], &rest].concat()
    );
    assert_eq!(costs(FunnelBy::Campaign), [&["spring perks 16.00 cost 21.00"][..], &rest].concat());
    assert_eq!(
        costs(FunnelBy::Kind),
        [&["photo perks 0.00 cost 0.00", "video perks 16.00 cost 21.00"][..], &rest].concat()
    );
    assert_eq!(costs(FunnelBy::Ambassador)[0], "A perks 19.00 cost 24.00");
    // Only what was won in a time is asked for: the row is the same.
    let filter = Filter { from: Some("2026-02-06T00:00:00Z".parse().unwrap()), ..Filter::default() };
    let row = rows(pipeline, Funnel::by(FunnelBy::Campaign), &filter).remove(0);
    assert_eq!((row.part.as_deref(), row.perk_value.amount.as_str()), (Some("spring"), "16.00"));
}

#[test]
fn the_tiers_are_those_of_the_terms_where_they_have_any() {
    let mut story = Story::new(
        "[[commission]]\nid = 'ten'\npays.percent = '10%'\n\
         [[tier]]\nid = 'gold'\nby = 'orders'\nperiod = 'month'\nfrom = '1'\n",
    );
    let profile = json!({"ambassador": "A", "followers": 50_000});
    story.on("2026-01-02T00:00:00Z", "ambassador.updated", profile);
    for (month, order) in [("02", "1"), ("03", "2")] {
        story.click(&format!("2026-{month}-03T11:00:00Z"), "A");
        story.sale(&format!("2026-{month}-03T12:00:00Z"), order, "10.00");
    }
    let want = [
        "gold orders 1 net 10.00 commission 1.00",
        "none orders 1 net 10.00 commission 1.00",
        "total orders 2 net 20.00 commission 2.00",
    ];
    assert_eq!(short(&story, FunnelBy::Tier), want);
}

#[test]
fn one_absurd_measurement_is_refused_and_the_funnel_stands() {
    let mut story = Story::new(
        "[media_value]\nversion = '1'\nreaction = '0.30'\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n",
    );
    post(&mut story, "02-01", "p1", json!({}));
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(story.lines());
    let measured = |id: &str, metrics: Value| {
        let at = "2026-02-02T00:00:00Z";
        tribute_tests::event("acme", id, "post.measured", at, at, &json!({"post": "p1", "metrics": metrics}))
    };
    let lines = [
        measured("m1", json!({"likes": u64::MAX})),
        measured("m2", json!({"likes": 5, "sentiment": "101%"})),
        measured("m3", json!({"likes": 7, "sentiment": "-100%"})),
    ];
    assert_eq!(pipeline.feed(&lines).quarantined_in_all(), 2);
    let total = rows(&pipeline, Funnel::by(FunnelBy::Post), &Filter::default());
    assert_eq!(total.iter().map(|row| row.interactions).max(), Some(7));
}
