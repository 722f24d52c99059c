use std::{fmt::Write, path::Path};

use serde_json::{Value, json};
use tribute_terms::Terms;

use crate::{Books, Pipeline, audit, invariants};

/// One brand's events, told in a few words. Kim (`kim`) buys; A, B and C are ambassadors of the program `p`, unless it is
/// the story of a program that is shipped.
#[derive(Debug, Clone)]
pub struct Story {
    brand: String,
    program: String,
    currency: String,
    begins: String,
    lines: Vec<String>,
    audited: bool,
}

/// The event types whose effect depends on the state that they meet: nothing may be moved across them.
const BARRIERS: [&str; 12] = [
    "clock.ticked",
    "payout_run.requested",
    "payout_cancellation.given",
    "payout_approval.given",
    "payout_file.exported",
    "settlement.reported",
    "token.spent",
    "finding.decided",
    "bank_entry.reported",
    "period.closed",
    "adjustment.",
    "claim.",
];

/// Whether the order of arrival matters around this line.
pub fn is_barrier(line: &str) -> bool {
    BARRIERS.iter().any(|kind| line.contains(&format!("\"tribute.{kind}")))
}

/// An event as a line.
pub fn event(brand: &str, id: &str, kind: &str, time: &str, recorded: &str, data: &Value) -> String {
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/test", "type": format!("tribute.{kind}"), "brand": brand,
        "time": time, "recordedtime": recorded, "data": data,
    });
    event.to_string()
}

impl Story {
    /// The terms after the head; version 1 holds from 2026-01-01 on, in US dollars. A, B and C are active since then.
    pub fn new(terms: &str) -> Self {
        let mut story = Self::without_people(terms);
        story.enrol(["A", "B", "C"]);
        story
    }

    /// As [`new`](Self::new), but nobody is enrolled yet.
    pub fn without_people(terms: &str) -> Self {
        let mut story = Self::with_program_only();
        story.publish("1", "2026-01-01T00:00:00Z", terms);
        story
    }

    /// The brand and program alone: neither terms nor people have come yet.
    pub fn with_program_only() -> Self {
        Self::with(["acme", "p", "USD", "2026-01-01T00:00:00Z"])
    }

    /// The terms file of that name under `deploy/programs`, which must pass the check without a warning. Its brand,
    /// program and currency are the story's; nobody is enrolled yet.
    pub fn of_program(name: &str) -> Self {
        Self::of_program_with(name, &[])
    }

    /// As [`of_program`](Self::of_program), with some of the figures changed, as whoever runs it would.
    pub fn of_program_with(name: &str, changes: &[(&str, &str)]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/programs");
        let mut text = std::fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap();
        for (written, changed) in changes {
            assert!(text.contains(written), "{name} does not say {written}");
            text = text.replace(written, changed);
        }
        let terms = Terms::parse(&text).unwrap();
        assert_eq!(terms.warnings_in(&text), []);
        let head = &terms.program;
        let begins = head.effective_from.to_string();
        let mut story = Self::with([head.brand.as_str(), head.id.as_str(), head.currency.as_str(), &begins]);
        story.on(&begins, "program.published", json!({"terms": text}));
        story
    }

    fn with([brand, program, currency, begins]: [&str; 4]) -> Self {
        let [brand, program, currency, begins] = [brand, program, currency, begins].map(str::to_owned);
        Self { brand, program, currency, begins, lines: Vec::new(), audited: true }
    }

    /// These ambassadors are approved when the first terms begin.
    pub fn enrol(&mut self, people: impl IntoIterator<Item = impl AsRef<str>>) -> &mut Self {
        let begins = self.begins.clone();
        for who in people {
            self.on(&begins, "ambassador.approved", json!({"ambassador": who.as_ref()}));
        }
        self
    }

    /// Publishes a version of the terms that holds from an instant on, at that instant.
    pub fn publish(&mut self, version: &str, from: &str, terms: &str) -> &mut Self {
        let mut text = String::from("[program]\nbrand = 'acme'\nid = 'p'\ncurrency = 'USD'\n");
        write!(text, "version = '{version}'\neffective_from = '{from}'\n{terms}\n").unwrap();
        self.on(from, "program.published", json!({"terms": text}))
    }

    /// The auditor has no word for what happens in this story.
    pub fn unaudited(&mut self) -> &mut Self {
        self.audited = false;
        self
    }

    /// An event, recorded when it happened. The program is put in where the data names none.
    pub fn on(&mut self, time: &str, kind: &str, data: Value) -> &mut Self {
        self.late(time, time, kind, data)
    }

    /// An event with both its times.
    pub fn late(&mut self, time: &str, recorded: &str, kind: &str, mut data: Value) -> &mut Self {
        let names_program =
            ["ambassador.", "click.recorded", "code.", "link.", "campaign.", "workshop.", "hold."];
        let names_program = names_program.iter().any(|head| kind.starts_with(head))
            || [
                "post.published",
                "conversion.overridden",
                "perk.stocked",
                "token.spent",
                "shipment.sent",
                "finding.decided",
                "payout_run.requested",
            ]
            .contains(&kind);
        if names_program && data.get("program").is_none() {
            data["program"] = self.program.as_str().into();
        }
        let id = format!("e{:03}", self.lines.len());
        let line = event(&self.brand, &id, kind, time, recorded, &data);
        self.line(line)
    }

