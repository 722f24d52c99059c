//! Cleared balances become payouts; their life and their settlement.
