//! Bad input of every kind: each is put aside whole, with its code, a sentence that a person can act on, and the
//! original bytes. Nothing after it is held up, the same bad line twice is one entry, and what was corrected goes in.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "bad_input/lines.rs"]
mod lines;
#[path = "bad_input/refused.rs"]
mod refused;
#[path = "bad_input/standing.rs"]
mod standing;

use serde_json::{Value, json};
use tribute_services::Incoming;
use tribute_tests::{Pipeline, Story, event, invariants};

use lines::{Bad, every_kind};

const TERMS: &str = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n";

/// What is there before the bad line: terms, people, a click.
fn before() -> Vec<Vec<u8>> {
    let mut story = Story::new(TERMS);
    story.click("2026-03-01T11:00:00Z", "A");
    story.lines().iter().map(|line| line.clone().into_bytes()).collect()
}

/// An order of Kim's, as it should be.
fn good_sale(id: &str) -> Vec<u8> {
    let lines = json!([{"sku": "MUG", "quantity": 1, "amount": "100.00"}]);
    sale(id, &json!({"order": id, "account": "kim", "currency": "USD", "lines": lines})).into_bytes()
}

fn sale(id: &str, data: &Value) -> String {
    event("acme", id, "sale.completed", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z", data)
}

#[test]
fn each_is_put_aside_with_its_code_a_reason_and_its_bytes() {
    for Bad { name, bytes, code, reason } in every_kind() {
        let mut pipeline = Pipeline::on_sqlite();
        pipeline.feed(&before());
        let receipt = pipeline.feed(&[good_sale("0"), bytes.clone(), good_sale("1")]);
        assert_eq!((receipt.accepted, receipt.quarantined_in_all()), (2, 1), "{name}: {receipt:?}");
        assert_eq!(receipt.quarantined.keys().collect::<Vec<_>>(), [&code], "{name}");
        let books = pipeline.books();
        let [entry] = books.quarantine.as_slice() else {
            panic!("{name}: not one entry: {:?}", books.quarantine)
        };
        assert_eq!((entry.code.as_str(), entry.status.as_str()), (code, "open"), "{name}: {}", entry.reason);
        assert!(entry.body == bytes, "{name}: the bytes are not the original ones");
        assert!(entry.reason.contains(reason), "{name}: `{}` does not say `{reason}`", entry.reason);
        assert!(
            entry.reason.chars().count() < 400,
            "{name}: nobody reads {} characters",
            entry.reason.chars().count()
        );
        assert!(!entry.origin.is_empty(), "{name}: nobody knows where it came from");
        assert_eq!(
            (books.earned("0"), books.earned("1")),
            ("A 10.00 USD".into(), "A 10.00 USD".into()),
            "{name}"
        );
        assert_eq!(invariants::broken(&books), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_same_bad_line_twice_is_one_entry() {
    for Bad { name, bytes, .. } in every_kind() {
        let mut pipeline = Pipeline::on_sqlite();
        pipeline.feed(&before());
        pipeline.feed(&[good_sale("0")]);
        pipeline.feed(&[bytes.clone(), bytes.clone()]);
        pipeline.restart();
        let receipt = pipeline.feed(&[bytes]);
        assert_eq!((receipt.duplicates, receipt.quarantined_in_all()), (1, 0), "{name}");
        assert_eq!(pipeline.books().quarantine.len(), 1, "{name}");
    }
}

#[test]
fn what_was_corrected_goes_in() {
    let mut pipeline = Pipeline::on_sqlite();
    pipeline.feed(&before());
    let wrong = json!({"order": "7", "account": "kim", "currency": "USD", "lines": [{"sku": "MUG", "quantity": 1, "amount": 100}]});
    pipeline.feed(&[sale("7", &wrong)]);
    assert_eq!(pipeline.books().quarantine[0].code, "invalid_amount");
    // Tried again as it is: it is judged anew and stands in the quarantine as it did.
    let again = Incoming { again: true, ..pipeline.incoming(sale("7", &wrong).as_bytes()) };
    let receipt = pipeline.process(vec![again]).unwrap();
    assert_eq!(receipt.quarantined.get("invalid_amount"), Some(&1));
    let corrected = Incoming { again: true, ..pipeline.incoming(&good_sale("7")) };
    assert_eq!(pipeline.process(vec![corrected]).unwrap().accepted, 1);
    assert_eq!(pipeline.books().earned("7"), "A 10.00 USD");
}

#[test]
fn a_whole_file_of_bad_lines_holds_nothing_up() {
    let mut lines = before();
    for (index, bad) in every_kind().into_iter().filter(|bad| bad.code != "conflict").enumerate() {
        lines.extend([bad.bytes, good_sale(&format!("order-{index}"))]);
    }
    for size in [1, 7, lines.len()] {
        let mut pipeline = Pipeline::on_sqlite();
        let receipt = pipeline.feed_by(size, &lines);
        let good = (lines.len() - before().len()) / 2;
        assert_eq!(receipt.quarantined_in_all(), u64::try_from(good).unwrap());
        let books = pipeline.books();
        assert_eq!(books.conversions.len(), good);
        assert!((0..good).all(|index| books.earned(&format!("order-{index}")) == "A 10.00 USD"));
    }
}
