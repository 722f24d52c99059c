//! What is well-formed and can not take effect as things stand: put aside likewise, and possible later.

use serde_json::{Value, json};
use tribute_services::Incoming;
use tribute_tests::{Pipeline, Story, event, invariants};

const COINS: &str = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n[payout]\nschedule = 'monthly'\n\
    [[mission]]\nid = 'sell'\nrequires.conversions = 1\nrounds = 0\ngives = [{ token = 'COIN', units = 10 }]\n";

fn said(id: &str, kind: &str, data: &Value) -> String {
    // With an attribute of the sender's own, which the original bytes must keep.
    let line = event("acme", id, kind, "2026-04-02T00:00:00Z", "2026-04-02T00:00:00Z", data);
    line.replacen('{', "{\"sendersown\":\"kept\",", 1)
}

fn spend(id: &str, amount: &str) -> String {
    let data = json!({"program": "p", "ambassador": "A", "token": "COIN", "amount": amount, "reason": "hat"});
    said(id, "token.spent", &data)
}

/// What waits for something is decided by the next tick.
fn tick(at: &str) -> String {
    event("", at, "clock.ticked", at, at, &json!({"at": at}))
}

fn settlement(id: &str, payout: &str, outcome: &str) -> String {
    said(id, "settlement.reported", &json!({"payout": payout, "outcome": outcome}))
}

#[test]
fn what_is_not_possible_is_put_aside_with_its_bytes() {
    let mut story = Story::new(COINS);
    story
        .click("2026-03-01T11:00:00Z", "A")
        .sale("2026-03-01T12:00:00Z", "1", "100.00")
        .tick("2026-04-01T00:00:00Z");
    let payout = story.payout();
    for (line, reason) in [
        (settlement("s1", "po_unknown", "settled"), "payout po_unknown is not known"),
        (settlement("s2", &payout, "settled"), "can not become settled"),
        (said("s3", "payout_approval.given", &json!({"payout": "po_unknown", "by": "max"})), "is not known"),
        (
            said("s4", "payout_file.exported", &json!({"payouts": [payout], "file": "f", "sha256": "0"})),
            "can not become exported",
        ),
        (spend("s5", "10.5"), "10.5"),
        (spend("s6", "11"), "11"),
        (
            said("s7", "perk.fulfilled", &json!({"grant": "unknown", "outcome": "delivered"})),
            "grant unknown is not known",
        ),
        (said("s8", "perk.stocked", &json!({"program": "p", "perk": "USD", "units": 5})), "USD"),
        (
            said(
                "s9",
                "fx.published",
                &json!({"base": "USD", "date": "2026-03-01", "rates": {"EUR": "0.9"}}),
            ),
            "data.base",
        ),
        (said("s11", "ambassador.banned", &json!({"program": "p", "ambassador": "A"})), "data.reason"),
        (
            said("s12", "post.reviewed", &json!({"post": "p1", "verdict": "rejected", "reason": " "})),
            "post p1 is rejected without a reason",
        ),
        (
            said(
                "s10",
                "fx.published",
                &json!({"base": "EUR", "date": "2026-03-01", "rates": {"USD": "-1"}}),
            ),
            "data.rates.USD",
        ),
    ] {
        let mut pipeline = Pipeline::on_sqlite();
        pipeline.feed(story.lines());
        let receipt = pipeline.feed(&[line.clone(), spend("after", "1"), tick("2026-04-02T00:00:00Z")]);
        assert_eq!(receipt.quarantined_in_all(), 1, "{line}");
        let books = pipeline.books();
        let [entry] = books.quarantine.as_slice() else { panic!("{line}: {:?}", books.quarantine) };
        assert!(entry.reason.contains(reason), "`{}` does not say `{reason}`", entry.reason);
        assert!(["not_possible", "invalid_data"].contains(&entry.code.as_str()), "{line}: {}", entry.code);
        assert_eq!(books.held("ambassador:A:wallet", "COIN"), -9, "what came after was held up: {line}");
        assert_eq!(String::from_utf8_lossy(&entry.body), line, "the bytes are not the original ones");
        assert!(entry.origin.contains("test:"), "nobody knows where it came from: {}", entry.origin);
        assert_eq!(invariants::broken(&books), Vec::<String>::new());
        let receipt = pipeline.feed(&[line]);
        assert_eq!(
            (receipt.duplicates, pipeline.books().quarantine.len()),
            (1, 1),
            "the same line twice is one entry"
        );
    }
}

