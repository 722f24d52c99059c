//! The services after attribution: take their turns, one after the other.

use std::time::Instant;

use tribute_services::{Engine, Service, Turn};
use tribute_store::Database;

use crate::{Health, RuntimeError, Stop, backoff::Backoff};

/// Takes the turns of one service, or of several. Copies of it wait for each other at the database.
pub struct Booking {
    engine: Engine,
    services: Vec<Service>,
    health: Health,
    stop: Stop,
}

impl Booking {
    /// Waits until the database is there, and opens it.
    ///
    /// # Errors
    /// Where the database refuses, or holds configuration that this version cannot read.
    pub async fn open(
        database: Database,
        services: Vec<Service>,
        health: Health,
        stop: Stop,
    ) -> Result<Self, RuntimeError> {
        let engine = Engine::open(database).await?;
        Ok(Self { engine, services, health, stop })
    }

    /// Works until it is time to stop.
    ///
    /// # Errors
    /// Where a computation fails or the books cannot be read: a person has to look.
    pub async fn run(mut self) -> Result<(), RuntimeError> {
        let (mut idle, mut away) = (Backoff::idle(), Backoff::away());
        self.health.started();
        while !self.stop.is_set() {
            let began = Instant::now();
            self.health.working(true);
            let turn = self.engine.take_turn(&self.services).await;
            self.health.working(false);
            match turn {
                Ok(Turn::Taken(_)) => {
                    self.health.metrics.batch_seconds.observe(began.elapsed().as_secs_f64());
                    idle.reset();
                }
                Ok(Turn::Others(_) | Turn::Idle) => self.stop.rest(idle.next()).await,
                Err(error) if error.is_transient() => {
                    tracing::warn!(%error, "a turn was not taken; trying again");
                    self.health.database_answered(false);
                    self.stop.rest(away.next()).await;
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
            away.reset();
            self.health.database_answered(true);
        }
        Ok(())
    }
}
