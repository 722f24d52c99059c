//! Commission, fees, bonuses, guarantees and prizes.

use serde_json::{Value, json};
use tribute_tests::{Pipeline, Story};

use crate::{APRIL, MARCH, march, pipeline_of, rows, simulated, terms};

const TEN: &str = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n";

/// An order of somebody's by an ambassador's link, clicked an hour before.
fn order(story: &mut Story, day: &str, order: &str, who: &str, buyer: &str, amount: &str) {
    let click = json!({"click": format!("c-{order}"), "ambassador": who, "account": buyer});
    story.on(&format!("{day}T11:00:00Z"), "click.recorded", click);
    let at = format!("{day}T12:00:00Z");
    let bought: Value = json!({"account": buyer, "lines": [{"sku": "MUG", "quantity": 1, "amount": amount}]});
    story.sale_with(&at, &at, order, bought);
}

#[test]
fn a_higher_rate_is_compared_to_the_cent_with_what_came_back_since() {
    let mut story = Story::new(TEN);
    order(&mut story, "2026-02-20", "before", "A", "kim", "1000.00");
    order(&mut story, "2026-03-01", "1", "A", "kim", "200.00");
    order(&mut story, "2026-03-31", "2", "B", "lee", "99.99");
    order(&mut story, "2026-04-01", "after", "B", "lee", "1000.00");
    story.refund("2026-03-10T00:00:00Z", "1", "r1", "50.00");
    story.refund("2026-04-20T00:00:00Z", "1", "r2", "30.00");
    story.refund("2026-03-10T00:00:00Z", "before", "r3", "1000.00");
    // 120.00 and 99.99 are left: at 10 % 12.00 and 10.00, at 15 % 18.00 and 15.00.
    let found = march(&story, "[[commission]]\nid = 'more'\npays.percent = '15%'\n");
    assert_eq!(
        found,
        [
            "A USD: 120.00, 12.00 → 18.00, 0.00, 0.00, 12.00 → 18.00; 10.00% → 15.00% gains",
            "B USD: 99.99, 10.00 → 15.00, 0.00, 0.00, 10.00 → 15.00; 10.00% → 15.00% gains",
            "total USD: 219.99, 22.00 → 33.00, 0.00, 0.00, 22.00 → 33.00; 10.00% → 15.00%",
        ]
    );
}

#[test]
fn who_gains_stands_before_who_loses() {
    let mut story = Story::new(TEN);
    order(&mut story, "2026-03-01", "1", "A", "kim", "200.00");
    order(&mut story, "2026-03-02", "2", "B", "lee", "50.00");
    order(&mut story, "2026-03-03", "3", "C", "joe", "80.00");
    let found = march(&story, "[[commission]]\nid = 'flat'\npays.per_order = '8.00'\n");
    let outcomes: Vec<_> = found.iter().map(|row| (&row[..1], row.rsplit(' ').next().unwrap())).collect();
    assert_eq!(outcomes[..3], [("B", "gains"), ("C", "same"), ("A", "loses")]);
    assert_eq!(found[3], "total USD: 330.00, 33.00 → 24.00, 0.00, 0.00, 33.00 → 24.00; 10.00% → 7.27%");
}

#[test]
fn what_lies_before_the_stretch_is_evidence_under_its_own_terms() {
    let mut story = Story::new(TEN);
    order(&mut story, "2026-02-10", "0", "A", "kim", "100.00");
    order(&mut story, "2026-03-05", "1", "A", "kim", "100.00");
    order(&mut story, "2026-03-06", "2", "A", "lee", "100.00");
    // The click lies before the stretch, on a device that was logged in only after the stretch.
    let click = json!({"click": "device", "ambassador": "B", "device": "d1"});
    story.on("2026-02-27T12:00:00Z", "click.recorded", click);
    let bought = json!({"device": "d1", "lines": [{"sku": "MUG", "quantity": 1, "amount": "100.00"}]});
    story.sale_with("2026-03-07T12:00:00Z", "2026-03-07T12:00:00Z", "3", bought);
    let new = "[[commission]]\nid = 'new'\npays.percent = '20%'\nwhen.customer = 'new'\n\
               [[commission]]\nid = 'again'\npays.percent = '5%'\nwhen.customer = 'returning'\n";
    assert_eq!(
        march(&story, new),
        [
            "B USD: 100.00, 10.00 → 20.00, 0.00, 0.00, 10.00 → 20.00; 10.00% → 20.00% gains",
            "A USD: 200.00, 20.00 → 25.00, 0.00, 0.00, 20.00 → 25.00; 10.00% → 12.50% gains",
            "total USD: 300.00, 30.00 → 45.00, 0.00, 0.00, 30.00 → 45.00; 10.00% → 15.00%",
        ]
    );
}

