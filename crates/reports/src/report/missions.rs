use std::collections::BTreeMap;

use schemars::JsonSchema;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use tribute_events::{AmbassadorId, BrandId, ProgramId, Timestamp};
use tribute_rewards::{Qualifying, needs, reached};
use tribute_services::mission_fact_of;
use tribute_store::entity::mission_fact::{Column, Entity};
use tribute_terms::Mission;

use super::{Books, clock};
use crate::ReportError;

/// A mission of the terms in force, and how far one ambassador has come in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MissionRow {
    /// The program.
    pub program: String,
    /// The mission.
    pub mission: String,
    /// The ambassador.
    pub ambassador: String,
    /// How many rounds are won.
    pub rounds_won: u64,
    /// How many rounds can be won; absent where there is no end.
    pub rounds_max: Option<u32>,
    /// Which step of the next round is under way, from 1.
    pub step: u64,
    /// How many steps a round has.
    pub steps: u64,
    /// What that step asks for, and how much of it is there.
    pub needs: Vec<NeedRow>,
    /// From when on facts count.
    pub from: Option<Timestamp>,
    /// Until when they count.
    pub until: Option<Timestamp>,
}

/// One thing that a step asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NeedRow {
    /// `conversions`, `recruits`, `posts.0`, `views.0`, `interactions.0`: the number is the place in the terms.
    pub need: String,
    /// How much is there.
    pub counted: u64,
    /// How much is asked for.
    pub wanted: u64,
}

/// How far an ambassador has come in each mission that is in force at the clock, by its place in the terms.
///
/// # Errors
/// Where the database is away or holds what cannot be read.
pub async fn missions(
    books: &Books<'_>,
    (brand, id): (&BrandId, &ProgramId),
    ambassador: &AmbassadorId,
    now: Timestamp,
) -> Result<Vec<MissionRow>, ReportError> {
    let source = books.database.connection();
    let Some(program) = books.registry.program(brand, id) else { return Ok(Vec::new()) };
    let Some(terms) = program.terms_at(now) else { return Ok(Vec::new()) };
    let stored = Entity::find()
        .filter(Column::Brand.eq(brand.as_str()))
        .filter(Column::Program.eq(id.as_str()))
        .filter(Column::Mission.is_in(terms.mission.iter().map(|it| it.id.as_str())))
        .filter(Column::Ambassador.eq(ambassador.as_str()));
    let mut facts: BTreeMap<String, Vec<Qualifying>> = BTreeMap::new();
    for row in stored.all(source).await.map_err(ReportError::read("mission_fact"))? {
        facts.entry(row.mission.clone()).or_default().push(mission_fact_of(row)?);
    }
    // A fact may be known before the clock has come to it.
    let now = now.max(clock(source).await?);
    let row = |mission: &Mission| {
        let of = facts.get(mission.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let at = |at| program.terms_at(at)?.mission.iter().find(|it| it.id == mission.id);
        let come = reached(at, of, now);
        let wanted = needs(mission);
        let steps = wanted.iter().map(|need| need.step.saturating_add(1)).max().unwrap_or(0);
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        MissionRow {
            program: id.to_string(),
            mission: mission.id.to_string(),
            ambassador: ambassador.to_string(),
            rounds_won: come.rounds,
            rounds_max: Some(mission.rounds).filter(|rounds| *rounds > 0),
            step: count(come.step.saturating_add(1)),
            steps: count(steps),
            needs: wanted
                .into_iter()
                .filter(|need| need.step == come.step)
                .map(|need| NeedRow {
                    need: need.name.split_once('/').map_or("", |(_, name)| name).to_owned(),
                    counted: come.counted.get(&need.name).copied().unwrap_or(0),
                    wanted: need.amount,
                })
                .collect(),
            from: mission.from,
            until: mission.until,
        }
    };
    Ok(terms.mission.iter().map(row).collect())
}