    /// A line as it is.
    pub fn line(&mut self, line: String) -> &mut Self {
        self.lines.push(line);
        self
    }

    /// Every line told so far.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// A click of Kim's on an ambassador's link; its id is `time/ambassador`.
    pub fn click(&mut self, time: &str, who: &str) -> &mut Self {
        self.touch(time, time, "click", who)
    }

    /// A touch of Kim's with both its times.
    pub fn touch(&mut self, time: &str, recorded: &str, kind: &str, who: &str) -> &mut Self {
        let data =
            json!({"click": format!("{time}/{who}"), "kind": kind, "ambassador": who, "account": "kim"});
        self.late(time, recorded, "click.recorded", data)
    }

    /// An order of Kim's with one line.
    pub fn sale(&mut self, time: &str, order: &str, amount: &str) -> &mut Self {
        self.sale_with(time, time, order, json!({"lines": [{"sku": "MUG", "quantity": 1, "amount": amount}]}))
    }

    /// An order of Kim's; `more` adds to or replaces the fields of the payload.
    pub fn sale_with(&mut self, time: &str, recorded: &str, order: &str, more: Value) -> &mut Self {
        let anonymous = more.get("account").is_some() || more.get("device").is_some();
        let mut data = json!({"order": order, "currency": self.currency});
        if !anonymous {
            data["account"] = "kim".into();
        }
        for (field, value) in more.as_object().unwrap() {
            data[field] = value.clone();
        }
        self.late(time, recorded, "sale.completed", data)
    }

    /// A refund of an amount of the order as a whole.
    pub fn refund(&mut self, time: &str, order: &str, refund: &str, amount: &str) -> &mut Self {
        self.on(time, "sale.refunded", json!({"order": order, "refund": refund, "amount": amount}))
    }

    /// An ambassador's code.
    pub fn code(&mut self, code: &str, who: &str, mode: &str) -> &mut Self {
        let begins = self.begins.clone();
        self.on(&begins, "code.issued", json!({"code": code, "ambassador": who, "mode": mode}))
    }

    /// Time passes up to an instant.
    pub fn tick(&mut self, at: &str) -> &mut Self {
        self.on(at, "clock.ticked", json!({"at": at}))
    }

    /// What comes out. The story is also told backwards between its ticks, event by event, and twice: it must come
    /// to the same. Unless told otherwise it must come to what the auditor finds, and the books must hold.
    pub fn books(&self) -> Books {
        let mut pipeline = Pipeline::on_sqlite();
        let receipt = pipeline.feed(&self.lines);
        assert_eq!(receipt.quarantined_in_all(), 0, "{receipt:?}: {:?}", pipeline.books().quarantine);
        let books = pipeline.books();
        let mut other = Pipeline::on_sqlite();
        let backwards = self.backwards();
        other.feed_by(1, &backwards);
        assert_eq!(
            books.differences(&other.books()),
            Vec::<String>::new(),
            "told backwards it comes to something else"
        );
        other.feed_by(3, &self.lines);
        assert_eq!(
            books.differences(&other.books()),
            Vec::<String>::new(),
            "told twice it comes to something else"
        );
        assert_eq!(invariants::broken(&books), Vec::<String>::new());
        if self.audited {
            assert_eq!(
                audit::differences(&books, &self.lines),
                Vec::<String>::new(),
                "the auditor finds another result"
            );
        }
        books
    }

    /// The id of the one payout that is proposed so far.
    pub fn payout(&self) -> String {
        let mut pipeline = Pipeline::on_sqlite();
        pipeline.feed(&self.lines);
        let books = pipeline.books();
        let mut proposed = books.payouts.iter().filter(|row| row.status == "proposed");
        let payout = proposed.next().unwrap().payout.clone();
        assert!(proposed.next().is_none(), "there is more than one");
        payout
    }

    /// The one payout that is proposed is approved, exported and settled.
    pub fn settle(&mut self, time: &str) -> &mut Self {
        let payout = self.payout();
        self.on(time, "payout_approval.given", json!({"payout": payout, "by": "max"}));
        self.on(
            time,
            "payout_file.exported",
            json!({"payouts": [payout], "file": "march.xml", "sha256": "00"}),
        );
        self.on(
            time,
            "settlement.reported",
            json!({"payout": payout, "outcome": "settled", "reference": "bank-1"}),
        )
    }

    /// The lines in reverse, but none across a barrier.
    fn backwards(&self) -> Vec<String> {
        let stretches = self.lines.split_inclusive(|line| is_barrier(line));
        let reversed = stretches.flat_map(|stretch| {
            let facts = stretch.len() - usize::from(stretch.last().is_some_and(|line| is_barrier(line)));
            let (facts, barrier) = stretch.split_at(facts);
            facts.iter().rev().chain(barrier).cloned()
        });
        reversed.collect()
    }
}
