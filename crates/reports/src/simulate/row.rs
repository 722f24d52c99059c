use serde::Serialize;
use tribute_money::{Millionths, MoneyError};

use super::{Figures, Stretch};
use crate::{
    Cell, Column, ReportError,
    report::{Amount, Record},
};

/// Whom a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One ambassador.
    Ambassador,
    /// Everybody in this currency, token or perk. Nothing is added up across them.
    Total,
}

/// How an ambassador fares under the other terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Gets more.
    Gains,
    /// Gets less.
    Loses,
    /// Gets the same.
    Same,
}

/// What one ambassador, or everybody, gets in one currency, token or perk: by the terms in force, and by the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SimulationRow {
    /// The program, and from when to when.
    #[serde(flatten)]
    pub stretch: Stretch,
    /// Whom it is about.
    pub scope: Scope,
    /// The ambassador; absent in a total.
    pub ambassador: Option<String>,
    /// The currency, token or perk.
    pub asset: String,
    /// By the terms in force.
    pub old: Figures,
    /// By the other terms.
    pub new: Figures,
    /// What both cost, and by how much it changes.
    cost: [Millionths; 3],
}

impl SimulationRow {
    pub(super) fn new(
        stretch: &Stretch,
        ambassador: Option<&str>,
        asset: &str,
        [old, new]: [Figures; 2],
    ) -> Result<Self, ReportError> {
        let cost = || -> Result<_, MoneyError> {
            let [before, after] = [old.cost()?, new.cost()?];
            Ok([before, after, after.minus(before)?])
        };
        let overflow = |why| ReportError::stored("simulation", ambassador.unwrap_or("total"), &why);
        Ok(Self {
            stretch: stretch.clone(),
            scope: if ambassador.is_some() { Scope::Ambassador } else { Scope::Total },
            ambassador: ambassador.map(str::to_owned),
            asset: asset.to_owned(),
            old,
            new,
            cost: cost().map_err(overflow)?,
        })
    }

    /// By how much the cost changes.
    #[must_use]
    pub const fn change(&self) -> Millionths {
        self.cost[2]
    }

    /// How the ambassador fares; of a total, whether it costs more.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.change().get() {
            0 => Outcome::Same,
            change if change > 0 => Outcome::Gains,
            _ => Outcome::Loses,
        }
    }

    /// What it costs by the terms in force and by the others, and the difference.
    ///
    /// # Errors
    /// Where the asset is not one.
    pub fn cost(&self) -> Result<[Amount; 3], ReportError> {
        let [old, new, change] = self.cost;
        Ok([self.amount(old)?, self.amount(new)?, self.amount(change)?])
    }

    /// The cost as a share of net revenue by the terms in force and by the others, in percent with two decimals, half
    /// up; none without revenue.
    #[must_use]
    pub fn cost_shares(&self) -> [Option<String>; 2] {
        let [old, new, _] = self.cost;
        [percent(old, self.old.net_revenue), percent(new, self.new.net_revenue)]
    }

    fn amount(&self, value: Millionths) -> Result<Amount, ReportError> {
        Amount::millionths("simulation", value.get(), &self.asset)
    }
}

/// What `part` is of `whole` in percent.
fn percent(part: Millionths, whole: Millionths) -> Option<String> {
    let whole = i128::from(whole.get());
    if whole <= 0 {
        return None;
    }
    let size = i128::from(part.get()).abs();
    let hundredths = size.checked_mul(20_000)?.checked_add(whole)?.checked_div(whole.checked_mul(2)?)?;
    let sign = if part.get() < 0 && hundredths > 0 { "-" } else { "" };
    Some(format!("{sign}{}.{:02}%", hundredths / 100, hundredths % 100))
}

impl Record for SimulationRow {
    fn columns() -> Vec<Column> {
        vec![
            Column::for_programs("brand"),
            Column::for_programs("program"),
            Column::for_programs("from"),
            Column::for_programs("to"),
            Column::left("scope"),
            Column::left("ambassador"),
            Column::right("net_revenue_old"),
            Column::right("net_revenue_new"),
            Column::right("commission_old"),
            Column::right("commission_new"),
            Column::right("other_old"),
            Column::right("other_new"),
            Column::right("rewards_old"),
            Column::right("rewards_new"),
            Column::right("cost_old"),
            Column::right("cost_new"),
            Column::right("change"),
            Column::for_programs("currency"),
            Column::right("cost_share_old"),
            Column::right("cost_share_new"),
            Column::left("outcome"),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        let [cost_old, cost_new, change] = self.cost;
        let (old, new) = (&self.old, &self.new);
        let values = [
            [old.net_revenue, new.net_revenue],
            [old.commission, new.commission],
            [old.other, new.other],
            [old.rewards, new.rewards],
            [cost_old, cost_new],
        ];
        let amount = |value| self.amount(value).map_or(Cell::Nothing, |amount| amount.cell());
        let mut cells = vec![
            Cell::text(self.stretch.brand.as_str()),
            Cell::text(self.stretch.program.as_str()),
            Cell::at(self.stretch.from),
            Cell::at(self.stretch.to),
            Cell::text(match self.scope {
                Scope::Ambassador => "ambassador",
                Scope::Total => "total",
            }),
            Cell::maybe(self.ambassador.as_deref()),
        ];
        cells.extend(values.into_iter().flatten().chain([change]).map(amount));
        cells.push(Cell::text(self.asset.as_str()));
        cells.extend(self.cost_shares().map(Cell::maybe));
        cells.push(match (self.scope, self.outcome()) {
            (Scope::Total, _) => Cell::Nothing,
            (_, Outcome::Gains) => Cell::text("gains"),
            (_, Outcome::Loses) => Cell::text("loses"),
            (_, Outcome::Same) => Cell::text("same"),
        });
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_revenue_is_rounded_half_up() {
        let of = |part, whole| percent(Millionths::new(part), Millionths::new(whole));
        assert_eq!(of(1, 8).as_deref(), Some("12.50%"));
        assert_eq!(of(2, 3).as_deref(), Some("66.67%"));
        assert_eq!(of(1, 20_000).as_deref(), Some("0.01%"));
        assert_eq!(of(-1, 8).as_deref(), Some("-12.50%"));
        assert_eq!(of(1, 0), None);
    }
}
