//! Who is credited.

use crate::story::{bare, sale_data, story};

const ORDER: &str = "2026-03-31T10:00:00Z";

#[test]
fn case_01_linear_over_a_a_b() {
    let mut it = story();
    it.attribution("model = 'linear'");
    it.click("2026-03-20T10:00:00Z", "A")
        .click("2026-03-21T10:00:00Z", "A")
        .click("2026-03-22T10:00:00Z", "B");
    it.sale(ORDER, "1", "100.00");
    assert_eq!(it.credit("1"), "A 1/2, B 1/2: click");
    assert_eq!(it.earned(), "A 500, B 500");
}

#[test]
fn case_02_position_based_over_a_b_c_b() {
    let mut it = story();
    it.attribution("model = 'position_based'");
    for (day, who) in [(20, "A"), (21, "B"), (22, "C"), (23, "B")] {
        it.click(&format!("2026-03-{day}T10:00:00Z"), who);
    }
    it.sale(ORDER, "1", "100.00");
    assert_eq!(it.credit("1"), "A 4/10, B 5/10, C 1/10: click");
    assert_eq!(it.earned(), "A 400, B 500, C 100");
}

#[test]
fn case_03_position_based_of_two_touches() {
    let mut it = story();
    it.attribution("model = 'position_based'");
    it.click("2026-03-20T10:00:00Z", "A").click("2026-03-21T10:00:00Z", "B").sale(ORDER, "1", "99.99");
    assert_eq!(it.earned(), "A 500, B 500");
}

#[test]
fn case_04_decay_of_a_week() {
    let mut it = story();
    it.attribution("model = 'time_decay'");
    it.click("2026-03-24T10:00:00Z", "A").click(ORDER, "B").sale(ORDER, "1", "100.00");
    assert_eq!(it.credit("1"), "A 1/3, B 2/3: click");
}

#[test]
fn case_05_the_window_is_half_open() {
    let mut it = story();
    it.click("2026-03-01T10:00:00Z", "A").sale(ORDER, "1", "100.00");
    assert_eq!(it.credit("1"), "nobody");
    it.click("2026-03-01T10:00:00.001Z", "A");
    assert_eq!(it.credit("1"), "A 1/1: click");
}

#[test]
fn case_06_a_later_view_does_not_beat_a_click() {
    let mut it = story();
    it.click("2026-03-20T10:00:00Z", "A").sale(ORDER, "1", "100.00");
    it.on(
        "2026-03-21T10:00:00Z",
        "click.recorded",
        r#""click":"v","kind":"view","ambassador":"B","account":"kim""#,
    );
    assert_eq!(it.credit("1"), "A 1/1: click");
}

