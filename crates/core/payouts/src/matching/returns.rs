//! Credits that name a payout or a batch: money that came back.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{BankEntryKind, SettlementOutcome, statement::Direction};

use super::{
    Confidence, KnownPayout, RowKind,
    fit::fit,
    known::{At, is_with_the_bank},
    payments::total,
    state::{Matching, Says},
};
use crate::PayoutStatus;

/// Whether a payout can still come back: it is with the bank or settled, or it is known to have come back and no
/// statement has shown the money yet.
pub(super) fn may_return(matching: &Matching<'_>, at: At) -> bool {
    let Some(payout) = matching.known.get(at) else { return false };
    let status = match payout.status {
        PayoutStatus::Exported | PayoutStatus::Sent | PayoutStatus::Settled => true,
        PayoutStatus::Returned => !matching.record.has(at, BankEntryKind::Return),
        _ => false,
    };
    status && !matching.returned.contains(&at)
}

/// Credits whose references name exactly one payout: each gives it back, or together they do.
pub(super) fn by_reference(matching: &mut Matching<'_>) {
    let mut of_payout: BTreeMap<At, Vec<usize>> = BTreeMap::new();
    for place in matching.free(Direction::Credit) {
        let Some(item) = matching.item(place) else { continue };
        let named = matching.known.named(&item.references);
        let Some(at) = named.first().copied() else { continue };
        if named.len() > 1 {
            let why = format!("money came in, and its references fit {} payouts; choose one", named.len());
            matching.row(&[place], &named, Says::only(RowKind::Returned, Confidence::Possible, why));
        } else {
            of_payout.entry(at).or_default().push(place);
        }
    }
    for (at, places) in of_payout {
        let Some(payout) = matching.known.get(at) else { continue };
        let fits =
            |place: &usize| matching.item(*place).is_some_and(|item| fit(item, &payout.amount).is_some());
        let (whole, parts): (Vec<usize>, Vec<usize>) = places.into_iter().partition(fits);
        for place in whole {
            credit_of(matching, at, place, payout);
        }
        parts_of(matching, at, &parts, payout);
    }
}

/// A credit of the payout's amount.
fn credit_of(matching: &mut Matching<'_>, at: At, place: usize, payout: &KnownPayout) {
    let Some(entry) = matching.item(place).map(|item| item.entry.clone()) else { return };
    let has_undone = matching.record.has_undone(at, &entry);
    let Some(item) = matching.item(place) else { return };
    let Some(found) = fit(item, &payout.amount) else { return };
    let is_return = item.is_return();
    let says = if matching.record.is_shown_by(at, BankEntryKind::Return, item) {
        Says::again("this is the entry of its return, read again".to_owned())
    } else if has_undone {
        Says::again("it gave back another debit of this payout, read again".to_owned())
    } else if payout.status != PayoutStatus::Returned && matching.record.open(at) > 0 {
        gives_back_another(matching, at, place)
    } else if may_return(matching, at) {
        let reason = item.returned.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        let left = is_return || !is_with_the_bank(payout.status) || matching.settled.contains(&at);
        let unseen = if left {
            ""
        } else {
            "; no statement shows that it left, and the bank does not call it a return"
        };
        let why =
            format!("money came back with the reference of this payout{reason}, and {}{unseen}", found.why);
        let confidence = if found.proven && left { Confidence::Certain } else { Confidence::Likely };
        let books = Some(SettlementOutcome::Returned);
        matching.returned.insert(at);
        Says { fee: found.fee, books, ..Says::only(RowKind::Returned, confidence, why) }
    } else if matching.record.open(at) > 0 {
        gives_back_another(matching, at, place)
    } else {
        came_again(matching, at, payout)
    };
    matching.row(&[place], &BTreeSet::from([at]), says);
}

/// The payout was debited more than once: only the last credit can be its return.
fn gives_back_another(matching: &mut Matching<'_>, at: At, place: usize) -> Says {
    if let Some(entry) = matching.item(place).map(|item| item.entry.clone()) {
        matching.record.undo(at, &entry);
    }
    let why = "it gives back another debit of this payout, which stays as it is".to_owned();
    Says::only(RowKind::Duplicate, Confidence::Likely, why)
}

