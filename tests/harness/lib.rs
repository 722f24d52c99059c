//! What the tests of the whole share: building events, taking them through the pipeline, reading what came out.
//!
//! * [`Story`]: a brand's terms and events, told in a few words;
//! * [`Pipeline`]: an engine on a fresh database, which can be closed and opened again between two batches;
//! * [`Books`]: everything that is in the database afterwards, with digests that hold no number which depends on
//!   the order of arrival;
//! * [`audit`]: the same facts through the independent auditor, compared cell by cell;
//! * [`Bank`]: a bank that nobody here wrote, which takes payment files and answers;
//! * [`invariants`]: what must hold of any books, and [`funnel`] of their funnels.
//!
//! ```
//! use tribute_tests::Story;
//! let mut story = Story::new("[[commission]]\nid = 'ten'\npays.percent = '10%'");
//! story.click("2026-03-01T09:00:00Z", "A").sale("2026-03-01T10:00:00Z", "1001", "100.00");
//! assert_eq!(story.books().earned("1001"), "A 10.00 USD");
//! ```
#![forbid(unsafe_code)]
// A harness that cannot go on ends the test.
#![allow(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc)]

pub mod audit;
mod bank;
mod books;
mod digest;
pub mod funnel;
pub mod invariants;
mod people;
mod pipeline;
mod story;

use std::sync::LazyLock;

use tokio::runtime::{Builder, Runtime};

pub use bank::{Answer, Bank, Letter};
pub use books::Books;
pub use pipeline::{Pipeline, administer, postgres_url};
pub use story::{Story, event, is_barrier};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());

/// Waits for work that reads or writes a database.
pub fn wait<T>(work: impl Future<Output = T>) -> T {
    RUNTIME.block_on(work)
}
