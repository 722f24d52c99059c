use tribute_reports::verify::{Verification, replay, verify, verify_with};

use tribute_events::BrandId;
use tribute_ledger::{Anchor, Chain};

use crate::world::{World, click, refund, sale, tick};

pub(crate) async fn verified(world: &World) -> Verification {
    verify(world.engine.database(), &mut |_| ()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_books_hold() {
    let world = World::told().await;
    let found = verified(&world).await;
    assert!(found.is_ok(), "{found}");
    assert_eq!(found.checks.len(), 15);
    // No month of theirs was closed.
    let idle: Vec<_> = found.checks.iter().filter(|check| check.checked == 0).map(|it| it.name).collect();
    assert_eq!(idle, ["closed_periods_are_frozen"], "{found}");
    assert_eq!(found.journal_heads.len(), 1);
    assert_eq!((found.journal_heads[0].brand.as_str(), found.journal_heads[0].hash.len()), ("acme", 64));
    assert!(found.to_string().ends_with("the books hold"));
}

/// A head that was printed lies on the chain for ever, whatever is booked after it.
#[tokio::test(flavor = "multi_thread")]
async fn an_anchor_lies_on_the_chain_that_grew_from_it() {
    let mut world = World::told().await;
    let printed = anchor_of(&verified(&world).await);
    world.take(vec![tick("2026-07-01")]).await;
    let (later, hash_alone) = (anchor_of(&verified(&world).await), printed.split_once(':').unwrap().1);
    assert_ne!(printed, later);
    let empty = Anchor::from(Chain::genesis(&BrandId::trusted("acme")).head()).to_string();
    let asked = [&printed, &later, hash_alone, &empty].map(|text| text.parse::<Anchor>().unwrap());
    let database = world.engine.database();
    let found = verify_with(database, &asked, &mut |_| ()).await.unwrap();
    assert!(found.is_ok(), "{found}");
    let numbers = found.anchors.iter().map(|check| check.found.clone().unwrap().1);
    let number = |anchor: &str| anchor.split_once(':').unwrap().0.parse::<u64>().unwrap();
    let wanted = [number(&printed), number(&later), number(&printed), 0];
    assert_eq!(numbers.collect::<Vec<_>>(), wanted);
    assert!(found.to_string().contains("acme/24: it lies on the chain, rows 1 to 24 are those of then"));

    let (wrong, foreign) = (format!("23:{hash_alone}"), "ab".repeat(32));
    for text in [wrong, foreign] {
        let found = verify_with(database, &[text.parse().unwrap()], &mut |_| ()).await.unwrap();
        assert!(!found.is_ok() && found.checks.iter().all(|check| check.is_ok()), "{found}");
    }
}

pub(crate) fn anchor_of(found: &Verification) -> String {
    let head = &found.journal_heads[0];
    format!("{}:{}", head.number, head.hash)
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_books_hold() {
    let world = World::empty().await;
    let mut found = verified(&world).await;
    found.replay = Some(replay(world.engine.database(), &mut |_| ()).await.unwrap());
    assert!(found.is_ok(), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_is_equal_byte_for_byte() {
    let mut world = World::told().await;
    // A batch of which nothing is accepted, and one with something new among what is known.
    world.take(vec![click("c1", "2026-01-08", "ada", "d1")]).await;
    world.take(vec![click("c1", "2026-01-08", "ada", "d1"), click("c5", "2026-04-06", "bob", "d5")]).await;
    world
        .take(vec![
            sale("1005", "2026-04-07", "d5", &[("mug", "15.50")]),
            refund("r5", "2026-04-08", "1005", "0.55"),
        ])
        .await;
    world.take(vec![tick("2026-07-01")]).await;
    let mut told = Vec::new();
    let replay = replay(world.engine.database(), &mut |progress| told.push(progress)).await.unwrap();
    assert!(replay.is_ok(), "{replay:#?}");
    assert_eq!((replay.events, replay.batches), (28, 8));
    assert!(!told.is_empty());
    let rows = |table: &str| replay.tables.iter().find(|it| it.table == table).unwrap().rows;
    assert_eq!((rows("conversion"), rows("sale"), rows("payout")), (6, 5, 11));
}

/// The digest of the balances is a function of the facts; the journal, with its numbers, is not.
#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_digest_does_not_depend_on_the_order_of_arrival() {
    let (mut one, mut other) = (World::empty().await, World::empty().await);
    let facts = || crate::world::setting().into_iter().chain(crate::world::shopping().into_iter().take(13));
    one.take(facts().collect()).await;
    for fact in facts().collect::<Vec<_>>().into_iter().rev().filter(|it| !is_stock(it)) {
        other.take(vec![fact]).await;
    }
    // Perks go to whoever comes first: their stock comes last, so that everyone waits for it.
    let differs = (verified(&one).await.ledger_digest, verified(&other).await.ledger_digest);
    assert_ne!(differs.0, differs.1);
    other.take(facts().filter(is_stock).collect()).await;
    let same = (verified(&one).await, verified(&other).await);
    assert!(same.0.is_ok() && same.1.is_ok());
    assert_eq!(same.0.ledger_digest, same.1.ledger_digest);
    assert_ne!(same.0.journal_heads, same.1.journal_heads);
}

fn is_stock(incoming: &tribute_services::Incoming) -> bool {
    incoming.origin.ends_with("e-stock")
}

/// When a batch was recorded is told by what was accepted of it, not by what came with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_duplicate_leaves_no_trace_in_the_replay() {
    let mut world = World::told().await;
    world.take(vec![refund("r6", "2026-01-30", "1001", "1.00"), tick("2026-04-01")]).await;
    let replay = replay(world.engine.database(), &mut |_| ()).await.unwrap();
    assert!(replay.is_ok(), "{replay:#?}");
}
