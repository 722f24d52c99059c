//! Fees for several posts together.

use std::collections::BTreeSet;

use tribute_terms::{PostFee, Program};

use crate::{CommissionError, Earning, Step, Unsettled, earning::stand};

/// The group of an author's posts under a fee that is for several of them together.
pub(crate) fn group_of(earning: &Earning) -> String {
    format!("{}/{}/{}/pieces", earning.program, earning.rule, earning.ambassador)
}

/// Makes a post's own fee one piece of several, where the rule is for several: what it earns is settled with its
/// siblings.
pub(crate) fn as_piece(mut earning: Earning, rule: &PostFee) -> Earning {
    let Some(pieces) = rule.pieces else { return earning };
    earning.group = Some(group_of(&earning));
    let own = |step: Step| Unsettled {
        effective_at: step.effective_at,
        cause: step.cause,
        base: step.base,
        amount: step.amount,
        split: None,
    };
    earning.unsettled = std::mem::take(&mut earning.steps).into_iter().map(own).collect();
    settle(std::slice::from_mut(&mut earning), pieces);
    earning
}

/// Settles the posts of one author under one fee: in the row of (time, post) of those that stand, the one that
/// completes the pieces carries the fee, and the others nothing. Every change takes effect with the fact that brought
/// it about. How many pieces there are, the terms of the latest of the posts say.
///
/// # Errors
/// [`CommissionError::NoRule`].
pub(crate) fn settle_pieces(program: &Program, members: &mut [Earning]) -> Result<(), CommissionError> {
    members.sort_by(|a, b| (a.source_at, &a.source).cmp(&(b.source_at, &b.source)));
    let Some(last) = members.last() else { return Ok(()) };
    let rules = program.terms_at(last.source_at).map(|terms| terms.post_fee.as_slice()).unwrap_or_default();
    let rule = rules.iter().find(|rule| rule.id == last.rule).ok_or_else(|| CommissionError::NoRule {
        program: last.program.clone(),
        origin: last.source.clone(),
        at: last.source_at,
        rule: last.rule.clone(),
    })?;
    settle(members, rule.pieces.unwrap_or(1));
    Ok(())
}

/// The members stand in their row already.
fn settle(members: &mut [Earning], pieces: u32) {
    let mut happenings = Vec::new();
    for (place, member) in members.iter().enumerate() {
        let steps = member.unsettled.iter();
        happenings.extend(steps.map(|step| (step.effective_at, place, step.clone())));
    }
    happenings.sort_by(|a, b| (a.0, a.1, &a.2.cause).cmp(&(b.0, b.1, &b.2.cause)));
    let mut standing: BTreeSet<usize> = BTreeSet::new();
    let mut due = vec![0_i64; members.len()];
    members.iter_mut().for_each(|member| member.steps.clear());
    for (_, place, step) in happenings {
        if let Some(due) = due.get_mut(place) {
            *due = step.amount;
        }
        if step.amount == 0 {
            standing.remove(&place)
        } else {
            standing.insert(place)
        };
        let nth = usize::try_from(pieces.saturating_sub(1)).unwrap_or(usize::MAX);
        let carrier = standing.iter().nth(nth).copied();
        for (index, member) in members.iter_mut().enumerate() {
            let amount = if Some(index) == carrier { due.get(index).copied().unwrap_or(0) } else { 0 };
            let began = index == place || !member.steps.is_empty();
            if began {
                let (effective_at, cause, base) = (step.effective_at, step.cause.clone(), step.base);
                stand(&mut member.steps, Step { effective_at, cause, base, amount });
            }
        }
    }
    for (index, member) in members.iter_mut().enumerate() {
        let stands = standing.contains(&index);
        let number = standing.iter().take_while(|place| **place <= index).count();
        let wanted = usize::try_from(pieces).unwrap_or(usize::MAX);
        member.formula = match member.amount() {
            _ if !stands => "no piece: the post does not stand".to_owned(),
            0 if number > wanted => format!("one more than the {pieces} posts that the fee is for"),
            0 => format!("piece {number} of {pieces}, which are paid together"),
            _ => format!("piece {number} of {pieces}: the fee for all of them"),
        };
    }
}
