//! All or nothing, one after the other, and visible only when it is done.

use std::time::Duration;

use tribute_store::Database;
use tribute_store::entity::{balance, login};
use tribute_store::sea_orm::{EntityTrait, PaginatorTrait};

use crate::harness::{Store, a_balance, a_login};

async fn logins(database: &Database) -> u64 {
    login::Entity::find().count(database.connection()).await.unwrap()
}

async fn what_is_dropped_never_happened(store: &Store) {
    let mut transaction = store.begin().await;
    transaction.insert::<login::Entity>(&[a_login("d", 1, "a")]).await.unwrap();
    drop(transaction);
    let mut transaction = store.begin().await;
    assert!(transaction.select::<login::Entity>("TRUE", vec![]).await.unwrap().is_empty());
    transaction.insert::<login::Entity>(&[a_login("d", 1, "a")]).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(logins(&store.database).await, 0);
}

/// A task that is cancelled in the middle of its work leaves nothing behind, and the way free.
async fn what_is_cancelled_never_happened(store: &Store) {
    let database = store.database.clone();
    let task = tokio::spawn(async move {
        let mut transaction = database.begin().await.unwrap();
        transaction.insert::<login::Entity>(&[a_login("d", 1, "a")]).await.unwrap();
        std::future::pending::<()>().await;
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    let mut transaction = store.begin().await;
    transaction.insert::<login::Entity>(&[a_login("d", 1, "a")]).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(logins(&store.database).await, 1);
}

async fn readers_see_what_is_committed(store: &Store) {
    let mut transaction = store.begin().await;
    transaction.insert::<login::Entity>(&[a_login("d", 1, "a"), a_login("d", 2, "a")]).await.unwrap();
    assert_eq!(logins(&store.database).await, 0);
    transaction.insert::<login::Entity>(&[a_login("d", 3, "a")]).await.unwrap();
    assert_eq!(logins(&store.database).await, 0);
    transaction.commit().await.unwrap();
    assert_eq!(logins(&store.database).await, 3);
    let again = Database::open(&store.url).await.unwrap();
    assert_eq!(logins(&again).await, 3);
}

/// Who looks waits for nobody who writes, keeps nobody from writing, and writes nothing.
async fn a_look_stands_beside_a_writer(store: &Store) {
    let mut writing = store.begin().await;
    writing.insert::<login::Entity>(&[a_login("d", 1, "a")]).await.unwrap();
    let mut looking = store.database.begin_looking().await.unwrap();
    assert!(looking.select::<login::Entity>("TRUE", vec![]).await.unwrap().is_empty());
    writing.commit().await.unwrap();
    drop(looking);
    let mut looking = store.database.begin_looking().await.unwrap();
    assert_eq!(looking.select::<login::Entity>("TRUE", vec![]).await.unwrap().len(), 1);
    assert!(looking.insert::<login::Entity>(&[a_login("e", 1, "a")]).await.is_err());
    drop(looking);
    assert_eq!(logins(&store.database).await, 1);
}

/// Nothing tells it from another commit, as long as the machine has power.
async fn what_is_committed_ahead_is_there(store: &Store) {
    store.database.sync().await.unwrap();
    let mut transaction = store.begin().await;
    transaction.insert::<login::Entity>(&[a_login("d", 1, "a")]).await.unwrap();
    transaction.commit_ahead().await.unwrap();
    assert_eq!(logins(&store.database).await, 1);
    store.database.sync().await.unwrap();
    let again = Database::open(&store.url).await.unwrap();
    again.sync().await.unwrap();
    assert_eq!(logins(&again).await, 1);
}

/// Each reads, waits, and writes what follows from what it read: none may lose another's work.
async fn writers_take_turns_across_awaits(store: &Store) {
    let mut transaction = store.begin().await;
    transaction.insert::<balance::Entity>(&[a_balance("a", 0)]).await.unwrap();
    transaction.commit().await.unwrap();
    let tasks: Vec<_> = (0..6).map(|_| tokio::spawn(add_one(store.database.clone()))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    let stored = balance::Entity::find().all(store.database.connection()).await.unwrap();
    assert_eq!(stored, [a_balance("a", 6)]);
}

async fn add_one(database: Database) {
    let columns = [balance::Column::Brand, balance::Column::Account, balance::Column::Asset];
    let mut transaction = database.begin().await.unwrap();
    let keys = [vec!["acme".into(), "a".into(), "EUR".into()]];
    let found = transaction.find_locked::<balance::Entity>(&columns, &keys).await.unwrap();
    tokio::time::sleep(Duration::from_millis(5)).await;
    transaction.upsert::<balance::Entity>(&[a_balance("a", found[0].amount + 1)]).await.unwrap();
    tokio::task::yield_now().await;
    transaction.commit().await.unwrap();
}

async fn readers_cannot_write(store: &Store) {
    let row = login::ActiveModel::from(a_login("d", 1, "a"));
    let refused = login::Entity::insert(row).exec_without_returning(store.database.connection()).await;
    assert!(refused.unwrap_err().to_string().to_lowercase().contains("read"));
    assert_eq!(logins(&store.database).await, 0);
}

on_both!(
    what_is_dropped_never_happened,
    what_is_cancelled_never_happened,
    readers_see_what_is_committed,
    a_look_stands_beside_a_writer,
    what_is_committed_ahead_is_there,
    writers_take_turns_across_awaits,
    readers_cannot_write,
);
