//! Debits whose references name a payout.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{
    SettlementOutcome,
    statement::{Amount, Direction},
};

use super::{
    Confidence, KnownPayout, RowKind,
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
    matching.row(&[place], named, Says { kind, confidence, fee: None, why, books: None });
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
    if let Some(first) = places.iter().find(fits).copied() {
        settle(matching, at, &[first], payout);
        for place in places.iter().filter(|place| **place != first) {
            second(matching, at, *place, "it is settled by another entry of these statements");
        }
    } else if places.len() > 1 && total(matching, places).as_ref() == Some(&payout.amount) {
        let why = format!("its reference is on {} entries that add up to its amount", places.len());
        let says = Says {
            kind: RowKind::Matched,
            confidence: Confidence::Certain,
            fee: None,
            why,
            books: Some(SettlementOutcome::Settled),
        };
        matching.row(places, &BTreeSet::from([at]), says);
        matching.settled.insert(at);
    } else {
        different(matching, at, places, payout);
    }
}

fn total(matching: &Matching<'_>, places: &[usize]) -> Option<Amount> {
    let mut items = places.iter().filter_map(|place| matching.item(*place));
    let first = items.next()?.amount.clone();
    items.try_fold(first, |sum, item| {
        let minor = sum.minor.checked_add(item.amount.minor)?;
        (sum.asset == item.amount.asset).then_some(Amount { minor, asset: sum.asset })
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
    };
    matching.row(places, &BTreeSet::from([at]), says);
    matching.settled.insert(at);
}

fn second(matching: &mut Matching<'_>, at: At, place: usize, why: &str) {
    let why = format!("a second debit of this payout: {why}; ask the bank for the money");
    let (kind, confidence) = (RowKind::Duplicate, Confidence::Certain);
    matching.row(&[place], &BTreeSet::from([at]), Says { kind, confidence, fee: None, why, books: None });
    let count = matching.second_debits.entry(at).or_default();
    *count = count.saturating_add(1);
}

fn unexpected(matching: &mut Matching<'_>, at: At, place: usize, payout: &KnownPayout) {
    let reference = matching.item(place).map(|item| item.place.reference());
    match payout.status {
        // Also where it came back later: its debit stays what it was.
        PayoutStatus::Settled | PayoutStatus::Returned
            if payout.settled_by.is_some() && payout.settled_by == reference =>
        {
            let (kind, confidence) = (RowKind::Duplicate, Confidence::Certain);
            let why = "this is the entry that settled it, read again".to_owned();
            matching.row(
                &[place],
                &BTreeSet::from([at]),
                Says { kind, confidence, fee: None, why, books: None },
            );
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
            matching.row(
                &[place],
                &BTreeSet::from([at]),
                Says { kind, confidence, fee: None, why, books: None },
            );
        }
    }
}

/// The reference is right and the amount is not: a person decides whether that settles it.
fn different(matching: &mut Matching<'_>, at: At, places: &[usize], payout: &KnownPayout) {
    let shown = total(matching, places).map_or("several currencies".to_owned(), |total| total.to_string());
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
    };
    // Entries in several currencies can not be added up in one row.
    let mut by_currency: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for place in places {
        if let Some(item) = matching.item(*place) {
            by_currency.entry(item.amount.asset.clone()).or_default().push(*place);
        }
    }
    let mut says = Some(says);
    for places in by_currency.into_values() {
        let first = says.take().unwrap_or_else(|| Says {
            kind: RowKind::Different,
            confidence: Confidence::Likely,
            fee: None,
            why: "its reference is on this entry too, in another currency".to_owned(),
            books: None,
        });
        matching.row(&places, &BTreeSet::from([at]), first);
    }
    matching.settled.insert(at);
}
