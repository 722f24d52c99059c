use serde::{Deserialize, Serialize};
use tribute_events::{
    AmbassadorId, BrandId, PayoutId, PayoutMethod, ProgramId, Timestamp,
    outgoing::{Outgoing, PayoutState},
};
use tribute_ledger::{
    Value,
    payouts::{Means, PayoutValue},
};
use tribute_money::{Asset, format_minor};
use tribute_payouts::{PayoutStatus, matching::PayoutReferences};
use tribute_store::entity::payout;

use crate::{ServiceError, step::Step};

/// One line of a payout's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) status: String,
    pub(super) cause: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    /// The rail of a file for the bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rail: Option<String>,
    /// What the bank will call it, once it is exported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) references: Option<PayoutReferences>,
}

/// Adds a line to a payout's history.
pub(super) fn remember(row: &mut payout::Model, entry: Entry) -> Result<(), ServiceError> {
    let mut history = history_of(row)?;
    row.status.clone_from(&entry.status);
    history.push(entry);
    row.history =
        serde_json::to_string(&history).map_err(ServiceError::stored("payout", row.payout.as_str()))?;
    Ok(())
}

/// Whether a payout has had a status at any time.
pub(crate) fn has_been(row: &payout::Model, status: PayoutStatus) -> Result<bool, ServiceError> {
    let history: Vec<Entry> =
        serde_json::from_str(&row.history).map_err(ServiceError::stored("payout", row.payout.as_str()))?;
    Ok(history.iter().any(|line| line.status == status.as_str()))
}

/// Both sides of a payout, as the ledger wants them.
pub(crate) fn value_of(row: &payout::Model) -> Result<PayoutValue, ServiceError> {
    let value = |asset: &str, amount: i64| {
        let asset = asset.parse().map_err(ServiceError::money(format!("payout {}", row.payout)))?;
        Ok::<_, ServiceError>(Value { asset, amount })
    };
    let taken = value(&row.balance_asset, row.balance)?;
    let paid = match (&row.asset, row.amount) {
        (Some(asset), Some(amount)) => value(asset, amount)?,
        _ => taken.clone(),
    };
    let ambassador = AmbassadorId::trusted(&row.ambassador);
    let means = match method_of(row)? {
        Some(PayoutMethod::StoreCredit) => Means::StoreCredit,
        Some(PayoutMethod::GiftCard) => Means::GiftCard,
        _ => Means::Cash,
    };
    Ok(PayoutValue { ambassador, taken, paid, withheld: row.withheld.unwrap_or_default(), means })
}

/// How a payout is paid; `None` where its export decides.
pub(super) fn method_of(row: &payout::Model) -> Result<Option<PayoutMethod>, ServiceError> {
    let unknown = |source| ServiceError::Status { payout: PayoutId::trusted(&row.payout), source };
    row.method.as_deref().map(str::parse).transpose().map_err(unknown)
}

/// A payout's history, oldest first.
pub(super) fn history_of(row: &payout::Model) -> Result<Vec<Entry>, ServiceError> {
    serde_json::from_str(&row.history).map_err(ServiceError::stored("payout", row.payout.as_str()))
}

/// Says where a payout stands.
pub(super) fn say(step: &mut Step<'_>, row: &payout::Model, at: Timestamp) -> Result<(), ServiceError> {
    let money = |amount: i64, asset: &str| {
        let place = || ServiceError::money(format!("payout {}", row.payout));
        let asset: Asset = asset.parse().map_err(place())?;
        let text = format_minor(amount, &asset).map_err(place())?;
        Ok::<_, ServiceError>((text, asset))
    };
    let (balance, balance_currency) = money(row.balance, &row.balance_asset)?;
    let paid = match (&row.asset, row.amount) {
        (Some(asset), Some(amount)) => Some(money(amount, asset)?),
        _ => None,
    };
    let (amount, currency) = paid.unzip();
    let state = PayoutState {
        payout: PayoutId::trusted(&row.payout),
        program: ProgramId::trusted(&row.program),
        ambassador: AmbassadorId::trusted(&row.ambassador),
        run_at: Timestamp::from_millis(row.run_at),
        balance,
        balance_currency,
        amount,
        currency,
        withheld: row.withheld.map(|kept| money(kept, &row.balance_asset)).transpose()?.map(|(text, _)| text),
        method: method_of(row)?,
        reason: row.reason.clone(),
    };
    let brand = BrandId::trusted(&row.brand);
    step.say(&brand, event_type(&row.status), at, &row.ambassador, Outgoing::Payout(state));
    Ok(())
}

fn event_type(status: &str) -> &'static str {
    match status {
        "approved" => "tribute.payout.approved",
        "exported" => "tribute.payout.exported",
        "sent" => "tribute.payout.sent",
        "settled" => "tribute.payout.settled",
        "failed" => "tribute.payout.failed",
        "returned" => "tribute.payout.returned",
        "unclaimed" => "tribute.payout.unclaimed",
        "cancelled" => "tribute.payout.cancelled",
        "carried" => "tribute.payout.carried",
        "held" => "tribute.payout.held",
        _ => "tribute.payout.proposed",
    }
}
