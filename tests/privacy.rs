//! People apart from the books: what is personal is sealed before it reaches the log, on both databases and whether the
//! services run in one process or apart; erased, a person is gone and the books are what they were.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::{Value, json};
use tribute_reports::verify::{replay, verify};
use tribute_store::{
    entity::{event_log, person_account, quarantine},
    sea_orm::EntityTrait,
};
use tribute_tests::{Books, Pipeline, event, invariants, postgres_url, wait};

const TERMS: &str = include_str!("terms/friends.toml");

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

/// A post of an outsider, by the account `@Jane.Doe` or as it is written now.
fn outsiders_post(id: &str, author: &str) -> String {
    let data = json!({
        "program": "friends", "post": id, "author": author, "platform": "Tube", "mentions": ["@acme"],
        "url": format!("https://tube.example/jane.doe/{id}"),
    });
    said("acme", &format!("post-{id}"), "post.published", "2026-01-12T00:00:00Z", &data)
}

fn erase_of(person: &str) -> String {
    let data = json!({"ambassador": person, "by": "carla", "reason": "request 8"});
    said("acme", &format!("{person}/erased"), "person.erased", "2026-02-02T00:00:00Z", &data)
}

/// As whom the facts know the authors of posts, in the order of the log.
fn authors(pipeline: &Pipeline) -> Vec<String> {
    let posts = log(pipeline).into_iter().filter(|row| row.event_type == "tribute.post.published");
    let author = |row: event_log::Model| -> Value {
        serde_json::from_str::<Value>(&row.body).unwrap()["data"]["author"].clone()
    };
    posts.map(|row| author(row).as_str().unwrap().to_owned()).collect()
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

#[test]
fn an_outsider_is_known_by_a_pseudonym_and_forgotten_for_good() {
    everywhere(|open| {
        let mut pipeline = open();
        pipeline.feed(&story());
        let posts = [outsiders_post("1", "@Jane.Doe"), outsiders_post("2", "@jane.doe")];
        assert_eq!(pipeline.feed(&posts).accepted, 2);
        for row in log(&pipeline) {
            assert!(!row.body.to_lowercase().contains("jane"), "{}", row.body);
        }
        let [first, second] = authors(&pipeline).try_into().unwrap();
        assert_eq!(first, second, "one account is one author");
        assert_eq!(pipeline.feed(&posts).duplicates, 2);
        let other = posts[0].replace("@Jane.Doe", "@june");
        assert_eq!(
            pipeline.feed(&[other]).quarantined["conflict"],
            1,
            "another author under the same event id"
        );
        let before = books(&mut pipeline).digest();

        let taken = pipeline.feed(&[erase_of(&first)]);
        assert_eq!((taken.accepted, taken.erased.details), (1, 3), "two addresses, and the account");
        assert_eq!(books(&mut pipeline).digest(), before);
        let again = pipeline.feed(&posts);
        assert_eq!((again.duplicates, again.accepted, again.quarantined_in_all()), (2, 0, 0));
        assert!(!is_named(&pipeline, &first), "what comes again names nobody");
        assert_eq!(pipeline.feed(&[outsiders_post("3", "@jane.doe")]).accepted, 1);
        let third = authors(&pipeline).pop().unwrap();
        assert!(third.starts_with("sealed:") && third != first, "{third}");
        assert!(is_named(&pipeline, &third) && !is_named(&pipeline, &first));
        let found = wait(replay(pipeline.database(), &mut |_| {})).unwrap();
        assert!(found.is_ok(), "{found:?}");
    });
}

/// Whether a row leads from an account to this pseudonym.
fn is_named(pipeline: &Pipeline, pseudonym: &str) -> bool {
    let rows = wait(person_account::Entity::find().all(pipeline.database().connection())).unwrap();
    rows.iter().any(|row| row.person == pseudonym)
}

#[test]
fn who_is_enrolled_has_no_account_for_an_id() {
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(&story());
    let taken = pipeline.feed(&[applied("acme", "e7", "@jane.doe")]);
    assert_eq!(taken.quarantined["invalid_data"], 1);
}
