//! HTTP: events in, and the API that apps are built on.
//!
//! [`operations`] says what can be asked; the [`router`], the OpenAPI [`document`] and who may ask are made of that one
//! list. Handlers read the store, and hand what is written to an [`Intake`] as events: this crate decides nothing about
//! money and changes no row of the books.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use tribute_api::{Api, EngineIntake, Rate, router, serve};
//! use tribute_events::Timestamp;
//! use tribute_services::Engine;
//! use tribute_store::Database;
//! use tribute_runtime::Stop;
//!
//! let database = Database::open("books.db").await?;
//! let engine = Arc::new(tokio::sync::Mutex::new(Engine::open(database.clone()).await?));
//! let now = || Timestamp::from_millis(0);
//! let api = Api::new(database, Arc::new(EngineIntake::new(engine, 256)), now, Rate::default());
//! serve("127.0.0.1:8080".parse()?, router(api), Stop::on_signals()?).await?;
//! # Ok(()) }
//! ```
#![forbid(unsafe_code)]

mod accept;
mod access;
mod configured;
mod guide;
mod http;
mod read;
mod redirect;
mod shop;
mod stream;
mod webhook;
mod write;

use std::sync::{Arc, OnceLock};

use tribute_events::Timestamp;
use tribute_services::{Incoming, Known};
use tribute_store::Database;
use tribute_vault::Vault;
use tribute_webhooks::Endpoints;

use access::token::Issuers;
use configured::Configured;
use http::limit::Limits;

pub use accept::{AcceptError, Answer, EngineIntake, Intake, LogIntake, SharedEngine};
pub use access::{
    Caller,
    key::{Secret, new_name},
    role::{Role, Scope, UnknownWord},
    token::{Issuer, IssuerError},
};
pub use http::{
    limit::Rate,
    openapi::document,
    operation::{Access, Method, Operation},
    origin::{NoNetwork, Proxies},
    problem::{Problem, ProblemCode},
    server::{ServeError, router, serve, serve_with},
    tls::{Tls, TlsError},
};
pub use redirect::{OptOut, Tracking, TrackingSettings};
pub use shop::{ConnectedShop, ShopError, Told, told};

/// What every handler needs. Clones share it.
#[derive(Clone)]
pub struct Api(Arc<Shared>);

struct Shared {
    database: Database,
    walled: Database,
    intake: Arc<dyn Intake>,
    now: fn() -> Timestamp,
    configured: Configured,
    limits: Limits,
    issuers: OnceLock<Issuers>,
    proxies: OnceLock<Proxies>,
    vault: OnceLock<Vault>,
    tracking: OnceLock<Tracking>,
    endpoints: OnceLock<Endpoints>,
    live: stream::Live,
}

impl Api {
    /// Over a database to read and a way in for what is written; `now` is the wall clock, `rate` how often a credential may
    /// ask.
    #[must_use]
    pub fn new(database: Database, intake: Arc<dyn Intake>, now: fn() -> Timestamp, rate: Rate) -> Self {
        Self(Arc::new(Shared {
            walled: database.walled(),
            live: stream::Live::new(database.clone()),
            database,
            intake,
            now,
            configured: Configured::default(),
            limits: Limits::new(rate),
            issuers: OnceLock::new(),
            proxies: OnceLock::new(),
            vault: OnceLock::new(),
            tracking: OnceLock::new(),
            endpoints: OnceLock::new(),
        }))
    }

    /// The same with a vault: it opens the secrets of shops. Said once, before it serves.
    #[must_use]
    pub fn with_vault(self, vault: Vault) -> Self {
        self.0.vault.get_or_init(|| vault);
        self
    }

    /// The same with links that are followed. Said once, before it serves.
    #[must_use]
    pub fn with_tracking(self, tracking: Tracking) -> Self {
        self.0.tracking.get_or_init(|| tracking);
        self
    }

    pub(crate) fn tracking(&self) -> Result<&Tracking, Problem> {
        let missing =
            || Problem::new(ProblemCode::Unavailable, "links are not followed by this process").after(60);
        self.0.tracking.get().ok_or_else(missing)
    }

    /// The same with webhook endpoints that apps look after themselves. Said once, before it serves.
    #[must_use]
    pub fn with_endpoints(self, endpoints: Endpoints) -> Self {
        self.0.endpoints.get_or_init(|| endpoints);
        self
    }

    pub(crate) fn endpoints(&self) -> Result<&Endpoints, Problem> {
        let missing = || {
            Problem::new(ProblemCode::Unavailable, "webhook endpoints are not looked after by this process")
                .after(60)
        };
        self.0.endpoints.get().ok_or_else(missing)
    }

    pub(crate) fn vault(&self) -> &Vault {
        self.0.vault.get_or_init(Vault::closed)
    }

    /// The same, which also lets in whoever has a JWT of one of these issuers. Said once, before it serves.
    ///
    /// # Errors
    /// What is wrong with what is said of an issuer.
    pub fn trusting(self, issuers: Vec<Issuer>) -> Result<Self, IssuerError> {
        issuers.iter().try_for_each(Issuer::check)?;
        self.0.issuers.get_or_init(|| Issuers::new(issuers));
        Ok(self)
    }

    pub(crate) fn issuers(&self) -> Issuers {
        self.0.issuers.get().cloned().unwrap_or_default()
    }

    /// The same behind these proxies, which are believed of whom they speak for. Said once, before it serves.
    #[must_use]
    pub fn behind(self, proxies: Proxies) -> Self {
        self.0.proxies.get_or_init(|| proxies);
        self
    }

    pub(crate) fn proxies(&self) -> &Proxies {
        self.0.proxies.get_or_init(Proxies::default)
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The configuration of every brand, everything that was committed by now included.
    pub(crate) async fn configured(&self) -> Result<Arc<Known>, Problem> {
        self.0.configured.now(self.whole()).await
    }

    /// For what is read on behalf of a caller: on PostgreSQL the server shows the rows of their brand only.
    pub(crate) fn walled(&self) -> &Database {
        &self.0.walled
    }

    /// For what is of no brand, or of every one: credentials, configuration, and what is written.
    pub(crate) fn whole(&self) -> &Database {
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
    [
        write::operations(),
        read::operations(),
        shop::operations(),
        redirect::operations(),
        stream::operations(),
        webhook::operations(),
    ]
    .concat()
}
