//! Each kind of claim, the tier that it stands in, and why it loses.
#![allow(clippy::unwrap_used, reason = "tests")]

mod shop;

use serde_json::json;
use shop::{Shop, at, credit_of, credited, ordered, why};
use tribute_attribution::{CreditedFrom, EarlierOrder, Inherited, LivePost};
use tribute_events::{DAY, HOUR, MINUTE, Share, Timestamp};

fn before(span: i64) -> Timestamp {
    ordered().minus(span)
}

#[test]
fn a_click_must_be_old_enough() {
    let mut shop = Shop::new("min_click_to_order = '10s'");
    let young = shop.click("ann", before(10_000)).click("ben", before(9_999)).order(json!({})).conversion();
    assert_eq!((credited(&young).as_str(), why(&young, "ben")), ("ann 1", "too_young"));
}

#[test]
fn first_touch_and_who_lost_by_it() {
    let mut shop = Shop::new("model = 'first_touch'");
    let first = shop.click("ann", before(DAY)).click("ben", before(HOUR)).order(json!({})).conversion();
    assert_eq!((credited(&first).as_str(), why(&first, "ben")), ("ann 1", "not_the_first"));
}

#[test]
fn links_stand_for_ambassadors_and_other_programs_do_not() {
    let mut shop = Shop::new("");
    let link = json!({ "program": "friends", "link": "l1", "ambassador": "ann" });
    shop.say("link.issued", before(2 * DAY), link);
    let touch = |id: &str, field: &str, value: &str| json!({ "click": id, "account": "zoe", field: value });
    shop.say("click.recorded", before(DAY), touch("c1", "link", "l1"));
    shop.say("click.recorded", before(HOUR), touch("c2", "link", "l2"));
    shop.say("click.recorded", before(1), touch("c3", "channel", "direct"));
    let mut data = touch("c4", "link", "l2");
    data["program"] = json!("friends");
    shop.say("click.recorded", before(1), data.clone());
    (data["program"], data["click"]) = (json!("others"), json!("c5"));
    let conversion = shop.say("click.recorded", before(1), data).order(json!({})).conversion();
    assert_eq!(credited(&conversion), "ann 1");
    let losses = ["c2", "c3", "c4", "c5"].map(|claim| why(&conversion, claim));
    assert_eq!(losses, ["other_program", "", "unknown_link", "other_program"]);
}

#[test]
fn workshops_by_place_or_code_within_their_hours() {
    let (starts_at, ends_at) = (before(HOUR), ordered().plus(1));
    let announce = |starts_at: Timestamp, ends_at: Timestamp| {
        let mut shop = Shop::new("");
        let data = json!({ "program": "friends", "workshop": "w1", "ambassador": "ann", "place": "store-7",
                           "code": "CHICKS", "starts_at": starts_at, "ends_at": ends_at });
        shop.say("workshop.announced", before(DAY), data).click("ben", before(MINUTE));
        shop
    };
    for sale in [json!({ "place": "store-7" }), json!({ "codes": ["chicks"] })] {
        let conversion = announce(starts_at, ends_at).order(sale.clone()).conversion();
        assert_eq!((credited(&conversion).as_str(), conversion.reason.tier.as_str()), ("ann 1", "workshop"));
        assert_eq!(conversion.reason.losers.len(), 1);
        assert_eq!(credit_of(announce(starts_at, ordered()).order(sale.clone())), "ben 1");
        assert_eq!(credit_of(announce(ordered(), ends_at).order(sale)), "ann 1");
    }
    assert_eq!(credit_of(announce(starts_at, ends_at).order(json!({ "place": "store-8" }))), "ben 1");
    let over = announce(starts_at, ordered()).order(json!({ "codes": ["CHICKS"] })).conversion();
    assert_eq!(why(&over, "CHICKS"), "code_not_valid");
}

#[test]
fn a_bound_order_inherits_and_the_house_keeps_what_nobody_may_have() {
    let share = |name: &str, weight| Share { ambassador: Some(name.parse().unwrap()), weight };
    let mut shop = Shop::new("");
    shop.click("cal", before(HOUR)).order(json!({}));
    shop.subscription = Some(Inherited {
        order: "0900".parse().unwrap(),
        ordered_at: before(90 * DAY),
        credit: vec![credited_from(before(90 * DAY), vec![share("ann", 2), share("ben", 1)])],
    });
    let bound = shop.conversion();
    assert_eq!((credited(&bound).as_str(), bound.reason.tier.as_str()), ("ann 2, ben 1", "binding"));
    assert_eq!(why(&bound, "cal"), "lower_tier");
    shop.member("left", before(DAY), "ann", json!({}));
    assert_eq!(credit_of(&shop), "ben 1, - 2");
    shop.member("left", before(DAY), "ben", json!({}));
    assert_eq!(credit_of(&shop), "cal 1", "nobody is left of the binding");
}

fn credited_from(at: Timestamp, shares: Vec<Share>) -> CreditedFrom {
    CreditedFrom { at, cause: "e000".parse().unwrap(), shares }
}

#[test]
fn a_change_of_the_first_order_moves_the_renewal_from_then_on() {
    let share = |name: &str| vec![Share { ambassador: Some(name.parse().unwrap()), weight: 1 }];
    let mut shop = Shop::new("");
    shop.order(json!({}));
    let (first, later) = (before(9 * DAY), ordered().plus(DAY));
    let credit = vec![credited_from(first, share("ann")), credited_from(later, share("ben"))];
    shop.subscription = Some(Inherited { order: "0900".parse().unwrap(), ordered_at: first, credit });
    let bound = shop.conversion();
    let moments: Vec<_> = bound.moments.iter().map(|it| (it.effective_at, it.shares.clone())).collect();
    assert_eq!(moments, [(ordered(), share("ann")), (later, share("ben"))]);
}

