//! Who moved on a board: how it stands, against how it stood when a reader was last told.
//!
//! A move is no fact: it is in no log and has no number of its own. A reader who comes, or comes again, is told first how the
//! boards stand, and so misses nothing.

use std::{collections::BTreeMap, sync::Arc};

use schemars::JsonSchema;
use serde::Serialize;
use tribute_events::{BrandId, Timestamp};
use tribute_reports::report::BoardRow;

/// The type of a move.
pub(super) const MOVED: &str = "tribute.leaderboard.moved";
/// How many places of each board are told to who sees the whole brand.
pub(super) const PLACES: usize = 100;

/// A board of one period and segment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BoardName {
    pub(super) program: String,
    pub(super) board: String,
    pub(super) period: String,
    /// Empty for everyone.
    pub(super) segment: String,
}

/// Who stands where on a board.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Standing {
    /// The best first.
    places: Vec<BoardRow>,
    /// The place of each ambassador among them.
    of: BTreeMap<String, usize>,
}

/// The boards of a brand that run.
#[derive(Debug)]
pub(super) struct Boards {
    pub(super) standings: BTreeMap<BoardName, Arc<Standing>>,
    /// The number of the log's last event that they can count.
    pub(super) number: i64,
    /// When they were looked at.
    pub(super) at: Timestamp,
}

/// An ambassador stands elsewhere on a live board than the reader was told before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Move {
    program: String,
    board: String,
    /// The period, such as `2026-03`.
    period: String,
    /// The segment; empty for everyone.
    segment: String,
    ambassador: String,
    /// The rank from 1, equals share the better one; null where they stand on the board no more.
    rank: Option<u32>,
    /// The rank before; null where they did not stand on it, or the reader is told for the first time.
    previous_rank: Option<u32>,
    /// The score as a decimal; null without a rank.
    score: Option<String>,
    /// What the score is counted in, where it is money.
    score_currency: Option<String>,
}

#[derive(Serialize)]
struct Written<'a> {
    specversion: &'static str,
    id: String,
    source: &'static str,
    r#type: &'static str,
    brand: &'a BrandId,
    time: Timestamp,
    data: &'a Move,
}

impl BoardName {
    pub(super) fn of(row: &BoardRow) -> Self {
        let BoardRow { program, board, period, segment, .. } = row.clone();
        Self { program, board, period, segment: segment.unwrap_or_default() }
    }
}

impl Standing {
    /// The next place, behind all others.
    pub(super) fn push(&mut self, row: BoardRow) {
        self.of.insert(row.ambassador.clone(), self.places.len());
        self.places.push(row);
    }

    fn row(&self, ambassador: &str) -> Option<&BoardRow> {
        self.of.get(ambassador).and_then(|place| self.places.get(*place))
    }

    fn first(&self) -> impl Iterator<Item = &str> {
        self.places.iter().take(PLACES).map(|row| row.ambassador.as_str())
    }
}

/// The moves on a board since a reader was told how it stood: one's own; or where no one is named those of the first places,
/// and of who has left them.
pub(super) fn moves(name: &BoardName, before: &Standing, now: &Standing, own: Option<&str>) -> Vec<Move> {
    let whole = own.is_none();
    let led = before.first().filter(|who| now.of.get(*who).is_none_or(|place| *place >= PLACES));
    let concerned = now.first().chain(led).filter(|_| whole).chain(own);
    concerned.filter_map(|who| moved(name, before.row(who), now.row(who), who)).collect()
}

fn moved(name: &BoardName, before: Option<&BoardRow>, now: Option<&BoardRow>, who: &str) -> Option<Move> {
    let (rank, previous_rank) = (now.map(|row| row.rank), before.map(|row| row.rank));
    let BoardName { program, board, period, segment } = name.clone();
    (rank != previous_rank).then(|| Move {
        program,
        board,
        period,
        segment,
        ambassador: who.to_owned(),
        rank,
        previous_rank,
        score: now.map(|row| row.score.clone()),
        score_currency: now.and_then(|row| row.score_currency.clone()),
    })
}

