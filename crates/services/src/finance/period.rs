use tribute_events::{Event, PeriodClosed, Timestamp};
use tribute_store::entity::{journal_head, period};

use super::{Outcome, not_possible};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// Closes a month, and with it everything before: nothing is booked into it from here on.
pub(super) async fn close(
    step: &mut Step<'_>,
    event: &Event,
    what: &PeriodClosed,
) -> Result<Outcome, ServiceError> {
    let (brand, month) = (&event.brand, what.month);
    let keys = [key([brand.as_str()])];
    let closed = step.transaction.find::<period::Entity>(&[period::Column::Brand], &keys).await?;
    if closed.iter().any(|row| row.month == month.to_string()) {
        return Ok(Ok(()));
    }
    if let Some(later) = closed.iter().find(|row| row.open_from >= month.to.millis()) {
        let reason = format!("{month} was closed together with {}; nothing is to be done", later.month);
        return Ok(Err(not_possible(reason)));
    }
    if step.clock < month.to {
        let reason = format!(
            "{month} is not over: the clock has not come to {}; advance it with `tribute clock advance`, then close",
            month.to
        );
        return Ok(Err(not_possible(reason)));
    }
    step.flush().await?;
    let head = step.transaction.find::<journal_head::Entity>(&[journal_head::Column::Brand], &keys).await?;
    let Some(head) = head.into_iter().next() else {
        let reason = format!("brand {brand} has no entries in its ledger: there is nothing to close");
        return Ok(Err(not_possible(reason)));
    };
    let row = period::Model {
        brand: brand.to_string(),
        month: month.to_string(),
        open_from: month.to.millis(),
        closed_at: event.time.millis(),
        closed_by: what.by.clone(),
        number: head.number,
        hash: head.hash,
    };
    step.transaction.insert::<period::Entity>(&[row]).await?;
    step.journal.close(brand, Timestamp::from_millis(month.to.millis()));
    Ok(Ok(()))
}
