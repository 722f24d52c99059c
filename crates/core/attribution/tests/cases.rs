//! The cases with known answers that say who is credited.
#![allow(clippy::unwrap_used, reason = "tests")]

mod shop;

use serde_json::json;
use shop::{Shop, commissions, credit_of, credited, ordered, shares, why};
use tribute_attribution::EarlierOrder;
use tribute_events::{DAY, HOUR, MINUTE, Timestamp};

fn before(span: i64) -> Timestamp {
    ordered().minus(span)
}

#[test]
fn case_01_linear_collapses_runs() {
    let mut shop = Shop::new("model = 'linear'");
    shop.click("ann", before(3 * DAY))
        .click("ann", before(2 * DAY))
        .click("ben", before(DAY))
        .order(json!({}));
    let conversion = shop.conversion();
    assert_eq!(credited(&conversion), "ann 1, ben 1");
    assert_eq!(commissions(&conversion), [[500, 500]]);
    assert_eq!(conversion.reason.losers.len(), 1);
    assert_eq!(why(&conversion, "ann"), "collapsed");
    assert_eq!(conversion.reason.model.as_deref(), Some("linear"));
}

#[test]
fn case_02_position_based_over_four() {
    let mut shop = Shop::new("model = 'position_based'");
    for (days, name) in [(4, "ann"), (3, "ben"), (2, "cal"), (1, "ben")] {
        shop.click(name, before(days * DAY));
    }
    // Of 10: A 4, B 1 + 4, C 1.
    assert_eq!(credit_of(shop.order(json!({}))), "ann 4, ben 5, cal 1");
}

#[test]
fn case_03_position_based_over_two() {
    let mut shop = Shop::new("model = 'position_based'");
    shop.click("ann", before(2 * DAY)).click("ben", before(DAY));
    shop.order(json!({ "lines": [{ "sku": "mug", "quantity": 1, "amount": "99.99" }] }));
    assert_eq!(commissions(&shop.conversion()), [[500, 500]]);
}

#[test]
fn case_04_decay_halves_in_seven_days() {
    let mut shop = Shop::new("model = 'time_decay'");
    shop.click("ann", before(7 * DAY)).click("ben", ordered());
    assert_eq!(credit_of(shop.order(json!({}))), "ann 1, ben 2");
}

#[test]
fn case_05_the_window_ends_at_thirty_days_exactly() {
    let mut out = Shop::new("");
    let out = out.click("ann", before(30 * DAY)).order(json!({})).conversion();
    assert_eq!(
        (credited(&out), why(&out, "ann"), out.reason.tier.as_str()),
        (String::new(), "outside_window", "none")
    );
    let mut within = Shop::new("");
    assert_eq!(credit_of(within.click("ann", before(30 * DAY - 1)).order(json!({}))), "ann 1");
}

#[test]
fn case_06_a_view_never_beats_a_click() {
    let mut shop = Shop::new("");
    let seen =
        shop.click("ann", before(2 * DAY)).touch("view", "ben", before(DAY)).order(json!({})).conversion();
    assert_eq!((credited(&seen).as_str(), why(&seen, "ben")), ("ann 1", "lower_tier"));
    let mut alone = Shop::new("");
    assert_eq!(credit_of(alone.touch("view", "ben", before(DAY)).order(json!({}))), "ben 1");
    let mut off = Shop::new("views = false");
    let off = off.touch("view", "ben", before(DAY)).order(json!({})).conversion();
    assert_eq!((credited(&off).as_str(), why(&off, "ben")), ("", "views_off"));
}

#[test]
fn case_07_an_always_code_beats_a_click() {
    let mut shop = Shop::new("");
    shop.code("ANN10", "ann", "always", json!({})).click("ben", before(MINUTE));
    let conversion = shop.order(json!({ "codes": ["ann10"] })).conversion();
    assert_eq!((credited(&conversion).as_str(), conversion.reason.tier.as_str()), ("ann 1", "code"));
    assert_eq!(why(&conversion, "ben"), "lower_tier");
}

