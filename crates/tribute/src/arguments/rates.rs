//! Arguments of `tribute rates`.

use std::path::PathBuf;

use clap::Subcommand;

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Rates {
    /// Takes reference rates in from a file of the European Central Bank: eurofxref.csv, eurofxref-hist.csv, or the XML of
    /// a day, of 90 days or of all.
    ///
    /// A rate that is known already stands: one that says otherwise goes to the quarantine, and the exit code is 3. A file
    /// that is damaged is not taken at all.
    Import {
        /// The file; a .zip has to be unpacked first.
        file: PathBuf,
        #[command(flatten)]
        shape: Shape,
    },
}
