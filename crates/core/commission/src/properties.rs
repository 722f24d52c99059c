//! What must hold for every order, group and pair of timelines.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tribute_events::EventId;
use tribute_money::Millionths;

use crate::{Earning, Step, fixture::*, movements, order_earnings, settle_group};

type Told = Vec<(u8, u8, i64)>;

fn steps(told: &Told) -> Vec<Step> {
    let mut told = told.clone();
    told.sort_by_key(|(when, ..)| *when);
    let step = |(when, cause, amount): &(u8, u8, i64)| Step {
        effective_at: day(i64::from(*when)),
        cause: EventId::trusted(&cause.to_string()),
        base: Millionths::ZERO,
        amount: *amount,
    };
    told.iter().map(step).collect()
}

/// Increments by (time, cause).
fn increments(steps: &[Step]) -> BTreeMap<(i64, String), i64> {
    let mut all = BTreeMap::new();
    let mut before = 0;
    for step in steps {
        *all.entry((step.effective_at.millis(), step.cause.to_string())).or_default() += step.amount - before;
        before = step.amount;
    }
    all
}

fn told() -> impl Strategy<Value = Told> {
    prop::collection::vec((0_u8..10, 0_u8..4, -1_000_i64..1_000), 0..6)
}

#[derive(Debug, Clone)]
struct Drawn {
    when: i64,
    net: u32,
    refunds: Vec<(u8, u32)>,
}

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let refunds = prop::collection::vec((0_u8..12, 0_u32..40_000), 0..3);
    let one =
        (0_i64..12, 1_u32..40_000, refunds).prop_map(|(when, net, refunds)| Drawn { when, net, refunds });
    prop::collection::vec(one, 1..14)
}

fn cents(net: u32) -> String {
    format!("{}.{:02}", net / 100, net % 100)
}

fn group(program: &tribute_terms::Program, orders: &[Drawn]) -> Vec<Earning> {
    let earning = |(number, drawn): (usize, &Drawn)| {
        let mut order = sale(&format!("{number:02}"), day(drawn.when), &cents(drawn.net));
        let mut refunds = drawn.refunds.clone();
        refunds.sort_by_key(|(later, _)| *later);
        for (count, (later, net)) in refunds.iter().enumerate() {
            order =
                then(order, day(drawn.when + i64::from(*later)), &format!("r{number}-{count}"), &cents(*net));
        }
        only(&order, program)
    };
    orders.iter().enumerate().map(earning).collect()
}

const GROUPED: [&str; 5] = [
    "pays.percent = \"10%\"\ncaps.per_ambassador = \"40\"\n",
    "pays.tiers = { by = \"revenue\", steps = [{ from = \"0\", percent = \"4%\" }, { from = \"300\", percent = \"9%\" }] }\n",
    "pays.tiers = { by = \"revenue\", mode = \"retroactive\", steps = [{ from = \"0\", percent = \"4%\" }, { from = \"300\", percent = \"9%\" }] }\n",
    "pays.tiers = { by = \"orders\", steps = [{ from = \"0\", percent = \"4%\" }, { from = \"3\", percent = \"9%\" }] }\ncaps.per_ambassador = \"60\"\n",
    "pays.tiers = { by = \"orders\", mode = \"retroactive\", steps = [{ from = \"0\", percent = \"4%\" }, { from = \"3\", percent = \"9%\" }] }\n",
];

fn grouped(index: usize) -> tribute_terms::Program {
    program(&format!("[[commission]]\nid = \"g\"\n{}", GROUPED[index]))
}

