//! Who reads along: how many may, and one look at the outbox for all of them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::watch;
use tribute_store::Database;
use tribute_webhooks::ends;

use super::boards::Followed;
use crate::{Caller, Problem, ProblemCode};

/// How many connections one who asks may have; an app for all its ambassadors together; and everybody together.
const OF_ONE: usize = 5;
const OF_APP: usize = 100;
const OF_ALL: usize = 500;
/// How often the outbox is looked at while somebody reads along.
const LOOK: Duration = Duration::from_millis(100);

/// A credential, and the ambassador for whom it asks.
type Who = (String, Option<String>);

pub(super) type Ends = BTreeMap<&'static str, i64>;

/// Who reads along.
pub(crate) struct Live {
    database: Database,
    room: Arc<Mutex<Room>>,
    followed: Followed,
}

#[derive(Default)]
struct Room {
    taken: BTreeMap<Who, usize>,
    /// How far each stream is, while somebody looks.
    ends: Option<watch::Receiver<Ends>>,
}

/// A connection that counts until it is dropped.
pub(super) struct Seat {
    room: Arc<Mutex<Room>>,
    who: Who,
    ends: watch::Receiver<Ends>,
}

impl Live {
    pub(crate) fn new(database: Database) -> Self {
        Self { database, room: Arc::default(), followed: Followed::default() }
    }

    /// Whose boards are followed.
    pub(super) const fn followed(&self) -> &Followed {
        &self.followed
    }

    /// A seat for one more connection.
    pub(super) async fn sit(&self, caller: &Caller) -> Result<Seat, Problem> {
        let now = ends(&self.database).await?;
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let who = (caller.credential.clone(), caller.only.as_ref().map(ToString::to_string));
        let own = room.taken.get(&who).copied().unwrap_or_default();
        let of_credential = room.taken.iter().filter(|((credential, _), _)| *credential == who.0);
        let of_credential: usize = of_credential.map(|(_, count)| count).sum();
        if own >= OF_ONE || of_credential >= OF_APP || room.taken.values().sum::<usize>() >= OF_ALL {
            let detail = format!(
                "a credential may have {OF_ONE} streams open, and an app {OF_APP} for all its ambassadors; close one, \
                 or try again"
            );
            return Err(Problem::new(ProblemCode::Busy, detail).after(5));
        }
        let ends = match room.ends.clone().filter(|ends| ends.has_changed().is_ok()) {
            Some(ends) => ends,
            None => {
                let (say, ends) = watch::channel(now);
                tokio::spawn(look(self.database.clone(), Arc::clone(&self.room), say));
                room.ends = Some(ends.clone());
                ends
            }
        };
        room.taken.insert(who.clone(), own.saturating_add(1));
        Ok(Seat { room: Arc::clone(&self.room), who, ends })
    }
}

/// Says how far each stream is, as long as anybody reads along.
async fn look(database: Database, room: Arc<Mutex<Room>>, say: watch::Sender<Ends>) {
    while is_read(&room, &say) {
        tokio::time::sleep(LOOK).await;
        match ends(&database).await {
            Ok(ends) => drop(say.send_if_modified(|known| std::mem::replace(known, ends.clone()) != ends)),
            Err(error) => tracing::warn!(%error, "the stream waits for the database"),
        }
    }
}

/// Whether anybody but the room itself listens. Where nobody does, whoever comes next has another look begun.
fn is_read(room: &Mutex<Room>, say: &watch::Sender<Ends>) -> bool {
    let mut room = room.lock().unwrap_or_else(PoisonError::into_inner);
    let read = say.receiver_count() > 1;
    if !read {
        room.ends = None;
    }
    read
}

impl Seat {
    /// How far each stream is.
    pub(super) fn ends(&self) -> Ends {
        self.ends.borrow().clone()
    }

    /// Waits until more was said.
    pub(super) async fn changed(&mut self) {
        if self.ends.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let left = room.taken.get(&self.who).copied().unwrap_or_default().saturating_sub(1);
        match left {
            0 => drop(room.taken.remove(&self.who)),
            left => drop(room.taken.insert(self.who.clone(), left)),
        }
    }
}
