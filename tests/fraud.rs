//! What looks like fraud end to end: it is found before it clears, held with its evidence, and opened by a person only.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "fraud/codes.rs"]
mod codes;
#[path = "fraud/defaults.rs"]
mod defaults;
#[path = "fraud/derived.rs"]
mod derived;
#[path = "fraud/refunds.rs"]
mod refunds;

use serde_json::{Value, json};
use tribute_store::entity::finding;
use tribute_tests::{Books, Pipeline, Story, wait};

const TEN: &str = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n";

/// The auditor does not know holds.
fn story(terms: &str) -> Story {
    let mut story = Story::new(&format!("{TEN}{terms}[payout]\nschedule = 'monthly'\napproval = false\n"));
    story.unaudited();
    story
}

/// An order by somebody, through a click or a code of A's.
fn sale(story: &mut Story, at: &str, order: &str, more: Value) {
    let mut data = json!({"lines": [{"sku": "MUG", "quantity": 1, "amount": "100.00"}]});
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    story.sale_with(at, at, order, data);
}

/// The findings: `self_referral/1/A open: the buyer and A go by the same e-mail`.
fn findings(story: &Story) -> Vec<String> {
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(story.lines());
    let read = async {
        let mut transaction = pipeline.database().begin().await.unwrap();
        transaction.select::<finding::Entity>("1 = 1 ORDER BY finding", vec![]).await.unwrap()
    };
    let shown = wait(read).into_iter().map(|row| {
        let evidence: Vec<String> = serde_json::from_str(&row.evidence).unwrap();
        format!("{} {}: {}", row.finding, row.status, evidence.join("; "))
    });
    shown.collect()
}

fn owed(books: &Books, who: &str) -> [String; 3] {
    ["pending", "available", "in_transit"].map(|holding| books.owed(who, holding))
}

fn amounts(pending: &str, available: &str, in_transit: &str) -> [String; 3] {
    [pending, available, in_transit].map(|amount| format!("{amount} USD"))
}

fn decide(story: &mut Story, at: &str, finding: &str, decision: &str) {
    let data = json!({"finding": finding, "decision": decision, "by": "max", "reason": "looked into"});
    story.on(at, "finding.decided", data);
}

#[test]
fn a_hold_stays_shut_until_a_person_opens_it() {
    let mut story = story("");
    story.on(
        "2026-03-01T00:00:00Z",
        "ambassador.updated",
        json!({"ambassador": "A", "email_hashes": ["e1"]}),
    );
    story.click("2026-03-01T11:00:00Z", "A");
    sale(&mut story, "2026-03-01T12:00:00Z", "1", json!({"email_hash": "e1"}));
    sale(&mut story, "2026-03-01T13:00:00Z", "2", json!({"email_hash": "e2"}));
    assert_eq!(story.books().owed("A", "pending"), "20.00 USD", "taking orders in looks at nothing");
    story.tick("2026-04-01T00:00:00Z").tick("2027-01-01T00:00:00Z");
    assert_eq!(owed(&story.books(), "A"), amounts("10.00", "0.00", "10.00"), "no time opens it");
    assert_eq!(findings(&story), ["self_referral/1/A open: the buyer and A go by the same e-mail"]);
    // What is taken back comes out of what is held.
    story.refund("2027-01-02T00:00:00Z", "1", "r1", "40.00").tick("2027-01-03T00:00:00Z");
    assert_eq!(owed(&story.books(), "A"), amounts("6.00", "0.00", "10.00"));
    decide(&mut story, "2027-01-04T00:00:00Z", "self_referral/1/A", "released");
    story.tick("2027-01-05T00:00:00Z");
    assert_eq!(owed(&story.books(), "A"), amounts("0.00", "6.00", "10.00"));
    story.tick("2027-02-01T00:00:00Z");
    assert_eq!(owed(&story.books(), "A"), amounts("0.00", "0.00", "16.00"), "it is paid with the next run");
    assert!(findings(&story)[0].starts_with("self_referral/1/A released"));
}

