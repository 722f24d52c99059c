//! The orders that something comes from which is about to clear.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{AmbassadorId, BrandId, ProgramId, RuleId, Timestamp};
use tribute_rewards::{Qualifying, rounds};
use tribute_store::{
    RangeKey,
    entity::{conversion, earning, mission_fact},
};
use tribute_terms::{Metric, PeriodBounds, Program, Terms};

use super::due::{Due, Ground};
use crate::{
    ServiceError,
    rewards::{fact_of, mission_at},
    step::{Step, key},
};

/// What was won by a round of a mission: when, and by which orders.
struct Won {
    number: u32,
    at: Timestamp,
    orders: BTreeSet<String>,
}

type Rounds = BTreeMap<(RuleId, AmbassadorId), Vec<Won>>;

/// Finds the orders behind each: the order itself, those of the round of a mission, those that a bonus or a board
/// counted.
pub(super) async fn find(
    step: &mut Step<'_>,
    brand: &BrandId,
    program: &ProgramId,
    mut dues: Vec<Due>,
) -> Result<Vec<Due>, ServiceError> {
    let rounds = read_rounds(step, brand, program, &dues).await?;
    for due in &mut dues {
        due.orders = match &due.ground {
            Ground::Order(order) => BTreeSet::from([order.clone()]),
            Ground::Round { mission, number } => {
                let won = rounds.get(&(mission.clone(), due.ambassador.clone())).into_iter().flatten();
                won.filter(|it| it.number == *number).flat_map(|it| it.orders.clone()).collect()
            }
            Ground::Period { name } => match counted(step.registry.program(brand, program), due) {
                Counted::Bonus => of_bonus(step, (brand, program), due, name).await?,
                Counted::Orders(bounds) => of_board(step, (brand, program), due, &bounds).await?,
                Counted::Missions(bounds) => {
                    let won = rounds.iter().filter(|((_, who), _)| *who == due.ambassador);
                    let within = |it: &&Won| bounds.starts_at <= it.at && it.at < bounds.ends_at;
                    won.flat_map(|(_, won)| won).filter(within).flat_map(|it| it.orders.clone()).collect()
                }
                Counted::Nothing => BTreeSet::new(),
            },
            Ground::Other => BTreeSet::new(),
        };
    }
    Ok(dues)
}

/// What a rule counts over a period.
enum Counted {
    Bonus,
    Orders(PeriodBounds),
    Missions(PeriodBounds),
    Nothing,
}

/// A board's prize takes effect when the board freezes, its grace after the end of the period.
fn counted(program: Option<&Program>, due: &Due) -> Counted {
    let (rule, effective_at) = (&due.rule, due.effective_at);
    let versions = program.map(Program::versions).unwrap_or_default();
    if versions.iter().flat_map(|terms| &terms.bonus).any(|bonus| bonus.id == *rule) {
        return Counted::Bonus;
    }
    let terms: Option<&Terms> = program.and_then(|it| it.terms_at(effective_at.minus(1)));
    let board = terms.and_then(|terms| Some((terms, terms.leaderboard.iter().find(|it| it.id == *rule)?)));
    let Some((terms, board)) = board else { return Counted::Nothing };
    let bounds = board.period_at(&terms.program.time_zone, effective_at.minus(board.grace.millis()).minus(1));
    match board.metric {
        Metric::NetRevenue | Metric::Conversions => Counted::Orders(bounds),
        Metric::Tokens | Metric::MissionPoints => Counted::Missions(bounds),
        Metric::Posts | Metric::Engagement => Counted::Nothing,
    }
}

