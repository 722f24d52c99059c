//! Debits whose references name a payout.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{
    BankEntryKind, SettlementOutcome,
    statement::{Amount, Direction},
};

use super::{
    Confidence, KnownPayout, Movement, RowKind,
    fit::fit,
    known::At,
    state::{Matching, Says},
};
use crate::PayoutStatus;

/// Gives every debit that names exactly one payout to it, then says of each payout what its debits mean.
pub(super) fn by_reference(matching: &mut Matching<'_>) {
    let mut of_payout: BTreeMap<At, Vec<usize>> = BTreeMap::new();
    for place in matching.free(Direction::Debit) {
        let Some(item) = matching.item(place) else { continue };
        let named = matching.known.named(&item.references);
        let fitting = || {
            let fits = |at: &At| matching.known.get(*at).is_some_and(|it| fit(item, &it.amount).is_some());
            named.iter().copied().filter(fits).collect::<BTreeSet<At>>()
        };
        let certain = if named.len() > 1 { fitting() } else { named.clone() };
        match certain.first() {
            Some(at) if certain.len() == 1 => of_payout.entry(*at).or_default().push(place),
            _ if named.len() > 1 => ambiguous(matching, place, &named),
            _ => {}
        }
    }
    for (at, places) in of_payout {
        debits_of(matching, at, &places);
    }
}

fn ambiguous(matching: &mut Matching<'_>, place: usize, named: &BTreeSet<At>) {
    let why = format!("its references fit {} payouts; choose one", named.len());
    let (kind, confidence) = (RowKind::Matched, Confidence::Possible);
    matching.row(&[place], named, Says::only(kind, confidence, why));
}

/// What the debits that name one payout mean, by where the payout is in its life.
fn debits_of(matching: &mut Matching<'_>, at: At, places: &[usize]) {
    let Some(payout) = matching.known.get(at) else { return };
    if !matching.waits(at) {
        for place in places {
            unexpected(matching, at, *place, payout);
        }
        return;
    }
    let fits =
        |place: &&usize| matching.item(**place).is_some_and(|item| fit(item, &payout.amount).is_some());
    let earlier = matching.record.parts_of(at, Direction::Debit, &payout.amount);
    if let Some(first) = places.iter().find(fits).copied() {
        settle(matching, at, &[first], payout);
        for place in places.iter().filter(|place| **place != first) {
            second(matching, at, *place, "it is settled by another entry of these statements");
        }
    } else if total(matching, places, &earlier).as_ref() == Some(&payout.amount) {
        let count = places.len().saturating_add(earlier.len());
        let says = Says {
            kind: RowKind::Matched,
            confidence: Confidence::Certain,
            fee: None,
            why: format!("its reference is on {count} entries that add up to its amount"),
            books: Some(SettlementOutcome::Settled),
            known: false,
        };
        matching.row_with(places, earlier, &BTreeSet::from([at]), says);
        matching.settled.insert(at);
    } else {
        different(matching, at, places, earlier, payout);
    }
}

/// What items of one direction, with entries that were read before, add up to in one currency.
pub(super) fn total(matching: &Matching<'_>, places: &[usize], earlier: &[Movement]) -> Option<Amount> {
    let items = places.iter().filter_map(|place| matching.item(*place)).map(|item| item.amount.clone());
    let before = earlier.iter().map(|it| {
        let minor = it.amount.minor.checked_abs()?;
        Some(Amount { minor, asset: it.amount.asset.clone() })
    });
    let mut all = items.map(Some).chain(before);
    let first = all.next()??;
    all.try_fold(first, |sum, amount| {
        let amount = amount?;
        let minor = sum.minor.checked_add(amount.minor)?;
        (sum.asset == amount.asset).then_some(Amount { minor, asset: sum.asset })
    })
}

