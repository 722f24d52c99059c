//! HTTP: events in, and the API that apps are built on.
//!
//! [`operations`] says what can be asked; the [`router`], the OpenAPI [`document`] and who may ask are made of that one
//! list. Handlers read the store, and hand what is written to an [`Intake`] as events: this crate decides nothing about
//! money and changes no row of the books.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use tribute_api::{Api, EngineIntake, router, serve};
//! use tribute_events::Timestamp;
//! use tribute_services::Engine;
//! use tribute_store::Database;
//! use tribute_runtime::Stop;
//!
//! let database = Database::open("books.db").await?;
//! let engine = Arc::new(tokio::sync::Mutex::new(Engine::open(database.clone()).await?));
//! let now = || Timestamp::from_millis(0);
//! let api = Api::new(database, Arc::new(EngineIntake::new(engine, 256)), now);
//! serve("127.0.0.1:8080".parse()?, router(api), Stop::on_signals()?).await?;
//! # Ok(()) }
//! ```
#![forbid(unsafe_code)]

mod accept;
mod access;
mod earnings;
mod events;
mod openapi;
mod operation;
mod page;
mod problem;
mod request;
mod server;
mod stream;
mod tls;

use std::sync::Arc;

use tribute_events::Timestamp;
use tribute_services::Incoming;
use tribute_store::Database;

pub use accept::{AcceptError, Answer, EngineIntake, Intake, LogIntake, SharedEngine};
pub use access::{
    Caller,
    key::{Secret, new_name},
    role::{Role, Scope, UnknownWord},
};
pub use openapi::document;
pub use operation::{Access, Method, Operation};
pub use problem::{Problem, ProblemCode};
pub use server::{ServeError, router, serve, serve_with};
pub use tls::{Tls, TlsError};

/// What every handler needs. Clones share it.
#[derive(Clone)]
pub struct Api(Arc<Shared>);

struct Shared {
    database: Database,
    intake: Arc<dyn Intake>,
    now: fn() -> Timestamp,
    live: stream::Live,
}

impl Api {
    /// Over a database to read and a way in for what is written; `now` is the wall clock.
    #[must_use]
    pub fn new(database: Database, intake: Arc<dyn Intake>, now: fn() -> Timestamp) -> Self {
        let live = stream::Live::new(database.clone());
        Self(Arc::new(Shared { database, intake, now, live }))
    }

    pub(crate) fn database(&self) -> &Database {
        &self.0.database
    }

    pub(crate) fn live(&self) -> &stream::Live {
        &self.0.live
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0.now)()
    }

    /// Takes events in.
    ///
    /// # Errors
    /// [`ProblemCode::Busy`] where too much waits, [`ProblemCode::Unavailable`] where they are not durable: none of them
    /// is acknowledged, and all may be sent again.
    pub(crate) async fn accept(&self, events: Vec<Incoming>) -> Result<Vec<Answer>, Problem> {
        self.0.intake.accept(events).await.map_err(|error| match &error {
            AcceptError::Busy => Problem::new(ProblemCode::Busy, error.to_string()).after(1),
            AcceptError::Away(cause) => {
                tracing::warn!(%error, %cause, "events were not taken");
                Problem::new(ProblemCode::Unavailable, error.to_string()).after(1)
            }
        })
    }
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("database", &self.0.database).finish_non_exhaustive()
    }
}

/// Everything that can be asked.
#[must_use]
pub fn operations() -> Vec<Operation> {
    [events::operations(), earnings::operations(), stream::operations()].concat()
}
