//! Who may earn money by where they are: whatever would be owed to others is not earned, only tokens and perks are.

use std::collections::BTreeSet;

use serde_json::json;
use tribute_tests::{Books, Story};

const TERMS: &str = "[pay]\nnot_regions = ['US-AL']\n\
    [[commission]]\nid = 'ten'\npays.percent = '10%'\nbuyer_reward = '5.00'\n\
    [recruiter]\nfirst_level = '10%'\n\
    [[application_fee]]\nid = 'join'\nrecruiter = '11.00'\nrecruit = '12.00'\n\
    [[workshop_fee]]\nid = 'host'\namount = '150.00'\n\
    [[guarantee]]\nid = 'least'\namount = '500.00'\nperiod = 'month'\n\
    [[bonus]]\nid = 'two'\nby = 'orders'\nfrom = '2'\namount = '25.00'\n\
    [[mission]]\nid = 'first'\nrequires.conversions = 1\ngives = [{ money = '30.00' }, { perk = 'SKU:TOTE' }]\n\
    [[leaderboard]]\nid = 'best'\nmetric = 'net_revenue'\nperiod = 'month'\nprizes = ['40.00', '40.00']\n";

/// Ann and Bo do the same; Ann lives where nobody may be paid, unless she says otherwise.
fn story(region: &str) -> Story {
    let mut story = Story::without_people(TERMS);
    for (who, region) in [("ann", region), ("bo", "US-CA")] {
        let (account, shown) = (format!("{who}-shop"), json!({"ambassador": who, "region": region}));
        story.on("2026-01-01T00:00:00Z", "ambassador.approved", shown);
        let own = json!({"ambassador": who, "accounts": [account]});
        story.on("2026-01-01T00:00:01Z", "ambassador.updated", own);
        let recruit = json!({"ambassador": format!("{who}-recruit"), "region": region, "recruiter": who});
        story.on("2026-03-01T12:00:00Z", "ambassador.approved", recruit);
        let workshop = json!({"workshop": who, "ambassador": who, "starts_at": "2026-03-05T09:00:00Z",
                              "ends_at": "2026-03-05T12:00:00Z"});
        story.on("2026-03-01T09:00:00Z", "workshop.announced", workshop);
        let held = json!({"workshop": who, "attendees": 9});
        story.on("2026-03-05T12:00:00Z", "workshop.held", held);
    }
    // Each buys once by the other's link, and their recruits sell as well.
    let orders = [("ann", "bo-shop"), ("ann", "kim"), ("bo", "ann-shop"), ("bo", "lee")];
    let recruits = [("ann-recruit", "mia"), ("bo-recruit", "noa")];
    for (number, (who, buyer)) in orders.into_iter().chain(recruits).enumerate() {
        let click = json!({"click": format!("c{number}"), "ambassador": who, "account": buyer});
        story.on("2026-03-07T11:00:00Z", "click.recorded", click);
        let more = json!({"account": buyer, "lines": [{"sku": "MUG", "quantity": 1, "amount": "100.00"}]});
        story.sale_with("2026-03-07T12:00:00Z", "2026-03-07T12:00:00Z", &format!("{number}"), more);
    }
    story.on("2026-03-01T00:00:00Z", "perk.stocked", json!({"perk": "SKU:TOTE", "units": 9}));
    story.tick("2026-05-01T00:00:00Z");
    story.unaudited();
    story
}

/// What somebody got for what, nothing of zero.
fn of(books: &Books, who: &str) -> Vec<String> {
    let rows = books.earnings.iter().filter(|row| row.ambassador == who && row.amount != 0);
    let mut shown: Vec<_> = rows.map(|row| format!("{} {} {}", row.kind, row.source, row.amount)).collect();
    shown.sort();
    shown
}

#[test]
fn who_may_not_be_paid_earns_perks_and_no_money_of_any_kind() {
    let books = story("US-AL").books();
    for who in ["ann", "ann-recruit"] {
        assert_eq!(of(&books, who), Vec::<String>::new(), "{who}");
    }
    let perks: Vec<_> = books.rewards.iter().map(|row| row.ambassador.as_str()).collect();
    assert_eq!(perks, ["ann-recruit", "ann", "bo-recruit", "bo"]);
}

#[test]
fn who_may_be_paid_earns_all_of_it() {
    let books = story("US-CA").books();
    assert_eq!(books.earned_by("ann"), books.earned_by("bo"));
    let of_ann = books.earnings.iter().filter(|row| row.ambassador == "ann" && row.amount != 0);
    let kinds: BTreeSet<_> = of_ann.map(|row| row.kind.as_str()).collect();
    let all = ["bonus", "commission", "fee", "guarantee", "prize", "recruiter", "referral"];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), all);
    assert_eq!(
        books.earned_for("mission:first/1"),
        "ann 30.00 USD, ann-recruit 30.00 USD, bo 30.00 USD, bo-recruit 30.00 USD"
    );
    assert_eq!(books.earned_for("recruit:ann-recruit"), "ann 11.00 USD, ann-recruit 12.00 USD");
}
