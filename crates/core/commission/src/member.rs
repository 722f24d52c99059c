//! One earning among its siblings: what it is due where it stands.

use tribute_money::{Millionths, MoneyError, Rounding, divide, format_minor};
use tribute_terms::{CapOf, CommissionRule, Pays, TierBy, TierMode, TierTable};

use crate::{
    Earning, Source, Step, Unsettled, formula,
    order::tiers_by_period,
    share::{part_of, parts},
    tier,
};

/// What a stretch of earnings adds up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    /// Orders with a base above zero.
    pub(crate) orders: u64,
    /// Their bases.
    pub(crate) revenue: Millionths,
    /// What they are due, caps applied, in minor units.
    pub(crate) paid: i64,
}

impl Tally {
    pub(crate) fn plus(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self {
            orders: self.orders.checked_add(other.orders).ok_or(MoneyError::Overflow)?,
            revenue: self.revenue.plus(other.revenue)?,
            paid: self.paid.checked_add(other.paid).ok_or(MoneyError::Overflow)?,
        })
    }

    pub(crate) fn minus(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self {
            orders: self.orders.checked_sub(other.orders).ok_or(MoneyError::Overflow)?,
            revenue: self.revenue.minus(other.revenue)?,
            paid: self.paid.checked_sub(other.paid).ok_or(MoneyError::Overflow)?,
        })
    }

    /// As the measure that a tier table counts.
    pub(crate) fn measure(self, table: &TierTable) -> Result<Millionths, MoneyError> {
        if table.by == TierBy::Orders { tier::count(self.orders) } else { Ok(self.revenue) }
    }
}

/// An earning among its siblings, as it stands at one instant.
pub(crate) struct Member<'a> {
    /// Its place in the caller's list.
    pub(crate) index: usize,
    pub(crate) earning: &'a Earning,
    pub(crate) rule: &'a CommissionRule,
    pub(crate) rounding: Rounding,
    pub(crate) exponent: u32,
    /// The step it has reached; `None` before its first one.
    pub(crate) now: Option<&'a Unsettled>,
    /// What it is due now.
    pub(crate) due: i64,
    pub(crate) steps: Vec<Step>,
}

