//! Short ways to say payouts, entries and statements.

use std::collections::BTreeMap;

use tribute_events::{
    BankEntryKind, EventId, PayoutId, SettlementOutcome, SettlementReported,
    statement::{
        Amount, Balance, Day, Direction, Entry, EntryDetail, EntryStatus, Exchange, PaymentOutcome,
        References, ReturnReason, Statement, StatementFormat, StatusReport,
    },
};
use tribute_payouts::{
    LedgerEffect, PayoutStatus, advance,
    matching::{
        Confidence, KnownEntry, KnownPayout, PayoutReferences, Reconciliation, Row, Seen, Settings, answers,
        reconcile,
    },
};

pub(crate) fn amount(minor: i64, asset: &str) -> Amount {
    Amount { minor, asset: asset.parse().unwrap() }
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A payout in euros that was exported on the 23rd in the file `RUN-1`, block `RUN-1-1`.
pub(crate) fn payout(id: &str, minor: i64) -> KnownPayout {
    KnownPayout {
        payout: PayoutId::trusted(id),
        amount: amount(minor, "EUR"),
        status: PayoutStatus::Exported,
        references: PayoutReferences {
            message: Some("RUN-1".into()),
            payment_info: Some("RUN-1-1".into()),
            ..PayoutReferences::default()
        },
        file: Some("run-1.xml".into()),
        exported: Some(day("2026-11-23")),
        accepted_by: None,
    }
}

pub(crate) fn with_status(id: &str, minor: i64, status: PayoutStatus) -> KnownPayout {
    KnownPayout { status, ..payout(id, minor) }
}

/// An entry of the 24th; a minus is a debit. Numbers are given by the statement.
pub(crate) fn entry(signed: i64, end_to_end: Option<&str>) -> Entry {
    Entry {
        number: 0,
        references: References { end_to_end: end_to_end.map(Into::into), ..References::default() },
        amount: amount(signed.abs(), "EUR"),
        direction: if signed < 0 { Direction::Debit } else { Direction::Credit },
        status: EntryStatus::Booked,
        booked: Some(day("2026-11-24")),
        value: None,
        payments: None,
        details: Vec::new(),
        returned: None,
        charge: false,
        reversal: false,
        fees: Vec::new(),
        exchange: None,
        text: String::new(),
    }
}

pub(crate) fn returned(signed: i64, end_to_end: Option<&str>) -> Entry {
    let reason = ReturnReason { code: "AC04".into(), words: "the account is closed".to_owned() };
    Entry { returned: Some(reason), ..entry(signed, end_to_end) }
}

pub(crate) fn with_text(signed: i64, text: &str) -> Entry {
    Entry { text: text.to_owned(), ..entry(signed, None) }
}

pub(crate) fn with_bank(signed: i64, end_to_end: Option<&str>, bank: &str) -> Entry {
    let mut entry = entry(signed, end_to_end);
    entry.references.bank = Some(bank.into());
    entry
}

pub(crate) fn of_batch(signed: i64, payment_info: &str, payments: Option<u32>) -> Entry {
    let mut entry = entry(signed, None);
    entry.references.payment_info = Some(payment_info.into());
    entry.payments = payments;
    entry
}

pub(crate) fn detail(minor: Option<i64>, end_to_end: &str) -> EntryDetail {
    EntryDetail {
        references: References { end_to_end: Some(end_to_end.into()), ..References::default() },
        amount: minor.map(|minor| amount(minor, "EUR")),
        direction: None,
        returned: None,
        fees: Vec::new(),
        exchange: None,
        text: String::new(),
    }
}

pub(crate) fn abroad(signed: i64, id: &str, instructed: Amount, rate: Option<&str>) -> Entry {
    let rate = rate.map(|rate| rate.parse().unwrap());
    Entry { exchange: Some(Exchange { instructed, rate }), ..entry(signed, Some(id)) }
}

pub(crate) fn statement(id: &str, entries: Vec<Entry>) -> Statement {
    let numbered = (1..).zip(entries).map(|(number, entry)| Entry { number, ..entry }).collect();
    Statement {
        format: StatementFormat::Camt053,
        account: "NL1".into(),
        id: id.into(),
        sequence: None,
        currency: "EUR".parse().unwrap(),
        opening: None,
        closing: None,
        from: None,
        to: Some(day("2026-11-24")),
        copy: false,
        entries: numbered,
    }
}

pub(crate) fn balanced(id: &str, day_of: &str, opening: i64, closing: i64) -> Statement {
    let balance = |minor| Some(Balance { amount: amount(minor, "EUR"), day: Some(day(day_of)) });
    Statement { opening: balance(opening), closing: balance(closing), ..statement(id, Vec::new()) }
}

pub(crate) fn found(entries: Vec<Entry>, payouts: &[KnownPayout]) -> Reconciliation {
    reconcile(&[statement("S1", entries)], payouts, &Seen::default(), &Settings::default())
}

/// Books as they become by what banks say: where payouts are, what moved in cash, and what is on record of entries.
#[derive(Clone)]
pub(crate) struct Books {
    pub(crate) payouts: Vec<KnownPayout>,
    pub(crate) cash: i64,
    pub(crate) entries: BTreeMap<EventId, KnownEntry>,
}

impl Books {
    pub(crate) fn of(payouts: &[KnownPayout]) -> Self {
        Self { payouts: payouts.to_vec(), cash: 0, entries: BTreeMap::new() }
    }

    /// Reads statements, books what is certain and keeps what they show.
    pub(crate) fn read(&mut self, statements: &[Statement]) -> Vec<String> {
        self.accept(statements, &[])
    }

    /// The same, with rows that a person accepts, by their places.
    pub(crate) fn accept(&mut self, statements: &[Statement], accepted: &[usize]) -> Vec<String> {
        let seen = Seen { entries: self.entries.values().cloned().collect(), ..Seen::default() };
        let found = reconcile(statements, &self.payouts, &seen, &Settings::default());
        let booked =
            |place: usize, row: &Row| row.confidence == Confidence::Certain || accepted.contains(&place);
        for outcome in [true, false] {
            for (place, row) in found.rows.iter().enumerate().filter(|(place, row)| booked(*place, row)) {
                let told = row.settlements.iter();
                let told = told.filter(|it| (it.outcome == SettlementOutcome::Settled) == outcome);
                told.for_each(|it| self.step(it, place));
            }
        }
        for (place, row) in found.rows.iter().enumerate() {
            for entry in row.record(booked(place, row)) {
                let before = self.entries.insert(entry.movement.entry.clone(), entry.clone());
                let stands = before.is_none_or(|it| it == entry || it.kind == BankEntryKind::Unexpected);
                assert!(stands, "{entry:?} was told as something else before");
            }
        }
        found
            .rows
            .iter()
            .map(|row| format!("{}{}", line(row), if row.known { "(known)" } else { "" }))
            .collect()
    }

    /// Takes the answers of a bank: those that say that a payment came back, or the others.
    pub(crate) fn answered(&mut self, reports: &[StatusReport], returned: bool) {
        let all = answers(reports, &self.payouts);
        let own = all.iter().filter(|it| (it.outcome == PaymentOutcome::Returned) == returned);
        let mut told: Vec<_> = own.flat_map(|it| &it.settlements).collect();
        told.sort_by_key(|it| it.outcome != SettlementOutcome::Sent);
        told.into_iter().for_each(|it| self.step(it, 0));
    }

    fn step(&mut self, told: &SettlementReported, place: usize) {
        let payout = self.payouts.iter_mut().find(|it| it.payout == told.payout).unwrap();
        let change = advance(&told.payout, payout.status, told.outcome.into(), true)
            .unwrap_or_else(|why| panic!("row {place}: {why}"));
        let Some(change) = change else { return };
        if change.to == PayoutStatus::Sent {
            payout.accepted_by.clone_from(&told.reference);
        }
        self.cash += match change.effect {
            LedgerEffect::Settle => -payout.amount.minor,
            LedgerEffect::GiveBackSettled => payout.amount.minor,
            LedgerEffect::None | LedgerEffect::GiveBackInTransit => 0,
        };
        payout.status = change.to;
    }

    /// Where every payout is, and what is in cash.
    pub(crate) fn shown(&self) -> String {
        let payouts: Vec<String> =
            self.payouts.iter().map(|it| format!("{} {}", it.payout, it.status)).collect();
        format!("{}; cash {}", payouts.join(", "), self.cash)
    }
}

/// A row as one line: kind, confidence, payouts, what is booked, what follows.
pub(crate) fn line(row: &Row) -> String {
    let payouts: Vec<&str> = row.payouts.iter().map(PayoutId::as_str).collect();
    let booked = row.booked.as_ref().map(ToString::to_string).unwrap_or_default();
    let settled: Vec<String> =
        row.settlements.iter().map(|it| format!("{} {:?}", it.payout, it.outcome)).collect();
    format!("{} {} [{}] {booked} → {}", row.kind, row.confidence, payouts.join(" "), settled.join(", "))
}

pub(crate) fn lines(found: &Reconciliation) -> Vec<String> {
    found.rows.iter().map(line).collect()
}
