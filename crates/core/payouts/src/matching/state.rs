//! What is matched so far: which items and payouts are used, and the rows.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use tribute_events::{
    SettlementOutcome, SettlementReported,
    statement::{Amount, Day, Direction, EntryStatus, Statement},
};
use tribute_money::Asset;

use super::{
    Confidence, EntryPlace, KnownPayout, Movement, Reconciliation, Row, RowKind, Seen, Settings,
    fit::fit,
    items::{Item, items, keyed},
    known::{At, Known, is_with_the_bank},
};
use crate::PayoutStatus;

/// Matching while it goes on.
pub(super) struct Matching<'a> {
    pub(super) known: Known<'a>,
    pub(super) items: Vec<Item>,
    pub(super) settings: Settings,
    /// Items that no row has yet, in order.
    pub(super) free: BTreeSet<usize>,
    /// Payouts that a row settles.
    pub(super) settled: BTreeSet<At>,
    /// Payouts that a row brings back.
    pub(super) returned: BTreeSet<At>,
    /// How many second debits of a payout there are that nothing has undone.
    pub(super) second_debits: BTreeMap<At, u32>,
    /// Payouts that any row names.
    pub(super) named: BTreeSet<At>,
    rows: Vec<Row>,
    waiting: Vec<EntryPlace>,
    keys: BTreeSet<SmolStr>,
}

/// What a row says besides which items and payouts it is about.
pub(super) struct Says {
    pub(super) kind: RowKind,
    pub(super) confidence: Confidence,
    pub(super) fee: Option<Amount>,
    pub(super) why: String,
    /// What is to be booked for each payout whose status does not say so already.
    pub(super) books: Option<SettlementOutcome>,
}

impl<'a> Matching<'a> {
    pub(super) fn new(
        statements: &[Statement],
        payouts: &'a [KnownPayout],
        seen: &Seen,
        settings: &Settings,
    ) -> Self {
        let mut matching = Self {
            known: Known::new(payouts),
            items: Vec::new(),
            settings: *settings,
            free: BTreeSet::new(),
            settled: BTreeSet::new(),
            returned: BTreeSet::new(),
            second_debits: BTreeMap::new(),
            named: BTreeSet::new(),
            rows: Vec::new(),
            waiting: Vec::new(),
            keys: BTreeSet::new(),
        };
        for keyed in keyed(statements) {
            if keyed.entry.status != EntryStatus::Booked {
                matching.waiting.push(keyed.place);
                continue;
            }
            let again = keyed.keys.iter().any(|key| seen.0.contains(key) || matching.keys.contains(key));
            if again {
                let amount = Amount { minor: keyed.entry.signed(), asset: keyed.entry.amount.asset.clone() };
                matching.rows.push(read_before(keyed.place.clone(), amount));
            } else {
                matching.items.extend(items(&keyed));
            }
            matching.keys.extend(keyed.keys);
        }
        matching.free = (0..matching.items.len()).collect();
        matching
    }

    pub(super) fn item(&self, place: usize) -> Option<&Item> {
        self.items.get(place)
    }

    /// Items of a direction that no row has yet.
    pub(super) fn free(&self, direction: Direction) -> Vec<usize> {
        let free = self.free.iter().copied();
        free.filter(|place| self.item(*place).is_some_and(|it| it.direction == direction && !it.is_fee))
            .collect()
    }

    /// Whether a payout waits for its debit: with the bank, or settled by a person's word that no statement has
    /// confirmed; and not yet settled by a row.
    pub(super) fn waits(&self, at: At) -> bool {
        let Some(payout) = self.known.get(at) else { return false };
        let told = payout.status == PayoutStatus::Settled && payout.settled_by.is_none();
        (is_with_the_bank(payout.status) || told) && !self.settled.contains(&at)
    }

