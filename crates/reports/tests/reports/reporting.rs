use sea_orm::EntityTrait;
use tribute_reports::{
    Filter, Format, Style, Subject,
    explain::explain,
    report::{
        EarningRow, EarningStatus, Earnings, Funnel, FunnelBy, Payouts, collect, earning_statuses, print,
    },
};
use tribute_store::entity::earning;

use crate::world::{World, click, event, refund, sale, tick};

const FUNNEL: Subject = Subject::Funnel(Funnel::by(FunnelBy::Ambassador));

async fn text(world: &World, subject: Subject, filter: &Filter, format: Format) -> String {
    let mut out = Vec::new();
    print(subject, &world.books(), filter, format, Style::default(), &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

async fn csv(subject: Subject) -> String {
    text(&World::told().await, subject, &Filter::default(), Format::Csv).await
}

#[tokio::test(flavor = "multi_thread")]
async fn balances_show_what_is_owed_as_positive() {
    let want = "\
brand,program,ambassador,asset,pending,available,in_transit,paid,wallet,perks_reserved,perks_delivered
acme,,ada,SKU:TOTE,,,,,,1,0
acme,,ada,USD,-20.00,0.00,0.00,148.50,,,
acme,,bob,USD,0.00,0.00,53.50,0.00,,,
acme,,cat,USD,0.00,2.00,0.00,0.00,,,
";
    assert_eq!(csv(Subject::Balances).await, want);
}

#[tokio::test(flavor = "multi_thread")]
async fn balances_of_a_program_are_the_fold_of_its_transactions() {
    let world = World::told().await;
    let friends = Filter { program: Some("friends".into()), ..Filter::default() };
    let all = text(&world, Subject::Balances, &Filter::default(), Format::Csv).await;
    let of_program = text(&world, Subject::Balances, &friends, Format::Csv).await;
    assert_eq!(of_program, all.replace("acme,,", "acme,friends,"));
    let nobody = Filter { program: Some("foes".into()), ..Filter::default() };
    assert_eq!(text(&world, Subject::Balances, &nobody, Format::Json).await, "[]\n");
}

/// The order of 11 January accrues then and clears a month later; a fee and a prize came between.
#[tokio::test(flavor = "multi_thread")]
async fn balances_stood_differently_before() {
    let world = World::told().await;
    let header = "brand,program,ambassador,asset,pending,available,in_transit,paid,wallet,perks_reserved,perks_delivered\n";
    for (to, want) in [
        ("2026-01-11T09:59:59.999Z", "acme,,ada,USD,25.00,0.00,0.00,0.00,,,\n"),
        (
            "2026-01-11T10:00:00Z",
            "acme,,ada,USD,30.00,0.00,0.00,0.00,,,\nacme,,bob,USD,5.00,0.00,0.00,0.00,,,\n",
        ),
    ] {
        let filter = Filter { to: Some(to.parse().unwrap()), ..Filter::default() };
        assert_eq!(
            text(&world, Subject::Balances, &filter, Format::Csv).await,
            format!("{header}{want}"),
            "{to}"
        );
    }
    let late = Filter { to: Some("2030-01-01T00:00:00Z".parse().unwrap()), ..Filter::default() };
    let all = text(&world, Subject::Balances, &Filter::default(), Format::Csv).await;
    let money = |text: &str| {
        text.lines().filter(|line| !line.contains("SKU:")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(money(&text(&world, Subject::Balances, &late, Format::Csv).await), money(&all));
}

#[tokio::test(flavor = "multi_thread")]
async fn earnings_follow_the_real_state_of_their_payout() {
    let want = "\
brand,program,source,ambassador,rule,kind,amount,currency,at,clears_at,status,terms_version
acme,friends,order:1001,ada,ten,commission,3.50,USD,2026-01-11T10:00:00Z,2026-02-10T10:00:00Z,paid,1
acme,friends,order:1001,bob,ten,commission,3.50,USD,2026-01-11T10:00:00Z,2026-02-10T10:00:00Z,in_payout,1
acme,friends,order:1003,ada,ten,commission,0.00,USD,2026-01-20T10:00:00Z,2026-02-19T10:00:00Z,reversed,1
acme,friends,order:1004,cat,ten,commission,2.00,USD,2026-01-25T10:00:00Z,2026-02-24T10:00:00Z,cleared,1
acme,friends,period:top/2026-01,ada,top,prize,100.00,USD,2026-02-04T00:00:00Z,2026-02-04T00:00:00Z,paid,1
acme,friends,period:top/2026-01,bob,top,prize,50.00,USD,2026-02-04T00:00:00Z,2026-02-04T00:00:00Z,in_payout,1
acme,friends,post:p1,ada,video-fee,fee,25.00,USD,2026-01-05T10:00:00Z,2026-02-04T10:00:00Z,paid,1
";
    assert_eq!(csv(Subject::Earnings).await, want);
}

/// A sale that another one displaced from under a cap, and that comes in again once that one is sent back, is available from
/// then on, whichever of the two was heard of first.
#[tokio::test(flavor = "multi_thread")]
async fn when_an_earning_is_available_does_not_depend_on_the_order_of_arrival() {
    let terms = "[program]\nbrand = 'acme'\nid = 'friends'\nversion = '1'\ncurrency = 'USD'\n\
        effective_from = '2026-01-01T00:00:00Z'\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n\
        caps.per_ambassador = '10'\n";
    let ada = serde_json::json!({"program": "friends", "ambassador": "ada"});
    let (first, second) = (
        sale("1", "2026-01-03", "d1", &[("pin", "100.00")]),
        sale("2", "2026-01-04", "d1", &[("pin", "100.00")]),
    );
    let mut shown = Vec::new();
    for sales in [[first.clone(), second.clone()], [second, first]] {
        let mut world = World::empty().await;
        world
            .take(vec![
                event("e-terms", "program.published", "2026-01-01", serde_json::json!({"terms": terms})),
                event("e-ada", "ambassador.approved", "2026-01-01", ada.clone()),
                click("c1", "2026-01-02", "ada", "d1"),
            ])
            .await;
        for sale in sales {
            world.take(vec![sale]).await;
        }
        world.take(vec![refund("r1", "2026-03-10", "1", "100.00"), tick("2026-03-11")]).await;
        let told = explain(&world.books(), "friends/order:2/ada/ten", None).await.unwrap().to_string();
        assert!(told.contains("clears   2026-03-10"), "{told}");
        shown.push(text(&world, Subject::Earnings, &Filter::default(), Format::Csv).await);
    }
    assert!(
        shown[0].contains("order:2,ada,ten,commission,10.00,USD,2026-01-04T10:00:00Z,2026-03-10T"),
        "{}",
        shown[0]
    );
    assert_eq!(shown[0], shown[1]);
}

/// 10 % of 0.02 is nothing, and nothing of it is taken back; a part of 10 % of 0.10 is.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_to_nothing_was_not_reversed() {
    let mut world = World::told().await;
    world
        .take(vec![
            click("c8", "2026-04-02", "bob", "d8"),
            sale("1008", "2026-04-03", "d8", &[("pin", "0.02")]),
        ])
        .await;
    world
        .take(vec![
            sale("1009", "2026-04-03", "d8", &[("pin", "0.10")]),
            refund("r8", "2026-04-04", "1009", "0.10"),
        ])
        .await;
    let rows = collect(&Earnings, &world.books(), &Filter::default()).await.unwrap();
    for (source, status) in [("order:1008", EarningStatus::Nothing), ("order:1009", EarningStatus::Reversed)]
    {
        assert_eq!(rows.iter().find(|row| row.source == source).unwrap().status, status, "{source}");
        let story = explain(&world.books(), &format!("friends/{source}/bob/ten"), None).await.unwrap();
        assert!(story.to_string().contains(&format!("0.00 USD, commission, {}", status.as_str())), "{story}");
    }
    // Asked for some earnings alone the answer is the same.
    let stored = earning::Entity::find().all(world.books().database.connection()).await.unwrap();
    let statuses = earning_statuses(world.books().database, &stored).await.unwrap();
    assert_eq!(stored.len(), rows.len());
    for (stored, status) in stored.iter().zip(statuses) {
        let same = |row: &&EarningRow| {
            [&row.source, &row.ambassador, &row.rule] == [&stored.source, &stored.ambassador, &stored.rule]
        };
        assert_eq!(
            rows.iter().find(same).unwrap().status,
            status,
            "{} of {}",
            stored.source,
            stored.ambassador
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn conversions_show_shares_and_those_that_nobody_has() {
    let want = "\
brand,program,order,ordered_at,ambassador,share,net_revenue,currency,tier,returning,locks_at,terms_version
acme,friends,1001,2026-01-11T10:00:00Z,ada,1/2,35.00,USD,click,false,2026-02-10T10:00:00Z,1
acme,friends,1001,2026-01-11T10:00:00Z,bob,1/2,35.00,USD,click,false,2026-02-10T10:00:00Z,1
acme,friends,1002,2026-01-15T10:00:00Z,,0,40.00,USD,none,false,2026-02-14T10:00:00Z,1
acme,friends,1003,2026-01-20T10:00:00Z,ada,1,0.00,USD,click,false,2026-02-19T10:00:00Z,1
acme,friends,1004,2026-01-25T10:00:00Z,cat,1,20.00,USD,click,false,2026-02-24T10:00:00Z,1
";
    assert_eq!(csv(Subject::Conversions).await, want);
}

#[tokio::test(flavor = "multi_thread")]
async fn payouts_show_what_was_carried_and_why() {
    let world = World::told().await;
    let rows = collect(&Payouts, &world.books(), &Filter::default()).await.unwrap();
    let shown: Vec<_> = rows
        .iter()
        .map(|row| {
            (row.ambassador.as_str(), row.balance.amount.as_str(), row.amount.is_some(), row.status.as_str())
        })
        .collect();
    let want = [
        ("ada", "148.50", true, "settled"),
        ("bob", "53.50", true, "proposed"),
        ("cat", "2.00", false, "carried"),
        ("cat", "2.00", false, "carried"),
    ];
    assert_eq!(shown, want);
    assert!(rows[2].reason.as_deref().unwrap().contains("below the minimum of 5.00 USD"));
    assert!(rows[2].run_at < rows[3].run_at);
}

#[tokio::test(flavor = "multi_thread")]
async fn rewards_show_every_grant_with_its_status() {
    let want = "\
brand,program,mission,ambassador,round,grant,asset,units,effective_at,status,clears_at,held,expired,reason,fair_value,fair_value_currency
acme,friends,first,ada,1,friends/first/ada/1,SKU:TOTE,1,2026-01-11T10:00:00Z,reserved,,,,,12.00,USD
acme,friends,first,bob,1,friends/first/bob/1,SKU:TOTE,1,2026-01-11T10:00:00Z,waiting,,,,the stock is out,12.00,USD
acme,friends,first,cat,1,friends/first/cat/1,SKU:TOTE,1,2026-01-25T10:00:00Z,waiting,,,,the stock is out,12.00,USD
acme,friends,pair,ada,1,friends/pair/ada/1,GAMECOIN,50,2026-01-20T10:00:00Z,revoked,,,,,,
";
    assert_eq!(csv(Subject::Rewards).await, want);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_board_stays_and_a_live_one_follows_the_clock() {
    let header =
        "brand,program,board,period,segment,state,rank,ambassador,score,score_currency,prize,currency\n";
    let frozen = "\
acme,friends,top,2026-01,,frozen,1,ada,235.00,USD,100.00,USD
acme,friends,top,2026-01,,frozen,2,bob,35.00,USD,50.00,USD
acme,friends,top,2026-01,,frozen,3,cat,20.00,USD,,
";
    assert_eq!(csv(Subject::Leaderboard(None)).await, format!("{header}{frozen}"));
    let mut world = World::told().await;
    world.take(vec![click("c9", "2026-04-06", "bob", "d9")]).await;
    world.take(vec![sale("1009", "2026-04-07", "d9", &[("mug", "15.50")])]).await;
    let at = Some("2026-04-08T00:00:00Z".parse().unwrap());
    let live = text(&world, Subject::Leaderboard(at), &Filter::default(), Format::Csv).await;
    assert_eq!(live, format!("{header}{frozen}acme,friends,top,2026-04,,live,1,bob,15.50,USD,,\n"));
    let table = text(&world, Subject::Leaderboard(at), &Filter::default(), Format::People).await;
    assert!(table.contains(" 235.00 USD  100.00 USD\n") && table.contains(" 15.50 USD"), "{table}");
    let to = Filter { to: Some("2026-01-01T00:00:00Z".parse().unwrap()), ..Filter::default() };
    assert_eq!(text(&world, Subject::Leaderboard(at), &to, Format::Csv).await, header);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_funnel_goes_from_posts_to_return() {
    let want = "\
brand,program,line,ambassador,posts,reach,reach_source,interactions,engagement_rate,clicks,orders,net_revenue,fees,commission,rewards,perk_value,perks_without_value,cost,currency,return_on_cost,cost_share,earned_media_value,media_value_version
acme,friends,part,ada,1,0,,100,,2,2,35.00,25.00,3.50,100.00,12.00,0,140.50,USD,0.25,401.43%,32.00,1
acme,friends,part,bob,1,0,,0,,1,1,35.00,0.00,3.50,50.00,0.00,0,53.50,USD,0.65,152.86%,,
acme,friends,part,cat,0,0,,0,,2,1,20.00,0.00,2.00,0.00,0.00,0,2.00,USD,10.00,10.00%,,
acme,friends,total,total,2,0,,100,,5,3,90.00,25.00,9.00,150.00,12.00,0,196.00,USD,0.46,217.78%,32.00,1
";
    assert_eq!(csv(FUNNEL).await, want);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_summary_counts_a_shared_order_once() {
    let want = "\
brand,program,measure,count,amount,currency
acme,friends,conversions_credited,3,90.00,USD
acme,friends,conversions_declined,1,40.00,USD
acme,friends,commission,3,9.00,USD
acme,friends,fees,1,25.00,USD
acme,friends,prizes,2,150.00,USD
acme,friends,reversals,3,-23.00,USD
acme,friends,payouts_carried,1,2.00,USD
acme,friends,payouts_proposed,1,53.50,USD
acme,friends,payouts_settled,1,148.50,USD
acme,,quarantined_conflict,1,,
acme,,quarantined_not_possible,1,,
";
    assert_eq!(csv(Subject::Summary).await, want);
}

/// Every run carries cat's 2.00 once more; a refund takes them before the next.
#[tokio::test(flavor = "multi_thread")]
async fn the_summary_shows_what_is_carried_now() {
    let mut world = World::told().await;
    let carried = async |world: &World, to: Option<&str>| {
        let filter = Filter { to: to.map(|to| to.parse().unwrap()), ..Filter::default() };
        let all = text(world, Subject::Summary, &filter, Format::Csv).await;
        all.lines().find(|line| line.contains("payouts_carried")).map(str::to_owned)
    };
    let want = Some("acme,friends,payouts_carried,1,2.00,USD".to_owned());
    assert_eq!(carried(&world, None).await, want);
    world.take(vec![refund("r9", "2026-04-02", "1004", "20.00"), tick("2026-04-03")]).await;
    assert_eq!(carried(&world, None).await, None);
    assert_eq!(carried(&world, Some("2026-04-02T00:00:00Z")).await, want);
    world.take(vec![tick("2026-05-02")]).await;
    let debt = carried(&world, None).await;
    assert_eq!(
        debt.as_deref(),
        Some("acme,friends,payouts_carried,1,-20.00,USD"),
        "ada owes what was refunded"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_every_report() {
    let world = World::told().await;
    let filter = Filter {
        brand: Some("acme".into()),
        ambassador: Some("ada".into()),
        from: Some("2026-01-12T00:00:00Z".parse().unwrap()),
        to: Some("2026-02-01T00:00:00Z".parse().unwrap()),
        ..Filter::default()
    };
    let rows = collect(&Earnings, &world.books(), &filter).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.source.as_str()).collect::<Vec<_>>(), ["order:1003"]);
    assert_eq!(rows[0].status, EarningStatus::Reversed);
    let other = Filter { brand: Some("other".into()), ..Filter::default() };
    for subject in
        [Subject::Balances, Subject::Earnings, Subject::Conversions, Subject::Payouts, Subject::Rewards]
    {
        assert_eq!(text(&world, subject, &other, Format::Json).await, "[]\n", "{subject:?}");
    }
    for subject in [Subject::Leaderboard(None), FUNNEL, Subject::Summary] {
        assert_eq!(text(&world, subject, &other, Format::Json).await, "[]\n", "{subject:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_the_currency_beside_the_amount() {
    let world = World::told().await;
    let filter = Filter { ambassador: Some("cat".into()), ..Filter::default() };
    let want = "\
brand  program  order  ordered_at            ambassador  share  net_revenue  tier   returning  locks_at              terms_version
────── ──────── ────── ───────────────────── ─────────── ────── ──────────── ────── ────────── ───────────────────── ─────────────
acme   friends  1004   2026-01-25T10:00:00Z  cat             1    20.00 USD  click  no         2026-02-24T10:00:00Z  1
";
    assert_eq!(text(&world, Subject::Conversions, &filter, Format::People).await, want);
}

/// The same facts, one by one and the other way round, leave the same reports.
#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_arrival_leaves_no_trace() {
    let facts = || {
        let mut facts = crate::world::setting();
        facts.extend(crate::world::shopping().into_iter().take(13));
        facts.push(refund("r3", "2026-01-28", "1004", "5.01"));
        facts
    };
    let (mut one, mut other) = (World::empty().await, World::empty().await);
    one.take(facts()).await;
    for fact in facts().into_iter().rev() {
        other.take(vec![fact]).await;
    }
    for world in [&mut one, &mut other] {
        world.take(vec![tick("2026-04-01")]).await;
    }
    let at = Some("2026-01-27T00:00:00Z".parse().unwrap());
    for subject in [
        Subject::Balances,
        Subject::Earnings,
        Subject::Conversions,
        Subject::Payouts,
        Subject::Leaderboard(at),
        FUNNEL,
        Subject::Funnel(Funnel::by(FunnelBy::Post)),
        Subject::Summary,
    ] {
        let texts = [&one, &other]
            .map(|world| async move { text(world, subject, &Filter::default(), Format::Csv).await });
        let [one, other] = texts;
        assert_eq!(one.await, other.await, "{subject:?}");
    }
}
