//! Finding rows by many keys, by ranges, and by conditions.

use tribute_store::entity::{login, movement, touch};
use tribute_store::{StoreError, Value};

use crate::harness::{Store, a_login, a_touch};

const BY_DEVICE: [login::Column; 2] = [login::Column::Brand, login::Column::Device];
const BY_SUBJECT: [touch::Column; 2] = [touch::Column::Brand, touch::Column::Subject];

fn key(text: impl Into<String>) -> Vec<Value> {
    vec!["acme".into(), text.into().into()]
}

async fn thousands_of_keys_in_the_order_asked(store: &Store) {
    let mut transaction = store.begin().await;
    let rows: Vec<_> = (0..3_000).map(|number| a_login(&format!("d{number}"), number, "a")).collect();
    transaction.insert::<login::Entity>(&rows).await.unwrap();
    let keys: Vec<_> = (0..6_000).rev().map(|number| key(format!("d{number}"))).collect();
    let found = transaction.find::<login::Entity>(&BY_DEVICE, &keys).await.unwrap();
    assert!(found.iter().eq(rows.iter().rev()), "in another order");
    let found = transaction.find_locked::<login::Entity>(&BY_DEVICE, &keys[4_000..]).await.unwrap();
    assert!(found.iter().eq(rows.iter().take(2_000).rev()), "in another order");
}

async fn several_rows_of_a_key_come_in_the_order_of_the_primary_key(store: &Store) {
    let mut transaction = store.begin().await;
    let rows = [a_login("b", -5, "x"), a_login("b", 2, "y"), a_login("b", 2, "z"), a_login("a", 9, "y")];
    let shuffled: Vec<_> = [2, 0, 3, 1].map(|index: usize| rows[index].clone()).into();
    transaction.insert::<login::Entity>(&shuffled).await.unwrap();
    let keys = [key("b"), key("none"), key("a"), key("b")];
    let found = transaction.find::<login::Entity>(&BY_DEVICE, &keys).await.unwrap();
    assert_eq!(found[..4], rows);
    assert_eq!(found[4..], rows[..3]);
    let by_account = [login::Column::Account, login::Column::Brand];
    let found =
        transaction.find::<login::Entity>(&by_account, &[vec!["y".into(), "acme".into()]]).await.unwrap();
    assert_eq!(found, [rows[3].clone(), rows[1].clone()]);
}

/// By bytes, and not by the rules of a language: both databases must agree.
async fn texts_are_sorted_by_bytes(store: &Store) {
    let mut transaction = store.begin().await;
    let rows: Vec<_> = ["", "B", "a", "a b", "ab", "é"].map(|device| a_login(device, 1, "x")).into();
    let shuffled: Vec<_> = rows.iter().rev().cloned().collect();
    transaction.insert::<login::Entity>(&shuffled).await.unwrap();
    let found =
        transaction.find::<login::Entity>(&[login::Column::Account], &[vec!["x".into()]]).await.unwrap();
    assert_eq!(found, rows);
    let found =
        transaction.select::<login::Entity>("device > $1 ORDER BY device", vec!["a".into()]).await.unwrap();
    assert_eq!(found, rows[3..]);
}

async fn a_null_is_found_by_no_key(store: &Store) {
    let mut transaction = store.begin().await;
    let unowned = touch::Model { ambassador: None, ..a_touch("d:1", 1, "t1") };
    transaction.insert::<touch::Entity>(&[unowned]).await.unwrap();
    let null = vec![Value::String(None)];
    let found = transaction.find::<touch::Entity>(&[touch::Column::Ambassador], &[null]).await.unwrap();
    assert!(found.is_empty(), "{found:?}");
}

async fn a_range_excludes_its_low_bound_only(store: &Store) {
    let mut transaction = store.begin().await;
    let rows: Vec<_> = (1..=5).map(|at| a_touch("d:1", at * 10, &format!("t{at}"))).collect();
    transaction.insert::<touch::Entity>(&rows).await.unwrap();
    transaction.insert::<touch::Entity>(&[a_touch("d:2", 20, "other")]).await.unwrap();
    let keys = [
        (key("d:1"), 20, 40),
        (key("d:9"), i64::MIN, i64::MAX),
        (key("d:2"), 19, 20),
        (key("d:1"), 40, 20),
        (key("d:1"), 49, i64::MAX),
    ];
    let found =
        transaction.find_between::<touch::Entity>(&BY_SUBJECT, touch::Column::At, &keys).await.unwrap();
    let ids: Vec<_> = found.iter().map(|touch| touch.touch_id.as_str()).collect();
    assert_eq!(ids, ["t3", "t4", "other", "t5"]);
}

