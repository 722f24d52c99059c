//! Leases and positions: who is late writes nothing.

use std::time::Duration;

use tribute_store::entity::refused_commit;
use tribute_store::{Advance, Lease, Leases, Source, StoreError};

use crate::harness::Store;

const LASTS: Duration = Duration::from_secs(20);

fn sources(count: i64) -> Vec<(Source, i64)> {
    (0..count).map(|partition| (Source { name: "topic".into(), partition }, 5)).collect()
}

fn worker(store: &Store, name: &str, lasts: Duration) -> Leases {
    Leases::new(store.database.clone(), "group", name, lasts)
}

fn advance(lease: &Lease, to: i64) -> Advance {
    Advance { source: lease.source.clone(), epoch: lease.epoch, from: lease.next, to }
}

async fn commit(store: &Store, advances: &[Advance]) -> Result<(), StoreError> {
    let mut transaction = store.begin().await;
    transaction.advance(advances).await?;
    transaction.commit().await
}

async fn one_worker_has_everything_from_where_it_begins(store: &Store) {
    let standing = worker(store, "a", LASTS).refresh(&sources(3)).await.unwrap();
    assert_eq!((standing.held.len(), standing.members, standing.surplus, standing.free), (3, 1, 0, 0));
    assert!(standing.held.iter().all(|lease| lease.next == 5 && lease.epoch == 1));
}

async fn workers_share_and_give_back_what_is_too_much(store: &Store) {
    let (a, b) = (worker(store, "a", LASTS), worker(store, "b", LASTS));
    let all = sources(4);
    assert_eq!(a.refresh(&all).await.unwrap().held.len(), 4);
    assert_eq!(b.refresh(&all).await.unwrap().held, []);
    let standing = a.refresh(&all).await.unwrap();
    assert_eq!((standing.members, standing.surplus), (2, 2));
    let (kept, given) = standing.held.split_at(2);
    commit(store, &[advance(&given[0], 9)]).await.unwrap();
    a.release(given).await.unwrap();
    let taken = b.refresh(&all).await.unwrap().held;
    assert_eq!(taken.len(), 2);
    assert_eq!((taken[0].next, taken[0].epoch), (9, 2), "it goes on where the other one stopped");
    assert_eq!(a.refresh(&all).await.unwrap().held, kept);
}

async fn whoever_is_silent_loses_its_sources_and_writes_nothing_any_more(store: &Store) {
    let zombie = worker(store, "zombie", Duration::from_millis(50));
    let stale = zombie.refresh(&sources(1)).await.unwrap().held.remove(0);
    tokio::time::sleep(Duration::from_millis(120)).await;
    let heir = worker(store, "heir", LASTS);
    let fresh = heir.refresh(&sources(1)).await.unwrap().held.remove(0);
    assert_eq!((fresh.epoch, fresh.next), (stale.epoch + 1, stale.next));
    let refused = commit(store, &[advance(&stale, 6)]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Stale { .. }), "{refused}");
    assert!(!refused.is_transient());
    zombie.note_refused(&stale.source, stale.epoch, "it woke up").await.unwrap();
    commit(store, &[advance(&fresh, 7)]).await.unwrap();
    let again = commit(store, &[advance(&fresh, 8)]).await.unwrap_err();
    assert!(matches!(again, StoreError::Stale { .. }), "the same batch counts once: {again}");
    assert_eq!(heir.positions(&[fresh.source]).await.unwrap()[0].next, 7);
    let noted = store.begin().await.select::<refused_commit::Entity>("TRUE", vec![]).await.unwrap();
    assert_eq!(noted.len(), 1);
    assert!(noted[0].at > 0 && noted[0].owner == "zombie");
}

/// A position moves with all the others of its batch, or none does.
async fn positions_move_together(store: &Store) {
    let leases = worker(store, "a", LASTS);
    let held = leases.refresh(&sources(2)).await.unwrap().held;
    let stale = Advance { epoch: held[1].epoch + 1, ..advance(&held[1], 6) };
    commit(store, &[advance(&held[0], 6), stale]).await.unwrap_err();
    let names: Vec<_> = held.iter().map(|lease| lease.source.clone()).collect();
    assert_eq!(leases.positions(&names).await.unwrap(), held);
}

async fn who_leaves_is_replaced_at_once(store: &Store) {
    let (a, b) = (worker(store, "a", LASTS), worker(store, "b", LASTS));
    let held = a.refresh(&sources(2)).await.unwrap().held;
    a.leave(&held).await.unwrap();
    let standing = b.refresh(&sources(2)).await.unwrap();
    assert_eq!((standing.held.len(), standing.members), (2, 1));
}

on_both!(
    one_worker_has_everything_from_where_it_begins,
    workers_share_and_give_back_what_is_too_much,
    whoever_is_silent_loses_its_sources_and_writes_nothing_any_more,
    positions_move_together,
    who_leaves_is_replaced_at_once,
);
