use anyhow::{Context, Result, bail};
use serde_json::json;
use tribute_events::Timestamp;
use tribute_services::Engine;

use super::totals::{Line, show};
use crate::{
    Done,
    arguments::{PayoutRun, PayoutScope},
    commands::clock,
    feed::now,
    messages,
};

/// Makes a run, or says what it would come to.
pub(super) async fn run(engine: &mut Engine, what: &PayoutRun) -> Result<Done> {
    let PayoutRun { brand, program, by, dry_run, shape, .. } = what;
    if engine.registry().program(brand, program).is_none() {
        bail!(
            "brand {brand} has no program {program}; put its terms into force with `tribute program apply`"
        );
    }
    let cut_off = cut_off(engine, what).await?;
    if *dry_run {
        let proposals = engine.preview_run(brand, program, cut_off).await?;
        let lines: Vec<Line> = proposals.into_iter().map(Line::of_proposal).collect();
        show(&lines, shape.format)?;
        return Ok(Done::Clean);
    }
    let by = by.as_deref().context("a run needs who asks for it: --by")?;
    let data = json!({"program": program, "cut_off": cut_off, "by": by});
    let event = super::event(
        "tribute.payout_run.requested",
        brand.as_str(),
        &format!("run/{program}/{cut_off}/{}", now()),
        data,
    );
    let taken = super::super::take(engine, vec![event]).await?;
    super::tell_refused(&taken);
    let scope = PayoutScope { brand: Some(brand.to_string()), program: Some(program.to_string()) };
    let mut rows = super::rows(engine, &scope).await?;
    rows.retain(|row| row.run_at == cut_off.millis());
    show(&rows.iter().map(Line::of_row).collect::<Result<Vec<_>>>()?, shape.format)?;
    messages::receipt(&taken);
    Ok(super::super::done(&taken))
}

/// The cut-off that is asked for, or the instant that the clock has come to.
async fn cut_off(engine: &Engine, what: &PayoutRun) -> Result<Timestamp> {
    let stands = clock::read(engine.database()).await?;
    match what.cut_off {
        Some(at) => Ok(at),
        None if stands > Timestamp::MIN => Ok(stands),
        None => bail!("the clock has not been started: nothing has cleared; see `tribute clock advance`"),
    }
}
