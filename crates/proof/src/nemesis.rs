//! Who breaks the services: carries the plan out.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{
    arena::Arena,
    options::Options,
    plan::{Blow, Due, draw},
    points::Role,
};

/// Between two blows.
const PAUSE: Duration = Duration::from_millis(300);
/// How long somebody sleeps at most who still has something: a session that idles in a transaction is ended after 10 s.
const SLEEP_MAX: Duration = Duration::from_secs(14);

/// Somebody who was stopped.
#[derive(Debug)]
struct Sleeper {
    process: u32,
    since: Instant,
}

/// Carries the plan out.
#[derive(Debug, Default)]
pub(crate) struct Nemesis {
    plan: Vec<Due>,
    sleepers: Vec<Sleeper>,
    lease: Duration,
    last: Option<Instant>,
    hurry: bool,
}

impl Nemesis {
    pub(crate) fn new(options: &Options) -> Self {
        Self { plan: draw(options), lease: options.lease(), ..Self::default() }
    }

    /// Whatever is left falls as soon as it can.
    pub(crate) const fn hurry(&mut self) {
        self.hurry = true;
    }

    pub(crate) const fn is_done(&self) -> bool {
        self.plan.is_empty() && self.sleepers.is_empty()
    }

    /// Lets the next blow fall where it is due, and wakes who has slept long enough.
    pub(crate) async fn strike(&mut self, arena: &mut Arena, taken_in: u64) -> Result<()> {
        self.wake(arena).await?;
        let progress = taken_in.saturating_mul(1_000) / arena.expected.max(1);
        let rested = self.last.is_none_or(|last| last.elapsed() >= PAUSE);
        let due = self.plan.last().is_some_and(|due| self.hurry || due.at <= progress);
        if !rested || !due {
            return Ok(());
        }
        if let Some(due) = self.plan.pop() {
            self.last = Some(Instant::now());
            self.blow(arena, due.blow).await?;
        }
        Ok(())
    }

    async fn blow(&mut self, arena: &mut Arena, blow: Blow) -> Result<()> {
        let figures = &mut arena.figures;
        match blow {
            Blow::Kill(number) => {
                if let Some(process) = arena.fleet.victim(number, &Role::SERVICES) {
                    process.kill();
                    figures.kills += 1;
                }
            }
            Blow::Terminate(number) => {
                if let Some(process) = arena.fleet.victim(number, &Role::SERVICES) {
                    process.terminate();
                    figures.terminations += 1;
                }
            }
            Blow::Sleep(number) => self.put_to_sleep(arena, number)?,
            Blow::Grow(role) => {
                if arena.fleet.has_room(role) {
                    arena.fleet.add(role)?;
                    figures.changes += 1;
                }
            }
            Blow::Shrink(role) => {
                if let Some(process) = arena.fleet.victim(0, &[role]) {
                    process.terminate();
                    figures.changes += 1;
                }
            }
            Blow::Broker => {
                let done = arena.servers.restart_broker().await?;
                arena.figures.broker_restarts += u64::from(done);
            }
            Blow::Database => {
                let done = arena.servers.restart_database().await?;
                arena.figures.database_restarts += u64::from(done);
            }
            Blow::Cut => arena.cutter.cut(),
            Blow::Poison => arena.poison().await?,
        }
        Ok(())
    }

    /// Mostly somebody who has leases: another takes them over, and does so as soon as it can.
    fn put_to_sleep(&mut self, arena: &mut Arena, number: u64) -> Result<()> {
        let among: &[Role] = match number % 8 {
            0 => &[Role::Rewards, Role::Commission, Role::Payouts],
            1 | 2 => &[Role::Relay],
            _ => &[Role::Attribution],
        };
        let Some(process) = arena.fleet.victim(number / 8, among) else { return Ok(()) };
        let Some(id) = process.id() else { return Ok(()) };
        process.sleep();
        let role = process.role;
        self.sleepers.push(Sleeper { process: id, since: Instant::now() });
        arena.figures.zombies += 1;
        // Somebody has to be there to take over.
        if arena.fleet.has_room(role) { arena.fleet.add(role) } else { Ok(()) }
    }

    /// Wakes those who have lost what they had, and do not know it.
    async fn wake(&mut self, arena: &mut Arena) -> Result<()> {
        let mut place = 0;
        while place < self.sleepers.len() {
            let Sleeper { process, since } = self.sleepers[place];
            let slept = since.elapsed();
            let lost =
                slept > self.lease * 2 && arena.watch.held_by(process).await.is_ok_and(|held| held == 0);
            if !lost && slept < SLEEP_MAX {
                place += 1;
                continue;
            }
            self.sleepers.remove(place);
            let sleeping = arena.fleet.processes.iter_mut().find(|it| it.id() == Some(process));
            if let Some(sleeping) = sleeping {
                sleeping.wake();
            }
        }
        Ok(())
    }
}
