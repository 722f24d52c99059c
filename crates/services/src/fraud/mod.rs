//! Fraud: looks at earnings that are about to clear, and holds what looks like fraud until a person decides.
//!
//! Loads: what is about to clear, the orders behind it, findings. Calls: [`tribute_fraud`]. Writes: findings, holds.
//!
//! This happens when the clock clears an earning, not when an order comes in: by then everything that bears on it has
//! come and is locked, so that the answer does not depend on the order of arrival, and taking orders in costs nothing.

mod decide;
mod orders;
mod record;

use std::collections::BTreeMap;

use tribute_events::{AmbassadorId, BrandId, Event, ProgramId, Timestamp};
use tribute_fraud::{Conduct, Finding, identity};
use tribute_store::entity::movement;
use tribute_terms::{FraudTerms, Program, Registry, View};

pub(crate) use decide::decide;
use orders::Orders;
use record::Records;

use crate::{ServiceError, step::Step};

/// Whether a program's earnings are looked at before they clear: where its terms ask for it, or where anybody's hashes
/// are known.
pub(crate) fn is_screened(registry: &Registry, brand: &BrandId, program: &ProgramId) -> bool {
    let known = registry.program(brand, program);
    known.is_some_and(|it| it.knows_hashes() || it.versions().iter().any(|terms| terms.fraud.is_some()))
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
        screen_program(step, event, (&brand, &program), rows, &mut screened).await?;
    }
    Ok(screened)
}

async fn screen_program(
    step: &mut Step<'_>,
    event: &Event,
    (brand, program_id): (&BrandId, &ProgramId),
    rows: Vec<movement::Model>,
    screened: &mut Screened,
) -> Result<(), ServiceError> {
    let mut records = Records::load(step, brand, program_id, &rows).await?;
    let orders = Orders::load(step, brand, program_id, &rows).await?;
    let Some(program) = step.registry.program(brand, program_id) else { return Ok(()) };
    for row in rows {
        let known = records.holds(&row);
        if !known && row.amount > 0 {
            for finding in suspicions(program, &orders, &row) {
                records.note(finding, &row)?;
            }
        }
        if records.holds(&row) {
            screened.held.push(movement::Model { held: Some(row.available_at), ..row });
        } else {
            screened.clear.push(row);
        }
    }
    records.keep(step, event).await
}

/// What looks like fraud about what a movement pays for. For what somebody gets of another's order, as a recruiter,
/// that order's own parties are looked at.
fn suspicions(program: &Program, orders: &Orders, row: &movement::Model) -> Vec<Finding> {
    let at = Timestamp::from_millis(row.available_at);
    let view = View { as_of: at, recorded_before: at };
    let source = row.source.strip_prefix("order:").and_then(|order| orders.get(order));
    let Some(order) = source else {
        return identity(program, &AmbassadorId::trusted(&row.ambassador), None, view);
    };
    let own = order.parties.iter().find(|(party, _)| party.as_str() == row.ambassador);
    let parties: Vec<_> = own.map_or_else(|| order.parties.iter().collect(), |own| vec![own]);
    let terms = program.terms_at(order.at).and_then(|terms| terms.fraud.as_ref());
    let mut found = Vec::new();
    for (party, ordered) in parties {
        found.extend(identity(program, party, Some(&order.buyer), view));
        let conduct = |terms: &FraudTerms| {
            let (orders, as_of) = (orders.of(party), at);
            Conduct { terms, ambassador: party, orders, as_of }.of(ordered)
        };
        found.extend(terms.map(conduct).unwrap_or_default());
    }
    found
}
