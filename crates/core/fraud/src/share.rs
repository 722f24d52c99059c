//! Shares of a whole, in millionths.

use tribute_money::Rate;

/// Millionths of a whole.
pub(crate) const WHOLE: u64 = 1_000_000;

pub(crate) fn millionths(rate: Rate) -> u64 {
    u64::try_from(rate.millionths()).unwrap_or_default()
}

pub(crate) const fn percent(millionths: u64) -> u64 {
    millionths / 10_000
}
