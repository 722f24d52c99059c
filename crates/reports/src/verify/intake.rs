//! Intake: every event that came in is accounted for.

use sea_orm::FromQueryResult;

use super::{OnProgress, Progress, Verification, check::Check};
use crate::{
    ReportError,
    query::{Query, Source},
};

const STAGE: &str = "the batches";

#[derive(FromQueryResult)]
struct Batch {
    number: i64,
    received: i64,
    accepted: i64,
    duplicates: i64,
    quarantined: i64,
    logged: i64,
}

impl Batch {
    fn problem(&self) -> Option<String> {
        let Self { number, received, accepted, duplicates, quarantined, logged } = *self;
        let known = accepted.saturating_add(duplicates).saturating_add(quarantined);
        if received != known {
            return Some(format!(
                "batch {number}: {received} received, but {accepted} accepted + {duplicates} duplicates + \
                 {quarantined} quarantined = {known}"
            ));
        }
        let problem = format!("batch {number}: {accepted} accepted, but {logged} of them in the log");
        (accepted != logged).then_some(problem)
    }
}

#[derive(FromQueryResult)]
struct Quarantine {
    kept: i64,
    counted: i64,
}

pub(super) async fn check(
    source: &impl Source,
    found: &mut Verification,
    progress: OnProgress<'_>,
) -> Result<(), ReportError> {
    progress(Progress { stage: STAGE, done: 0 });
    let mut check = Check::new(
        "events_accounted_for",
        "in every batch, received = accepted + duplicates + quarantined, and what was accepted is in the log",
    );
    let text = "SELECT number, CAST(SUM(received) AS BIGINT) AS received, CAST(SUM(accepted) AS BIGINT) AS accepted, \
            CAST(SUM(duplicates) AS BIGINT) AS duplicates, CAST(SUM(quarantined) AS BIGINT) AS quarantined, \
            CAST(SUM(logged) AS BIGINT) AS logged FROM ( \
        SELECT number, received, accepted, duplicates, quarantined, 0 AS logged FROM intake_batch \
        UNION ALL SELECT batch AS number, 0, 0, 0, 0, CAST(COUNT(*) AS BIGINT) FROM event_log GROUP BY batch) both_sides \
        GROUP BY number ORDER BY number";
    Query::new("intake_batch", text)
        .each(source, |batch: Batch| {
            check.count(batch.problem());
            check.tell(STAGE, progress);
            Ok(())
        })
        .await?;
    found.checks.push(check);
    found.checks.push(quarantine(source).await?);
    Ok(())
}

/// Events that a service refused after they were accepted are in the quarantine too; their origin begins with the log's number.
async fn quarantine(source: &impl Source) -> Result<Check, ReportError> {
    let mut check =
        Check::new("quarantine_is_complete", "every event that was put aside is in the quarantine");
    let text = "SELECT (SELECT CAST(COUNT(*) AS BIGINT) FROM quarantine WHERE origin NOT LIKE 'log %') AS kept, \
        (SELECT CAST(COALESCE(SUM(quarantined), 0) AS BIGINT) FROM intake_batch) AS counted";
    if let Some(Quarantine { kept, counted }) = Query::new("quarantine", text).one(source).await? {
        check.checked = counted.unsigned_abs();
        if kept != counted {
            check.fail(format!("{counted} events were put aside, the quarantine holds {kept}"));
        }
    }
    Ok(check)
}
