//! Adding to balances.

use tribute_store::StoreError;
use tribute_store::entity::balance;

use crate::harness::{Store, a_balance};

async fn all(store: &Store) -> Vec<balance::Model> {
    let mut transaction = store.begin().await;
    transaction.select::<balance::Entity>("TRUE ORDER BY account", vec![]).await.unwrap()
}

async fn amounts_are_added_in_whatever_order_they_come(store: &Store) {
    let mut transaction = store.begin().await;
    transaction.add_to_balances(&[a_balance("b", 5), a_balance("a", 1)]).await.unwrap();
    let deltas = [a_balance("c", -3), a_balance("a", 10), a_balance("b", -7), a_balance("a", 100)];
    transaction.add_to_balances(&deltas).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(all(store).await, [a_balance("a", 111), a_balance("b", -2), a_balance("c", -3)]);
}

async fn the_extremes_fit_and_nothing_beyond(store: &Store) {
    let mut transaction = store.begin().await;
    transaction
        .add_to_balances(&[a_balance("high", i64::MAX - 1), a_balance("low", i64::MIN + 1)])
        .await
        .unwrap();
    transaction.add_to_balances(&[a_balance("high", 1), a_balance("low", -1)]).await.unwrap();
    transaction.commit().await.unwrap();
    for beyond in
        [a_balance("high", 1), a_balance("low", -1), a_balance("low", -600), a_balance("high", i64::MAX)]
    {
        let mut transaction = store.begin().await;
        let refused = transaction.add_to_balances(&[a_balance("fine", 1), beyond]).await.unwrap_err();
        assert!(
            matches!(refused, StoreError::BalanceOverflow { .. }) && !refused.is_transient(),
            "{refused}"
        );
        assert!(matches!(transaction.commit().await, Err(StoreError::Aborted { .. })));
    }
    assert_eq!(all(store).await, [a_balance("high", i64::MAX), a_balance("low", i64::MIN)]);
}

async fn deltas_that_overflow_among_themselves_are_refused(store: &Store) {
    let mut transaction = store.begin().await;
    let refused = transaction.add_to_balances(&[a_balance("a", i64::MAX), a_balance("a", 1)]).await;
    assert!(matches!(refused, Err(StoreError::BalanceOverflow { .. })), "{refused:?}");
}

on_both!(
    amounts_are_added_in_whatever_order_they_come,
    the_extremes_fit_and_nothing_beyond,
    deltas_that_overflow_among_themselves_are_refused,
);
