use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use smol_str::SmolStr;

use super::FunnelLine;
use crate::ReportError;

/// Brand, program, currency.
pub(super) type Group = (String, String, String);

/// Figures of one part. Amounts are in millionths of the currency's unit.
#[derive(Debug, Default)]
pub(super) struct Sums {
    pub(super) posts: u64,
    pub(super) measured_views: u64,
    pub(super) tracked_views: u64,
    pub(super) interactions: u64,
    pub(super) interactions_of_measured: u64,
    pub(super) clicks: u64,
    pub(super) orders: u64,
    pub(super) net_revenue: i128,
    pub(super) fees: i128,
    pub(super) commission: i128,
    pub(super) rewards: i128,
    pub(super) perk_value: i128,
    pub(super) perks_without_value: u64,
    pub(super) media_value: i128,
    pub(super) media_value_versions: BTreeSet<SmolStr>,
}

impl Sums {
    pub(super) const fn reach(&self) -> u64 {
        self.measured_views.saturating_add(self.tracked_views)
    }

    pub(super) const fn cost(&self) -> i128 {
        let money = self.fees.saturating_add(self.commission).saturating_add(self.rewards);
        money.saturating_add(self.perk_value)
    }

    fn worth(&self) -> impl Ord + use<> {
        (self.net_revenue, self.clicks, self.interactions, self.reach())
    }
}

/// The parts of one program in one currency, and their total.
#[derive(Debug, Default)]
struct Parts {
    parts: BTreeMap<Option<String>, Sums>,
    total: Sums,
}

/// Takes rows as they come.
type Take<'t> =
    &'t mut (dyn FnMut(&Group, FunnelLine, Option<&str>, &Sums) -> Result<(), ReportError> + Send);

/// Everything that was counted.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<Group, Parts>);

impl Tally {
    /// Changes a part and the total alike.
    pub(super) fn add(&mut self, group: &Group, part: Option<&str>, change: impl Fn(&mut Sums)) {
        self.add_to_part(group, part, &change);
        self.add_to_total(group, change);
    }

    pub(super) fn add_to_part(&mut self, group: &Group, part: Option<&str>, change: impl Fn(&mut Sums)) {
        let parts = &mut self.0.entry(group.clone()).or_default().parts;
        change(parts.entry(part.map(str::to_owned)).or_default());
    }

    pub(super) fn add_to_total(&mut self, group: &Group, change: impl Fn(&mut Sums)) {
        change(&mut self.0.entry(group.clone()).or_default().total);
    }

    /// Gives every row: of each group the best parts, then what belongs to none, then the total.
    pub(super) fn each(&self, limit: Option<usize>, take: Take<'_>) -> Result<(), ReportError> {
        for (group, Parts { parts, total }) in &self.0 {
            let mut named: Vec<_> =
                parts.iter().filter_map(|(part, sums)| Some((part.as_deref()?, sums))).collect();
            named.sort_by_key(|(part, sums)| (Reverse(sums.worth()), *part));
            for (part, sums) in named.into_iter().take(limit.unwrap_or(usize::MAX)) {
                take(group, FunnelLine::Part, Some(part), sums)?;
            }
            if let Some(rest) = parts.get(&None) {
                take(group, FunnelLine::None, None, rest)?;
            }
            take(group, FunnelLine::Total, None, total)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_come_first_then_the_rest_then_the_total() {
        let mut tally = Tally::default();
        let group = ("b".to_owned(), "p".to_owned(), "USD".to_owned());
        let figures = [
            (None, 900, 0),
            (Some("late"), 5, 1),
            (Some("equal"), 5, 1),
            (Some("clicked"), 5, 2),
            (Some("best"), 7, 0),
        ];
        for (part, net_revenue, clicks) in figures {
            tally.add(&group, part, |sums| {
                sums.net_revenue += net_revenue;
                sums.clicks += clicks;
            });
        }
        let rows = |limit| {
            let mut rows = Vec::new();
            let mut take = |_: &Group, line: FunnelLine, part: Option<&str>, sums: &Sums| {
                rows.push(format!("{} {} {}", line.as_str(), part.unwrap_or("-"), sums.net_revenue));
                Ok(())
            };
            tally.each(limit, &mut take).unwrap();
            rows
        };
        let want =
            ["part best 7", "part clicked 5", "part equal 5", "part late 5", "none - 900", "total - 922"];
        assert_eq!(rows(None), want);
        assert_eq!(rows(Some(1)), ["part best 7", "none - 900", "total - 922"]);
    }
}
