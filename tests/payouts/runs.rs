//! Runs that people ask for.

use crate::{ask, earned, payout_of, refusals, told};
use serde_json::json;

const MANUAL: &str = "[payout]\nminimum = '15.00'\n";
const CUT_OFF: &str = "2026-03-02T00:00:00Z";

#[test]
fn a_run_is_made_once_whoever_asks_for_it_again() {
    let mut story = earned(MANUAL);
    let before = told(&story);
    assert_eq!(before.payouts(), Vec::<String>::new(), "by hand only");
    ask(&mut story, CUT_OFF, "rita");
    let run = ["2026-03-02 A 10.00 USD carried", "2026-03-02 B 20.00 USD proposed 20.00 USD"];
    assert_eq!(told(&story).payouts(), run);
    ask(&mut story, CUT_OFF, "rita");
    ask(&mut story, CUT_OFF, "someone else");
    let books = told(&story);
    assert_eq!(books.payouts(), run);
    assert_eq!(refusals(&books), Vec::<String>::new());
    assert_eq!(books.owed("B", "in_transit"), "20.00 USD");
}

#[test]
fn what_came_late_goes_into_the_next_run() {
    let mut story = earned(MANUAL);
    ask(&mut story, CUT_OFF, "rita");
    story.click("2026-03-01T10:00:00Z", "A");
    story.late(
        "2026-03-01T23:00:00Z",
        "2026-03-03T00:00:00Z",
        "sale.completed",
        json!({"order": "late", "account": "kim", "currency": "USD",
               "lines": [{"sku": "MUG", "quantity": 1, "amount": "60.00"}]}),
    );
    ask(&mut story, CUT_OFF, "rita");
    story.tick("2026-03-04T00:00:00Z");
    ask(&mut story, "2026-03-04T00:00:00Z", "rita");
    assert_eq!(
        told(&story).payouts(),
        [
            "2026-03-02 A 10.00 USD carried",
            "2026-03-02 B 20.00 USD proposed 20.00 USD",
            "2026-03-04 A 16.00 USD proposed 16.00 USD"
        ]
    );
}

#[test]
fn a_run_that_can_not_be_made_says_why() {
    let mut story = earned(MANUAL);
    ask(&mut story, "2026-03-02T00:00:00.001Z", "rita");
    ask(&mut story, CUT_OFF, " ");
    ask(&mut story, "2025-12-31T00:00:00Z", "rita");
    ask(&mut story, CUT_OFF, "rita");
    ask(&mut story, "2026-03-01T13:00:00Z", "rita");
    let said = refusals(&told(&story));
    for why in [
        "the clock stands at 2026-03-02T00:00:00Z",
        "nobody is named who asks for it",
        "the program has no terms then",
        "a run up to 2026-03-02T00:00:00Z was made already",
    ] {
        assert!(said.iter().any(|it| it.contains(why)), "{why}: {said:?}");
    }
}

#[test]
fn a_cancelled_payout_is_available_again_once_and_is_paid_by_the_next_run() {
    let mut story = earned(MANUAL);
    ask(&mut story, CUT_OFF, "rita");
    let payout = payout_of(&story, "B");
    let cancel = |withdrawn: bool| json!({"payout": payout, "by": "carla", "reason": "agreed otherwise", "file_withdrawn": withdrawn});
    story.on("2026-03-02T02:00:00Z", "payout_approval.given", json!({"payout": payout, "by": "carla"}));
    let exported = json!({"payouts": [payout], "file": "f.xml", "sha256": "00"});
    story.on("2026-03-02T03:00:00Z", "payout_file.exported", exported);
    story.on("2026-03-02T04:00:00Z", "payout_cancellation.given", cancel(false));
    let books = told(&story);
    assert!(refusals(&books)[0].contains("it is in a file for the bank"), "{:?}", refusals(&books));
    assert_eq!(books.owed("B", "available"), "0.00 USD");
    story.on("2026-03-02T05:00:00Z", "payout_cancellation.given", cancel(true));
    story.on("2026-03-02T06:00:00Z", "payout_cancellation.given", cancel(true));
    let books = told(&story);
    assert_eq!(
        (books.owed("B", "available"), books.owed("B", "in_transit")),
        ("20.00 USD".into(), "0.00 USD".into())
    );
    story.on("2026-03-02T07:00:00Z", "settlement.reported", json!({"payout": payout, "outcome": "settled"}));
    ask(&mut story, CUT_OFF, "rita");
    story.tick("2026-03-05T00:00:00Z");
    ask(&mut story, "2026-03-05T00:00:00Z", "rita");
    let books = told(&story);
    assert!(refusals(&books)[1].contains("ask the bank whether it was paid"), "{:?}", refusals(&books));
    assert_eq!(
        books.payouts(),
        [
            "2026-03-02 A 10.00 USD carried",
            "2026-03-02 B 20.00 USD cancelled 20.00 USD",
            "2026-03-05 A 10.00 USD carried",
            "2026-03-05 B 20.00 USD proposed 20.00 USD"
        ]
    );
}

#[test]
fn a_month_is_cut_off_after_the_day_that_the_terms_name() {
    let mut story = earned("[payout]\nschedule = 'monthly'\nday = 30\n");
    story.tick("2026-03-31T00:00:00Z");
    let books = told(&story);
    assert_eq!(
        books.payouts(),
        ["2026-03-31 A 10.00 USD proposed 10.00 USD", "2026-03-31 B 20.00 USD proposed 20.00 USD"]
    );
}
