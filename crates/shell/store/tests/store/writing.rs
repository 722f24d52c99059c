//! Inserting, replacing, deleting, and statements of one's own.

use tribute_store::entity::{login, sequence, touch};
use tribute_store::sea_orm::{EntityTrait, PaginatorTrait};
use tribute_store::{StoreError, Value};

use crate::harness::{Store, a_login, a_touch};

async fn insert_new_counts_what_is_new(store: &Store) {
    let mut transaction = store.begin().await;
    transaction.insert::<touch::Entity>(&[a_touch("d:1", 1, "t1")]).await.unwrap();
    let same_key = touch::Model { kind: "view".into(), ..a_touch("d:1", 1, "t1") };
    let same_id = a_touch("d:2", 2, "t1");
    let rows = [same_key, same_id, a_touch("d:2", 3, "t2"), a_touch("d:3", 4, "t2"), a_touch("d:3", 4, "t3")];
    assert_eq!(transaction.insert_new::<touch::Entity>(&rows).await.unwrap(), 2);
    let found =
        transaction.select::<touch::Entity>("brand = $1 ORDER BY at", vec!["acme".into()]).await.unwrap();
    assert_eq!(found, [a_touch("d:1", 1, "t1"), a_touch("d:2", 3, "t2"), a_touch("d:3", 4, "t3")]);
}

async fn an_insert_of_a_known_row_spoils_the_transaction(store: &Store) {
    let mut transaction = store.begin().await;
    transaction.insert::<login::Entity>(&[a_login("d", 1, "a")]).await.unwrap();
    let rows = [a_login("d", 2, "a"), a_login("d", 1, "a")];
    let refused = transaction.insert::<login::Entity>(&rows).await.unwrap_err();
    assert!(refused.is_conflict() && !refused.is_transient(), "{refused}");
    assert!(refused.to_string().starts_with("insert on login: "), "{refused}");
    let next = transaction.insert::<login::Entity>(&[a_login("d", 3, "a")]).await;
    assert!(matches!(next, Err(StoreError::Aborted { .. })), "{next:?}");
    assert!(matches!(transaction.commit().await, Err(StoreError::Aborted { .. })));
    assert_eq!(login::Entity::find().count(store.database.connection()).await.unwrap(), 0);
}

async fn upsert_replaces_all_but_the_key(store: &Store) {
    let mut transaction = store.begin().await;
    transaction.insert::<touch::Entity>(&[a_touch("d:1", 1, "t1"), a_touch("d:1", 2, "t2")]).await.unwrap();
    let judged = touch::Model { ambassador: None, verdicts: Some("[]".into()), ..a_touch("d:1", 1, "t1") };
    let rows = [judged, a_touch("d:1", 3, "t3")];
    transaction.upsert::<touch::Entity>(&rows).await.unwrap();
    let found = transaction.select::<touch::Entity>("TRUE ORDER BY at", vec![]).await.unwrap();
    assert_eq!(found, [rows[0].clone(), a_touch("d:1", 2, "t2"), rows[1].clone()]);
}

async fn more_rows_than_a_statement_takes(store: &Store) {
    let rows: Vec<_> = (0..9_001).map(|number| a_login(&format!("d{number:05}"), 1, "a")).collect();
    let mut transaction = store.begin().await;
    transaction.insert::<login::Entity>(&rows[..5_000]).await.unwrap();
    assert_eq!(transaction.insert_new::<login::Entity>(&rows).await.unwrap(), 4_001);
    transaction.upsert::<login::Entity>(&rows).await.unwrap();
    let found = transaction.select::<login::Entity>("TRUE ORDER BY device", vec![]).await.unwrap();
    assert_eq!(found, rows);
}

async fn delete_counts_what_was_there(store: &Store) {
    let key = |at: i64| vec!["acme".into(), "d".into(), at.into(), "a".into()];
    let mut transaction = store.begin().await;
    let rows = [a_login("d", 1, "a"), a_login("d", 2, "a"), a_login("d", 3, "a")];
    transaction.insert::<login::Entity>(&rows).await.unwrap();
    assert_eq!(transaction.delete::<login::Entity>(&[key(1), key(3), key(7)]).await.unwrap(), 2);
    assert_eq!(transaction.select::<login::Entity>("TRUE", vec![]).await.unwrap(), rows[1..2]);
}

async fn nothing_to_do_is_done(store: &Store) {
    let mut transaction = store.begin().await;
    transaction.insert::<login::Entity>(&[]).await.unwrap();
    transaction.upsert::<login::Entity>(&[]).await.unwrap();
    transaction.add_to_balances(&[]).await.unwrap();
    assert_eq!(transaction.insert_new::<login::Entity>(&[]).await.unwrap(), 0);
    assert_eq!(transaction.delete::<login::Entity>(&[]).await.unwrap(), 0);
    assert!(transaction.find::<login::Entity>(&[login::Column::Brand], &[]).await.unwrap().is_empty());
    let none = transaction.find_between::<login::Entity>(&[login::Column::Brand], login::Column::At, &[]);
    assert!(none.await.unwrap().is_empty());
    transaction.commit().await.unwrap();
}

/// The number of rows tells whether a number was still what it was expected to be.
async fn a_number_advances_by_compare_and_set(store: &Store) {
    let mut transaction = store.begin().await;
    let sequence = |next| sequence::Model { name: "batch".into(), next };
    transaction.insert::<sequence::Entity>(&[sequence(100)]).await.unwrap();
    let advance = "UPDATE sequence SET next = $2 WHERE name = $1 AND next < $2 AND next = $3";
    let values = |to: i64, from: i64| -> Vec<Value> { vec!["batch".into(), to.into(), from.into()] };
    assert_eq!(transaction.execute(advance, values(150, 100)).await.unwrap(), 1);
    assert_eq!(transaction.execute(advance, values(200, 100)).await.unwrap(), 0);
    let stored = transaction.select::<sequence::Entity>("name = $1", vec!["batch".into()]).await.unwrap();
    assert_eq!(stored, [sequence(150)]);
}

async fn a_wrong_text_is_reported(store: &Store) {
    let mut transaction = store.begin().await;
    let refused = transaction.execute("UPDATE nowhere SET next = $1", vec![1_i64.into()]).await.unwrap_err();
    assert!(!refused.is_transient() && !refused.is_conflict(), "{refused}");
    assert!(refused.to_string().contains("nowhere"), "{refused}");
}

async fn parameters_and_values_have_to_match(store: &Store) {
    let mut transaction = store.begin().await;
    for (condition, values) in
        [("next = $1", vec![1_i64.into(), 2_i64.into()]), ("next = $1 OR next = $2", vec![1_i64.into()])]
    {
        let refused = transaction.select::<sequence::Entity>(condition, values).await;
        assert!(matches!(refused, Err(StoreError::Misuse { .. })), "{refused:?}");
    }
}

on_both!(
    insert_new_counts_what_is_new,
    an_insert_of_a_known_row_spoils_the_transaction,
    upsert_replaces_all_but_the_key,
    more_rows_than_a_statement_takes,
    delete_counts_what_was_there,
    nothing_to_do_is_done,
    a_number_advances_by_compare_and_set,
    a_wrong_text_is_reported,
    parameters_and_values_have_to_match,
);