#[test]
fn an_own_address_that_is_known_after_the_clearing_is_found_before_the_run() {
    let mut story = story("");
    story.click("2026-02-18T11:00:00Z", "A");
    sale(&mut story, "2026-02-18T12:00:00Z", "1", json!({"email_hash": "e1"}));
    story.click("2026-02-18T13:00:00Z", "A");
    sale(&mut story, "2026-02-18T14:00:00Z", "2", json!({"email_hash": "e2"}));
    story.tick("2026-03-22T00:00:00Z");
    assert_eq!(owed(&story.books(), "A"), amounts("0.00", "20.00", "0.00"), "nothing is known yet");
    let profile = json!({"ambassador": "A", "email_hashes": ["e1"]});
    story.on("2026-03-25T00:00:00Z", "ambassador.updated", profile).tick("2026-04-01T00:00:00Z");
    assert_eq!(owed(&story.books(), "A"), amounts("10.00", "0.00", "10.00"));
    assert_eq!(findings(&story), ["self_referral/1/A open: the buyer and A go by the same e-mail"]);
    decide(&mut story, "2026-04-04T00:00:00Z", "self_referral/1/A", "released");
    story.tick("2026-05-01T00:00:00Z");
    assert_eq!(
        owed(&story.books(), "A"),
        amounts("0.00", "0.00", "20.00"),
        "a person opens it, and it is paid"
    );
}

#[test]
fn a_confirmed_finding_holds_for_good() {
    let mut story = story("");
    let profile = json!({"ambassador": "A", "payment_hashes": ["card"]});
    story.on("2026-03-01T00:00:00Z", "ambassador.updated", profile);
    story.click("2026-03-01T11:00:00Z", "A");
    sale(&mut story, "2026-03-01T12:00:00Z", "1", json!({"payment_hash": "card"}));
    story.tick("2026-04-01T00:00:00Z");
    decide(&mut story, "2026-04-02T00:00:00Z", "self_referral/1/A", "confirmed");
    let verdict = json!({"ambassador": "A", "valid": false, "reason": "own orders"});
    story.on("2026-04-03T00:00:00Z", "ambassador.judged", verdict).tick("2026-06-01T00:00:00Z");
    assert_eq!(owed(&story.books(), "A"), amounts("0.00", "0.00", "0.00"), "the verdict takes it away");
    assert!(findings(&story)[0].starts_with("self_referral/1/A confirmed"));
}

#[test]
fn two_accounts_of_one_person_are_held_both() {
    let mut story = story("[[post_fee]]\nid = 'fee'\namount = '5.00'\n");
    for who in ["A", "B"] {
        let profile = json!({"ambassador": who, "payment_hashes": ["iban"], "email_hashes": [who]});
        story.on("2026-02-01T00:00:00Z", "ambassador.updated", profile);
    }
    for (author, post) in [("A", "a"), ("B", "b"), ("C", "c")] {
        story.on("2026-03-01T00:00:00Z", "post.published", json!({"post": post, "author": author}));
    }
    story.tick("2026-04-01T00:00:00Z");
    let books = story.books();
    let pending = ["A", "B", "C"].map(|who| books.owed(who, "pending"));
    assert_eq!(pending, ["5.00 USD", "5.00 USD", "0.00 USD"]);
    let found = findings(&story);
    assert_eq!(found, ["duplicate_account/A+B open: A and B go by the same payment details"]);
    // A person confirms it, and judges one of the two: what they were to get is taken away, also what comes later.
    decide(&mut story, "2026-04-02T00:00:00Z", "duplicate_account/A+B", "confirmed");
    let verdict = json!({"ambassador": "B", "valid": false, "reason": "A under another name"});
    story.on("2026-04-03T00:00:00Z", "ambassador.judged", verdict);
    story.on("2026-04-04T00:00:00Z", "post.published", json!({"post": "b2", "author": "B"}));
    story.tick("2026-06-01T00:00:00Z");
    let books = story.books();
    assert_eq!(["A", "B"].map(|who| books.owed(who, "pending")), ["5.00 USD", "0.00 USD"]);
    assert_eq!(["post:b", "post:b2"].map(|post| books.earned_for(post)), ["nothing", "nothing"]);
}

