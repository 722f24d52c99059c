//! What is found without a reference in its field: by ids in the text, and by amount and day.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{SettlementOutcome, statement::Direction};

use super::{
    Confidence, RowKind,
    fit::fit,
    items::Item,
    known::At,
    returns::may_return,
    state::{Matching, Says},
};

impl Matching<'_> {
    /// Whether an item is of a day on which a payout may be booked; a day that is not known excludes nothing.
    pub(super) fn in_time(&self, at: At, item: &Item) -> bool {
        let exported = self.known.get(at).and_then(|payout| payout.exported);
        let (Some(exported), Some(day)) = (exported, item.day) else { return true };
        (0..=self.settings.suggest_within_days).contains(&day.days_since(exported))
    }
}

/// Debits whose text names payouts.
pub(super) fn payments_by_text(matching: &mut Matching<'_>) {
    for place in matching.free(Direction::Debit) {
        let Some(item) = matching.item(place) else { continue };
        let (found, shortest) = matching.known.in_text(&item.text);
        let open: BTreeSet<At> = found.into_iter().filter(|at| matching.waits(*at)).collect();
        let Some(sum) = matching.known.sum(&open) else { continue };
        let long = shortest >= matching.settings.certain_text_length;
        let says = match fit(item, &sum) {
            Some(found) => Says {
                kind: RowKind::Matched,
                confidence: if found.proven && long && open.len() == 1 {
                    Confidence::Certain
                } else {
                    Confidence::Likely
                },
                why: format!("its text names the payout, and {}", found.why),
                fee: found.fee,
                books: Some(SettlementOutcome::Settled),
                known: false,
            },
            None => {
                let why = format!("its text names the payout, whose amount is {sum}");
                Says::only(RowKind::Different, Confidence::Possible, why)
            }
        };
        let settles = says.kind == RowKind::Matched;
        matching.row(&[place], &open, says);
        if settles {
            matching.settled.extend(&open);
        }
    }
}

/// Suggestions by amount and day. Where several entries or payouts could belong together, all are named and none is
/// chosen.
pub(super) fn payments_by_amount(matching: &mut Matching<'_>) {
    let mut candidates: BTreeMap<usize, BTreeSet<At>> = BTreeMap::new();
    let mut wanted: BTreeMap<At, u32> = BTreeMap::new();
    for place in matching.free(Direction::Debit) {
        let Some(item) = matching.item(place) else { continue };
        let fits =
            |at: &At| matching.waits(*at) && !matching.named.contains(at) && matching.in_time(*at, item);
        let found: BTreeSet<At> = matching.known.of_amount(&item.amount).filter(fits).collect();
        for at in &found {
            let count = wanted.entry(*at).or_default();
            *count = count.saturating_add(1);
        }
        if !found.is_empty() {
            candidates.insert(place, found);
        }
    }
    for (place, found) in candidates {
        let alone = found.len() == 1 && found.iter().all(|at| wanted.get(at) == Some(&1));
        let why = if alone {
            "only the amount and the day speak for this payout; accept it, or ask the bank for its reference"
                .to_owned()
        } else {
            format!("amount and day fit {} payouts and possibly other entries; choose one", found.len())
        };
        let books = alone.then_some(SettlementOutcome::Settled);
        let (kind, confidence) = (RowKind::Matched, Confidence::Possible);
        matching.row(&[place], &found, Says { books, ..Says::only(kind, confidence, why) });
        if alone {
            matching.settled.extend(&found);
        }
    }
}

/// Credits whose text names a payout.
pub(super) fn returns_by_text(matching: &mut Matching<'_>) {
    for place in matching.free(Direction::Credit) {
        let Some(item) = matching.item(place) else { continue };
        let (found, shortest) = matching.known.in_text(&item.text);
        let found: BTreeSet<At> = found.into_iter().filter(|at| may_return(matching, *at)).collect();
        let Some((at, payout)) = found.first().and_then(|at| Some((*at, matching.known.get(*at)?))) else {
            continue;
        };
        if found.len() > 1 {
            continue;
        }
        let certain = item.is_return()
            && shortest >= matching.settings.certain_text_length
            && matching.record.open(at) == 0;
        let says = match fit(item, &payout.amount) {
            Some(fit) => Says {
                kind: RowKind::Returned,
                confidence: if certain && fit.proven { Confidence::Certain } else { Confidence::Likely },
                why: format!("money came in, its text names the payout, and {}", fit.why),
                fee: fit.fee,
                books: Some(SettlementOutcome::Returned),
                known: false,
            },
            None => {
                let why =
                    format!("money came in and its text names the payout, whose amount is {}", payout.amount);
                Says::only(RowKind::Different, Confidence::Possible, why)
            }
        };
        let returned = says.kind == RowKind::Returned;
        matching.row(&[place], &found, says);
        if returned {
            matching.returned.insert(at);
        }
    }
}

/// Credits that the bank marks as returned, by amount.
pub(super) fn returns_by_amount(matching: &mut Matching<'_>) {
    for place in matching.free(Direction::Credit) {
        let Some(item) = matching.item(place).filter(|item| item.is_return()) else { continue };
        let fits = |at: &At| may_return(matching, *at);
        let found: BTreeSet<At> = matching.known.of_amount(&item.amount).filter(fits).collect();
        if found.is_empty() {
            continue;
        }
        let why = format!(
            "the bank says that a payment came back; the amount fits {} payout(s); choose",
            found.len()
        );
        let books = (found.len() == 1).then_some(SettlementOutcome::Returned);
        let (kind, confidence) = (RowKind::Returned, Confidence::Possible);
        matching.row(&[place], &found, Says { books, ..Says::only(kind, confidence, why) });
        if found.len() == 1 {
            matching.returned.extend(&found);
        }
    }
}
