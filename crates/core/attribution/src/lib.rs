//! Who is credited with an order, from when on, and why everyone else is not.
//!
//! [`OrderFacts`] folds what was said of one order, in any order of arrival. [`attribute`] looks at it from
//! one program, together with the [`Evidence`] (touches, logins, other orders, posts) and the program's
//! registry, and returns a [`Conversion`]: a timeline of moments, each with the net lines and the shares
//! that hold from then on, and the reason with every claim that lost.
//!
//! The result is a function of the facts alone. Evidence counts where it was recorded before the order's
//! lock; a verdict after it moves a share to the house, an override moves it anywhere, and other late
//! evidence only leaves a note.
//!
//! This crate computes no commission, finds no evidence and stores nothing.
//!
//! ```
//! use tribute_attribution::{Evidence, OrderFacts, Touch, attribute};
//! use tribute_events::{Arrival, BrandId, ProgramId, decode};
//! use tribute_terms::Registry;
//!
//! let event = |kind: &str, time: &str, data: &str| {
//!     let line = format!(
//!         r#"{{"specversion":"1.0","id":"{kind}","source":"/shop","type":"tribute.{kind}","brand":"acme",
//!             "time":"{time}","data":{data}}}"#
//!     );
//!     decode(line.as_bytes(), Arrival::Backfill)
//! };
//! let terms = r#"{"terms":"[program]\nbrand = 'acme'\nid = 'friends'\nversion = '1'\ncurrency = 'USD'\neffective_from = '2026-01-01T00:00:00Z'\n[[commission]]\nid = 'ten'\npays.percent = '10%'"}"#;
//! let mut registry = Registry::default();
//! for configuration in [
//!     event("program.published", "2026-01-01T00:00:00Z", terms)?,
//!     event("ambassador.approved", "2026-01-02T00:00:00Z", r#"{"program":"friends","ambassador":"ann"}"#)?,
//! ] {
//!     registry.apply(&configuration).map_err(|problems| problems[0].to_string())?;
//! }
//! let click = event(
//!     "click.recorded",
//!     "2026-03-01T09:00:00Z",
//!     r#"{"click":"c1","program":"friends","ambassador":"ann","device":"phone"}"#,
//! )?;
//! let sale = event(
//!     "sale.completed",
//!     "2026-03-01T10:00:00Z",
//!     r#"{"order":"1001","device":"phone","currency":"USD","lines":[{"sku":"mug","quantity":1,"amount":"12.50"}]}"#,
//! )?;
//! let mut order = OrderFacts::default();
//! assert!(order.add(&sale));
//! let touches: Vec<Touch> = Touch::of(&click).into_iter().collect();
//!
//! let (brand, friends): (BrandId, ProgramId) = ("acme".parse()?, "friends".parse()?);
//! let program = registry.program(&brand, &friends).ok_or("no program")?;
//! let evidence = Evidence { touches: &touches, ..Evidence::default() };
//! let conversion = attribute(&friends, program, &order, &evidence)?.ok_or("not placed")?;
//! assert_eq!(conversion.reason.tier, "click");
//! assert_eq!(conversion.moments[0].shares[0].ambassador, Some("ann".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::as_conversions)
)]

mod candidates;
mod case;
mod codes;
mod decay;
mod decide;
mod evidence;
mod late;
mod millis;
mod model;
mod moments;
mod net;
mod order;
mod person;

use tribute_events::{AccountId, Conversion, OrderId, ProgramId, Renewal, Timestamp};
use tribute_money::MoneyError;
use tribute_terms::{Program, View};

pub use evidence::{CreditedFrom, EarlierOrder, Evidence, Inherited, LivePost, Login, Touch, Verdict};
pub use net::Net;
pub use order::{OrderFacts, Placed};
pub use person::{Person, person_of};

use case::{Case, Look};

/// Why an order could not be attributed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttributionError {
    /// Its amounts or weights do not fit.
    #[error("order {order}: {source}; correct the order with an edit")]
    Amount {
        /// The order.
        order: OrderId,
        /// What does not fit.
        source: MoneyError,
    },
}

