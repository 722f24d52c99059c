//! What a row says of the bank's own entries, as a fact for the books.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tribute_events::{
    BankEntry, BankEntryKind, BankEntryReported, BrandId, EventId, PayoutId, ProgramId, Timestamp,
    statement::{Amount, Day},
};
use tribute_money::{Asset, Millionths};
use tribute_payouts::matching::{Confidence, Movement, Row, RowKind};
use tribute_services::Engine;
use tribute_store::entity::bank_entry;

use super::proposal::digest;
use crate::commands::payout::paid;

/// What is known beside the statements.
pub(super) struct Beside {
    programs: BTreeMap<String, ProgramId>,
    only: Option<ProgramId>,
    /// Entries that were told before as something that is no payout's: charges, tax.
    booked: BTreeSet<String>,
}

impl Beside {
    /// Reads it. `named` is the program that a person names for charges and tax.
    pub(super) async fn read(engine: &Engine, brand: &BrandId, named: Option<&ProgramId>) -> Result<Self> {
        let programs = paid(engine, brand.as_str()).await?.into_iter();
        let programs = programs.map(|row| (row.payout, ProgramId::trusted(&row.program))).collect();
        let known = engine.registry().programs(brand);
        let mut ids = known.into_iter().flatten().map(|(id, _)| id.clone());
        let single = ids.next().filter(|_| ids.next().is_none());
        let told = bank_entry::Entity::find().filter(bank_entry::Column::Brand.eq(brand.as_str())).filter(
            bank_entry::Column::Kind
                .is_in([BankEntryKind::Charge, BankEntryKind::Tax].map(BankEntryKind::as_str)),
        );
        let told = told.all(engine.database().connection()).await?;
        let booked = told.into_iter().map(|row| row.entry).collect();
        Ok(Self { programs, only: named.cloned().or(single), booked })
    }

    /// Whether a row is a charge, or tax, that was booked before.
    pub(super) fn knows(&self, row: &Row) -> bool {
        !row.movements.is_empty() && row.movements.iter().all(|it| self.booked.contains(id_of(it).as_str()))
    }

    /// The program of a charge, or of tax: that of the payouts that the same entry paid, else the one that is named or the only one.
    pub(super) fn program(&self, row: &Row, rows: &[Row]) -> Option<ProgramId> {
        let place = &row.movements.first()?.place;
        let same = |other: &&Movement| {
            (&other.place.account, &other.place.statement, other.place.number)
                == (&place.account, &place.statement, place.number)
        };
        let beside = rows.iter().filter(|other| other.movements.iter().any(|it| same(&it)));
        let mut payouts = beside.flat_map(|other| &other.payouts);
        payouts.find_map(|payout| self.programs.get(payout.as_str()).cloned()).or_else(|| self.only.clone())
    }
}

/// What a row tells of the bank.
#[derive(Debug, Clone)]
pub(super) struct Told {
    movements: Vec<Movement>,
    payouts: Vec<PayoutId>,
    charge: Option<i64>,
    /// What it is once it is booked.
    kind: BankEntryKind,
    /// The program of a charge, or of tax.
    pub(super) program: Option<ProgramId>,
}

impl Told {
    /// What a row tells; nothing where it was told before or moves nothing.
    pub(super) fn of(row: &Row, program: Option<ProgramId>, read_again: bool) -> Option<Self> {
        if row.movements.is_empty() || read_again {
            return None;
        }
        let kind = match row.kind {
            RowKind::Charge => BankEntryKind::Charge,
            // What is uncertain and settles nothing may be of any of the payouts it names.
            RowKind::Matched | RowKind::Different
                if !row.settlements.is_empty() || row.confidence == Confidence::Certain =>
            {
                BankEntryKind::Payment
            }
            RowKind::Returned if !row.settlements.is_empty() => BankEntryKind::Return,
            _ => BankEntryKind::Unexpected,
        };
        let (movements, payouts) = (row.movements.clone(), row.payouts.clone());
        Some(Self { movements, payouts, charge: row.charge, kind, program })
    }

    /// Whether it is booked on a program, a charge or tax, and the program is known.
    pub(super) fn is_of_a_program(&self) -> bool {
        is_of_a_program(self.kind) && self.program.is_some()
    }

    /// A person says what it is.
    pub(super) fn call_it(&mut self, kind: BankEntryKind) {
        self.kind = kind;
    }

    /// When the bank booked it: the last of the days.
    pub(super) fn day(&self) -> Option<Day> {
        self.movements.iter().filter_map(|it| it.day).max()
    }

    /// As facts: one where it is booked, else one for each entry, which nothing explains so far.
    pub(super) fn events(&self, is_booked: bool, by: Option<&str>) -> Result<Vec<BankEntryReported>> {
        let kind = match self.kind {
            kind if is_of_a_program(kind) && self.program.is_none() => BankEntryKind::Unexpected,
            kind if is_booked => kind,
            _ => BankEntryKind::Unexpected,
        };
        if kind == BankEntryKind::Unexpected {
            return self
                .movements
                .iter()
                .map(|it| self.event(std::slice::from_ref(it), kind, None))
                .collect();
        }
        Ok(vec![self.event(&self.movements, kind, by)?])
    }

    fn event(
        &self,
        movements: &[Movement],
        kind: BankEntryKind,
        by: Option<&str>,
    ) -> Result<BankEntryReported> {
        let of_payouts = matches!(kind, BankEntryKind::Payment | BankEntryKind::Return);
        let currency =
            movements.first().map(|it| it.amount.asset.clone()).context("a row without entries")?;
        let charge = self.charge.filter(|charge| of_payouts && *charge != 0);
        Ok(BankEntryReported {
            kind,
            entries: movements.iter().map(entry).collect::<Result<_>>()?,
            payouts: if of_payouts { self.payouts.clone() } else { Vec::new() },
            charge: charge.map(|charge| decimal(charge, &currency)).transpose()?,
            program: self.program.clone().filter(|_| is_of_a_program(kind)),
            by: by.map(str::to_owned),
            currency,
        })
    }
}

/// Whether entries of this kind are booked on a program and not on payouts.
const fn is_of_a_program(kind: BankEntryKind) -> bool {
    matches!(kind, BankEntryKind::Charge | BankEntryKind::Tax)
}

fn entry(movement: &Movement) -> Result<BankEntry> {
    let Amount { minor, asset } = &movement.amount;
    Ok(BankEntry {
        entry: id_of(movement),
        account: movement.place.account.clone(),
        statement: movement.place.statement.clone(),
        reference: movement.place.reference(),
        day: movement.day.map(|day| day.to_string().into()),
        amount: decimal(*minor, asset)?,
    })
}

fn decimal(minor: i64, asset: &Asset) -> Result<Millionths> {
    Ok(Millionths::from_minor(minor, asset.exponent()?)?)
}

/// What the books call an entry, in whatever file it stands.
fn id_of(movement: &Movement) -> EventId {
    EventId::trusted(&format!("be_{}", digest(&movement.key)))
}

/// When the bank booked something: the beginning of its day, and never later than now.
pub(super) fn at(day: Option<Day>, now: Timestamp) -> Timestamp {
    let begins = day.and_then(|day| format!("{day}T00:00:00Z").parse::<Timestamp>().ok());
    begins.map_or(now, |begins| begins.min(now))
}
