//! How the boards stand of the brands whose boards somebody follows: looked at once for all who do.
//!
//! Nothing is written for it. A look counts a board anew out of the facts, and that grows with its period: a brand is looked
//! at when something was taken in for it or the clock went on, not more often than [`REST`], and for no more than one part in
//! [`SHARE`] of the time; all brands one after the other, so that the database is never asked for two at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::{sync::watch, task::JoinHandle, time::Instant};
use tribute_events::{BrandId, ProgramId, Timestamp};
use tribute_reports::{Books, report::running_boards};
use tribute_services::Known;
use tribute_store::{
    Database,
    entity::{clock, event_log},
    on_behalf_of,
};

use super::moved::{BoardName, Boards, Standing};
use crate::{Api, Problem};

/// How often it is looked whether something was taken in.
const LOOK: Duration = Duration::from_millis(100);
/// How long a brand's boards are left alone at least, and for how many times as long as it took to look at them.
const REST: Duration = Duration::from_millis(500);
const SHARE: u32 = 5;

type Said = watch::Sender<Option<Arc<Boards>>>;
/// The boards of a brand; nothing until they were looked at.
pub(super) type Following = watch::Receiver<Option<Arc<Boards>>>;

/// Whose boards are followed.
#[derive(Default)]
pub(super) struct Followed(Mutex<Room>);

#[derive(Default)]
struct Room {
    brands: BTreeMap<BrandId, Said>,
    keeper: Option<JoinHandle<()>>,
}

impl Followed {
    /// Follows the boards of a brand until the receiver is dropped.
    pub(super) fn follow(&self, api: &Api, brand: &BrandId) -> Following {
        let mut room = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let say = room.brands.entry(brand.clone()).or_insert_with(|| watch::channel(None).0);
        let following = say.subscribe();
        if room.keeper.as_ref().is_none_or(JoinHandle::is_finished) {
            room.keeper = Some(tokio::spawn(keep(api.clone())));
        }
        following
    }

    /// The brands whose boards somebody follows. Where nobody does, whoever comes next has another begun who looks.
    fn brands(&self) -> Vec<BrandId> {
        let mut room = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        room.brands.retain(|_, say| say.receiver_count() > 0);
        if room.brands.is_empty() {
            room.keeper = None;
        }
        room.brands.keys().cloned().collect()
    }

    fn known(&self, brand: &BrandId) -> Option<Arc<Boards>> {
        let room = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        room.brands.get(brand).and_then(|say| say.borrow().clone())
    }

    fn say(&self, brand: &BrandId, boards: Boards) {
        let room = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(say) = room.brands.get(brand) {
            say.send_replace(Some(Arc::new(boards)));
        }
    }
}

/// How far the facts have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Marks {
    clock: Timestamp,
    number: i64,
}

/// When a brand's boards may be looked at again, and whether there is a reason to.
struct Pace {
    is_due: bool,
    from: Instant,
}

