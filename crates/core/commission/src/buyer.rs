//! What the buyer of an order gets: the other side of a referral.

use tribute_events::{AccountId, AmbassadorId, Conversion};
use tribute_money::{Millionths, MoneyError};
use tribute_terms::{CommissionRule, Program, Terms, View};

use crate::{
    Earning, EarningKind, Source, Step,
    earning::{digits, stand},
    order::Draft,
};

/// One earning of the buyer's per rule that rewards them, while it pays anybody on the order. Nobody whose account is
/// not known is owed anything, nor who may earn no money where they were known to be at the order.
pub(crate) fn rewards(
    drafts: &[Draft<'_>],
    conversion: &Conversion,
    program: &Program,
    terms: &Terms,
) -> Result<Vec<Earning>, MoneyError> {
    let view = View { as_of: conversion.ordered_at, recorded_before: conversion.locks_at };
    let party = party(conversion, program, view).filter(|it| program.may_be_paid(terms, it, view));
    let Some(party) = party else { return Ok(Vec::new()) };
    let mut rules: Vec<&CommissionRule> = Vec::new();
    for draft in drafts {
        if draft.rule.buyer_reward.is_some() && !rules.iter().any(|known| known.id == draft.rule.id) {
            rules.push(draft.rule);
        }
    }
    rules.into_iter().map(|rule| reward(rule, &party, drafts, conversion, terms)).collect()
}

/// Who is owed the reward: the ambassador whose own account bought, as it was known before the lock, else the
/// account by itself.
fn party(conversion: &Conversion, program: &Program, view: View) -> Option<AmbassadorId> {
    let account = conversion.buyer.as_ref()?;
    Some(program.owner_of(account, view).cloned().unwrap_or_else(|| customer(account)))
}

/// `customer:` and the account. A digest stands for one too long for an id.
fn customer(account: &AccountId) -> AmbassadorId {
    let named = format!("customer:{account}");
    named.parse().unwrap_or_else(|_| AmbassadorId::trusted(&format!("customer:{}", digits(account.as_str()))))
}

fn reward(
    rule: &CommissionRule,
    party: &AmbassadorId,
    drafts: &[Draft<'_>],
    conversion: &Conversion,
    terms: &Terms,
) -> Result<Earning, MoneyError> {
    let reward = rule.buyer_reward.unwrap_or_default();
    let amount = reward.to_minor(conversion.currency.exponent()?, terms.program.rounding)?;
    let mut steps = Vec::new();
    for moment in &conversion.moments {
        let pays = |draft: &&Draft<'_>| {
            let now = draft.steps.iter().rev().find(|step| step.effective_at <= moment.effective_at);
            draft.rule.id == rule.id && now.is_some_and(|step| step.base > Millionths::ZERO)
        };
        let (base, amount) = match drafts.iter().find(pays) {
            Some(_) => (reward, amount),
            None => (Millionths::ZERO, 0),
        };
        let (effective_at, cause) = (moment.effective_at, moment.cause.clone());
        stand(&mut steps, Step { effective_at, cause, base, amount });
    }
    Ok(Earning {
        program: conversion.program.clone(),
        source: Source::Order(conversion.order.clone()),
        ambassador: party.clone(),
        rule: rule.id.clone(),
        kind: EarningKind::Referral,
        asset: conversion.currency.clone(),
        terms_version: terms.program.version.clone(),
        source_at: conversion.ordered_at,
        clears_at: conversion.locks_at,
        weight: 1,
        of_weight: 1,
        steps,
        formula: format!("{reward} {} for the buyer of the order", conversion.currency),
        group: None,
        unsettled: Vec::new(),
        budgeted: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_a_long_account_is_owed_something_too() {
        let long = |last: char| AccountId::trusted(&format!("{}{last}", "a".repeat(127)));
        assert_eq!(customer(&AccountId::trusted("beta")).as_str(), "customer:beta");
        let (one, other) = (customer(&long('1')), customer(&long('2')));
        assert_eq!(one, one.as_str().parse().unwrap(), "it is an id");
        assert_ne!(one, other);
    }
}
