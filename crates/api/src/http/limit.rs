//! How many requests a credential may make: a bucket of tokens that fills by time, in this process.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// How many requests a credential may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second, over a long time.
    pub per_second: u32,
    /// Requests at once, after a rest.
    pub burst: u32,
}

impl Default for Rate {
    fn default() -> Self {
        Self { per_second: 50, burst: 200 }
    }
}

/// A bucket with more than this many beside it is forgotten where it is full again.
const BUCKETS_MAX: usize = 10_000;
/// A request in the unit in which buckets are filled.
const REQUEST: u64 = 1_000;

/// The buckets of all credentials.
#[derive(Debug)]
pub(crate) struct Limits {
    rate: Rate,
    buckets: Mutex<BTreeMap<String, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Thousandths of a request.
    filled: u64,
    at: Instant,
}

/// Whether a request may go on, and how many more may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    rate: Rate,
    /// Requests that may be made at once from now.
    pub(crate) requests: u64,
    /// Where none may: after how many seconds one may.
    pub(crate) after: Option<u32>,
}

impl Limits {
    pub(crate) fn new(rate: Rate) -> Self {
        let rate = Rate { per_second: rate.per_second.max(1), burst: rate.burst.max(1) };
        Self { rate, buckets: Mutex::default() }
    }

    /// Takes a request out of a credential's bucket, where there is one in it.
    pub(crate) fn take(&self, credential: &str, now: Instant) -> Left {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > BUCKETS_MAX {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < self.whole());
        }
        let full = Bucket { filled: self.whole(), at: now };
        let bucket = buckets.entry(credential.to_owned()).or_insert(full);
        let filled = self.filled(*bucket, now);
        let rest = filled.checked_sub(REQUEST);
        *bucket = Bucket { filled: rest.unwrap_or(filled), at: now };
        let missing =
            REQUEST.saturating_sub(filled).div_ceil(REQUEST.saturating_mul(self.rate.per_second.into()));
        let after = rest.is_none().then(|| u32::try_from(missing).unwrap_or(u32::MAX).max(1));
        Left { rate: self.rate, requests: rest.unwrap_or(0) / REQUEST, after }
    }

    fn whole(&self) -> u64 {
        REQUEST.saturating_mul(self.rate.burst.into())
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> u64 {
        let rested: Duration = now.saturating_duration_since(bucket.at);
        let millis = u64::try_from(rested.as_millis()).unwrap_or(u64::MAX);
        bucket.filled.saturating_add(millis.saturating_mul(self.rate.per_second.into())).min(self.whole())
    }
}

impl Left {
    /// Writes the fields `RateLimit-Policy` and `RateLimit` as the draft of the IETF has them.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        let window = self.rate.burst.div_ceil(self.rate.per_second);
        let texts = [
            ("ratelimit-policy", format!("\"credential\";q={};w={window}", self.rate.burst)),
            ("ratelimit", format!("\"credential\";r={};t={}", self.requests, self.after.unwrap_or(1))),
        ];
        for (name, text) in texts {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_emptied_and_fills_by_time() {
        let limits = Limits::new(Rate { per_second: 2, burst: 3 });
        let (now, later) = (Instant::now(), |millis| Duration::from_millis(millis));
        let left: Vec<_> = (0..4).map(|_| limits.take("k", now)).map(|it| (it.requests, it.after)).collect();
        assert_eq!(left, [(2, None), (1, None), (0, None), (0, Some(1))]);
        assert_eq!(limits.take("other", now).requests, 2, "each has its own");
        assert_eq!(limits.take("k", now + later(499)).after, Some(1));
        assert_eq!(limits.take("k", now + later(500)).after, None);
        assert_eq!(limits.take("k", now + later(60_000)).requests, 2, "no more than the burst");
    }
}
