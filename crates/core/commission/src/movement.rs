use std::collections::BTreeMap;

use tribute_events::{EventId, Timestamp};
use tribute_money::MoneyError;

use crate::{CommissionError, Step};

/// A change to book: so much more (or less) from that instant on, because of that event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// From when on.
    pub effective_at: Timestamp,
    /// The event that brought it about.
    pub cause: EventId,
    /// The increment in minor units.
    pub amount: i64,
}

/// What must be booked so that the books say `desired` where they said `booked`: the increments of the one
/// less those of the other, by (effective time, cause), zeros left out.
///
/// It depends on the two timelines only, not on how they came to be. Either may be empty.
///
/// # Errors
/// [`CommissionError::Money`] where an increment does not fit.
pub fn movements(booked: &[Step], desired: &[Step]) -> Result<Vec<Movement>, CommissionError> {
    if booked == desired {
        return Ok(Vec::new());
    }
    if let ([], [only]) = (booked, desired) {
        let movement =
            Movement { effective_at: only.effective_at, cause: only.cause.clone(), amount: only.amount };
        return Ok(if only.amount == 0 { Vec::new() } else { vec![movement] });
    }
    difference(booked, desired).map_err(CommissionError::of("a change of steps"))
}

fn difference(booked: &[Step], desired: &[Step]) -> Result<Vec<Movement>, MoneyError> {
    let mut changes: BTreeMap<(Timestamp, &EventId), i128> = BTreeMap::new();
    for (steps, sign) in [(desired, 1_i128), (booked, -1)] {
        let mut before = 0_i128;
        for step in steps {
            let now = i128::from(step.amount);
            let change =
                now.checked_sub(before).and_then(|by| by.checked_mul(sign)).ok_or(MoneyError::Overflow)?;
            let sum = changes.entry((step.effective_at, &step.cause)).or_default();
            *sum = sum.checked_add(change).ok_or(MoneyError::Overflow)?;
            before = now;
        }
    }
    let booked = changes.into_iter().filter(|(_, amount)| *amount != 0);
    booked
        .map(|((effective_at, cause), amount)| {
            let amount = i64::try_from(amount).map_err(|_| MoneyError::Overflow)?;
            Ok(Movement { effective_at, cause: cause.clone(), amount })
        })
        .collect()
}
