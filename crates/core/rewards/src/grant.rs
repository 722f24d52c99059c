use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tribute_events::{AmbassadorId, EventId, GrantId, ProgramId, RuleId, Timestamp};
use tribute_money::{Asset, Millionths};
use tribute_terms::{Mission, Requirement};

use crate::{Qualifying, Spell};

/// One round of a mission, won by one ambassador.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// `program/mission/ambassador/round`.
    pub id: GrantId,
    /// The mission.
    pub mission: RuleId,
    /// Who won it.
    pub ambassador: AmbassadorId,
    /// The round, from 1.
    pub round: u32,
    /// The token or perk.
    pub asset: Asset,
    /// How many units.
    pub units: u32,
    /// When the last fact that it needed began to count.
    pub effective_at: Timestamp,
    /// The event of that fact.
    pub cause: EventId,
    /// The fair market value of one unit, in the program's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fair_value: Option<Millionths>,
}

/// What to book so that the books hold the desired grants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// To grant, by (effective time, id).
    pub granted: Vec<Grant>,
    /// To revoke, as they were booked, by (effective time, id).
    pub revoked: Vec<Grant>,
}

/// The grants that the facts of one ambassador add up to in one mission, as it stood at `as_of`.
///
/// A fact counts by the mission as the terms in force at the fact's own time have it, `mission_at`; not at all where
/// they have none, or outside the mission's dates. Facts are counted in the order in which they began to count, ties
/// by id. The fact with which as many are together as its own mission requires completes a round: what the round
/// brings is what that mission gives, and the next round begins with the next fact. Once there are as many rounds as
/// a fact's mission has, the fact is counted for nothing. So a version of the terms speaks of the facts of its own
/// time alone, and none that comes later takes a round away or gives another one instead.
///
/// The order in which facts are given does not matter. Where a fact no longer counts the last round goes, not the
/// one that the fact stood in.
#[must_use]
pub fn grants<'m>(
    program: &ProgramId,
    ambassador: &AmbassadorId,
    mission_at: impl Fn(Timestamp) -> Option<&'m Mission>,
    facts: &[Qualifying],
    as_of: Timestamp,
) -> Vec<Grant> {
    let mut counted: Vec<_> = facts.iter().filter_map(|fact| Some((fact.spell_at(as_of)?, fact))).collect();
    counted.sort_by_key(|(spell, fact)| (spell.since, &fact.id, fact.at));
    counted.dedup_by_key(|(_, fact)| &fact.id);
    let mut grants = Vec::new();
    let (mut round, mut together) = (0_u32, 0_u32);
    for (spell, fact) in counted {
        let Some(mission) = mission_at(fact.at).filter(|it| is_within(it, fact.at)) else { continue };
        if mission.rounds != 0 && round >= mission.rounds {
            continue;
        }
        together = together.saturating_add(1);
        if together >= needed(mission) {
            round = round.saturating_add(1);
            together = 0;
            grants.push(grant(program, ambassador, mission, round, spell));
        }
    }
    grants
}

fn is_within(mission: &Mission, at: Timestamp) -> bool {
    mission.from.is_none_or(|from| from <= at) && mission.until.is_none_or(|until| at < until)
}

/// How many facts complete a round.
fn needed(mission: &Mission) -> u32 {
    match &mission.requires {
        Requirement::Conversions(count) => *count,
        Requirement::Posts(posts) => posts.count,
    }
}

fn grant(
    program: &ProgramId,
    ambassador: &AmbassadorId,
    mission: &Mission,
    round: u32,
    spell: &Spell,
) -> Grant {
    Grant {
        id: grant_id(program, ambassador, &mission.id, round),
        mission: mission.id.clone(),
        ambassador: ambassador.clone(),
        round,
        asset: mission.asset.clone(),
        units: mission.units,
        effective_at: spell.since,
        cause: spell.cause.clone(),
        fair_value: mission.fair_value,
    }
}

/// The parts joined by `/`, which within a part is written `%2F`; a digest where that is too long for an id.
fn grant_id(program: &ProgramId, ambassador: &AmbassadorId, mission: &RuleId, round: u32) -> GrantId {
    let part = |text: &str| text.replace('%', "%25").replace('/', "%2F");
    let parts = [program.as_str(), mission.as_str(), ambassador.as_str()].map(part);
    let text = format!("{}/{round}", parts.join("/"));
    text.parse().unwrap_or_else(|_| {
        let digest: String =
            Sha256::digest(&text).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        GrantId::trusted(&format!("grant/{digest}"))
    })
}