async fn a_range_is_sorted_by_its_column(store: &Store) {
    let mut transaction = store.begin().await;
    let rows =
        [a_touch("d:2", 1, "t1"), a_touch("d:1", 2, "t3"), a_touch("d:1", 2, "t4"), a_touch("d:0", 3, "t0")];
    let shuffled: Vec<_> = [3, 2, 0, 1].map(|index: usize| rows[index].clone()).into();
    transaction.insert::<touch::Entity>(&shuffled).await.unwrap();
    let columns = [touch::Column::Brand, touch::Column::Ambassador];
    let keys = [(key("ann"), 0, 9)];
    let found = transaction.find_between::<touch::Entity>(&columns, touch::Column::At, &keys).await.unwrap();
    assert_eq!(found, rows);
}

async fn a_key_that_does_not_fit_is_refused(store: &Store) {
    for wrong in [vec![], key("d").split_off(1), vec!["acme".into(), 1_i64.into()]] {
        let mut transaction = store.begin().await;
        let refused = transaction.find::<login::Entity>(&BY_DEVICE, &[key("d"), wrong]).await;
        assert!(matches!(refused, Err(StoreError::Misuse { .. })), "{refused:?}");
    }
    let mut transaction = store.begin().await;
    let refused = transaction.delete::<login::Entity>(&[key("d")]).await;
    assert!(matches!(refused, Err(StoreError::Misuse { .. })), "{refused:?}");
}

async fn conditions_take_parameters_in_any_order(store: &Store) {
    let mut transaction = store.begin().await;
    let rows: Vec<_> = (0..10).map(|at| a_login("d", at, "a")).collect();
    transaction.insert::<login::Entity>(&rows).await.unwrap();
    let condition = "at <= $2 AND (at > $1 OR at = $2) AND brand = $3 ORDER BY at DESC LIMIT 2";
    let values = vec![3_i64.into(), 7_i64.into(), "acme".into()];
    let found = transaction.select::<login::Entity>(condition, values).await.unwrap();
    assert_eq!(found, [rows[7].clone(), rows[6].clone()]);
    let highest =
        transaction.highest::<login::Entity>(login::Column::At, "at < $1", vec![5_i64.into()]).await;
    assert_eq!(highest.unwrap(), Some(4));
    assert_eq!(transaction.highest::<login::Entity>(login::Column::At, "FALSE", vec![]).await.unwrap(), None);
}

async fn flags_and_nulls_in_conditions(store: &Store) {
    let movement = |seq, cleared, payout: Option<&str>| movement::Model {
        seq,
        brand: "acme".into(),
        program: "p".into(),
        ambassador: "ann".into(),
        asset: "EUR".into(),
        source: "o1".into(),
        rule: "ten".into(),
        effective_at: 1,
        available_at: seq * 10,
        amount: -5,
        cause: "e1".into(),
        cleared,
        payout: payout.map(str::to_owned),
        held: None,
    };
    let rows = [movement(1, true, Some("po")), movement(2, false, None), movement(3, true, None)];
    let mut transaction = store.begin().await;
    transaction.insert::<movement::Entity>(&rows).await.unwrap();
    let due = transaction
        .select::<movement::Entity>("NOT cleared AND available_at <= $1", vec![20_i64.into()])
        .await;
    assert_eq!(due.unwrap(), rows[1..2]);
    let unpaid = "payout IS NULL AND cleared = $1 AND brand = $2";
    let unpaid = transaction.select::<movement::Entity>(unpaid, vec![true.into(), "acme".into()]).await;
    assert_eq!(unpaid.unwrap(), rows[2..]);
}

on_both!(
    thousands_of_keys_in_the_order_asked,
    several_rows_of_a_key_come_in_the_order_of_the_primary_key,
    texts_are_sorted_by_bytes,
    a_null_is_found_by_no_key,
    a_range_excludes_its_low_bound_only,
    a_range_is_sorted_by_its_column,
    a_key_that_does_not_fit_is_refused,
    conditions_take_parameters_in_any_order,
    flags_and_nulls_in_conditions,
);
