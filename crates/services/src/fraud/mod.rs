//! Fraud: looks at what is about to clear, and holds what looks like fraud until a person decides.
//!
//! Loads: what is about to clear, the orders behind it, findings. Calls: [`tribute_fraud`]. Writes: findings, holds.
//!
//! This happens when the clock clears an earning or a grant, not when an order comes in: by then everything that bears
//! on it has come and is locked, so that the answer does not depend on the order of arrival, and taking orders in costs
//! nothing. Who is who may become known later: before a run pays what was cleared, it is looked at for that once more.

mod again;
mod behind;
mod clicks;
mod decide;
mod due;
mod history;
mod orders;
mod record;
mod suspicion;

use std::collections::BTreeMap;

use tribute_events::{BrandId, Event, ProgramId};
use tribute_store::entity::movement;
use tribute_terms::Registry;

pub(crate) use again::screen_again;
pub(crate) use decide::decide;
pub(crate) use due::Due;
use due::GRANT;
pub(crate) use history::History;
use orders::Orders;
use record::Records;
use suspicion::Suspicions;

use crate::{ServiceError, step::Step};

/// Whether what a program's ambassadors earn is looked at before it clears: unless its terms turn that off.
pub(crate) fn is_screened(registry: &Registry, brand: &BrandId, program: &ProgramId) -> bool {
    let known = registry.program(brand, program);
    known.is_some_and(|it| it.versions().iter().any(|terms| !terms.fraud.off))
}

/// What may clear, and what is held.
pub(crate) struct Screened {
    pub(crate) clear: Vec<movement::Model>,
    pub(crate) held: Vec<movement::Model>,
}

/// Looks at movements that are about to clear. A movement on an earning that is held is held with it, so that what is
/// taken back comes out of what is held; otherwise only what adds to a balance is looked at.
pub(crate) async fn screen(
    step: &mut Step<'_>,
    event: &Event,
    rows: Vec<movement::Model>,
    history: &mut History,
) -> Result<Screened, ServiceError> {
    let mut screened = Screened { clear: Vec::new(), held: Vec::new() };
    let mut due: BTreeMap<(BrandId, ProgramId), Vec<movement::Model>> = BTreeMap::new();
    for row in rows {
        let program = (BrandId::trusted(&row.brand), ProgramId::trusted(&row.program));
        if is_screened(step.registry, &program.0, &program.1) {
            due.entry(program).or_default().push(row);
        } else {
            screened.clear.push(row);
        }
    }
    for ((brand, program), rows) in due {
        let dues = rows.iter().map(Due::of_movement).collect();
        let held = held(step, event, (&brand, &program), dues, history).await?;
        for (row, held) in rows.into_iter().zip(held) {
            if held {
                screened.held.push(movement::Model { held: Some(row.available_at), ..row });
            } else {
                screened.clear.push(row);
            }
        }
    }
    Ok(screened)
}

/// Which of the things that are about to clear in a program are held: each by what looks like fraud about itself, or
/// about the orders that it comes from.
pub(crate) async fn held(
    step: &mut Step<'_>,
    event: &Event,
    program: (&BrandId, &ProgramId),
    dues: Vec<Due>,
    history: &mut History,
) -> Result<Vec<bool>, ServiceError> {
    look(step, event, program, (dues, Depth::Everything), history).await
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Everything,
    /// Who is who, and nothing of what they did.
    Identity,
}

async fn look(
    step: &mut Step<'_>,
    event: &Event,
    (brand, program_id): (&BrandId, &ProgramId),
    (dues, depth): (Vec<Due>, Depth),
    history: &mut History,
) -> Result<Vec<bool>, ServiceError> {
    let dues = behind::find(step, brand, program_id, dues).await?;
    let mut records = Records::load(step, brand, program_id, &dues).await?;
    let orders = Orders::load(step, brand, program_id, &dues, history).await?;
    let mut answers = Vec::with_capacity(dues.len());
    if let Some(program) = step.registry.program(brand, program_id) {
        let mut suspicions = Suspicions::new((brand, program_id, program), depth, &orders, history);
        for due in &dues {
            if due.adds && !records.holds(due) {
                records.inherit(due);
                for (order, finding) in suspicions.about(due) {
                    records.note(finding, due, order.as_deref())?;
                }
            }
            answers.push(records.holds(due));
        }
    }
    records.keep(step, event).await?;
    answers.resize(dues.len(), false);
    Ok(answers)
}
