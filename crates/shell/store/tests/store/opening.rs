//! Opening: migrations, and what the files look like.

use std::time::{Duration, Instant};

use tribute_store::entity::{conversion, login, sale};
use tribute_store::sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};
use tribute_store::{Database, Schema, StoreError, Value};

use crate::harness::{Store, a_login};

async fn migrations_run_once(store: &Store) {
    let mut transaction = store.begin().await;
    transaction.insert::<login::Entity>(&[a_login("d", 1, "a")]).await.unwrap();
    transaction.commit().await.unwrap();
    let again = Database::open(&store.url).await.unwrap();
    let kept = login::Entity::find().all(again.connection()).await.unwrap();
    assert_eq!(kept, [a_login("d", 1, "a")]);
    let text = "SELECT version FROM seaql_migrations";
    let ran = again.connection().query_all_raw(Statement::from_string(again.backend(), text)).await.unwrap();
    let schema = Schema::of(again.connection()).await.unwrap();
    assert_eq!(ran.len(), schema.applied.len());
    assert!(schema.pending.is_empty() && schema.newer.is_empty());
}

async fn pretend(store: &Store, migration: &str) {
    let mut transaction = store.begin().await;
    let text = "INSERT INTO seaql_migrations (version, applied_at) VALUES ($1, 0)";
    transaction.execute(text, vec![migration.into()]).await.unwrap();
    transaction.commit().await.unwrap();
}

/// A release is replaced by the next one while it runs and starts anew.
async fn a_database_may_be_one_release_ahead(store: &Store) {
    pretend(store, "9998_of_the_next_release").await;
    let opened = Database::open(&store.url).await.unwrap();
    assert_eq!(Schema::of(opened.connection()).await.unwrap().newer, ["9998_of_the_next_release"]);
    let mut transaction = opened.begin().await.unwrap();
    transaction.insert::<login::Entity>(&[a_login("d", 1, "a")]).await.unwrap();
    transaction.commit().await.unwrap();
    pretend(store, "9999_of_the_one_after").await;
    let refused = Database::open(&store.url).await.unwrap_err();
    assert!(matches!(refused, StoreError::NewerSchema { .. }) && !refused.is_transient(), "{refused}");
}

/// Who holds the lock of those who migrate is in nobody's way who has nothing to migrate, and is waited for by others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_waits_for_a_lock_and_a_start_does_not() {
    let Some(store) = Store::postgres().await else { return };
    let mut other = store.begin().await;
    other.execute("SELECT pg_advisory_xact_lock(7824617238)", vec![]).await.unwrap();
    let began = Instant::now();
    Database::open(&store.url).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(2), "it waited for {:?}", began.elapsed());

    let mut transaction = store.begin().await;
    for text in [
        "DELETE FROM seaql_migrations WHERE version = '0002_delivery'",
        "DROP TABLE handover",
        "DROP TABLE refused_commit",
        "DROP TABLE source_position",
        "DROP TABLE log_record",
        "DROP TABLE log_topic",
    ] {
        transaction.execute(text, vec![]).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let url = store.url.clone();
    let opening = tokio::spawn(async move { Database::open(&url).await.map(drop) });
    // Longer than a migration waits for a lock: it has to try again.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert!(!opening.is_finished());
    other.rollback().await.unwrap();
    opening.await.unwrap().unwrap();
    assert!(Schema::of(store.database.connection()).await.unwrap().pending.is_empty());
    store.remove().await;
}

/// Several processes may start at once.
async fn many_open_it_at_once(store: &Store) {
    let mut transaction = store.begin().await;
    transaction.execute("DROP VIEW purchase", vec![]).await.unwrap();
    for table in store.tables().await.iter().chain([&"seaql_migrations".to_owned()]) {
        transaction.execute(&format!("DROP TABLE {table}"), vec![]).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let url = store.url.clone();
            tokio::spawn(async move { Database::open(&url).await.map(drop) })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert!(login::Entity::find().all(store.database.connection()).await.unwrap().is_empty());
}

#[tokio::test]
async fn one_in_memory_is_shared_by_its_clones_alone() {
    let database = Database::in_memory().await.unwrap();
    let mut transaction = database.begin().await.unwrap();
    transaction.insert::<login::Entity>(&[a_login("d", 1, "a")]).await.unwrap();
    transaction.commit_ahead().await.unwrap();
    database.sync().await.unwrap();
    let seen = login::Entity::find().all(database.clone().connection()).await.unwrap();
    assert_eq!(seen, [a_login("d", 1, "a")]);
    let refused = database.connection().execute_unprepared("DELETE FROM login").await;
    assert!(refused.is_err(), "readers do not write");
    let other = Database::in_memory().await.unwrap();
    assert!(login::Entity::find().all(other.connection()).await.unwrap().is_empty());
}

on_both!(migrations_run_once, a_database_may_be_one_release_ahead, many_open_it_at_once);

async fn pragma(store: &Store, name: &str) -> String {
    let statement =
        Statement::from_string(DbBackend::Sqlite, format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}"));
    let row = store.database.connection().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn a_file_has_pages_of_8_kib_and_a_write_ahead_log() {
    let store = Store::sqlite().await;
    assert_eq!(pragma(&store, "page_size").await, "8192");
    assert_eq!(pragma(&store, "journal_mode").await, "wal");
}

#[tokio::test]
async fn a_file_refuses_a_real_number() {
    let store = Store::sqlite().await;
    let mut transaction = store.begin().await;
    let sql = "INSERT INTO balance (brand, account, asset, amount) VALUES ('acme', 'a', 'EUR', 0.5)";
    assert!(transaction.execute(sql, vec![]).await.is_err());
}

#[tokio::test]
async fn a_file_that_must_exist_is_not_made() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("absent.db");
    let refused = Database::open(&format!("sqlite:{}?mode=rw", path.display())).await;
    assert!(matches!(refused, Err(StoreError::Database { .. })), "{refused:?}");
    assert!(!path.exists());
}

#[tokio::test]
async fn many_open_a_new_file_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new.db").display().to_string();
    let opened = tokio::join!(Database::open(&path), Database::open(&path), Database::open(&path));
    assert!(opened.0.is_ok() && opened.1.is_ok() && opened.2.is_ok(), "{opened:?}");
}

