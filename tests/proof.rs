//! A short round of the proof: the services apart on a Kafka and a PostgreSQL of its own, both restarted in between,
//! while services are killed, stopped and cut off, book what one undisturbed process books. `tribute-proof` runs longer ones.
//!
//! It starts its servers by `deploy/dev`, because it has to restart them: without Java and PostgreSQL it fails.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

use tribute_proof::{Options, run};
use tribute_tests::wait;

#[test]
fn services_that_are_killed_book_what_one_process_books() {
    let options = Options {
        events: 4_000,
        segments: 3,
        kills: 4,
        terms: 1,
        zombies: 2,
        changes: 2,
        broker_restarts: 1,
        database_restarts: 1,
        cuts: 4,
        ..Options::new()
    };
    let figures = wait(run(&options)).unwrap_or_else(|error| panic!("there was no round: {error:#}"));
    assert!(figures.is_clean(), "{figures}");
    let [kills, zombies, cuts] = [figures.kills, figures.zombies, figures.cuts];
    assert!(kills >= 3 && zombies >= 1 && cuts >= 2, "the nemesis was idle:\n{figures}");
    assert_eq!((figures.broker_restarts, figures.database_restarts), (1, 1), "{figures}");
    assert!(figures.events > 4_000 && figures.repeated > 0 && figures.quarantined > 0, "{figures}");
}
