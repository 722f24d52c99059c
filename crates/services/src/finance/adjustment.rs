use tribute_commission::{Earning, EarningKind, Source, Step as AmountStep};
use tribute_events::{
    AdjustmentApproved, AdjustmentId, AdjustmentProposed, AdjustmentRefused, AmbassadorId, BrandId, Event,
    ProgramId, Rejection, RuleId, Timestamp,
    outgoing::{EarningState, Outgoing},
};
use tribute_ledger::{Account, Value, bank as ledger};
use tribute_money::{Millionths, format_minor};
use tribute_payouts::same_name;
use tribute_store::entity::{adjustment, movement};
use tribute_terms::Registry;

use super::{Outcome, exact, not_possible};
use crate::{
    ServiceError, commission,
    step::{Step, key},
};

/// The rule that an adjustment's earning stands under: nobody's terms.
const RULE: &str = "adjustment";

/// Keeps a proposal. Nothing is booked.
pub(super) async fn propose(
    step: &mut Step<'_>,
    event: &Event,
    what: &AdjustmentProposed,
) -> Result<Outcome, ServiceError> {
    if find(step, event, &what.adjustment).await?.is_some() {
        let reason = format!(
            "adjustment {} is known already; propose another under an id of its own",
            what.adjustment
        );
        return Ok(Err(not_possible(reason)));
    }
    let amount = match adjustable(step.registry, &event.brand, event.time, what) {
        Ok(amount) => amount,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let row = adjustment::Model {
        brand: event.brand.to_string(),
        adjustment: what.adjustment.to_string(),
        program: what.program.to_string(),
        debit: what.debit.to_string(),
        credit: what.credit.to_string(),
        asset: what.currency.to_string(),
        amount,
        day: what.day.to_string(),
        reason: what.reason.clone(),
        status: "proposed".to_owned(),
        proposed_by: what.by.clone(),
        proposed_at: event.time.millis(),
        decided_by: None,
        decided_at: None,
        refusal: None,
    };
    step.transaction.insert::<adjustment::Entity>(&[row]).await?;
    Ok(Ok(()))
}

/// Whether an adjustment that is proposed at `at` may be booked at all; its amount in minor units.
///
/// # Errors
/// A rejection whose sentence says what to do.
pub fn adjustable(
    registry: &Registry,
    brand: &BrandId,
    at: Timestamp,
    what: &AdjustmentProposed,
) -> Result<i64, Rejection> {
    let amount = exact("amount", what.amount, &what.currency)?;
    if amount <= 0 {
        return Err(not_possible("data.amount: an adjustment of nothing changes nothing".to_owned()));
    }
    if what.debit == what.credit {
        return Err(not_possible(format!("data.credit: {} is on both sides", what.credit)));
    }
    let program = registry.program(brand, &what.program);
    let Some(program) = program.filter(|program| !program.versions().is_empty()) else {
        return Err(not_possible(format!("program {} of brand {brand} is not known", what.program)));
    };
    for (field, name) in [("debit", &what.debit), ("credit", &what.credit)] {
        let account: Account = name.parse().map_err(|why| not_possible(format!("data.{field}: {why}")))?;
        if !account.is_adjustable() {
            let reason = format!(
                "data.{field}: {name} follows from payouts, tokens or perks and is not corrected by hand; use an expense, \
                 cash, fx, write_off, or what an ambassador has available"
            );
            return Err(not_possible(reason));
        }
        let holder = account.holder().map(|(holder, _)| AmbassadorId::trusted(holder));
        if holder.is_some_and(|holder| program.ambassador(&holder).is_none()) {
            return Err(not_possible(format!("data.{field}: nobody of program {} has {name}", what.program)));
        }
    }
    if day_of(&what.day) > at {
        return Err(not_possible(format!("data.day: {} is still to come", what.day)));
    }
    Ok(amount)
}

/// The first instant of a day that was checked when it came in.
fn day_of(day: &str) -> Timestamp {
    format!("{day}T00:00:00Z").parse().unwrap_or(Timestamp::MAX)
}

/// Books it: another person stands for it than who proposed it.
pub(super) async fn approve(
    step: &mut Step<'_>,
    event: &Event,
    what: &AdjustmentApproved,
) -> Result<Outcome, ServiceError> {
    let row = match open(step, event, &what.adjustment, "approved").await? {
        Ok(Some(row)) => row,
        Ok(None) => return Ok(Ok(())),
        Err(rejection) => return Ok(Err(rejection)),
    };
    if same_name(&row.proposed_by, &what.by) {
        let reason = format!(
            "adjustment {} was proposed by {}: somebody else has to approve it",
            row.adjustment, row.proposed_by
        );
        return Ok(Err(not_possible(reason)));
    }
    book(step, event, &row).await?;
    let decided_by = Some(what.by.clone());
    let row = adjustment::Model {
        status: "approved".to_owned(),
        decided_by,
        decided_at: Some(event.time.millis()),
        ..row
    };
    step.transaction.upsert::<adjustment::Entity>(&[row]).await?;
    Ok(Ok(()))
}

/// It is not booked.
pub(super) async fn refuse(
    step: &mut Step<'_>,
    event: &Event,
    what: &AdjustmentRefused,
) -> Result<Outcome, ServiceError> {
    let row = match open(step, event, &what.adjustment, "refused").await? {
        Ok(Some(row)) => row,
        Ok(None) => return Ok(Ok(())),
        Err(rejection) => return Ok(Err(rejection)),
    };
    let row = adjustment::Model {
        status: "refused".to_owned(),
        decided_by: Some(what.by.clone()),
        decided_at: Some(event.time.millis()),
        refusal: Some(what.reason.clone()),
        ..row
    };
    step.transaction.upsert::<adjustment::Entity>(&[row]).await?;
    Ok(Ok(()))
}

async fn find(
    step: &mut Step<'_>,
    event: &Event,
    id: &AdjustmentId,
) -> Result<Option<adjustment::Model>, ServiceError> {
    let columns = [adjustment::Column::Brand, adjustment::Column::Adjustment];
    let keys = [key([event.brand.as_str(), id.as_str()])];
    Ok(step.transaction.find::<adjustment::Entity>(&columns, &keys).await?.into_iter().next())
}

/// The proposal that waits for a decision; `None` where it was decided so already.
async fn open(
    step: &mut Step<'_>,
    event: &Event,
    id: &AdjustmentId,
    decision: &str,
) -> Result<Result<Option<adjustment::Model>, Rejection>, ServiceError> {
    let Some(row) = find(step, event, id).await? else {
        return Ok(Err(not_possible(format!("adjustment {id} is not known; see `tribute adjustment list`"))));
    };
    if row.status == decision {
        return Ok(Ok(None));
    }
    if row.status != "proposed" {
        let reason = format!("adjustment {id} was {} before, which stands; propose another", row.status);
        return Ok(Err(not_possible(reason)));
    }
    Ok(Ok(Some(row)))
}

async fn book(step: &mut Step<'_>, event: &Event, row: &adjustment::Model) -> Result<(), ServiceError> {
    let (at, asset) = (day_of(&row.day), row.asset.parse().map_err(ServiceError::money("adjustment"))?);
    let program = ProgramId::trusted(&row.program);
    let known = step.registry.program(&event.brand, &program);
    let terms = known.and_then(|it| it.terms_at(at).or_else(|| it.versions().first()));
    let version = terms.map_or_else(|| "none".into(), |terms| terms.program.version.clone());
    let memo = format!("adjustment:{} rule {RULE} terms {version}", row.adjustment);
    let voucher = step.voucher(&row.program, at, &event.id, memo);
    let value = Value { asset, amount: row.amount };
    let [debit, credit] = [&row.debit, &row.credit].map(|name| Account::trusted(name));
    let posted = ledger::adjust(&voucher, &value, debit.clone(), credit.clone())?;
    step.post(&event.brand, posted).await?;
    for (account, sign) in [(debit, -1_i64), (credit, 1)] {
        let Some((holder, _)) = account.holder() else { continue };
        let amount = row.amount.saturating_mul(sign);
        let earning = Earning {
            program: program.clone(),
            source: Source::Adjustment(AdjustmentId::trusted(&row.adjustment)),
            ambassador: AmbassadorId::trusted(holder),
            rule: RuleId::trusted(RULE),
            kind: EarningKind::Adjustment,
            asset: value.asset.clone(),
            terms_version: version.clone(),
            source_at: at,
            clears_at: at,
            weight: 1,
            of_weight: 1,
            steps: vec![AmountStep {
                effective_at: at,
                cause: event.id.clone(),
                base: Millionths::ZERO,
                amount,
            }],
            formula: format!("by hand, proposed by {}: {}", row.proposed_by, row.reason),
            group: None,
            unsettled: Vec::new(),
            budgeted: None,
        };
        credit_to(step, event, &earning, amount)?;
    }
    step.write_earnings().await
}

/// What somebody gets or gives by an adjustment is an earning of its own, available at once: runs pay it, and it is
/// explained like any other.
fn credit_to(step: &mut Step<'_>, event: &Event, earning: &Earning, amount: i64) -> Result<(), ServiceError> {
    let source = (event.brand.clone(), earning.program.clone(), earning.source.to_string());
    step.earnings.push(commission::earning_row(&source, earning)?);
    let row = movement::Model {
        seq: step.sequences.next("movement"),
        brand: event.brand.to_string(),
        program: earning.program.to_string(),
        ambassador: earning.ambassador.to_string(),
        asset: earning.asset.to_string(),
        source: source.2,
        rule: earning.rule.to_string(),
        effective_at: earning.clears_at.millis(),
        available_at: earning.clears_at.millis(),
        amount,
        cause: event.id.to_string(),
        cleared: true,
        payout: None,
        held: None,
    };
    step.movements.push(row);
    let text = format_minor(amount, &earning.asset).map_err(ServiceError::money(earning.key()))?;
    let state = EarningState {
        earning: earning.key(),
        program: earning.program.clone(),
        ambassador: earning.ambassador.clone(),
        rule: earning.rule.clone(),
        terms_version: earning.terms_version.clone(),
        amount: text.clone(),
        change: text,
        asset: earning.asset.clone(),
        clears_at: earning.clears_at,
        effective_at: earning.clears_at,
        cause: event.id.clone(),
    };
    for name in ["tribute.earning.accrued", "tribute.earning.cleared"] {
        let said = Outgoing::Earning(state.clone());
        step.say(&event.brand, name, earning.clears_at, earning.ambassador.as_str(), said);
    }
    Ok(())
}
