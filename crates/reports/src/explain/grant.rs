use std::{collections::BTreeSet, fmt};

use sea_orm::{EntityTrait, FromQueryResult};
use serde::Serialize;
use tribute_events::Timestamp;
use tribute_store::entity::{reward, reward_lock};

use super::{Candidate, EventRef, event};
use crate::{
    ReportError,
    error::at,
    query::Query,
    report::{Amount, Books, currency, is_heard},
};

/// What a mission granted: which fact completed it, how it stands and why, and what was booked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantStory {
    /// The brand.
    pub brand: String,
    /// The grant.
    pub grant: String,
    /// The program.
    pub program: String,
    /// The mission.
    pub mission: String,
    /// The ambassador.
    pub ambassador: String,
    /// Which time round, from 1.
    pub round: i64,
    /// The token, perk or badge.
    pub asset: String,
    /// How many.
    pub units: i64,
    /// What they are worth together, in the program's currency.
    pub fair_value: Option<Amount>,
    /// When it was won.
    pub won_at: Timestamp,
    /// How it stands.
    pub status: String,
    /// Why it waits, brings less than the mission says, or stands on nothing any more; or that it was handed over already.
    pub reason: Option<String>,
    /// How many of its tokens expired.
    pub expired: Option<i64>,
    /// When it clears, where it has not yet.
    pub clears_at: Option<Timestamp>,
    /// The findings that hold it.
    pub held_by: Vec<String>,
    /// The event that completed the round.
    pub event: Option<EventRef>,
    /// The ledger transactions booked for it, each with when it took effect: `acme/42 deliver_perk on 2026-03-02T12:00:00Z`.
    pub booked: Vec<String>,
}

#[derive(FromQueryResult)]
struct Named {
    name: String,
}

#[derive(FromQueryResult)]
struct Booked {
    number: i64,
    recipe: String,
    effective_at: i64,
}

#[derive(FromQueryResult)]
struct HandedOver {
    at: i64,
}

pub(super) async fn tell(books: &Books<'_>, one: &Candidate) -> Result<GrantStory, ReportError> {
    let source = books.database.connection();
    let key = || (one.brand.clone(), one.id.clone());
    let row = reward::Entity::find_by_id(key()).one(source).await.map_err(ReportError::read("reward"))?;
    let row = row.ok_or_else(|| ReportError::stored("reward", &one.id, &"it is gone"))?;
    let lock = reward_lock::Entity::find_by_id(key()).one(source).await;
    let lock = lock.map_err(ReportError::read("reward_lock"))?;
    let ids = BTreeSet::from([row.cause.clone()]);
    let event = event::named(source, &one.brand, &ids).await?.remove(&row.cause);
    let won_at = at(row.effective_at);
    let worth = row.fair_value.zip(currency(books.registry, &row.brand, &row.program, won_at));
    let worth = worth.map(|(value, currency)| {
        let too_large = || ReportError::stored("reward", &row.grant_id, &"its fair value is too large");
        Amount::millionths("reward", value.checked_mul(row.units).ok_or_else(too_large)?, &currency)
    });
    let heard = is_heard(&row.status, handed_over(books, &row).await?);
    Ok(GrantStory {
        held_by: held_by(books, &row).await?,
        booked: booked(books, &row).await?,
        fair_value: worth.transpose()?,
        won_at,
        clears_at: lock.map(|it| at(it.locks_at)),
        event,
        brand: row.brand,
        grant: row.grant_id,
        program: row.program,
        mission: row.mission,
        ambassador: row.ambassador,
        round: row.round,
        asset: row.asset,
        units: row.units,
        status: row.status,
        reason: row.reason.or(heard),
        expired: row.expired,
    })
}

async fn held_by(books: &Books<'_>, row: &reward::Model) -> Result<Vec<String>, ReportError> {
    let mut query = Query::new(
        "finding",
        "SELECT f.finding AS name FROM held_earning h JOIN finding f ON f.brand = h.brand AND f.program = h.program \
            AND f.finding = h.finding WHERE f.status <> 'released'",
    );
    query.only("h.brand", Some(&row.brand));
    query.only("h.program", Some(&row.program));
    query.only("h.source", Some(&format!("grant:{}", row.grant_id)));
    query.push(" ORDER BY f.finding");
    let mut found = Vec::new();
    query
        .each(books.database.connection(), |it: Named| {
            found.push(it.name);
            Ok(())
        })
        .await?;
    Ok(found)
}

async fn booked(books: &Books<'_>, row: &reward::Model) -> Result<Vec<String>, ReportError> {
    let mut query = Query::new(
        "ledger_transaction",
        "SELECT number, recipe, effective_at FROM ledger_transaction WHERE 1 = 1",
    );
    query.only("brand", Some(&row.brand));
    // What becomes of it is booked under its id alone.
    query.one_of("memo", [format!("grant {}", row.grant_id).as_str(), &row.grant_id]);
    query.push(" ORDER BY number");
    let mut found = Vec::new();
    query
        .each(books.database.connection(), |it: Booked| {
            found.push(format!("{}/{} {} on {}", row.brand, it.number, it.recipe, at(it.effective_at)));
            Ok(())
        })
        .await?;
    Ok(found)
}

/// When it was handed over, where that waits until it clears.
async fn handed_over(books: &Books<'_>, row: &reward::Model) -> Result<Option<i64>, ReportError> {
    let mut query = Query::new("waiting_event", "SELECT at FROM waiting_event WHERE kind = 'perk.fulfilled'");
    query.only("brand", Some(&row.brand));
    query.only("subject", Some(&row.grant_id));
    query.push(" ORDER BY at LIMIT 1");
    let found: Vec<HandedOver> = query.all(books.database.connection()).await?;
    Ok(found.first().map(|it| it.at))
}

impl fmt::Display for GrantStory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "grant {} of brand {}", self.grant, self.brand)?;
        writeln!(
            f,
            "  {} {} for {} by round {} of mission {} of program {}, won on {}",
            self.units, self.asset, self.ambassador, self.round, self.mission, self.program, self.won_at
        )?;
        if let Some(worth) = &self.fair_value {
            writeln!(f, "  worth {} {} for the tax form", worth.amount, worth.currency)?;
        }
        let why = self.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        writeln!(f, "  {}{why}", self.status)?;
        if let Some(expired) = self.expired {
            writeln!(f, "  {expired} of its tokens expired")?;
        }
        match (&self.clears_at, self.held_by.as_slice()) {
            (_, [_, ..]) => writeln!(f, "  held by {}", self.held_by.join(", "))?,
            (Some(clears_at), []) => writeln!(f, "  clears on {clears_at}, with the next tick of the clock")?,
            (None, []) => {}
        }
        if let Some(event) = &self.event {
            writeln!(f, "  completed by  {event}")?;
        }
        self.booked.iter().try_for_each(|it| writeln!(f, "  booked as     {it}"))
    }
}
