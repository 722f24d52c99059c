use tribute_events::{
    BrandId, Event, GrantId, Payload, PerkFulfilled, PerkOutcome, PerkStocked, ProgramId, Rejection,
    RejectionCode, RuleId, Timestamp, TokenSpent,
    outgoing::{Outgoing, RewardState},
};
use tribute_ledger::{
    Account, Holding, Value, Voucher,
    rewards::{cancel_perk, deliver_perk, reserve_perk, revoke_perk, spend_tokens, stock_perk},
};
use tribute_money::Asset;
use tribute_rewards::{PerkClaim, reserve, spend};
use tribute_store::entity::{balance, reward};

use super::grants::{keep, voucher};
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

async fn balance_of(
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

/// Reserves units for the grants of a perk that are still open, in the order in which they were won: what is told
/// late may overtake a reservation as long as nothing was handed over, so that who has a unit depends on the grants
/// and not on when they became known. `fresh` are grants that are not written yet.
pub(super) async fn serve(
    step: &mut Step<'_>,
    brand: &BrandId,
    perk: &Asset,
    fresh: Vec<reward::Model>,
) -> Result<(), ServiceError> {
    let condition = "brand = $1 AND asset = $2 AND status IN ('waiting', 'reserved')";
    let values = key([brand.as_str(), perk.as_str()]);
    let open = step.transaction.select::<reward::Entity>(condition, values).await?;
    let claim = |row: &reward::Model| PerkClaim {
        grant: GrantId::trusted(&row.grant_id),
        effective_at: Timestamp::from_millis(row.effective_at),
        units: u32::try_from(row.units).unwrap_or(u32::MAX),
    };
    let claims: Vec<_> = open.iter().chain(&fresh).map(claim).collect();
    let taken = open.iter().filter(|row| row.status == "reserved").map(|row| row.units);
    let stock = balance_of(step, brand, &Account::PERK_STOCK, perk).await?;
    let found = reserve(taken.fold(stock, i64::saturating_add), &claims);
    let has = |row: &reward::Model| found.reserved.iter().any(|grant| grant.as_str() == row.grant_id);
    // Units are given back before they are given out.
    for row in open.iter().filter(|row| row.status == "reserved" && !has(row)) {
        turn(step, brand, perk, row, Turn::GivenBack).await?;
    }
    let fresh_ones = fresh.iter().map(|row| (row, true));
    for (row, is_new) in
        open.iter().filter(|row| row.status == "waiting").map(|row| (row, false)).chain(fresh_ones)
    {
        if has(row) {
            turn(step, brand, perk, row, Turn::GivenOut).await?;
        } else if is_new {
            keep(step, row, "tribute.reward.waiting").await?;
        }
    }
    Ok(())
}

/// What may become of a grant's unit.
enum Turn {
    GivenOut,
    GivenBack,
}

async fn turn(
    step: &mut Step<'_>,
    brand: &BrandId,
    perk: &Asset,
    row: &reward::Model,
    turn: Turn,
) -> Result<(), ServiceError> {
    let voucher = voucher(step, row, Timestamp::from_millis(row.effective_at));
    let value = Value { asset: perk.clone(), amount: row.units };
    let (posted, status, name) = match turn {
        Turn::GivenOut => (reserve_perk(&voucher, &value)?, "reserved", "tribute.reward.granted"),
        Turn::GivenBack => (revoke_perk(&voucher, &value)?, "waiting", "tribute.reward.waiting"),
    };
    step.post(brand, posted).await?;
    keep(step, &reward::Model { status: status.to_owned(), ..row.clone() }, name).await
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
