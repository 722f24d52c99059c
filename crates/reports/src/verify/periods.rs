//! Closed periods: nothing was booked into them afterwards.

use sea_orm::FromQueryResult;

use super::{OnProgress, Progress, Verification, check::Check};
use crate::{
    ReportError,
    error::at,
    query::{Query, Source},
};

const STAGE: &str = "the closed periods";

#[derive(FromQueryResult)]
struct Closed {
    brand: String,
    month: String,
    first: Option<i64>,
}

/// Every closed month with the first row that was booked into it after it was closed.
const TEXT: &str = "SELECT p.brand AS brand, p.month AS month, MIN(t.number) AS first FROM period p \
    LEFT JOIN ledger_transaction t ON t.brand = p.brand AND t.number > p.number AND t.effective_at < p.open_from \
    GROUP BY p.brand, p.month ORDER BY p.brand, p.month";

#[derive(FromQueryResult)]
struct Moved {
    brand: String,
    number: i64,
    happened_at: i64,
}

pub(super) async fn check(
    source: &impl Source,
    found: &mut Verification,
    progress: OnProgress<'_>,
) -> Result<(), ReportError> {
    progress(Progress { stage: STAGE, done: 0 });
    let mut check =
        Check::new("closed_periods_are_frozen", "nothing was booked into a month after it was closed");
    Query::new("period", TEXT)
        .each(source, |row: Closed| {
            let Closed { brand, month, first } = row;
            check
                .count(first.map(|number| format!("{brand} {month}: row {number} was booked into it later")));
            Ok(())
        })
        .await?;
    let moved = "SELECT brand, number, happened_at FROM ledger_transaction t WHERE happened_at IS NOT NULL AND NOT EXISTS \
        (SELECT 1 FROM period p WHERE p.brand = t.brand AND p.number < t.number AND p.open_from = t.effective_at \
            AND t.happened_at < p.open_from) ORDER BY brand, number";
    Query::new("ledger_transaction", moved)
        .each(source, |row: Moved| {
            let Moved { brand, number, happened_at } = row;
            let when = at(happened_at);
            check.fail(format!(
                "{brand}/{number}: it happened on {when}, and no period was closed that moves it"
            ));
            Ok(())
        })
        .await?;
    found.checks.push(check);
    Ok(())
}