#[test]
fn what_is_possible_by_now_goes_in_when_it_is_tried_again() {
    let mut story = Story::new(COINS);
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(story.lines());
    let early = spend("s1", "4");
    assert_eq!(pipeline.feed(&[early.as_str()]).quarantined_in_all(), 0, "the tokens may still come");
    assert_eq!(pipeline.feed(&[tick("2026-04-02T00:00:00Z")]).quarantined_in_all(), 1);
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "100.00");
    pipeline.feed(story.lines());
    pipeline.feed(&[tick("2026-04-03T00:00:00Z")]);
    let again = Incoming { again: true, ..pipeline.incoming(early.as_bytes()) };
    pipeline.process(vec![again]).unwrap();
    assert_eq!(pipeline.books().held("ambassador:A:wallet", "COIN"), -6);
}

#[test]
fn a_bank_that_reports_before_the_payout_is_known_is_heard_when_it_is_tried_again() {
    let mut story = Story::new(
        "[[commission]]\nid = 'ten'\npays.percent = '10%'\n[payout]\nschedule = 'monthly'\napproval = false\n",
    );
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "100.00");
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(story.lines());
    let payout = story.clone().tick("2026-04-01T00:00:00Z").payout();
    let failed = settlement("s1", &payout, "failed");
    assert_eq!(pipeline.feed(&[failed.as_str()]).quarantined_in_all(), 1);
    pipeline.feed(story.tick("2026-04-01T00:00:00Z").lines());
    let exported = json!({"payouts": [payout], "file": "f", "sha256": "0"});
    pipeline.feed(&[said("x1", "payout_file.exported", &exported)]);
    let again = Incoming { again: true, ..pipeline.incoming(failed.as_bytes()) };
    pipeline.process(vec![again]).unwrap();
    assert_eq!(pipeline.books().payouts(), ["2026-04-01 A 10.00 USD failed 10.00 USD"]);
}

/// Each of these orders passes intake; what it earns, or what several of them add up to, fits in no account.
#[test]
fn what_overflows_a_computation_does_not_stop_the_rest() {
    let per_item = "[[commission]]\nid = 'r'\npays.per_item = '1.25'\n";
    let tiers = "[[commission]]\nid = 'r'\n[commission.pays.tiers]\nby = 'revenue'\nsteps = [{from = '0', percent = '5%'}]\n";
    let bonus = "[[commission]]\nid = 'r'\npays.percent = '1%'\n[[bonus]]\nid = 'b'\nby = 'revenue'\nfrom = '100'\namount = '1.00'\n";
    for (terms, quantity, amount) in
        [(per_item, i64::MAX, "100.00"), (tiers, 1, "1000000000000.00"), (bonus, 1, "1000000000000.00")]
    {
        let mut story = Story::new(terms);
        story.click("2026-03-01T11:00:00Z", "A");
        for order in 1..=12 {
            let line = json!({"sku": "MUG", "quantity": quantity, "amount": amount});
            let at = format!("2026-03-02T{order:02}:00:00Z");
            story.sale_with(&at, &at, &format!("huge-{order:02}"), json!({"lines": [line]}));
        }
        story.sale("2026-03-03T12:00:00Z", "after", "100.00");
        let mut pipeline = Pipeline::on_sqlite();
        for line in story.lines() {
            let incoming = pipeline.incoming(line.as_bytes());
            let done = pipeline.process(vec![incoming]);
            assert!(done.is_ok(), "one order stops everything: {:?}\n{line}", done.unwrap_err());
        }
        let books = pipeline.books();
        assert!(books.log.iter().any(|row| row.body.contains("\"after\"")));
        assert_eq!(invariants::broken(&books), Vec::<String>::new());
    }
}