#[test]
fn case_08_if_involved_takes_all_with_a_click_of_its_own() {
    let mut shop = Shop::new("model = 'linear'");
    shop.code("ANN10", "ann", "if_involved", json!({})).click("ben", before(HOUR));
    shop.order(json!({ "codes": ["ANN10"] }));
    let without = shop.conversion();
    assert_eq!((credited(&without).as_str(), why(&without, "ANN10")), ("ben 1", "needs_click"));
    shop.click("ann", before(2 * HOUR));
    let with = shop.conversion();
    assert_eq!((credited(&with).as_str(), with.reason.tier.as_str()), ("ann 1", "click"));
    assert_eq!(with.reason.winners[0].kind, "code");
}

#[test]
fn case_09_if_winner_never_changes_who_wins() {
    let mut shop = Shop::new("");
    shop.code("ANN10", "ann", "if_winner", json!({})).order(json!({ "codes": ["ANN10"] }));
    let alone = shop.conversion();
    assert_eq!((credited(&alone).as_str(), why(&alone, "ANN10")), ("", "needs_click"));
    shop.click("ann", before(2 * HOUR));
    let wins = shop.conversion();
    assert_eq!((credited(&wins).as_str(), wins.reason.winners.len()), ("ann 1", 2));
    let loses = shop.click("ben", before(HOUR)).conversion();
    assert_eq!((credited(&loses).as_str(), why(&loses, "ANN10")), ("ben 1", "not_the_winner"));
}

#[test]
fn case_10_a_code_ends_before_its_last_instant() {
    for (valid_until, credit) in [(ordered(), ""), (ordered().plus(1), "ann 1")] {
        let mut shop = Shop::new("");
        shop.code("ANN10", "ann", "always", json!({ "valid_until": valid_until }));
        let conversion = shop.order(json!({ "codes": ["ANN10"] })).conversion();
        assert_eq!(credited(&conversion), credit);
        assert_eq!(why(&conversion, "ANN10") == "code_not_valid", credit.is_empty());
    }
    for (valid_from, credit) in [(ordered(), "ann 1"), (ordered().plus(1), "")] {
        let mut shop = Shop::new("");
        shop.code("ANN10", "ann", "always", json!({ "valid_from": valid_from }));
        assert_eq!(credit_of(shop.order(json!({ "codes": ["ANN10"] }))), credit);
    }
}

#[test]
fn a_code_given_to_somebody_else_from_later_on_stays_until_then() {
    for (valid_from, credit) in [(ordered().plus(1), "ann 1"), (ordered(), "ben 1")] {
        let mut shop = Shop::new("");
        shop.code("SAVE10", "ann", "always", json!({}));
        shop.code("SAVE10", "ben", "always", json!({ "valid_from": valid_from }));
        assert_eq!(credit_of(shop.order(json!({ "codes": ["SAVE10"] }))), credit);
    }
}

#[test]
fn case_11_a_scan_beats_a_click_of_the_same_millisecond() {
    for names in [["ann", "ben"], ["ben", "ann"]] {
        let mut shop = Shop::new("");
        shop.touch("click", names[0], before(HOUR)).touch("qr", names[1], before(HOUR)).order(json!({}));
        assert_eq!(credit_of(&shop), format!("{} 1", names[1]));
    }
}

#[test]
fn case_12_a_click_of_the_orders_millisecond_counts() {
    let mut same = Shop::new("");
    assert_eq!(credit_of(same.click("ann", ordered()).order(json!({}))), "ann 1");
    let mut after = Shop::new("");
    let after = after.click("ann", ordered().plus(1)).order(json!({})).conversion();
    assert_eq!((credited(&after).as_str(), why(&after, "ann")), ("", "after_order"));
}

#[test]
fn case_13_a_click_after_the_purchase_is_for_the_next_order() {
    let mut shop = Shop::new("");
    shop.click("ann", before(HOUR)).click("ben", ordered().plus(HOUR)).order(json!({}));
    assert_eq!(credit_of(&shop), "ann 1");
}

#[test]
fn case_14_nobody_is_credited_for_their_own_order() {
    let mut shop = Shop::new("");
    shop.click("ben", before(2 * HOUR)).code("ANN10", "ann", "always", json!({}));
    for touch in ["ann", "ben"] {
        let data = json!({ "click": format!("own-{touch}"), "program": "friends", "ambassador": touch,
                           "account": "ann-shops" });
        let age = if touch == "ann" { HOUR } else { 2 * HOUR };
        shop.say("click.recorded", before(age), data);
    }
    let conversion = shop.order(json!({ "account": "ann-shops", "codes": ["ANN10"] })).conversion();
    assert_eq!(credited(&conversion), "ben 1");
    assert_eq!((why(&conversion, "own-ann"), why(&conversion, "ANN10")), ("self", "self"));
}

