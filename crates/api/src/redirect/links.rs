//! The links that were issued, in memory, so that nobody waits for the database.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};
use tribute_events::{
    AmbassadorId, Arrival, BrandId, EventId, LinkId, Payload, ProgramId, Timestamp, decode,
};
use tribute_store::{Database, entity::configuration};

use crate::{Problem, ProblemCode};

/// How many rows are read at once.
const PAGE: u64 = 5_000;
/// How soon after the last look a link that is not known is looked for.
const MISS_AFTER: Duration = Duration::from_millis(200);
/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// A link as it was issued.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) brand: BrandId,
    pub(super) program: ProgramId,
    pub(super) id: LinkId,
    pub(super) ambassador: AmbassadorId,
    pub(super) target: Option<String>,
    /// The name of the cookie that holds the device, another one for each brand.
    pub(super) cookie: String,
    since: (Timestamp, EventId),
}

/// By brand and id, and the brand that was the first to issue an id.
#[derive(Default)]
struct Index {
    links: BTreeMap<String, BTreeMap<String, Arc<Link>>>,
    firsts: BTreeMap<String, String>,
}

pub(super) struct Links {
    database: Database,
    index: RwLock<Index>,
    /// How far the configuration was read, and when.
    read: tokio::sync::Mutex<(i64, Option<Instant>)>,
}

impl Links {
    pub(super) fn new(database: Database) -> Self {
        Self { database, index: RwLock::default(), read: tokio::sync::Mutex::new((-1, None)) }
    }

    /// A link of a brand, or of the first brand that issued it. One that is not known is looked for in the database, not
    /// more often than five times a second whoever asks.
    ///
    /// # Errors
    /// Where the link is not known, and the database does not say whether there is one.
    pub(super) async fn find(&self, id: &str, brand: Option<&str>) -> Result<Arc<Link>, Problem> {
        if let Some(link) = self.known(id, brand) {
            return Ok(link);
        }
        let is_read = self.refresh_after(MISS_AFTER).await;
        self.known(id, brand).ok_or_else(|| match is_read {
            true => Problem::not_found("link", id),
            false => {
                Problem::new(ProblemCode::Unavailable, "whether there is such a link cannot be read now")
            }
        })
    }

    fn known(&self, id: &str, brand: Option<&str>) -> Option<Arc<Link>> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        let brand = brand.or_else(|| index.firsts.get(id).map(String::as_str))?;
        index.links.get(brand)?.get(id).cloned()
    }

    /// Reads what was issued since the last look.
    pub(super) async fn refresh(&self) {
        let _is_read = self.refresh_after(Duration::ZERO).await;
    }

    /// Whether everything is known that was issued before the rest.
    async fn refresh_after(&self, rest: Duration) -> bool {
        let mut read = self.read.lock().await;
        if read.1.is_some_and(|at| at.elapsed() < rest) {
            return true;
        }
        let mut seen = read.0;
        loop {
            let rows = match tokio::time::timeout(PATIENCE, self.page(seen)).await {
                Ok(Ok(rows)) => rows,
                failed => {
                    tracing::warn!(?failed, "links cannot be read; those that are known are followed");
                    read.0 = seen;
                    return false;
                }
            };
            let Some(last) = rows.last() else { break };
            seen = last.seq;
            let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
            rows.iter().for_each(|row| index.add(row));
        }
        *read = (seen, Some(Instant::now()));
        true
    }

    async fn page(&self, after: i64) -> Result<Vec<configuration::Model>, sea_orm::DbErr> {
        configuration::Entity::find()
            .filter(configuration::Column::Seq.gt(after))
            .filter(configuration::Column::EventType.eq("tribute.link.issued"))
            .order_by_asc(configuration::Column::Seq)
            .limit(PAGE)
            .all(self.database.connection())
            .await
    }
}

impl Index {
    /// Within a brand the program that issued an id first has it; what it says later, by (time, id), stands.
    fn add(&mut self, row: &configuration::Model) {
        let Ok(event) = decode(row.body.as_bytes(), Arrival::Backfill) else { return };
        let Payload::LinkIssued(issued) = event.payload else { return };
        let (brand, id) = (event.brand.to_string(), issued.link.to_string());
        self.firsts.entry(id.clone()).or_insert_with(|| brand.clone());
        let since = (event.time, event.id);
        let of_brand = self.links.entry(brand).or_default();
        let stands = of_brand.get(&id).is_none_or(|old| old.program == issued.program && old.since <= since);
        if stands {
            let cookie = cookie_of(&event.brand);
            let target = issued.target.map(Into::into);
            let link = Link {
                brand: event.brand,
                program: issued.program,
                id: issued.link,
                ambassador: issued.ambassador,
                target,
                cookie,
                since,
            };
            of_brand.insert(id, Arc::new(link));
        }
    }
}

/// Brands share no device: each has a cookie of its own.
fn cookie_of(brand: &BrandId) -> String {
    let digest = Sha256::digest(brand.as_str());
    let digits: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("tribute_{digits}")
}
