use serde::{Deserialize, Serialize};
use tribute_events::{
    AmbassadorId, ClaimAccepted, ClaimEvidenced, ClaimId, ClaimOpened, ClaimRefused, ClaimRemedy,
    ConversionOverridden, Event, EventId, OrderId, OverrideShare, ProgramId, Rejection, Timestamp,
};
use tribute_payouts::same_name;
use tribute_store::entity::claim;

use super::{Outcome, not_possible};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// One line of a claim's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimLine {
    /// When it happened.
    pub at: Timestamp,
    /// `opened`, `evidence`, `accepted` or `refused`.
    pub what: String,
    /// Who said it.
    pub by: String,
    /// What was said.
    pub text: String,
    /// Of an accepted claim: the id of the event by which it takes effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// Why a claim cannot be accepted in this way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRemedy {
    /// The order has to come in first.
    #[error("order {0} is not known: say which sale event will bring it in, then send that one")]
    UnknownOrder(String),
    /// The order is there, and an override says whose it is.
    #[error("order {0} is known: accept the claim without a sale event, by an override")]
    KnownOrder(String),
}

/// What was said of a claim, in its order.
///
/// # Errors
/// Where what is stored cannot be read.
pub fn claim_history(row: &claim::Model) -> Result<Vec<ClaimLine>, ServiceError> {
    serde_json::from_str(&row.history).map_err(ServiceError::stored("claim", row.claim.as_str()))
}

/// By what a claim takes effect that is accepted, and the id of the event by which it does: an override where the order is
/// known, else the `sale` that will bring it in.
///
/// # Errors
/// Where a sale is named for an order that is known, or none for one that is not.
pub fn claim_remedy(
    row: &claim::Model,
    is_known: bool,
    sale: Option<EventId>,
) -> Result<(ClaimRemedy, EventId), NoRemedy> {
    match (sale, is_known) {
        (None, true) => Ok((ClaimRemedy::Override, EventId::trusted(&format!("{}/override", row.claim)))),
        (Some(sale), false) => Ok((ClaimRemedy::Sale, sale)),
        (None, false) => Err(NoRemedy::UnknownOrder(row.order_id.clone())),
        (Some(_), true) => Err(NoRemedy::KnownOrder(row.order_id.clone())),
    }
}

/// The override by which a claim takes effect: the whole order is theirs.
#[must_use]
pub fn claim_override(row: &claim::Model, by: &str) -> ConversionOverridden {
    ConversionOverridden {
        program: ProgramId::trusted(&row.program),
        order: OrderId::trusted(&row.order_id),
        shares: vec![OverrideShare { ambassador: AmbassadorId::trusted(&row.ambassador), weight: 1 }],
        by: by.to_owned(),
        reason: format!("claim {}", row.claim),
    }
}

/// Opens a case. It moves nothing: credit moves by an override or by the sale itself.
pub(super) async fn open(
    step: &mut Step<'_>,
    event: &Event,
    what: &ClaimOpened,
) -> Result<Outcome, ServiceError> {
    if find(step, event, &what.claim).await?.is_some() {
        let reason = format!("claim {} is known already; bring evidence to it, or open another", what.claim);
        return Ok(Err(not_possible(reason)));
    }
    let known = step.registry.program(&event.brand, &what.program);
    if known.and_then(|program| program.ambassador(&what.ambassador)).is_none() {
        let reason = format!("nobody of program {} is called {}", what.program, what.ambassador);
        return Ok(Err(not_possible(reason)));
    }
    let mut row = claim::Model {
        brand: event.brand.to_string(),
        claim: what.claim.to_string(),
        program: what.program.to_string(),
        ambassador: what.ambassador.to_string(),
        order_id: what.order.to_string(),
        opened_at: event.time.millis(),
        status: "open".to_owned(),
        history: "[]".to_owned(),
    };
    let by = what.ambassador.to_string();
    add(
        &mut row,
        ClaimLine { at: event.time, what: "opened".into(), by, text: what.reason.clone(), event: None },
    )?;
    step.transaction.insert::<claim::Entity>(&[row]).await?;
    Ok(Ok(()))
}

/// Adds what speaks for or against it.
pub(super) async fn evidence(
    step: &mut Step<'_>,
    event: &Event,
    what: &ClaimEvidenced,
) -> Result<Outcome, ServiceError> {
    let line = ClaimLine {
        at: event.time,
        what: "evidence".to_owned(),
        by: what.by.clone(),
        text: what.evidence.clone(),
        event: None,
    };
    go_on(step, event, &what.claim, "open", line).await
}

/// It is right: the event that is named brings it about.
pub(super) async fn accept(
    step: &mut Step<'_>,
    event: &Event,
    what: &ClaimAccepted,
) -> Result<Outcome, ServiceError> {
    let claimant = find(step, event, &what.claim).await?.map(|row| row.ambassador);
    if claimant.is_some_and(|claimant| same_name(&claimant, &what.by)) {
        let reason = format!("claim {} is {}'s own: somebody else has to accept it", what.claim, what.by);
        return Ok(Err(not_possible(reason)));
    }
    let remedy = match what.remedy {
        ClaimRemedy::Override => "by an override",
        ClaimRemedy::Sale => "by the sale itself",
    };
    let line = ClaimLine {
        at: event.time,
        what: "accepted".to_owned(),
        by: what.by.clone(),
        text: remedy.to_owned(),
        event: Some(what.event.to_string()),
    };
    go_on(step, event, &what.claim, "accepted", line).await
}

/// It is not right, and the reason stands.
pub(super) async fn refuse(
    step: &mut Step<'_>,
    event: &Event,
    what: &ClaimRefused,
) -> Result<Outcome, ServiceError> {
    let line = ClaimLine {
        at: event.time,
        what: "refused".to_owned(),
        by: what.by.clone(),
        text: what.reason.clone(),
        event: None,
    };
    go_on(step, event, &what.claim, "refused", line).await
}

/// A claim goes on while it is open; the same decision again says nothing new.
async fn go_on(
    step: &mut Step<'_>,
    event: &Event,
    id: &ClaimId,
    status: &str,
    line: ClaimLine,
) -> Result<Outcome, ServiceError> {
    let Some(mut row) = find(step, event, id).await? else {
        return Ok(Err(not_possible(format!("claim {id} is not known; see `tribute claim list`"))));
    };
    if row.status != "open" {
        return Ok(decided(&row, status));
    }
    add(&mut row, line)?;
    row.status = status.to_owned();
    step.transaction.upsert::<claim::Entity>(&[row]).await?;
    Ok(Ok(()))
}

fn decided(row: &claim::Model, status: &str) -> Result<(), Rejection> {
    if row.status == status {
        return Ok(());
    }
    let reason = format!("claim {} was {} before, which stands; open another one", row.claim, row.status);
    Err(not_possible(reason))
}

async fn find(
    step: &mut Step<'_>,
    event: &Event,
    id: &ClaimId,
) -> Result<Option<claim::Model>, ServiceError> {
    let columns = [claim::Column::Brand, claim::Column::Claim];
    let keys = [key([event.brand.as_str(), id.as_str()])];
    Ok(step.transaction.find::<claim::Entity>(&columns, &keys).await?.into_iter().next())
}

fn add(row: &mut claim::Model, line: ClaimLine) -> Result<(), ServiceError> {
    let mut history = claim_history(row)?;
    history.push(line);
    let written = serde_json::to_string(&history);
    row.history = written.map_err(ServiceError::stored("claim", row.claim.as_str()))?;
    Ok(())
}
