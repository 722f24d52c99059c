//! Debits that stand for several payouts.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{
    BankEntryKind, SettlementOutcome,
    statement::{Amount, Direction},
};

use super::{
    Confidence, RowKind,
    fit::{Fit, fit},
    items::Item,
    known::At,
    state::{Matching, Says},
};
use crate::PayoutStatus;

/// Debits that name a batch, or list the references of its payments without amounts.
pub(super) fn by_reference(matching: &mut Matching<'_>) {
    for place in matching.free(Direction::Debit) {
        let Some(item) = matching.item(place) else { continue };
        let listed = listed(matching, item);
        let batch = matching.known.batch(&item.references);
        let waiting = |members: &BTreeSet<At>| -> BTreeSet<At> {
            members.iter().copied().filter(|at| matching.waits(*at)).collect()
        };
        if let Some(members) = listed
            && let Some(found) = fits(matching, item, &members)
        {
            let why = format!("it lists the references of {} payouts; {}", members.len(), found.why);
            settle(matching, place, &members, certainty(&found, true), found.fee, why);
        } else if let Some((name, members)) = batch {
            let open = waiting(&members);
            if open.is_empty() {
                settled_before(matching, place, &name, &members);
                continue;
            }
            match fits(matching, item, &open) {
                Some(found) => {
                    let counted =
                        item.payments.is_none_or(|stated| usize::try_from(stated) == Ok(open.len()));
                    let count =
                        if counted { "" } else { ", though the bank counts another number of payments" };
                    let why =
                        format!("it books the batch {name} of {} payouts; {}{count}", open.len(), found.why);
                    settle(matching, place, &open, certainty(&found, counted), found.fee, why);
                }
                None => {
                    let expected = matching.known.sum(&open).map(|sum| sum.to_string()).unwrap_or_default();
                    let why = format!(
                        "it books the batch {name}, whose {} open payouts add up to {expected}; find out which of them the \
                         bank left out or paid otherwise",
                        open.len()
                    );
                    let (kind, confidence) = (RowKind::Different, Confidence::Likely);
                    matching.row(&[place], &open, Says::only(kind, confidence, why));
                }
            }
        }
    }
}

/// Debits without a reference whose amount is that of all open payouts of a batch, or that with a stated fee.
pub(super) fn by_sum(matching: &mut Matching<'_>) {
    let sums = open_sums(matching);
    for place in matching.free(Direction::Debit) {
        let Some(item) = matching.item(place) else { continue };
        let with_fees = BTreeSet::from([0, item.fees, item.fees.saturating_neg()]);
        let amounts = with_fees.into_iter().filter_map(|fees| {
            let minor = item.amount.minor.checked_sub(fees)?;
            Some(Amount { minor, asset: item.amount.asset.clone() })
        });
        let fits =
            |group: &&BTreeSet<At>| group.iter().all(|at| matching.waits(*at) && matching.in_time(*at, item));
        let groups: BTreeSet<BTreeSet<At>> =
            amounts.filter_map(|amount| sums.get(&amount)).flatten().filter(fits).cloned().collect();
        let Some(group) = groups.first().cloned() else { continue };
        if groups.len() == 1 {
            let why = format!("its amount is that of all {} open payouts of a batch", group.len());
            settle(matching, place, &group, Confidence::Likely, None, why);
        } else {
            let why = format!("its amount is that of {} batches; choose one", groups.len());
            let all: BTreeSet<At> = groups.into_iter().flatten().collect();
            let (kind, confidence) = (RowKind::Matched, Confidence::Possible);
            matching.row(&[place], &all, Says::only(kind, confidence, why));
        }
    }
}

/// What the open payouts of each batch of several add up to.
fn open_sums(matching: &Matching<'_>) -> BTreeMap<Amount, BTreeSet<BTreeSet<At>>> {
    let mut sums: BTreeMap<Amount, BTreeSet<BTreeSet<At>>> = BTreeMap::new();
    for members in matching.known.batches() {
        let open: BTreeSet<At> = members.iter().copied().filter(|at| matching.waits(*at)).collect();
        if open.len() > 1
            && let Some(sum) = matching.known.sum(&open)
        {
            sums.entry(sum).or_default().insert(open);
        }
    }
    sums
}

/// The payouts that an item lists by reference, where every reference names one of its own that waits.
fn listed(matching: &Matching<'_>, item: &Item) -> Option<BTreeSet<At>> {
    let mut members = BTreeSet::new();
    for references in &item.listed {
        let named = matching.known.named(references);
        let at = named.first().copied().filter(|at| named.len() == 1 && matching.waits(*at))?;
        if !members.insert(at) {
            return None;
        }
    }
    (!members.is_empty()).then_some(members)
}

fn fits(matching: &Matching<'_>, item: &Item, members: &BTreeSet<At>) -> Option<Fit> {
    fit(item, &matching.known.sum(members)?)
}

const fn certainty(found: &Fit, counted: bool) -> Confidence {
    if found.proven && counted { Confidence::Certain } else { Confidence::Likely }
}

fn settle(
    matching: &mut Matching<'_>,
    place: usize,
    members: &BTreeSet<At>,
    confidence: Confidence,
    fee: Option<Amount>,
    why: String,
) {
    let books = Some(SettlementOutcome::Settled);
    let kind = RowKind::Matched;
    matching.row(&[place], members, Says { kind, confidence, fee, why, books, known: false });
    matching.settled.extend(members);
}

/// A batch of which nothing is open any more: a second debit where it is the whole batch again.
fn settled_before(matching: &mut Matching<'_>, place: usize, name: &str, members: &BTreeSet<At>) {
    let Some(item) = matching.item(place) else { return };
    let paid = |at: &At| {
        let settled = matching.known.get(*at).is_some_and(|it| it.status == PayoutStatus::Settled);
        settled || matching.settled.contains(at)
    };
    let paid: BTreeSet<At> = members.iter().copied().filter(paid).collect();
    if paid.is_empty() || fits(matching, item, &paid).is_none() {
        return;
    }
    if paid.iter().all(|at| matching.record.is_shown_by(*at, BankEntryKind::Payment, item)) {
        let why = format!("this is the entry that settled the batch {name}, read again");
        return matching.row(&[place], &paid, Says::again(why));
    }
    let why =
        format!("a second debit of the batch {name}, which is settled already; ask the bank for the money");
    matching.other_debit(place, &paid, why);
}
