//! Row 9: any student athlete may become an affiliate; boards by school; no money where the state does not let them
//! be paid.

use serde_json::json;
use tribute_tests::{Pipeline, Story, event};

fn sale(story: &mut Story, who: &str, order: &str, amount: &str) {
    story.click("2026-03-02T09:00:00Z", who);
    story.sale("2026-03-02T10:00:00Z", order, amount);
}

#[test]
fn row_09_student_athletes() {
    let mut story = Story::of_program("student-athletes");
    for (who, school, state) in [
        ("ada", "Tide U", "US-AL"),
        ("ben", "Coast U", "US-CA"),
        ("cleo", "Coast U", "US-CA"),
        ("dev", "", "US-CA"),
    ] {
        let mut athlete = json!({"ambassador": who, "region": state});
        if !school.is_empty() {
            athlete["campus"] = school.into();
        }
        story.on("2026-02-01T12:00:00Z", "ambassador.applied", athlete);
    }
    let buyers = |story: &mut Story, who: &str, count: u32| {
        for number in 0..count {
            let (buyer, order) = (format!("{who}-{number}"), format!("{who}-order-{number}"));
            let click = json!({"click": order, "ambassador": who, "account": buyer});
            story.on("2026-03-02T09:00:00Z", "click.recorded", click);
            let more =
                json!({"account": buyer, "lines": [{"sku": "SHOE", "quantity": 1, "amount": "80.00"}]});
            story.sale_with("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z", &order, more);
        }
    };
    buyers(&mut story, "ada", 5);
    buyers(&mut story, "ben", 2);
    buyers(&mut story, "cleo", 1);
    buyers(&mut story, "dev", 1);
    story.on("2026-03-01T00:00:00Z", "perk.stocked", json!({"perk": "SKU:TEAM-KIT", "units": 3}));
    story.tick("2026-04-01T04:00:00Z");
    let story = story.unaudited();
    let books = story.books();

    // Credited, ranked and given a kit, but not paid: her state does not allow it.
    assert_eq!(books.credit("ada-order-0"), "ada 1/1: click");
    assert_eq!(books.earned_by("ada"), "0.00 USD");
    let kits: Vec<_> =
        books.rewards.iter().map(|row| (row.ambassador.as_str(), row.asset.as_str())).collect();
    assert_eq!(kits, [("ada", "SKU:TEAM-KIT")]);
    assert_eq!((books.earned_by("ben"), books.earned_by("cleo")), ("9.60 USD".into(), "4.80 USD".into()));
    // No school, no place.
    assert_eq!(story.standings()["dev"], ["2026-02-01 rejected"]);
    assert_eq!(books.credit("dev-order-0"), "none");
    assert_eq!(
        books.standings(),
        [
            "by-school 2026-03 Coast U 1 ben 160.00",
            "by-school 2026-03 Coast U 2 cleo 80.00",
            "by-school 2026-03 Tide U 1 ada 400.00",
        ]
    );
}

#[test]
fn row_09_thousands_enrol_at_once() {
    let mut story = Story::of_program("student-athletes");
    sale(&mut story, "athlete-7", "1001", "80.00");
    let mut lines = story.lines().to_vec();
    for number in 0..5_000 {
        let data = json!({"program": "strideline-network", "ambassador": format!("athlete-{number}"),
            "region": "US-CA", "campus": format!("school-{}", number % 400), "handles": [
            {"platform": "clips", "handle": format!("@{number}"), "followers": number}]});
        let (id, at) = (format!("application-{number}"), "2026-02-01T12:00:00Z");
        lines.push(event("strideline", &id, "ambassador.applied", at, at, &data));
    }
    let mut pipeline = Pipeline::on_sqlite();
    let receipt = pipeline.feed_by(1_000, &lines);
    assert_eq!((receipt.accepted, receipt.quarantined_in_all()), (5_003, 0));
    assert_eq!(pipeline.books().earned("1001"), "athlete-7 4.80 USD");
}
