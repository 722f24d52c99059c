use std::collections::BTreeSet;

use schemars::JsonSchema;
use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::{BrandId, ProgramId, Timestamp, outgoing::RankState};
use tribute_leaderboards::{rank, score_text};
use tribute_services::standings;
use tribute_store::Transaction;
use tribute_terms::{Leaderboard, Metric, Program, Terms};

use super::{Amount, Books, Filter, Record, Report, Sink, clock, money, rewards::currency};
use crate::{
    Cell, Column, ReportError,
    error::{self, at},
    query::Query,
};

/// Frozen boards, and the live ones of the periods that an instant lies in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Leaderboards {
    /// The instant of the live boards, which count what had happened by then. Where it is absent they are of the periods that
    /// the clock lies in and count everything of them that is known: a sale is seen at once, not when the clock has come to it.
    pub at: Option<Timestamp>,
}

/// Whether a board can still change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoardState {
    /// It is final, and its prizes are booked.
    Frozen,
    /// It stands so now; nothing is won yet.
    Live,
}

/// One rank of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BoardRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// The board.
    pub board: String,
    /// The period, such as `2026-03`.
    pub period: String,
    /// The segment; absent for everyone.
    pub segment: Option<String>,
    /// Whether it can still change.
    pub state: BoardState,
    /// The rank from 1; equals share the better one.
    pub rank: u32,
    /// The ambassador.
    pub ambassador: String,
    /// The score as a decimal text.
    pub score: String,
    /// What the score is counted in, where it is money: the program's currency.
    pub score_currency: Option<String>,
    /// The prize, where there is one.
    pub prize: Option<Amount>,
}

impl Record for BoardRow {
    fn columns() -> Vec<Column> {
        vec![
            Column::left("brand"),
            Column::left("program"),
            Column::left("board"),
            Column::left("period"),
            Column::left("segment"),
            Column::left("state"),
            Column::right("rank"),
            Column::left("ambassador"),
            Column::right("score"),
            Column::for_programs("score_currency"),
            Column::right("prize"),
            Column::for_programs("currency"),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells = vec![
            Cell::text(self.brand.as_str()),
            Cell::text(self.program.as_str()),
            Cell::text(self.board.as_str()),
            Cell::text(self.period.as_str()),
            Cell::maybe(self.segment.as_deref()),
            Cell::text(if self.state == BoardState::Frozen { "frozen" } else { "live" }),
            Cell::Number(self.rank.into()),
            Cell::text(self.ambassador.as_str()),
            Cell::Amount(self.score.clone(), self.score_currency.clone().unwrap_or_default()),
            Cell::maybe(self.score_currency.as_deref()),
        ];
        cells.extend(money::cells(self.prize.as_ref()));
        cells
    }
}

#[derive(FromQueryResult)]
pub(super) struct Stored {
    brand: String,
    program: String,
    pub(super) board: String,
    pub(super) period: String,
    pub(super) segment: String,
    frozen_at: i64,
    pub(super) ranks: String,
}

/// What is read of a frozen board.
pub(super) const STORED: &str =
    "SELECT brand, program, board, period, segment, frozen_at, ranks FROM board WHERE 1 = 1";

/// Brand, program, board, period.
pub(super) type Name = (String, String, String, String);

impl Report for Leaderboards {
    type Row = BoardRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, BoardRow>,
    ) -> Result<(), ReportError> {
        let wanted = |row: &BoardRow| filter.ambassador.as_ref().is_none_or(|it| *it == row.ambassador);
        let mut frozen = BTreeSet::new();
        let mut query = Query::new("board", STORED);
        query.only("brand", filter.brand.as_deref());
        query.only("program", filter.program.as_deref());
        query.push(" ORDER BY brand, program, board, period, segment");
        query
            .each(books.database.connection(), |row: Stored| {
                frozen.insert((
                    row.brand.clone(),
                    row.program.clone(),
                    row.board.clone(),
                    row.period.clone(),
                ));
                let frozen_at = at(row.frozen_at);
                let asked = filter.from.is_none_or(|from| from <= frozen_at)
                    && filter.to.is_none_or(|to| frozen_at < to);
                if !asked {
                    return Ok(());
                }
                frozen_rows(books, &row)?.into_iter().filter(wanted).try_for_each(&mut *sink)
            })
            .await?;
        let now = match self.at {
            Some(at) => at,
            None => clock(books.database.connection()).await?,
        };
        if filter.to.is_some_and(|to| to <= now) {
            return Ok(());
        }
        live(books, filter, (now, self.at), &|name| frozen.contains(name))
            .await?
            .into_iter()
            .filter(wanted)
            .try_for_each(sink)
    }
}