#[test]
fn a_budget_and_a_window_hold_over_the_stretch_and_credit_may_move() {
    let mut story = Story::new(TEN);
    order(&mut story, "2026-03-01", "1", "A", "kim", "200.00");
    order(&mut story, "2026-03-20", "2", "B", "lee", "200.00");
    story.click("2026-03-01T00:00:00Z", "C").sale("2026-03-21T12:00:00Z", "3", "50.00");
    let new = "[attribution]\nwindow = '10d'\n[[commission]]\nid = 'ten'\npays.percent = '10%'\ncaps.budget = '25.00'\n\
               caps.period = 'month'\n";
    assert_eq!(
        march(&story, new),
        [
            "A USD: 250.00 → 200.00, 25.00 → 20.00, 0.00, 0.00, 25.00 → 20.00; 10.00% loses",
            "B USD: 200.00, 20.00 → 5.00, 0.00, 0.00, 20.00 → 5.00; 10.00% → 2.50% loses",
            "total USD: 450.00 → 400.00, 45.00 → 25.00, 0.00, 0.00, 45.00 → 25.00; 10.00% → 6.25%",
        ]
    );
}

#[test]
fn a_fee_by_kind_takes_the_place_of_a_flat_one() {
    let mut story = Story::new("[[post_fee]]\nid = 'post'\namount = '10.00'\n");
    for (day, post, who, kind) in [
        ("02-27", "old", "A", "video"),
        ("03-01", "p1", "A", "video"),
        ("03-02", "p2", "B", "photo"),
        ("03-03", "gone", "B", "video"),
    ] {
        let published = json!({"post": post, "author": who, "kind": kind, "hashtags": ["#ad"]});
        story.on(&format!("2026-{day}T12:00:00Z"), "post.published", published);
    }
    story.on("2026-04-10T12:00:00Z", "post.removed", json!({"post": "gone"}));
    let new = "[[post_fee]]\nid = 'post'\nlive = '60d'\ntable = [{ kinds = ['video'], amount = '25.00' }, { amount = '4.00' }]\n";
    // The removal after the stretch takes back what asks for 60 days, and nothing else.
    assert_eq!(
        march(&story, new),
        [
            "A USD: 0.00, 0.00, 10.00 → 25.00, 0.00, 10.00 → 25.00;  gains",
            "B USD: 0.00, 0.00, 20.00 → 4.00, 0.00, 20.00 → 4.00;  loses",
            "total USD: 0.00, 0.00, 30.00 → 29.00, 0.00, 30.00 → 29.00;",
        ]
    );
}

#[test]
fn what_comes_at_the_end_of_a_period_belongs_to_the_period() {
    let body = |least: &str, prize: &str| {
        format!(
            "{TEN}[[guarantee]]\nid = 'least'\namount = '{least}'\nperiod = 'month'\nambassadors = ['A']\n\
             [[leaderboard]]\nid = 'top'\nmetric = 'net_revenue'\nperiod = 'month'\nprizes = ['{prize}']\n"
        )
    };
    let mut story = Story::new(&body("50.00", "5.00"));
    order(&mut story, "2026-02-10", "0", "A", "kim", "10.00");
    order(&mut story, "2026-03-05", "1", "A", "kim", "100.00");
    story.tick("2026-05-02T00:00:00Z");
    // 10.00 of commission; what is missing to the least of March; the first prize of March. February's come with its end,
    // April's after the stretch.
    assert_eq!(
        march(&story, &body("80.00", "7.00"))[0],
        "A USD: 100.00, 10.00, 45.00 → 77.00, 0.00, 55.00 → 87.00; 55.00% → 87.00% gains"
    );
}

