//! What a program would have cost under other terms, on the facts that are recorded.
//!
//! Both sides are computed anew, in memory, by the services themselves and from the same facts of the event log: once
//! under the terms as they were published, once with the others in force over the whole stretch, in place of whatever
//! was. What lies before the stretch stays under its own terms on both sides, and counts as evidence: earlier orders,
//! clicks, subscriptions, missions under way, budgets used up. The books are only read.
//!
//! An order, post or grant is compared where it happened in the stretch, with all that is known of it today: refunds,
//! edits, cancellations, reviews and removals that came later count, on both sides. Orders, posts and clicks after the
//! stretch do not. What comes at the end of a period (a guarantee, a prize of a board) is compared where that end, or
//! the freezing, lies after the stretch's beginning and not after its end. Clearing and payouts are not compared: they
//! move what was earned, and change no amount.

mod facts;
mod replica;
mod row;
mod shoppers;
mod sums;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::Serialize;
use tribute_events::{BrandId, ClockTicked, Payload, ProgramId, ProgramPublished, Timestamp};
use tribute_terms::{Problem, Program, Terms};

pub use row::{Outcome, Scope, SimulationRow};
pub use sums::Figures;

use self::{
    facts::Facts,
    replica::{Replica, Trial, said, take_both},
    sums::Sums,
};
use crate::{
    Books, ReportError, Table,
    query::Query,
    report::{Record, clock},
    verify::{OnProgress, Progress, snapshot},
};

/// A program, from one instant until just before another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// The brand.
    pub brand: BrandId,
    /// The program.
    pub program: ProgramId,
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
}

/// Why nothing could be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulationError {
    /// The terms do not pass the check.
    #[error("the terms are not accepted: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Terms(Vec<Problem>),
    /// The books do not know the program.
    #[error(
        "brand {brand} has no program {program} in these books{known}; check `brand` and `id` in the terms, and the database"
    )]
    UnknownProgram {
        /// The brand.
        brand: BrandId,
        /// The program.
        program: ProgramId,
        /// The programs that it has, for people.
        known: String,
    },
    /// The stretch holds no instant at which the program had terms.
    #[error(
        "there is nothing from {from} to {to}: program {program} has terms from {begins} on; choose a later --to"
    )]
    Empty {
        /// The program.
        program: ProgramId,
        /// When its first terms take effect.
        begins: Timestamp,
        /// As asked for.
        from: Timestamp,
        /// As asked for.
        to: Timestamp,
    },
    /// Nothing happened in the stretch.
    #[error(
        "no order, post or grant of program {program} of brand {brand} lies from {from} to {to}; \
         `tribute report conversions --brand {brand} --program {program}` shows when there are any"
    )]
    Nothing {
        /// The brand.
        brand: BrandId,
        /// The program.
        program: ProgramId,
        /// The first instant.
        from: Timestamp,
        /// The first instant after it.
        to: Timestamp,
    },
    /// The books could not be read, or the services could not do their part.
    #[error(transparent)]
    Report(#[from] ReportError),
}

/// Two sets of terms on the same facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// What is compared.
    pub stretch: Stretch,
    /// The versions in force over the stretch, by the instant from which they hold.
    pub old_versions: Vec<String>,
    /// The version that was tried.
    pub new_version: String,
    /// By currency, token and perk: who gains most first, and everybody together last.
    pub rows: Vec<SimulationRow>,
    /// Facts that were not possible on either side, by code: a delivery of what was not granted, say.
    pub refused: [BTreeMap<&'static str, u64>; 2],
}

