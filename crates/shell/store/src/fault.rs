/// Whether a bug of this name is planted: where the environment variable `FAILPOINTS` says `name=return`. Proofs must find
/// it. Without the feature `failpoints` nothing asks.
#[cfg(feature = "failpoints")]
#[must_use]
pub fn is_planted(name: &str) -> bool {
    fail::fail_point!(name, |_| true);
    false
}
