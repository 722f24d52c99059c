//! What is matched so far: which items and payouts are used, and the rows.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use tribute_events::{
    BankEntryKind, SettlementOutcome, SettlementReported,
    statement::{Amount, Day, Direction, EntryStatus, Statement},
};
use tribute_money::Asset;

use super::{
    Confidence, EntryPlace, KnownPayout, Movement, Reconciliation, Row, RowKind, Seen, Settings,
    fit::fit,
    items::{Item, keyed},
    known::{At, Known, is_with_the_bank},
    record::{Found, KnownEntry, Record},
};
use crate::PayoutStatus;

/// Matching while it goes on.
pub(super) struct Matching<'a> {
    pub(super) known: Known<'a>,
    pub(super) record: Record<'a>,
    pub(super) items: Vec<Item>,
    pub(super) settings: Settings,
    /// Items that no row has yet, in order.
    pub(super) free: BTreeSet<usize>,
    /// Payouts that a row settles.
    pub(super) settled: BTreeSet<At>,
    /// Payouts that a row brings back.
    pub(super) returned: BTreeSet<At>,
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
    /// Whether it is on record and nothing is to be looked at.
    pub(super) known: bool,
}

impl Says {
    /// What a row says that books nothing.
    pub(super) const fn only(kind: RowKind, confidence: Confidence, why: String) -> Self {
        Self { kind, confidence, fee: None, why, books: None, known: false }
    }

    /// What a row says that is on record.
    pub(super) fn again(why: String) -> Self {
        Self { known: true, ..Self::only(RowKind::Duplicate, Confidence::Certain, why) }
    }
}

impl<'a> Matching<'a> {
    pub(super) fn new(payouts: &'a [KnownPayout], seen: &'a Seen, settings: &Settings) -> Self {
        let known = Known::new(payouts);
        let record = Record::new(&known, &seen.entries);
        Self {
            known,
            record,
            items: Vec::new(),
            settings: *settings,
            free: BTreeSet::new(),
            settled: BTreeSet::new(),
            returned: BTreeSet::new(),
            named: BTreeSet::new(),
            rows: Vec::new(),
            waiting: Vec::new(),
            keys: BTreeSet::new(),
        }
    }

    /// Takes what statements say: an entry that is on record stands, and one that comes twice counts once.
    pub(super) fn read(&mut self, statements: &[Statement], seen: &BTreeSet<SmolStr>) {
        let mut before: Vec<(EntryPlace, Amount, Vec<&KnownEntry>)> = Vec::new();
        for keyed in keyed(statements) {
            if keyed.entry.status != EntryStatus::Booked {
                self.waiting.push(keyed.place);
                continue;
            }
            let amount = Amount { minor: keyed.entry.signed(), asset: keyed.entry.amount.asset.clone() };
            if keyed.keys.iter().any(|key| seen.contains(key) || self.keys.contains(key)) {
                self.rows.push(read_before(keyed.place.clone(), amount));
            } else {
                match self.record.find(&keyed) {
                    Found::Items(items) => self.items.extend(items),
                    Found::Known(known) => before.push((keyed.place.clone(), amount, known)),
                    Found::Both(known, items) => {
                        let minor =
                            known.iter().fold(0_i64, |sum, it| sum.saturating_add(it.movement.amount.minor));
                        before.push((keyed.place.clone(), Amount { minor, ..amount }, known));
                        self.items.extend(items);
                    }
                }
            }
            self.keys.extend(keyed.keys);
        }
        for (place, amount, known) in before {
            self.on_record(place, amount, &known);
        }
        self.free = (0..self.items.len()).collect();
    }