#[test]
fn case_15_an_anonymous_click_belongs_to_the_next_login() {
    let click = json!({ "click": "c1", "program": "friends", "ambassador": "ann", "device": "phone" });
    let login = json!({ "device": "phone", "account": "zoe" });
    let mut shop = Shop::new("");
    shop.say("click.recorded", before(HOUR), click).order(json!({}));
    assert_eq!(credit_of(&shop), "");
    let mut between = shop.clone();
    assert_eq!(credit_of(between.say("login.recorded", before(MINUTE), login.clone())), "ann 1");

    let after = shop.say("login.recorded", ordered().plus(HOUR), login).conversion();
    let moments: Vec<_> = after.moments.iter().map(|it| (it.effective_at, shares(&it.shares))).collect();
    assert_eq!(moments, [(ordered(), String::new()), (ordered().plus(HOUR), "ann 1".into())]);
    assert_eq!(after.moments[1].cause, shop.events.last().unwrap().id);
    let elsewhere = json!({ "device": "phone", "account": "yan" });
    assert_eq!(
        credit_of(shop.say("login.recorded", before(1), elsewhere)),
        "",
        "the next login is another's"
    );
}

#[test]
fn case_15_the_orders_own_device_and_account_are_known_whatever_the_lock() {
    let click = json!({ "click": "c1", "program": "friends", "ambassador": "ann", "device": "phone" });
    let mut shop = Shop::new("hold = '0s'\ngrace = '0s'");
    shop.say("click.recorded", before(HOUR), click).order(json!({ "device": "phone" }));
    assert_eq!(credit_of(&shop), "ann 1");
    let mut anonymous = Shop::new("");
    let click = json!({ "click": "c1", "program": "friends", "ambassador": "ann", "device": "phone" });
    anonymous.say("click.recorded", before(HOUR), click).order(json!({ "device": "phone", "account": null }));
    assert_eq!(credit_of(&anonymous), "ann 1");
}

#[test]
fn case_16_a_late_click_counts_until_the_lock() {
    let lock = ordered().plus(30 * DAY);
    let mut shop = Shop::new("");
    shop.click("ann", before(2 * HOUR)).order(json!({}));
    let mut in_time = shop.clone();
    let moved = in_time.touch_late("click", "ben", before(HOUR), lock.minus(1)).conversion();
    assert_eq!((credited(&moved).as_str(), moved.moments.len(), moved.locks_at), ("ben 1", 1, lock));

    let late = shop.touch_late("click", "ben", before(HOUR), lock).conversion();
    assert_eq!((credited(&late).as_str(), why(&late, "ben")), ("ann 1", "after_lock"));
    assert_eq!(late.reason.notes.len(), 1);
    assert!(late.reason.notes[0].ends_with("it would have credited ben"), "{}", late.reason.notes[0]);
    let older = shop.clone().touch_late("click", "cal", before(3 * HOUR), lock).conversion();
    assert_eq!(older.reason.notes, late.reason.notes, "one note on all of it");
}

#[test]
fn case_16_late_words_on_standing_links_and_codes_leave_a_note_only() {
    let lock = ordered().plus(30 * DAY);
    let left = json!({ "program": "friends", "ambassador": "ann" });
    let mut shop = Shop::new("");
    shop.click("ann", before(2 * HOUR)).order(json!({ "codes": ["BEN10"] }));
    let mut standing = shop.clone();
    let standing = standing.say_late("ambassador.left", before(DAY), lock, left).conversion();
    assert_eq!(credited(&standing), "ann 1");
    assert!(standing.reason.notes[0].ends_with("credited nobody"));
    let issued = json!({ "program": "friends", "code": "BEN10", "ambassador": "ben" });
    let code = shop.say_late("code.issued", before(DAY), lock, issued).conversion();
    assert_eq!((credited(&code).as_str(), why(&code, "BEN10")), ("ann 1", "unknown_code"));
    assert!(code.reason.notes[0].ends_with("credited ben"));
}

