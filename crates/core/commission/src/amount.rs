//! What a rule pays on its lines of an order at one moment, before the split.

use tribute_events::{Conversion, Moment, NetLine};
use tribute_money::{Asset, Millionths, MoneyError, Part, Rate, Rounding, allocate};
use tribute_terms::{CommissionRule, Pays, Profile, Terms, TierBy};

use crate::{stage, tier};

/// The lines of an order that go to one rule, summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Lines {
    /// Net amounts.
    pub(crate) net: Millionths,
    /// Net amounts with the parts of tax and shipping that the rule includes.
    pub(crate) base: Millionths,
    /// Units not returned, of lines with a net amount above zero.
    pub(crate) units: i64,
}

impl Lines {
    pub(crate) fn add(&mut self, line: &NetLine, extra: Millionths) -> Result<(), MoneyError> {
        self.net = self.net.plus(line.net)?;
        self.base = self.base.plus(line.net)?.plus(extra)?;
        // A line whose money went back pays nothing per item, whatever its quantity says.
        if line.net > Millionths::ZERO {
            self.units = self.units.checked_add(line.quantity).ok_or(MoneyError::Overflow)?;
        }
        Ok(())
    }
}

/// A rule applied to an order: in its currency, for one ambassador.
#[derive(Clone, Copy)]
pub(crate) struct Ruling<'a> {
    pub(crate) rule: &'a CommissionRule,
    pub(crate) terms: &'a Terms,
    pub(crate) conversion: &'a Conversion,
    pub(crate) exponent: u32,
    pub(crate) profile: &'a Profile,
}

impl Ruling<'_> {
    pub(crate) const fn asset(&self) -> &Asset {
        &self.conversion.currency
    }

    pub(crate) const fn rounding(&self) -> Rounding {
        self.terms.program.rounding
    }

    /// Whether the lines are worth less than the rule asks for.
    pub(crate) fn is_below_minimum(&self, lines: &Lines) -> bool {
        self.rule.minimum_order.is_some_and(|minimum| lines.net < minimum)
    }

    /// The base on which the rule pays.
    pub(crate) fn base(&self, lines: &Lines) -> Millionths {
        if self.is_below_minimum(lines) { Millionths::ZERO } else { lines.base }
    }

    /// The rule's total in minor units, rounded once; 0 where tiers by period decide it.
    pub(crate) fn total(&self, lines: &Lines) -> Result<i64, MoneyError> {
        self.capped(self.uncapped(lines)?)
    }

    /// The total before the cap per order.
    pub(crate) fn uncapped(&self, lines: &Lines) -> Result<i64, MoneyError> {
        if self.is_below_minimum(lines) {
            return Ok(0);
        }
        match (&self.rule.pays, self.rate()?) {
            (_, Some(rate)) => lines.base.times(rate, self.exponent, self.rounding()),
            (Pays::PerOrder(amount), _) if lines.net > Millionths::ZERO => self.minor(*amount),
            (Pays::PerItem(amount), _) => self.minor(items(*amount, lines.units)?),
            _ => Ok(0),
        }
    }

    /// The rate, where the rule pays one that the order itself decides.
    pub(crate) fn rate(&self) -> Result<Option<Rate>, MoneyError> {
        match &self.rule.pays {
            Pays::Percent(rate) => Ok(Some(*rate)),
            Pays::Tiers(table) if table.by == TierBy::Followers => {
                let followers = self.profile.followers_on(table.followers_on.as_deref());
                let followers = tier::count(followers.unwrap_or(0))?;
                Ok(Some(tier::rate_at(table, followers)))
            }
            Pays::Stages(stages) => {
                Ok(Some(stage::rate_at(stages, self.conversion, &self.terms.program.time_zone)))
            }
            Pays::Tiers(_) | Pays::PerOrder(_) | Pays::PerItem(_) => Ok(None),
        }
    }

    /// No more than the cap per order.
    pub(crate) fn capped(&self, total: i64) -> Result<i64, MoneyError> {
        self.rule.caps.per_order.map_or(Ok(total), |cap| Ok(total.min(self.minor(cap)?)))
    }

    pub(crate) fn minor(&self, amount: Millionths) -> Result<i64, MoneyError> {
        amount.to_minor(self.exponent, self.rounding())
    }
}

/// A flat amount for so many units.
pub(crate) fn items(amount: Millionths, units: i64) -> Result<Millionths, MoneyError> {
    amount.get().checked_mul(units).map(Millionths::new).ok_or(MoneyError::Overflow)
}

/// The lines' parts of an amount of the order, such as its shipping: by their net amounts, alike where all are
/// zero. So rules that share an order never count one shipping charge twice.
pub(crate) fn spread(amount: Millionths, moment: &Moment) -> Result<Vec<Millionths>, MoneyError> {
    if moment.lines.is_empty() {
        return Ok(Vec::new());
    }
    let net = |line: &NetLine| u64::try_from(line.net.get()).unwrap_or(0);
    let worthless = moment.lines.iter().all(|line| net(line) == 0);
    let weight = |line: &NetLine| if worthless { 1 } else { net(line) };
    let parts: Vec<_> = moment.lines.iter().map(|line| Part { weight: weight(line), tie: [0; 32] }).collect();
    Ok(allocate(amount.get(), &parts)?.into_iter().map(Millionths::new).collect())
}
