use anyhow::{Context, Result, bail};
use serde_json::json;
use tribute_reports::Cell;
use tribute_services::Engine;

use crate::{
    Done,
    arguments::{Format, PayoutHold},
    feed::now,
    messages::say,
};

/// What becomes of an ambassador's payouts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// They stop.
    Placed,
    /// They go on.
    Released,
}

/// Takes a person's word on an ambassador's payouts.
pub(super) async fn run(engine: &mut Engine, what: &PayoutHold, change: Change) -> Result<Done> {
    let PayoutHold { brand, program, ambassador, by, reason, shape } = what;
    let known = engine.registry().program(brand, program).with_context(|| {
        format!(
            "brand {brand} has no program {program}; put its terms into force with `tribute program apply`"
        )
    })?;
    if known.ambassador(ambassador).is_none() {
        bail!(
            "program {program} of brand {brand} knows nobody as {ambassador}; see `tribute report balances`"
        );
    }
    let held = known.ambassador(ambassador).and_then(|it| it.held(now()));
    let (event_type, becomes) = match (change, held) {
        (Change::Placed, _) => ("tribute.hold.placed", "are held"),
        (Change::Released, Some(_)) => ("tribute.hold.released", "go on"),
        (Change::Released, None) => bail!("payouts to {ambassador} are not held in program {program}"),
    };
    let data = json!({"program": program, "ambassador": ambassador, "by": by, "reason": reason});
    let id = format!("hold/{ambassador}/{}", now());
    let taken = super::super::take(engine, vec![super::event(event_type, brand.as_str(), &id, data)]).await?;
    if shape.format == Format::Table {
        say(format_args!("payouts of program {program} to {ambassador} {becomes}: {reason}"));
    }
    super::super::finish(&taken, [("by", Cell::text(by.as_str()))], shape.format)
}
