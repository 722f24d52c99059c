//! Row 4: 3 % with a return window, refunds in it and after the payout, a seasonal rate, a monthly bonus, a hashtag mission.

use serde_json::json;
use tribute_tests::Story;

#[test]
fn row_04_footwear_affiliates() {
    let mut story = Story::of_program("footwear-affiliates");
    story.enrol(["ann", "bob"]);
    // Half of it comes back within the window.
    story.click("2026-03-01T11:00:00Z", "ann").sale("2026-03-01T12:00:00Z", "1", "100.00");
    story.refund("2026-03-20T12:00:00Z", "1", "r1", "40.00");
    // This one is paid out on 1 June, and comes back in July.
    story.click("2026-04-01T11:00:00Z", "ann").sale("2026-04-01T12:00:00Z", "2", "200.00");
    story.refund("2026-07-10T12:00:00Z", "2", "r2", "200.00");
    // The last instant before the season, its first, and the first after it.
    story.click("2026-11-20T03:00:00Z", "ann").sale("2026-11-20T04:59:59.999Z", "3", "100.00");
    story.sale("2026-11-20T05:00:00Z", "4", "100.00");
    story.click("2026-12-26T12:00:00Z", "ann").sale("2026-12-27T05:00:00Z", "5", "100.00");

    story.on("2026-04-01T12:00:00Z", "perk.stocked", json!({"perk": "SKU:SOCKS", "units": 1}));
    for (day, who) in [(1, "ann"), (2, "ann"), (3, "ann"), (4, "bob"), (5, "bob"), (6, "bob"), (7, "ann")] {
        let (at, post) = (format!("2026-05-{day:02}T12:00:00Z"), format!("p{day}"));
        let published = json!({"post": post, "author": who, "hashtags": ["#DockStyle", "ad"]});
        story.on(&at, "post.published", published);
        story.on(&at, "post.reviewed", json!({"post": post, "verdict": "approved"}));
    }
    story.tick("2027-01-02T00:00:00Z");

    let books = story.books();
    assert_eq!(books.movements("1"), ["2026-03-01 ann 3.00 USD", "2026-03-20 ann -1.20 USD"]);
    assert_eq!(books.clears_at("1"), "2026-03-31T12:00:00Z");
    assert_eq!(books.movements("2"), ["2026-04-01 ann 6.00 USD", "2026-07-10 ann -6.00 USD"]);
    let earned = ["3", "4", "5"].map(|order| books.earned(order));
    assert_eq!(earned, ["ann 3.00 USD", "ann 5.00 USD", "ann 3.00 USD"]);
    assert_eq!(
        books.earned_for("period:2026-11"),
        "ann 10.00 USD",
        "two orders on the day the season begins"
    );
    let payouts = [
        "2026-04-01 ann 1.80 USD proposed 1.80 USD",
        "2026-06-01 ann 6.00 USD proposed 6.00 USD",
        "2026-08-01 ann -6.00 USD carried",
        "2026-09-01 ann -6.00 USD carried",
        "2026-10-01 ann -6.00 USD carried",
        "2026-11-01 ann -6.00 USD carried",
        "2026-12-01 ann -6.00 USD carried",
        // Later earnings fill what was taken back first: 18.00 cleared in December.
        "2027-01-01 ann 12.00 USD proposed 12.00 USD",
    ];
    assert_eq!(books.payouts(), payouts);
    // One pair is there: who was first has it, the other waits. A fourth post brings no second pair.
    assert_eq!(
        books.grants(),
        ["ann dock-style 1 SKU:SOCKS 1 reserved", "bob dock-style 1 SKU:SOCKS 1 waiting"]
    );
}
