use std::collections::BTreeMap;

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, ShipmentSent};

use super::{Dated, Program, insert_dated};

/// A shipment as it was told.
pub type Shipment = Dated<ShipmentSent>;

/// The shipments of a program, by their ids, and to whom they went.
#[derive(Debug, Clone, Default)]
pub(super) struct Shipments {
    by_id: BTreeMap<SmolStr, Vec<Shipment>>,
    to: BTreeMap<AmbassadorId, Vec<SmolStr>>,
}

impl Program {
    pub(super) fn ship(&mut self, fact: Shipment) {
        let to = self.shipments.to.entry(fact.what.to.clone()).or_default();
        if !to.contains(&fact.what.shipment) {
            to.push(fact.what.shipment.clone());
        }
        insert_dated(self.shipments.by_id.entry(fact.what.shipment.clone()).or_default(), fact);
    }

    /// A shipment as it was told first, by (time, event id).
    #[must_use]
    pub fn shipment(&self, id: &SmolStr) -> Option<&Shipment> {
        self.shipments.by_id.get(id)?.first()
    }

    /// Every shipment, by id.
    pub fn shipments(&self) -> impl Iterator<Item = &Shipment> {
        self.shipments.by_id.values().filter_map(|told| told.first())
    }

    /// What was sent to a person.
    pub fn shipments_to(&self, person: &AmbassadorId) -> impl Iterator<Item = &Shipment> {
        let ids = self.shipments.to.get(person).into_iter().flatten();
        ids.filter_map(|id| self.shipment(id)).filter(move |it| it.what.to == *person)
    }
}
