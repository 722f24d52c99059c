//! Tokens are spent.

use tribute_events::{
    Event, GrantId, Payload, RuleId, Timestamp, TokenSpent,
    outgoing::{Outgoing, RewardState},
};
use tribute_ledger::{Account, Holding, Value, rewards::spend_tokens};
use tribute_rewards::{SpendRefused, spend};
use tribute_store::entity::{reward, waiting_event};

use super::{
    grants::live,
    stock::{balance_of, own_voucher},
    waiting,
};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// The kind of what waits.
const KIND: &str = "token.spent";

/// Takes a spend: at once where the wallet has as many tokens that have cleared. Where it has not, what brings them may
/// not have come yet: the next tick decides.
pub(super) async fn take(step: &mut Step<'_>, event: &Event, what: &TokenSpent) -> Result<(), ServiceError> {
    if what.token.is_badge() || what.token.is_perk() || what.token.is_currency() {
        let reason = format!("{} is no token: only tokens can be spent", what.token);
        return waiting::refuse(step, event, reason).await;
    }
    match may_spend(step, event, what).await? {
        Ok(whole) => book(step, event, what, whole).await,
        Err(SpendRefused::NotEnough { .. }) => {
            waiting::wait(step, event, KIND, what.ambassador.as_str()).await
        }
        Err(why) => {
            let reason = format!("{} and {}: {why}", what.ambassador, what.token);
            waiting::refuse(step, event, reason).await
        }
    }
}

/// Spends what waited, first come first served by its own time, and puts aside what the wallet does not have.
pub(super) async fn spend_waiting(step: &mut Step<'_>, instant: Timestamp) -> Result<(), ServiceError> {
    let condition = "kind = 'token.spent' AND at <= $1";
    let rows =
        step.transaction.select::<waiting_event::Entity>(condition, vec![instant.millis().into()]).await?;
    for event in waiting::read(step, rows).await? {
        let Payload::TokenSpent(what) = &event.payload else { continue };
        waiting::done(step, &event).await?;
        match may_spend(step, &event, what).await? {
            Ok(whole) => book(step, &event, what, whole).await?,
            Err(why) => {
                let locked = locked(step, &event, what).await?;
                let besides = if locked > 0 {
                    format!("; {locked} more have not cleared, or are held by a finding")
                } else {
                    String::new()
                };
                let reason = format!("{} and {}: {why}{besides}", what.ambassador, what.token);
                waiting::refuse(step, &event, reason).await?;
            }
        }
        step.flush().await?;
    }
    Ok(())
}

async fn may_spend(
    step: &mut Step<'_>,
    event: &Event,
    what: &TokenSpent,
) -> Result<Result<i64, SpendRefused>, ServiceError> {
    let wallet = Account::of(&what.ambassador, Holding::Wallet);
    // A wallet is what the brand owes: a credit, so its balance is negative.
    let held = balance_of(step, &event.brand, &wallet, &what.token).await?.saturating_neg();
    let cleared = held.saturating_sub(locked(step, event, what).await?);
    Ok(spend(cleared, what.amount))
}

/// The tokens in a wallet that have not cleared, or that a finding holds.
async fn locked(step: &mut Step<'_>, event: &Event, what: &TokenSpent) -> Result<i64, ServiceError> {
    let condition = "brand = $1 AND ambassador = $2 AND asset = $3 AND status = 'granted' AND grant_id IN \
        (SELECT grant_id FROM reward_lock WHERE reward_lock.brand = reward.brand)";
    let values = key([event.brand.as_str(), what.ambassador.as_str(), what.token.as_str()]);
    let rows = step.transaction.select::<reward::Entity>(condition, values).await?;
    Ok(rows.iter().map(live).fold(0, i64::saturating_add))
}

async fn book(step: &mut Step<'_>, event: &Event, what: &TokenSpent, whole: i64) -> Result<(), ServiceError> {
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
        fair_value: None,
        fair_value_currency: None,
        reason: Some(what.reason.clone()),
        cause: event.id.clone(),
    };
    let key = what.ambassador.as_str();
    step.say(&event.brand, "tribute.reward.spent", event.time, key, Outgoing::Reward(state));
    Ok(())
}
