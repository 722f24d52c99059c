//! What the configuration events say, folded: programs with their terms, people, codes, links, campaigns,
//! workshops, shipments, verdicts on people, holds.
//!
//! The fold does not depend on the order in which the events arrive: every list is kept in the order of
//! (time, event id), and every question says from which point of view it is asked ([`View`]).

mod ambassador;
mod identity;
mod lives;
mod papers;
mod places;
mod profile;
mod program;
mod shipment;
mod standing;

use std::collections::BTreeMap;

use tribute_events::{AmbassadorId, BrandId, Event, EventId, Payload, ProgramId, Timestamp};

pub use ambassador::Ambassador;
pub use identity::Mark;
pub use lives::Turn;
pub use papers::{Papers, TaxForm};
pub use profile::Profile;
pub use program::{Campaign, CodeGrant, Program, Workshop};
pub use shipment::Shipment;
pub use standing::Standing;

use crate::{Problem, Terms};

/// From which point of view a question is asked: what had happened by `as_of`, as far as it was recorded
/// before `recorded_before`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Facts with a later time are not seen.
    pub as_of: Timestamp,
    /// Facts recorded at this instant or later are not seen.
    pub recorded_before: Timestamp,
}

impl View {
    /// Sees every fact.
    pub const ALL: Self = Self { as_of: Timestamp::MAX, recorded_before: Timestamp::MAX };

    /// Sees what had happened by `as_of`, whenever it was recorded.
    #[must_use]
    pub const fn at(as_of: Timestamp) -> Self {
        Self { as_of, recorded_before: Timestamp::MAX }
    }

    /// Whether a fact with these two times is seen.
    #[must_use]
    pub fn sees(self, time: Timestamp, recorded: Timestamp) -> bool {
        let recorded_in_time = recorded < self.recorded_before || self.recorded_before == Timestamp::MAX;
        time <= self.as_of && recorded_in_time
    }
}

/// A fact with its two times and its event's id; ordered by (time, id).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    /// When it happened.
    pub time: Timestamp,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// The event's id.
    pub id: EventId,
    /// What it says.
    pub what: T,
}

/// A list of dated facts in the order of (time, id).
pub(crate) fn insert_dated<T>(facts: &mut Vec<Dated<T>>, fact: Dated<T>) {
    let place = facts.partition_point(|known| (known.time, &known.id) <= (fact.time, &fact.id));
    facts.insert(place, fact);
}

/// The configuration of every brand.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    brands: BTreeMap<BrandId, Brand>,
}

/// The configuration of one brand.
#[derive(Debug, Clone, Default)]
pub struct Brand {
    programs: BTreeMap<ProgramId, Program>,
    /// Since when people are gone; every program of the brand knows it.
    erased: BTreeMap<AmbassadorId, Timestamp>,
    /// How people are paid, and their tax forms; every program of the brand knows it.
    papers: BTreeMap<AmbassadorId, Papers>,
}

impl Registry {
    /// Whether an event belongs in the registry.
    #[must_use]
    pub fn concerns(payload: &Payload) -> bool {
        matches!(
            payload,
            Payload::Program(_)
                | Payload::Ambassador(..)
                | Payload::AmbassadorJudged(_)
                | Payload::CodeIssued(_)
                | Payload::CodeWithdrawn(_)
                | Payload::LinkIssued(_)
                | Payload::Campaign(_)
                | Payload::Workshop(_)
                | Payload::WorkshopHeld(_)
                | Payload::HoldPlaced(_)
                | Payload::HoldReleased(_)
                | Payload::ShipmentSent(_)
                | Payload::PersonErased(_)
                | Payload::PayoutMethod(_)
                | Payload::TaxForm(_)
                | Payload::TaxFormRevoked(_)
        )
    }

