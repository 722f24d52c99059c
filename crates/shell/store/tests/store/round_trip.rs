//! Every table gives back exactly what it was given, also what is rarely given.

use tribute_store::entity::*;
use tribute_store::sea_orm::{
    ActiveModelTrait, ColumnTrait, Iterable, ModelTrait, PrimaryKeyToColumn, TryIntoModel,
    sea_query::ArrayType,
};
use tribute_store::{Entity, Value};

use crate::harness::Store;

const INTEGERS: [i64; 6] = [i64::MIN, i64::MAX, 0, -1, 9_007_199_254_740_993, 99_999_999_999_999];
const TEXTS: [&str; 6] =
    ["", "żółć 漢字 🦀 e\u{301}", "it's \"quoted\" \\ $1 ?1 %", "{\"a\":[1,null]}\n\t", "007.10", "NULL"];
const BYTES: [&[u8]; 6] = [b"", b"\0", b"\0a\0b\xff\0", b"text", b"\xc3\x28", &[7; 3_000]];

/// Row `number` holds another value in each column than any other row; every second row holds NULLs.
fn awkward<E: Entity>(number: usize) -> E::Model {
    let mut row = <E::ActiveModel as ActiveModelTrait>::default();
    for column in E::Column::iter() {
        let absent = column.def().is_null() && number % 2 == 1;
        let value = match E::Model::get_value_type(column) {
            ArrayType::BigInt => Value::BigInt((!absent).then(|| INTEGERS[number])),
            ArrayType::String => Value::String((!absent).then(|| TEXTS[number].to_owned())),
            ArrayType::Bool => Value::Bool(Some(number < 3)),
            ArrayType::Bytes => Value::Bytes((!absent).then(|| BYTES[number].to_vec())),
            other => panic!("the store has no columns of type {other:?}"),
        };
        row.set(column, value);
    }
    row.try_into_model().unwrap()
}

async fn round_trip<E: Entity<Model: PartialEq + Sync>>(store: &Store) {
    let rows: Vec<E::Model> = (0..6).map(awkward::<E>).collect();
    let key: Vec<E::Column> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
    let keys: Vec<Vec<Value>> =
        rows.iter().map(|row| key.iter().map(|column| row.get(*column)).collect()).collect();

    let mut transaction = store.begin().await;
    transaction.insert::<E>(&rows).await.unwrap();
    assert_eq!(transaction.insert_new::<E>(&rows).await.unwrap(), 0);
    transaction.upsert::<E>(&rows).await.unwrap();
    assert_eq!(transaction.find::<E>(&key, &keys).await.unwrap(), rows);
    transaction.commit().await.unwrap();

    let seen = E::find().all(store.database.connection()).await.unwrap();
    assert_eq!(seen.len(), rows.len());
    assert!(rows.iter().all(|row| seen.contains(row)), "sea-orm reads something else: {seen:#?}");

    let mut transaction = store.begin().await;
    assert_eq!(transaction.delete::<E>(&keys).await.unwrap(), 6);
    assert!(transaction.find::<E>(&key, &keys).await.unwrap().is_empty());
    transaction.commit().await.unwrap();
}

macro_rules! round_trip_of {
    ($($table:ident),+ $(,)?) => {
        async fn every_table(store: &Store) {
            assert_eq!(store.tables().await, [$(stringify!($table)),+], "which tables are there, and which are tried");
            $(round_trip::<$table::Entity>(store).await;)+
        }
    };
}

round_trip_of!(
    adjustment,
    ambassador_click,
    api_key,
    balance,
    bank_entry,
    board,
    claim,
    clock,
    configuration,
    conversion,
    earning,
    event_log,
    finding,
    fx_rate,
    handover,
    held_earning,
    idempotency_key,
    intake_batch,
    journal_head,
    ledger_entry,
    ledger_transaction,
    log_record,
    log_topic,
    login,
    mission_fact,
    movement,
    outbox,
    payout,
    period,
    person,
    person_account,
    person_address,
    person_detail,
    post,
    quarantine,
    refused_commit,
    reward,
    reward_lock,
    sale,
    sequence,
    shop,
    source_position,
    tier_sale,
    touch,
    vault_key,
    waiting_event,
    webhook_delivery,
    webhook_endpoint,
    webhook_position,
    webhook_secret,
);

on_both!(every_table);