/// An order as one program sees it. `None` where it is not placed yet, names another program, or no terms
/// are in force at its time.
///
/// # Errors
/// [`AttributionError::Amount`] where amounts or weights do not fit.
pub fn attribute(
    program_id: &ProgramId,
    program: &Program,
    order: &OrderFacts,
    evidence: &Evidence<'_>,
) -> Result<Option<Conversion>, AttributionError> {
    let Some(case) = case(program_id, program, order, evidence, Timestamp::MAX) else { return Ok(None) };
    let placed = case.placed;
    let (moments, reason) = moments::timeline(&case)?;
    Ok(Some(Conversion {
        program: program_id.clone(),
        order: placed.order().clone(),
        terms_version: case.terms_version.clone(),
        ordered_at: placed.at,
        locks_at: case.lock,
        currency: placed.sale.currency.clone(),
        returning: is_returning(&case),
        channel: placed.sale.channel.clone(),
        region: placed.sale.region.clone(),
        buyer: buyer(program, &case),
        tiers: std::collections::BTreeMap::new(),
        renewal: renewal(&case),
        moments,
        reason,
    }))
}

/// Who is credited with an order, from when on, by what was recorded before an instant: what another order, which
/// locks then, may inherit from it. `None` as for [`attribute`], and where the order itself was not known yet.
///
/// # Errors
/// [`AttributionError::Amount`] where amounts or weights do not fit.
pub fn credit_as_known(
    program_id: &ProgramId,
    program: &Program,
    order: &OrderFacts,
    evidence: &Evidence<'_>,
    heard_before: Timestamp,
) -> Result<Option<Vec<CreditedFrom>>, AttributionError> {
    let Some(case) = case(program_id, program, order, evidence, heard_before) else { return Ok(None) };
    let (moments, _) = moments::timeline(&case)?;
    let credit = moments.into_iter().map(|it| CreditedFrom {
        at: it.effective_at,
        cause: it.cause,
        shares: it.shares,
    });
    Ok(Some(credit.collect()))
}

fn case<'a>(
    program_id: &'a ProgramId,
    program: &'a Program,
    order: &'a OrderFacts,
    evidence: &Evidence<'a>,
    heard_before: Timestamp,
) -> Option<Case<'a>> {
    let placed = order.placed().filter(|placed| {
        View { recorded_before: heard_before, ..View::ALL }.sees(placed.at, placed.recorded)
    })?;
    if placed.sale.program.as_ref().is_some_and(|named| named != program_id) {
        return None;
    }
    let terms = program.terms_at(placed.at)?;
    Some(Case {
        program_id,
        program,
        terms: &terms.attribution,
        terms_version: &terms.program.version,
        facts: order,
        placed,
        lock: placed.lock(&terms.attribution).min(heard_before),
        heard_before,
        evidence: *evidence,
    })
}

/// The buyer's account as it was known before the lock, where any rule in force asks who they are.
fn buyer(program: &Program, case: &Case<'_>) -> Option<AccountId> {
    let terms = program.terms_at(case.placed.at)?;
    let asked =
        terms.commission.iter().any(|rule| rule.buyer_reward.is_some() || rule.caps.per_customer.is_some());
    asked.then(|| Look::locked(case, Timestamp::MAX).buying_account().cloned()).flatten()
}

/// The order's place in its subscription. When that began is known of what it may inherit.
fn renewal(case: &Case<'_>) -> Option<Renewal> {
    let number = case.placed.sale.subscription.as_ref()?.renewal;
    let began_at = if number == 0 {
        Some(case.placed.at)
    } else {
        case.evidence.subscription.map(|first| first.ordered_at)
    };
    Some(Renewal { number, began_at })
}

/// Whether the person has an earlier order that was not cancelled by the time of this one. Who the person is, which
/// orders they have and which were cancelled says what was recorded before the lock.
fn is_returning(case: &Case<'_>) -> bool {
    let look = Look::locked(case, Timestamp::MAX);
    let by_then = case.at_order(case.lock);
    let stands =
        |other: &EarlierOrder| !other.cancelled.is_some_and(|(at, recorded)| by_then.sees(at, recorded));
    case.evidence.earlier_orders.iter().any(|other| stands(other) && look.is_earlier(other))
}
