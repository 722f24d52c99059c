//! `tribute run SERVICE`: one service as a process.

mod intake;

use std::{future::Future, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use sea_orm::DbBackend;
use tribute_api::{Api, LogIntake, Tls, Tracking, router, serve_with};
use tribute_runtime::{
    Booking, Clock, Consumer, Health, Relay, RuntimeError, Settings, Stop, new_owner, routes,
};
use tribute_services::{Reach, Service};
use tribute_store::Database;
use tribute_stream::{EmbeddedLog, KafkaLog, Log};
use tribute_vault::Vault;
use tribute_webhooks::{Endpoints, Sender};

use crate::{
    Done,
    arguments::{Place, RunService},
    feed::now,
    messages,
    settings::RunSettings,
};

/// How long a process takes to end, at most. Whatever it is at then has not happened, and others do it again.
const DRAIN_MAX: Duration = Duration::from_secs(7);
/// How long to wait before a server that is away is tried again.
const AWAY: Duration = Duration::from_secs(1);

type Work = Pin<Box<dyn Future<Output = Result<(), RuntimeError>> + Send>>;

/// What every worker of the process needs.
struct Process<L: Log> {
    log: L,
    database: Database,
    vault: Vault,
    settings: Settings,
    health: Health,
    stop: Stop,
}

pub(crate) async fn run(service: RunService, options: &RunSettings, place: &Place) -> Result<Done> {
    crate::end_at_panic();
    let (stop, health) = (Stop::on_signals()?, Health::new(name(service)));
    let listening = match options.listen {
        Some(address) if service != RunService::Api => {
            Some(answer(address, options, None, health.clone(), stop.clone())?)
        }
        _ => None,
    };
    let database = match service {
        // Intake brings events to the brokers and needs no database.
        RunService::Intake if options.kafka.is_some() => None,
        _ => Some(reach_database(place, &stop).await?),
    };
    let done = match (&options.kafka, database) {
        (Some(kafka), database) => {
            let log = KafkaLog::new(kafka.clone())?;
            with_log(service, options, log, (database, place), health, stop).await
        }
        (None, Some(database)) => {
            let log = EmbeddedLog::new(database.clone());
            with_log(service, options, log, (Some(database), place), health, stop).await
        }
        (None, None) => Ok(Done::Clean),
    };
    if let Some(listening) = listening {
        listening.abort();
    }
    done
}

/// Answers at an address: how the process fares, and what the API knows where there is one.
pub(super) fn answer(
    address: SocketAddr,
    options: &RunSettings,
    api: Option<Api>,
    health: Health,
    stop: Stop,
) -> Result<tokio::task::JoinHandle<()>> {
    let tls = options.tls.as_ref().map(|it| Tls::read(&it.certificate, &it.key)).transpose()?;
    let routes = routes(health);
    let routes = match api {
        Some(api) => router(api).merge(routes),
        None => routes,
    };
    Ok(tokio::spawn(async move {
        if let Err(error) = serve_with(address, routes, tls, stop).await {
            messages::failure(&error.into());
            std::process::exit(1);
        }
    }))
}

/// The API over a way in for what is written, with links that are followed where clicks can be written to the data folder.
pub(super) fn api(
    database: Database,
    intake: Arc<dyn tribute_api::Intake>,
    options: &RunSettings,
    place: &Place,
) -> Result<Api> {
    let api = Api::new(database.clone(), Arc::clone(&intake), now, options.rate)
        .trusting(options.issuers.clone())?
        .behind(options.proxies.clone())
        .with_vault(place.vault.clone())
        .with_endpoints(Endpoints::new(database.clone(), place.vault.clone(), options.webhooks.development));
    Ok(match Tracking::open(database, intake, options.tracking.clone(), now) {
        Ok(tracking) => api.with_tracking(tracking),
        Err(error) => {
            let folder = options.tracking.folder.display();
            messages::note(format_args!(
                "warning: {folder} cannot be written to ({error}): links are not followed; name a folder by --data"
            ));
            api
        }
    })
}

async fn with_log<L: Log>(
    service: RunService,
    options: &RunSettings,
    log: L,
    (database, place): (Option<Database>, &Place),
    health: Health,
    stop: Stop,
) -> Result<Done> {
    if service == RunService::Intake {
        return intake::run(options, log, health, stop).await;
    }
    let database = database.context("a service other than intake needs a database")?;
    let millis = |span: tribute_terms::Span| Duration::from_millis(span.millis().unsigned_abs().max(1));
    let settings = Settings {
        batch_events: usize::try_from(options.batch_events).unwrap_or(usize::MAX),
        lease: millis(options.lease),
        ..Settings::default()
    };
    if let (RunService::Api, Some(address)) = (service, options.listen) {
        let intake = Arc::new(LogIntake::new(&log, database.clone())?);
        let api = api(database.clone(), intake, options, place)?;
        answer(address, options, Some(api), health.clone(), stop.clone())?;
    }
    let process = Process { log, database, vault: place.vault.clone(), settings, health, stop };
    messages::note(format_args!("{} runs; stop it with SIGTERM or Ctrl-C", name(service)));
    process.run(service, options).await
}

impl<L: Log> Process<L> {
    async fn run(self, service: RunService, options: &RunSettings) -> Result<Done> {
        let work = match service {
            RunService::Attribution => vec![self.consumer(Reach::Attribution)],
            RunService::Commission => vec![self.booking(vec![Service::Commission])],
            RunService::Rewards => vec![self.booking(vec![Service::Rewards])],
            RunService::Payouts => vec![self.booking(vec![Service::Payouts])],
            RunService::Leaderboards => vec![self.booking(vec![Service::Leaderboards])],
            RunService::Relay => vec![self.relay()],
            RunService::Clock => vec![self.clock(options)],
            RunService::Webhooks => vec![self.webhooks(options)?],
            RunService::Api | RunService::Intake => vec![self.watch()],
            RunService::All => {
                let mut work = self.chain();
                work.extend([self.relay(), self.clock(options), self.webhooks(options)?]);
                work
            }
        };
        let mut workers: tokio::task::JoinSet<_> = work.into_iter().collect();
        workers.spawn(self.gauge());
        let watchdog = tokio::spawn(watchdog(self.health.clone(), self.settings.batch_max));
        let mut stopping = self.stop.clone();
        let over = async {
            stopping.wait().await;
            tokio::time::sleep(DRAIN_MAX).await;
        };
        tokio::pin!(over);
        let ended = loop {
            tokio::select! {
                ended = workers.join_next() => match ended {
                    None => break Ok(()),
                    Some(Ok(Ok(()))) => {}
                    Some(Ok(Err(error))) => break Err(error.into()),
                    Some(Err(panic)) => break Err(anyhow::Error::from(panic)),
                },
                () = &mut over => {
                    messages::note("what was at hand is left to others: it was not written");
                    break Ok(());
                }
            }
        };
        watchdog.abort();
        ended.map(|()| Done::Clean)
    }

    /// The settings of one worker: each has a name of its own.
    fn own(&self) -> Settings {
        Settings { owner: new_owner(), ..self.settings.clone() }
    }

    fn consumer(&self, reach: Reach) -> Work {
        let (log, database, settings) = (self.log.clone(), self.database.clone(), self.own());
        let (health, stop, vault) = (self.health.clone(), self.stop.clone(), self.vault.clone());
        Box::pin(async move {
            let open = || {
                let (log, database, settings) = (log.clone(), database.clone(), settings.clone());
                Consumer::open(log, database, reach, settings, health.clone(), stop.clone())
            };
            match patiently(open, &stop).await? {
                Some(consumer) => consumer.with_vault(vault).run().await,
                None => Ok(()),
            }
        })
    }

    /// Every service from attribution to the boards. A server books one batch while it takes in the next; a file has
    /// one writer, for whom one transaction a batch is less work than two.
    fn chain(&self) -> Vec<Work> {
        if self.database.backend() == DbBackend::Sqlite {
            return vec![self.consumer(Reach::Everything)];
        }
        vec![self.consumer(Reach::Attribution), self.booking(Service::BOOKING.to_vec())]
    }

    fn booking(&self, services: Vec<Service>) -> Work {
        let database = self.database.clone();
        let (health, stop) = (self.health.clone(), self.stop.clone());
        Box::pin(async move {
            let open = || Booking::open(database.clone(), services.clone(), health.clone(), stop.clone());
            match patiently(open, &stop).await? {
                Some(booking) => booking.run().await,
                None => Ok(()),
            }
        })
    }

    fn relay(&self) -> Work {
        let (log, database, settings) = (self.log.clone(), self.database.clone(), self.own());
        let (health, stop) = (self.health.clone(), self.stop.clone());
        Box::pin(async move { Relay::open(log, database, &settings, health, stop)?.run().await })
    }

    fn clock(&self, options: &RunSettings) -> Work {
        let (log, database, settings) = (self.log.clone(), self.database.clone(), self.own());
        let (health, stop) = (self.health.clone(), self.stop.clone());
        let every = Duration::from_millis(options.tick.millis().unsigned_abs().max(1));
        let pace = (options.lateness.millis(), every);
        Box::pin(async move { Clock::open(log, database, pace, &settings, health, stop)?.run(now).await })
    }

    fn webhooks(&self, options: &RunSettings) -> Result<Work> {
        let (database, vault, settings) = (self.database.clone(), self.vault.clone(), self.own());
        let (client, health, stop) = (options.webhooks.client()?, self.health.clone(), self.stop.clone());
        Ok(Box::pin(Sender::new(database, vault, client, settings, now, health, stop).run()))
    }

    /// Nothing but to be asked.
    fn watch(&self) -> Work {
        let (health, mut stop) = (self.health.clone(), self.stop.clone());
        Box::pin(async move {
            health.started();
            stop.wait().await;
            Ok(())
        })
    }

    /// Keeps the figures up that are read from the database and the log.
    fn gauge(&self) -> Work {
        let gauges =
            tribute_runtime::Gauges::new(self.log.clone(), self.database.clone(), self.health.clone());
        Box::pin(gauges.run(self.stop.clone()))
    }
}

/// Opens something, however long its servers are away; nothing where it is time to stop first.
async fn patiently<T, F: Future<Output = Result<T, RuntimeError>>>(
    open: impl Fn() -> F,
    stop: &Stop,
) -> Result<Option<T>, RuntimeError> {
    let mut stop = stop.clone();
    loop {
        match open().await {
            Ok(opened) => return Ok(Some(opened)),
            Err(error) if error.is_transient() => tracing::warn!(%error, "not ready yet; trying again"),
            Err(error) => return Err(error),
        }
        stop.rest(AWAY).await;
        if stop.is_set() {
            return Ok(None);
        }
    }
}

/// Waits for the database, however long it is away.
async fn reach_database(place: &Place, stop: &Stop) -> Result<Database> {
    let mut stop = stop.clone();
    loop {
        let error = match super::open(place).await {
            Ok(database) => return Ok(database),
            Err(error) => error,
        };
        let transient = error.downcast_ref::<tribute_store::StoreError>().is_some_and(|it| it.is_transient());
        if !transient || stop.is_set() {
            return Err(error);
        }
        tracing::warn!(%error, "the database does not answer; trying again");
        stop.rest(AWAY).await;
    }
}

/// Ends a process that hangs: others take over what it has, and whoever watches it starts it anew.
async fn watchdog(health: Health, batch_max: Duration) {
    loop {
        tokio::time::sleep(AWAY).await;
        if let Some(time) = health.working_for().filter(|time| *time > batch_max) {
            messages::note(format_args!(
                "error: at one batch for {} s; this process ends, and others take its work over",
                time.as_secs()
            ));
            std::process::exit(1);
        }
    }
}

const fn name(service: RunService) -> &'static str {
    match service {
        RunService::Intake => "intake",
        RunService::Attribution => "attribution",
        RunService::Commission => "commission",
        RunService::Rewards => "rewards",
        RunService::Payouts => "payouts",
        RunService::Leaderboards => "leaderboards",
        RunService::Api => "api",
        RunService::Relay => "relay",
        RunService::Clock => "clock",
        RunService::Webhooks => "webhooks",
        RunService::All => "all",
    }
}