/// Compares a program's terms in force with others over a stretch of the recorded facts.
///
/// `from` is the beginning of the program's first terms where it is absent or earlier; `to` is the clock where it is
/// absent, or where that never ticked, the instant after the last fact.
///
/// # Errors
/// [`SimulationError`]: what is wrong with the terms or the stretch, or why the books could not be read.
pub async fn simulate(
    books: &Books<'_>,
    terms: &str,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    progress: OnProgress<'_>,
) -> Result<Simulation, SimulationError> {
    let parsed = Terms::parse(terms).map_err(SimulationError::Terms)?;
    let program = program_of(books, &parsed)?;
    let source = snapshot(books.database).await?;
    let to = match to {
        Some(to) => to,
        None => end_of(&source, &parsed.program.brand).await?,
    };
    let stretch = stretch_of(&parsed, program, from, to)?;
    let trial = trial_of(&stretch, program, &parsed, terms)?;
    let clicks_are_paid = !parsed.click_fee.is_empty() || books.registry.pays_for_clicks(&stretch.brand);
    let mut facts = Facts::before(stretch.to, &source, &stretch.brand, clicks_are_paid).await?;
    let mut sides = (Replica::new().await?, Replica::new().await?);
    sides.1 = sides.1.take(vec![trial.published.clone()]).await.map_err(ReportError::from)?;
    let mut done = 0_u64;
    while let Some((looked_at, batch)) = facts.next().await? {
        sides = take_both(sides, batch, &trial).await?;
        done = done.saturating_add(looked_at);
        progress(Progress { stage: "the simulation", done });
    }
    let tick = Payload::Clock(ClockTicked { at: stretch.to, after: BTreeMap::new() });
    let tick = said(BrandId::trusted("*"), "end", stretch.to, tick)?;
    let (old, new) = take_both(sides, vec![tick], &trial).await?;
    source.rollback().await.map_err(ReportError::read("*"))?;
    let [before, after] =
        [sums::sums(old.engine(), &stretch).await?, sums::sums(new.engine(), &stretch).await?];
    if before.is_none() && after.is_none() {
        let Stretch { brand, program, from, to } = stretch;
        return Err(SimulationError::Nothing { brand, program, from, to });
    }
    Ok(Simulation {
        rows: rows(&stretch, &before.unwrap_or_default(), &after.unwrap_or_default())?,
        old_versions: in_force(program, &stretch),
        new_version: parsed.program.version.to_string(),
        stretch,
        refused: [old.refused().clone(), new.refused().clone()],
    })
}

fn program_of<'b>(books: &Books<'b>, terms: &Terms) -> Result<&'b Program, SimulationError> {
    let (brand, program) = (&terms.program.brand, &terms.program.id);
    books.registry.program(brand, program).filter(|it| !it.versions().is_empty()).ok_or_else(|| {
        let known = books.registry.programs(brand).into_iter().flat_map(BTreeMap::keys);
        let known: Vec<_> = known.map(ToString::to_string).collect();
        let known = if known.is_empty() { String::new() } else { format!("; it has {}", known.join(", ")) };
        SimulationError::UnknownProgram { brand: brand.clone(), program: program.clone(), known }
    })
}

/// The clock, or the instant after a brand's last fact where it never ticked.
async fn end_of(source: &impl crate::query::Source, brand: &BrandId) -> Result<Timestamp, ReportError> {
    #[derive(sea_orm::FromQueryResult)]
    struct Last {
        at: Option<i64>,
    }
    let clock = clock(source).await?;
    if clock > Timestamp::MIN {
        return Ok(clock);
    }
    let mut query = Query::new("event_log", "SELECT MAX(time_at) AS at FROM event_log WHERE refused = 0");
    query.only("brand", Some(brand.as_str()));
    let last: Option<Last> = query.one(source).await?;
    Ok(last.and_then(|last| last.at).map_or(clock, |at| Timestamp::from_millis(at).plus(1)))
}

fn stretch_of(
    terms: &Terms,
    program: &Program,
    from: Option<Timestamp>,
    to: Timestamp,
) -> Result<Stretch, SimulationError> {
    let begins = program.versions().first().map_or(Timestamp::MIN, |first| first.program.effective_from);
    let asked = from.unwrap_or(begins);
    let from = asked.max(begins);
    let (brand, program) = (terms.program.brand.clone(), terms.program.id.clone());
    if from >= to {
        return Err(SimulationError::Empty { program, begins, from: asked, to });
    }
    Ok(Stretch { brand, program, from, to })
}

/// The terms as a version of their own which takes effect where the stretch begins.
fn trial_of(
    stretch: &Stretch,
    program: &Program,
    parsed: &Terms,
    terms: &str,
) -> Result<Trial, SimulationError> {
    let taken: BTreeSet<_> = program.versions().iter().map(|it| it.program.version.as_str()).collect();
    let mut version = parsed.program.version.to_string();
    while taken.contains(version.as_str()) {
        version.push_str("-trial");
    }
    let terms = Terms::moved(terms, &version, stretch.from).map_err(SimulationError::Terms)?;
    let payload = Payload::Program(ProgramPublished { terms });
    let published = said(stretch.brand.clone(), &version, stretch.from, payload)?;
    Ok(Trial { program: stretch.program.clone(), from: stretch.from, to: stretch.to, published })
}

