//! Causes: nothing is booked without an event.

use std::collections::BTreeMap;

use sea_orm::FromQueryResult;

use super::{OnProgress, Progress, Verification, check::Check};
use crate::{
    ReportError,
    query::{Query, Source},
};

const STAGE: &str = "the causes";

#[derive(FromQueryResult)]
struct Cause {
    brand: String,
    cause: String,
    used: i64,
    logged: i64,
}

#[derive(FromQueryResult)]
struct Shared {
    event_id: String,
}

pub(super) async fn check(
    source: &impl Source,
    found: &mut Verification,
    progress: OnProgress<'_>,
) -> Result<(), ReportError> {
    progress(Progress { stage: STAGE, done: 0 });
    let mut check = Check::new(
        "causes_are_known",
        "every movement and every ledger transaction has a cause: an event of its brand, or a tick of the clock",
    );
    // What no event of the brand caused: the clock's doing, or nobody's. The clock's ticks are few.
    let mut unknown: BTreeMap<String, String> = BTreeMap::new();
    let text = "SELECT brand, cause, CAST(SUM(used) AS BIGINT) AS used, CAST(SUM(logged) AS BIGINT) AS logged FROM ( \
        SELECT brand, cause, 1 AS used, 0 AS logged FROM movement \
        UNION ALL SELECT brand, cause, 1, 0 FROM ledger_transaction \
        UNION ALL SELECT brand, event_id, 0, 1 FROM event_log) both_sides \
        GROUP BY brand, cause ORDER BY brand, cause";
    Query::new("movement", text)
        .each(source, |row: Cause| {
            if row.used > 0 {
                check.count(None);
                check.tell(STAGE, progress);
                if row.logged == 0 {
                    unknown.entry(row.cause).or_insert(row.brand);
                }
            }
            Ok(())
        })
        .await?;
    if !unknown.is_empty() {
        Query::new("event_log", "SELECT event_id FROM event_log WHERE brand = '*'")
            .each(source, |row: Shared| {
                unknown.remove(&row.event_id);
                Ok(())
            })
            .await?;
    }
    for (cause, brand) in unknown {
        check.fail(format!("{brand}: something was booked for event {cause}, which is not in the log"));
    }
    found.checks.push(check);
    Ok(())
}