/// What to grant and what to revoke. A grant that is booked under its id stays as it was booked: a later version of
/// the terms changes neither its asset nor its units.
#[must_use]
pub fn changes(booked: &[Grant], desired: &[Grant]) -> Changes {
    let missing = |from: &[Grant], of: &[Grant]| {
        let known: std::collections::BTreeSet<_> = from.iter().map(|grant| &grant.id).collect();
        let mut missing: Vec<_> = of.iter().filter(|grant| !known.contains(&grant.id)).cloned().collect();
        missing.sort_by(|a, b| (a.effective_at, &a.id).cmp(&(b.effective_at, &b.id)));
        missing
    };
    Changes { granted: missing(booked, desired), revoked: missing(desired, booked) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mission(rounds: u32, rest: &str) -> Mission {
        let text = format!(
            "[program]\nbrand = \"b\"\nid = \"p\"\nversion = \"1\"\neffective_from = \"2026-01-01T00:00:00Z\"\n\
             currency = \"USD\"\n[[mission]]\nid = \"m\"\nrequires.conversions = 2\nrounds = {rounds}\n\
             asset = \"SKU:TOTE\"\nunits = 1\nfair_value = \"12.50\"\n{rest}"
        );
        tribute_terms::Terms::parse(&text).unwrap().mission.remove(0)
    }

    fn fact(day: i64) -> Qualifying {
        let at = Timestamp::from_millis(1_767_225_600_000).plus(day * tribute_events::DAY);
        let spell = Spell { since: at, until: None, cause: EventId::trusted(&format!("e{day}")) };
        Qualifying { at, id: format!("order:{day}"), spells: vec![spell] }
    }

    fn granted(mission: &Mission, facts: &[Qualifying]) -> Vec<Grant> {
        let (program, ann) = (ProgramId::trusted("p"), AmbassadorId::trusted("ann"));
        grants(&program, &ann, |_| Some(mission), facts, Timestamp::MAX)
    }

    #[test]
    fn each_version_of_the_terms_speaks_of_its_own_facts() {
        let (program, ann) = (ProgramId::trusted("p"), AmbassadorId::trusted("ann"));
        let old = mission(0, "");
        let new = Mission { requires: Requirement::Conversions(3), units: 7, ..old.clone() };
        let from = fact(3).at;
        let version = |at| Some(if at < from { &old } else { &new });
        let facts: Vec<_> = (0..7).map(fact).collect();
        let found = grants(&program, &ann, version, &facts, Timestamp::MAX);
        // Two of the old, then one of the old and two of the new, then two of the new: one short.
        let units: Vec<_> = found.iter().map(|it| (it.units, it.cause.as_str())).collect();
        assert_eq!(units, [(1, "e1"), (7, "e4")]);
        let single = Mission { rounds: 1, ..old.clone() };
        let later = |at| Some(if at < from { &single } else { &new });
        let found = grants(&program, &ann, later, &facts, Timestamp::MAX);
        let units: Vec<_> = found.iter().map(|it| (it.units, it.cause.as_str())).collect();
        assert_eq!(units, [(1, "e1"), (7, "e5")], "what comes after the last round counts for nothing");
    }

    #[test]
    fn what_ended_later_counted_then() {
        let (mission, mut facts) = (mission(0, ""), vec![fact(0), fact(1)]);
        facts[0].spells[0].until = Some(fact(5).at);
        let as_of = |day| {
            let (program, ann) = (ProgramId::trusted("p"), AmbassadorId::trusted("ann"));
            grants(&program, &ann, |_| Some(&mission), &facts, fact(day).at).len()
        };
        assert_eq!([0, 1, 4, 5].map(as_of), [0, 1, 1, 0]);
    }

    #[test]
    fn each_round_needs_its_own_facts_and_rounds_are_limited() {
        let facts: Vec<_> = (0..7).map(fact).collect();
        assert_eq!(granted(&mission(1, ""), &facts).len(), 1);
        let all = granted(&mission(0, ""), &facts);
        assert_eq!(all.len(), 3);
        assert_eq!(all[1].id.as_str(), "p/m/ann/2");
        assert_eq!((all[1].effective_at, all[1].cause.as_str()), (facts[3].at, "e3"));
        assert_eq!(all[1].fair_value, Some("12.50".parse().unwrap()));
        assert!(granted(&mission(0, ""), &facts[..1]).is_empty());
    }

    #[test]
    fn one_fact_counts_once_and_only_within_the_dates() {
        let twice = [fact(0), fact(0)];
        assert!(granted(&mission(0, ""), &twice).is_empty());
        let dated = mission(0, "from = \"2026-01-02T00:00:00Z\"\nuntil = \"2026-01-04T00:00:00Z\"\n");
        let facts: Vec<_> = (0..7).map(fact).collect();
        let found = granted(&dated, &facts);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].effective_at, facts[2].at);
    }

    #[test]
    fn what_no_longer_counts_revokes_the_last_round() {
        let mission = mission(0, "");
        let facts: Vec<_> = (0..4).map(fact).collect();
        let booked = granted(&mission, &facts);
        let desired = granted(&mission, &facts[1..]);
        let found = changes(&booked, &desired);
        assert!(found.granted.is_empty());
        assert_eq!(found.revoked.iter().map(|grant| grant.round).collect::<Vec<_>>(), [2]);
        assert_eq!(changes(&desired, &booked).granted, found.revoked);
        assert_eq!(changes(&booked, &booked), Changes::default());
    }

    #[test]
    fn long_ids_are_digested() {
        let long = AmbassadorId::trusted(&"a".repeat(128));
        let id = grant_id(&ProgramId::trusted("p"), &long, &RuleId::trusted("m"), 1);
        assert!(id.as_str().parse::<GrantId>().is_ok());
        let apart = |program: &str, mission: &str| {
            grant_id(&ProgramId::trusted(program), &AmbassadorId::trusted("a"), &RuleId::trusted(mission), 1)
        };
        assert_ne!(apart("x/y", "z"), apart("x", "y/z"));
    }

    proptest! {
        #[test]
        fn the_order_of_the_facts_does_not_matter(days in prop::collection::vec(0_i64..20, 0..12)) {
            let facts: Vec<_> = days.iter().copied().map(fact).collect();
            let mut reversed = facts.clone();
            reversed.reverse();
            let mission = mission(0, "");
            prop_assert_eq!(granted(&mission, &facts), granted(&mission, &reversed));
        }

        #[test]
        fn changes_turn_the_booked_into_the_desired(booked in 0_i64..9, desired in 0_i64..9) {
            let of = |count: i64| granted(&mission(0, ""), &(0..count).map(fact).collect::<Vec<_>>());
            let (booked, desired) = (of(booked), of(desired));
            let found = changes(&booked, &desired);
            let mut now: Vec<_> = booked.into_iter().filter(|it| !found.revoked.contains(it)).collect();
            now.extend(found.granted);
            prop_assert_eq!(now, desired);
        }
    }
}
