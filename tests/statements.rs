//! Bank files: what our readers find in them is what libraries of others find, and a whole round trip with a bank is
//! matched to the cent. The small files are ours; files of real banks are read where `TRIBUTE_REAL_DATA` points at a
//! folder with `statements/`.
//!
//! The libraries are fetched once, in the versions that are pinned in `tests/interop/statements.txt`, and kept under the
//! target folder.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "statements/others.rs"]
mod others;
#[path = "statements/real.rs"]
mod real;
#[path = "statements/round_trip.rs"]
mod round_trip;
#[path = "interop/toolbox.rs"]
#[allow(dead_code, reason = "shared with the programs of others, which use more of it")]
mod toolbox;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use tribute_formats::statement::{Document, read};

/// A file of bytes, read.
fn document(path: &Path) -> Document {
    read(&fs::read(path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folder of real statements; says past the test's capture where there is none.
fn real_statements() -> Option<PathBuf> {
    let Some(data) = std::env::var_os("TRIBUTE_REAL_DATA").map(PathBuf::from) else {
        let line = "TRIBUTE_REAL_DATA is not set: no statements of real banks were read\n";
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return None;
    };
    Some(data.join("statements"))
}
