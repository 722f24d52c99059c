use tribute_events::{AmbassadorId, Conversion, Renewal};
use tribute_terms::Program;

use crate::{fixture::*, movements, order_earnings};

fn ten() -> Program {
    program(&percent("10%"))
}

fn shared(order: &str, parts: &[(&str, u64)], net: &str) -> Conversion {
    conversion(order, vec![moment(day(0), "sale", parts, vec![line("A", "", 1, net)])])
}

fn of(amounts: &[(&str, i64)]) -> Vec<(String, i64)> {
    amounts.iter().map(|(name, amount)| ((*name).to_owned(), *amount)).collect()
}

#[test]
fn case_01_linear_shares_halve() {
    assert_eq!(
        amounts(&shared("1", &[("ann", 1), ("bob", 1)], "100"), &ten()),
        of(&[("ann", 500), ("bob", 500)])
    );
}

#[test]
fn case_03_the_total_is_rounded_once_then_split() {
    let order = shared("1", &[("ann", 1), ("bob", 1)], "99.99");
    assert_eq!(amounts(&order, &ten()), of(&[("ann", 500), ("bob", 500)]));
    let formula = &order_earnings(&order, &ten()).unwrap()[0].formula;
    assert_eq!(formula, "10% × 99.99 = 9.999 → 10.00 USD (half up); share 1 of 2 → 5.00");
}

#[test]
fn case_17_a_refund_is_shared_alike() {
    let parts = [("ann", 1), ("bob", 1)];
    let lines = |first: &str| vec![line("A", "", 1, first), line("B", "", 1, "40")];
    let order = conversion(
        "1",
        vec![moment(day(0), "sale", &parts, lines("60")), moment(day(3), "refund", &parts, lines("30"))],
    );
    for earning in order_earnings(&order, &ten()).unwrap() {
        assert_eq!(timeline(&earning), [(0, 500), (3, 350)]);
    }
}

#[test]
fn case_18_weights_of_sevenths() {
    let all = program("[[commission]]\nid = \"flat\"\npays.per_order = \"0.11\"\n");
    let parts = [("ann", 3), ("bob", 3), ("cleo", 1)];
    assert_eq!(amounts(&shared("1", &parts, "1"), &all), of(&[("ann", 5), ("bob", 5), ("cleo", 1)]));
    let all = program("[[commission]]\nid = \"flat\"\npays.per_order = \"0.10\"\n");
    assert_eq!(amounts(&shared("1", &parts, "1"), &all), of(&[("ann", 4), ("bob", 4), ("cleo", 2)]));
}

#[test]
fn case_19_a_full_refund_takes_all_back_and_keeps_the_shares() {
    let earning = only(&then(sale("1", day(0), "100"), day(40), "refund", "0"), &ten());
    assert_eq!(timeline(&earning), [(0, 1000), (40, 0)]);
    assert_eq!((earning.weight, earning.of_weight), (1, 1));
    let booked = &earning.steps[..1];
    let found = movements(booked, &earning.steps).unwrap();
    assert_eq!((found.len(), found[0].amount), (1, -1000));
}

#[test]
fn case_20_an_edit_adds() {
    let earning = only(&then(sale("1", day(0), "100"), day(2), "edit", "150"), &ten());
    assert_eq!(timeline(&earning), [(0, 1000), (2, 1500)]);
}

#[test]
fn case_21_a_late_older_order_makes_the_buyer_returning() {
    let rules = "[[commission]]\nid = \"new\"\npays.percent = \"10%\"\nwhen.customer = \"new\"\n\
                 [[commission]]\nid = \"back\"\npays.percent = \"5%\"\nwhen.customer = \"returning\"\n";
    let program = program(rules);
    let mut order = sale("1", day(0), "100");
    let before = only(&order, &program);
    order.returning = true;
    let after = only(&order, &program);
    assert_eq!((before.amount(), before.rule.as_str()), (1000, "new"));
    assert_eq!((after.amount(), after.rule.as_str()), (500, "back"));
}

#[test]
fn case_24_an_override_of_two_to_one() {
    let order = shared("1", &[("ann", 2), ("bob", 1)], "100");
    assert_eq!(amounts(&order, &ten()), of(&[("ann", 667), ("bob", 333)]));
}

