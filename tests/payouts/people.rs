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