/// The rounds of the missions that something came from, and of every mission of whoever won a prize of a board.
async fn read_rounds(
    step: &mut Step<'_>,
    brand: &BrandId,
    program_id: &ProgramId,
    dues: &[Due],
) -> Result<Rounds, ServiceError> {
    let Some(program) = step.registry.program(brand, program_id) else { return Ok(Rounds::new()) };
    let missions = || program.versions().iter().flat_map(|terms| &terms.mission).map(|it| &it.id);
    let mut wanted = BTreeSet::new();
    for due in dues {
        match &due.ground {
            Ground::Round { mission, .. } => {
                wanted.insert((mission.clone(), due.ambassador.clone()));
            }
            Ground::Period { .. } if matches!(counted(Some(program), due), Counted::Missions(_)) => {
                wanted.extend(missions().map(|mission| (mission.clone(), due.ambassador.clone())));
            }
            _ => {}
        }
    }
    let keys: Vec<_> = wanted
        .iter()
        .map(|(mission, who)| key([brand.as_str(), program_id.as_str(), mission.as_str(), who.as_str()]))
        .collect();
    let columns = [
        mission_fact::Column::Brand,
        mission_fact::Column::Program,
        mission_fact::Column::Mission,
        mission_fact::Column::Ambassador,
    ];
    let mut facts: BTreeMap<(RuleId, AmbassadorId), Vec<Qualifying>> = BTreeMap::new();
    for row in step.transaction.find::<mission_fact::Entity>(&columns, &keys).await? {
        let count = (RuleId::trusted(&row.mission), AmbassadorId::trusted(&row.ambassador));
        facts.entry(count).or_default().push(fact_of(row)?);
    }
    let Some(program) = step.registry.program(brand, program_id) else { return Ok(Rounds::new()) };
    let won = facts.into_iter().map(|(count, facts)| {
        let all = rounds(|at| mission_at(program, &count.0, at), &facts, Timestamp::MAX);
        let won = all.into_iter().map(|round| Won {
            number: round.number,
            at: round.effective_at,
            orders: round.facts.iter().filter_map(|it| it.strip_prefix("order:")).map(Into::into).collect(),
        });
        (count, won.collect())
    });
    Ok(won.collect())
}

/// The orders whose commissions lie in the period of a bonus.
async fn of_bonus(
    step: &mut Step<'_>,
    (brand, program_id): (&BrandId, &ProgramId),
    due: &Due,
    period: &str,
) -> Result<BTreeSet<String>, ServiceError> {
    let columns = [earning::Column::Brand, earning::Column::Program, earning::Column::Ambassador];
    let keys = [key([brand.as_str(), program_id.as_str(), due.ambassador.as_str()])];
    let rows = step.transaction.find::<earning::Entity>(&columns, &keys).await?;
    let Some(program) = step.registry.program(brand, program_id) else { return Ok(BTreeSet::new()) };
    let counts = |row: &&earning::Model| {
        let at = Timestamp::from_millis(row.source_at);
        let bonus = program
            .terms_at(at)
            .and_then(|it| Some((it, it.bonus.iter().find(|bonus| bonus.id == due.rule)?)));
        row.kind == "commission"
            && bonus
                .is_some_and(|(terms, bonus)| terms.program.time_zone.period(bonus.period, at).name == period)
    };
    let counted = rows.iter().filter(counts);
    Ok(counted.filter_map(|row| row.source.strip_prefix("order:")).map(str::to_owned).collect())
}

/// The orders of the period of a board that are credited to who won a prize.
async fn of_board(
    step: &mut Step<'_>,
    (brand, program): (&BrandId, &ProgramId),
    due: &Due,
    bounds: &PeriodBounds,
) -> Result<BTreeSet<String>, ServiceError> {
    let (from, until) =
        (bounds.starts_at.millis().saturating_sub(1), bounds.ends_at.millis().saturating_sub(1));
    let keys: [RangeKey; 1] = [(key([brand.as_str(), program.as_str()]), from, until)];
    let columns = [conversion::Column::Brand, conversion::Column::Program];
    let rows = step
        .transaction
        .find_between::<conversion::Entity>(&columns, conversion::Column::OrderedAt, &keys)
        .await?;
    let own = rows.into_iter().filter(|row| row.ambassador == due.ambassador.as_str());
    Ok(own.map(|row| row.order_id).collect())
}
