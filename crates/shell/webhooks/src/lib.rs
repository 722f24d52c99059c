//! What the services said, told to apps: as webhooks by Standard Webhooks 1.0.0, and to who reads along.
//!
//! Both read the outbox, the same events that the relay publishes. Pure parts say who may see what ([`own_view`]), which
//! events somebody wants ([`Filter`]), what is sent ([`PayloadVersion`]) and how it is signed ([`SigningSecret`]), when it
//! is sent again ([`schedule`]), and where nothing is ever sent to ([`refused_address`]). [`Endpoints`] is for people;
//! [`Sender`] is a service: it queues what an endpoint is to get, by a position of the endpoint's own, and sends it.
//!
//! Everything is delivered at least once, in any order, under a `webhook-id` that is the same each time. What is queued
//! lies in the database: a process may be killed at any instant, and another goes on. Clock and chance live here and
//! nowhere below.
#![forbid(unsafe_code)]

mod address;
mod client;
mod endpoint;
mod error;
mod filter;
mod known;
mod payload;
mod queue;
mod replay;
mod said;
pub mod schedule;
mod secret;
mod sender;
mod settle;
pub mod status;
mod target;
mod view;

pub use address::refused_address;
pub use client::{Client, Limits, Reply, SendError};
pub use endpoint::{Endpoints, LogPlace, Made, NewEndpoint};
pub use error::WebhookError;
pub use filter::{Filter, UnknownType};
pub use payload::{PayloadVersion, UnknownVersion, event_of, webhook_id};
pub use replay::Replay;
pub use said::{Head, Said, ends, first_kept, said_at, said_from, streams};
pub use secret::SigningSecret;
pub use sender::Sender;
pub use target::{Target, TargetError};
pub use view::own_view;
