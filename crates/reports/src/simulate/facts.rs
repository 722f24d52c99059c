//! Which of the recorded facts a simulation sees.

use std::collections::BTreeSet;

use sea_orm::FromQueryResult;
use tribute_events::{Arrival, BrandId, Event, Payload, Timestamp};
use tribute_services::Incoming;

use super::shoppers::clicks_that_count;
use crate::{
    ReportError,
    error::at,
    query::{Query, Source},
};

/// Events read at a time.
const PAGE: usize = 2_000;
/// Facts that are simulated at a time, or a few more.
const BATCH: usize = 2_000;
const CLICK: &str = "tribute.click.recorded";
/// What has no bearing on anything before it: none of these is read where it happened after the stretch.
const FORWARD_ONLY: [&str; 3] = ["tribute.perk.stocked", "tribute.perk.fulfilled", "tribute.token.spent"];
/// What is of no brand.
const SHARED: [&str; 2] = ["tribute.clock.ticked", "tribute.fx.published"];
/// What happens to payouts, to what was found, and to the books by hand: it names what another run of events may not have, and changes no
/// amount that was earned.
const AFTERWARDS: [&str; 13] = [
    "tribute.payout_approval.given",
    "tribute.payout_file.exported",
    "tribute.settlement.reported",
    "tribute.finding.decided",
    "tribute.bank_entry.reported",
    "tribute.period.closed",
    "tribute.adjustment.proposed",
    "tribute.adjustment.approved",
    "tribute.adjustment.refused",
    "tribute.claim.opened",
    "tribute.claim.evidenced",
    "tribute.claim.accepted",
    "tribute.claim.refused",
];

#[derive(FromQueryResult)]
struct Logged {
    seq: i64,
    event_id: String,
    event_type: String,
    recorded_at: i64,
    body: String,
}

#[derive(FromQueryResult)]
struct Id {
    id: String,
}

/// The facts of a brand as far as they bear on what happened before an instant, in the order in which they were accepted.
///
/// An order or a post that came before it is there with all that was said of it since: refunds, edits, cancellations,
/// reviews, removals. One that came after it is not there at all, and neither are clicks that count for no order,
/// unless clicks are paid for.
pub(super) struct Facts<'a, S> {
    books: &'a S,
    brand: &'a BrandId,
    to: Timestamp,
    later_orders: BTreeSet<String>,
    later_posts: BTreeSet<String>,
    /// The events of the clicks that may count for an order; all before the instant where clicks are paid for.
    clicks: Option<BTreeSet<String>>,
    /// The number of the last event that was read.
    read: i64,
}

impl<'a, S: Source> Facts<'a, S> {
    pub(super) async fn before(
        to: Timestamp,
        books: &'a S,
        brand: &'a BrandId,
        clicks_are_paid: bool,
    ) -> Result<Self, ReportError> {
        let orders = "SELECT order_id AS id FROM sale WHERE brand = ";
        let posts = "SELECT post_id AS id FROM post WHERE brand = ";
        let later_orders = since(to, books, brand, Query::new("sale", orders)).await?;
        let later_posts = since(to, books, brand, Query::new("post", posts)).await?;
        let clicks = if clicks_are_paid { None } else { Some(clicks_that_count(to, books, brand).await?) };
        Ok(Self { books, brand, to, later_orders, later_posts, clicks, read: 0 })
    }

    /// The next facts, and how many events were looked at for them; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<(u64, Vec<Incoming>)>, ReportError> {
        let (mut looked_at, mut batch) = (0_u64, Vec::new());
        while batch.len() < BATCH {
            let rows: Vec<Logged> = self.page().all(self.books).await?;
            let Some(last) = rows.last() else { break };
            self.read = last.seq;
            looked_at = looked_at.saturating_add(u64::try_from(rows.len()).unwrap_or(u64::MAX));
            batch.extend(self.seen(rows));
        }
        Ok((looked_at > 0).then_some((looked_at, batch)))
    }

    fn seen(&self, rows: Vec<Logged>) -> impl Iterator<Item = Incoming> {
        let counts = |id: &str| self.clicks.as_ref().is_none_or(|clicks| clicks.contains(id));
        let rows = rows.into_iter().filter(move |row| row.event_type != CLICK || counts(&row.event_id));
        let incoming = rows.map(|row| {
            let origin = format!("event {}", row.seq);
            // What is in the log twice was refused, and came out of the quarantine again.
            let again = true;
            Incoming {
                again,
                ..Incoming::read(row.body.into_bytes(), Arrival::Live(at(row.recorded_at)), origin)
            }
        });
        incoming.filter(|it| it.event.as_ref().is_ok_and(|event| self.sees(event)))
    }

    fn page(&self) -> Query {
        let text = "SELECT seq, event_id, event_type, recorded_at, body FROM event_log WHERE refused = 0";
        let mut query = Query::new("event_log", text);
        let (read, brand) = (query.value(self.read), query.value(self.brand.as_str()));
        let to = query.value(self.to.millis());
        let [shared, forward_only, afterwards] = [&SHARED[..], &FORWARD_ONLY, &AFTERWARDS].map(quoted);
        query.push(&format!(
            " AND seq > {read} AND (brand = {brand} OR event_type IN ({shared})) \
             AND (time_at < {to} OR event_type NOT IN ({forward_only})) \
             AND event_type NOT IN ({afterwards}) ORDER BY seq LIMIT {PAGE}"
        ));
        query
    }

    fn sees(&self, event: &Event) -> bool {
        let order = |id: &str| !self.later_orders.contains(id);
        let post = |id: &str| !self.later_posts.contains(id);
        match &event.payload {
            Payload::Clock(tick) => tick.at <= self.to,
            Payload::Click(_) => event.time < self.to,
            Payload::SaleCompleted(what) | Payload::SaleEdited(what) => order(what.order.as_str()),
            Payload::SaleRefunded(what) => what.order.as_ref().is_none_or(|id| order(id.as_str())),
            Payload::SaleCancelled(what) => order(what.order.as_str()),
            Payload::SaleDisputed(what) => order(what.order.as_str()),
            Payload::ConversionOverridden(what) => order(what.order.as_str()),
            Payload::PostPublished(what) => post(what.post.as_str()),
            Payload::PostMeasured(what) => post(what.post.as_str()),
            Payload::PostReviewed(what) => post(what.post.as_str()),
            Payload::PostRemoved(what) => post(what.post.as_str()),
            _ => true,
        }
    }
}

/// The ids of what happened at an instant or later.
async fn since(
    from: Timestamp,
    books: &impl Source,
    brand: &BrandId,
    mut query: Query,
) -> Result<BTreeSet<String>, ReportError> {
    let brand = query.value(brand.as_str());
    query.push(&brand);
    query.between("at", Some(from), None);
    Ok(query.all(books).await?.into_iter().map(|row: Id| row.id).collect())
}

/// Names of types as a list of texts.
fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ")
}
