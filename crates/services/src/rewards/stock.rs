use tribute_events::{
    BrandId, Event, GrantId, Payload, PerkFulfilled, PerkOutcome, PerkStocked, ProgramId, Rejection,
    RejectionCode, RuleId, TokenSpent,
    outgoing::{Outgoing, RewardState},
};
use tribute_ledger::{
    Account, Holding, Value, Voucher,
    rewards::{cancel_perk, deliver_perk, spend_tokens, stock_perk},
};
use tribute_money::Asset;
use tribute_rewards::spend;
use tribute_store::entity::{balance, reward};

use super::{grants::keep, ration::serve};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// Takes stock, fulfilments and spending.
pub(crate) async fn take(step: &mut Step<'_>, event: &Event) -> Result<(), ServiceError> {
    match &event.payload {
        Payload::PerkStocked(what) => stocked(step, event, what).await,
        Payload::PerkFulfilled(what) => fulfilled(step, event, what).await,
        Payload::TokenSpent(what) => spent(step, event, what).await,
        _ => Ok(()),
    }
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
            return refuse(step, event, format!("{} units of {}: {why}", what.units, what.perk)).await;
        }
    }
    step.flush().await?;
    serve(step, &event.brand, &what.perk, Vec::new()).await
}

async fn fulfilled(step: &mut Step<'_>, event: &Event, what: &PerkFulfilled) -> Result<(), ServiceError> {
    let columns = [reward::Column::Brand, reward::Column::GrantId];
    let keys = [key([event.brand.as_str(), what.grant.as_str()])];
    let rows = step.transaction.find::<reward::Entity>(&columns, &keys).await?;
    let Some(row) = rows.into_iter().next() else {
        return refuse(
            step,
            event,
            format!("grant {} is not known; see `tribute report rewards`", what.grant),
        )
        .await;
    };
    let (status, name) = match what.outcome {
        PerkOutcome::Delivered => ("delivered", "tribute.reward.delivered"),
        PerkOutcome::Cancelled => ("cancelled", "tribute.reward.cancelled"),
    };
    if row.status == status {
        return Ok(());
    }
    if row.status != "reserved" {
        let reason = format!("grant {} is {}: only a reserved one can be {status}", row.grant_id, row.status);
        return refuse(step, event, reason).await;
    }
    let value = Value {
        asset: row.asset.parse().map_err(ServiceError::money(format!("grant {}", row.grant_id)))?,
        amount: row.units,
    };
    let on = own_voucher(step, event, &ProgramId::trusted(&row.program), &row.grant_id);
    let posted = if status == "delivered" { deliver_perk(&on, &value)? } else { cancel_perk(&on, &value)? };
    step.post(&event.brand, posted).await?;
    let done = reward::Model { status: status.to_owned(), ..row };
    keep(step, &done, name).await?;
    serve(step, &event.brand, &value.asset, Vec::new()).await
}

async fn spent(step: &mut Step<'_>, event: &Event, what: &TokenSpent) -> Result<(), ServiceError> {
    if what.token.is_badge() || what.token.is_perk() || what.token.is_currency() {
        return refuse(step, event, format!("{} is no token: only tokens can be spent", what.token)).await;
    }
    let wallet = Account::of(&what.ambassador, Holding::Wallet);
    // A wallet is what the brand owes: a credit, so its balance is negative.
    let held = balance_of(step, &event.brand, &wallet, &what.token).await?.saturating_neg();
    let whole = match spend(held, what.amount) {
        Ok(whole) => whole,
        Err(why) => {
            return refuse(step, event, format!("{} and {}: {why}", what.ambassador, what.token)).await;
        }
    };
    let on = own_voucher(step, event, &what.program, &what.reason);
    let value = Value { asset: what.token.clone(), amount: whole };
    step.post(&event.brand, spend_tokens(&on, &what.ambassador, &value)?).await?;
    let state = RewardState {
        grant: GrantId::trusted(event.id.as_str()),
        program: what.program.clone(),
        ambassador: what.ambassador.clone(),
        rule: RuleId::trusted("spent"),
        asset: what.token.clone(),
        units: whole.saturating_neg(),
        cause: event.id.clone(),
    };
    let key = what.ambassador.as_str();
    step.say(&event.brand, "tribute.reward.spent", event.time, key, Outgoing::Reward(state));
    Ok(())
}

/// What an event's own ledger transactions are booked on.
fn own_voucher(step: &Step<'_>, event: &Event, program: &ProgramId, memo: &str) -> Voucher {
    step.voucher(program.as_str(), event.time, &event.id, memo.to_owned())
}

async fn refuse(step: &mut Step<'_>, event: &Event, reason: String) -> Result<(), ServiceError> {
    step.refuse(event, &Rejection::new(RejectionCode::NotPossible, reason)).await
}
