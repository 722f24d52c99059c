//! What most would write first: one transaction a sale, row by row, by the same ORM.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::Result;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    TransactionTrait,
    sea_query::{ExprTrait, OnConflict},
};
use tribute_store::{
    Database,
    entity::{
        balance, conversion, earning, event_log, ledger_entry, ledger_transaction, movement, sale, touch,
    },
};

use super::super::{
    measure::{ratio, whole},
    scratch::Scratch,
};

/// Everything that one sale came to.
struct Sale {
    event: event_log::Model,
    sale: sale::Model,
    conversions: Vec<conversion::Model>,
    earnings: Vec<earning::Model>,
    movements: Vec<movement::Model>,
    transactions: Vec<ledger_transaction::Model>,
    entries: Vec<ledger_entry::Model>,
}

/// Writes up to `count` of the sales of a finished database; how many a second.
pub(super) async fn measure(from: &Database, server: &str, count: u64) -> Result<f64> {
    let sales = gather(from, count).await?;
    let scratch = Scratch::make(server, "single").await?;
    let into = Database::open(&scratch.url).await?;
    // The readers' connections refuse to write.
    let connection = sea_orm::Database::connect(&scratch.url).await?;
    let written = u64::try_from(sales.len())?;
    let started = Instant::now();
    for sale in sales {
        let transaction = connection.begin().await?;
        write(&transaction, sale).await?;
        transaction.commit().await?;
    }
    let seconds = started.elapsed().as_secs_f64();
    connection.close().await?;
    into.connection().clone().close().await?;
    drop(into);
    scratch.remove().await?;
    Ok(if written == 0 { whole(0) } else { ratio(written, seconds) })
}

async fn gather(from: &Database, count: u64) -> Result<Vec<Sale>> {
    use sea_orm::QuerySelect;
    let source = from.connection();
    let kind = event_log::Column::EventType.eq("tribute.sale.completed");
    let events = event_log::Entity::find().filter(kind).limit(count).all(source).await?;
    let (mut sales, mut known) = (Vec::new(), BTreeSet::new());
    for event in events {
        let told: serde_json::Value = serde_json::from_str(&event.body)?;
        let order = told["data"]["order"].as_str().unwrap_or_default().to_owned();
        let key = (event.brand.clone(), order);
        // The workload tells some orders twice, in other words.
        if !known.insert(key.clone()) {
            continue;
        }
        let Some(sale) = sale::Entity::find_by_id(key).one(source).await? else { continue };
        let order = format!("order:{}", sale.order_id);
        let by_order =
            conversion::Column::Brand.eq(&sale.brand).and(conversion::Column::OrderId.eq(&sale.order_id));
        let by_source = earning::Column::Brand.eq(&sale.brand).and(earning::Column::Source.eq(&order));
        let moved = movement::Column::Brand.eq(&sale.brand).and(movement::Column::Source.eq(&order));
        let caused = ledger_transaction::Column::Brand
            .eq(&sale.brand)
            .and(ledger_transaction::Column::Cause.eq(&event.event_id));
        let transactions = ledger_transaction::Entity::find().filter(caused).all(source).await?;
        let mut entries = Vec::new();
        for transaction in &transactions {
            let of = ledger_entry::Column::Brand
                .eq(&transaction.brand)
                .and(ledger_entry::Column::Number.eq(transaction.number));
            entries.extend(ledger_entry::Entity::find().filter(of).all(source).await?);
        }
        sales.push(Sale {
            conversions: conversion::Entity::find().filter(by_order).all(source).await?,
            earnings: earning::Entity::find().filter(by_source).all(source).await?,
            movements: movement::Entity::find().filter(moved).all(source).await?,
            transactions,
            entries,
            event,
            sale,
        });
    }
    Ok(sales)
}

/// Looks whether the sale is known and who touched the shopper, then writes everything.
async fn write(to: &DatabaseTransaction, sale: Sale) -> Result<()> {
    let same = event_log::Column::EventId
        .eq(&sale.event.event_id)
        .and(event_log::Column::Brand.eq(&sale.event.brand));
    event_log::Entity::find().filter(same).one(to).await?;
    let subject =
        touch::Column::Brand.eq(&sale.sale.brand).and(touch::Column::Subject.eq(&sale.sale.order_id));
    touch::Entity::find().filter(subject).all(to).await?;
    event_log::Entity::insert(sale.event.into_active_model()).exec_without_returning(to).await?;
    sale::Entity::insert(sale.sale.into_active_model()).exec_without_returning(to).await?;
    for row in sale.conversions {
        conversion::Entity::insert(row.into_active_model()).exec_without_returning(to).await?;
    }
    for row in sale.earnings {
        earning::Entity::insert(row.into_active_model()).exec_without_returning(to).await?;
    }
    for row in sale.movements {
        movement::Entity::insert(row.into_active_model()).exec_without_returning(to).await?;
    }
    for row in sale.transactions {
        ledger_transaction::Entity::insert(row.into_active_model()).exec_without_returning(to).await?;
    }
    for row in sale.entries {
        add(to, &row).await?;
        ledger_entry::Entity::insert(row.into_active_model()).exec_without_returning(to).await?;
    }
    Ok(())
}

async fn add(to: &DatabaseTransaction, entry: &ledger_entry::Model) -> Result<()> {
    let key = (entry.brand.clone(), entry.account.clone(), entry.asset.clone());
    let amount = match balance::Entity::find_by_id(key).one(to).await? {
        Some(known) => known.amount.saturating_add(entry.amount),
        None => entry.amount,
    };
    let row = balance::Model {
        brand: entry.brand.clone(),
        account: entry.account.clone(),
        asset: entry.asset.clone(),
        amount,
    };
    let key = [balance::Column::Brand, balance::Column::Account, balance::Column::Asset];
    let conflict = OnConflict::columns(key).update_column(balance::Column::Amount).to_owned();
    balance::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(conflict)
        .exec_without_returning(to)
        .await?;
    Ok(())
}
