//! Who may approve.

use serde_json::json;

use crate::{ask, earned, payout_of, refusals, told};

const TWO: &str = "[payout]\nsecond_approval_from = '20.00'\n";
const CUT_OFF: &str = "2026-03-02T00:00:00Z";

fn approve(story: &mut tribute_tests::Story, payout: &str, by: &str) {
    story.on("2026-03-02T02:00:00Z", "payout_approval.given", json!({"payout": payout, "by": by}));
}

#[test]
fn a_second_person_approves_and_from_the_threshold_on_a_third() {
    let mut story = earned(TWO);
    let chosen = json!({"ambassador": "A", "method": "paypal", "details": true, "by": "ed"});
    story.on("2026-03-02T00:30:00Z", "payout_method.chosen", chosen);
    ask(&mut story, CUT_OFF, "rita");
    let (small, large) = (payout_of(&story, "A"), payout_of(&story, "B"));
    approve(&mut story, &small, "Rita");
    approve(&mut story, &small, "ed");
    approve(&mut story, &large, "carla");
    approve(&mut story, &large, "carla ");
    let books = told(&story);
    let states: Vec<_> = books.payouts.iter().map(|row| row.status.as_str()).collect();
    assert_eq!(states, ["proposed", "proposed"]);
    for why in
        ["they asked for its run", "they entered how its ambassador is paid", "they approved it already"]
    {
        let said = refusals(&books);
        assert!(said.iter().any(|it| it.contains(why)), "{why}: {said:?}");
    }
    let waits = books.payouts.iter().find(|row| row.payout == large).unwrap();
    assert_eq!(waits.reason.as_deref(), Some("approved by carla; another person must approve it too"));
    approve(&mut story, &small, "carla");
    approve(&mut story, &large, "dan");
    let books = told(&story);
    assert!(books.payouts.iter().all(|row| row.status == "approved" && row.reason.is_none()));
}

#[test]
fn details_that_are_entered_after_the_approval_are_approved_once_more() {
    let mut story = earned(TWO);
    ask(&mut story, CUT_OFF, "rita");
    let large = payout_of(&story, "B");
    approve(&mut story, &large, "carla");
    approve(&mut story, &large, "dan");
    let chosen = json!({"ambassador": "B", "method": "paypal", "details": true, "by": "carla"});
    story.on("2026-03-02T02:30:00Z", "payout_method.chosen", chosen);
    let export = |story: &mut tribute_tests::Story, at: &str| {
        let data = json!({"payouts": [large], "file": "b.csv", "sha256": at});
        story.on(at, "payout_file.exported", data);
    };
    let status = |story: &tribute_tests::Story| {
        let books = told(story);
        let row = books.payouts.iter().find(|row| row.payout == large).unwrap();
        (row.status.clone(), refusals(&books))
    };
    export(&mut story, "2026-03-02T03:00:00Z");
    let (stands, why) = status(&story);
    assert_eq!(stands, "approved");
    assert!(
        why.iter().any(|it| it.contains("was entered at 2026-03-02T02:30:00Z, after it was approved")),
        "{why:?}"
    );
    let once_more = |story: &mut tribute_tests::Story, at: &str, by: &str| {
        story.on(at, "payout_approval.given", json!({"payout": large, "by": by}));
    };
    // Who entered them does not; of those who approved before, two are asked again.
    once_more(&mut story, "2026-03-02T04:00:00Z", "carla");
    once_more(&mut story, "2026-03-02T04:00:01Z", "dan");
    let (stands, why) = status(&story);
    assert_eq!(stands, "proposed");
    assert!(why.iter().any(|it| it.contains("carla: they entered how")), "{why:?}");
    once_more(&mut story, "2026-03-02T04:00:02Z", "eve");
    export(&mut story, "2026-03-02T05:00:00Z");
    assert_eq!(status(&story).0, "exported");
}

#[test]
fn a_hold_stops_what_is_proposed_and_what_is_approved() {
    let mut story = earned("[payout]\n");
    ask(&mut story, CUT_OFF, "rita");
    let (a, b) = (payout_of(&story, "A"), payout_of(&story, "B"));
    approve(&mut story, &b, "carla");
    for (who, at) in [("A", "2026-03-02T01:30:00Z"), ("B", "2026-03-02T02:30:00Z")] {
        let hold = json!({"ambassador": who, "by": "dan", "reason": "looks like fraud"});
        story.on(at, "hold.placed", hold);
    }
    approve(&mut story, &a, "carla");
    let export = json!({"payouts": [b], "file": "b.csv", "sha256": "00"});
    story.on("2026-03-02T03:00:00Z", "payout_file.exported", export.clone());
    let books = told(&story);
    assert_eq!(
        books.payouts(),
        ["2026-03-02 A 10.00 USD proposed 10.00 USD", "2026-03-02 B 20.00 USD approved 20.00 USD"]
    );
    let why = refusals(&books);
    for (verb, who) in [("approved", "A"), ("exported", "B")] {
        let wanted = format!("is not {verb}: {who} is on hold: looks like fraud");
        assert!(why.iter().any(|it| it.contains(&wanted)), "{why:?}");
    }
    story.on(
        "2026-03-02T04:00:00Z",
        "hold.released",
        json!({"ambassador": "B", "by": "dan", "reason": "it is fine"}),
    );
    story.on("2026-03-02T05:00:00Z", "payout_file.exported", export);
    assert_eq!(told(&story).payouts()[1], "2026-03-02 B 20.00 USD exported 20.00 USD");
}
