//! Arguments of `tribute ambassador`.

use clap::Subcommand;

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Ambassador {
    /// Imports a CSV: ambassador, and where known status, at, payout_currency, accounts (by `;`), platform,
    /// followers, region, campus, recruiter, tax_form, payment_details_verified, code.
    ///
    /// Without `status` people are approved. Without `at` a row holds from now on; who was rejected, suspended or banned,
    /// or left, stays so unless `status` says otherwise, and what stands already as the row says is left as it is: the
    /// same list may be imported again. The program must have terms.
    Import {
        /// The file; `-` is standard input.
        file: String,
        /// The brand.
        #[arg(long)]
        brand: String,
        /// The program.
        #[arg(long)]
        program: String,
        /// An import of history: recorded when it happened.
        #[arg(long)]
        backfill: bool,
        #[command(flatten)]
        shape: Shape,
    },
}