#[test]
fn case_25_an_order_level_refund() {
    // 10.01 over 60 and 40: 6.006 and 4.004.
    let lines = vec![line("A", "", 1, "53.994"), line("B", "", 1, "35.996")];
    let order = conversion("1", vec![moment(day(0), "sale", &[("ann", 1)], lines)]);
    assert_eq!(only(&order, &ten()).amount(), 900);
}

#[test]
fn case_27_no_float_rounds_five_at_two_point_nine() {
    assert_eq!(only(&sale("1", day(0), "5.00"), &program(&percent("2.9%"))).amount(), 15);
}

#[test]
fn case_28_small_amounts_round_once_each() {
    let program = program(&percent("20%"));
    for (net, amount) in [("0.07", 1), ("0.02", 0), ("0.03", 1)] {
        assert_eq!(only(&sale("1", day(0), net), &program).amount(), amount, "{net}");
    }
}

#[test]
fn case_29_lines_at_different_rates() {
    let rules = "[[commission]]\nid = \"rest\"\npays.percent = \"10%\"\n\
                 [[commission]]\nid = \"shoes\"\npays.percent = \"40%\"\nwhen.categories = [\"shoes\"]\n";
    let lines = vec![line("A", "shoes", 1, "100"), line("B", "socks", 1, "50")];
    let order = conversion("1", vec![moment(day(0), "sale", &[("ann", 1)], lines)]);
    let found = amounts(&order, &program(rules));
    assert_eq!(found, of(&[("ann", 500), ("ann", 4000)]));
    assert_eq!(found.iter().map(|(_, amount)| amount).sum::<i64>(), 4500);
}

#[test]
fn case_30_flat_per_item() {
    let program = program("[[commission]]\nid = \"flat\"\npays.per_item = \"5.00\"\n");
    let order = |quantity| {
        conversion("1", vec![moment(day(0), "s", &[("ann", 1)], vec![line("A", "", quantity, "60")])])
    };
    assert_eq!(only(&order(2), &program).amount(), 1000);
    assert_eq!(only(&order(2), &program).formula, "2 × 5.00 per item = 10.00 USD");
    assert_eq!(only(&order(0), &program).amount(), 0);
}

#[test]
fn case_36_a_refund_takes_the_old_rate_back() {
    let program = program_of(&[
        published("1", "2026-01-01T00:00:00Z", &percent("7%")),
        published("2", "2026-03-05T00:00:00Z", &percent("3%")),
    ]);
    let earning = only(&then(sale("1", day(0), "100"), day(9), "refund", "0"), &program);
    assert_eq!(timeline(&earning), [(0, 700), (9, 0)]);
    assert_eq!(earning.terms_version, "1");
    assert_eq!(only(&sale("2", day(9), "100"), &program).amount(), 300);
}

#[test]
fn case_43_followers_decide_by_half_open_tiers() {
    let rules = "[[commission]]\nid = \"t\"\n[commission.pays.tiers]\nby = \"followers\"\nsteps = [\
                 { from = \"0\", percent = \"1%\" }, { from = \"10000\", percent = \"2%\" }, { from = \"100000\", percent = \"3%\" }]\n";
    for (followers, amount) in [(9_999, 100), (10_000, 200), (99_999, 200), (100_000, 300)] {
        let known = approved("ann", |it| it.followers = Some(followers));
        let program = program_of(&[published("1", "2026-01-01T00:00:00Z", rules), known]);
        assert_eq!(only(&sale("1", day(0), "100"), &program).amount(), amount, "{followers}");
    }
}

#[test]
fn the_house_keeps_its_part_and_the_parts_add_up() {
    let order = shared("1", &[("ann", 1), ("", 1), ("bob", 1)], "100");
    let found: i64 = amounts(&order, &ten()).iter().map(|(_, amount)| amount).sum();
    assert!(found == 666 || found == 667, "{found}");
}

#[test]
fn one_party_alone_with_the_house_gets_its_part() {
    assert_eq!(amounts(&shared("1", &[("", 1)], "100"), &ten()), of(&[]));
    assert_eq!(amounts(&shared("1", &[("ann", 1), ("", 3)], "100"), &ten()), of(&[("ann", 250)]));
}

