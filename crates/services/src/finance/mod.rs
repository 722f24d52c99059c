//! The books of a month: what banks booked, corrections by hand, claims of sales that are missing, the close of a period.
//!
//! Loads: payouts, earlier entries of banks, adjustments, claims, closed periods. Calls: [`tribute_payouts::at_bank`] and
//! the ledger's recipes. Writes: these tables, ledger transactions, and the earning and movement of an adjustment that
//! is somebody's.

mod adjustment;
mod bank;
mod claim;
mod period;

use tribute_events::{Event, Payload, Rejection, RejectionCode};
use tribute_money::{Asset, Millionths, Rounding};

pub use adjustment::adjustable;
pub use claim::{ClaimLine, NoRemedy, claim_history, claim_override, claim_remedy};

use crate::{ServiceError, step::Step};

/// Takes an event of the books.
pub(crate) async fn take(step: &mut Step<'_>, event: &Event) -> Result<(), ServiceError> {
    let refused = match &event.payload {
        Payload::BankEntry(what) => bank::report(step, event, what).await?,
        Payload::PeriodClosed(what) => period::close(step, event, what).await?,
        Payload::AdjustmentProposed(what) => adjustment::propose(step, event, what).await?,
        Payload::AdjustmentApproved(what) => adjustment::approve(step, event, what).await?,
        Payload::AdjustmentRefused(what) => adjustment::refuse(step, event, what).await?,
        Payload::ClaimOpened(what) => claim::open(step, event, what).await?,
        Payload::ClaimEvidenced(what) => claim::evidence(step, event, what).await?,
        Payload::ClaimAccepted(what) => claim::accept(step, event, what).await?,
        Payload::ClaimRefused(what) => claim::refuse(step, event, what).await?,
        _ => Ok(()),
    };
    match refused {
        Ok(()) => Ok(()),
        Err(rejection) => step.refuse(event, &rejection).await,
    }
}

/// What became of an event: it took effect, or it may not, and why.
type Outcome = Result<(), Rejection>;

fn not_possible(reason: String) -> Rejection {
    Rejection::new(RejectionCode::NotPossible, reason)
}

/// Minor units of an amount; one that is finer than its currency is refused, never rounded.
fn exact(field: &str, amount: Millionths, asset: &Asset) -> Result<i64, Rejection> {
    let minor = asset.exponent().and_then(|exponent| {
        let minor = amount.to_minor(exponent, Rounding::Down)?;
        Ok((minor, Millionths::from_minor(minor, exponent)?))
    });
    match minor {
        Ok((minor, again)) if again == amount && asset.is_currency() => Ok(minor),
        Ok(_) => {
            let reason = format!("data.{field}: {amount} is no whole amount of {asset}");
            Err(Rejection::new(RejectionCode::InvalidAmount, reason))
        }
        Err(why) => Err(Rejection::new(RejectionCode::InvalidAmount, format!("data.{field}: {why}"))),
    }
}
