//! The words for the states of endpoints and deliveries, as the database has them.

/// An endpoint that is sent to.
pub const ACTIVE: &str = "active";
/// An endpoint that is not sent to, for the reason beside it.
pub const DISABLED: &str = "disabled";

/// A delivery that is due at its time.
pub const PENDING: &str = "pending";
/// A delivery that was taken.
pub const DELIVERED: &str = "delivered";
/// A delivery for which no attempt is left.
pub const FAILED: &str = "failed";
/// A delivery that waits for its endpoint to be enabled.
pub const PAUSED: &str = "paused";
/// Every state of a delivery.
pub const OF_DELIVERIES: [&str; 4] = [PENDING, DELIVERED, FAILED, PAUSED];