#[test]
fn ambassadors_with_their_own_rules_take_their_part_of_their_own_total() {
    let rules = format!(
        "{}[[commission]]\nid = \"star\"\npays.percent = \"20%\"\nwhen.ambassadors = [\"bob\"]\n",
        percent("10%")
    );
    let order = shared("1", &[("ann", 1), ("bob", 1)], "100");
    assert_eq!(amounts(&order, &program(&rules)), of(&[("ann", 500), ("bob", 1000)]));
}

#[test]
fn credit_that_moves_ends_one_earning_and_begins_another() {
    let lines = || vec![line("A", "", 1, "100")];
    let order = conversion(
        "1",
        vec![
            moment(day(0), "sale", &[("ann", 1)], lines()),
            moment(day(5), "override", &[("bob", 1)], lines()),
        ],
    );
    let mut earnings = order_earnings(&order, &ten()).unwrap();
    earnings.sort_by(|a, b| a.ambassador.cmp(&b.ambassador));
    assert_eq!(timeline(&earnings[0]), [(0, 1000), (5, 0)]);
    assert_eq!(earnings[0].formula, "no longer credited");
    assert_eq!(
        (earnings[1].ambassador.clone(), timeline(&earnings[1])),
        (AmbassadorId::trusted("bob"), vec![(5, 1000)])
    );
}

#[test]
fn tax_and_shipping_count_where_included_and_never_twice() {
    let rules = "[[commission]]\nid = \"rest\"\npays.percent = \"10%\"\ninclude_shipping = true\n\
                 [[commission]]\nid = \"shoes\"\npays.percent = \"10%\"\ninclude_shipping = true\ninclude_tax = true\n\
                 when.categories = [\"shoes\"]\n";
    let lines = vec![line("A", "shoes", 1, "60"), line("B", "", 1, "40")];
    let mut order = conversion("1", vec![moment(day(0), "sale", &[("ann", 1)], lines)]);
    order.moments[0].shipping = money("10");
    order.moments[0].tax = money("20");
    // rest: 40 + 4 of the shipping; shoes: 60 + 6 of the shipping + 12 of the tax.
    assert_eq!(amounts(&order, &program(rules)), of(&[("ann", 440), ("ann", 780)]));
    assert_eq!(only(&order, &ten()).amount(), 1000);
}

#[test]
fn a_minimum_counts_the_lines_of_the_rule() {
    let program = program(&format!("{}minimum_order = \"50\"\n", percent("10%")));
    let earning = only(&then(sale("1", day(0), "50"), day(1), "refund", "49.99"), &program);
    assert_eq!(timeline(&earning), [(0, 500), (1, 0)]);
    assert_eq!(earning.formula, "49.99 is below the minimum of 50.00 → 0.00 USD");
}

#[test]
fn flat_per_order_pays_while_something_is_left() {
    let program = program("[[commission]]\nid = \"flat\"\npays.per_order = \"10\"\n");
    let order = then(then(sale("1", day(0), "80"), day(1), "part", "1"), day(2), "rest", "0");
    assert_eq!(timeline(&only(&order, &program)), [(0, 1000), (1, 1000), (2, 0)]);
}

#[test]
fn a_cap_per_order_holds_for_all_shares_together() {
    let program = program(&format!("{}caps.per_order = \"8.00\"\n", percent("10%")));
    let order = shared("1", &[("ann", 1), ("bob", 1)], "100");
    assert_eq!(amounts(&order, &program), of(&[("ann", 400), ("bob", 400)]));
    let formula = only(&sale("1", day(0), "100"), &program).formula;
    assert_eq!(formula, "10% × 100.00 = 10.00 USD; at most 8.00 per order");
}

#[test]
fn amounts_of_the_programs_currency_do_not_match_another() {
    let rules = format!(
        "{}[[commission]]\nid = \"flat\"\npays.per_order = \"9\"\nwhen.skus = [\"A\"]\n",
        percent("10%")
    );
    let program = program(&rules);
    assert_eq!(only(&sale("1", day(0), "100"), &program).rule.as_str(), "flat");
    let mut yen = sale("2", day(0), "1005");
    yen.currency = "JPY".parse().unwrap();
    let earning = only(&yen, &program);
    assert_eq!((earning.rule.as_str(), earning.amount(), earning.asset.as_str()), ("share", 101, "JPY"));
}

