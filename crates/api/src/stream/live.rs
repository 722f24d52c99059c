//! Who reads along: how many may, and one look at the outbox for all of them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::watch;
use tribute_store::Database;
use tribute_webhooks::ends;

use crate::{Problem, ProblemCode};

/// How many connections a credential may have, and all of them together.
const OF_ONE: usize = 5;
const OF_ALL: usize = 500;
/// How often the outbox is looked at while somebody reads along.
const LOOK: Duration = Duration::from_millis(100);

pub(super) type Ends = BTreeMap<&'static str, i64>;

/// Who reads along.
pub(crate) struct Live {
    database: Database,
    room: Arc<Mutex<Room>>,
}

#[derive(Default)]
struct Room {
    taken: BTreeMap<String, usize>,
    /// How far each stream is, while somebody looks.
    ends: Option<watch::Receiver<Ends>>,
}

/// A connection that counts until it is dropped.
pub(super) struct Seat {
    room: Arc<Mutex<Room>>,
    credential: String,
    ends: watch::Receiver<Ends>,
}

impl Live {
    pub(crate) fn new(database: Database) -> Self {
        Self { database, room: Arc::default() }
    }

    /// A seat for one more connection.
    pub(super) async fn sit(&self, credential: &str) -> Result<Seat, Problem> {
        let now = ends(&self.database).await?;
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = room.taken.values().sum();
        let own = room.taken.get(credential).copied().unwrap_or_default();
        if own >= OF_ONE || all >= OF_ALL {
            let detail = format!("a credential may have {OF_ONE} streams open; close one, or try again");
            return Err(Problem::new(ProblemCode::Busy, detail).after(5));
        }
        let ends = match room.ends.clone().filter(|ends| ends.has_changed().is_ok()) {
            Some(ends) => ends,
            None => {
                let (say, ends) = watch::channel(now);
                tokio::spawn(look(self.database.clone(), say));
                room.ends = Some(ends.clone());
                ends
            }
        };
        room.taken.insert(credential.to_owned(), own.saturating_add(1));
        Ok(Seat { room: Arc::clone(&self.room), credential: credential.to_owned(), ends })
    }
}

/// Says how far each stream is, as long as anybody reads along.
async fn look(database: Database, say: watch::Sender<Ends>) {
    // The room itself keeps one receiver.
    while say.receiver_count() > 1 {
        tokio::time::sleep(LOOK).await;
        match ends(&database).await {
            Ok(ends) => drop(say.send_if_modified(|known| std::mem::replace(known, ends.clone()) != ends)),
            Err(error) => tracing::warn!(%error, "the stream waits for the database"),
        }
    }
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
        let left = room.taken.get(&self.credential).copied().unwrap_or_default().saturating_sub(1);
        match left {
            0 => drop(room.taken.remove(&self.credential)),
            left => drop(room.taken.insert(self.credential.clone(), left)),
        }
    }
}
