//! Balanced, append-only, hash-chained double entry.