fn settle(matching: &mut Matching<'_>, at: At, places: &[usize], payout: &KnownPayout) {
    let found =
        places.first().and_then(|place| matching.item(*place)).and_then(|item| fit(item, &payout.amount));
    let Some(found) = found else { return };
    let confidence = if found.proven { Confidence::Certain } else { Confidence::Likely };
    let why = format!("its reference is on the entry, and {}", found.why);
    let says = Says {
        kind: RowKind::Matched,
        confidence,
        fee: found.fee,
        why,
        books: Some(SettlementOutcome::Settled),
        known: false,
    };
    matching.row(places, &BTreeSet::from([at]), says);
    matching.settled.insert(at);
}

fn second(matching: &mut Matching<'_>, at: At, place: usize, why: &str) {
    let why = format!("a second debit of this payout: {why}; ask the bank for the money");
    matching.other_debit(place, &BTreeSet::from([at]), why);
}

impl Matching<'_> {
    /// A debit beside those that paid payouts. The bank owes it, until credits of the same amount give it back.
    pub(super) fn other_debit(&mut self, place: usize, payouts: &BTreeSet<At>, why: String) {
        let Some(item) = self.item(place) else { return };
        let (entry, was_read) = (item.entry.clone(), self.record.was_read(item));
        payouts.iter().for_each(|at| self.record.other(*at, &entry));
        let says = if was_read && payouts.iter().all(|at| self.record.open(*at) == 0) {
            Says::again(format!("{why}; it gave it back"))
        } else {
            Says::only(RowKind::Duplicate, Confidence::Certain, why)
        };
        self.row(&[place], payouts, says);
    }
}

fn unexpected(matching: &mut Matching<'_>, at: At, place: usize, payout: &KnownPayout) {
    let Some(item) = matching.item(place) else { return };
    match payout.status {
        // Also where it came back later: its debit stays what it was.
        _ if matching.record.is_shown_by(at, BankEntryKind::Payment, item) => {
            let why = "this is the entry that settled it, read again".to_owned();
            matching.row(&[place], &BTreeSet::from([at]), Says::again(why));
        }
        PayoutStatus::Settled => second(matching, at, place, "it was settled before by another entry"),
        status => {
            let why = if status.is_given_back() {
                format!(
                    "it is {status}, its money went back to the ambassador's balance, and here it leaves the account; \
                     this may be the payment before it came back, else it was paid all the same: ask the bank"
                )
            } else {
                format!(
                    "it is {status} and was never given to the bank, and yet the bank paid it: find out who did"
                )
            };
            let (kind, confidence) = (RowKind::Unexpected, Confidence::Likely);
            matching.row(&[place], &BTreeSet::from([at]), Says::only(kind, confidence, why));
        }
    }
}

/// The reference is right and the amount is not: a person decides whether that settles it.
fn different(
    matching: &mut Matching<'_>,
    at: At,
    places: &[usize],
    earlier: Vec<Movement>,
    payout: &KnownPayout,
) {
    let shown =
        total(matching, places, &earlier).map_or("several currencies".to_owned(), |total| total.to_string());
    let why = format!(
        "its reference is on the entry, with {shown} where {} was sent; the statement does not explain the difference",
        payout.amount
    );
    let says = Says {
        kind: RowKind::Different,
        confidence: Confidence::Likely,
        fee: None,
        why,
        books: Some(SettlementOutcome::Settled),
        known: false,
    };
    // Entries in several currencies can not be added up in one row.
    let mut by_currency: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for place in places {
        if let Some(item) = matching.item(*place) {
            by_currency.entry(item.amount.asset.clone()).or_default().push(*place);
        }
    }
    let (mut says, mut earlier) = (Some(says), earlier);
    for places in by_currency.into_values() {
        let first = says.take().unwrap_or_else(|| {
            let why = "its reference is on this entry too, in another currency".to_owned();
            Says::only(RowKind::Different, Confidence::Likely, why)
        });
        matching.row_with(&places, std::mem::take(&mut earlier), &BTreeSet::from([at]), first);
    }
    matching.settled.insert(at);
}