    /// A row of what is on record, with everything that was told together with it.
    fn on_record(&mut self, place: EntryPlace, booked: Amount, known: &[&'a KnownEntry]) {
        let payouts: BTreeSet<At> =
            known.iter().flat_map(|it| &it.payouts).filter_map(|id| self.known.of_id(id)).collect();
        let together = known.first().map(|it| self.record.together(it)).unwrap_or_default();
        let said = match known.first().map(|it| (it.kind, it.payouts.len())) {
            Some((BankEntryKind::Payment, 1)) => "the entry that settled it",
            Some((BankEntryKind::Payment, _)) => "the entry that settled them",
            Some((BankEntryKind::Return, _)) => "the entry of its return",
            Some((BankEntryKind::Charge, _)) => "the bank's charge, which was booked before",
            Some((BankEntryKind::Tax, _)) => "the withheld tax, which was booked before",
            _ => "an entry that was read before",
        };
        let movements = if let [_] = known {
            together.into_iter().map(|it| it.movement.clone()).collect()
        } else {
            known.iter().map(|it| it.movement.clone()).collect()
        };
        self.rows.push(Row {
            payouts: payouts
                .iter()
                .filter_map(|at| self.known.get(*at))
                .map(|it| it.payout.clone())
                .collect(),
            expected: self.known.sum(&payouts),
            movements,
            why: format!("this is {said}, read again"),
            ..read_before(place, booked)
        });
        self.named.extend(payouts);
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

    /// Whether a payout waits for its debit: with the bank, or settled by a word that no statement has confirmed; and not
    /// yet settled by a row.
    pub(super) fn waits(&self, at: At) -> bool {
        let Some(payout) = self.known.get(at) else { return false };
        let told = payout.status == PayoutStatus::Settled && !self.record.has(at, BankEntryKind::Payment);
        (is_with_the_bank(payout.status) || told) && !self.settled.contains(&at)
    }

    /// A row about items and payouts. What it books settles each payout once.
    pub(super) fn row(&mut self, places: &[usize], payouts: &BTreeSet<At>, says: Says) {
        self.row_with(places, Vec::new(), payouts, says);
    }

    /// A row about items, entries that were read before and belong to them, and payouts.
    pub(super) fn row_with(
        &mut self,
        places: &[usize],
        earlier: Vec<Movement>,
        payouts: &BTreeSet<At>,
        says: Says,
    ) {
        let used: Vec<&Item> = places.iter().filter_map(|place| self.items.get(*place)).collect();
        let reference = used.first().map(|item| item.place.reference());
        let reason = used.iter().find_map(|item| item.returned.as_ref()).map(ToString::to_string);
        let booked_on = used.first().and_then(|item| item.day);
        let asset = used.first().map(|item| item.amount.asset.clone());
        let mut movements = earlier;
        movements.extend(used.iter().map(|item| movement(item)));
        let booked = movements.iter().fold(0_i64, |sum, it| sum.saturating_add(it.amount.minor));
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
            movements,
            expected,
            booked: asset.map(|asset| Amount { minor: booked, asset }),
            fee: says.fee,
            charge,
            why: says.why,
            settlements: known.iter().filter_map(settlement).collect(),
            tells: tells(says.kind, says.books),
            known: says.known,
        };
        if row.tells == BankEntryKind::Payment {
            self.record.explained(&row.movements);
        }
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
            self.row(&[place], &BTreeSet::new(), Says { fee, ..Says::only(kind, confidence, why) });
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
                    self.row(&[], &BTreeSet::from([at]), Says::only(kind, confidence, why));
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
    Movement {
        entry: item.entry.clone(),
        account: item.place.account.clone(),
        statement: item.place.statement.clone(),
        reference: item.place.reference(),
        day: item.day,
        amount,
    }
}

/// What entries are once their row is accepted.
const fn tells(kind: RowKind, books: Option<SettlementOutcome>) -> BankEntryKind {
    match (kind, books) {
        (RowKind::Charge, _) => BankEntryKind::Charge,
        (_, Some(SettlementOutcome::Settled)) => BankEntryKind::Payment,
        (_, Some(SettlementOutcome::Returned)) => BankEntryKind::Return,
        _ => BankEntryKind::Unexpected,
    }
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
        tells: BankEntryKind::Unexpected,
        known: true,
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
