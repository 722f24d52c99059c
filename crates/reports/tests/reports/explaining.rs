use tribute_reports::explain::{Answer, Kind, Story, explain};

use crate::world::{World, click, event, sale, tick};

async fn told(world: &World, id: &str) -> String {
    explain(&world.books(), id, None).await.unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_told_from_its_events_to_its_payout() {
    let world = World::told().await;
    let payouts = (world.payout_of("ada").await, world.payout_of("bob").await);
    let want = include_str!("order.txt").replace("PAYOUT-ADA", &payouts.0).replace("PAYOUT-BOB", &payouts.1);
    assert_eq!(told(&world, "1001").await, want);
    assert_eq!(told(&world, "order:1001").await, want);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_nobody_has_says_why() {
    let world = World::told().await;
    let want = "nobody is credited: no click, code, workshop, subscription or post claims it";
    assert!(told(&world, "1002").await.contains(want));
    let answer = explain(&world.books(), "1002", Some("acme")).await.unwrap();
    let Answer::Story(story) = answer else { panic!("{answer}") };
    let Story::Order(order) = *story else { panic!("{story}") };
    assert!(order.programs[0].credit.as_ref().unwrap().winners.is_empty());
    assert!(order.programs[0].why_nobody.is_some());
    assert!(order.programs[0].earnings.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_before_the_first_terms_says_so() {
    let mut world = World::told().await;
    world.take(vec![sale("900", "2025-12-24", "d1", &[("mug", "40.00")])]).await;
    let text = told(&world, "900").await;
    assert!(
        text.contains(
            "no terms were in force at 2025-12-24T10:00:00Z: the first ones, 1, are from 2026-01-01"
        ),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earning_shows_what_was_taken_back_after_it_was_paid() {
    let world = World::told().await;
    let payout = world.payout_of("ada").await;
    let text = told(&world, "friends/order:1003/ada/ten").await;
    for line in [
        "    friends/order:1003/ada/ten: 0.00 USD, commission, reversed\n".to_owned(),
        "      from     2026-01-20T10:00:00Z 20.00 on a base of 200.00 (event e-1003)\n".to_owned(),
        format!("available 2026-02-19T10:00:00Z, in payout {payout} (settled) (event e-1003)\n"),
        "booked   2026-04-05T10:00:00Z -20.00 USD, available 2026-04-05T10:00:00Z, pending (event e-r2)\n"
            .to_owned(),
        "    2026-04-05T10:00:00Z  tribute.sale.refunded  e-r2 of /shop\n".to_owned(),
    ] {
        assert!(text.contains(&line), "{line:?} is not in\n{text}");
    }
    let prize = told(&world, "friends/period:top%2F2026-01/ada/top").await;
    assert!(prize.contains("100.00 USD, prize, paid"), "{prize}");
    assert_eq!(told(&world, "friends/period:top/2026-01/ada/top").await, prize);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payout_adds_up() {
    let world = World::told().await;
    let text = told(&world, &world.payout_of("ada").await).await;
    for line in [
        "  balance   148.50 USD\n",
        "  2026-04-01T10:00:00Z  approved by finance (event e-approved)\n",
        "  2026-04-03T10:00:00Z  settled, reference bank-7 (event e-settled)\n",
        "  pays      3.50 USD of friends/order:1001/ada/ten\n",
        "  pays      20.00 USD of friends/order:1003/ada/ten\n",
        "  pays      100.00 USD of friends/period:top%2F2026-01/ada/top\n",
        "  pays      25.00 USD of friends/post:p1/ada/video-fee\n",
        "settle_payout effective 2026-04-03T10:00:00Z: ambassador:ada:in_transit 148.50 USD, cash -148.50 USD",
    ] {
        assert!(text.contains(line), "{line:?} is not in\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_leads_to_its_earning_and_its_event() {
    let world = World::told().await;
    let text = told(&world, "acme/5").await;
    for line in [
        "Transaction acme/5 of program friends: accrue\n",
        "  cause     2026-01-12T10:00:00Z  tribute.sale.refunded  e-r1 of /shop\n",
        "  see       tribute explain friends/order:1001/ada/ten\n",
    ] {
        assert!(text.contains(line), "{line:?} is not in\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_and_clicks_say_what_came_of_them() {
    let world = World::told().await;
    assert!(told(&world, "p1").await.contains("friends/post:p1/ada/video-fee: 25.00 USD, fee, paid"));
    assert!(told(&world, "p2").await.contains("rule video-fee: its kind is not one of video"));
    let lost = "order     1001 in program friends on 2026-01-11T10:00:00Z: outside the window of 30 days\n";
    assert!(told(&world, "c0").await.contains(lost));
    assert!(
        told(&world, "click:c1")
            .await
            .contains("order     1001 in program friends on 2026-01-11T10:00:00Z: credited\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_one_id_is_told_apart() {
    let mut world = World::told().await;
    let data = serde_json::json!({"order": "c1", "device": "d2", "currency": "USD", "lines": []});
    world.take(vec![event("e-other", "sale.completed", "2026-02-01", data)]).await;
    let answer = explain(&world.books(), "c1", None).await.unwrap();
    let Answer::Ambiguous(candidates) = &answer else { panic!("{answer}") };
    let kinds: Vec<_> = candidates.iter().map(|candidate| (candidate.kind, candidate.id.as_str())).collect();
    assert_eq!(kinds, [(Kind::Order, "c1"), (Kind::Click, "c1")]);
    assert!(answer.to_string().contains("  click:c1 --brand acme\n"), "{answer}");
    assert!(told(&world, "order:c1").await.starts_with("Order c1 of brand acme"));
    assert!(told(&world, "nothing").await.starts_with("nothing has the id `nothing`"));
    let other = explain(&world.books(), "1001", Some("other")).await.unwrap();
    assert_eq!(other, Answer::Unknown { id: "1001".into() });
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_get_the_same_as_json() {
    let world = World::told().await;
    let answer = explain(&world.books(), "1001", None).await.unwrap();
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["story"]["about"], "order");
    let program = &json["story"]["programs"][0];
    assert_eq!(program["credit"]["losers"][0]["why"], "outside_window");
    assert_eq!(program["credit"]["moments"][1]["net"]["amount"], "70.00");
    assert_eq!(program["earnings"][0]["movements"][1]["amount"]["amount"], "-1.50");
    assert_eq!(program["earnings"][0]["transactions"].as_array().unwrap().len(), 3);
    let earning = explain(&world.books(), "friends/order:1001/ada/ten", None).await.unwrap();
    let json = serde_json::to_value(&earning).unwrap();
    assert_eq!(
        (json["story"]["about"].as_str(), json["story"]["kind"].as_str()),
        (Some("earning"), Some("commission"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fee_of_a_day_is_told_down_to_its_clicks_and_a_click_names_its_day() {
    let mut world = World::empty().await;
    let terms = "[program]\nbrand = 'acme'\nid = 'friends'\nversion = '1'\ncurrency = 'GBP'\n\
        effective_from = '2026-01-01T00:00:00Z'\n[[click_fee]]\nid = 'visit'\namount = '0.025'\n";
    let ada = serde_json::json!({"program": "friends", "ambassador": "ada"});
    world
        .take(vec![
            event("e-terms", "program.published", "2026-01-01", serde_json::json!({"terms": terms})),
            event("e-ada", "ambassador.approved", "2026-01-01", ada),
            click("c1", "2026-01-08", "ada", "d1"),
            click("c2", "2026-01-08", "ada", "d1"),
            click("c3", "2026-01-08", "ada", "d2"),
            click("c4", "2026-01-09", "ada", "d2"),
            tick("2026-01-09"),
        ])
        .await;
    let day = told(&world, "friends/clicks:2026-01-08/ada/visit").await;
    for line in [
        "friends/clicks:2026-01-08/ada/visit: 0.05 GBP, fee, accrued",
        "formula  3 clicks of 2 visitors: 2 × 0.025 = 0.05 GBP (terms 1)",
        "from     2026-01-08T23:59:59.999Z 0.05 on a base of 0.05 (event e-c3)",
        "on 2026-01-08T10:00:00Z, see tribute explain click:c2",
    ] {
        assert!(day.contains(line), "{line:?} is not in\n{day}");
    }
    assert!(!day.contains("click:c4"), "{day}");
    let click = told(&world, "click:c1").await;
    let want = "day       friends/clicks:2026-01-08/ada/visit: 3 clicks of 2 visitors: 2 × 0.025 = 0.05 GBP";
    assert!(click.contains(want), "{click}");
}
