//! What the pipeline says: one story brings about an event of every outgoing type.

use std::{collections::BTreeMap, env, fs};

use serde_json::{Value, json};
use tribute_events::{
    Conversion,
    catalogue::Direction,
    outgoing::{
        BoardState, DeliverableState, EarningState, EventRejected, FindingState, Outgoing, PayoutState,
        RewardState, StandingState,
    },
};
use tribute_store::entity::outbox;
use tribute_tests::{Pipeline, Story, wait};

use crate::{assert_cloud_event, golden, path, types};

const TERMS: &str = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n\
    [[mission]]\nid = 'sell'\nrequires.conversions = 1\nrounds = 0\ngives = [{ perk = 'SKU:TOTE', fair_value = '12.00' }]\n\
    [[mission]]\nid = 'tell'\nrequires.posts = { count = 1, live = '7d' }\nrounds = 0\ngives = [{ token = 'COIN', units = 10 }, { perk = 'SKU:EVENING' }]\n\
    [[token]]\nasset = 'COIN'\nexpires_after = '30d'\nper_ambassador = 15\n\
    [[experience]]\nperk = 'SKU:EVENING'\nstarts_at = '2026-03-20T00:00:00Z'\n\
    [payout]\nschedule = 'monthly'\nminimum = '5.00'\n\
    [[leaderboard]]\nid = 'top'\nmetric = 'net_revenue'\nperiod = 'month'\nprizes = ['20.00']\n";

/// Orders, posts and grants from the first click to what is spent.
fn story() -> Story {
    let mut story = Story::new(TERMS);
    story.on("2026-01-02T00:00:00Z", "perk.stocked", json!({"perk": "SKU:TOTE", "units": 2}));
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "100.00");
    story.click("2026-03-02T11:00:00Z", "B").sale("2026-03-02T12:00:00Z", "2", "40.00");
    story.click("2026-03-03T11:00:00Z", "C").sale("2026-03-03T12:00:00Z", "3", "70.00");
    // Too little to be paid out.
    story.sale("2026-03-03T13:00:00Z", "5", "12.00");
    story.sale_with(
        "2026-03-03T12:00:00Z",
        "2026-03-03T12:00:00Z",
        "4",
        json!({"account": "lee", "lines": []}),
    );
    story.refund("2026-03-04T12:00:00Z", "1", "r1", "10.00").refund(
        "2026-03-05T12:00:00Z",
        "3",
        "r2",
        "70.00",
    );
    let nobody = json!({"order": "3", "shares": [], "by": "max", "reason": "agreed"});
    story.on("2026-03-06T12:00:00Z", "conversion.overridden", nobody);
    story.on("2026-03-07T12:00:00Z", "post.published", json!({"post": "p1", "author": "B"}));
    story.on("2026-03-07T13:00:00Z", "post.published", json!({"post": "p2", "author": "A"}));
    story.on("2026-03-07T14:00:00Z", "post.published", json!({"post": "p3", "author": "A"}));
    story.on("2026-03-07T15:00:00Z", "post.published", json!({"post": "p4", "author": "A"}));
    story.on("2026-03-08T12:00:00Z", "post.removed", json!({"post": "p1"}));
    story.on(
        "2026-03-09T12:00:00Z",
        "hold.placed",
        json!({"ambassador": "B", "by": "max", "reason": "looked into"}),
    );
    story.on(
        "2026-03-10T12:00:00Z",
        "perk.fulfilled",
        json!({"grant": "p/sell/A/1", "outcome": "delivered"}),
    );
    story.on(
        "2026-03-10T12:00:00Z",
        "perk.fulfilled",
        json!({"grant": "p/sell/B/1", "outcome": "cancelled"}),
    );
    let campaign = json!({"campaign": "spring", "hashtags": ["fizz"], "posts_each": 1, "ambassadors": ["A"],
                          "reserves": ["B"], "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-03-15T00:00:00Z"});
    story.on("2026-03-01T00:00:00Z", "campaign.announced", campaign);
    let spent = json!({"ambassador": "A", "token": "COIN", "amount": "4", "reason": "hat"});
    story.on("2026-04-10T12:00:00Z", "token.spent", spent);
    story
}

/// Orders that their own ambassador may have placed.
fn with_findings(story: &mut Story) {
    let profile = json!({"ambassador": "C", "email_hashes": ["5b1ffd2a"]});
    story.on("2026-03-03T12:00:00Z", "ambassador.updated", profile);
    for order in ["6", "7"] {
        let lines = json!([{"sku": "MUG", "quantity": 1, "amount": "10.00"}]);
        let at = "2026-03-03T14:00:00Z";
        story.sale_with(at, at, order, json!({"email_hash": "5b1ffd2a", "lines": lines}));
    }
}

