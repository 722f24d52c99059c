use anyhow::{Context, Result, bail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use tribute_reports::Cell;
use tribute_services::{Engine, Incoming};
use tribute_store::entity::finding;

use crate::{
    Done,
    arguments::{Decision, Format, Fraud, Place},
    feed::{Stamp, now},
    messages::{note, say},
};

pub(crate) async fn run(command: Fraud, place: &Place) -> Result<Done> {
    let (decision, word) = match &command {
        Fraud::Release(decision) => (decision, "released"),
        Fraud::Confirm(decision) => (decision, "confirmed"),
    };
    let mut engine = super::existing_engine(place).await?;
    let mut events = Vec::new();
    for (number, id) in decision.findings.iter().enumerate() {
        let row = find(&engine, id, decision).await?;
        if row.status == word {
            let by = row.decided_by.as_deref().unwrap_or("somebody");
            note(format_args!("finding {id} was {word} by {by} already; it stays so on the record"));
        } else {
            events.push(event(&row, decision, word, number));
        }
    }
    let taken = super::take(&mut engine, events).await?;
    let done = super::finish(&taken, [("by", Cell::text(decision.by.as_str()))], decision.shape.format)?;
    if decision.shape.format == Format::Table && taken.accepted > 0 {
        say(format_args!("{} finding(s) {word} by {}", taken.accepted, decision.by));
    }
    Ok(done)
}

/// The one finding of that name.
async fn find(engine: &Engine, id: &str, decision: &Decision) -> Result<finding::Model> {
    let mut query = finding::Entity::find()
        .filter(finding::Column::Finding.eq(id))
        .order_by_asc(finding::Column::Brand)
        .order_by_asc(finding::Column::Program);
    if let Some(brand) = &decision.brand {
        query = query.filter(finding::Column::Brand.eq(brand));
    }
    if let Some(program) = &decision.program {
        query = query.filter(finding::Column::Program.eq(program));
    }
    let mut rows = query.all(engine.database().connection()).await?.into_iter();
    let row =
        rows.next().with_context(|| format!("finding {id} is not known; see `tribute report fraud`"))?;
    if let Some(other) = rows.next() {
        bail!(
            "finding {id} is known of program {} of brand {} and of program {} of brand {}; name one with --brand and \
             --program",
            row.program,
            row.brand,
            other.program,
            other.brand
        );
    }
    Ok(row)
}

fn event(row: &finding::Model, decision: &Decision, word: &str, number: usize) -> Incoming {
    let time = now();
    let data = json!({
        "program": row.program, "finding": row.finding, "decision": word, "by": decision.by, "reason": decision.reason,
    });
    let event = json!({
        "specversion": "1.0", "type": "tribute.finding.decided", "source": "/tribute/fraud",
        "id": format!("{word}/{time}/{number}"), "brand": row.brand, "time": time, "data": data,
    });
    Incoming::read(event.to_string().into_bytes(), Stamp::Now.arrival(), "fraud".into())
}
