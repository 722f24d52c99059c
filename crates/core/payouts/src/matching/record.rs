//! Entries that were read before: those that are explained stand, and those that nothing explains may belong to what comes
//! later.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::format_smolstr;
use tribute_events::{
    BankEntryKind, EventId, PayoutId,
    statement::{Amount, Direction},
};

use super::{
    Movement,
    items::{Item, Keyed, items, whole},
    known::{At, Known},
    row::entry_id,
};

/// An entry that was read before, as it is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownEntry {
    /// How it changed the balance.
    pub movement: Movement,
    /// What it was told to be.
    pub kind: BankEntryKind,
    /// The payouts that it names.
    pub payouts: Vec<PayoutId>,
}

impl KnownEntry {
    /// Whether it was told what it is, so that it stands.
    pub(super) fn stands(&self) -> bool {
        self.kind != BankEntryKind::Unexpected
    }

    const fn is_debit(&self) -> bool {
        self.movement.amount.minor < 0
    }
}

/// What is on record, by entry and by payout.
pub(super) struct Record<'a> {
    by_id: BTreeMap<&'a EventId, &'a KnownEntry>,
    by_payout: BTreeMap<At, Vec<&'a KnownEntry>>,
    /// Unexplained entries that these statements show again: they are matched as items.
    read_again: BTreeSet<EventId>,
    /// Debits of a payout beside the one that paid it, and credits that gave such a debit back, by their entries.
    others: BTreeMap<At, BTreeSet<EventId>>,
    undone: BTreeMap<At, BTreeSet<EventId>>,
}