/// The amounts at one instant, computed from scratch: the group as it stands then, with nothing before.
fn at_once(index: usize, members: &[Earning], when: tribute_events::Timestamp) -> Vec<i64> {
    let mut now: Vec<_> = members.iter().enumerate().collect();
    now.sort_by(|(_, a), (_, b)| (a.source_at, &a.source).cmp(&(b.source_at, &b.source)));
    let base = |earning: &Earning| {
        let step = earning.unsettled.iter().rev().find(|step| step.effective_at <= when);
        step.map_or(0, |step| step.base.get() / 10_000)
    };
    let all: i64 = now.iter().map(|(_, it)| base(it)).sum();
    let count = now.iter().filter(|(_, it)| base(it) > 0).count();
    let round = |numerator: i64| (numerator + 50) / 100;
    let (mut before, mut number, mut paid) = (0, 0, 0);
    let mut amounts = vec![0; members.len()];
    for (place, earning) in now {
        let own = base(earning);
        let low = (30_000 - before).clamp(0, own);
        let amount = match index {
            0 => round(own * 10).min(4_000 - paid),
            1 => round(low * 4 + (own - low) * 9),
            2 => round(own * if all >= 30_000 { 9 } else { 4 }),
            3 => round(own * if number >= 3 { 9 } else { 4 }).min(6_000 - paid),
            _ => round(own * if count >= 3 { 9 } else { 4 }),
        };
        (before, number, paid) = (before + own, number + usize::from(own > 0), paid + amount);
        amounts[place] = amount;
    }
    amounts
}

proptest! {
    #[test]
    fn movements_turn_the_booked_into_the_desired(booked in told(), desired in told()) {
        let (booked, desired) = (steps(&booked), steps(&desired));
        let mut sums = increments(&booked);
        for movement in movements(&booked, &desired).unwrap() {
            prop_assert_ne!(movement.amount, 0);
            *sums.entry((movement.effective_at.millis(), movement.cause.to_string())).or_default() += movement.amount;
        }
        let mut wanted = increments(&desired);
        sums.retain(|_, amount| *amount != 0);
        wanted.retain(|_, amount| *amount != 0);
        prop_assert_eq!(sums, wanted);
    }

    #[test]
    fn parts_of_an_order_add_up(net in 0_u32..10_000_000, weights in prop::collection::vec(1_u64..100, 1..6)) {
        let names = ["ann", "bob", "cleo", "dora", "eve", "finn"];
        let parts: Vec<_> = names.iter().copied().zip(weights).collect();
        let order = conversion("1", vec![moment(day(0), "s", &parts, vec![line("A", "", 1, &cents(net))])]);
        let program = program(&percent("7.5%"));
        let total: i64 = order_earnings(&order, &program).unwrap().iter().map(Earning::amount).sum();
        prop_assert_eq!(total, only(&sale("1", day(0), &cents(net)), &program).amount());
        let bases: i64 = order_earnings(&order, &program).unwrap().iter().map(|it| it.base().get()).sum();
        prop_assert_eq!(bases, i64::from(net) * 10_000);
    }

    #[test]
    fn a_group_comes_out_alike_in_any_order(index in 0_usize..5, orders in drawn(), seed in any::<u64>()) {
        let program = grouped(index);
        let mut members = group(&program, &orders);
        settle_group(&program, &mut members).unwrap();
        let mut shuffled = group(&program, &orders);
        let mut state = seed;
        for place in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(place, (state >> 33) as usize % (place + 1));
        }
        settle_group(&program, &mut shuffled).unwrap();
        settle_group(&program, &mut shuffled).unwrap();
        shuffled.sort_by(|a, b| a.source.cmp(&b.source));
        prop_assert_eq!(shuffled, members);
    }

    #[test]
    fn a_group_is_right_at_every_instant(index in 0_usize..5, orders in drawn()) {
        let program = grouped(index);
        let mut members = group(&program, &orders);
        settle_group(&program, &mut members).unwrap();
        for days in 0..26 {
            let found: Vec<_> = members.iter().map(|member| member.amount_at(day(days))).collect();
            prop_assert_eq!(found, at_once(index, &members, day(days)), "day {}", days);
        }
    }

    #[test]
    fn what_comes_later_changes_nothing_before_it(index in 0_usize..5, orders in drawn()) {
        let program = grouped(index);
        let (mut all, mut early) = (group(&program, &orders), group(&program, &orders));
        settle_group(&program, &mut all).unwrap();
        early.retain(|member| member.source_at < day(6));
        settle_group(&program, &mut early).unwrap();
        for member in early {
            let same = all.iter().find(|it| it.source == member.source).unwrap();
            prop_assert_eq!(member.amount_at(day(6).minus(1)), same.amount_at(day(6).minus(1)));
        }
    }
}