/// Money came in for a payout that can not come back.
fn came_again(matching: &Matching<'_>, at: At, payout: &KnownPayout) -> Says {
    let (kind, confidence, why) = match payout.status {
        _ if matching.returned.contains(&at) => (
            RowKind::Duplicate,
            Confidence::Certain,
            "another entry of these statements is its return; money came in a second time",
        ),
        PayoutStatus::Returned => {
            (RowKind::Duplicate, Confidence::Certain, "it came back before; money came in a second time")
        }
        status if status.is_given_back() => (
            RowKind::Returned,
            Confidence::Likely,
            "its money went back to the ambassador's balance already; this brings the bank's side in line",
        ),
        _ => (
            RowKind::Unexpected,
            Confidence::Likely,
            "it was never given to the bank, and yet money came back",
        ),
    };
    Says::only(kind, confidence, why.to_owned())
}

/// Credits of other amounts than the payout's: together they may be it, else a person decides.
fn parts_of(matching: &mut Matching<'_>, at: At, places: &[usize], payout: &KnownPayout) {
    let Some(first) = places.first() else { return };
    let of_asset = |place: &usize| matching.item(*place).map(|item| item.amount.asset.clone());
    if places.iter().any(|place| of_asset(place) != of_asset(first)) {
        return places.iter().for_each(|place| parts_of(matching, at, &[*place], payout));
    }
    let earlier = matching.record.parts_of(at, Direction::Credit, &payout.amount);
    let sum = total(matching, places, &earlier);
    let possible = may_return(matching, at) && matching.record.open(at) == 0;
    let shown = sum.as_ref().map(ToString::to_string).unwrap_or_default();
    let reason = places.iter().filter_map(|place| matching.item(*place)?.returned.as_ref()).next();
    let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    let says = if possible && sum.as_ref() == Some(&payout.amount) {
        let count = places.len().saturating_add(earlier.len());
        let why = format!(
            "money came back with the reference of this payout{reason} in {count} entries that add up to it"
        );
        Says::only(RowKind::Returned, Confidence::Certain, why)
    } else {
        let why = format!(
            "money came in with the reference of this payout{reason}, {shown} where {} was paid; the statement does not              explain the difference",
            payout.amount
        );
        Says::only(RowKind::Different, Confidence::Likely, why)
    };
    let books = possible.then_some(SettlementOutcome::Returned);
    if possible {
        matching.returned.insert(at);
    }
    let earlier = if possible { earlier } else { Vec::new() };
    matching.row_with(places, earlier, &BTreeSet::from([at]), Says { books, ..says });
}

/// Credits that name a batch and give back all of it.
pub(super) fn by_batch(matching: &mut Matching<'_>) {
    for place in matching.free(Direction::Credit) {
        let Some(item) = matching.item(place) else { continue };
        let Some((name, members)) = matching.known.batch(&item.references) else { continue };
        if gives_back_a_batch(matching, place, &name, &members) {
            continue;
        }
        let Some(item) = matching.item(place) else { continue };
        let members: BTreeSet<At> = members.into_iter().filter(|at| may_return(matching, *at)).collect();
        let Some(found) = matching.known.sum(&members).and_then(|sum| fit(item, &sum)) else { continue };
        let why = format!("the whole batch {name} of {} payouts came back; {}", members.len(), found.why);
        let (kind, confidence) = (RowKind::Returned, Confidence::Likely);
        let books = Some(SettlementOutcome::Returned);
        matching.row(&[place], &members, Says { fee: found.fee, books, ..Says::only(kind, confidence, why) });
        matching.returned.extend(&members);
    }
}

/// A second debit of a whole batch that is given back as one.
fn gives_back_a_batch(matching: &mut Matching<'_>, place: usize, name: &str, members: &BTreeSet<At>) -> bool {
    let Some(entry) = matching.item(place).map(|item| item.entry.clone()) else { return false };
    let again: BTreeSet<At> =
        members.iter().copied().filter(|at| matching.record.has_undone(*at, &entry)).collect();
    let open: BTreeSet<At> = members.iter().copied().filter(|at| matching.record.open(*at) > 0).collect();
    let (of, known) = if again.is_empty() { (open, false) } else { (again, true) };
    let Some(item) = matching.item(place) else { return false };
    if matching.known.sum(&of).and_then(|sum| fit(item, &sum)).is_none() {
        return false;
    }
    of.iter().for_each(|at| matching.record.undo(*at, &entry));
    let why = format!("it gives back another debit of the batch {name}, which stays as it is");
    let says = Says::only(RowKind::Duplicate, Confidence::Likely, why);
    matching.row(&[place], &of, Says { known, ..says });
    true
}
