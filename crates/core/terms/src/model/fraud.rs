//! What looks like fraud.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tribute_money::Rate;

use crate::Span;

/// What looks like fraud. Everything is looked at before it clears, and what looks like fraud is held until a person
/// decides. Terms without this table take every default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FraudTerms {
    /// Nothing is looked at, and nothing held: for brands that look for fraud elsewhere.
    pub off: bool,
    /// An order sooner than this after the click that won it is held.
    pub click_to_order_min: Span,
    /// More clicks than this of one shopper on one ambassador's links within `clicks_window` before the order are a flood.
    pub clicks_max: u64,
    /// The time in which clicks are counted.
    pub clicks_window: Span,
    /// A code leaks where so many buyers without a click use it within `code_window` …
    pub code_strangers: u64,
    /// … and their share of its orders is so many percentage points above that of the four windows before.
    pub code_jump: Rate,
    /// A code that nobody used in the four windows before, a new one or one that slept, leaks where so many do: nothing
    /// tells what is usual for it.
    pub code_strangers_new: u64,
    /// The time in which a code's orders are counted.
    pub code_window: Span,
    /// A larger part than this of an ambassador's orders that came back is unusual …
    pub refund_ratio: Rate,
    /// … where there are at least so many of them within `refund_window`.
    pub refund_orders: u64,
    /// The time in which orders and refunds are counted.
    pub refund_window: Span,
}

impl Default for FraudTerms {
    fn default() -> Self {
        Self {
            off: false,
            click_to_order_min: Span::seconds(3),
            clicks_max: 50,
            clicks_window: Span::hours(24),
            code_strangers: 20,
            code_jump: Rate::from_millionths(300_000),
            code_strangers_new: 100,
            code_window: Span::days(7),
            refund_ratio: Rate::from_millionths(400_000),
            refund_orders: 20,
            refund_window: Span::days(90),
        }
    }
}
