use std::collections::BTreeMap;

use tribute_commission::{Earning, EarningKind, Source, Step as AmountStep};
use tribute_events::{AmbassadorId, BrandId, Event, ProgramId, Timestamp};
use tribute_money::{Millionths, format_minor};
use tribute_store::entity::earning;
use tribute_terms::{Guarantee, PeriodBounds, Program, Terms, View};

use crate::{
    ServiceError,
    commission::{ByRule, book, read},
    step::Step,
};

/// Adds what is missing to the least that a period brings, at the clock's present instant, which is the period's end.
pub(super) async fn top_up(
    step: &mut Step<'_>,
    event: &Event,
    brand: &BrandId,
    program_id: &ProgramId,
    rule: &str,
) -> Result<(), ServiceError> {
    let at = step.clock;
    let Some(program) = step.registry.program(brand, program_id) else { return Ok(()) };
    let Some(terms) = program.terms_at(at.minus(1)) else { return Ok(()) };
    let Some(guarantee) = terms.guarantee.iter().find(|it| it.id.as_str() == rule) else { return Ok(()) };
    let bounds = terms.program.time_zone.period(guarantee.period, at.minus(1));
    let (terms, guarantee, people) =
        (terms.clone(), guarantee.clone(), entitled(program, terms, guarantee, &bounds));
    let currency = &terms.program.currency;
    let of = || ServiceError::money(format!("guarantee {rule}"));
    let least =
        guarantee.amount.to_minor(currency.exponent().map_err(of())?, terms.program.rounding).map_err(of())?;
    let mut earned = earned(step, brand, program_id, &terms, &bounds).await?;
    let mut added = ByRule::new();
    for ambassador in people {
        let has = earned.remove(&ambassador).unwrap_or(0);
        let missing = least.saturating_sub(has);
        if missing > 0 {
            let shown = |minor| format_minor(minor, currency).map_err(of());
            let formula =
                format!("{} less {} earned in {} {currency}", shown(least)?, shown(has)?, bounds.name);
            let key = (ambassador.to_string(), rule.to_owned());
            added.insert(
                key,
                earning_of(event, &terms, &guarantee, &bounds, (ambassador, missing, formula), at),
            );
        }
    }
    let source = (brand.clone(), program_id.clone(), format!("period:{rule}/{}", bounds.name));
    book(step, &source, ByRule::new(), added).await?;
    step.write_earnings().await
}

/// Who was approved at the beginning of the period and is at its end, and may earn money then, as it is known now.
fn entitled(
    program: &Program,
    terms: &Terms,
    guarantee: &Guarantee,
    bounds: &PeriodBounds,
) -> Vec<AmbassadorId> {
    let last = bounds.ends_at.minus(1);
    let named = |id: &AmbassadorId| guarantee.ambassadors.is_empty() || guarantee.ambassadors.contains(id);
    let stood = |id: &AmbassadorId, at| program.is_active(id, View::at(at));
    let whole = |id: &AmbassadorId| stood(id, bounds.starts_at) && stood(id, last);
    let payable = |id: &AmbassadorId| program.may_be_paid(terms, id, View::at(last));
    program.ambassadors().keys().filter(|id| named(id) && whole(id) && payable(id)).cloned().collect()
}

/// What everybody earned in the period, as it stands at its end.
async fn earned(
    step: &mut Step<'_>,
    brand: &BrandId,
    program: &ProgramId,
    terms: &Terms,
    bounds: &PeriodBounds,
) -> Result<BTreeMap<AmbassadorId, i64>, ServiceError> {
    let condition = "brand = $1 AND program = $2 AND asset = $3 AND source_at >= $4 AND source_at < $5";
    let values = vec![
        brand.as_str().into(),
        program.as_str().into(),
        terms.program.currency.as_str().into(),
        bounds.starts_at.millis().into(),
        bounds.ends_at.millis().into(),
    ];
    let mut sums: BTreeMap<AmbassadorId, i64> = BTreeMap::new();
    for row in step.transaction.select::<earning::Entity>(condition, values).await? {
        let one: Earning = read(&row)?;
        if !matches!(one.kind, EarningKind::Prize | EarningKind::Guarantee) {
            let sum = sums.entry(one.ambassador.clone()).or_default();
            let more = sum.checked_add(one.amount_at(bounds.ends_at.minus(1)));
            *sum = more.ok_or_else(|| ServiceError::overflow(format!("earnings of {}", one.ambassador)))?;
        }
    }
    Ok(sums)
}

fn earning_of(
    event: &Event,
    terms: &Terms,
    guarantee: &Guarantee,
    bounds: &PeriodBounds,
    (ambassador, amount, formula): (AmbassadorId, i64, String),
    at: Timestamp,
) -> Earning {
    Earning {
        program: terms.program.id.clone(),
        source: Source::Period(format!("{}/{}", guarantee.id, bounds.name).into()),
        ambassador,
        rule: guarantee.id.clone(),
        kind: EarningKind::Guarantee,
        asset: terms.program.currency.clone(),
        terms_version: terms.program.version.clone(),
        source_at: at,
        clears_at: at,
        weight: 1,
        of_weight: 1,
        steps: vec![AmountStep { effective_at: at, cause: event.id.clone(), base: Millionths::ZERO, amount }],
        formula,
        group: None,
        unsettled: Vec::new(),
        budgeted: None,
    }
}