impl Boards {
    /// A move as an event. Looked at again where nothing has happened since, it has the same id.
    pub(super) fn line(&self, brand: &BrandId, what: &Move) -> Option<String> {
        let Move { program, board, period, segment, ambassador, .. } = what;
        let event = Written {
            specversion: "1.0",
            id: format!("{program}/{board}/{period}/{segment}/{ambassador}/{}", self.number),
            source: "/tribute",
            r#type: MOVED,
            brand,
            time: self.at,
            data: what,
        };
        serde_json::to_string(&event).ok()
    }
}

#[cfg(test)]
mod tests {
    use tribute_reports::report::BoardState;

    use super::*;

    fn standing(ranks: &[(&str, u32)]) -> Standing {
        let mut standing = Standing::default();
        for (ambassador, rank) in ranks {
            standing.push(BoardRow {
                brand: "acme".into(),
                program: "friends".into(),
                board: "top".into(),
                period: "2026-03".into(),
                segment: None,
                state: BoardState::Live,
                rank: *rank,
                ambassador: (*ambassador).into(),
                score: "1.00".into(),
                score_currency: Some("USD".into()),
                prize: None,
            });
        }
        standing
    }

    fn told(before: &Standing, now: &Standing, own: Option<&str>) -> Vec<(String, Option<u32>, Option<u32>)> {
        let name = now.places.first().or(before.places.first()).map(BoardName::of).unwrap();
        let moves = moves(&name, before, now, own).into_iter();
        moves.map(|it| (it.ambassador, it.previous_rank, it.rank)).collect()
    }

    #[test]
    fn who_passes_and_who_is_passed() {
        let before = standing(&[("ada", 1), ("ben", 2), ("cat", 3)]);
        let now = standing(&[("ben", 1), ("ada", 2), ("cat", 3)]);
        let all = [("ben".to_owned(), Some(2), Some(1)), ("ada".to_owned(), Some(1), Some(2))];
        assert_eq!(told(&before, &now, None), all);
        assert_eq!(told(&before, &now, Some("ada")), all[1..]);
        assert_eq!(told(&before, &now, Some("cat")), []);
        assert_eq!(told(&now, &now, None), []);
    }

    #[test]
    fn who_comes_and_who_goes() {
        let (none, two) = (Standing::default(), standing(&[("ada", 1), ("ben", 1)]));
        let came = told(&none, &two, None);
        assert_eq!(came, [("ada".to_owned(), None, Some(1)), ("ben".to_owned(), None, Some(1))]);
        assert_eq!(told(&two, &standing(&[("ben", 1)]), None), [("ada".to_owned(), Some(1), None)]);
        assert_eq!(told(&two, &none, Some("ben")), [("ben".to_owned(), Some(1), None)]);
        assert_eq!(told(&none, &two, Some("eve")), []);
    }

    #[test]
    fn of_many_the_first_places_are_told_and_to_each_their_own() {
        let names: Vec<String> = (0..300).map(|number| format!("a{number:03}")).collect();
        let ranked = |names: Vec<&String>| {
            let ranks: Vec<_> = names.into_iter().map(String::as_str).zip(1..).collect();
            standing(&ranks)
        };
        let before = ranked(names.iter().collect());
        let now = ranked(names[299..].iter().chain(&names[..299]).collect());
        let moves = told(&before, &now, None);
        assert_eq!(moves.len(), PLACES + 1);
        assert_eq!(moves[0], ("a299".to_owned(), Some(300), Some(1)));
        assert_eq!(moves[PLACES], ("a099".to_owned(), Some(100), Some(101)), "who left the first places");
        assert_eq!(told(&before, &now, Some("a200")), [("a200".to_owned(), Some(201), Some(202))]);
    }
}
