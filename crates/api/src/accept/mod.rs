//! The way in: events that came by HTTP, durable before they are answered.

mod engine;
mod log;

use async_trait::async_trait;
use tribute_services::Incoming;

pub use engine::{EngineIntake, SharedEngine};
pub use log::LogIntake;

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is durable, and has its effect or will have it.
    Accepted,
    /// It was known already, and has no effect.
    Duplicate,
    /// It was put aside; its bytes are held.
    Quarantined {
        /// Under this number, where it is known yet.
        number: Option<i64>,
        /// The stable code of the reason.
        code: String,
        /// What is wrong and what would be right.
        reason: String,
    },
}

/// Why events were not taken. None of them was acknowledged: they may be sent again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcceptError {
    /// Too much waits already.
    #[error("too many events wait to be taken in; send them again in a second")]
    Busy,
    /// What they are written to does not answer.
    #[error("the events could not be made durable; send them again")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Takes events in.
#[async_trait]
pub trait Intake: Send + Sync {
    /// Takes events in, and says of each what became of it, in their order. They are durable when this returns.
    async fn accept(&self, events: Vec<Incoming>) -> Result<Vec<Answer>, AcceptError>;
}