    /// A row about items and payouts. What it books settles each payout once.
    pub(super) fn row(&mut self, places: &[usize], payouts: &BTreeSet<At>, says: Says) {
        let used: Vec<&Item> = places.iter().filter_map(|place| self.items.get(*place)).collect();
        let reference = used.first().map(|item| item.place.reference());
        let reason = used.iter().find_map(|item| item.returned.as_ref()).map(ToString::to_string);
        let booked_on = used.first().and_then(|item| item.day);
        let asset = used.first().map(|item| item.amount.asset.clone());
        let booked = used.iter().fold(0_i64, |sum, item| sum.saturating_add(item.signed()));
        let settlement = |payout: &&KnownPayout| {
            let outcome = says.books.filter(|outcome| !is_known(payout.status, *outcome))?;
            let reason = reason.clone().filter(|_| outcome != SettlementOutcome::Settled);
            Some(SettlementReported {
                payout: payout.payout.clone(),
                outcome,
                reference: reference.clone(),
                reason,
                booked_on,
            })
        };
        let known: Vec<&KnownPayout> = payouts.iter().filter_map(|at| self.known.get(*at)).collect();
        let expected = self.known.sum(payouts);
        let charge = match (says.kind, &says.fee, &expected, &used[..]) {
            (RowKind::Charge, ..) => booked.checked_neg(),
            (_, Some(_), Some(expected), [item]) => fit(item, expected).map(|found| found.charge),
            _ => None,
        };
        let row = Row {
            kind: says.kind,
            confidence: says.confidence,
            payouts: known.iter().map(|it| it.payout.clone()).collect(),
            entries: used.iter().map(|item| item.place.clone()).collect(),
            movements: used.iter().map(|item| movement(item)).collect(),
            expected,
            booked: asset.map(|asset| Amount { minor: booked, asset }),
            fee: says.fee,
            charge,
            why: says.why,
            settlements: known.iter().filter_map(settlement).collect(),
        };
        self.rows.push(row);
        for place in places {
            self.free.remove(place);
        }
        self.named.extend(payouts);
    }

    /// The rest: entries that nothing explains, and payouts that are missing.
    pub(super) fn finish(mut self, statements: &[Statement]) -> Reconciliation {
        for place in std::mem::take(&mut self.free) {
            let Some(item) = self.item(place) else { continue };
            let fee = item.is_fee.then(|| item.amount.clone());
            let why = match (item.is_fee, item.direction) {
                (true, _) => "the bank's charge, as it states".to_owned(),
                (false, Direction::Credit) => "money came in that belongs to no payout".to_owned(),
                (false, Direction::Debit) => "money went out that belongs to no payout".to_owned(),
            };
            let kind = if item.is_fee { RowKind::Charge } else { RowKind::Unexpected };
            let confidence = Confidence::Certain;
            self.row(&[place], &BTreeSet::new(), Says { kind, confidence, fee, why, books: None });
        }
        let covered = last_days(statements);
        let mut open = Vec::new();
        for at in 0..self.known.payouts.len() {
            let Some(payout) = self.known.get(at) else { continue };
            if !is_with_the_bank(payout.status) || self.named.contains(&at) {
                continue;
            }
            match overdue(payout, &covered, &self.settings) {
                Some(why) => {
                    let (kind, confidence) = (RowKind::Missing, Confidence::Certain);
                    let says = Says { kind, confidence, fee: None, why, books: None };
                    self.row(&[], &BTreeSet::from([at]), says);
                }
                None => open.push(payout.payout.clone()),
            }
        }
        // Missing payouts have no entry and come last.
        self.rows.sort_by(|a, b| {
            let key =
                |row: &Row| (row.entries.is_empty(), row.entries.clone(), row.kind, row.payouts.clone());
            key(a).cmp(&key(b))
        });
        self.waiting.sort();
        Reconciliation { rows: self.rows, waiting: self.waiting, open, keys: self.keys }
    }
}

/// Whether a status says already what an outcome would.
const fn is_known(status: PayoutStatus, outcome: SettlementOutcome) -> bool {
    matches!(
        (status, outcome),
        (PayoutStatus::Settled, SettlementOutcome::Settled)
            | (PayoutStatus::Returned, SettlementOutcome::Returned)
    )
}

fn movement(item: &Item) -> Movement {
    let amount = Amount { minor: item.signed(), asset: item.amount.asset.clone() };
    Movement { key: item.key.clone(), place: item.place.clone(), day: item.day, amount }
}

fn read_before(place: EntryPlace, booked: Amount) -> Row {
    Row {
        kind: RowKind::Duplicate,
        confidence: Confidence::Certain,
        payouts: Vec::new(),
        entries: vec![place],
        movements: Vec::new(),
        expected: None,
        booked: Some(booked),
        fee: None,
        charge: None,
        why: "this entry was read before: the same account, statement or bank reference, and amount"
            .to_owned(),
        settlements: Vec::new(),
    }
}

/// The last day that statements of each currency cover.
fn last_days(statements: &[Statement]) -> BTreeMap<Asset, Day> {
    let mut days = BTreeMap::new();
    for statement in statements {
        if let Some(day) = statement.last_day() {
            let last = days.entry(statement.currency.clone()).or_insert(day);
            *last = day.max(*last);
        }
    }
    days
}

/// Why a payout that no row names is missing; `None` where statements do not reach far enough to say so.
fn overdue(payout: &KnownPayout, covered: &BTreeMap<Asset, Day>, settings: &Settings) -> Option<String> {
    let (exported, last) = (payout.exported?, covered.get(&payout.amount.asset)?);
    let due = exported.plus_days(settings.missing_after_days);
    (due <= *last).then(|| {
        format!("it was exported on {exported} and is on no statement up to {last}; ask the bank what became of it")
    })
}
