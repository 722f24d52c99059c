//! People apart from the books: what is personal is sealed before it reaches the log, on both databases and whether the
//! services run in one process or apart; erased, a person is gone and the books are what they were.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::{Value, json};
use tribute_reports::verify::{replay, verify};
use tribute_store::{
    entity::{event_log, quarantine},
    sea_orm::EntityTrait,
};
use tribute_tests::{Books, Pipeline, event, invariants, postgres_url, wait};

const TERMS: &str = r#"
[program]
brand = "acme"
id = "friends"
name = "Friends"
version = "1"
effective_from = "2026-01-01T00:00:00Z"
currency = "EUR"
time_zone = "UTC"

[attribution]
hold = "1d"
grace = "0d"

[[commission]]
id = "ten"
pays.percent = "10%"

[payout]
schedule = "monthly"
minimum = "0"
approval = false
"#;

fn said(brand: &str, id: &str, kind: &str, at: &str, data: &Value) -> String {
    event(brand, id, kind, at, at, data)
}

fn applied(brand: &str, id: &str, person: &str) -> String {
    let data = json!({
        "program": "friends", "ambassador": person, "email_hashes": ["0123abcd"], "email": "ada@example.com",
        "handles": [{"platform": "tube", "handle": "ada.counts", "followers": 9_000}],
    });
    said(brand, id, "ambassador.approved", "2026-01-02T00:00:00Z", &data)
}

fn order(id: &str, at: &str) -> Vec<String> {
    let click =
        json!({"click": format!("c-{id}"), "program": "friends", "ambassador": "amb-1", "device": "d1"});
    let sale = json!({
        "order": id, "device": "d1", "account": "u1", "email_hash": "4567", "currency": "EUR",
        "lines": [{"sku": "TOTE", "quantity": 1, "amount": "60.00"}],
    });
    vec![
        said("acme", &format!("click-{id}"), "click.recorded", &at.replace("T10", "T09"), &click),
        said("acme", &format!("sale-{id}"), "sale.completed", at, &sale),
    ]
}

fn tick(at: &str) -> String {
    said("*", &format!("tick-{at}"), "clock.ticked", at, &json!({"at": at}))
}

fn erased(at: &str) -> String {
    let data = json!({"ambassador": "amb-1", "by": "carla", "reason": "request 7"});
    said("acme", "amb-1/erased", "person.erased", at, &data)
}

fn story() -> Vec<String> {
    let terms = said("acme", "terms", "program.published", "2026-01-01T00:00:00Z", &json!({"terms": TERMS}));
    let mut lines = vec![terms, applied("acme", "e1", "amb-1"), applied("glow", "e1", "amb-1")];
    lines.extend(order("1", "2026-01-10T10:00:00Z"));
    lines.push(tick("2026-02-02T00:00:00Z"));
    lines.extend(order("2", "2026-02-10T10:00:00Z"));
    lines
}

fn everywhere(test: impl Fn(&dyn Fn() -> Pipeline)) {
    test(&Pipeline::on_sqlite);
    test(&|| Pipeline::on_sqlite().apart());
    if let Some(server) = postgres_url() {
        test(&|| Pipeline::on_postgres(&server));
        test(&|| Pipeline::on_postgres(&server).apart());
    }
}

fn log(pipeline: &Pipeline) -> Vec<event_log::Model> {
    wait(event_log::Entity::find().all(pipeline.database().connection())).unwrap()
}

fn books(pipeline: &mut Pipeline) -> Books {
    let books = pipeline.books();
    assert_eq!(invariants::broken(&books), Vec::<String>::new());
    books
}

#[test]
fn nothing_personal_reaches_the_log_and_what_comes_again_is_known() {
    everywhere(|open| {
        let mut pipeline = open();
        let taken = pipeline.feed(&story());
        let rows = log(&pipeline);
        assert_eq!((rows.len(), taken.quarantined_in_all()), (8, 0), "{taken:?}");
        for row in rows {
            for gone in ["ada", "0123abcd", "4567"] {
                assert!(!row.body.contains(gone), "{gone} in {}", row.body);
            }
        }
        let again =
            pipeline.feed(&[applied("acme", "e1", "amb-1"), order("1", "2026-01-10T10:00:00Z")[1].clone()]);
        assert_eq!((again.duplicates, again.accepted), (2, 0));
        let renamed = applied("acme", "e1", "amb-1").replace("ada.counts", "ada.other");
        assert_eq!(pipeline.feed(&[renamed]).quarantined["conflict"], 1);
        let kept = wait(quarantine::Entity::find().all(pipeline.database().connection())).unwrap();
        assert!(!String::from_utf8_lossy(&kept[0].body).contains("ada"), "it is put aside sealed");
    });
}

#[test]
fn the_same_facts_are_sealed_alike_on_every_database() {
    let bodies = |pipeline: Pipeline| {
        let mut pipeline = pipeline;
        pipeline.feed(&story());
        let digest = books(&mut pipeline).digest();
        (log(&pipeline).into_iter().map(|row| row.body).collect::<Vec<_>>(), digest)
    };
    let first = bodies(Pipeline::on_sqlite());
    everywhere(|open| assert_eq!(bodies(open()), first));
}

#[test]
fn an_erased_person_is_not_paid_and_the_books_are_what_they_were() {
    everywhere(|open| {
        let mut pipeline = open();
        pipeline.feed(&story());
        let before = books(&mut pipeline);
        let taken = pipeline.feed(&[erased("2026-02-02T00:00:00Z")]);
        assert_eq!((taken.accepted, taken.erased.details), (1, 1));
        let after = books(&mut pipeline);
        assert_eq!(after.digest(), before.digest());
        assert_eq!(after.transactions, before.transactions);
        pipeline.feed(&[tick("2026-03-02T00:00:00Z")]);
        let run = books(&mut pipeline);
        let last = run.payouts.iter().max_by_key(|row| row.run_at).unwrap();
        assert_eq!((last.status.as_str(), last.balance), ("held", 600));
        assert_eq!(
            last.reason.as_deref(),
            Some("6.00 EUR is held: the person was erased, and nobody is left to pay it to")
        );
        let back = applied("acme", "e9", "amb-1");
        assert_eq!(pipeline.feed(&[back]).accepted, 1, "what is said of them later is a fact, and sealed");
        let found = wait(async {
            let found = verify(pipeline.database(), &mut |_| {}).await.unwrap();
            (found.is_ok(), replay(pipeline.database(), &mut |_| {}).await.unwrap())
        });
        assert!(found.0 && found.1.is_ok(), "{:?}", found.1);
    });
}
