//! A shop's little story, and what has to come of it.

use serde_json::{Value, json};
use tribute_events::{Arrival, Event, MINUTE, Timestamp, catalogue, decode};

use crate::programs::Written;

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A brand. Ada sells by a link, Bob by a code; both get ten percent.
#[derive(Debug, Clone)]
pub(crate) struct Shop {
    pub(crate) brand: String,
    opened: Timestamp,
}

impl Shop {
    pub(crate) fn new(brand: &str, now: Timestamp) -> Self {
        Self { brand: brand.to_owned(), opened: now.minus(300 * MINUTE) }
    }

    /// The terms, the ambassadors, a code, a click, a sale after the click, and a sale with the code.
    pub(crate) fn story(&self) -> Vec<Written> {
        let terms = format!(
            "[program]\nbrand = '{}'\nid = 'friends'\ncurrency = 'USD'\nversion = '1'\neffective_from = '{}'\n\
             [[commission]]\nid = 'ten'\npays.percent = '10%'\n",
            self.brand, self.opened
        );
        let person = |who: &str| json!({"program": "friends", "ambassador": who});
        vec![
            self.written("terms", "program.published", 0, json!({"terms": terms})),
            self.written("ada", "ambassador.approved", 1, person("ada")),
            self.written("bob", "ambassador.approved", 1, person("bob")),
            self.written(
                "code",
                "code.issued",
                2,
                json!({"program": "friends", "code": "BOB15", "ambassador": "bob"}),
            ),
            self.written("click", "click.recorded", 60, self.click()),
            self.sale("sale-1", "60.00"),
            self.written("sale-2", "sale.completed", 180, self.sale_by_code()),
        ]
    }

    /// The first sale again, under the same id and with another amount.
    pub(crate) fn contradiction(&self) -> Vec<Written> {
        vec![self.sale("sale-1", "6000.00")]
    }

    fn click(&self) -> Value {
        json!({"click": format!("click-{}", self.brand), "program": "friends", "ambassador": "ada", "device": "d1"})
    }

    fn sale(&self, id: &str, amount: &str) -> Written {
        let lines = json!([{"sku": "TÔTE \"large\"", "quantity": 1, "amount": amount}]);
        let data = json!({"order": "1", "device": "d1", "account": "kim", "currency": "USD", "lines": lines});
        self.written(id, "sale.completed", 120, data)
    }

    fn sale_by_code(&self) -> Value {
        json!({
            "order": "2", "device": "d2", "account": "lee", "currency": "USD", "codes": ["BOB15"],
            "lines": [
                {"sku": "MUG", "quantity": 3, "amount": "19.99"},
                {"sku": "CAP", "quantity": 1, "amount": "5.01", "discount": "0.01"},
            ],
        })
    }

    fn written(&self, id: &str, kind: &str, minute: i64, data: Value) -> Written {
        let kind = format!("tribute.{kind}");
        let event = json!({
            "specversion": "1.0", "id": id, "source": "/interop/shop", "type": kind, "brand": self.brand,
            "partitionkey": format!("{}/{}", self.brand, data["order"].as_str().unwrap_or("friends")),
            "time": self.opened.plus(minute * MINUTE), "traceparent": TRACE,
            "datacontenttype": "application/json", "data": data,
        });
        Written { topic: catalogue::place(&kind).0, event }
    }

    /// The story's events as they must have been understood: everything but how they were written.
    pub(crate) fn story_as_taken_in(&self) -> Vec<Event> {
        let read = |it: Written| understood(it.event.to_string().as_bytes());
        let mut events: Vec<_> = self.story().into_iter().map(read).collect();
        events.sort_by(|a, b| a.id.cmp(&b.id));
        events
    }

    /// Order, ambassador, amount.
    pub(crate) fn earnings(&self) -> Vec<String> {
        vec!["order:1 ada 6.00 USD".to_owned(), "order:2 bob 2.50 USD".to_owned()]
    }
}

/// An event without its writer's notation, and without the time of its recording.
pub(crate) fn understood(bytes: &[u8]) -> Event {
    let event = decode(bytes, Arrival::Backfill).unwrap();
    Event { recorded: event.time, fingerprint: [0; 16], ..event }
}
