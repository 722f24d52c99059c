//! Payouts by everything that a bank may call them.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use tribute_events::{
    PayoutId,
    statement::{Amount, References},
};

use super::KnownPayout;
use crate::PayoutStatus;

/// The place of a payout in the ordered list.
pub(super) type At = usize;

/// A reference as it is compared: banks change the case of letters.
pub(super) fn folded(text: &str) -> SmolStr {
    text.trim().chars().map(|letter| letter.to_ascii_uppercase()).collect()
}

/// The payouts, ordered by their ids, and where to find them.
pub(super) struct Known<'a> {
    pub(super) payouts: Vec<&'a KnownPayout>,
    single: BTreeMap<SmolStr, BTreeSet<At>>,
    in_text: BTreeMap<SmolStr, BTreeSet<At>>,
    batches: BTreeMap<SmolStr, BTreeSet<At>>,
    amounts: BTreeMap<Amount, BTreeSet<At>>,
}

impl<'a> Known<'a> {
    pub(super) fn new(all: &'a [KnownPayout]) -> Self {
        let mut payouts: Vec<&KnownPayout> = all.iter().collect();
        payouts.sort_by(|a, b| a.payout.cmp(&b.payout));
        payouts.dedup_by(|a, b| a.payout == b.payout);
        let mut known = Self {
            payouts: Vec::new(),
            single: BTreeMap::new(),
            in_text: BTreeMap::new(),
            batches: BTreeMap::new(),
            amounts: BTreeMap::new(),
        };
        for (at, payout) in payouts.iter().enumerate() {
            let own = &payout.references;
            let id = Some(payout.payout.as_str());
            let add = |map: &mut BTreeMap<SmolStr, BTreeSet<At>>, name: Option<&str>| {
                if let Some(name) = name {
                    map.entry(folded(name)).or_default().insert(at);
                }
            };
            for name in [id, own.end_to_end.as_deref(), own.instruction.as_deref(), own.trace.as_deref()] {
                add(&mut known.single, name);
            }
            for name in [id, own.end_to_end.as_deref()] {
                add(&mut known.in_text, name);
            }
            for name in [own.message.as_deref(), own.payment_info.as_deref(), payout.file.as_deref()] {
                add(&mut known.batches, name);
            }
            known.amounts.entry(payout.amount.clone()).or_default().insert(at);
        }
        known.payouts = payouts;
        known
    }

    pub(super) fn get(&self, at: At) -> Option<&'a KnownPayout> {
        self.payouts.get(at).copied()
    }

    /// The payouts that an item's references name. Where one reference fits several, the batch parts them.
    pub(super) fn named(&self, references: &References) -> BTreeSet<At> {
        let payers =
            [&references.end_to_end, &references.instruction, &references.trace, &references.customer];
        // Some banks put the payer's reference where their own belongs.
        let names = payers.into_iter().chain([&references.bank]);
        let sets = names.flatten().filter_map(|name| self.single.get(&folded(name)));
        let found: BTreeSet<At> = sets.flatten().copied().collect();
        if found.len() < 2 {
            return found;
        }
        let batch = self.batch(references).map(|(_, members)| members).unwrap_or_default();
        let narrowed: BTreeSet<At> = found.intersection(&batch).copied().collect();
        if narrowed.is_empty() { found } else { narrowed }
    }

    /// The batch that an item's references name, the block before the message.
    pub(super) fn batch(&self, references: &References) -> Option<(SmolStr, BTreeSet<At>)> {
        let names = [&references.payment_info, &references.message, &references.customer];
        let mut found = names.into_iter().flatten().filter_map(|name| {
            self.batches.get(&folded(name)).map(|members| (name.clone(), members.clone()))
        });
        found.next()
    }

    /// The members of every batch.
    pub(super) fn batches(&self) -> impl Iterator<Item = &BTreeSet<At>> {
        self.batches.values()
    }

    /// The payouts whose ids stand in a text as words of their own, with the shortest of these ids.
    pub(super) fn in_text(&self, text: &str) -> (BTreeSet<At>, usize) {
        let mut found = BTreeSet::new();
        let mut shortest = usize::MAX;
        let mut look = |word: &str| {
            if let Some(places) = self.in_text.get(&folded(word)) {
                found.extend(places.iter().copied());
                shortest = shortest.min(word.chars().count());
            }
        };
        for word in text.split_whitespace() {
            look(word);
            // Marks around or between words are no part of an id; those that ids are made of stay.
            let parts =
                word.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '-' | '.'));
            for part in parts.filter(|part| part.len() < word.len()) {
                look(part);
                look(part.trim_matches(['-', '.']));
            }
        }
        (found, shortest)
    }

    /// The place of the payout with an id.
    pub(super) fn of_id(&self, id: &PayoutId) -> Option<At> {
        self.payouts.binary_search_by(|it| it.payout.cmp(id)).ok()
    }

    /// The payouts of an amount.
    pub(super) fn of_amount(&self, amount: &Amount) -> impl Iterator<Item = At> {
        self.amounts.get(amount).into_iter().flatten().copied()
    }

    /// The sum of payouts in one currency.
    pub(super) fn sum(&self, places: &BTreeSet<At>) -> Option<Amount> {
        let mut amounts = places.iter().filter_map(|at| self.get(*at)).map(|it| &it.amount);
        let first = amounts.next()?.clone();
        amounts.try_fold(first, |sum, amount| {
            let minor = sum.minor.checked_add(amount.minor)?;
            (sum.asset == amount.asset).then_some(Amount { minor, asset: sum.asset })
        })
    }
}

/// Whether the bank has it and has not said yet what became of it.
pub(super) const fn is_with_the_bank(status: PayoutStatus) -> bool {
    matches!(status, PayoutStatus::Exported | PayoutStatus::Sent)
}