#[test]
fn a_shopper_is_bound_to_their_first_credited_order_where_the_subscription_gives_nothing() {
    let share = |name: &str| vec![Share { ambassador: Some(name.parse().unwrap()), weight: 1 }];
    let mut shop = Shop::new("lifetime = true");
    shop.order(json!({}));
    let bought = |order: &str, account: &str, days: i64, credit| EarlierOrder {
        order: order.parse().unwrap(),
        account: Some(account.parse().unwrap()),
        device: None,
        at: before(days * DAY),
        recorded: before(days * DAY),
        cancelled: None,
        credit: vec![credited_from(before(days * DAY), credit)],
    };
    shop.earlier_orders = vec![
        bought("0003", "zoe", 3, share("cal")),
        bought("0004", "zoe", 4, share("ben")),
        bought("0005", "yan", 5, share("ann")),
        bought("0006", "zoe", 6, vec![]),
    ];
    assert_eq!(credit_of(&shop), "ben 1");
    let gone = credited_from(before(9 * DAY), share("dan"));
    shop.subscription =
        Some(Inherited { order: "0900".parse().unwrap(), ordered_at: before(9 * DAY), credit: vec![gone] });
    assert_eq!(credit_of(&shop), "dan 1");
    shop.member("left", before(DAY), "dan", json!({}));
    assert_eq!(credit_of(&shop), "ben 1");
}

#[test]
fn what_is_recorded_after_the_lock_of_the_heir_is_not_inherited() {
    let mut shop = Shop::new("hold = '30d'");
    shop.click("ann", before(HOUR)).order(json!({}));
    let told = ordered().plus(20 * DAY);
    let data = json!({ "program": "friends", "order": "1001", "by": "max", "reason": "told",
                       "shares": [{ "ambassador": "ben", "weight": 1 }] });
    shop.say_late("conversion.overridden", ordered().plus(DAY), told, data);
    let known = |heard_before| {
        let credit = shop.credit_as_known(heard_before)?;
        Some(credit.last().unwrap().shares[0].ambassador.clone().unwrap().to_string())
    };
    assert_eq!(known(told).as_deref(), Some("ann"));
    assert_eq!(known(told.plus(1)).as_deref(), Some("ben"));
    assert_eq!(known(ordered()), None, "the order itself was not known");
}

#[test]
fn fallback_codes_and_precedence() {
    let mut shop = Shop::new("");
    shop.code("ANN10", "ann", "fallback", json!({})).order(json!({ "codes": ["ANN10"] }));
    shop.touch("view", "ben", before(HOUR));
    let conversion = shop.conversion();
    assert_eq!((credited(&conversion).as_str(), conversion.reason.tier.as_str()), ("ann 1", "fallback_code"));
    let clicked = shop.click("cal", before(HOUR)).conversion();
    assert_eq!((credited(&clicked).as_str(), why(&clicked, "ANN10")), ("cal 1", "lower_tier"));

    let mut click_first = Shop::new("precedence = ['click', 'code']");
    click_first.code("ANN10", "ann", "always", json!({})).click("ben", before(HOUR));
    assert_eq!(credit_of(click_first.order(json!({ "codes": ["ANN10", "NOPE"] }))), "ben 1");
    assert_eq!(why(&click_first.conversion(), "NOPE"), "unknown_code");
}

#[test]
fn exactly_one_post_may_be_credited_where_the_terms_opt_in() {
    let post = |id: &str, author: &str| LivePost {
        post: id.parse().unwrap(),
        author: author.parse().unwrap(),
        at: before(DAY),
        removals: Vec::new(),
        products: vec!["mug".into()],
        disclosed: true,
        recorded: before(DAY),
    };
    let mut shop = Shop::new("posts = true");
    shop.order(json!({})).posts = vec![post("p1", "ann")];
    assert_eq!(credit_of(&shop), "ann 1");
    shop.posts.push(post("p2", "ben"));
    assert_eq!((credit_of(&shop).as_str(), why(&shop.conversion(), "p2")), ("", "several_posts"));
    shop.posts[1].disclosed = false;
    assert_eq!(credit_of(&shop), "ann 1");
    shop.posts[0].removals = vec![(ordered(), ordered())];
    assert_eq!(credit_of(&shop), "");
    let mut opted_out = Shop::new("");
    opted_out.order(json!({})).posts = vec![post("p1", "ann")];
    assert_eq!(credit_of(&opted_out), "");
}

#[test]
fn an_order_that_names_another_program_or_has_no_terms_is_not_ours() {
    let mut elsewhere = Shop::new("");
    elsewhere.order(json!({ "program": "others" }));
    assert_eq!(shop::told(&elsewhere, &elsewhere.events).1, None);
    let mut early = Shop::new("");
    early.say("sale.completed", at("2024-12-31T23:59:59.999Z"), shop::document(json!({})));
    assert_eq!(shop::told(&early, &early.events).1, None);
    let mut waiting = Shop::new("");
    waiting.about_order("sale.cancelled", ordered(), json!({}));
    assert_eq!(shop::told(&waiting, &waiting.events).1, None);
}
