//! The proof that the services apart do what one undisturbed process does.
//!
//! A round takes a seeded workload through separate service processes on a real Kafka and a real PostgreSQL, while a
//! nemesis kills, stops and cuts what it can. Afterwards the same facts go through one process over a fresh file, and
//! every report, the ledger, the quarantine and the published events must be the same, byte for byte.
//!
//! * [`round`](round()) proves one seed; [`run`] does what the options say: one round, or rounds for hours.
//! * [`planted`](planted()) runs bugs that are compiled in on purpose: the proof must find each of them.
//!
//! Where a process dies, and when a blow falls, is drawn from the seed and bound to how far the events are taken in, not
//! to the time: the same seed repeats the same plan on any machine.
#![forbid(unsafe_code)]

mod address;
mod answers;
mod arena;
mod arrangement;
mod compare;
mod cutter;
mod figures;
mod fleet;
mod nemesis;
mod options;
mod outputs;
mod plan;
mod plants;
mod points;
mod poison;
mod process;
mod rounds;
mod servers;
mod subject;
mod terms;
mod told;
mod truth;
mod watch;
mod world;

pub use figures::Figures;
pub use options::Options;
pub use plants::planted;
pub use rounds::{round, run};
