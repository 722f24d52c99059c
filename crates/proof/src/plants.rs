//! Bugs that are compiled in on purpose: the proof must find each of them.

use anyhow::Result;

use crate::options::Options;

/// Runs every planted bug; whether all were found.
///
/// # Errors
/// Where the servers or the program under test cannot be had at all.
pub async fn planted(_options: &Options) -> Result<bool> {
    Ok(false)
}
