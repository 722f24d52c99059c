use serde::{Deserialize, Serialize};
use tribute_events::{
    ClaimAccepted, ClaimEvidenced, ClaimId, ClaimOpened, ClaimRefused, ClaimRemedy, Event, Rejection,
    Timestamp,
};
use tribute_store::entity::claim;

use super::{Outcome, not_possible};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// One line of a claim's history.
#[derive(Serialize, Deserialize)]
struct Line {
    at: Timestamp,
    what: String,
    by: String,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<String>,
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
        Line { at: event.time, what: "opened".into(), by, text: what.reason.clone(), event: None },
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
    let line = Line {
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
    if claimant.is_some_and(|claimant| claimant.eq_ignore_ascii_case(what.by.trim())) {
        let reason = format!("claim {} is {}'s own: somebody else has to accept it", what.claim, what.by);
        return Ok(Err(not_possible(reason)));
    }
    let remedy = match what.remedy {
        ClaimRemedy::Override => "by an override",
        ClaimRemedy::Sale => "by the sale itself",
    };
    let line = Line {
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
    let line = Line {
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
    line: Line,
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

fn add(row: &mut claim::Model, line: Line) -> Result<(), ServiceError> {
    let id = row.claim.clone();
    let mut history: Vec<Line> =
        serde_json::from_str(&row.history).map_err(ServiceError::stored("claim", id.clone()))?;
    history.push(line);
    row.history = serde_json::to_string(&history).map_err(ServiceError::stored("claim", id))?;
    Ok(())
}
