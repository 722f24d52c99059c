//! What a row says of the bank's own entries, as a fact for the books.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use tribute_events::{
    BankEntry, BankEntryKind, BankEntryReported, BrandId, ProgramId, Timestamp,
    statement::{Amount, Day},
};
use tribute_money::{Asset, Millionths};
use tribute_payouts::matching::{EntryPlace, KnownEntry, Movement, Row};
use tribute_services::Engine;

use crate::commands::payout::paid;

/// What is known beside the statements.
pub(super) struct Beside {
    programs: BTreeMap<String, ProgramId>,
    only: Option<ProgramId>,
}

impl Beside {
    /// Reads it. `named` is the program that a person names for charges and tax.
    pub(super) async fn read(engine: &Engine, brand: &BrandId, named: Option<&ProgramId>) -> Result<Self> {
        let programs = paid(engine, brand.as_str()).await?.into_iter();
        let programs = programs.map(|row| (row.payout, ProgramId::trusted(&row.program))).collect();
        let known = engine.registry().programs(brand);
        let mut ids = known.into_iter().flatten().map(|(id, _)| id.clone());
        let single = ids.next().filter(|_| ids.next().is_none());
        Ok(Self { programs, only: named.cloned().or(single) })
    }

    /// The program of a charge, or of tax: that of the payouts that the same entry paid, else the one that is named or the
    /// only one.
    pub(super) fn program(&self, row: &Row, rows: &[Row]) -> Option<ProgramId> {
        let place = row.entries.first()?;
        let same = |other: &EntryPlace| {
            (&other.account, &other.statement, other.number)
                == (&place.account, &place.statement, place.number)
        };
        let beside = rows.iter().filter(|other| other.entries.iter().any(same));
        let mut payouts = beside.flat_map(|other| &other.payouts);
        payouts.find_map(|payout| self.programs.get(payout.as_str()).cloned()).or_else(|| self.only.clone())
    }
}

/// What a row tells of the bank.
#[derive(Debug, Clone)]
pub(super) struct Told {
    row: Row,
    charge: Option<i64>,
    /// What it is once it is booked.
    kind: BankEntryKind,
    /// The program of a charge, or of tax.
    pub(super) program: Option<ProgramId>,
}

impl Told {
    /// What a row tells; nothing where it is on record or moves nothing.
    pub(super) fn of(row: &Row, program: Option<ProgramId>) -> Option<Self> {
        let tells = !row.movements.is_empty() && !row.known;
        tells.then(|| Self { row: row.clone(), charge: row.charge, kind: row.tells, program })
    }

    /// Whether it tells more than that nothing explains it: of payouts, or of a program that is known.
    pub(super) fn explains(&self) -> bool {
        match self.kind {
            BankEntryKind::Unexpected => false,
            BankEntryKind::Charge | BankEntryKind::Tax => self.program.is_some(),
            BankEntryKind::Payment | BankEntryKind::Return => true,
        }
    }

    /// A person says what it is.
    pub(super) fn call_it(&mut self, kind: BankEntryKind) {
        self.kind = kind;
    }

    /// A person says that what it moved beside the payouts is the bank's charge. Whether that can be: it is of payouts, in
    /// one currency.
    pub(super) fn rest_is_charge(&mut self) -> bool {
        let rest = || {
            let (booked, expected) = (self.row.booked.as_ref()?, self.row.expected.as_ref()?);
            let paid = if booked.minor < 0 { expected.minor } else { expected.minor.checked_neg()? };
            let more = booked.minor.checked_neg()?.checked_sub(paid)?;
            let of_payouts = matches!(self.kind, BankEntryKind::Payment | BankEntryKind::Return);
            (of_payouts && booked.asset == expected.asset).then_some(more)
        };
        let Some(rest) = rest() else { return false };
        self.charge = Some(rest);
        true
    }

    /// When the bank booked it: the last of the days.
    pub(super) fn day(&self) -> Option<Day> {
        self.row.movements.iter().filter_map(|it| it.day).max()
    }

    /// As facts: one where it is booked, else one for each entry, which nothing explains so far.
    pub(super) fn events(&self, is_booked: bool, by: Option<&str>) -> Result<Vec<BankEntryReported>> {
        if !is_booked || !self.explains() {
            let apart = self.row.record(false);
            return apart.iter().map(|it| self.event(std::slice::from_ref(it), it.kind, None)).collect();
        }
        Ok(vec![self.event(&self.row.record(true), self.kind, by)?])
    }

    fn event(
        &self,
        entries: &[KnownEntry],
        kind: BankEntryKind,
        by: Option<&str>,
    ) -> Result<BankEntryReported> {
        let first = entries.first().context("a row without entries")?;
        let currency = first.movement.amount.asset.clone();
        let of_a_program = matches!(kind, BankEntryKind::Charge | BankEntryKind::Tax);
        let of_payouts = matches!(kind, BankEntryKind::Payment | BankEntryKind::Return);
        let charge = self.charge.filter(|charge| of_payouts && *charge != 0);
        Ok(BankEntryReported {
            kind,
            entries: entries.iter().map(|it| entry(&it.movement)).collect::<Result<_>>()?,
            payouts: if of_a_program { Vec::new() } else { first.payouts.clone() },
            charge: charge.map(|charge| decimal(charge, &currency)).transpose()?,
            program: self.program.clone().filter(|_| of_a_program),
            by: by.map(str::to_owned),
            currency,
        })
    }
}

fn entry(movement: &Movement) -> Result<BankEntry> {
    let Amount { minor, asset } = &movement.amount;
    Ok(BankEntry {
        entry: movement.entry.clone(),
        account: movement.account.clone(),
        statement: movement.statement.clone(),
        reference: movement.reference.clone(),
        day: movement.day.map(|day| day.to_string().into()),
        amount: decimal(*minor, asset)?,
    })
}

fn decimal(minor: i64, asset: &Asset) -> Result<Millionths> {
    Ok(Millionths::from_minor(minor, asset.exponent()?)?)
}

/// When the bank booked something: the beginning of its day, and never later than now.
pub(super) fn at(day: Option<Day>, now: Timestamp) -> Timestamp {
    let begins = day.and_then(|day| format!("{day}T00:00:00Z").parse::<Timestamp>().ok());
    begins.map_or(now, |begins| begins.min(now))
}
