//! Earnings: what stands is what their movements add up to, and what their booked steps say.

use sea_orm::FromQueryResult;
use serde::Deserialize;

use super::{OnProgress, Progress, Verification, check::Check};
use crate::{
    ReportError,
    query::{Query, Source},
};

const STAGE: &str = "the earnings";

#[derive(FromQueryResult)]
struct Sum {
    brand: String,
    program: String,
    source: String,
    ambassador: String,
    rule: String,
    asset: String,
    stands: i64,
    moved: i64,
}

#[derive(FromQueryResult)]
struct Stored {
    brand: String,
    program: String,
    source: String,
    ambassador: String,
    rule: String,
    asset: String,
    amount: i64,
    earning: String,
}

#[derive(Deserialize)]
struct Booked {
    asset: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    amount: i64,
}

pub(super) async fn check(
    source: &impl Source,
    found: &mut Verification,
    progress: OnProgress<'_>,
) -> Result<(), ReportError> {
    progress(Progress { stage: STAGE, done: 0 });
    let mut sums = Check::new("earnings_follow_movements", "every earning is the sum of its movements");
    let text = "SELECT brand, program, source, ambassador, rule, asset, CAST(SUM(stands) AS BIGINT) AS stands, \
            CAST(SUM(moved) AS BIGINT) AS moved FROM ( \
        SELECT brand, program, source, ambassador, rule, asset, amount AS stands, 0 AS moved FROM earning \
        UNION ALL SELECT brand, program, source, ambassador, rule, asset, 0, amount FROM movement) both_sides \
        GROUP BY brand, program, source, ambassador, rule, asset \
        ORDER BY brand, program, source, ambassador, rule, asset";
    Query::new("earning", text)
        .each(source, |row: Sum| {
            let differs = row.stands != row.moved;
            sums.count(differs.then(|| {
                let Sum { brand, program, source, ambassador, rule, asset, stands, moved } = &row;
                format!("{brand} {program}/{source}/{ambassador}/{rule} {asset}: {stands} stands, movements sum to {moved}")
            }));
            sums.tell(STAGE, progress);
            Ok(())
        })
        .await?;
    found.checks.push(sums);
    steps(source, found, progress).await
}

async fn steps(
    source: &impl Source,
    found: &mut Verification,
    progress: OnProgress<'_>,
) -> Result<(), ReportError> {
    let mut check = Check::new("earnings_are_as_booked", "every earning is the last of its booked steps");
    let text = "SELECT brand, program, source, ambassador, rule, asset, amount, earning FROM earning \
        ORDER BY brand, program, source, ambassador, rule";
    Query::new("earning", text)
        .each(source, |row: Stored| {
            let problem = problem_of(&row);
            check.count(problem.map(|problem| {
                let Stored { brand, program, source, ambassador, rule, .. } = &row;
                format!("{brand} {program}/{source}/{ambassador}/{rule}: {problem}")
            }));
            check.tell(STAGE, progress);
            Ok(())
        })
        .await?;
    found.checks.push(check);
    Ok(())
}

fn problem_of(row: &Stored) -> Option<String> {
    let booked: Booked = match serde_json::from_str(&row.earning) {
        Ok(booked) => booked,
        Err(why) => return Some(format!("it cannot be read: {why}")),
    };
    let asset = booked.asset;
    let last = booked.steps.last().map_or(0, |step| step.amount);
    let differs = last != row.amount || asset != row.asset;
    differs.then(|| format!("its last step is {last} {asset}, but {} {} stands", row.amount, row.asset))
}
