use tribute_terms::Program;

use crate::{CommissionError, Earning, fixture::*, settle_group};

fn tiers(by: &str, mode: &str, steps: &[(&str, &str)], rest: &str) -> String {
    let steps: Vec<_> =
        steps.iter().map(|(from, rate)| format!("{{ from = \"{from}\", percent = \"{rate}\" }}")).collect();
    format!(
        "[[commission]]\nid = \"tiers\"\npays.tiers = {{ by = \"{by}\", period = \"year\", mode = \"{mode}\", steps = [{}] }}\n{rest}",
        steps.join(", ")
    )
}

fn by_revenue(mode: &str) -> Program {
    program(&tiers("revenue", mode, &[("0", "4%"), ("200", "6%"), ("400", "8%")], ""))
}

fn by_orders(mode: &str) -> Program {
    program(&tiers("orders", mode, &[("0", "10%"), ("10", "20%")], ""))
}

/// Orders numbered by day, settled.
fn settled(program: &Program, nets: &[&str]) -> Vec<Earning> {
    let order = |(n, net): (usize, &&str)| only(&sale(&format!("{n:03}"), day(n as i64), net), program);
    let mut earnings: Vec<_> = nets.iter().enumerate().map(order).collect();
    settle_group(program, &mut earnings).unwrap();
    earnings
}

fn last(earnings: &[Earning]) -> Vec<i64> {
    earnings.iter().map(Earning::amount).collect()
}

#[test]
fn case_32_marginal_revenue_tiers() {
    let one = settled(&by_revenue("marginal"), &["500"]);
    assert_eq!(last(&one), [2800]);
    assert_eq!(
        one[0].formula,
        "4% × 200.00 + 6% × 200.00 + 8% × 100.00 = 28.00 USD; 0.00 before it, 500.00 in all"
    );
    assert_eq!(last(&settled(&by_revenue("marginal"), &["150", "150", "200"])), [600, 200 + 600, 600 + 800]);
}

#[test]
fn retroactive_revenue_lifts_the_older_orders_when_the_tier_is_reached() {
    let earnings = settled(&by_revenue("retroactive"), &["150", "150", "200"]);
    assert_eq!(timeline(&earnings[0]), [(0, 600), (1, 900), (2, 1200)]);
    assert_eq!(earnings[0].steps[1].cause.as_str(), "sale-001");
    assert_eq!(timeline(&earnings[1]), [(1, 900), (2, 1200)]);
    assert_eq!(timeline(&earnings[2]), [(2, 1600)]);
}

#[test]
fn case_33_retroactive_at_the_tenth_and_marginal() {
    let nets = ["100"; 20];
    assert_eq!(last(&settled(&by_orders("retroactive"), &nets)), [2000; 20]);
    let nine = settled(&by_orders("retroactive"), &nets[..9]);
    assert_eq!(last(&nine), [1000; 9]);
    let ten = settled(&by_orders("retroactive"), &nets[..10]);
    assert_eq!(timeline(&ten[0]), [(0, 1000), (9, 2000)]);
    let marginal = last(&settled(&by_orders("marginal"), &nets));
    assert_eq!(marginal, [[1000; 10], [2000; 10]].concat());
}

#[test]
fn a_refund_that_loses_the_tier_takes_effect_when_it_happened() {
    let program = by_orders("retroactive");
    let mut earnings: Vec<_> =
        (0..10).map(|n| only(&sale(&format!("{n:03}"), day(n), "100"), &program)).collect();
    earnings[4] = only(&then(sale("004", day(4), "100"), day(20), "refund", "0"), &program);
    settle_group(&program, &mut earnings).unwrap();
    assert_eq!(timeline(&earnings[0]), [(0, 1000), (9, 2000), (20, 1000)]);
    assert_eq!(earnings[0].steps[2].cause.as_str(), "refund");
    assert_eq!(timeline(&earnings[4]), [(4, 1000), (9, 2000), (20, 0)]);
}

#[test]
fn a_refund_moves_the_later_orders_down_the_marginal_table() {
    let program = by_revenue("marginal");
    let mut earnings = vec![
        only(&then(sale("1", day(0), "200"), day(5), "refund", "100"), &program),
        only(&sale("2", day(1), "100"), &program),
        only(&sale("3", day(2), "200"), &program),
    ];
    settle_group(&program, &mut earnings).unwrap();
    assert_eq!(timeline(&earnings[1]), [(1, 600), (5, 400)]);
    assert_eq!(timeline(&earnings[2]), [(2, 600 + 800), (5, 1200)]);
}

#[test]
fn a_cap_is_used_up_in_the_order_of_the_orders_and_refunds_make_room() {
    let program =
        program(&format!("{}caps.per_ambassador = \"25\"\ncaps.period = \"year\"\n", percent("10%")));
    let mut earnings = vec![
        only(&then(sale("1", day(0), "100"), day(9), "refund", "0"), &program),
        only(&sale("2", day(1), "100"), &program),
        only(&sale("3", day(2), "100"), &program),
        only(&sale("4", day(3), "100"), &program),
    ];
    settle_group(&program, &mut earnings).unwrap();
    assert_eq!(timeline(&earnings[2]), [(2, 500), (9, 1000)]);
    assert_eq!(timeline(&earnings[3]), [(3, 0), (9, 500)]);
    let formula =
        "10% × 100.00 = 10.00 USD; no more than 25.00 per ambassador, 20.00 USD taken before it → 5.00";
    assert_eq!(earnings[3].formula, formula);
    let before = earnings.clone();
    settle_group(&program, &mut earnings).unwrap();
    assert_eq!(earnings, before);
}

#[test]
fn groups_are_apart_by_period_and_ambassador_but_not_by_version() {
    let rules = tiers("orders", "marginal", &[("0", "10%"), ("1", "20%")], "");
    let program = program_of(&[
        published("1", "2026-01-01T00:00:00Z", &rules),
        published("2", "2026-03-02T00:00:00Z", &rules.replace("20%", "30%")),
        approved("ann", |_| {}),
    ]);
    let mut earnings =
        vec![only(&sale("1", day(0), "100"), &program), only(&sale("2", day(5), "100"), &program)];
    assert_eq!(earnings[0].group.as_deref(), Some("friends/tiers/ann/2026"));
    settle_group(&program, &mut earnings).unwrap();
    assert_eq!(last(&earnings), [1000, 3000]);
    let next_year = only(&sale("3", at("2027-01-01T00:00:00Z"), "100"), &program);
    earnings.push(next_year);
    assert!(matches!(settle_group(&program, &mut earnings), Err(CommissionError::MixedGroups { .. })));
}

#[test]
fn a_shared_order_in_one_tier_adds_up() {
    let program = by_orders("retroactive");
    let shares = [("ann", 1), ("bob", 1)];
    let order = conversion("1", vec![moment(day(0), "sale", &shares, vec![line("A", "", 1, "0.25")])]);
    let found = amounts(&order, &program);
    assert_eq!(found.iter().map(|(_, amount)| amount).sum::<i64>(), 3);
}

#[test]
fn a_late_older_order_takes_its_place_in_the_row() {
    let program = by_revenue("marginal");
    let (older, newer) =
        (only(&sale("9", day(0), "200"), &program), only(&sale("1", day(1), "100"), &program));
    assert_eq!(newer.amount(), 400);
    let mut earnings = vec![newer, older];
    settle_group(&program, &mut earnings).unwrap();
    assert_eq!(last(&earnings), [600, 800]);
    assert_eq!(timeline(&earnings[0]), [(1, 600)]);
}
