//! Earnings that depend on their siblings: tiers by period, caps over a period, budgets.

use tribute_events::Timestamp;
use tribute_money::MoneyError;
use tribute_terms::{Program, TierMode, TierTable};

use crate::{
    CommissionError, Earning, EarningKind, Step,
    earning::stand,
    member::{Member, Tally},
    pieces::settle_pieces,
    tier,
};

/// Settles the earnings of one [`Earning::group`] among each other, given in any order: sets `steps` and
/// `formula` from `unsettled`.
///
/// The group's orders stand in a row by (time, order), the shares of one order by ambassador. In *marginal* tiers an order's place in the row decides
/// its rate: by the revenue before it, or by the number of orders before it. In *retroactive* tiers the whole
/// row decides: the n-th order lifts all of them. A cap is used up along the row. Every change takes effect
/// when the fact that brought it about did, with that fact as its cause: the order that reaches a tier adds a
/// step to the older ones, the refund that loses it takes it away, and a refund makes room under a cap.
///
/// Each earning is paid by the terms in force at its own time; orders under another version count alike.
/// Settling again, or with the members in another order, changes nothing.
///
/// # Errors
/// [`CommissionError::MixedGroups`], [`CommissionError::NoTerms`], [`CommissionError::NoRule`], or
/// [`CommissionError::Money`] where an amount does not fit.
pub fn settle_group(program: &Program, members: &mut [Earning]) -> Result<(), CommissionError> {
    let Some(name) = one_group(members)? else { return Ok(()) };
    if members.iter().all(|member| member.kind == EarningKind::Fee) {
        return settle_pieces(program, members);
    }
    let settled = {
        let mut group = Group::new(program, members, &name)?;
        group.run().and_then(|()| group.finish()).map_err(CommissionError::of(&name))?
    };
    for (index, steps, formula) in settled {
        if let Some(earning) = members.get_mut(index) {
            (earning.steps, earning.formula) = (steps, formula);
        }
    }
    Ok(())
}

/// The one group of all members; `None` where there is nothing to settle.
fn one_group(members: &[Earning]) -> Result<Option<String>, CommissionError> {
    let Some(first) = members.first() else { return Ok(None) };
    let shown = |earning: &Earning| earning.group.clone().unwrap_or_else(|| earning.key());
    match members.iter().find(|other| other.group != first.group) {
        Some(other) => Err(CommissionError::MixedGroups { first: shown(first), second: shown(other) }),
        None if first.group.is_none() && members.len() > 1 => Err(CommissionError::MixedGroups {
            first: first.key(),
            second: members.last().map(shown).unwrap_or_default(),
        }),
        None => Ok(first.group.clone()),
    }
}

struct Group<'a> {
    /// By (source's time, source).
    members: Vec<Member<'a>>,
    /// The retroactive tables among the members' rules.
    reaching_back: Vec<&'a TierTable>,
    all: Tally,
    /// How many members, from the first on, may have begun.
    begun: usize,
}

impl<'a> Group<'a> {
    fn new(program: &'a Program, earnings: &'a [Earning], name: &str) -> Result<Self, CommissionError> {
        let mut members = Vec::with_capacity(earnings.len());
        for (index, earning) in earnings.iter().enumerate() {
            members.push(member(program, index, earning, name)?);
        }
        members.sort_by(|a, b| {
            let place = |it: &Member<'a>| (it.earning.source_at, it.earning);
            let ((at, one), (other_at, other)) = (place(a), place(b));
            (at, &one.source, &one.ambassador).cmp(&(other_at, &other.source, &other.ambassador))
        });
        let mut reaching_back: Vec<&TierTable> = Vec::new();
        for member in &members {
            let rule = member.rule;
            if let tribute_terms::Pays::Tiers(table) = &rule.pays
                && table.mode == TierMode::Retroactive
                && !reaching_back.contains(&table)
            {
                reaching_back.push(table);
            }
        }
        Ok(Self { members, reaching_back, all: Tally::default(), begun: 0 })
    }