/// What an entry of a statement is beside the record.
pub(super) enum Found<'a> {
    /// Nothing explains it so far: to be matched.
    Items(Vec<Item>),
    /// All of it stands.
    Known(Vec<&'a KnownEntry>),
    /// Some of its payments stand, the others are to be matched.
    Both(Vec<&'a KnownEntry>, Vec<Item>),
}

impl<'a> Record<'a> {
    pub(super) fn new(known: &Known<'_>, entries: &'a [KnownEntry]) -> Self {
        let mut record = Self {
            by_id: entries.iter().map(|it| (&it.movement.entry, it)).collect(),
            by_payout: BTreeMap::new(),
            read_again: BTreeSet::new(),
            others: BTreeMap::new(),
            undone: BTreeMap::new(),
        };
        for entry in record.by_id.values() {
            let named: BTreeSet<At> = entry.payouts.iter().filter_map(|id| known.of_id(id)).collect();
            let sum = known.sum(&named).and_then(|sum| sum.minor.checked_neg());
            for at in &named {
                record.by_payout.entry(*at).or_default().push(entry);
                let id = entry.movement.entry.clone();
                if !entry.stands() && entry.is_debit() {
                    record.others.entry(*at).or_default().insert(id);
                } else if !entry.stands() && entry.movement.amount.minor.checked_neg() == sum {
                    record.undone.entry(*at).or_default().insert(id);
                }
            }
        }
        record
    }

    /// What is known of an entry, whole or by its payments, in whatever detail it was read before.
    pub(super) fn find(&mut self, keyed: &Keyed<'_>) -> Found<'a> {
        let own = whole(keyed);
        if let Some(entry) = self.by_id.get(&own.entry).copied() {
            return self.as_before(vec![own], vec![entry]);
        }
        let parts: Vec<&KnownEntry> = self.parts(&own).collect();
        let items = items(keyed);
        if items.len() == 1 && !parts.is_empty() {
            return Found::Known(parts);
        }
        self.as_before(items, parts)
    }

    /// The payments of an entry that are on record.
    fn parts(&self, whole: &Item) -> impl Iterator<Item = &'a KnownEntry> {
        let part = |number: u32| {
            let id = entry_id(&format_smolstr!("{}|{number}", whole.key));
            self.by_id.get(&id).copied()
        };
        part(0).into_iter().chain((1_u32..).map_while(part)).collect::<Vec<_>>().into_iter()
    }

    /// Parts items from entries that stand.
    fn as_before(&mut self, items: Vec<Item>, known: Vec<&'a KnownEntry>) -> Found<'a> {
        let stand: Vec<&KnownEntry> = known.into_iter().filter(|it| it.stands()).collect();
        let is_new = |item: &Item| stand.iter().all(|it| it.movement.entry != item.entry);
        let new: Vec<Item> = items.into_iter().filter(is_new).collect();
        for item in &new {
            if self.by_id.contains_key(&item.entry) {
                self.read_again.insert(item.entry.clone());
            }
        }
        match (stand.is_empty(), new.is_empty()) {
            (true, _) => Found::Items(new),
            (false, true) => Found::Known(stand),
            (false, false) => Found::Both(stand, new),
        }
    }

    /// All entries that were told the same together: of one kind and of the same payouts.
    pub(super) fn together(&self, entry: &'a KnownEntry) -> Vec<&'a KnownEntry> {
        if entry.payouts.is_empty() {
            return vec![entry];
        }
        let same = |it: &&KnownEntry| it.kind == entry.kind && it.payouts == entry.payouts;
        self.by_id.values().copied().filter(same).collect()
    }

    /// Whether an entry of this kind is on record for a payout.
    pub(super) fn has(&self, at: At, kind: BankEntryKind) -> bool {
        self.of(at).any(|it| it.kind == kind)
    }

    /// Whether an item is an entry of this kind that is on record for a payout in another shape.
    pub(super) fn is_shown_by(&self, at: At, kind: BankEntryKind, item: &Item) -> bool {
        let same = |it: &KnownEntry| {
            it.movement.account == item.place.account && item.place.is_called(&it.movement.reference)
        };
        !self.read_again.contains(&item.entry) && self.of(at).any(|it| it.kind == kind && same(it))
    }

    /// Whether an item was read before and nothing explained it.
    pub(super) fn was_read(&self, item: &Item) -> bool {
        self.read_again.contains(&item.entry)
    }

    /// Entries of a payout alone that nothing explains so far and that these statements do not show: parts of its amount.
    pub(super) fn parts_of(&self, at: At, direction: Direction, amount: &Amount) -> Vec<Movement> {
        let part = |it: &&KnownEntry| {
            let moved = &it.movement.amount;
            !it.stands()
                && it.payouts.len() == 1
                && it.is_debit() == (direction == Direction::Debit)
                && moved.asset == amount.asset
                && moved.minor.unsigned_abs() < amount.minor.unsigned_abs()
                && !self.read_again.contains(&it.movement.entry)
        };
        self.of(at).filter(part).map(|it| it.movement.clone()).collect()
    }

    fn of(&self, at: At) -> impl Iterator<Item = &'a KnownEntry> {
        self.by_payout.get(&at).into_iter().flatten().copied()
    }

    /// A debit beside the one that paid a payout.
    pub(super) fn other(&mut self, at: At, item: &EventId) {
        self.others.entry(at).or_default().insert(item.clone());
    }

    /// A credit that gives such a debit back.
    pub(super) fn undo(&mut self, at: At, item: &EventId) {
        self.undone.entry(at).or_default().insert(item.clone());
    }

    /// Whether a credit that was read before gave such a debit back. Where there is none any more, it is to be matched.
    pub(super) fn has_undone(&mut self, at: At, item: &EventId) -> bool {
        let others = self.others.get(&at).map_or(0, BTreeSet::len);
        let Some(undone) = self.undone.get_mut(&at) else { return false };
        let counts = undone.contains(item) && undone.len() <= others;
        if !counts {
            undone.remove(item);
        }
        counts
    }

    /// A debit is explained after all.
    pub(super) fn explained(&mut self, movements: &[Movement]) {
        for others in self.others.values_mut() {
            movements.iter().for_each(|it| _ = others.remove(&it.entry));
        }
    }

    /// How many debits beside the one that paid a payout there are that nothing gave back.
    pub(super) fn open(&self, at: At) -> usize {
        let count = |all: &BTreeMap<At, BTreeSet<EventId>>| all.get(&at).map_or(0, BTreeSet::len);
        count(&self.others).saturating_sub(count(&self.undone))
    }
}
