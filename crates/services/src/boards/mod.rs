//! Leaderboards: standings as the facts say them at one instant, and their freezing with the prizes.
//!
//! Loads: conversions, posts and rewards of one period. Calls: [`tribute_leaderboards`]. Writes: boards, prizes
//! as earnings.

mod standings;

use std::collections::BTreeMap;

use tribute_commission::{Earning, EarningKind, Source, Step as AmountStep};
use tribute_events::{
    AmbassadorId, BrandId, Event, ProgramId, Timestamp,
    outgoing::{BoardState, Outgoing, RankState},
};
use tribute_leaderboards::{Ranked, prize_amounts, prizes, rank, score_text};
use tribute_money::{Millionths, format_minor};
use tribute_store::entity::board;
use tribute_terms::{Leaderboard, PeriodBounds, Terms, View};

pub use standings::{Standings, standings};

use crate::{
    ServiceError,
    commission::{ByRule, book},
    step::Step,
};

/// Freezes a board at the clock's present instant and books its prizes.
pub(crate) async fn close(
    step: &mut Step<'_>,
    event: &Event,
    brand: &BrandId,
    program: &ProgramId,
    board_id: &str,
    period: &str,
) -> Result<(), ServiceError> {
    let at = step.clock;
    let Some((terms, board)) = terms_of(step, brand, program, board_id, at) else { return Ok(()) };
    let before_grace = at.minus(board.grace.millis()).minus(1);
    let bounds = board.period_at(&terms.program.time_zone, before_grace);
    debug_assert_eq!(bounds.name, period);
    let found =
        standings(&mut step.transaction, step.registry, brand, program, &terms, &board, &bounds, at).await?;
    let mut prized = ByRule::new();
    for (segment, scores) in found.segments {
        let ranked = rank(scores);
        let mut won = prizes_of(&terms, &board, &bounds, &segment, &ranked)?;
        // Who may earn no money, or is judged invalid, keeps the rank, and its prize stays with the brand.
        let known = step.registry.program(brand, program);
        won.retain(|who, _| {
            known.is_some_and(|it| {
                it.may_be_paid(&terms, who, View::at(at)) && !it.is_judged_invalid(who, at, at)
            })
        });
        keep(step, brand, program, &terms, &board, &bounds, &segment, &ranked, &won).await?;
        for (ambassador, amount) in won.iter().filter(|(_, amount)| **amount != 0) {
            let earning = prize(event, program, &terms, &board, &bounds, ambassador, *amount, at);
            let key = (ambassador.to_string(), board.id.to_string());
            prized.insert(key, earning);
        }
    }
    let source = (brand.clone(), program.clone(), format!("period:{}/{}", board.id, bounds.name));
    book(step, &source, ByRule::new(), prized).await?;
    step.write_earnings().await
}

fn terms_of(
    step: &Step<'_>,
    brand: &BrandId,
    program: &ProgramId,
    board: &str,
    at: Timestamp,
) -> Option<(Terms, Leaderboard)> {
    let terms = step.registry.program(brand, program)?.terms_at(at.minus(1))?;
    let board = terms.leaderboard.iter().find(|known| known.id.as_str() == board)?;
    Some((terms.clone(), board.clone()))
}

fn prizes_of(
    terms: &Terms,
    board: &Leaderboard,
    bounds: &PeriodBounds,
    segment: &str,
    ranked: &[Ranked],
) -> Result<BTreeMap<AmbassadorId, i64>, ServiceError> {
    let failed = |source| ServiceError::Prize { board: board.id.to_string(), source };
    let amounts = prize_amounts(board, &terms.program.currency, terms.program.rounding).map_err(failed)?;
    let key = format!("{}/{}/{}/{segment}", terms.program.id, board.id, bounds.name);
    Ok(prizes(&key, ranked, &amounts, board.ties).map_err(failed)?.into_iter().collect())
}

#[allow(clippy::too_many_arguments, reason = "everything that a prize is a function of, named")]
fn prize(
    event: &Event,
    program: &ProgramId,
    terms: &Terms,
    board: &Leaderboard,
    bounds: &PeriodBounds,
    ambassador: &AmbassadorId,
    amount: i64,
    at: Timestamp,
) -> Earning {
    Earning {
        program: program.clone(),
        source: Source::Period(format!("{}/{}", board.id, bounds.name).into()),
        ambassador: ambassador.clone(),
        rule: board.id.clone(),
        kind: EarningKind::Prize,
        asset: terms.program.currency.clone(),
        terms_version: terms.program.version.clone(),
        source_at: at,
        clears_at: at,
        steps: vec![AmountStep { effective_at: at, cause: event.id.clone(), base: Millionths::ZERO, amount }],
        formula: format!("prize of board {} for {}", board.id, bounds.name),
        group: None,
        unsettled: Vec::new(),
        budgeted: None,
        weight: 1,
        of_weight: 1,
    }
}

#[allow(clippy::too_many_arguments, reason = "everything that a frozen board shows, named")]
async fn keep(
    step: &mut Step<'_>,
    brand: &BrandId,
    program: &ProgramId,
    terms: &Terms,
    board: &Leaderboard,
    bounds: &PeriodBounds,
    segment: &str,
    ranked: &[Ranked],
    won: &BTreeMap<AmbassadorId, i64>,
) -> Result<(), ServiceError> {
    let place = || ServiceError::money(format!("board {}", board.id));
    let state = |row: &Ranked| {
        let prize = won.get(&row.ambassador).filter(|amount| **amount != 0);
        let prize =
            prize.map(|amount| format_minor(*amount, &terms.program.currency)).transpose().map_err(place())?;
        Ok::<_, ServiceError>(RankState {
            rank: row.rank,
            ambassador: row.ambassador.clone(),
            score: score_text(board.metric, row.score),
            prize,
        })
    };
    let ranks: Vec<RankState> = ranked.iter().map(state).collect::<Result<_, _>>()?;
    let row = board::Model {
        brand: brand.to_string(),
        program: program.to_string(),
        board: board.id.to_string(),
        period: bounds.name.to_string(),
        segment: segment.to_owned(),
        frozen_at: step.clock.millis(),
        ranks: serde_json::to_string(&ranks).map_err(ServiceError::stored("board", board.id.as_str()))?,
    };
    let said = BoardState {
        program: program.clone(),
        board: board.id.clone(),
        period: bounds.name.clone(),
        segment: segment.into(),
        ranks,
    };
    step.say(brand, "tribute.leaderboard.frozen", step.clock, program.as_str(), Outgoing::Board(said));
    Ok(step.transaction.upsert::<board::Entity>(&[row]).await?)
}
