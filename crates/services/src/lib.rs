//! The services: what each loads, which pure function it calls, what it writes.
//!
//! [`Engine`] chains them inside one transaction per batch: intake, attribution, rewards, commission, payouts,
//! leaderboards. Where they run apart, attribution hands over to the others, and each takes its
//! [turn](Engine::take_turn) in a transaction of its own; nothing in a service knows which. A service decides nothing about money itself; it gathers facts, asks the core, and keeps the answer.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use tribute_events::{Arrival, Timestamp};
//! use tribute_services::{Engine, Incoming};
//! use tribute_store::Database;
//!
//! let mut engine = Engine::open(Database::open("books.db").await?).await?;
//! let line = br#"{"specversion":"1.0","id":"1","source":"/clock","type":"tribute.clock.ticked",
//!                 "time":"2026-03-01T00:00:00Z","data":{"at":"2026-03-01T00:00:00Z"}}"#;
//! let receipt = engine.process(vec![Incoming::read(line.to_vec(), Arrival::Backfill, "example".into())]).await?;
//! assert_eq!(receipt.accepted, 1);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod attribution;
mod authors;
mod boards;
mod chain;
mod clicks;
mod commission;
mod engine;
mod error;
mod finance;
mod fraud;
mod handover;
mod intake;
mod journal;
mod known;
mod outbox;
mod payouts;
mod people;
mod rewards;
mod sequence;
mod step;
mod turn;

pub use boards::{Standings, standings};
pub use engine::{Engine, Reach, Taken};
pub use error::ServiceError;
pub use finance::{ClaimLine, NoRemedy, adjustable, claim_history, claim_override, claim_remedy};
pub use handover::Service;
pub use intake::{Exception, Incoming, NotNew, Receipt};
pub use known::Known;
pub use rewards::fact_of as mission_fact_of;
pub use turn::Turn;
