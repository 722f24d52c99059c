use std::collections::BTreeMap;

use tribute_events::{Event, FindingDecided, FindingDecision, Rejection, RejectionCode};
use tribute_store::entity::{finding, held_earning};

use super::{
    GRANT,
    record::{RELEASED, say},
};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// A person decides on a finding. What a released one alone has held clears with the next tick of the clock.
pub(crate) async fn decide(
    step: &mut Step<'_>,
    event: &Event,
    what: &FindingDecided,
) -> Result<(), ServiceError> {
    let (brand, program) = (event.brand.as_str(), what.program.as_str());
    let columns = [finding::Column::Brand, finding::Column::Program];
    let all = step.transaction.find::<finding::Entity>(&columns, &[key([brand, program])]).await?;
    let status = match what.decision {
        FindingDecision::Released => RELEASED,
        FindingDecision::Confirmed => "confirmed",
    };
    let Some(row) = all.iter().find(|row| row.finding == what.finding.as_str()) else {
        let reason = format!("finding {} is not known; see `tribute report fraud`", what.finding);
        return step.refuse(event, &Rejection::new(RejectionCode::NotPossible, reason)).await;
    };
    if row.status == status {
        return Ok(());
    }
    if row.status == RELEASED {
        let reason = format!(
            "finding {} was released, and what it held is gone; a verdict on the ambassador (`tribute ambassador judge`) takes \
             credit away",
            what.finding
        );
        return step.refuse(event, &Rejection::new(RejectionCode::NotPossible, reason)).await;
    }
    let decided = finding::Model {
        status: status.to_owned(),
        decided_at: Some(event.time.millis()),
        decided_by: Some(what.by.clone()),
        reason: Some(what.reason.clone()),
        ..row.clone()
    };
    let name = match what.decision {
        FindingDecision::Released => "tribute.finding.released",
        FindingDecision::Confirmed => "tribute.finding.confirmed",
    };
    say(step, event, &decided, name, event.time)?;
    step.transaction.upsert::<finding::Entity>(std::slice::from_ref(&decided)).await?;
    let closed: BTreeMap<_, _> = all
        .iter()
        .map(|row| (row.finding.as_str(), row.status != RELEASED && row.finding != decided.finding))
        .collect();
    if what.decision == FindingDecision::Released {
        open(step, event, &decided, &closed).await
    } else {
        Ok(())
    }
}

/// Lets go what no other finding holds. It is payable from the decision on.
async fn open(
    step: &mut Step<'_>,
    event: &Event,
    released: &finding::Model,
    closed: &BTreeMap<&str, bool>,
) -> Result<(), ServiceError> {
    let key_of = |last: &str| key([released.brand.as_str(), released.program.as_str(), last]);
    let columns = [held_earning::Column::Brand, held_earning::Column::Program, held_earning::Column::Finding];
    let held = step.transaction.find::<held_earning::Entity>(&columns, &[key_of(&released.finding)]).await?;
    let keys: Vec<_> = held.iter().map(|row| key_of(&row.source)).collect();
    let columns = [held_earning::Column::Brand, held_earning::Column::Program, held_earning::Column::Source];
    let all = step.transaction.find::<held_earning::Entity>(&columns, &keys).await?;
    for row in held {
        let same = |other: &&held_earning::Model| {
            (&other.source, &other.ambassador) == (&row.source, &row.ambassador)
        };
        let is_closed =
            |other: &held_earning::Model| closed.get(other.finding.as_str()).copied().unwrap_or(false);
        if all.iter().filter(same).any(is_closed) {
            continue;
        }
        if let Some(grant) = row.source.strip_prefix(GRANT) {
            open_grant(step, event, grant).await?;
            continue;
        }
        let sql = "UPDATE movement SET held = NULL, \
                available_at = CASE WHEN available_at < $1 THEN $1 ELSE available_at END \
            WHERE brand = $2 AND program = $3 AND source = $4 AND ambassador = $5 AND NOT cleared \
                AND held IS NOT NULL";
        let values = vec![
            event.time.millis().into(),
            row.brand.as_str().into(),
            row.program.as_str().into(),
            row.source.as_str().into(),
            row.ambassador.as_str().into(),
        ];
        step.transaction.execute(sql, values).await?;
    }
    Ok(())
}

/// A grant clears with the next tick after the decision.
async fn open_grant(step: &mut Step<'_>, event: &Event, grant: &str) -> Result<(), ServiceError> {
    let sql = "UPDATE reward_lock SET held = NULL, locks_at = CASE WHEN locks_at < $1 THEN $1 ELSE locks_at END \
        WHERE brand = $2 AND grant_id = $3 AND held IS NOT NULL";
    let values = vec![event.time.millis().into(), event.brand.as_str().into(), grant.into()];
    step.transaction.execute(sql, values).await?;
    Ok(())
}
