//! The brands' journals: numbers, hash chains, entries and balances of what a batch posts.

use std::collections::BTreeMap;

use sea_orm::Value;
use tribute_events::{BrandId, Timestamp};
use tribute_ledger::{Account, Chain, Head, Transaction as Posted};
use tribute_money::Asset;
use tribute_store::{
    Transaction,
    entity::{balance, journal_head, ledger_entry, ledger_transaction, period},
};

use crate::ServiceError;

/// What a batch posts, until it is flushed.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    chains: BTreeMap<BrandId, Chain>,
    open_from: BTreeMap<BrandId, Timestamp>,
    transactions: Vec<ledger_transaction::Model>,
    entries: Vec<ledger_entry::Model>,
    balances: BTreeMap<(String, String, String), i64>,
}

impl Journal {
    /// Posts a transaction. One that would take effect in a closed period is booked on the first open instant.
    pub(crate) async fn post(
        &mut self,
        transaction: &mut Transaction,
        brand: &BrandId,
        posted: Posted,
    ) -> Result<(), ServiceError> {
        if !self.chains.contains_key(brand) {
            self.chains.insert(brand.clone(), read_chain(transaction, brand).await?);
        }
        let posted = posted.not_before(self.open_from(transaction, brand).await?);
        let chain = self.chains.entry(brand.clone()).or_insert_with(|| Chain::genesis(brand));
        let head = chain.append(&posted)?;
        let number = i64::try_from(head.number).unwrap_or(i64::MAX);
        let asset = posted.asset().to_string();
        for (line, entry) in (1_i64..).zip(posted.entries()) {
            self.add_to_balance(brand, entry.account.as_str(), &asset, entry.amount)?;
            self.entries.push(ledger_entry::Model {
                brand: brand.to_string(),
                number,
                line,
                account: entry.account.as_str().to_owned(),
                asset: asset.clone(),
                amount: entry.amount,
            });
        }
        self.transactions.push(ledger_transaction::Model {
            brand: brand.to_string(),
            number,
            recipe: posted.recipe().as_str().to_owned(),
            program: posted.program().to_string(),
            asset,
            effective_at: posted.effective_at().millis(),
            recorded_at: posted.recorded_at().millis(),
            cause: posted.cause().to_string(),
            memo: posted.memo().to_owned(),
            hash: head.hash.to_vec(),
            happened_at: posted.happened_at().map(Timestamp::millis),
        });
        Ok(())
    }

    /// What an account holds, with what this batch has posted so far: debits are positive.
    pub(crate) async fn balance(
        &self,
        transaction: &mut Transaction,
        brand: &BrandId,
        account: &Account,
        asset: &Asset,
    ) -> Result<i64, ServiceError> {
        let columns = [balance::Column::Brand, balance::Column::Account, balance::Column::Asset];
        let key = (brand.to_string(), account.as_str().to_owned(), asset.to_string());
        let stored = transaction
            .find::<balance::Entity>(&columns, &[crate::step::key([&key.0, &key.1, &key.2])])
            .await?;
        let stored = stored.first().map_or(0, |row| row.amount);
        let posted = self.balances.get(&key).copied().unwrap_or_default();
        let overflow = || ServiceError::overflow(format!("account {account} of brand {brand}"));
        stored.checked_add(posted).ok_or_else(overflow)
    }

    /// From when on a brand's books are open.
    pub(crate) async fn open_from(
        &mut self,
        transaction: &mut Transaction,
        brand: &BrandId,
    ) -> Result<Timestamp, ServiceError> {
        if let Some(open_from) = self.open_from.get(brand) {
            return Ok(*open_from);
        }
        let closed = transaction
            .find::<period::Entity>(&[period::Column::Brand], &[vec![Value::from(brand.as_str())]])
            .await?;
        let latest = closed.iter().map(|row| row.open_from).max();
        let open_from = latest.map_or(Timestamp::MIN, Timestamp::from_millis);
        self.open_from.insert(brand.clone(), open_from);
        Ok(open_from)
    }

    /// A brand's books are open from here on.
    pub(crate) fn close(&mut self, brand: &BrandId, open_from: Timestamp) {
        self.open_from.insert(brand.clone(), open_from);
    }

    fn add_to_balance(
        &mut self,
        brand: &BrandId,
        account: &str,
        asset: &str,
        amount: i64,
    ) -> Result<(), ServiceError> {
        let key = (brand.to_string(), account.to_owned(), asset.to_owned());
        let sum = self.balances.entry(key).or_default();
        let overflow = || ServiceError::overflow(format!("account {account} of brand {brand}"));
        *sum = sum.checked_add(amount).ok_or_else(overflow)?;
        Ok(())
    }

    pub(crate) async fn flush(&mut self, transaction: &mut Transaction) -> Result<(), ServiceError> {
        transaction.insert::<ledger_transaction::Entity>(&std::mem::take(&mut self.transactions)).await?;
        transaction.insert::<ledger_entry::Entity>(&std::mem::take(&mut self.entries)).await?;
        let row = |((brand, account, asset), amount)| balance::Model { brand, account, asset, amount };
        let deltas: Vec<_> = std::mem::take(&mut self.balances).into_iter().map(row).collect();
        transaction.add_to_balances(&deltas).await?;
        let head = |(brand, chain): (&BrandId, &Chain)| journal_head::Model {
            brand: brand.to_string(),
            number: i64::try_from(chain.head().number).unwrap_or(i64::MAX),
            hash: chain.head().hash.to_vec(),
        };
        let heads: Vec<_> = self.chains.iter().map(head).collect();
        Ok(transaction.upsert::<journal_head::Entity>(&heads).await?)
    }
}

async fn read_chain(transaction: &mut Transaction, brand: &BrandId) -> Result<Chain, ServiceError> {
    let key = vec![Value::from(brand.as_str())];
    let rows = transaction.find::<journal_head::Entity>(&[journal_head::Column::Brand], &[key]).await?;
    let Some(row) = rows.first() else { return Ok(Chain::genesis(brand)) };
    let mut hash = [0; 32];
    hash.iter_mut().zip(&row.hash).for_each(|(to, from)| *to = *from);
    Ok(Chain::resume(Head { number: row.number.unsigned_abs(), hash }))
}
