//! What a credited order earns.

use crate::story::{Story, sale_data, story};

const ORDER: &str = "2026-03-31T10:00:00Z";

/// A click of Ana's and one of Ben's, credited alike.
fn linear(lines: &[(&str, &str)]) -> Story {
    let mut it = story();
    it.attribution("model = 'linear'");
    it.click("2026-03-20T10:00:00Z", "A").click("2026-03-21T10:00:00Z", "B").sale_of(ORDER, "1", lines, "");
    it
}

/// Ana's order, under these rules.
fn under(rules: &str) -> Story {
    let mut it = story();
    it.terms(rules).click("2026-03-20T10:00:00Z", "A");
    it
}

#[test]
fn case_17_a_refund_of_30_on_a_line_of_60() {
    let mut it = linear(&[("X", "60.00"), ("Y", "40.00")]);
    let refund = r#""order":"1","refund":"r","lines":[{"sku":"X","amount":"30.00"}]"#;
    it.on("2026-04-01T10:00:00Z", "sale.refunded", refund);
    assert_eq!(it.earned(), "A 350, B 350");
    // The same refund under another event id is one refund.
    it.on("2026-04-02T10:00:00Z", "sale.refunded", refund);
    assert_eq!(it.earned(), "A 350, B 350");
}

#[test]
fn case_18_weights_of_3_3_1() {
    for (amount, earned) in [("1.10", "A 5, B 5, C 1"), ("1.00", "A 4, B 4, C 2")] {
        let mut it = story();
        it.sale(ORDER, "1", amount);
        let shares =
            r#"{"ambassador":"A","weight":3},{"ambassador":"B","weight":3},{"ambassador":"C","weight":1}"#;
        let data = format!(r#""order":"1","by":"eve","reason":"agreed","shares":[{shares}]"#);
        it.on(ORDER, "conversion.overridden", &data);
        assert_eq!(it.earned(), earned);
    }
}

#[test]
fn case_19_a_full_refund_after_the_lock_leaves_the_shares() {
    let mut it = linear(&[("X", "100.00")]);
    it.on("2026-06-01T10:00:00Z", "sale.refunded", r#""order":"1","refund":"r","amount":"100.00""#);
    assert_eq!((it.credit("1").as_str(), it.earned().as_str()), ("A 1/2, B 1/2: click", ""));
}

#[test]
fn case_20_an_edit_adds_50() {
    let mut it = under("[[commission]]\nid = 'ten'\npays.percent = '10%'\n");
    it.sale(ORDER, "1", "100.00");
    it.on("2026-06-01T10:00:00Z", "sale.edited", &sale_data("1", &[("X", "150.00")], ""));
    assert_eq!(it.order_earned("1"), "A ten 1500");
}

#[test]
fn case_21_a_late_older_order_makes_the_buyer_returning() {
    let rules = "[[commission]]\nid = 'new'\npays.percent = '10%'\nwhen.customer = 'new'\n\
                 [[commission]]\nid = 'again'\npays.percent = '5%'\nwhen.customer = 'returning'\n";
    let mut it = under(rules);
    it.sale(ORDER, "1", "100.00");
    assert_eq!(it.order_earned("1"), "A new 1000");
    let older = sale_data("0", &[("X", "1.00")], "");
    it.late("2026-02-01T10:00:00Z", "2026-04-20T10:00:00Z", "sale.completed", &older);
    assert_eq!(it.order_earned("1"), "A again 500");
    it.on("2026-03-01T10:00:00Z", "sale.cancelled", r#""order":"0""#);
    assert_eq!(it.order_earned("1"), "A new 1000");
}

#[test]
fn case_25_an_order_level_refund_is_spread_over_the_lines() {
    let x = "[[commission]]\nid = 'x'\npays.percent = '10%'\nwhen.skus = ['X']\n";
    for (rules, earned) in [("", "A ten 900"), (x, "A ten 360, A x 540")] {
        let mut it = under(&format!("[[commission]]\nid = 'ten'\npays.percent = '10%'\n{rules}"));
        it.sale_of(ORDER, "1", &[("X", "60.00"), ("Y", "40.00")], "");
        it.on("2026-04-01T10:00:00Z", "sale.refunded", r#""order":"1","refund":"r","amount":"10.01""#);
        assert_eq!(it.order_earned("1"), earned);
    }
}

#[test]
fn case_27_no_float_loses_a_cent() {
    let mut it = under("[[commission]]\nid = 'r'\npays.percent = '2.9%'\n");
    it.sale(ORDER, "1", "5.00");
    assert_eq!(it.earned(), "A 15");
}

#[test]
fn case_28_each_order_is_rounded_once() {
    let mut it = under("[[commission]]\nid = 'r'\npays.percent = '20%'\n");
    for (order, amount) in [("1", "0.07"), ("2", "0.02"), ("3", "0.03")] {
        it.sale(ORDER, order, amount);
    }
    assert_eq!([it.order_earned("1"), it.order_earned("2"), it.order_earned("3")], ["A r 1", "", "A r 1"]);
}

#[test]
fn case_29_each_line_has_its_rule() {
    let rules = "[[commission]]\nid = 'all'\npays.percent = '10%'\n[[commission]]\nid = 'x'\npays.percent = '40%'\nwhen.skus = ['X']\n";
    let mut it = under(rules);
    it.sale_of(ORDER, "1", &[("X", "100.00"), ("Y", "50.00")], "");
    assert_eq!(it.order_earned("1"), "A all 500, A x 4000");
    assert_eq!(it.earned(), "A 4500");
}

#[test]
fn the_more_specific_rule_has_the_line_whatever_it_pays() {
    let rules = "[[commission]]\nid = 'store'\npays.percent = '30%'\nwhen.channels = ['store']\nwhen.regions = ['NO']\n\
                 [[commission]]\nid = 'not_books'\npays.percent = '1%'\nwhen.not_categories = ['books']\n\
                 [[commission]]\nid = 'second'\npays.percent = '2%'\nwhen.not_categories = ['books']\n\
                 [[commission]]\nid = 'narrow'\npays.percent = '3%'\nwhen.categories = ['toys']\nwhen.channels = ['store']\n";
    let mut it = under(rules);
    let line = |category| format!(r#"{{"sku":"X","quantity":1,"amount":"100.00","category":"{category}"}}"#);
    for (order, category) in [("1", "books"), ("2", "games"), ("3", "toys")] {
        let data = format!(
            r#""order":"{order}","account":"kim","currency":"USD","channel":"store","region":"NO","lines":[{}]"#,
            line(category)
        );
        it.on(ORDER, "sale.completed", &data);
    }
    assert_eq!(it.order_earned("1"), "A store 3000");
    assert_eq!(it.order_earned("2"), "A not_books 100");
    assert_eq!(it.order_earned("3"), "A narrow 300");
}

#[test]
fn case_30_flat_per_item() {
    for (quantity, earned) in [(2, "A item 1000"), (0, "")] {
        let mut it = under("[[commission]]\nid = 'item'\npays.per_item = '5.00'\n");
        let data = format!(
            r#""order":"1","account":"kim","currency":"USD","lines":[{{"sku":"X","quantity":{quantity},"amount":"80.00"}}]"#
        );
        it.on(ORDER, "sale.completed", &data);
        assert_eq!(it.order_earned("1"), earned);
    }
}

#[test]
fn a_flat_amount_falls_with_the_last_of_its_base() {
    let mut it = under("[[commission]]\nid = 'flat'\npays.per_order = '5.00'\nminimum_order = '20.00'\n");
    it.sale(ORDER, "1", "100.00");
    it.on("2026-04-01T10:00:00Z", "sale.refunded", r#""order":"1","refund":"r1","amount":"80.00""#);
    assert_eq!(it.order_earned("1"), "A flat 500");
    it.on("2026-04-02T10:00:00Z", "sale.refunded", r#""order":"1","refund":"r2","amount":"0.01""#);
    assert_eq!(it.order_earned("1"), "");
}

#[test]
fn case_31_a_recruiter_gets_a_tenth_of_the_commission() {
    let recruiter = "[recruiter]\nfirst_level = '10%'\nsecond_level = '5%'\n";
    let mut it = under(&format!("{recruiter}[[commission]]\nid = 'r'\npays.percent = '20%'\n"));
    it.on("2026-01-02T00:00:00Z", "ambassador.updated", r#""ambassador":"A","recruiter":"B""#);
    it.on("2026-01-02T00:00:00Z", "ambassador.updated", r#""ambassador":"B","recruiter":"C""#);
    it.sale(ORDER, "1", "100.00");
    assert_eq!(it.order_earned("1"), "A r 2000, B recruiter 200, C recruiter 100");
    it.on("2026-03-30T00:00:00Z", "ambassador.left", r#""ambassador":"B""#);
    assert_eq!(it.order_earned("1"), "A r 2000, C recruiter 100");
}

fn tiers(by: &str, mode: &str, steps: &[(&str, &str)]) -> Story {
    let steps: Vec<_> =
        steps.iter().map(|(from, rate)| format!("{{ from = '{from}', percent = '{rate}' }}")).collect();
    under(&format!(
        "[[commission]]\nid = 't'\npays.tiers = {{ by = '{by}', mode = '{mode}', period = 'month', steps = [{}] }}\n",
        steps.join(", ")
    ))
}

#[test]
fn case_32_marginal_tiers_by_revenue() {
    let steps = [("0", "4%"), ("200", "6%"), ("400", "8%")];
    let mut it = tiers("revenue", "marginal", &steps);
    it.sale(ORDER, "1", "500.00");
    assert_eq!(it.earned(), "A 2800");
    let mut it = tiers("revenue", "marginal", &steps);
    it.sale("2026-03-31T10:00:00Z", "1", "250.00").sale("2026-03-31T11:00:00Z", "2", "250.00");
    assert_eq!((it.order_earned("1").as_str(), it.order_earned("2").as_str()), ("A t 1100", "A t 1700"));
    it.sale("2026-04-01T10:00:00Z", "3", "100.00"); // another month begins at the first step
    assert_eq!(it.order_earned("3"), "A t 400");
    it.on("2026-05-15T10:00:00Z", "sale.cancelled", r#""order":"1""#);
    assert_eq!(it.order_earned("2"), "A t 1100");
}

#[test]
fn case_33_twenty_sales_and_a_tier_at_the_tenth() {
    for (mode, expected) in [("retroactive", 20 * 1000), ("marginal", 10 * 500 + 10 * 1000)] {
        let mut it = tiers("orders", mode, &[("0", "5%"), ("10", "10%")]);
        for number in 0..20 {
            it.sale(&format!("2026-03-31T10:00:{number:02}Z"), &format!("o{number:02}"), "100.00");
        }
        assert_eq!(it.earned(), format!("A {expected}"));
        if mode == "marginal" {
            assert_eq!(
                (it.order_earned("o09").as_str(), it.order_earned("o10").as_str()),
                ("A t 500", "A t 1000")
            );
        }
    }
}

#[test]
fn case_36_a_refund_takes_back_what_was_earned_at_the_orders_rate() {
    let mut it = under("[[commission]]\nid = 'r'\npays.percent = '7%'\n");
    it.sale(ORDER, "1", "100.00").sale("2026-05-01T10:00:00Z", "2", "100.00");
    let terms = "[program]\\nbrand='acme'\\nid='p'\\nversion='2'\\neffective_from='2026-04-01T00:00:00Z'\\ncurrency='USD'\\n[[commission]]\\nid='r'\\npays.percent='3%'\\n";
    it.on("2026-03-25T00:00:00Z", "program.published", &format!(r#""terms":"{terms}""#));
    it.click("2026-04-30T10:00:00Z", "A");
    assert_eq!((it.order_earned("1").as_str(), it.order_earned("2").as_str()), ("A r 700", "A r 300"));
    it.on("2026-05-02T10:00:00Z", "sale.refunded", r#""order":"1","refund":"r","amount":"50.00""#);
    assert_eq!(it.order_earned("1"), "A r 350");
}

#[test]
fn case_37_clears_thirty_days_later() {
    let mut it = story();
    it.click("2026-02-28T10:00:00Z", "A").sale("2026-03-01T10:00:00Z", "1", "100.00");
    let audit = it.audit();
    let cleared: Vec<_> = audit.earnings.values().map(|earning| earning.clears_at.to_string()).collect();
    assert_eq!(cleared, ["2026-03-31T10:00:00Z"]);
}

#[test]
fn case_43_followers_are_counted_half_open() {
    for (followers, earned) in [(9_999, 100), (10_000, 200), (99_999, 200), (100_000, 300)] {
        let mut it = tiers("followers", "marginal", &[("0", "1%"), ("10000", "2%"), ("100000", "3%")]);
        it.on(
            "2026-01-02T00:00:00Z",
            "ambassador.updated",
            &format!(r#""ambassador":"A","followers":{followers}"#),
        );
        it.sale(ORDER, "1", "100.00");
        assert_eq!(it.earned(), format!("A {earned}"));
    }
}

#[test]
fn caps_pay_the_earliest_orders_first() {
    let mut it = under(
        "[[commission]]\nid = 'c'\npays.percent = '10%'\ncaps = { per_order = '9.00', per_ambassador = '15.00', period = 'month' }\n",
    );
    for (second, order) in [("01", "1"), ("02", "2"), ("03", "3")] {
        it.sale(&format!("2026-03-31T10:00:{second}Z"), order, "100.00");
    }
    assert_eq!(
        [it.order_earned("1"), it.order_earned("2"), it.order_earned("3")],
        ["A c 900", "A c 600", ""]
    );
    it.on("2026-06-01T10:00:00Z", "sale.cancelled", r#""order":"1""#);
    assert_eq!([it.order_earned("2"), it.order_earned("3")], ["A c 900", "A c 600"]);
}

#[test]
fn a_dispute_voids_an_order_until_it_is_won() {
    let mut it = under("[[commission]]\nid = 'r'\npays.percent = '10%'\n");
    it.sale(ORDER, "1", "100.00").on(
        "2026-05-01T10:00:00Z",
        "sale.disputed",
        r#""order":"1","outcome":"opened""#,
    );
    assert_eq!(it.earned(), "");
    it.on("2026-06-01T10:00:00Z", "sale.disputed", r#""order":"1","outcome":"won""#);
    assert_eq!(it.earned(), "A 1000");
}

#[test]
fn a_bonus_is_earned_once_a_period() {
    let bonus = "[[bonus]]\nid = 'b'\nby = 'revenue'\nperiod = 'month'\nfrom = '150'\namount = '25.00'\n";
    let mut it = under(&format!("[[commission]]\nid = 'r'\npays.percent = '1%'\n{bonus}"));
    let bonus = |it: &Story| {
        let found = it.audit().earnings.into_iter().find(|(key, _)| key.rule.as_str() == "b");
        found.map(|(key, it)| format!("{} {} {}", key.source, it.amount, it.clears_at))
    };
    it.sale("2026-03-31T10:00:00Z", "1", "100.00");
    assert_eq!(bonus(&it), None);
    it.sale("2026-03-31T11:00:00Z", "2", "100.00").sale("2026-03-31T12:00:00Z", "3", "100.00");
    let reached = Some("period:2026-03 2500 2026-04-30T11:00:00Z".to_owned());
    assert_eq!(bonus(&it), reached);
    it.on("2026-04-02T10:00:00Z", "sale.cancelled", r#""order":"2""#);
    assert_eq!(bonus(&it), reached, "the third order holds it up, and it clears as it did");
    it.on("2026-04-03T10:00:00Z", "sale.cancelled", r#""order":"3""#);
    assert_eq!(bonus(&it), None);
    assert_eq!(under(bonus_alone()).sale("2026-03-31T10:00:00Z", "1", "900.00").earned(), "");
}

/// It counts what commission is paid on, and there is none.
const fn bonus_alone() -> &'static str {
    "[[bonus]]\nid = 'b'\nby = 'orders'\nfrom = '1'\namount = '25.00'\n"
}

#[test]
fn flat_amounts_of_what_was_paid_back_in_full_are_nothing() {
    for pays in ["per_order", "per_item"] {
        let mut it = under(&format!("[[commission]]\nid = 'f'\npays.{pays} = '5.00'\n"));
        it.sale_of(ORDER, "1", &[("X", "60.00"), ("Y", "40.00")], "");
        it.on(
            "2026-04-01T10:00:00Z",
            "sale.refunded",
            r#""order":"1","refund":"r1","lines":[{"sku":"X","amount":"60.00"}]"#,
        );
        assert_eq!(it.order_earned("1"), "A f 500");
        it.on("2026-04-02T10:00:00Z", "sale.refunded", r#""order":"1","refund":"r2","amount":"40.00""#);
        assert_eq!(it.order_earned("1"), "");
    }
}