/// The versions that were in force at some instant of the stretch.
fn in_force(program: &Program, stretch: &Stretch) -> Vec<String> {
    let begun = program.terms_at(stretch.from).into_iter();
    let later = program.versions().iter().filter(|it| {
        let from = it.program.effective_from;
        stretch.from < from && from < stretch.to
    });
    begun.chain(later).map(|it| it.program.version.to_string()).collect()
}

fn rows(stretch: &Stretch, old: &Sums, new: &Sums) -> Result<Vec<SimulationRow>, ReportError> {
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let keys: Vec<_> = keys.into_iter().collect();
    let mut all = Vec::new();
    for of_asset in keys.chunk_by(|one, other| one.0 == other.0) {
        let mut rows = Vec::new();
        let mut totals = [Figures::default(), Figures::default()];
        for key in of_asset {
            let figures = [old, new].map(|side| side.get(key).copied().unwrap_or_default());
            for (total, more) in totals.iter_mut().zip(&figures) {
                *total = total.plus(more).map_err(|why| ReportError::stored("simulation", &key.0, &why))?;
            }
            rows.push(SimulationRow::new(stretch, Some(&key.1), &key.0, figures)?);
        }
        // A stable sort: who gains the same stand by their ids.
        rows.sort_by_key(|row| std::cmp::Reverse(row.change()));
        all.append(&mut rows);
        if let Some((asset, _)) = of_asset.first() {
            all.push(SimulationRow::new(stretch, None, asset, totals)?);
        }
    }
    Ok(all)
}

impl Simulation {
    /// Every row, for programs.
    #[must_use]
    pub fn table(&self) -> Table {
        let mut table = Table::new(SimulationRow::columns());
        self.rows.iter().for_each(|row| table.push(row.cells()));
        table
    }

    /// Every row, for people: what is nothing throughout is left out.
    #[must_use]
    pub fn table_for_people(&self) -> Table {
        let mut table = self.table();
        let has = |value: fn(&Figures) -> i64| {
            self.rows.iter().any(|row| value(&row.old) != 0 || value(&row.new) != 0)
        };
        let differs = self.rows.iter().any(|row| row.old.net_revenue != row.new.net_revenue);
        for column in &mut table.columns {
            column.for_programs_only |= match column.name {
                "net_revenue_old" => !differs,
                "other_old" | "other_new" => !has(|it| it.other.get()),
                "rewards_old" | "rewards_new" => !has(|it| it.rewards.get()),
                _ => false,
            };
        }
        table
    }

    fn count(&self, asset: &str, outcome: Outcome) -> usize {
        let of_asset = |row: &&SimulationRow| row.asset == asset && row.scope == Scope::Ambassador;
        self.rows.iter().filter(of_asset).filter(|row| row.outcome() == outcome).count()
    }
}

/// What it comes to, in sentences.
impl fmt::Display for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stretch { brand, program, from, to } = &self.stretch;
        let (old, new) = (self.old_versions.join(", "), &self.new_version);
        write!(
            f,
            "Program {program} of brand {brand} from {from} to {to}: version {new}, taken to hold over all of it, against {old}"
        )?;
        for row in self.rows.iter().filter(|row| row.scope == Scope::Total) {
            let [before, after, change] = row.cost().map_err(|_| fmt::Error)?;
            let asset = &row.asset;
            write!(f, "\n{asset}: costs {} {asset} instead of {} {asset}", after.amount, before.amount)?;
            write!(f, " ({}{} {asset})", if row.change().get() > 0 { "+" } else { "" }, change.amount)?;
            if let [Some(before), Some(after)] = row.cost_shares() {
                write!(f, ", {after} instead of {before} of net revenue")?;
            }
            let [gain, lose, stay] =
                [Outcome::Gains, Outcome::Loses, Outcome::Same].map(|outcome| self.count(asset, outcome));
            write!(f, "; {gain} gain, {lose} lose, {stay} as before")?;
        }
        Ok(())
    }
}
