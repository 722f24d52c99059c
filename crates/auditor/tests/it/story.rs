//! Writes a file of events and reads the audit of it.
#![allow(clippy::unwrap_used, clippy::panic)] // only tests call what stands here

use std::fmt::Write;

use tribute_auditor::{Audit, Decision, Options, audit};
use tribute_terms::Terms;

/// The file, the terms, and how the audit is made.
pub(crate) struct Story {
    lines: Vec<String>,
    terms: String,
    options: Options,
}

/// Ana, Ben and Cleo are active from the first day on; a sale earns 10 %.
pub(crate) fn story() -> Story {
    let mut story = bare();
    for who in ["A", "B", "C"] {
        story.on("2026-01-01T00:00:00Z", "ambassador.approved", &format!(r#""ambassador":"{who}""#));
    }
    story
}

/// Nobody is enrolled yet.
pub(crate) fn bare() -> Story {
    let terms = "[[commission]]\nid = 'ten'\npays.percent = '10%'\n".to_owned();
    Story { lines: Vec::new(), terms, options: Options::default() }
}

/// `"sku":amount` pairs as the lines of a sale.
fn lines_of(lines: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (sku, amount) in lines {
        let comma = if text.is_empty() { "" } else { "," };
        write!(text, r#"{comma}{{"sku":"{sku}","quantity":1,"amount":"{amount}"}}"#).unwrap();
    }
    text
}

impl Story {
    /// The terms after the head; by default one rule of 10 %.
    pub(crate) fn terms(&mut self, rest: &str) -> &mut Self {
        self.terms = rest.to_owned();
        self
    }

    /// The attribution terms, beside the rules.
    pub(crate) fn attribution(&mut self, fields: &str) -> &mut Self {
        self.terms = format!("[attribution]\n{fields}\n{}", self.terms);
        self
    }

    /// Makes payout runs up to this instant.
    pub(crate) fn to(&mut self, at: &str) -> &mut Self {
        self.options.to = Some(at.parse().unwrap());
        self
    }

    /// Runs see what was recorded up to so many milliseconds after their cut-off.
    pub(crate) fn lived(&mut self, lateness: i64) -> &mut Self {
        self.options.lateness = Some(lateness);
        self
    }

    /// One event, recorded when it happened. `program` is added to the data.
    pub(crate) fn on(&mut self, time: &str, event_type: &str, data: &str) -> &mut Self {
        self.late(time, time, event_type, data)
    }

    /// One event with both its times.
    pub(crate) fn late(&mut self, time: &str, recorded: &str, event_type: &str, data: &str) -> &mut Self {
        let id = self.lines.len();
        self.line(format!(
            r#"{{"specversion":"1.0","id":"e{id}","source":"test","brand":"acme","type":"tribute.{event_type}","time":"{time}","recordedtime":"{recorded}","data":{{"program":"p",{data}}}}}"#
        ))
    }

    /// One line as it is.
    pub(crate) fn line(&mut self, line: String) -> &mut Self {
        self.lines.push(line);
        self
    }

    /// The last line once more.
    pub(crate) fn again(&mut self) -> &mut Self {
        let last = self.lines.last().unwrap().clone();
        self.line(last)
    }

    /// A click of Kim, named by its time and ambassador.
    pub(crate) fn click(&mut self, time: &str, ambassador: &str) -> &mut Self {
        let data = format!(r#""click":"{time}-{ambassador}","ambassador":"{ambassador}","account":"kim""#);
        self.on(time, "click.recorded", &data)
    }

    /// An order of Kim's of one line.
    pub(crate) fn sale(&mut self, time: &str, order: &str, amount: &str) -> &mut Self {
        self.sale_of(time, order, &[("X", amount)], "")
    }

    /// An order of Kim's, with further fields, each after a comma.
    pub(crate) fn sale_of(
        &mut self,
        time: &str,
        order: &str,
        lines: &[(&str, &str)],
        more: &str,
    ) -> &mut Self {
        self.on(time, "sale.completed", &sale_data(order, lines, more))
    }

    /// The audit of the lines as they are.
    pub(crate) fn audit(&self) -> Audit {
        let reversed: Vec<&str> = self.lines.iter().rev().map(String::as_str).collect();
        let audit = self.audit_of(self.lines.iter().map(String::as_str));
        let backwards = self.audit_of(reversed.into_iter());
        assert_eq!(audit, backwards, "the order of arrival changed the result");
        audit
    }

    /// The audit of the lines, in this order only: for conflicts, of which the first stands.
    pub(crate) fn audit_of<'a>(&self, lines: impl Iterator<Item = &'a str>) -> Audit {
        let head = "[program]\nbrand = 'acme'\nid = 'p'\nversion = '1'\neffective_from = 2026-01-01T00:00:00Z\ncurrency = 'USD'\n";
        let head = head.replace("2026-01-01T00:00:00Z", "'2026-01-01T00:00:00Z'");
        let text = format!("{head}{}", self.terms);
        let terms = Terms::parse(&text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
        let options = Options { terms: vec![terms], ..self.options.clone() };
        audit(lines.map(str::as_bytes), &options)
    }

    pub(crate) fn all_lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// Who is credited with an order, as `A 2/5, B 1/2` and the tier.
    pub(crate) fn credit(&self, order: &str) -> String {
        let audit = self.audit();
        let of = audit.conversions.iter().filter(|(key, _)| key.order.as_str() == order);
        let mut tier = "nobody";
        let shares: Vec<_> = of
            .map(|(key, credit)| {
                tier = credit.tier;
                let who = key.ambassador.as_ref().map_or("-", AsRef::as_ref);
                format!("{who} {}/{}", credit.weight, credit.of)
            })
            .collect();
        if shares.is_empty() { tier.to_owned() } else { format!("{}: {tier}", shares.join(", ")) }
    }

    /// What everybody earned for everything, in cents: `A 500, B 500`.
    pub(crate) fn earned(&self) -> String {
        let totals = self.audit().totals;
        totals
            .iter()
            .map(|(key, amount)| format!("{} {amount}", key.ambassador))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// What an order earned, by ambassador and rule: `A ten 500`.
    pub(crate) fn order_earned(&self, order: &str) -> String {
        let audit = self.audit();
        let source = format!("order:{order}");
        let of = audit.earnings.iter().filter(|(key, _)| key.source.to_string() == source);
        of.map(|(key, it)| format!("{} {} {}", key.ambassador, key.rule, it.amount))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The payout runs: `2026-03-01 A 1470 paid 1470 USD`.
    pub(crate) fn payouts(&self) -> Vec<String> {
        let audit = self.audit();
        let lines = audit.payouts.iter().map(|(key, value)| {
            let decision = match &value.decision {
                Decision::Paid { asset, amount } => format!("paid {amount} {asset}"),
                Decision::Carried => "carried".to_owned(),
                Decision::Held(reason) => format!("held {reason}"),
            };
            let day = key.run_at.to_string()[..10].to_owned();
            format!("{day} {} {} {decision}", key.ambassador, value.balance)
        });
        let mut lines: Vec<String> = lines.collect();
        lines.sort();
        lines
    }
}

/// The data of a sale by Kim.
pub(crate) fn sale_data(order: &str, lines: &[(&str, &str)], more: &str) -> String {
    let who = if more.contains(r#""account""#) || more.contains(r#""device""#) {
        ""
    } else {
        r#""account":"kim","#
    };
    format!(r#""order":"{order}",{who}"currency":"USD","lines":[{}]{more}"#, lines_of(lines))
}