#[test]
fn conditions_decide_and_ties_go_to_the_earlier_rule() {
    let rule = |id: &str, when: &str| format!("[[commission]]\nid = \"{id}\"\npays.percent = \"1%\"\n{when}");
    let rules = [
        rule("first", ""),
        rule("second", ""),
        rule("season", "when.from = \"2026-03-01T10:00:00Z\"\nwhen.until = \"2026-03-03T10:00:00Z\"\n"),
        rule("store", "when.channels = [\"store\"]\n"),
        rule("west", "when.regions = [\"CA\"]\n"),
        rule("big", "when.followers_from = 100\n"),
        rule("sku", "when.skus = [\"Z\"]\n"),
    ];
    let program = program(&rules.concat());
    let rule_of = |order: &Conversion| only(order, &program).rule.to_string();
    assert_eq!(rule_of(&sale("1", day(0), "1")), "season");
    assert_eq!(rule_of(&sale("1", day(2), "1")), "first");
    let mut order = sale("1", day(0), "1");
    order.region = Some("CA".into());
    assert_eq!(rule_of(&order), "west");
    order.channel = Some("store".into());
    assert_eq!(rule_of(&order), "store");
    order.moments[0].lines[0].sku = "Z".into();
    assert_eq!(rule_of(&order), "sku");
}

#[test]
fn without_terms_there_is_an_error_that_says_so() {
    let order = sale("1", at("2025-12-31T00:00:00Z"), "1");
    let error = order_earnings(&order, &ten()).unwrap_err().to_string();
    assert!(error.starts_with("program friends has no terms in force at 2025-12-31"), "{error}");
}

#[test]
fn keys_and_json_are_stable() {
    let earning = only(&sale("1001", day(0), "59.97"), &ten());
    assert_eq!(earning.key(), "friends/order:1001/ann/share");
    assert_eq!(earning.formula, "10% × 59.97 = 5.997 → 6.00 USD (half up)");
    let json = serde_json::to_string(&earning).unwrap();
    assert!(json.contains("\"source\":\"order:1001\""), "{json}");
    assert_eq!(serde_json::from_str::<crate::Earning>(&json).unwrap(), earning);
}

#[test]
fn stages_follow_the_age_of_the_subscription_by_the_calendar() {
    let program = program(
        "[[commission]]\nid = \"share\"\nrenewals = \"forever\"\n\
         pays.stages = [{ months = 1, percent = \"30%\" }, { months = 1, percent = \"10%\" }]\n",
    );
    let began = day(30);
    for (number, days, due) in [(0, 30, 3_000), (1, 59, 3_000), (1, 60, 1_000), (2, 90, 1_000), (3, 91, 0)] {
        let mut order = sale("1", day(days), "100");
        order.renewal = Some(Renewal { number, began_at: Some(began) });
        assert_eq!(only(&order, &program).amount(), due, "day {days}");
    }
    let mut unknown = sale("1", day(40), "100");
    assert_eq!(only(&unknown, &program).amount(), 3_000);
    unknown.renewal = Some(Renewal { number: 4, began_at: None });
    assert_eq!(order_earnings(&unknown, &program).unwrap(), []);
}

#[test]
fn an_expression_decides_whether_a_rule_matches_and_one_that_fails_does_not() {
    let rules = |expression: &str| {
        format!(
            "[[commission]]\nid = \"more\"\npays.percent = \"20%\"\nwhen.expression = '{expression}'\n{}",
            percent("10%")
        )
    };
    for (expression, due) in [
        ("order.net >= amount(\"100.00\")", 2_000),
        ("order.net > amount(\"100.00\")", 1_000),
        ("order.weekday == 7 && order.hour == 10 && order.month == 3", 2_000),
        ("order.region == \"CA\"", 1_000),
        ("ambassador.followers >= 0 || order.skus == [\"A\"]", 2_000),
        ("ambassador.followers >= 0", 1_000),
        ("order.credited_by in [\"click\", \"code\"] && ambassador.id == \"ann\"", 2_000),
    ] {
        let program = program(&rules(expression));
        let earning = only(&then(sale("1", day(0), "100"), day(3), "refund", "50"), &program);
        assert_eq!(earning.amount_at(day(0)), due, "{expression}");
        // A refund does not move the order to another rule: it takes back what the sale gave.
        assert_eq!(earning.amount(), due / 2, "{expression}");
    }
}
