//! Boards of one program one by one: which there are, and who stands on one, without reading the others.
//!
//! A frozen board of a period and segment is one row. One that still runs is worked out of the facts when somebody asks;
//! of those a program has as many as its terms have boards and segments.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::FromQueryResult;
use serde::de::IgnoredAny;

use super::{
    Books, Filter, KeyPart, Page, clock,
    leaderboards::{BoardRow, BoardState, Name, STORED, Stored, frozen_rows, live},
};
use crate::{ReportError, error, query::Query};

/// Which board: of the newest period where none is named.
#[derive(Debug, Clone, Copy)]
pub struct BoardOf<'a> {
    /// The brand.
    pub brand: &'a str,
    /// The program.
    pub program: &'a str,
    /// The board.
    pub board: &'a str,
    /// The period, such as `2026-03`.
    pub period: Option<&'a str>,
    /// The segment; absent for everyone.
    pub segment: Option<&'a str>,
}

/// A board of one period and segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardHead {
    /// The board.
    pub board: String,
    /// The period, such as `2026-03`.
    pub period: String,
    /// The segment; absent for everyone.
    pub segment: Option<String>,
    /// Whether it can still change.
    pub state: BoardState,
    /// How many stand on it.
    pub entries: u64,
}

/// Board, period and segment; no segment is the empty one.
pub type BoardKey = (String, String, String);

impl BoardHead {
    /// Where it stands in the list of boards.
    #[must_use]
    pub fn key(&self) -> BoardKey {
        (self.board.clone(), self.period.clone(), self.segment.clone().unwrap_or_default())
    }
}

/// The boards of a program that follow one, by board, period and segment: at most so many.
///
/// # Errors
/// Where the database is away, or holds what cannot be read.
pub async fn board_heads(
    books: &Books<'_>,
    brand: &str,
    program: &str,
    after: Option<BoardKey>,
    limit: u64,
) -> Result<Vec<BoardHead>, ReportError> {
    let follows = |key: &BoardKey| after.as_ref().is_none_or(|after| key > after);
    let mut heads = BTreeMap::new();
    for row in running(books, brand, program, None).await? {
        let key = (row.board, row.period, row.segment.unwrap_or_default());
        if follows(&key) {
            let head = heads.entry(key).or_insert((BoardState::Live, 0_u64));
            head.1 = head.1.saturating_add(1);
        }
    }
    let after = after.map(|(board, period, segment)| {
        [brand, program, &board, &period, &segment].map(KeyPart::text).into()
    });
    let page = Some(Page { after, limit });
    let filter =
        Filter { brand: Some(brand.into()), program: Some(program.into()), page, ..Filter::default() };
    let mut query = Query::new("board", STORED);
    filter.narrow(&mut query, ["brand", "program", "ambassador"]);
    filter.sorted(&mut query, &["brand", "program", "board", "period", "segment"]);
    query
        .each(books.database.connection(), |row: Stored| {
            let ranks: Vec<IgnoredAny> = error::json("board", &row.board, &row.ranks)?;
            let entries = u64::try_from(ranks.len()).unwrap_or(u64::MAX);
            heads.insert((row.board, row.period, row.segment), (BoardState::Frozen, entries));
            Ok(())
        })
        .await?;
    let head = |((board, period, segment), (state, entries)): (BoardKey, _)| {
        let segment = Some(segment).filter(|it: &String| !it.is_empty());
        BoardHead { board, period, segment, state, entries }
    };
    Ok(heads.into_iter().map(head).take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
}

/// Who stands on a board, the best first; nothing where there is no such board, or nobody stands on it.
///
/// # Errors
/// As for [`board_heads`].
pub async fn board_rows(books: &Books<'_>, of: BoardOf<'_>) -> Result<Vec<BoardRow>, ReportError> {
    let mut rows = running(books, of.brand, of.program, Some(of.board)).await?;
    rows.retain(|row| {
        row.segment.as_deref() == of.segment && of.period.is_none_or(|period| row.period == period)
    });
    // What runs is newer than what is frozen.
    if !rows.is_empty() {
        return Ok(rows);
    }
    let mut query = Query::new("board", STORED);
    query.only("brand", Some(of.brand));
    query.only("program", Some(of.program));
    query.only("board", Some(of.board));
    query.only("period", of.period);
    query.only("segment", Some(of.segment.unwrap_or_default()));
    query.push(" ORDER BY period DESC LIMIT 1");
    let found: Option<Stored> = query.one(books.database.connection()).await?;
    found.map_or(Ok(Vec::new()), |row| frozen_rows(books, &row))
}

/// The rows of a program's boards that still run, by board and segment, the best first.
///
/// # Errors
/// As for [`board_heads`].
pub async fn running_boards(
    books: &Books<'_>,
    brand: &str,
    program: &str,
) -> Result<Vec<BoardRow>, ReportError> {
    running(books, brand, program, None).await
}

#[derive(FromQueryResult)]
struct Period {
    board: String,
    period: String,
}

/// The rows of the boards that still run; of one where it is named.
async fn running(
    books: &Books<'_>,
    brand: &str,
    program: &str,
    board: Option<&str>,
) -> Result<Vec<BoardRow>, ReportError> {
    let mut query = Query::new("board", "SELECT DISTINCT board, period FROM board WHERE 1 = 1");
    query.only("brand", Some(brand));
    query.only("program", Some(program));
    query.only("board", board);
    let frozen = query.all::<Period>(books.database.connection()).await?;
    let frozen: BTreeSet<_> = frozen.into_iter().map(|it| (it.board, it.period)).collect();
    let is_left_out = |(_, _, name, period): &Name| {
        board.is_some_and(|board| board != name) || frozen.contains(&(name.clone(), period.clone()))
    };
    let filter = Filter { brand: Some(brand.into()), program: Some(program.into()), ..Filter::default() };
    let now = clock(books.database.connection()).await?;
    live(books, &filter, (now, None), &is_left_out).await
}
