//! `GET /v1/programs/{program}/boards`: which boards there are, and who stands where on one.

use std::sync::Arc;

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tribute_reports::{
    Books,
    report::{self, BoardKey, BoardOf, BoardRow, BoardState, board_rows},
};
use tribute_services::Known;

use super::Whole;
use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    configured,
    http::{
        asked::{Path, Query},
        operation::{Access, Method, Operation},
        page::{Page, Wanted, cut},
    },
};

/// How many neighbours are shown on either side.
const NEIGHBOURS: usize = 2;

/// A board of one period and segment.
#[derive(Debug, Serialize, JsonSchema)]
struct BoardHead {
    /// The board.
    board: String,
    /// The period, such as `2026-03`.
    period: String,
    /// The segment; absent for everyone.
    segment: Option<String>,
    /// Whether it can still change.
    state: BoardState,
    /// How many stand on it.
    entries: u64,
}

impl From<report::BoardHead> for BoardHead {
    fn from(head: report::BoardHead) -> Self {
        let report::BoardHead { board, period, segment, state, entries } = head;
        Self { board, period, segment, state, entries }
    }
}

/// Which board.
#[derive(Debug, Deserialize, JsonSchema)]
struct BoardQuery {
    /// The period; the newest one where absent.
    period: Option<String>,
    /// The segment; everyone where absent.
    segment: Option<String>,
    /// With this ambassador's rank and neighbours; their own for who sees their own only.
    ambassador: Option<String>,
}

/// A board, with one's own place on it.
#[derive(Debug, Serialize, JsonSchema)]
struct Board {
    /// The board.
    board: String,
    /// The period.
    period: String,
    /// The segment; absent for everyone.
    segment: Option<String>,
    /// Whether it can still change.
    state: BoardState,
    /// How many stand on it.
    entries: u64,
    /// The ambassador's own place; absent where they do not stand on it, or nobody is asked for.
    own: Option<BoardRow>,
    /// Their own place and those next to it, the better ones first.
    neighbours: Vec<BoardRow>,
    /// The places, the best first.
    items: Vec<BoardRow>,
    /// What to pass as `cursor` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Scope(Scope::BOARDS_READ);
    let path = "/v1/programs/{program}/boards";
    let list = Operation::new(Method::Get, path, "listBoards", "Boards", access, list);
    let path = "/v1/programs/{program}/boards/{board}";
    let show = Operation::new(Method::Get, path, "showBoard", "Boards", access, show);
    vec![
        list.says("Lists boards", "Frozen boards and live ones, by board, period and segment.")
            .of("program", "The program.")
            .lists::<Whole, BoardHead>("A page of boards."),
        show.says("Shows a board", "A page of its places, and one's own place with its neighbours.")
            .of("program", "The program.")
            .of("board", "The board.")
            .query::<BoardQuery>()
            .query::<Wanted>()
            .gives::<Board>(200, "The board.")
            .rows::<BoardRow>(),
    ]
}

/// The program of the path is the caller's.
async fn programs(api: &Api, caller: &Caller, program: &str) -> Result<Arc<Known>, Problem> {
    let known = api.configured().await?;
    configured::program(&known, caller, program)?;
    Ok(known)
}

fn count(rows: &[BoardRow]) -> u64 {
    u64::try_from(rows.len()).unwrap_or(u64::MAX)
}

async fn list(
    State(api): State<Api>,
    caller: Caller,
    Path(program): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<BoardHead>>, Problem> {
    let known = programs(&api, &caller, &program).await?;
    let books = Books { database: api.walled(), registry: known.registry() };
    let (limit, after) = (wanted.limit()?, wanted.after::<BoardKey>("boards")?);
    let most = limit.saturating_add(1);
    let heads = report::board_heads(&books, caller.brand.as_str(), &program, after, most).await?;
    Ok(Json(Page::of("boards", heads, limit, report::BoardHead::key, |head| Ok(head.into()))?))
}

async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path((program, board)): Path<(String, String)>,
    Query(query): Query<BoardQuery>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Board>, Problem> {
    let who = caller.own(query.ambassador.as_deref())?;
    let known = programs(&api, &caller, &program).await?;
    let books = Books { database: api.walled(), registry: known.registry() };
    // A board shows who stands on it to everybody who may look at it.
    let of = BoardOf {
        brand: caller.brand.as_str(),
        program: &program,
        board: &board,
        period: query.period.as_deref(),
        segment: query.segment.as_deref(),
    };
    let rows = board_rows(&books, of).await?;
    let first = rows.first().ok_or_else(|| Problem::not_found("board", &board))?;
    let (period, segment, state) = (first.period.clone(), first.segment.clone(), first.state);
    let place = who.and_then(|who| rows.iter().position(|row| row.ambassador == who));
    let neighbours = place.map(|place| {
        let from = place.saturating_sub(NEIGHBOURS);
        rows.iter()
            .skip(from)
            .take(place.saturating_sub(from).saturating_add(NEIGHBOURS + 1))
            .cloned()
            .collect()
    });
    let (entries, own) = (count(&rows), place.and_then(|place| rows.get(place).cloned()));
    let page = cut("board", rows.into_iter().enumerate(), |(place, _)| *place, &wanted)?;
    Ok(Json(Board {
        board,
        period,
        segment,
        state,
        entries,
        own,
        neighbours: neighbours.unwrap_or_default(),
        items: page.items.into_iter().map(|(_, row)| row).collect(),
        next: page.next,
    }))
}
