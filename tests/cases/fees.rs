//! What is owed without a share of an order: the least that a period brings.

use serde_json::json;
use tribute_tests::Story;

#[test]
fn a_guarantee_adds_what_is_missing_at_the_end_of_the_month() {
    let terms = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n\
                 [[guarantee]]\nid = 'least'\namount = '50.00'\nperiod = 'month'\nambassadors = ['A', 'B', 'D']\n\
                 [payout]\nschedule = 'monthly'\n";
    let mut story = Story::new(terms);
    // D comes in the middle of the month; C is not promised anything; B leaves before the month is over.
    story.on("2026-03-10T00:00:00Z", "ambassador.approved", json!({"ambassador": "D"}));
    story.on("2026-04-20T00:00:00Z", "ambassador.left", json!({"ambassador": "B"}));
    story.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "300.00");
    story.refund("2026-03-02T12:00:00Z", "1", "r1", "100.00");
    story.click("2026-03-05T11:00:00Z", "B").sale("2026-03-05T12:00:00Z", "2", "700.00");
    // What comes back after the month does not change what was added for it.
    story.tick("2026-04-02T00:00:00Z");
    story.refund("2026-04-03T12:00:00Z", "1", "r2", "200.00");
    story.tick("2026-05-01T00:00:00Z");
    let books = story.unaudited().books();
    assert_eq!(books.earned_for("period:least/2026-02"), "A 50.00 USD, B 50.00 USD");
    assert_eq!(books.earned_for("period:least/2026-03"), "A 30.00 USD");
    assert_eq!(books.earned_for("period:least/2026-04"), "A 50.00 USD, D 50.00 USD");
    // 30.00 to the least for March, and the order's 20.00, which cleared on the last of March.
    let march: Vec<_> = books.payouts().into_iter().filter(|row| row.starts_with("2026-04-01")).collect();
    assert_eq!(march, ["2026-04-01 A 50.00 USD proposed 50.00 USD"]);
}