#[test]
fn case_20_an_edit_keeps_the_winner() {
    let mut shop = Shop::new("");
    shop.click("ann", before(HOUR)).order(json!({}));
    shop.click("ben", ordered().plus(HOUR));
    let line = |sku: &str, amount: &str| json!({ "sku": sku, "quantity": 1, "amount": amount });
    let edited = shop::document(json!({ "lines": [line("mug", "100.00"), line("hat", "50.00")] }));
    let conversion = shop.say("sale.edited", ordered().plus(DAY), edited).conversion();
    assert_eq!(commissions(&conversion), [[1_000], [1_500]]);
    assert_eq!(credited(&conversion), "ann 1");
}

#[test]
fn case_21_an_earlier_order_makes_the_buyer_returning() {
    let mut shop = Shop::new("");
    shop.order(json!({}));
    let lock = ordered().plus(30 * DAY);
    let mut with = |order: &str, placed: Timestamp, recorded, cancelled: Option<Timestamp>| {
        let order = order.parse().unwrap();
        let account = Some("zoe".parse().unwrap());
        let (device, credit) = (None, Vec::new());
        let cancelled = cancelled.map(|at| (at, at));
        shop.earlier_orders =
            vec![EarlierOrder { order, account, device, at: placed, recorded, cancelled, credit }];
        shop.conversion().returning
    };
    assert!(with("0900", before(DAY), lock.minus(1), None));
    assert!(!with("0900", before(DAY), lock, None), "recorded at the lock");
    assert!(!with("0900", before(DAY), before(DAY), Some(ordered())), "cancelled by then");
    assert!(with("0900", before(DAY), before(DAY), Some(ordered().plus(1))));
    assert!(with("0900", ordered(), ordered(), None), "the smaller id of one instant is the earlier");
    assert!(!with("1002", ordered(), ordered(), None));
    assert!(!with("0900", ordered().plus(1), ordered(), None));
    assert!(!with("1001", before(DAY), before(DAY), None), "the order itself");
    shop.earlier_orders = vec![EarlierOrder {
        order: "0900".parse().unwrap(),
        account: Some("zoe".parse().unwrap()),
        device: None,
        at: before(DAY),
        recorded: before(DAY),
        cancelled: Some((before(HOUR), lock)),
        credit: Vec::new(),
    }];
    assert!(shop.conversion().returning, "the cancellation was recorded at the lock");
}

#[test]
fn case_22_who_left_before_the_order_is_passed_over() {
    let mut shop = Shop::new("");
    shop.click("ben", before(2 * HOUR)).click("ann", before(HOUR)).order(json!({}));
    let mut at_order = shop.clone();
    let conversion = at_order.member("left", ordered(), "ann", json!({})).conversion();
    assert_eq!((credited(&conversion).as_str(), why(&conversion, "ann")), ("ben 1", "inactive"));
    assert_eq!(credit_of(shop.member("left", ordered().plus(1), "ann", json!({}))), "ann 1");
}

#[test]
fn case_23_a_verdict_before_the_lock_moves_credit() {
    let mut shop = Shop::new("");
    shop.click("ben", before(2 * HOUR)).click("ann", before(HOUR)).order(json!({}));
    let judged = json!({ "program": "friends", "ambassador": "ann", "valid": false, "reason": "bots" });
    let mut by_ambassador = shop.clone();
    let conversion = by_ambassador.say("ambassador.judged", ordered().plus(DAY), judged).conversion();
    let moments: Vec<_> = conversion.moments.iter().map(|it| shares(&it.shares)).collect();
    assert_eq!((moments, why(&conversion, "ann")), (vec!["ann 1".to_owned(), "ben 1".into()], "invalid"));

    let click = conversion.reason.losers[0].claim.touch.clone();
    let judged = |valid: bool| json!({ "click": click, "valid": valid, "reason": "bots" });
    let conversion = shop.say("click.judged", ordered().plus(DAY), judged(false)).conversion();
    assert_eq!(credited(&conversion), "ben 1");
    let taken_back = shop.say("click.judged", ordered().plus(2 * DAY), judged(true)).conversion();
    let moments: Vec<_> = taken_back.moments.iter().map(|it| shares(&it.shares)).collect();
    assert_eq!(moments, ["ann 1", "ben 1", "ann 1"]);
}

