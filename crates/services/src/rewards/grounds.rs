use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{AmbassadorId, BrandId, Event, Payload, ProgramId};
use tribute_money::Asset;
use tribute_terms::{Program, Registry, Terms};

use crate::people::{ByProgram, Moved};

/// What a batch's configuration bears on besides orders and posts: recruits, people whom missions may give money or no
/// longer, shipments, tokens whose supply may have grown, and where people stand.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Grounds {
    pub(crate) recruits: BTreeSet<(BrandId, ProgramId, AmbassadorId)>,
    /// Those of whom something was said, where it makes a difference for the money of missions.
    #[serde(default)]
    pub(crate) payable: BTreeSet<(BrandId, ProgramId, AmbassadorId)>,
    pub(crate) shipments: BTreeSet<(BrandId, ProgramId, SmolStr)>,
    pub(crate) supplies: BTreeSet<(BrandId, String)>,
    #[serde(default)]
    pub(crate) standings: Vec<Moved>,
}

/// Whether missions of a program count recruits.
pub(crate) fn counts_recruits(program: &Program) -> bool {
    let missions = program.versions().iter().flat_map(|terms| &terms.mission);
    missions.flat_map(|mission| mission.steps()).any(|step| step.recruits > 0)
}

impl Grounds {
    pub(crate) fn of(registry: &Registry, facts: &[&Event], people: &ByProgram) -> Self {
        let mut grounds = Self::default();
        for ((brand, id), concerned) in people {
            let Some(program) = registry.program(brand, id) else { continue };
            grounds.recruited(brand, id, program, concerned.recruits.iter());
        }
        for event in facts {
            match &event.payload {
                Payload::Ambassador(_, what) => {
                    let Some(program) = registry.program(&event.brand, &what.program) else { continue };
                    if program.versions().iter().any(|terms| terms.pay.asks_for_a_region()) {
                        let person = (event.brand.clone(), what.program.clone(), what.ambassador.clone());
                        grounds.payable.insert(person);
                    }
                }
                Payload::Program(published) => {
                    let Ok(terms) = Terms::parse(&published.terms) else { continue };
                    let id = &terms.program.id;
                    let Some(program) = registry.program(&event.brand, id) else { continue };
                    grounds.recruited(&event.brand, id, program, program.recruited().map(|(who, _)| who));
                    let limited =
                        terms.token.iter().map(|token| (event.brand.clone(), token.asset.to_string()));
                    grounds.supplies.extend(limited);
                }
                Payload::ShipmentSent(what) => {
                    let shipment = (event.brand.clone(), what.program.clone(), what.shipment.clone());
                    grounds.shipments.insert(shipment);
                }
                _ => {}
            }
        }
        grounds
    }

    fn recruited<'a>(
        &mut self,
        brand: &BrandId,
        id: &ProgramId,
        program: &Program,
        people: impl Iterator<Item = &'a AmbassadorId>,
    ) {
        if counts_recruits(program) {
            self.recruits.extend(people.map(|it| (brand.clone(), id.clone(), it.clone())));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.recruits.is_empty()
            && self.payable.is_empty()
            && self.shipments.is_empty()
            && self.supplies.is_empty()
            && self.standings.is_empty()
    }

    pub(crate) fn supplied(&self) -> impl Iterator<Item = (BrandId, Asset)> {
        self.supplies.iter().filter_map(|(brand, token)| Some((brand.clone(), token.parse().ok()?)))
    }
}
