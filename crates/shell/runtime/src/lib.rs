//! The services as processes: what reads from the log, takes turns, publishes, ticks, and says how it fares.
//!
//! * [`Consumer`] takes events from the topics into attribution, or through every service.
//! * [`Booking`] takes the turns of one service after attribution.
//! * [`Relay`] publishes what the services said, in order.
//! * [`Clock`] ticks.
//! * [`Health`] holds the metrics and what `/readyz` answers; [`serve`] serves them.
//!
//! Any number of processes may run each. What one of them does alone (a partition, a topic to publish, the clock) it has
//! by a lease in the database; whoever comes too late writes nothing. None of them remembers anything outside the
//! database: each may be killed at any instant. This crate decides nothing about money.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use tribute_runtime::{Consumer, Health, Settings, Stop};
//! use tribute_services::Reach;
//! use tribute_store::Database;
//! use tribute_stream::EmbeddedLog;
//!
//! let database = Database::open("postgres://localhost/tribute").await?;
//! let log = EmbeddedLog::new(database.clone());
//! let (stop, health) = (Stop::on_signals()?, Health::new("attribution"));
//! Consumer::open(log, database, Reach::Attribution, Settings::default(), health, stop).await?.run().await?;
//! # Ok(()) }
//! ```
#![forbid(unsafe_code)]

mod backoff;
mod batch;
mod booking;
mod clock;
mod consumer;
mod error;
mod gauges;
mod health;
mod intake;
mod metrics;
mod relay;
mod server;
mod settings;
mod share;
mod stop;
mod ticks;
mod traces;

pub use booking::Booking;
pub use clock::{Clock, tick};
pub use consumer::Consumer;
pub use error::RuntimeError;
pub use gauges::Gauges;
pub use health::{Health, Trouble};
pub use intake::{Brought, Intake};
pub use metrics::{Outcome, WebhookOutcome};
pub use relay::Relay;
pub use server::{routes, serve};
pub use settings::{Settings, new_owner};
pub use share::Share;
pub use stop::Stop;
pub use traces::traced;
