use serde::{Deserialize, Serialize};
use tribute_money::{Asset, format_minor};

use super::entry::Entry;
use crate::{FormatError, Refusal};

/// How much one file, or one batch within it, may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The most payments; at least 1.
    pub payments_max: usize,
    /// The largest sum, in minor units; at least 1.
    pub sum_max: i64,
}

impl Limits {
    /// No limit but the rail's own.
    pub const NONE: Self = Self { payments_max: usize::MAX, sum_max: i64::MAX };

    /// The stricter of both.
    pub(super) fn within(self, rail: Self) -> Self {
        Self {
            payments_max: self.payments_max.min(rail.payments_max),
            sum_max: self.sum_max.min(rail.sum_max),
        }
    }

    /// A part ends where the next payment would exceed a limit. Every payment is in exactly one part, in the order given.
    pub(super) fn split<'e, 'p, T>(
        self,
        rail: &'static str,
        entries: &'e [Entry<'p, T>],
    ) -> Result<Vec<&'e [Entry<'p, T>]>, FormatError> {
        if self.payments_max == 0 || self.sum_max < 1 {
            let reason = "a file needs room for a payment at least".to_owned();
            return Err(FormatError::Settings { rail, setting: "limits", reason });
        }
        let (mut parts, mut rest) = (Vec::new(), entries);
        while !rest.is_empty() {
            let mut sum = 0_i64;
            let fits = |entry: &&Entry<'_, T>| {
                sum = sum.saturating_add(entry.payment.amount);
                sum <= self.sum_max
            };
            let count = rest.iter().take(self.payments_max).take_while(fits).count();
            if count == 0 {
                return Err(self.exceeded(&rest[0]));
            }
            let (part, after) = rest.split_at(count);
            parts.push(part);
            rest = after;
        }
        Ok(parts)
    }

    fn exceeded<T>(self, entry: &Entry<'_, T>) -> FormatError {
        too_large(self.sum_max, &entry.payment.currency).of(&entry.payment.payout)
    }
}

/// An amount above the most that a payment may be.
pub(super) fn too_large(max: i64, currency: &Asset) -> Refusal {
    let shown = format_minor(max, currency).unwrap_or_else(|_| max.to_string());
    Refusal::TooLarge { max: shown, currency: currency.clone() }
}