impl Member<'_> {
    /// What it adds to the group's sums now.
    pub(crate) fn tally(&self) -> Tally {
        let revenue = self.now.map_or(Millionths::ZERO, |now| now.base);
        Tally { orders: u64::from(revenue > Millionths::ZERO), revenue, paid: self.due }
    }

    /// What it is due where `before` lies before it and `all` is the whole group.
    pub(crate) fn settle(&self, before: Tally, all: Tally) -> Result<i64, MoneyError> {
        let Some(now) = self.now else { return Ok(0) };
        let amount = match self.table() {
            Some(table) => self.by_tiers(table, now, before, all)?,
            None => now.amount,
        };
        Ok(self.room(before)?.map_or(amount, |room| amount.min(room)))
    }

    /// The table of tiers by period, where the rule has one.
    pub(crate) fn table(&self) -> Option<&TierTable> {
        match &self.rule.pays {
            Pays::Tiers(table) if tiers_by_period(self.rule) => Some(table),
            _ => None,
        }
    }

    /// What the cap over the period leaves; `None` where there is none.
    fn room(&self, before: Tally) -> Result<Option<i64>, MoneyError> {
        let Some((cap, _)) = self.rule.caps.over_period() else { return Ok(None) };
        let cap = cap.to_minor(self.exponent, self.rounding)?;
        Ok(Some(cap.checked_sub(before.paid).ok_or(MoneyError::Overflow)?.max(0)))
    }

    fn by_tiers(
        &self,
        table: &TierTable,
        now: &Unsettled,
        before: Tally,
        all: Tally,
    ) -> Result<i64, MoneyError> {
        let pieces = pieces(table, now.base, before, all)?;
        if let [(_, rate)] = pieces.as_slice() {
            let whole = now.split.as_ref().map_or(now.base, |split| split.whole);
            let total = whole.times(*rate, self.exponent, self.rounding)?;
            return self.part(now, self.capped(total)?);
        }
        // Where an order straddles a threshold its shares stand at different places in their tables and have no
        // common total: the ambassador's own part is rounded, once.
        let mut product = 0_i128;
        for (base, rate) in pieces {
            let piece = i128::from(base.get()).checked_mul(i128::from(rate.millionths()));
            product = piece.and_then(|piece| product.checked_add(piece)).ok_or(MoneyError::Overflow)?;
        }
        let unit = 12_u32.checked_sub(self.exponent).and_then(|power| 10_i128.checked_pow(power));
        let amount = divide(product, unit.ok_or(MoneyError::Overflow)?, self.rounding)?;
        let amount = i64::try_from(amount).map_err(|_| MoneyError::Overflow)?;
        Ok(amount.min(self.part(now, self.capped(i64::MAX)?)?))
    }

    fn capped(&self, total: i64) -> Result<i64, MoneyError> {
        let cap =
            self.rule.caps.per_order.map(|cap| cap.to_minor(self.exponent, self.rounding)).transpose()?;
        Ok(cap.map_or(total, |cap| total.min(cap)))
    }

    /// The ambassador's part of an order's total.
    fn part(&self, now: &Unsettled, total: i64) -> Result<i64, MoneyError> {
        let Some(split) = now.split.as_ref().filter(|_| total != i64::MAX) else { return Ok(total) };
        let order = match &self.earning.source {
            Source::Order(order) => order.as_str(),
            _ => "",
        };
        let mine =
            |share: &tribute_events::Share| share.ambassador.as_ref() == Some(&self.earning.ambassador);
        let index = split.shares.iter().position(mine).unwrap_or(split.shares.len());
        part_of(total, &parts(order, &split.shares), index)
    }

    /// How the last amount came about.
    pub(crate) fn formula(&self, before: Tally, all: Tally) -> Result<String, MoneyError> {
        let (Some(now), Some(table)) = (self.now, self.table()) else { return self.cap_note(before) };
        let asset = &self.earning.asset;
        let pieces = pieces(table, now.base, before, all)?;
        let mut text = match pieces.as_slice() {
            [] => format!("no base on which it pays → {} {asset}", format_minor(0, asset)?),
            [(_, rate)] => {
                let whole = now.split.as_ref().map_or(now.base, |split| split.whole);
                let total = whole.times(*rate, self.exponent, self.rounding)?;
                let share = self.part(now, self.capped(total)?)?;
                formula::percent(*rate, whole, total, asset, self.rounding)?
                    + &formula::share(self.earning.weight, self.earning.of_weight, share, asset)?
            }
            several => {
                let piece = |(base, rate): &(Millionths, _)| format!("{rate} × {base}");
                let sum = several.iter().map(piece).collect::<Vec<_>>().join(" + ");
                format!("{sum} = {} {asset}", format_minor(self.by_tiers(table, now, before, all)?, asset)?)
            }
        };
        text += &format!("; {} before it, {} in all", shown(table, before), shown(table, all));
        Ok(text + &self.limit(before)?)
    }

    /// The order's own formula, less the note of an earlier settling, with the note of this one.
    fn cap_note(&self, before: Tally) -> Result<String, MoneyError> {
        let own = self.earning.formula.split(CAP_NOTE).next().unwrap_or_default();
        Ok(format!("{own}{}", self.limit(before)?))
    }

    fn limit(&self, before: Tally) -> Result<String, MoneyError> {
        let (Some(room), Some((cap, of))) = (self.room(before)?, self.rule.caps.over_period()) else {
            return Ok(String::new());
        };
        if self.due < room {
            return Ok(String::new());
        }
        let (asset, due) = (&self.earning.asset, format_minor(self.due, &self.earning.asset)?);
        let of = match of {
            CapOf::Ambassador => "per ambassador",
            CapOf::Customer => "per customer",
            CapOf::Everybody => "for everybody",
        };
        Ok(format!(
            "{CAP_NOTE}{cap} {of}, {} {asset} taken before it → {due}",
            format_minor(before.paid, asset)?
        ))
    }
}

/// What a note on the cap over the period begins with.
const CAP_NOTE: &str = "; no more than ";

/// The parts of the base with the rate that holds for each.
fn pieces(
    table: &TierTable,
    base: Millionths,
    before: Tally,
    all: Tally,
) -> Result<Vec<(Millionths, tribute_money::Rate)>, MoneyError> {
    if base <= Millionths::ZERO {
        return Ok(Vec::new());
    }
    match (table.mode, table.by) {
        (TierMode::Marginal, TierBy::Revenue) => tier::pieces(table, before.revenue, base),
        (TierMode::Marginal, TierBy::Orders | TierBy::Followers) => {
            Ok(vec![(base, tier::rate_at(table, before.measure(table)?))])
        }
        (TierMode::Retroactive, _) => Ok(vec![(base, tier::rate_at(table, all.measure(table)?))]),
    }
}

fn shown(table: &TierTable, tally: Tally) -> String {
    match (table.by, tally.orders) {
        (TierBy::Orders, 1) => "1 order".to_owned(),
        (TierBy::Orders, orders) => format!("{orders} orders"),
        _ => tally.revenue.to_string(),
    }
}
