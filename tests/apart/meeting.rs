//! A click and a sale of one shopper, on two workers, at the same moment.

use std::{thread, time::Duration};

use tribute_services::{Engine, Incoming, Reach, Taken};
use tribute_store::{
    Database, Value,
    entity::sequence,
    sea_orm::{ConnectionTrait, Statement},
};
use tribute_tests::{Pipeline, Story, postgres_url, wait};

const ROUNDS: usize = 20;

fn story() -> Story {
    Story::new("[[commission]]\nid = 'ten'\npays.percent = '10%'\n")
}

/// How many sessions wait for a lock of this database.
fn waiting(database: &Database) -> i64 {
    let text = "SELECT count(*) AS waiting FROM pg_stat_activity \
        WHERE wait_event_type = 'Lock' AND query LIKE '%sequence%' AND pid <> pg_backend_pid()";
    let statement = Statement::from_string(database.backend(), text);
    let row = wait(database.connection().query_one_raw(statement)).unwrap().unwrap();
    row.try_get("", "waiting").unwrap()
}

fn process(engine: &mut Engine, line: &str, reach: Reach) {
    let incoming = Incoming::read(line.as_bytes().to_vec(), tribute_events::Arrival::Backfill, "test".into());
    let taken = wait(engine.process_from(vec![incoming], &[], reach)).unwrap();
    assert!(matches!(taken, Taken::Done(receipt) if receipt.accepted == 1));
}

fn engine(pipeline: &Pipeline) -> Engine {
    wait(Engine::open(pipeline.database().clone())).unwrap()
}

/// Holds back both workers at the moment at which they begin, until both have begun; then lets them go.
fn meet(server: &str, reach: Reach, sale_first: bool) {
    let mut pipeline = Pipeline::on_postgres(server);
    if reach == Reach::Attribution {
        pipeline = pipeline.apart();
    }
    let mut told = story();
    pipeline.feed(told.lines());
    let known = told.lines().len();
    told.click("2026-03-01T11:00:00Z", "A").sale("2026-03-01T12:00:00Z", "1", "100.00");
    let (click, sale) = (told.lines()[known].clone(), told.lines()[known + 1].clone());
    let (mut one, mut other) = (engine(&pipeline), engine(&pipeline));
    let mut gate = wait(pipeline.database().begin()).unwrap();
    let key = vec![Value::from("batch")];
    wait(gate.find_locked::<sequence::Entity>(&[sequence::Column::Name], &[key])).unwrap();
    let before = waiting(pipeline.database());
    thread::scope(|scope| {
        let (first, second) = if sale_first { (&sale, &click) } else { (&click, &sale) };
        scope.spawn(|| process(&mut one, first, reach));
        until(|| waiting(pipeline.database()) > before);
        scope.spawn(|| process(&mut other, second, reach));
        until(|| waiting(pipeline.database()) > before + 1);
        wait(gate.rollback()).unwrap();
    });
    assert_eq!(pipeline.books().earned("1"), "A 10.00 USD", "{reach:?}, sale first: {sale_first}");
}

fn until(reached: impl Fn() -> bool) {
    for _ in 0..500 {
        if reached() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the workers did not meet");
}

#[test]
fn a_click_and_a_sale_at_the_same_moment_see_each_other() {
    let Some(server) = postgres_url() else { return };
    for reach in [Reach::Everything, Reach::Attribution] {
        for sale_first in [false, true] {
            meet(&server, reach, sale_first);
        }
    }
}

/// Without a gate, over and over: whichever of the two comes first.
#[test]
fn whoever_comes_first_the_sale_is_credited() {
    let Some(server) = postgres_url() else { return };
    let mut pipeline = Pipeline::on_postgres(&server);
    let mut told = story();
    pipeline.feed(told.lines());
    let (mut one, mut other) = (engine(&pipeline), engine(&pipeline));
    for round in 1..=ROUNDS {
        let known = told.lines().len();
        let at = |minute: usize| format!("2026-03-{:02}T{:02}:{minute:02}:00Z", round % 27 + 1, round % 23);
        told.click(&at(1), "A").sale(&at(2), &round.to_string(), "100.00");
        let (click, sale) = (told.lines()[known].clone(), told.lines()[known + 1].clone());
        thread::scope(|scope| {
            scope.spawn(|| process(&mut one, &click, Reach::Everything));
            scope.spawn(|| process(&mut other, &sale, Reach::Everything));
        });
    }
    let books = pipeline.books();
    for round in 1..=ROUNDS {
        assert_eq!(books.earned(&round.to_string()), "A 10.00 USD", "round {round}");
    }
}