/// The month ends, and every way that a payout may go.
fn with_payouts(story: &mut Story) {
    let mut months = ["2026-05", "2026-06", "2026-07"].into_iter().enumerate();
    story.tick("2026-04-01T00:00:00Z");
    let outcomes: [&[&str]; 3] = [&["sent", "settled", "returned"], &["failed"], &["unclaimed"]];
    for (index, month) in months.by_ref() {
        let payout = story.tick(&format!("{month}-01T00:00:00Z")).payout();
        let at = format!("{month}-02T00:00:00Z");
        story.on(&at, "payout_approval.given", json!({"payout": payout, "by": "max"}));
        story.on(&at, "payout_file.exported", json!({"payouts": [payout], "file": "f.xml", "sha256": "00"}));
        for outcome in outcomes[index] {
            let data = json!({"payout": payout, "outcome": outcome, "reference": "b-1", "reason": "told"});
            story.on(&at, "settlement.reported", data);
        }
    }
    // What nobody took is proposed again, and called off.
    let payout = story.tick("2026-08-01T00:00:00Z").payout();
    let cancelled = json!({"payout": payout, "by": "max", "reason": "agreed otherwise"});
    story.on("2026-08-01T06:00:00Z", "payout_cancellation.given", cancelled);
}

/// The first event of each type that the story brings about. Each line is a batch of its own, so that changes show.
fn said() -> BTreeMap<String, Value> {
    let mut story = story();
    with_findings(&mut story);
    with_payouts(&mut story);
    for (order, decision) in [("6", "released"), ("7", "confirmed")] {
        let finding = format!("self_referral/{order}/C");
        let data = json!({"finding": finding, "decision": decision, "by": "max", "reason": "looked into"});
        story.on("2026-08-01T12:00:00Z", "finding.decided", data);
    }
    // What it granted was handed over long ago.
    story.on("2026-08-02T12:00:00Z", "sale.cancelled", json!({"order": "1"}));
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed_by(1, story.lines());
    pipeline.feed(&["no event"]);
    let read = async {
        let mut transaction = pipeline.database().begin().await.unwrap();
        transaction.select::<outbox::Entity>("1 = 1 ORDER BY stream, number", vec![]).await.unwrap()
    };
    let mut first = BTreeMap::new();
    for row in wait(read) {
        let events: Vec<Value> = row.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(
            i64::try_from(events.len()).unwrap(),
            row.events_last - row.events_first + 1,
            "{}",
            row.stream
        );
        for event in events {
            first.entry(event["type"].as_str().unwrap().to_owned()).or_insert(event);
        }
    }
    first
}

#[test]
fn every_outgoing_event_is_written_as_its_golden_file_says() {
    let said = said();
    for event_type in types(Direction::Outgoing) {
        let event = said.get(event_type.name).unwrap_or_else(|| panic!("{} was never said", event_type.name));
        assert_cloud_event(event);
        if env::var("TRIBUTE_TEST_WRITE_GOLDEN").is_ok() {
            fs::write(path(event_type.name), format!("{}\n", serde_json::to_string_pretty(event).unwrap()))
                .unwrap();
        }
        assert_eq!(*event, golden(event_type.name), "{}", event_type.name);
    }
    let known: Vec<_> = types(Direction::Outgoing).map(|it| it.name).collect();
    let unknown: Vec<_> = said.keys().filter(|name| !known.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "said, and in no catalogue: {unknown:?}");
}

/// The payload read by a reader of ours, written again.
fn rewritten(name: &str, data: Value) -> Value {
    fn read<T: serde::de::DeserializeOwned>(data: Value) -> T {
        serde_json::from_value(data).unwrap()
    }
    let outgoing = match name.split('.').nth(1).unwrap() {
        "conversion" => Outgoing::Conversion(read::<Conversion>(data)),
        "earning" => Outgoing::Earning(read::<EarningState>(data)),
        "reward" => Outgoing::Reward(read::<RewardState>(data)),
        "finding" => Outgoing::Finding(read::<FindingState>(data)),
        "payout" => Outgoing::Payout(read::<PayoutState>(data)),
        "standing" => Outgoing::Standing(read::<StandingState>(data)),
        "deliverable" => Outgoing::Deliverable(read::<DeliverableState>(data)),
        "leaderboard" => Outgoing::Board(read::<BoardState>(data)),
        _ => Outgoing::Rejected(read::<EventRejected>(data)),
    };
    serde_json::to_value(outgoing).unwrap()
}

#[test]
fn outgoing_payloads_are_read_and_written_back_as_they_were() {
    for event_type in types(Direction::Outgoing) {
        let data = golden(event_type.name)["data"].clone();
        assert_eq!(rewritten(event_type.name, data.clone()), data, "{}", event_type.name);
        let schema = event_type.schema.as_value();
        for required in schema["required"].as_array().into_iter().flatten() {
            assert!(data.get(required.as_str().unwrap()).is_some(), "{}: no {required}", event_type.name);
        }
    }
}
