//! Bonuses: instant by instant, because a bonus that is reached stays as it was reached.

use std::collections::BTreeMap;

use tribute_events::{OrderId, ProgramId, Timestamp};
use tribute_money::Asset;
use tribute_terms::{Bonus, TierBy};

use crate::{
    Source,
    brand::Brand,
    earning::{Earned, Part, parts},
    exact::{MILLION, minor},
    fact::Horizon,
    tally::Group,
};

/// An order that counts towards a bonus.
struct Counted {
    order: OrderId,
    base: i128,
    lock: Timestamp,
    bonus: Bonus,
    asset: Asset,
    amount: i128,
}

/// How a bonus stands.
#[derive(Default)]
struct Race {
    /// As it was when it was reached; `None` where it is not, or was lost.
    reached: Option<(Bonus, i128)>,
    /// When it clears, and in which currency it is, since it was first reached.
    first: Option<(Timestamp, Asset)>,
}

impl Brand {
    /// Bonuses, one for each ambassador and period in which the threshold is reached.
    ///
    /// What is counted are the bases on which commission is paid, as for tiers: an order counts with the sum of its
    /// bases over all rules, revenue in the program's currency only. Threshold and amount are those of the latest
    /// order that counted when the bonus was reached, and the bonus stands as long as what is counted does not fall
    /// below that threshold. It clears when every order that counted when it was first reached has cleared.
    pub(crate) fn bonuses(&self, program: &ProgramId, horizon: Horizon) -> Vec<Earned> {
        let versions = self.programs.get(program).map(Vec::as_slice).unwrap_or_default();
        if versions.iter().all(|version| version.terms.bonus.is_empty()) {
            return Vec::new();
        }
        let mut races: BTreeMap<Group, Race> = BTreeMap::new();
        for instant in self.instants.range(..=horizon.until) {
            let credited = self.credited(program, Horizon { until: *instant, ..horizon });
            let counted = counted(&parts(&credited));
            for group in counted.keys() {
                races.entry(group.clone()).or_default();
            }
            for (group, race) in &mut races {
                race.judge(counted.get(group).map(Vec::as_slice).unwrap_or_default());
            }
        }
        let earned = races.into_iter().filter_map(|((rule, ambassador, period), race)| {
            let ((_, amount), (clears_at, asset)) = (race.reached?, race.first?);
            Some(Earned { source: Source::Period(period), ambassador, rule, asset, amount, clears_at })
        });
        earned.collect()
    }
}

impl Race {
    fn judge(&mut self, counted: &[Counted]) {
        if let Some((bonus, _)) = &self.reached {
            if measure(counted, bonus) < i128::from(bonus.from.get()) {
                self.reached = None;
            }
            return;
        }
        let Some(latest) = counted.last() else { return };
        let payable = self.first.as_ref().is_none_or(|(_, asset)| *asset == latest.asset);
        if payable && measure(counted, &latest.bonus) >= i128::from(latest.bonus.from.get()) {
            let clears_at = counted.iter().map(|it| it.lock).max().unwrap_or(latest.lock);
            self.first.get_or_insert((clears_at, latest.asset.clone()));
            self.reached = Some((latest.bonus.clone(), latest.amount));
        }
    }
}

fn measure(counted: &[Counted], bonus: &Bonus) -> i128 {
    let value = |it: &Counted| if bonus.by == TierBy::Revenue { it.base } else { MILLION };
    counted.iter().map(value).sum()
}

/// What counts towards every bonus, by time and order; the parts come in that order.
fn counted(parts: &[Part<'_>]) -> BTreeMap<Group, Vec<Counted>> {
    let mut groups: BTreeMap<Group, Vec<Counted>> = BTreeMap::new();
    for part in parts.iter().filter(|part| part.pays() && part.own_base > 0) {
        let program = &part.terms.program;
        for bonus in &part.terms.bonus {
            if bonus.by == TierBy::Revenue && part.asset != program.currency {
                continue;
            }
            let name = program.time_zone.period(bonus.period, part.at).name;
            let group = groups.entry((bonus.id.clone(), part.ambassador.clone(), name)).or_default();
            if let Some(same) = group.last_mut().filter(|it| it.order == *part.order) {
                same.base += part.own_base;
                continue;
            }
            let Ok(exponent) = program.currency.exponent() else { continue };
            group.push(Counted {
                order: part.order.clone(),
                base: part.own_base,
                lock: part.lock,
                bonus: bonus.clone(),
                asset: program.currency.clone(),
                amount: minor(i128::from(bonus.amount.get()), exponent, program.rounding),
            });
        }
    }
    groups
}
