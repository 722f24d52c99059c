use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why an event was not accepted. The code is stable; programs may depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RejectionCode {
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The text is not JSON.
    NotJson,
    /// The line is longer than [`crate::LINE_BYTES_MAX`].
    TooLarge,
    /// The JSON is not a CloudEvents 1.0 envelope, or lacks `time` or `brand`.
    NotACloudEvent,
    /// The type is not in the contract.
    UnknownType,
    /// The payload does not fit its type.
    InvalidData,
    /// An amount is not exact, not in range, or not a decimal string.
    InvalidAmount,
    /// The currency is not one of ISO 4217, or is not the order's own.
    InvalidCurrency,
    /// The event happened more than five minutes after it was recorded.
    FutureTime,
    /// The same id came with another payload; the first stands.
    Conflict,
    /// The terms of a program do not pass `program check`.
    InvalidTerms,
    /// A refund names no order.
    RefundWithoutOrder,
    /// What is asked for is not possible in the present state: a settled payout that fails, tokens beyond the wallet.
    NotPossible,
}

impl RejectionCode {
    /// The code as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not_utf8",
            Self::NotJson => "not_json",
            Self::TooLarge => "too_large",
            Self::NotACloudEvent => "not_a_cloud_event",
            Self::UnknownType => "unknown_type",
            Self::InvalidData => "invalid_data",
            Self::InvalidAmount => "invalid_amount",
            Self::InvalidCurrency => "invalid_currency",
            Self::FutureTime => "future_time",
            Self::Conflict => "conflict",
            Self::InvalidTerms => "invalid_terms",
            Self::RefundWithoutOrder => "refund_without_order",
            Self::NotPossible => "not_possible",
        }
    }
}

/// Why an event was not accepted, with a sentence that a person can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Rejection {
    /// The stable code.
    pub code: RejectionCode,
    /// What is wrong and what would be right.
    pub reason: String,
}

impl Rejection {
    /// A rejection with its sentence.
    pub fn new(code: RejectionCode, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}