pub(super) fn frozen_rows(books: &Books<'_>, row: &Stored) -> Result<Vec<BoardRow>, ReportError> {
    let ranks: Vec<RankState> = error::json("board", &row.board, &row.ranks)?;
    // The metric and the prizes are of the terms of the last instant before the board froze.
    let last = at(row.frozen_at).minus(1);
    let currency = currency(books.registry, &row.brand, &row.program, last);
    let program = books.registry.program(&BrandId::trusted(&row.brand), &ProgramId::trusted(&row.program));
    let boards = program.and_then(|program| program.terms_at(last)).map(|terms| &terms.leaderboard);
    let board = boards.and_then(|boards| boards.iter().find(|board| board.id.as_str() == row.board));
    let score_currency = currency.clone().filter(|_| board.is_some_and(|board| is_money(board.metric)));
    let place = |rank: RankState| BoardRow {
        brand: row.brand.clone(),
        program: row.program.clone(),
        board: row.board.clone(),
        period: row.period.clone(),
        segment: Some(row.segment.clone()).filter(|segment| !segment.is_empty()),
        state: BoardState::Frozen,
        rank: rank.rank,
        ambassador: rank.ambassador.to_string(),
        score: rank.score,
        score_currency: score_currency.clone(),
        prize: rank.prize.map(|amount| Amount { amount, currency: currency.clone().unwrap_or_default() }),
    };
    Ok(ranks.into_iter().map(place).collect())
}

const fn is_money(metric: Metric) -> bool {
    match metric {
        Metric::NetRevenue => true,
        Metric::Conversions | Metric::Posts | Metric::Engagement | Metric::Tokens | Metric::MissionPoints => {
            false
        }
    }
}

/// The rows of the boards of the periods that `now` lies in, with what had happened by `until`; with everything that is
/// known of the period where that is absent.
pub(super) async fn live(
    books: &Books<'_>,
    filter: &Filter,
    (now, until): (Timestamp, Option<Timestamp>),
    is_left_out: &(dyn Fn(&Name) -> bool + Sync),
) -> Result<Vec<BoardRow>, ReportError> {
    let mut transaction = books.database.begin_looking().await?;
    let mut rows = Vec::new();
    for (brand, id, program) in books.registry.every_program() {
        if filter.admits(brand.as_str(), id.as_str()) {
            let of = (brand, id, program);
            live_of(&mut transaction, books, of, (now, until), is_left_out, &mut rows).await?;
        }
    }
    transaction.rollback().await?;
    Ok(rows)
}

async fn live_of(
    transaction: &mut Transaction,
    books: &Books<'_>,
    (brand, id, program): (&BrandId, &ProgramId, &Program),
    (now, until): (Timestamp, Option<Timestamp>),
    is_left_out: &(dyn Fn(&Name) -> bool + Sync),
    rows: &mut Vec<BoardRow>,
) -> Result<(), ReportError> {
    let Some(terms) = program.terms_at(now) else { return Ok(()) };
    let mut boards: Vec<&Leaderboard> = terms.leaderboard.iter().collect();
    boards.sort_by(|a, b| a.id.cmp(&b.id));
    for board in boards {
        let bounds = board.period_at(&terms.program.time_zone, now);
        let name = (brand.to_string(), id.to_string(), board.id.to_string(), bounds.name.to_string());
        if is_left_out(&name) {
            continue;
        }
        let terms: &Terms = terms;
        let as_of = until.unwrap_or_else(|| bounds.ends_at.minus(1).max(now));
        let found = standings(transaction, books.registry, brand, id, terms, board, &bounds, as_of).await?;
        for (segment, scores) in found.segments {
            let place = |place: tribute_leaderboards::Ranked| BoardRow {
                brand: name.0.clone(),
                program: name.1.clone(),
                board: name.2.clone(),
                period: name.3.clone(),
                segment: Some(segment.clone()).filter(|segment| !segment.is_empty()),
                state: BoardState::Live,
                rank: place.rank,
                ambassador: place.ambassador.to_string(),
                score: score_text(board.metric, place.score),
                score_currency: is_money(board.metric).then(|| terms.program.currency.to_string()),
                prize: None,
            };
            rows.extend(rank(scores).into_iter().map(place));
        }
    }
    Ok(())
}
