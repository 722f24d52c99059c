//! What missions ask for, and what a round brings.

use serde_json::json;

use super::{post, story};

#[test]
fn a_round_needs_everything_and_brings_several_things() {
    let mut story = story(
        "[[mission]]\nid = 'all'\nrequires = { conversions = 1, recruits = 1, posts = [{ count = 1, kinds = ['video'] }, \
         { views = 1000 }] }\ngives = [{ token = 'COIN', units = 50 }, { perk = 'SKU:TOTE', fair_value = '9.00' }, \
         { badge = 'FAN' }, { money = '25.00' }]\n",
    );
    story.on("2026-01-02T00:00:00Z", "perk.stocked", json!({"perk": "SKU:TOTE", "units": 1}));
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "100.00");
    story.on("2026-03-02T00:00:00Z", "ambassador.approved", json!({"ambassador": "D", "recruiter": "A"}));
    post(&mut story, "2026-03-03T00:00:00Z", "p1", "A", "video");
    assert_eq!(story.books().grants(), Vec::<String>::new(), "nobody saw it yet");
    for (day, views) in [("04", 600), ("05", 1_200)] {
        let metrics = json!({"post": "p1", "metrics": {"views": views}});
        story.on(&format!("2026-03-{day}T00:00:00Z"), "post.measured", metrics);
    }
    let books = story.books();
    let expected = ["A all 1 COIN 50 granted", "A all 1 SKU:TOTE 1 reserved", "A all 1 BADGE:FAN 1 granted"];
    assert_eq!(books.grants(), expected);
    assert_eq!(books.earned_for("mission:all/1"), "A 25.00 USD");
    assert_eq!(books.owed("A", "pending"), "25.00 USD");
    story.tick("2026-04-03T23:59:59Z");
    assert_eq!(story.books().owed("A", "available"), "0.00 USD", "held since it was seen often enough");
    story.tick("2026-04-04T00:00:00Z");
    assert_eq!(story.books().owed("A", "available"), "25.00 USD", "every fact has locked");
}

/// As the fee for the same post: a rejection within the hold takes back what nobody was paid yet.
#[test]
fn what_a_late_review_brings_is_held_from_the_review_on() {
    let mut story = story(
        "[[post_fee]]\nid = 'fee'\namount = '20.00'\nreview = true\n\
         [[mission]]\nid = 'say'\nrequires.posts = { count = 1, review = true }\ngives = [{ money = '50.00' }]\n",
    );
    post(&mut story, "2026-01-10T00:00:00Z", "p1", "A", "photo");
    let approved = json!({"post": "p1", "verdict": "approved"});
    story.tick("2026-03-01T00:00:00Z").on("2026-03-02T00:00:00Z", "post.reviewed", approved);
    story.tick("2026-03-02T00:00:00Z");
    assert_eq!(story.books().owed("A", "available"), "0.00 USD");
    assert_eq!(story.books().owed("A", "pending"), "70.00 USD");
    let rejected = json!({"post": "p1", "verdict": "rejected", "reason": "ugly"});
    story.on("2026-03-10T00:00:00Z", "post.reviewed", rejected).tick("2026-04-01T00:00:00Z");
    assert_eq!(story.books().owed("A", "available"), "0.00 USD");
    assert_eq!(story.books().owed("A", "pending"), "0.00 USD");
}

#[test]
fn what_takes_the_cause_away_takes_everything_back() {
    let mut story = story(
        "[[mission]]\nid = 'say'\nrequires.posts = { count = 1, live = '14d', disclosed = true }\nrounds = 0\n\
         gives = [{ token = 'COIN', units = 5 }, { perk = 'SKU:TOTE' }, { money = '10.00' }, { badge = 'VOICE' }]\n\
         [[mission]]\nid = 'sell'\nrequires.conversions = 1\nrounds = 0\ngives = [{ token = 'COIN', units = 7 }]\n\
         [[mission]]\nid = 'win'\nrequires.recruits = 1\ngives = [{ token = 'COIN', units = 3 }]\n",
    );
    story.on("2026-01-02T00:00:00Z", "perk.stocked", json!({"perk": "SKU:TOTE", "units": 3}));
    post(&mut story, "2026-03-01T00:00:00Z", "gone", "A", "photo");
    post(&mut story, "2026-03-02T00:00:00Z", "hidden", "B", "photo");
    post(&mut story, "2026-03-02T00:00:00Z", "kept", "C", "photo");
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "100.00");
    story.click("2026-03-02T11:00:00Z", "B").sale("2026-03-02T12:00:00Z", "2", "100.00");
    story.on("2026-03-02T00:00:00Z", "ambassador.approved", json!({"ambassador": "D", "recruiter": "A"}));
    assert_eq!(story.books().held("ambassador:A:wallet", "COIN"), -15);
    story.on("2026-03-09T00:00:00Z", "post.removed", json!({"post": "gone"}));
    let undisclosed = json!({"post": "hidden", "author": "B", "kind": "photo", "hashtags": ["#spring"]});
    story.on("2026-03-09T00:00:00Z", "post.published", undisclosed);
    story.refund("2026-03-09T00:00:00Z", "1", "r1", "100.00");
    story.on("2026-03-09T00:00:00Z", "sale.cancelled", json!({"order": "2"}));
    story.on("2026-03-09T00:00:00Z", "ambassador.banned", json!({"ambassador": "D", "reason": "made-up"}));
    let books = story.books();
    let standing: Vec<_> = books.grants().into_iter().filter(|it| !it.ends_with("revoked")).collect();
    assert_eq!(
        standing,
        ["C say 1 COIN 5 granted", "C say 1 SKU:TOTE 1 reserved", "C say 1 BADGE:VOICE 1 granted"]
    );
    assert_eq!((books.held("token:issued", "COIN"), books.held("perk:stock", "SKU:TOTE")), (5, 2));
    assert_eq!(books.earned_for("mission:say/1"), "C 10.00 USD");
}