fn with_code(mode: &str, clicks: &[&str], until: &str) -> String {
    let mut it = story();
    it.on(
        "2026-01-02T00:00:00Z",
        "code.issued",
        &format!(r#""code":"ANA","ambassador":"A","mode":"{mode}"{until}"#),
    );
    for who in clicks {
        it.click("2026-03-31T09:59:00Z", who);
    }
    it.sale_of(ORDER, "1", &[("X", "100.00")], r#","codes":["ana"]"#);
    it.credit("1")
}

#[test]
fn case_07_an_always_code_beats_a_click() {
    assert_eq!(with_code("always", &["B"], ""), "A 1/1: code");
}

#[test]
fn case_08_an_if_involved_code_needs_a_click() {
    assert_eq!(with_code("if_involved", &["B"], ""), "B 1/1: click");
    let mut it = story();
    it.on("2026-01-02T00:00:00Z", "code.issued", r#""code":"ANA","ambassador":"A","mode":"if_involved""#);
    it.click("2026-03-20T10:00:00Z", "A").click("2026-03-21T10:00:00Z", "B");
    it.sale_of(ORDER, "1", &[("X", "100.00")], r#","codes":["ANA"]"#);
    assert_eq!(it.credit("1"), "A 1/1: click");
}

#[test]
fn case_09_an_if_winner_code_wins_nothing_by_itself() {
    assert_eq!(with_code("if_winner", &["B"], ""), "B 1/1: click");
    assert_eq!(with_code("if_winner", &[], ""), "nobody");
}

#[test]
fn case_10_a_code_that_expires_at_the_order_is_ignored() {
    assert_eq!(with_code("always", &[], r#","valid_until":"2026-03-31T10:00:00Z""#), "nobody");
    assert_eq!(with_code("always", &[], r#","valid_until":"2026-03-31T10:00:00.001Z""#), "A 1/1: code");
}

#[test]
fn fallback_codes_count_without_a_click_only() {
    assert_eq!(with_code("fallback", &[], ""), "A 1/1: fallback_code");
    assert_eq!(with_code("fallback", &["B"], ""), "B 1/1: click");
}

#[test]
fn case_11_a_scan_beats_a_click_of_the_same_millisecond() {
    let mut it = story();
    it.click("2026-03-20T10:00:00Z", "A").sale(ORDER, "1", "100.00");
    it.on(
        "2026-03-20T10:00:00Z",
        "click.recorded",
        r#""click":"q","kind":"qr","ambassador":"B","account":"kim""#,
    );
    assert_eq!(it.credit("1"), "B 1/1: click");
}

#[test]
fn case_12_a_click_at_the_orders_millisecond() {
    let mut it = story();
    it.click("2026-03-31T10:00:00.001Z", "B").sale(ORDER, "1", "100.00");
    assert_eq!(it.credit("1"), "nobody");
    it.click(ORDER, "A");
    assert_eq!(it.credit("1"), "A 1/1: click");
}

#[test]
fn case_13_a_click_after_the_purchase_is_for_the_next_order() {
    let mut it = story();
    it.sale(ORDER, "1", "100.00").click("2026-03-31T11:00:00Z", "A").sale(
        "2026-03-31T12:00:00Z",
        "2",
        "100.00",
    );
    assert_eq!((it.credit("1").as_str(), it.credit("2").as_str()), ("nobody", "A 1/1: click"));
}

#[test]
fn case_14_nobody_is_credited_with_their_own_order() {
    let mut it = story();
    it.on("2026-01-03T00:00:00Z", "ambassador.updated", r#""ambassador":"B","accounts":["kim"]"#);
    it.on("2026-01-02T00:00:00Z", "code.issued", r#""code":"BEN","ambassador":"B""#);
    it.click("2026-03-20T10:00:00Z", "A").click("2026-03-21T10:00:00Z", "B");
    it.sale_of(ORDER, "1", &[("X", "100.00")], r#","codes":["BEN"]"#);
    assert_eq!(it.credit("1"), "A 1/1: click");
}

#[test]
fn case_15_a_later_login_tells_whose_click_it_was() {
    let mut it = story();
    it.on("2026-03-20T10:00:00Z", "click.recorded", r#""click":"c","ambassador":"A","device":"d""#);
    it.sale(ORDER, "1", "100.00");
    assert_eq!(it.credit("1"), "nobody");
    it.on("2026-03-31T12:00:00Z", "login.recorded", r#""device":"d","account":"kim""#);
    assert_eq!(it.credit("1"), "A 1/1: click");
    it.on("2026-03-25T12:00:00Z", "login.recorded", r#""device":"d","account":"someone else""#);
    assert_eq!(it.credit("1"), "nobody");
}

#[test]
fn an_order_knows_its_own_device() {
    let mut it = story();
    it.attribution("hold = '0s'\ngrace = '0s'");
    it.on("2026-03-20T10:00:00Z", "click.recorded", r#""click":"c","ambassador":"A","device":"d""#);
    it.sale_of(ORDER, "1", &[("X", "100.00")], r#","account":"kim","device":"d""#);
    assert_eq!(it.credit("1"), "A 1/1: click");
}

#[test]
fn case_16_late_clicks_move_credit_until_the_lock() {
    for (recorded, credited) in
        [("2026-04-30T09:59:59.999Z", "B 1/1: click"), ("2026-04-30T10:00:00Z", "A 1/1: click")]
    {
        let mut it = story();
        it.click("2026-03-20T10:00:00Z", "A").sale(ORDER, "1", "100.00");
        let late = r#""click":"l","ambassador":"B","account":"kim""#;
        it.late("2026-03-21T10:00:00Z", recorded, "click.recorded", late);
        assert_eq!(it.credit("1"), credited);
    }
}

#[test]
fn case_22_who_left_before_the_order_is_passed_over() {
    let mut it = story();
    it.click("2026-03-20T10:00:00Z", "A").click("2026-03-21T10:00:00Z", "B").sale(ORDER, "1", "100.00");
    it.on("2026-03-31T09:00:00Z", "ambassador.left", r#""ambassador":"B""#);
    assert_eq!(it.credit("1"), "A 1/1: click");
}

#[test]
fn case_23_a_verdict_moves_credit_before_the_lock_and_zeroes_it_after() {
    for (at, credited, earned) in
        [("2026-04-01T00:00:00Z", "A 1/1: click", "A 1000"), ("2026-05-01T00:00:00Z", "- 1/1: click", "")]
    {
        let mut it = story();
        it.click("2026-03-20T10:00:00Z", "A").click("2026-03-21T10:00:00Z", "B").sale(ORDER, "1", "100.00");
        it.on(at, "ambassador.judged", r#""ambassador":"B","valid":false,"reason":"bots""#);
        assert_eq!((it.credit("1").as_str(), it.earned().as_str()), (credited, earned));
        it.on(
            "2026-06-01T00:00:00Z",
            "ambassador.judged",
            r#""ambassador":"B","valid":true,"reason":"no bots""#,
        );
        let restored = if credited.starts_with('-') { "B 1/1: click" } else { credited };
        assert_eq!(it.credit("1"), restored);
    }
}

#[test]
fn a_click_judged_late_zeroes_its_share_only() {
    let mut it = story();
    it.attribution("model = 'linear'");
    it.click("2026-03-20T10:00:00Z", "A").click("2026-03-21T10:00:00Z", "B").sale(ORDER, "1", "100.00");
    it.on(
        "2026-05-01T00:00:00Z",
        "click.judged",
        r#""click":"2026-03-20T10:00:00Z-A","valid":false,"reason":"bot""#,
    );
    assert_eq!(it.credit("1"), "- 1/2, B 1/2: click");
    assert_eq!(it.earned(), "B 500");
}

#[test]
fn case_24_an_override_of_2_to_1() {
    let mut it = story();
    it.click("2026-03-20T10:00:00Z", "C").sale(ORDER, "1", "100.00");
    let shares = r#""order":"1","by":"eve","reason":"agreed","shares":[{"ambassador":"A","weight":2},{"ambassador":"B","weight":1}]"#;
    it.on("2026-06-01T00:00:00Z", "conversion.overridden", shares);
    assert_eq!(it.credit("1"), "A 2/3, B 1/3: override");
    assert_eq!(it.earned(), "A 667, B 333");
    it.on(
        "2026-06-02T00:00:00Z",
        "conversion.overridden",
        r#""order":"1","by":"eve","reason":"void","shares":[]"#,
    );
    assert_eq!(it.credit("1"), "nobody");
}

#[test]
fn case_26_a_late_sale_is_open_from_its_recording_on() {
    let sold = "2026-03-01T10:00:00Z";
    for (recorded, credited) in [("2026-04-15T10:00:00Z", "A 1/1: click"), (sold, "nobody")] {
        let mut it = story();
        it.late(sold, recorded, "sale.completed", &sale_data("1", &[("X", "100.00")], ""));
        let click = r#""click":"l","ambassador":"A","account":"kim""#;
        it.late("2026-02-28T10:00:00Z", "2026-05-01T10:00:00Z", "click.recorded", click);
        assert_eq!(it.credit("1"), credited);
    }
}

#[test]
fn case_39_renewals_for_two_months_from_31_january() {
    let mut it = story();
    it.terms("[[commission]]\nid = 'ten'\npays.percent = '10%'\nrenewals = { months = 2 }\n");
    it.click("2026-01-30T10:00:00Z", "A");
    let orders =
        [("0", "2026-01-31T10:00:00Z"), ("1", "2026-02-28T10:00:00Z"), ("2", "2026-03-31T10:00:00Z")];
    for (number, at) in orders {
        let more = format!(r#","subscription":{{"id":"s","renewal":{number}}}"#);
        it.sale_of(at, number, &[("X", "100.00")], &more);
    }
    assert_eq!(it.credit("0"), "A 1/1: click");
    assert_eq!(it.credit("1"), "A 1/1: binding");
    assert_eq!(it.credit("2"), "nobody");
}

#[test]
fn a_verdict_after_the_lock_hands_a_renewal_to_nobody_else() {
    let mut it = story();
    it.terms("[[commission]]\nid = 'ten'\npays.percent = '10%'\nrenewals = 'forever'\n");
    it.click("2026-01-30T10:00:00Z", "A").click("2026-03-30T10:00:00Z", "B");
    it.sale_of("2026-01-31T10:00:00Z", "0", &[("X", "100.00")], r#","subscription":{"id":"s","renewal":0}"#);
    it.sale_of(ORDER, "1", &[("X", "100.00")], r#","subscription":{"id":"s","renewal":1}"#);
    assert_eq!(it.credit("1"), "A 1/1: binding");
    it.on("2026-05-01T00:00:00Z", "ambassador.judged", r#""ambassador":"A","valid":false,"reason":"bots""#);
    assert_eq!(it.credit("1"), "- 1/1: binding");
}

#[test]
fn a_lifetime_binds_to_the_first_credited_order() {
    let mut it = story();
    it.attribution("lifetime = true");
    it.sale("2026-01-05T10:00:00Z", "0", "100.00");
    it.click("2026-01-30T10:00:00Z", "A").sale("2026-01-31T10:00:00Z", "1", "100.00");
    it.click("2026-03-30T10:00:00Z", "B").sale(ORDER, "2", "100.00");
    assert_eq!((it.credit("0").as_str(), it.credit("2").as_str()), ("nobody", "A 1/1: binding"));
}

#[test]
fn a_workshop_claims_orders_at_its_place_and_hours() {
    let mut it = story();
    let hours = r#""workshop":"w","ambassador":"C","place":"Oslo","starts_at":"2026-03-31T08:00:00Z","ends_at":"2026-03-31T10:00:00.001Z""#;
    it.on("2026-03-01T00:00:00Z", "workshop.announced", hours).click("2026-03-30T10:00:00Z", "B");
    it.sale_of(ORDER, "1", &[("X", "100.00")], r#","place":"Oslo""#);
    it.sale_of(ORDER, "2", &[("X", "100.00")], r#","place":"Bergen""#);
    it.sale_of("2026-03-31T10:00:00.001Z", "3", &[("X", "100.00")], r#","place":"Oslo""#);
    assert_eq!(it.credit("1"), "C 1/1: workshop");
    assert_eq!((it.credit("2"), it.credit("3")), ("B 1/1: click".into(), "B 1/1: click".into()));
}

#[test]
fn exactly_one_live_disclosed_post_claims_where_terms_opt_in() {
    let mut it = story();
    it.attribution("posts = true").sale(ORDER, "1", "100.00");
    it.on(
        "2026-03-20T10:00:00Z",
        "post.published",
        r##""post":"p1","author":"A","products":["X"],"hashtags":["#AD"]"##,
    );
    assert_eq!(it.credit("1"), "A 1/1: post");
    it.on(
        "2026-03-21T10:00:00Z",
        "post.published",
        r#""post":"p2","author":"B","products":["X"],"hashtags":["ad"]"#,
    );
    assert_eq!(it.credit("1"), "nobody");
    it.on("2026-03-22T10:00:00Z", "post.removed", r#""post":"p1""#);
    assert_eq!(it.credit("1"), "B 1/1: post");
}

#[test]
fn links_resolve_whichever_arrives_first_and_outsiders_get_nothing() {
    let mut it = bare();
    it.on("2026-03-20T10:00:00Z", "click.recorded", r#""click":"c","link":"l","account":"kim""#);
    it.on("2026-03-20T09:00:00Z", "link.issued", r#""link":"l","ambassador":"A""#).sale(ORDER, "1", "100.00");
    assert_eq!(it.credit("1"), "nobody");
    it.on("2026-03-01T00:00:00Z", "ambassador.approved", r#""ambassador":"A""#);
    assert_eq!(it.credit("1"), "A 1/1: click");
}

#[test]
fn a_link_stands_for_nobody_before_it_is_issued() {
    let mut it = story();
    it.on("2026-03-20T10:00:00Z", "click.recorded", r#""click":"c","link":"l","account":"kim""#);
    it.on("2026-03-20T11:00:00Z", "link.issued", r#""link":"l","ambassador":"A""#).sale(ORDER, "1", "100.00");
    assert_eq!(it.credit("1"), "nobody");
}

#[test]
fn of_earlier_logins_on_a_device_the_last_counts() {
    let mut it = story();
    it.on("2026-03-01T10:00:00Z", "login.recorded", r#""device":"d","account":"lee""#);
    it.on("2026-03-02T10:00:00Z", "login.recorded", r#""device":"d","account":"kim""#);
    it.on("2026-03-20T10:00:00Z", "click.recorded", r#""click":"c","ambassador":"A","device":"d""#);
    it.sale(ORDER, "1", "100.00").sale_of(ORDER, "2", &[("X", "1.00")], r#","account":"lee""#);
    assert_eq!((it.credit("1").as_str(), it.credit("2").as_str()), ("A 1/1: click", "nobody"));
}

#[test]
fn who_joined_after_the_click_has_no_claim() {
    let mut it = bare();
    it.click("2026-03-20T10:00:00Z", "A").sale(ORDER, "1", "100.00");
    it.on("2026-03-20T10:00:00.001Z", "ambassador.approved", r#""ambassador":"A""#);
    assert_eq!(it.credit("1"), "nobody");
}

#[test]
fn the_longer_of_hold_and_grace_keeps_an_order_open() {
    for (hold, grace) in [("1d", "10d"), ("10d", "1d")] {
        let mut it = story();
        it.attribution(&format!("hold = '{hold}'\ngrace = '{grace}'")).sale(ORDER, "1", "100.00");
        let click = r#""click":"l","ambassador":"A","account":"kim""#;
        it.late("2026-03-30T10:00:00Z", "2026-04-10T09:59:59Z", "click.recorded", click);
        assert_eq!(it.credit("1"), "A 1/1: click");
    }
}

#[test]
fn a_fallback_code_yields_to_a_click_wherever_its_tier_stands() {
    let mut it = story();
    it.attribution("precedence = ['fallback_code', 'click']");
    it.on("2026-01-02T00:00:00Z", "code.issued", r#""code":"ANA","ambassador":"A","mode":"fallback""#);
    it.sale_of(ORDER, "1", &[("X", "100.00")], r#","codes":["ANA"]"#);
    assert_eq!(it.credit("1"), "A 1/1: fallback_code");
    it.click("2026-03-20T10:00:00Z", "B");
    assert_eq!(it.credit("1"), "B 1/1: click");
}
