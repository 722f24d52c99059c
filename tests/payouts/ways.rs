//! Ways of paying that need no bank, and what is kept back for the tax authority.

use serde_json::json;
use tribute_tests::Story;

use crate::{ask, earned, payout_of, told};

const CUT_OFF: &str = "2026-03-02T00:00:00Z";

fn exported(story: &mut Story, who: &str) -> String {
    let payout = payout_of(story, who);
    story.on("2026-03-02T02:00:00Z", "payout_approval.given", json!({"payout": payout, "by": "carla"}));
    let data = json!({"payouts": [payout], "file": format!("{who}.csv"), "sha256": "00"});
    story.on("2026-03-02T03:00:00Z", "payout_file.exported", data);
    payout
}

#[test]
fn store_credit_is_paid_once_its_list_is_written_and_is_owed_by_the_shop() {
    let mut story = earned("[payout]\nmethods = ['store_credit', 'sepa', 'gift_card']\n");
    let choose = |who: &str, method: &str| json!({"ambassador": who, "method": method});
    story.on("2026-02-01T00:00:00Z", "payout_method.chosen", choose("A", "store_credit"));
    ask(&mut story, CUT_OFF, "rita");
    let books = told(&story);
    assert_eq!(books.payouts(), ["2026-03-02 A 10.00 USD proposed 10.00 USD", "2026-03-02 B 20.00 USD held"]);
    let payout = exported(&mut story, "A");
    let books = told(&story);
    assert_eq!(books.payouts()[0], "2026-03-02 A 10.00 USD settled 10.00 USD");
    assert_eq!((books.held("store_credit", "USD"), books.held("cash", "USD")), (-1_000, 0));
    assert_eq!(books.owed("A", "paid"), "10.00 USD");
    story.on("2026-03-03T00:00:00Z", "settlement.reported", json!({"payout": payout, "outcome": "returned"}));
    let books = told(&story);
    assert_eq!(
        (books.held("store_credit", "USD"), books.owed("A", "available")),
        (0, "10.00 USD".to_owned())
    );
}

#[test]
fn what_is_kept_back_is_its_own_entry_and_comes_back_with_a_payout_that_fails() {
    let mut story = earned("[payout]\ntax_form = true\non_missing_tax_form = 'withhold'\n");
    let form = json!({"ambassador": "B", "form": "w9", "by": "dan"});
    story.on("2026-02-01T00:00:00Z", "tax_form.received", form);
    ask(&mut story, CUT_OFF, "rita");
    let books = told(&story);
    assert_eq!(
        books.payouts(),
        ["2026-03-02 A 10.00 USD proposed 7.60 USD", "2026-03-02 B 20.00 USD proposed 20.00 USD"]
    );
    assert_eq!(
        (books.held("tax_withheld", "USD"), books.owed("A", "in_transit")),
        (-240, "7.60 USD".to_owned())
    );
    let payout = exported(&mut story, "A");
    story.on("2026-03-03T00:00:00Z", "settlement.reported", json!({"payout": payout, "outcome": "failed"}));
    let books = told(&story);
    assert_eq!(
        (books.held("tax_withheld", "USD"), books.owed("A", "available")),
        (0, "10.00 USD".to_owned())
    );
}

#[test]
fn the_books_have_the_day_on_which_the_bank_booked_it() {
    let mut story = earned("[payout]\n");
    ask(&mut story, CUT_OFF, "rita");
    for (who, day, expected) in [
        ("A", "2026-03-04", "2026-03-04T00:00:00Z"),
        // The day is that of the export: not before it. And never after it was told.
        ("B", "2026-03-02", "2026-03-02T03:00:00Z"),
    ] {
        let payout = exported(&mut story, who);
        let settled = json!({"payout": payout, "outcome": "settled", "booked_on": day});
        story.on("2026-03-09T00:00:00Z", "settlement.reported", settled);
        let books = told(&story);
        let row = books.payouts.iter().find(|row| row.payout == payout).unwrap();
        let history: Vec<serde_json::Value> = serde_json::from_str(&row.history).unwrap();
        assert_eq!(
            (row.status.as_str(), history.last().unwrap()["at"].as_str()),
            ("settled", Some(expected))
        );
    }
}
