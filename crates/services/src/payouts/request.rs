use tribute_events::{Event, PayoutRunRequested, Rejection, RejectionCode, Timestamp};
use tribute_store::entity::payout;

use super::run;
use crate::{ServiceError, step::Step};

/// Makes a run that a person asks for. A run is its program and its cut-off: one that was made says nothing new.
pub(crate) async fn request(
    step: &mut Step<'_>,
    event: &Event,
    what: &PayoutRunRequested,
) -> Result<(), ServiceError> {
    let (brand, PayoutRunRequested { program, cut_off, by }) = (&event.brand, what);
    let last = last_run(step, event, what).await?;
    if last == Some(*cut_off) {
        return Ok(());
    }
    match objection(step, event, what, last) {
        None => run::pay(step, event, brand, program, (*cut_off, Some(by))).await,
        Some(why) => {
            let reason = format!("the run of program {program} up to {cut_off} is not made: {why}");
            step.refuse(event, &Rejection::new(RejectionCode::NotPossible, reason)).await
        }
    }
}

/// The cut-off of the last run that found anything, where it is this one or a later one.
async fn last_run(
    step: &mut Step<'_>,
    event: &Event,
    what: &PayoutRunRequested,
) -> Result<Option<Timestamp>, ServiceError> {
    let condition = "brand = $1 AND program = $2 AND run_at >= $3 ORDER BY run_at DESC LIMIT 1";
    let values =
        vec![event.brand.as_str().into(), what.program.as_str().into(), what.cut_off.millis().into()];
    let rows = step.transaction.select::<payout::Entity>(condition, values).await?;
    Ok(rows.first().map(|row| Timestamp::from_millis(row.run_at)))
}

fn objection(
    step: &Step<'_>,
    event: &Event,
    what: &PayoutRunRequested,
    last: Option<Timestamp>,
) -> Option<String> {
    let PayoutRunRequested { program, cut_off, by } = what;
    if by.trim().is_empty() {
        return Some("nobody is named who asks for it".to_owned());
    }
    let known = step.registry.program(&event.brand, program);
    if known.and_then(|known| known.terms_at(*cut_off)).is_none() {
        return Some("the program has no terms then; see `tribute program apply`".to_owned());
    }
    if *cut_off > step.clock {
        let stands = step.clock;
        return Some(format!(
            "the clock stands at {stands}, and what clears later is not known; move it there, and ask again"
        ));
    }
    last.map(|last| format!("a run up to {last} was made already; ask for one with a later cut-off"))
}