    /// Folds an event in; one that is not configuration changes nothing.
    ///
    /// # Errors
    /// The problems of terms that do not pass the check, or that speak for another brand.
    pub fn apply(&mut self, event: &Event) -> Result<(), Vec<Problem>> {
        let (time, recorded, id) = (event.time, event.recorded, &event.id);
        match &event.payload {
            Payload::Program(published) => {
                let terms = Terms::parse(&published.terms)?;
                terms.belongs_to(&event.brand)?;
                self.program_mut(event, &terms.program.id).publish(terms);
            }
            Payload::Ambassador(change, what) => {
                let fact = Dated { time, recorded, id: id.clone(), what: (*change, what.clone()) };
                let program = self.program_mut(event, &what.program);
                program.name_accounts(&what.ambassador, &what.accounts);
                program.enrol(&what.ambassador, fact);
            }
            Payload::AmbassadorJudged(what) => {
                let fact = Dated { time, recorded, id: id.clone(), what: what.clone() };
                self.program_mut(event, &what.program).ambassador_mut(&what.ambassador).judge(fact);
            }
            Payload::HoldPlaced(what) | Payload::HoldReleased(what) => {
                let placed = matches!(event.payload, Payload::HoldPlaced(_));
                let fact = Dated { time, recorded, id: id.clone(), what: (placed, what.reason.clone()) };
                self.program_mut(event, &what.program).ambassador_mut(&what.ambassador).hold(fact);
            }
            Payload::CodeIssued(what) => {
                let fact = Dated { time, recorded, id: id.clone(), what: Some(what.clone()) };
                self.program_mut(event, &what.program).set_code(&what.code, fact);
            }
            Payload::CodeWithdrawn(what) => {
                let fact = Dated { time, recorded, id: id.clone(), what: None };
                self.program_mut(event, &what.program).set_code(&what.code, fact);
            }
            Payload::LinkIssued(what) => {
                let fact = Dated { time, recorded, id: id.clone(), what: what.clone() };
                self.program_mut(event, &what.program).set_link(fact);
            }
            Payload::Campaign(what) => {
                let fact = Dated { time, recorded, id: id.clone(), what: what.clone() };
                self.program_mut(event, &what.program).announce(fact);
            }
            Payload::Workshop(what) => {
                let fact = Dated { time, recorded, id: id.clone(), what: what.clone() };
                self.program_mut(event, &what.program).host(fact);
            }
            Payload::ShipmentSent(what) => {
                let fact = Dated { time, recorded, id: id.clone(), what: what.clone() };
                self.program_mut(event, &what.program).ship(fact);
            }
            Payload::PersonErased(what) => self.erase(&event.brand, &what.ambassador, time),
            Payload::PayoutMethod(what) => {
                let fact = Dated { time, recorded, id: id.clone(), what: what.clone() };
                self.file(&event.brand, &what.ambassador, |papers| papers.choose(fact.clone()));
            }
            Payload::TaxForm(what) => {
                let fact = Dated { time, recorded, id: id.clone(), what: Some(what.clone()) };
                self.file(&event.brand, &what.ambassador, |papers| papers.file(fact.clone()));
            }
            Payload::TaxFormRevoked(what) => {
                let fact = Dated { time, recorded, id: id.clone(), what: None };
                self.file(&event.brand, &what.ambassador, |papers| papers.file(fact.clone()));
            }
            Payload::WorkshopHeld(what) => {
                let fact = Dated { time, recorded, id: id.clone(), what: what.clone() };
                self.program_mut(event, &what.program).hold_workshop(fact);
            }
            _ => {}
        }
        Ok(())
    }

    /// From now on it is noted whose turns change in a program.
    pub fn watch(&mut self, brand: &BrandId, program: &ProgramId) {
        let known = self.brands.get_mut(brand).and_then(|brand| brand.programs.get_mut(program));
        known.into_iter().for_each(Program::watch);
    }

    fn program_mut(&mut self, event: &Event, program: &ProgramId) -> &mut Program {
        let Brand { programs, erased, papers } = self.brands.entry(event.brand.clone()).or_default();
        programs.entry(program.clone()).or_insert_with(|| Program::without(erased, papers))
    }

    /// Takes in what is said of how a person is paid, for the programs that are there and those to come.
    fn file(&mut self, brand: &BrandId, person: &AmbassadorId, take: impl Fn(&mut Papers)) {
        let Brand { programs, papers, .. } = self.brands.entry(brand.clone()).or_default();
        let known = papers.entry(person.clone()).or_default();
        take(known);
        programs.values_mut().for_each(|program| program.know_papers(person, known));
    }

    /// The first erasure of a person is the one that counts.
    fn erase(&mut self, brand: &BrandId, person: &AmbassadorId, at: Timestamp) {
        let Brand { programs, erased, .. } = self.brands.entry(brand.clone()).or_default();
        let since = erased.entry(person.clone()).or_insert(at);
        *since = at.min(*since);
        programs.values_mut().for_each(|program| program.erase(person, *since));
    }

    /// A brand's programs; none where the brand is unknown.
    #[must_use]
    pub fn programs(&self, brand: &BrandId) -> Option<&BTreeMap<ProgramId, Program>> {
        self.brands.get(brand).map(|brand| &brand.programs)
    }

    /// Whether any program of a brand ever pays for clicks.
    #[must_use]
    pub fn pays_for_clicks(&self, brand: &BrandId) -> bool {
        self.programs(brand).is_some_and(|programs| programs.values().any(Program::pays_for_clicks))
    }

    /// How a person of a brand is paid, and their tax forms; `None` where nothing was said of either.
    #[must_use]
    pub fn papers(&self, brand: &BrandId, person: &AmbassadorId) -> Option<&Papers> {
        self.brands.get(brand)?.papers.get(person)
    }

    /// One program of a brand.
    #[must_use]
    pub fn program(&self, brand: &BrandId, program: &ProgramId) -> Option<&Program> {
        self.brands.get(brand)?.programs.get(program)
    }

    /// Every program of every brand, by brand and id.
    pub fn every_program(&self) -> impl Iterator<Item = (&BrandId, &ProgramId, &Program)> {
        self.brands
            .iter()
            .flat_map(|(brand, known)| known.programs.iter().map(move |(id, it)| (brand, id, it)))
    }
}