/// Looks at the boards as long as anybody follows any.
async fn keep(api: Api) {
    let (mut paces, mut seen) = (BTreeMap::new(), None);
    loop {
        let brands = api.live().followed().brands();
        if brands.is_empty() {
            return;
        }
        if let Err(problem) = round(&api, &brands, &mut paces, &mut seen).await {
            tracing::warn!(?problem, "the boards wait for the database");
            tokio::time::sleep(REST).await;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Looks at the boards of every brand that has news and has rested.
async fn round(
    api: &Api,
    brands: &[BrandId],
    paces: &mut BTreeMap<BrandId, Pace>,
    seen: &mut Option<Marks>,
) -> Result<(), Problem> {
    let marks = marks(api.whole()).await?;
    let concerned = match *seen {
        Some(before) if before == marks => BTreeSet::new(),
        Some(before) if before.clock == marks.clock => concerned(api.whole(), before, marks).await?,
        _ => brands.iter().map(ToString::to_string).collect(),
    };
    *seen = Some(marks);
    paces.retain(|brand, _| brands.contains(brand));
    for brand in brands {
        let pace = paces.entry(brand.clone()).or_insert_with(|| Pace { is_due: true, from: Instant::now() });
        pace.is_due |= concerned.contains(brand.as_str());
    }
    for (brand, pace) in paces.iter_mut().filter(|(_, pace)| pace.is_due && pace.from <= Instant::now()) {
        let begun = Instant::now();
        let looked = on_behalf_of(brand.as_str(), look(api, brand, marks)).await;
        let took = begun.elapsed();
        tracing::debug!(%brand, ?took, "looked at the boards that are followed");
        pace.from = Instant::now() + rest(took);
        match looked {
            Ok(boards) => {
                api.live().followed().say(brand, boards);
                pace.is_due = false;
            }
            // It stays due; the others do not wait for it.
            Err(problem) => tracing::warn!(%brand, ?problem, "the boards of a brand can not be looked at"),
        }
    }
    Ok(())
}

/// How long boards are left alone that it took so long to look at.
fn rest(took: Duration) -> Duration {
    took.saturating_mul(SHARE.saturating_sub(1)).max(REST)
}

async fn marks(database: &Database) -> Result<Marks, Problem> {
    let clock = clock::Entity::find_by_id(0).one(database.connection()).await?;
    let last = event_log::Entity::find()
        .select_only()
        .column(event_log::Column::Seq)
        .order_by_desc(event_log::Column::Seq)
        .limit(1)
        .into_tuple::<i64>();
    let number = last.one(database.connection()).await?.unwrap_or_default();
    let clock = clock.map_or(Timestamp::MIN, |row| Timestamp::from_millis(row.at));
    Ok(Marks { clock, number })
}

/// The brands of which something was taken in between.
async fn concerned(database: &Database, before: Marks, now: Marks) -> Result<BTreeSet<String>, Problem> {
    let brands = event_log::Entity::find()
        .select_only()
        .column(event_log::Column::Brand)
        .distinct()
        .filter(event_log::Column::Seq.gt(before.number))
        .filter(event_log::Column::Seq.lte(now.number))
        .into_tuple::<String>();
    Ok(brands.all(database.connection()).await?.into_iter().collect())
}

/// How the boards of a brand stand now.
async fn look(api: &Api, brand: &BrandId, marks: Marks) -> Result<Boards, Problem> {
    let known = api.configured().await?;
    let books = Books { database: api.walled(), registry: known.registry() };
    let mut found: BTreeMap<BoardName, Standing> = BTreeMap::new();
    for program in known.registry().programs(brand).into_iter().flat_map(BTreeMap::keys) {
        for row in running_boards(&books, brand.as_str(), program.as_str()).await? {
            found.entry(BoardName::of(&row)).or_default().push(row);
        }
    }
    let before = api.live().followed().known(brand).map(|it| it.standings.clone()).unwrap_or_default();
    for name in before.keys().filter(|name| is_running(&known, brand, name, marks.clock)) {
        // Nobody stands on it any more.
        found.entry(name.clone()).or_default();
    }
    let same = |name: &BoardName, now: Standing| match before.get(name) {
        Some(before) if **before == now => Arc::clone(before),
        _ => Arc::new(now),
    };
    let shared = |(name, now)| {
        let standing = same(&name, now);
        (name, standing)
    };
    let standings = found.into_iter().map(shared).collect();
    Ok(Boards { standings, number: marks.number, at: api.now() })
}

/// Whether the clock lies in the period of a board.
fn is_running(known: &Known, brand: &BrandId, name: &BoardName, clock: Timestamp) -> bool {
    let program = known.registry().program(brand, &ProgramId::trusted(&name.program));
    let Some(terms) = program.and_then(|it| it.terms_at(clock)) else { return false };
    let board = terms.leaderboard.iter().find(|it| it.id.as_str() == name.board);
    board.is_some_and(|it| it.period_at(&terms.program.time_zone, clock).name == name.period)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boards_take_a_part_of_the_time_and_no_more() {
        assert_eq!(rest(Duration::from_millis(1)), REST);
        assert_eq!(rest(Duration::from_secs(3)), Duration::from_secs(12));
    }
}
