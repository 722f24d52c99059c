//! Payment files before the eyes of others: the ISO schema of pain.001, achkit for NACHA, Python's reader for CSV, and
//! mock-bank, which takes the files and answers as a bank does. Each of them must also see a change of one cent, so that
//! none of these tests passes whatever is written.
//!
//! What these programs need is fetched as for `interop`.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "rails/answers.rs"]
mod answers;
#[path = "rails/checks.rs"]
mod checks;
#[path = "rails/payments.rs"]
mod payments;
#[path = "interop/toolbox.rs"]
#[allow(dead_code, reason = "the programs for Node.js are for `interop`")]
mod toolbox;
#[path = "rails/validators.rs"]
mod validators;
