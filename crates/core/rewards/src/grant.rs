use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tribute_events::{AmbassadorId, EventId, GrantId, ProgramId, RuleId, Timestamp};
use tribute_money::{Asset, Millionths};

use crate::Round;

/// A token, perk or badge that a round of a mission brought one ambassador.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// `program/mission/ambassador/round`; what a round brings besides has its place in the list behind that.
    pub id: GrantId,
    /// The mission.
    pub mission: RuleId,
    /// Who won it.
    pub ambassador: AmbassadorId,
    /// The round, from 1.
    pub round: u32,
    /// The token, perk or badge.
    pub asset: Asset,
    /// How many units.
    pub units: u32,
    /// When the last fact that it needed began to count.
    pub effective_at: Timestamp,
    /// The event of that fact.
    pub cause: EventId,
    /// When no late evidence can undo it any more: until then tokens are not spent, and perks not handed over.
    pub locks_at: Timestamp,
    /// The fair market value of one unit, in the program's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fair_value: Option<Millionths>,
}

impl Round<'_> {
    /// The tokens, perks and badges that it brings.
    #[must_use]
    pub fn grants(&self, program: &ProgramId, ambassador: &AmbassadorId) -> Vec<Grant> {
        let granted = |(place, gift): (usize, &tribute_terms::Gift)| {
            Some(Grant {
                id: grant_id(program, &self.mission.id, ambassador, self.number, place),
                mission: self.mission.id.clone(),
                ambassador: ambassador.clone(),
                round: self.number,
                asset: gift.asset()?,
                units: gift.units,
                effective_at: self.effective_at,
                cause: self.cause.clone(),
                locks_at: self.locks_at,
                fair_value: gift.fair_value,
            })
        };
        self.mission.gives.iter().enumerate().filter_map(granted).collect()
    }

    /// The money that it brings.
    #[must_use]
    pub fn money(&self) -> Option<Millionths> {
        self.mission.gives.iter().find_map(|gift| gift.money)
    }
}

/// What a shipment is booked as: `shipment/program/id`.
///
/// ```
/// use tribute_events::ProgramId;
/// use tribute_rewards::shipment_id;
/// assert_eq!(shipment_id(&ProgramId::trusted("p"), "box 1").as_str(), "shipment/p/box 1");
/// assert_eq!(shipment_id(&ProgramId::trusted("p"), "x/y").as_str(), "shipment/p/x%2Fy");
/// ```
#[must_use]
pub fn shipment_id(program: &ProgramId, shipment: &str) -> GrantId {
    joined(&format!("shipment/{}/{}", part(program.as_str()), part(shipment)))
}

/// A `/` within a part is written `%2F`.
fn part(text: &str) -> String {
    text.replace('%', "%25").replace('/', "%2F")
}

/// A digest where the text is too long for an id.
fn joined(text: &str) -> GrantId {
    text.parse().unwrap_or_else(|_| {
        let digest: String = Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        GrantId::trusted(&format!("grant/{digest}"))
    })
}

/// The parts joined by `/`.
fn grant_id(
    program: &ProgramId,
    mission: &RuleId,
    ambassador: &AmbassadorId,
    round: u32,
    place: usize,
) -> GrantId {
    let parts = [program.as_str(), mission.as_str(), ambassador.as_str()].map(part);
    let besides = if place == 0 { String::new() } else { format!("/{place}") };
    joined(&format!("{}/{round}{besides}", parts.join("/")))
}

/// The program, the mission and the ambassador of a grant's id; `None` where it is a digest, or no grant's.
#[must_use]
pub fn won_by(grant: &GrantId) -> Option<(ProgramId, RuleId, AmbassadorId)> {
    let whole = |part: &str| part.replace("%2F", "/").replace("%25", "%");
    let mut parts = grant.as_str().split('/').map(whole);
    let found = (parts.next()?, parts.next()?, parts.next()?);
    parts.next()?;
    let (program, mission, who) = found;
    Some((ProgramId::trusted(&program), RuleId::trusted(&mission), AmbassadorId::trusted(&who)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_who_won_it() {
        let (program, mission) = (ProgramId::trusted("x/y"), RuleId::trusted("m%2F"));
        let who = AmbassadorId::trusted("a b");
        let id = grant_id(&program, &mission, &who, 2, 1);
        assert_eq!(won_by(&id), Some((program, mission, who)));
        assert_eq!(won_by(&GrantId::trusted("grant/00ff")), None);
    }

    #[test]
    fn long_ids_are_digested() {
        let id = |program: &str, mission: &str, ambassador: &str, place| {
            let (program, mission) = (ProgramId::trusted(program), RuleId::trusted(mission));
            grant_id(&program, &mission, &AmbassadorId::trusted(ambassador), 1, place)
        };
        assert!(id("p", "m", &"a".repeat(128), 0).as_str().parse::<GrantId>().is_ok());
        assert_ne!(id("x/y", "z", "a", 0), id("x", "y/z", "a", 0));
        assert_eq!([0, 1].map(|place| id("p", "m", "a", place).to_string()), ["p/m/a/1", "p/m/a/1/1"]);
    }
}