    /// Lets every member's steps happen, in effective time.
    fn run(&mut self) -> Result<(), MoneyError> {
        let mut happenings: Vec<(Timestamp, usize, usize)> = Vec::with_capacity(self.members.len());
        for (rank, member) in self.members.iter().enumerate() {
            let steps = member.earning.unsettled.iter().enumerate();
            happenings.extend(steps.map(|(number, step)| (step.effective_at, rank, number)));
        }
        happenings.sort_unstable();
        for (_, rank, number) in happenings {
            self.happen(rank, number)?;
        }
        Ok(())
    }

    /// One step of one member, and what follows from it for the others.
    fn happen(&mut self, rank: usize, number: usize) -> Result<(), MoneyError> {
        let Some(member) = self.members.get_mut(rank) else { return Ok(()) };
        let Some(step) = member.earning.unsettled.get(number) else { return Ok(()) };
        let (all, before) = (self.all, member.tally());
        member.now = Some(step);
        let tally = member.tally();
        self.all = self.all.minus(before)?.plus(tally)?;
        self.begun = self.begun.max(rank.saturating_add(1));
        let from = if self.tier_moved(all)? { 0 } else { rank };
        let moved = (before.orders, before.revenue) != (tally.orders, tally.revenue);
        self.settle(from, rank, moved, step)
    }

    /// Whether a retroactive tier is reached or lost, compared with `before`.
    fn tier_moved(&self, before: Tally) -> Result<bool, MoneyError> {
        for table in &self.reaching_back {
            let step_of = |tally: Tally| Ok(tier::step_at(table, tally.measure(table)?));
            if step_of(before)? != step_of(self.all)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Settles the members from `from` on anew; those after `rank` only where something before them moved.
    fn settle(
        &mut self,
        from: usize,
        rank: usize,
        moved: bool,
        cause: &crate::Unsettled,
    ) -> Result<(), MoneyError> {
        let mut before = self.all;
        let concerned = self.members.get(from..self.begun).unwrap_or_default();
        for member in concerned {
            before = before.minus(member.tally())?;
        }
        let mut moved = moved || from < rank;
        for index in from..self.begun {
            if index > rank && !moved {
                break;
            }
            let Some(member) = self.members.get_mut(index) else { break };
            let due = member.settle(before, self.all)?;
            moved |= due != member.due;
            if due != member.due || index == rank {
                let change = due.checked_sub(member.due).ok_or(MoneyError::Overflow)?;
                self.all.paid = self.all.paid.checked_add(change).ok_or(MoneyError::Overflow)?;
                member.due = due;
                let base = member.tally().revenue;
                let (effective_at, cause) = (cause.effective_at, cause.cause.clone());
                stand(&mut member.steps, Step { effective_at, cause, base, amount: due });
            }
            before = before.plus(member.tally())?;
        }
        Ok(())
    }

    /// Each member's place in the caller's list, its steps and its formula.
    fn finish(self) -> Result<Vec<(usize, Vec<Step>, String)>, MoneyError> {
        let mut before = Tally::default();
        let mut settled = Vec::with_capacity(self.members.len());
        for member in self.members {
            let formula = member.formula(before, self.all)?;
            before = before.plus(member.tally())?;
            settled.push((member.index, member.steps, formula));
        }
        Ok(settled)
    }
}

fn member<'a>(
    program: &'a Program,
    index: usize,
    earning: &'a Earning,
    name: &str,
) -> Result<Member<'a>, CommissionError> {
    let (at, origin) = (earning.source_at, || earning.source.clone());
    let terms = program.terms_at(at).ok_or_else(|| CommissionError::NoTerms {
        program: earning.program.clone(),
        origin: origin(),
        at,
    })?;
    let rule = terms.commission.iter().find(|rule| rule.id == earning.rule);
    let rule = rule.ok_or_else(|| CommissionError::NoRule {
        program: earning.program.clone(),
        origin: origin(),
        at,
        rule: earning.rule.clone(),
    })?;
    Ok(Member {
        index,
        earning,
        rule,
        rounding: terms.program.rounding,
        exponent: earning.asset.exponent().map_err(CommissionError::of(name))?,
        now: None,
        due: 0,
        steps: Vec::with_capacity(earning.unsettled.len()),
    })
}
