//! Attribution: gathers the facts of orders and shoppers, asks who is credited, keeps the conversions.
//!
//! Loads: sales, touches, logins, earlier orders, posts. Calls: [`tribute_attribution::attribute`]. Writes: sales,
//! touches, logins, conversions, what tiers are reached by.

mod affected;
mod changed;
mod conversions;
mod evidence;
mod inherit;
mod orders;
mod tiers;
mod touches;

use std::collections::BTreeSet;

use tribute_events::{BrandId, Conversion, Event, OrderId, ProgramId};

pub(crate) use changed::{Changed, configure};
pub(crate) use conversions::{Decided, net_of, split};
pub(crate) use tiers::{Moved, spans_after, stamp_posts};
pub(crate) use touches::{News, login_of, touch_of};

use crate::{ServiceError, step::Step};

/// An order of a brand.
pub(crate) type OrderKey = (BrandId, OrderId);

/// How many orders are decided at a time: bounds the memory that their evidence takes.
const ORDERS_AT_ONCE: usize = 2_000;

/// Takes the facts of a batch in and decides anew every order that they bear on. Says too whose sales changed, where
/// tiers are reached by them, and what is new about shoppers.
pub(crate) async fn run(
    step: &mut Step<'_>,
    facts: &[&Event],
    changed: &Changed,
) -> Result<(Vec<Decided>, Moved, News), ServiceError> {
    let mut orders = orders::take(step, facts).await?;
    let news = touches::take(step, facts).await?;
    let mut dirty: BTreeSet<OrderKey> = orders.changed();
    affected::by_shoppers(step, &news, &mut dirty).await?;
    affected::by_configuration(step, changed, &mut dirty).await?;
    let mut open = dirty.clone();
    while !open.is_empty() {
        orders.load(step, &open).await?;
        open = affected::by_earlier_orders(step, &orders, &open, &mut dirty).await?;
    }
    orders.load(step, &dirty).await?;
    let mut outcomes = decide(step, &orders, dirty.clone()).await?;
    let moved = tiers::note_sales(step, &outcomes).await?;
    let mut later = tiers::orders_after(step, &moved).await?;
    later.retain(|key| !dirty.contains(key));
    orders.load(step, &later).await?;
    outcomes.extend(decide(step, &orders, later).await?);
    tiers::stamp(step, &mut outcomes).await?;
    let decided = conversions::keep(step, &orders, outcomes).await?;
    Ok((decided, moved, news))
}

/// Decides orders, some at a time.
async fn decide(
    step: &mut Step<'_>,
    orders: &orders::Orders,
    keys: BTreeSet<OrderKey>,
) -> Result<Vec<Outcome>, ServiceError> {
    let mut outcomes = Vec::new();
    for chunk in orders.in_order_of_time(keys).chunks(ORDERS_AT_ONCE) {
        let gathered = evidence::gather(step, orders, chunk).await?;
        outcomes.extend(evidence::decide(step, orders, chunk, &gathered)?);
    }
    Ok(outcomes)
}

/// A program's view of one order, as it came out.
pub(crate) struct Outcome {
    pub(crate) key: OrderKey,
    pub(crate) program: ProgramId,
    /// Nothing where the order is none of the program's: what was kept before is withdrawn.
    pub(crate) conversion: Option<Conversion>,
}