#[test]
fn one_shop_account_or_one_handle_is_one_person() {
    let mut story = story("[[post_fee]]\nid = 'fee'\namount = '5.00'\n");
    let handle = |name: &str| json!([{"platform": "clips", "handle": name}]);
    for (who, accounts, handles) in [
        ("A", json!(["shopper-1"]), handle("ann")),
        ("B", json!(["shopper-1"]), handle("ben")),
        ("C", json!(["shopper-3"]), handle("@Ann")),
    ] {
        let profile = json!({"ambassador": who, "accounts": accounts, "handles": handles});
        story.on("2026-02-01T00:00:00Z", "ambassador.updated", profile);
        story.on("2026-03-01T00:00:00Z", "post.published", json!({"post": who, "author": who}));
    }
    story.tick("2026-04-01T00:00:00Z");
    let expected = [
        "duplicate_account/A+B open: B and A go by the same shop account",
        "duplicate_account/A+B+C open: A and B go by the same shop account; A and C go by the same account on a platform",
        "duplicate_account/A+C open: C and A go by the same account on a platform",
    ];
    assert_eq!(findings(&story), expected);
}

#[test]
fn a_recruiter_who_buys_is_found() {
    let mut story = story("[recruiter]\nfirst_level = '10%'\n");
    story.on("2026-01-02T00:00:00Z", "ambassador.updated", json!({"ambassador": "B", "accounts": ["kim"]}));
    story.on("2026-01-02T00:00:00Z", "ambassador.updated", json!({"ambassador": "A", "recruiter": "B"}));
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "100.00");
    story.tick("2026-04-01T00:00:00Z");
    assert_eq!(story.books().owed("B", "pending"), "1.00 USD");
    assert_eq!(findings(&story), ["self_referral/1/B open: the buyer's account kim is B's own"]);
}

#[test]
fn clicks_that_no_person_makes_hold_the_order() {
    let mut story = story("[fraud]\nclicks_max = 3\n");
    for second in 0..4 {
        story.click(&format!("2026-03-01T11:00:0{second}Z"), "A");
    }
    sale(&mut story, "2026-03-01T11:00:04Z", "1", json!({}));
    story.tick("2026-04-01T00:00:00Z");
    assert_eq!(owed(&story.books(), "A"), amounts("10.00", "0.00", "0.00"));
    let expected = [
        "click_flooding/1/A open: one shopper clicked 4 times on A's links in 1d before the order; more than 3 is a flood",
        "quick_order/1/A open: the order came 1s after the click; less than 3s is no person's doing",
    ];
    assert_eq!(findings(&story), expected);
    decide(&mut story, "2026-04-02T00:00:00Z", "quick_order/1/A", "released");
    story.tick("2026-04-03T00:00:00Z");
    assert_eq!(owed(&story.books(), "A"), amounts("10.00", "0.00", "0.00"), "the other one still holds it");
}

#[test]
fn what_is_not_known_cannot_be_decided() {
    let mut story = story("");
    decide(&mut story, "2026-03-02T00:00:00Z", "leaked_code/X/2026-03", "released");
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(story.lines());
    let books = pipeline.books();
    let reason = "finding leaked_code/X/2026-03 is not known; see `tribute report fraud`";
    assert_eq!(books.quarantine.iter().map(|row| row.reason.as_str()).collect::<Vec<_>>(), [reason]);
}

#[test]
fn a_decision_says_who_and_why() {
    let mut story = story("");
    for (by, reason) in [("", "looked into"), ("max", " ")] {
        let data =
            json!({"finding": "leaked_code/X/2026-03", "decision": "released", "by": by, "reason": reason});
        story.on("2026-03-02T00:00:00Z", "finding.decided", data);
    }
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(story.lines());
    let reasons: Vec<_> = pipeline.books().quarantine.into_iter().map(|row| row.reason).collect();
    let expected = [
        "data.by is empty: it goes on the record; say who decided",
        "data.reason is empty: it goes on the record; say why",
    ];
    assert_eq!(reasons, expected);
}