#[test]
fn steps_follow_each_other_within_the_window_of_a_round() {
    let mut story = story(
        "[[mission]]\nid = 'quest'\nrequires.posts = { count = 1 }\nthen = [{ conversions = 1 }, { posts = { count = 1 } }]\n\
         within = '10d'\nrounds = 0\ngives = [{ token = 'COIN', units = 1 }]\n",
    );
    // In its steps, within ten days.
    post(&mut story, "2026-03-01T00:00:00Z", "a1", "A", "photo");
    story.click("2026-03-02T11:00:00Z", "A").sale("2026-03-02T12:00:00Z", "1", "10.00");
    post(&mut story, "2026-03-03T00:00:00Z", "a2", "A", "photo");
    // The last step comes too late, and begins the next round.
    post(&mut story, "2026-03-01T00:00:00Z", "b1", "B", "photo");
    story.click("2026-03-02T13:00:00Z", "B").sale("2026-03-02T14:00:00Z", "2", "10.00");
    post(&mut story, "2026-03-11T00:00:00Z", "b2", "B", "photo");
    assert_eq!(story.books().grants(), ["A quest 1 COIN 1 granted"]);
    story.click("2026-03-12T13:00:00Z", "B").sale("2026-03-12T14:00:00Z", "3", "10.00");
    post(&mut story, "2026-03-13T00:00:00Z", "b3", "B", "photo");
    assert_eq!(story.books().grants(), ["A quest 1 COIN 1 granted", "B quest 1 COIN 1 granted"]);
}

/// Each condition asks by the names that commission and post fees use. One that asks for what is not known does not hold.
#[test]
fn conditions_in_cel_decide_which_orders_posts_and_recruits_count() {
    let mut story = story(
        "[[commission]]\nid = 'ten'\npays.percent = '10%'\n\
         [[mission]]\nid = 'large'\nrounds = 0\ngives = [{ token = 'GAMECOIN', units = 5 }]\n\
         requires = { conversions = 1, order_expression = 'order.net >= amount(\"50.00\") && !order.returning' }\n\
         [[mission]]\nid = 'weekend'\nrounds = 0\ngives = [{ badge = 'WEEKEND' }]\n\
         requires.posts = { count = 1, expression = '\"spring\" in post.hashtags && post.weekday >= 6' }\n\
         [[mission]]\nid = 'known'\nrounds = 0\ngives = [{ badge = 'KNOWN' }]\n\
         requires.posts = { count = 1, expression = 'post.followers >= 1000' }\n\
         [[mission]]\nid = 'friend'\nrounds = 0\ngives = [{ badge = 'FRIEND' }]\n\
         requires = { recruits = 1, recruit_expression = 'ambassador.region == \"CA\"' }\n",
    );
    // The third order is by who bought before.
    for (order, day, who, buyer, amount) in [
        ("1", "02", "A", "u1", "60.00"),
        ("2", "03", "A", "u2", "49.99"),
        ("3", "04", "A", "u1", "80.00"),
        ("4", "05", "B", "u4", "50.00"),
    ] {
        let click = json!({"click": format!("c{order}"), "ambassador": who, "account": buyer});
        story.on(&format!("2026-03-{day}T09:00:00Z"), "click.recorded", click);
        let lines = json!({"account": buyer, "lines": [{"sku": "MUG", "quantity": 1, "amount": amount}]});
        let at = format!("2026-03-{day}T10:00:00Z");
        story.sale_with(&at, &at, order, lines);
    }
    // 7 March 2026 is a Saturday.
    post(&mut story, "2026-03-07T12:00:00Z", "p1", "A", "photo");
    post(&mut story, "2026-03-09T12:00:00Z", "p2", "B", "photo");
    let known = json!({"post": "p3", "author": "C", "followers": 1000});
    story.on("2026-03-09T13:00:00Z", "post.published", known);
    // An edit lets it count from then on.
    let edited = json!({"post": "p4", "author": "C", "hashtags": ["other"]});
    story.on("2026-03-08T12:00:00Z", "post.published", edited);
    let edited = json!({"post": "p4", "author": "C", "hashtags": ["#Spring"]});
    story.on("2026-03-10T12:00:00Z", "post.published", edited);
    for (who, region) in [("rob", "CA"), ("sue", "NY")] {
        let approved = json!({"ambassador": who, "recruiter": "A", "region": region});
        story.on("2026-03-11T12:00:00Z", "ambassador.approved", approved);
    }
    let won = [
        "A friend 1 BADGE:FRIEND 1 granted",
        "C known 1 BADGE:KNOWN 1 granted",
        "A large 1 GAMECOIN 5 granted",
        "B large 1 GAMECOIN 5 granted",
        "A weekend 1 BADGE:WEEKEND 1 granted",
        "C weekend 1 BADGE:WEEKEND 1 granted",
    ];
    assert_eq!(story.books().grants(), won);
}
