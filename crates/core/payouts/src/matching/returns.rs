//! Credits that name a payout or a batch: money that came back.

use std::collections::BTreeSet;

use tribute_events::{SettlementOutcome, statement::Direction};

use super::{
    Confidence, KnownPayout, RowKind,
    fit::fit,
    known::At,
    state::{Matching, Says},
};
use crate::PayoutStatus;

/// Whether a payout can still come back: it is with the bank or settled, or it is known to have come back and no
/// statement has shown the money yet.
pub(super) fn may_return(matching: &Matching<'_>, at: At) -> bool {
    let Some(payout) = matching.known.get(at) else { return false };
    let status = match payout.status {
        PayoutStatus::Exported | PayoutStatus::Sent | PayoutStatus::Settled => true,
        PayoutStatus::Returned => payout.returned_by.is_none(),
        _ => false,
    };
    status && !matching.returned.contains(&at)
}

/// Credits whose references name exactly one payout.
pub(super) fn by_reference(matching: &mut Matching<'_>) {
    for place in matching.free(Direction::Credit) {
        let Some(item) = matching.item(place) else { continue };
        let named = matching.known.named(&item.references);
        let Some((at, payout)) = named.first().and_then(|at| Some((*at, matching.known.get(*at)?))) else {
            continue;
        };
        let says = if named.len() > 1 {
            let why = format!("money came in, and its references fit {} payouts; choose one", named.len());
            Says { kind: RowKind::Returned, confidence: Confidence::Possible, fee: None, why, books: None }
        } else {
            credit_of(matching, place, at, payout)
        };
        let single = named.len() == 1;
        match says.kind {
            RowKind::Returned if single => {
                matching.returned.insert(at);
            }
            // It undoes a second debit.
            RowKind::Duplicate if matching.second_debits.contains_key(&at) => {
                let count = matching.second_debits.entry(at).or_default();
                *count = count.saturating_sub(1);
            }
            _ => {}
        }
        matching.row(&[place], &named, says);
    }
}

fn credit_of(matching: &Matching<'_>, place: usize, at: At, payout: &KnownPayout) -> Says {
    let row = |kind, confidence, why: String, books| Says { kind, confidence, fee: None, why, books };
    let Some(item) = matching.item(place) else {
        return row(RowKind::Unexpected, Confidence::Possible, String::new(), None);
    };
    let Some(found) = fit(item, &payout.amount) else {
        let why = format!(
            "money came in with the reference of this payout, {} where {} was paid; the statement does not explain it",
            item.amount, payout.amount
        );
        return row(RowKind::Different, Confidence::Likely, why, None);
    };
    let undone = matching.second_debits.get(&at).is_some_and(|count| *count > 0);
    if undone && item.returned.is_none() {
        let why = "it gives back the second debit of this payout".to_owned();
        return row(RowKind::Duplicate, Confidence::Likely, why, None);
    }
    if !may_return(matching, at) {
        let again =
            payout.returned_by.is_some() && payout.returned_by.as_ref() == Some(&item.place.reference());
        let (kind, confidence, why) = match payout.status {
            _ if again => {
                (RowKind::Duplicate, Confidence::Certain, "this is the entry of its return, read again")
            }
            PayoutStatus::Returned => {
                (RowKind::Duplicate, Confidence::Certain, "it came back before; money came in a second time")
            }
            _ if matching.returned.contains(&at) => (
                RowKind::Duplicate,
                Confidence::Certain,
                "another entry of these statements is its return; money came in a second time",
            ),
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
        return row(kind, confidence, why.to_owned(), None);
    }
    let reason = item.returned.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let sure = found.proven && !undone;
    let confidence = if sure { Confidence::Certain } else { Confidence::Likely };
    let why = format!("money came back with the reference of this payout{reason}, and {}", found.why);
    let books = Some(SettlementOutcome::Returned);
    Says { kind: RowKind::Returned, confidence, fee: found.fee, why, books }
}

/// Credits that name a batch and give back all of it.
pub(super) fn by_batch(matching: &mut Matching<'_>) {
    for place in matching.free(Direction::Credit) {
        let Some(item) = matching.item(place) else { continue };
        let Some((name, members)) = matching.known.batch(&item.references) else { continue };
        let members: BTreeSet<At> = members.into_iter().filter(|at| may_return(matching, *at)).collect();
        let Some(found) = matching.known.sum(&members).and_then(|sum| fit(item, &sum)) else { continue };
        let why = format!("the whole batch {name} of {} payouts came back; {}", members.len(), found.why);
        let (kind, confidence) = (RowKind::Returned, Confidence::Likely);
        let books = Some(SettlementOutcome::Returned);
        matching.row(&[place], &members, Says { kind, confidence, fee: found.fee, why, books });
        matching.returned.extend(&members);
    }
}
