//! Payouts and the clock: what clears, what is paid, what came back.
//!
//! Loads: movements, reference rates, payouts. Calls: [`tribute_payouts`]. Writes: movements, payouts, ledger
//! transactions.

mod clearing;
mod clock;
mod deliverables;
pub(crate) mod earnings;
mod guarantee;
mod propose;
mod rates;
mod request;
mod row;
mod run;
mod settlement;

pub(crate) use clock::{Appointment, tick};
pub(crate) use rates::record as record_rates;
pub(crate) use request::request;
pub(crate) use row::{has_been, value_of};
pub(crate) use settlement::settle;
