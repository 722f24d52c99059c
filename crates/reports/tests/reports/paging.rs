//! A report in pages is the report, however small they are.

use std::fmt::Debug;

use tribute_reports::{
    Filter,
    report::{
        Balances, BoardOf, Conversions, Keyed, Leaderboards, Page, Payouts, Posts, Rewards, Standings,
        board_heads, board_rows, collect,
    },
};

use crate::world::{World, click, sale};

async fn is_the_same_in_pages<R: Keyed>(world: &World, report: &R, filter: &Filter)
where
    R::Row: PartialEq + Debug,
{
    let whole = collect(report, &world.books(), filter).await.unwrap();
    for limit in [1, 2, 100] {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = Some(Page { after, limit });
            let part = collect(report, &world.books(), &Filter { page, ..filter.clone() }).await.unwrap();
            assert!(u64::try_from(part.len()).unwrap() <= limit);
            after = part.last().map(R::key);
            rows.extend(part);
            if after.is_none() {
                break;
            }
        }
        assert_eq!(rows, whole, "in pages of {limit}");
    }
}

async fn every_report_is_the_same_in_pages(world: &World) {
    let narrow = Filter {
        brand: Some("acme".into()),
        program: Some("friends".into()),
        ambassador: Some("ada".into()),
        ..Filter::default()
    };
    let of_brand = Filter { brand: Some("acme".into()), ..Filter::default() };
    let then = Filter { to: Some("2026-02-01T00:00:00Z".parse().unwrap()), ..of_brand.clone() };
    for filter in [Filter::default(), of_brand, narrow, then] {
        is_the_same_in_pages(world, &Balances, &filter).await;
        is_the_same_in_pages(world, &Conversions, &filter).await;
        is_the_same_in_pages(world, &Payouts, &filter).await;
        is_the_same_in_pages(world, &Rewards, &filter).await;
        is_the_same_in_pages(world, &Standings, &filter).await;
        for posts in [Posts::All, Posts::Waiting, Posts::WithRights] {
            is_the_same_in_pages(world, &posts, &filter).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_add_up_to_the_whole() {
    every_report_is_the_same_in_pages(&World::told().await).await;
    let Some(mut world) = World::empty_on_postgres().await else { return };
    world.tell().await;
    every_report_is_the_same_in_pages(&world).await;
    world.gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boards_are_shown_one_by_one() {
    let mut world = World::told().await;
    world.take(vec![click("c9", "2026-04-06", "bob", "d9")]).await;
    world.take(vec![sale("1009", "2026-04-07", "d9", &[("mug", "15.50")])]).await;
    world.take(vec![crate::world::tick("2026-04-08")]).await;
    // The clock has not come to it, and yet it is seen.
    world.take(vec![sale("1010", "2026-04-09", "d9", &[("mug", "10.00")])]).await;
    let books = world.books();
    let all = collect(&Leaderboards { at: None }, &books, &Filter::default()).await.unwrap();
    let (mut heads, mut after) = (Vec::new(), None);
    while let [head] = &board_heads(&books, "acme", "friends", after, 1).await.unwrap()[..] {
        after = Some(head.key());
        heads.push((head.period.clone(), head.entries));
    }
    assert_eq!(heads, [("2026-01".to_owned(), 3), ("2026-04".to_owned(), 1)]);
    let of = BoardOf { brand: "acme", program: "friends", board: "top", period: None, segment: None };
    for (period, asked) in [("2026-04", None), ("2026-01", Some("2026-01"))] {
        let rows = board_rows(&books, BoardOf { period: asked, ..of }).await.unwrap();
        let expected: Vec<_> = all.iter().filter(|row| row.period == period).cloned().collect();
        assert_eq!(rows, expected);
    }
    assert_eq!(board_rows(&books, of).await.unwrap()[0].score, "25.50");
    let then = Leaderboards { at: Some("2026-04-08T12:00:00Z".parse().unwrap()) };
    let then = collect(&then, &books, &Filter::default()).await.unwrap();
    assert_eq!(then.last().map(|row| row.score.as_str()), Some("15.50"));
    assert_eq!(board_rows(&books, BoardOf { brand: "other", ..of }).await.unwrap(), []);
    assert_eq!(board_rows(&books, BoardOf { segment: Some("x"), ..of }).await.unwrap(), []);
}