/// Services spawn their work, so that everything they await must be able to change threads.
#[test]
fn futures_can_be_spawned() {
    fn spawnable<T: Send>(_: impl FnOnce(Database) -> T) {}
    spawnable(|database: Database| async move {
        let mut transaction = database.begin().await?;
        transaction.insert::<login::Entity>(&[]).await?;
        transaction.commit().await
    });
}

/// Without it a server knows nothing of a table that was filled just now.
#[tokio::test]
async fn a_server_looks_at_its_tables_when_it_is_told_to() {
    let Some(store) = Store::postgres().await else { return };
    let sale = |number: i64| sale::Model {
        brand: "acme".into(),
        order_id: format!("o{number}"),
        buyer: "kim".into(),
        at: Some(number),
        recorded_at: Some(number),
        cancelled_at: None,
        cancellation_recorded_at: None,
        program: None,
        subscription: None,
        facts: "{}".into(),
    };
    let mut transaction = store.begin().await;
    transaction.insert::<sale::Entity>(&(0..500).map(sale).collect::<Vec<_>>()).await.unwrap();
    transaction.commit().await.unwrap();
    let known = "SELECT 1 FROM pg_stats WHERE tablename = 'sale' AND attname = 'buyer'";
    let known =
        || store.database.connection().query_all_raw(Statement::from_string(DbBackend::Postgres, known));
    assert!(known().await.unwrap().is_empty());
    store.database.look_at_tables().await.unwrap();
    assert_eq!(known().await.unwrap().len(), 1);
}

/// A plan that was made while a table was empty stays until somebody looks at the table, and must be good until then.
#[tokio::test]
async fn a_server_finds_rows_by_the_primary_key_whatever_it_knew_of_the_table() {
    let Some(store) = Store::postgres().await else { return };
    let order = |number: i64| conversion::Model {
        brand: "acme".into(),
        program: "friends".into(),
        order_id: format!("o{number}"),
        ambassador: "kim".into(),
        ordered_at: number,
        locks_at: number,
        weight: 1,
        of_weight: 1,
        net_revenue: 0,
        currency: "USD".into(),
        tier: "code".into(),
        returning_customer: false,
        terms_version: "1".into(),
        conversion: "{}".into(),
    };
    let by_order = [conversion::Column::Brand, conversion::Column::Program, conversion::Column::OrderId];
    let keys: Vec<Vec<Value>> =
        (0..500).map(|number| vec!["acme".into(), "friends".into(), format!("o{number}").into()]).collect();
    // After five times a connection keeps the plan.
    let mut transaction = store.begin().await;
    for _ in 0..6 {
        assert!(transaction.find::<conversion::Entity>(&by_order, &keys).await.unwrap().is_empty());
    }
    transaction.insert::<conversion::Entity>(&(0..500).map(order).collect::<Vec<_>>()).await.unwrap();
    assert_eq!(transaction.find::<conversion::Entity>(&by_order, &keys).await.unwrap().len(), 500);
    transaction.commit().await.unwrap();
    // The server counts what it read a moment later.
    let read = async |index: &str| -> i64 {
        let text = format!(
            "SELECT idx_tup_read AS read FROM pg_stat_user_indexes \
             WHERE schemaname = current_schema() AND indexrelname = '{index}'"
        );
        let row =
            store.database.connection().query_one_raw(Statement::from_string(DbBackend::Postgres, text));
        row.await.unwrap().unwrap().try_get("", "read").unwrap()
    };
    for _ in 0..100 {
        if read("conversion_pkey").await >= 500 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (by_key, by_time) = (read("conversion_pkey").await, read("conversion_by_time").await);
    assert!(by_key >= 500 && by_time == 0, "{by_key} by the primary key, {by_time} by the other index");
}