#[test]
fn versions_within_the_stretch_give_way_and_later_ones_stay() {
    let mut story = Story::new(TEN);
    story.publish("2", "2026-03-10T00:00:00Z", "[[commission]]\nid = 'ten'\npays.percent = '20%'\n");
    story.publish("3", "2026-04-01T00:00:00Z", "[[commission]]\nid = 'ten'\npays.percent = '30%'\n");
    for (day, id) in [("02-20", "0"), ("03-05", "1"), ("03-15", "2"), ("04-05", "3")] {
        order(&mut story, &format!("2026-{day}"), id, "A", &format!("buyer-{id}"), "100.00");
    }
    let mut pipeline = pipeline_of(&story);
    let found = simulated(&mut pipeline, &terms(TEN), Some(MARCH), Some(APRIL)).unwrap();
    assert_eq!((found.old_versions.join(" "), found.new_version.as_str()), ("1 2".into(), "new"));
    assert_eq!(
        rows(&found)[0],
        "A USD: 200.00, 30.00 → 20.00, 0.00, 0.00, 30.00 → 20.00; 15.00% → 10.00% loses"
    );
    let all = simulated(&mut pipeline, &terms(TEN), None, None).unwrap();
    assert_eq!(
        rows(&all)[0],
        "A USD: 400.00, 70.00 → 40.00, 0.00, 0.00, 70.00 → 40.00; 17.50% → 10.00% loses"
    );
    assert_eq!(all.stretch.from.to_string(), "2026-01-01T00:00:00Z", "since the first terms");
    assert_eq!(all.stretch.to.to_string(), "2026-04-05T12:00:00.001Z", "up to the last fact");
}

#[test]
fn currencies_stand_apart() {
    let mut story = Story::new(TEN);
    order(&mut story, "2026-03-05", "1", "A", "kim", "100.00");
    let yen = json!({"currency": "JPY", "lines": [{"sku": "MUG", "quantity": 1, "amount": "5000"}]});
    story.click("2026-03-06T11:00:00Z", "A").sale_with(
        "2026-03-06T12:00:00Z",
        "2026-03-06T12:00:00Z",
        "2",
        yen,
    );
    let found = march(&story, "[[commission]]\nid = 'more'\npays.percent = '12.5%'\n");
    assert_eq!(
        found,
        [
            "A JPY: 5000, 500 → 625, 0, 0, 500 → 625; 10.00% → 12.50% gains",
            "total JPY: 5000, 500 → 625, 0, 0, 500 → 625; 10.00% → 12.50%",
            "A USD: 100.00, 10.00 → 12.50, 0.00, 0.00, 10.00 → 12.50; 10.00% → 12.50% gains",
            "total USD: 100.00, 10.00 → 12.50, 0.00, 0.00, 10.00 → 12.50; 10.00% → 12.50%",
        ]
    );
}

/// Two brands with the same ids; and the same books on a server.
#[test]
fn another_brand_has_no_part_in_it_and_a_server_says_the_same() {
    let mut story = Story::new(TEN);
    order(&mut story, "2026-03-05", "1", "A", "kim", "100.00");
    let alone = march(&story, "[[commission]]\nid = 'more'\npays.percent = '15%'\n");
    let mut lines = story.lines().to_vec();
    let others = story.lines().iter().map(|line| {
        line.replace("\"acme\"", "\"other\"").replace("'acme'", "'other'").replace("100.00", "700.00")
    });
    lines.extend(others);
    let mut pipelines = vec![Pipeline::on_sqlite()];
    pipelines.extend(tribute_tests::postgres_url().map(|server| Pipeline::on_postgres(&server)));
    for pipeline in &mut pipelines {
        assert_eq!(pipeline.feed(&lines).quarantined_in_all(), 0);
        let new = terms("[[commission]]\nid = 'more'\npays.percent = '15%'\n");
        assert_eq!(rows(&simulated(pipeline, &new, Some(MARCH), Some(APRIL)).unwrap()), alone);
    }
}

/// Clicks that lead to no order are seen where either side pays for them.
#[test]
fn clicks_are_paid_for_by_the_day() {
    let mut story = Story::new(TEN);
    order(&mut story, "2026-03-01", "1", "A", "kim", "100.00");
    for (click, time, device) in [
        ("first", "2026-03-31T22:00:00Z", "d1"),
        ("again", "2026-03-31T23:00:00Z", "d1"),
        ("another", "2026-03-31T23:59:59.999Z", "d2"),
        ("after", "2026-04-01T00:00:00Z", "d3"),
    ] {
        story.on(time, "click.recorded", json!({"click": click, "ambassador": "B", "device": device}));
    }
    story.tick("2026-05-01T00:00:00Z");
    let found = march(&story, &format!("{TEN}[[click_fee]]\nid = 'visit'\namount = '0.025'\n"));
    assert_eq!(
        found,
        [
            "B USD: 0.00, 0.00, 0.00 → 0.05, 0.00, 0.00 → 0.05;  gains",
            "A USD: 100.00, 10.00, 0.00 → 0.03, 0.00, 10.00 → 10.03; 10.00% → 10.03% gains",
            "total USD: 100.00, 10.00, 0.00 → 0.08, 0.00, 10.00 → 10.08; 10.00% → 10.08%",
        ]
    );
}