#[test]
fn case_23_a_verdict_after_the_lock_goes_to_the_house() {
    let lock = ordered().plus(30 * DAY);
    let mut shop = Shop::new("model = 'linear'");
    shop.click("ben", before(2 * HOUR)).click("ann", before(HOUR)).order(json!({}));
    let judged =
        |valid: bool| json!({ "program": "friends", "ambassador": "ann", "valid": valid, "reason": "bots" });
    let conversion = shop.say("ambassador.judged", lock, judged(false)).conversion();
    assert_eq!(credited(&conversion), "ben 1, - 1");
    assert_eq!(commissions(&conversion), [[500, 500], [500, 500]]);
    assert_eq!(conversion.moments[1].effective_at, lock);
    assert_eq!((why(&conversion, "ann"), conversion.reason.notes.len()), ("invalid", 1));
    let taken_back = shop.say("ambassador.judged", lock.plus(DAY), judged(true)).conversion();
    assert_eq!((credited(&taken_back).as_str(), taken_back.reason.notes.len()), ("ann 1, ben 1", 0));
}

#[test]
fn case_23_one_instant_decides_between_before_and_after() {
    let lock = ordered().plus(30 * DAY);
    let mut shop = Shop::new("");
    shop.click("ben", before(2 * HOUR)).click("ann", before(HOUR)).order(json!({}));
    let judged = json!({ "program": "friends", "ambassador": "ann", "valid": false, "reason": "bots" });
    for (recorded, credit) in [(lock.minus(1), "ben 1"), (lock, "- 1")] {
        let mut judged_shop = shop.clone();
        let said = judged_shop.say_late("ambassador.judged", ordered().plus(DAY), recorded, judged.clone());
        assert_eq!(credit_of(said), credit);
    }
}

#[test]
fn case_24_an_override_stands_over_everything() {
    let mut shop = Shop::new("");
    shop.click("cal", before(HOUR)).order(json!({}));
    let share = |name: &str, weight: u32| json!({ "ambassador": name, "weight": weight });
    let decided = |shares: serde_json::Value| json!({ "program": "friends", "order": "1001", "shares": shares, "by": "mia", "reason": "asked" });
    let later = ordered().plus(90 * DAY);
    shop.say("conversion.overridden", later, decided(json!([share("ann", 2), share("ben", 1)])));
    let conversion = shop.conversion();
    assert_eq!(commissions(&conversion), [vec![1_000], vec![667, 333]]);
    assert_eq!((conversion.reason.tier.as_str(), why(&conversion, "cal")), ("override", "lower_tier"));
    let nobody = shop.say("conversion.overridden", later.plus(1), decided(json!([]))).conversion();
    assert_eq!((credited(&nobody).as_str(), nobody.moments.len()), ("", 3));
    let judged = json!({ "program": "friends", "ambassador": "ann", "valid": false, "reason": "bots" });
    shop.events.pop();
    assert_eq!(credit_of(shop.say("ambassador.judged", later.plus(1), judged)), "ben 1, - 2");
}

#[test]
fn case_26_the_lock_follows_the_recording() {
    let late = ordered().plus(45 * DAY);
    let mut live = Shop::new("");
    live.click("ann", before(2 * HOUR)).order_late(late, json!({}));
    assert_eq!(live.conversion().locks_at, late.plus(30 * DAY));
    let last = late.plus(30 * DAY).minus(1);
    assert_eq!(credit_of(live.touch_late("click", "ben", before(HOUR), last)), "ben 1");

    let mut backfill = Shop::new("");
    backfill.click("ann", before(2 * HOUR)).order(json!({}));
    assert_eq!(backfill.conversion().locks_at, ordered().plus(30 * DAY));
    assert_eq!(credit_of(backfill.touch_late("click", "ben", before(HOUR), last)), "ann 1");
    let mut grace = Shop::new("hold = '1h'");
    assert_eq!(
        grace.order(json!({})).conversion().locks_at,
        ordered().plus(DAY),
        "the longer of hold and grace"
    );
}
