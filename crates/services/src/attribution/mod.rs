//! Attribution: gathers the facts of orders and shoppers, asks who is credited, keeps the conversions.
//!
//! Loads: sales, touches, logins, earlier orders, posts. Calls: [`tribute_attribution::attribute`]. Writes: sales,
//! touches, logins, conversions.

mod affected;
mod changed;
mod conversions;
mod evidence;
mod inherit;
mod orders;
mod touches;

use std::collections::BTreeSet;

use tribute_events::{BrandId, Conversion, Event, OrderId, ProgramId};

pub(crate) use changed::{Changed, configure};
pub(crate) use conversions::{Decided, net_of, split};

use crate::{ServiceError, step::Step};

/// An order of a brand.
pub(crate) type OrderKey = (BrandId, OrderId);

/// How many orders are decided at a time: bounds the memory that their evidence takes.
const ORDERS_AT_ONCE: usize = 2_000;

/// Takes the facts of a batch in and decides anew every order that they bear on.
pub(crate) async fn run(
    step: &mut Step<'_>,
    facts: &[&Event],
    changed: &Changed,
) -> Result<Vec<Decided>, ServiceError> {
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
    let mut decided = Vec::new();
    let dirty = orders.in_order_of_time(dirty);
    for chunk in dirty.chunks(ORDERS_AT_ONCE) {
        let gathered = evidence::gather(step, &orders, chunk).await?;
        let conversions = evidence::decide(step, &orders, chunk, &gathered)?;
        decided.extend(conversions::keep(step, &orders, conversions).await?);
    }
    Ok(decided)
}

/// A program's view of one order, as it came out.
pub(crate) struct Outcome {
    pub(crate) key: OrderKey,
    pub(crate) program: ProgramId,
    /// Nothing where the order is none of the program's: what was kept before is withdrawn.
    pub(crate) conversion: Option<Conversion>,
}
