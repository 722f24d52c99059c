use tribute_events::{AmbassadorId, RuleId};
use tribute_money::{Asset, Millionths, MoneyError, Rate, Rounding, divide, format_minor};
use tribute_terms::{Program, Terms, View};

use crate::{
    CommissionError, Earning, EarningKind, Step,
    earning::{digits, part},
};

/// What the recruiters of an earning's ambassador are owed for it: a share of the commission, on top of it, for
/// who recruited the ambassador and for who recruited the recruiter. Nothing for earnings of other kinds.
///
/// Who recruited whom, and whether a recruiter may earn, is read at the earning's time as it was known when it
/// locked. A recruiter who may not earn gets nothing; theirs still does. Nobody is their own recruiter, and a
/// circle of two ends after the first level. Give it the settled earning, and again when it changes.
///
/// # Errors
/// [`CommissionError::NoTerms`], or [`CommissionError::Money`] where an amount does not fit.
pub fn recruiter_earnings(earning: &Earning, program: &Program) -> Result<Vec<Earning>, CommissionError> {
    let terms = program.terms_at(earning.source_at).ok_or_else(|| CommissionError::NoTerms {
        program: earning.program.clone(),
        origin: earning.source.clone(),
        at: earning.source_at,
    })?;
    let Some(shares) = &terms.recruiter else { return Ok(Vec::new()) };
    if earning.kind != EarningKind::Commission {
        return Ok(Vec::new());
    }
    let view = View { as_of: earning.source_at, recorded_before: earning.clears_at };
    let recruited_by = |id: &AmbassadorId| program.recruiter(id, view);
    let active = |id: &AmbassadorId| program.is_active(id, view) && program.may_be_paid(terms, id, view);
    let first = recruited_by(&earning.ambassador).filter(|it| *it != earning.ambassador);
    let second = first.as_ref().and_then(recruited_by);
    let second = second.filter(|it| *it != earning.ambassador && Some(it) != first.as_ref());
    let levels = [(first, Some(shares.first_level)), (second, shares.second_level)];
    let mut earnings = Vec::new();
    for (recruiter, rate) in levels {
        if let (Some(recruiter), Some(rate)) = (recruiter.filter(active), rate) {
            let share = share_of(earning, recruiter, rate, terms);
            earnings.push(
                share.map_err(CommissionError::of(format_args!("the recruiters of {}", earning.key())))?,
            );
        }
    }
    Ok(earnings)
}

fn share_of(
    earning: &Earning,
    recruiter: AmbassadorId,
    rate: Rate,
    terms: &Terms,
) -> Result<Earning, MoneyError> {
    let (exponent, rounding) = (earning.asset.exponent()?, terms.program.rounding);
    let mut steps: Vec<Step> = Vec::with_capacity(earning.steps.len());
    for step in &earning.steps {
        let base = Millionths::from_minor(step.amount, exponent)?;
        let amount = of_minor(step.amount, rate, rounding)?;
        crate::earning::stand(
            &mut steps,
            Step { effective_at: step.effective_at, cause: step.cause.clone(), base, amount },
        );
    }
    let amount = steps.last().map_or(0, |step| step.amount);
    Ok(Earning {
        rule: rule_of(earning),
        kind: EarningKind::Recruiter,
        formula: formula(earning, rate, amount, &earning.asset)?,
        ambassador: recruiter,
        steps,
        weight: 1,
        of_weight: 1,
        group: None,
        unsettled: Vec::new(),
        budgeted: None,
        program: earning.program.clone(),
        source: earning.source.clone(),
        asset: earning.asset.clone(),
        terms_version: earning.terms_version.clone(),
        source_at: earning.source_at,
        clears_at: earning.clears_at,
    })
}

fn of_minor(amount: i64, rate: Rate, rounding: Rounding) -> Result<i64, MoneyError> {
    let product =
        i128::from(amount).checked_mul(i128::from(rate.millionths())).ok_or(MoneyError::Overflow)?;
    i64::try_from(divide(product, 1_000_000, rounding)?).map_err(|_| MoneyError::Overflow)
}

fn formula(earning: &Earning, rate: Rate, amount: i64, asset: &Asset) -> Result<String, MoneyError> {
    let (commission, share) = (format_minor(earning.amount(), asset)?, format_minor(amount, asset)?);
    Ok(format!("{rate} of the commission of {}: {commission} → {share} {asset}", earning.ambassador))
}

/// `recruiter/<rule>/<ambassador>`: one recruiter may have several shares in one order. A digest stands for the
/// ends of a text too long for an id.
fn rule_of(earning: &Earning) -> RuleId {
    let text = format!("recruiter/{}/{}", part(earning.rule.as_str()), part(earning.ambassador.as_str()));
    text.parse().unwrap_or_else(|_| RuleId::trusted(&format!("recruiter/{}", digits(&text))))
}
