//! What comes into the stock, and what goes out of wallets and stock.

use tribute_events::{BrandId, Event, Payload, PerkStocked, ProgramId};
use tribute_ledger::{Account, Value, Voucher, rewards::stock_perk};
use tribute_money::Asset;
use tribute_store::entity::balance;

use super::{fulfilment, ration::serve, spending, waiting};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// Takes stock, fulfilments and spending.
pub(crate) async fn take(step: &mut Step<'_>, event: &Event) -> Result<(), ServiceError> {
    match &event.payload {
        Payload::PerkStocked(what) => stocked(step, event, what).await?,
        Payload::PerkFulfilled(what) => fulfilment::take(step, event, what).await?,
        Payload::TokenSpent(what) => spending::take(step, event, what).await?,
        _ => {}
    }
    fulfilment::take_changed(step).await
}

pub(super) async fn balance_of(
    step: &mut Step<'_>,
    brand: &BrandId,
    account: &Account,
    asset: &Asset,
) -> Result<i64, ServiceError> {
    let columns = [balance::Column::Brand, balance::Column::Account, balance::Column::Asset];
    let keys = [key([brand.as_str(), account.as_str(), asset.as_str()])];
    let rows = step.transaction.find::<balance::Entity>(&columns, &keys).await?;
    Ok(rows.first().map_or(0, |row| row.amount))
}

async fn stocked(step: &mut Step<'_>, event: &Event, what: &PerkStocked) -> Result<(), ServiceError> {
    let value = Value { asset: what.perk.clone(), amount: i64::from(what.units) };
    match stock_perk(&own_voucher(step, event, &what.program, "stock"), &value) {
        Ok(posted) => step.post(&event.brand, posted).await?,
        Err(why) => {
            return waiting::refuse(step, event, format!("{} units of {}: {why}", what.units, what.perk))
                .await;
        }
    }
    step.flush().await?;
    serve(step, &event.brand, &what.perk, Vec::new()).await
}

/// What an event's own ledger transactions are booked on.
pub(super) fn own_voucher(step: &Step<'_>, event: &Event, program: &ProgramId, memo: &str) -> Voucher {
    step.voucher(program.as_str(), event.time, &event.id, memo.to_owned())
}
