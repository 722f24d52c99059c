//! Arguments of `tribute ledger`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use tribute_events::Timestamp;
use tribute_formats::books::BooksFormat;

use super::Shape;

/// What a file of books looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BooksShape {
    /// A journal for hledger.
    Hledger,
    /// A journal for ledger.
    Ledger,
    /// A file for beancount.
    Beancount,
    /// A line for each entry.
    Csv,
    /// One document.
    Json,
}

impl BooksShape {
    pub(crate) const fn format(self) -> BooksFormat {
        match self {
            Self::Hledger => BooksFormat::Hledger,
            Self::Ledger => BooksFormat::Ledger,
            Self::Beancount => BooksFormat::Beancount,
            Self::Csv => BooksFormat::Csv,
            Self::Json => BooksFormat::Json,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    /// Writes a brand's ledger for accountants, every transaction with its cause.
    ///
    /// Money has its full precision; tokens and perks are commodities of their own. With `--from` the file begins with
    /// opening balances. The head of the brand's chain stands in it (as a note beside a CSV): `verify --anchor` says later
    /// whether the books still go through it.
    Export {
        /// The program that reads it.
        #[arg(long, value_enum)]
        format: BooksShape,
        /// The brand.
        #[arg(long)]
        brand: String,
        /// From this instant on, by effective time.
        #[arg(long)]
        from: Option<Timestamp>,
        /// Before this instant.
        #[arg(long)]
        to: Option<Timestamp>,
        /// The file to write, which must not exist; standard output where absent.
        #[arg(long)]
        output: Option<PathBuf>,
        /// A TOML file with a table `[accounts]`: our account on the left, the customer's on the right, such as
        /// "ambassador:*:available" = "Liabilities:Payable:{ambassador}". What is not in it keeps our name.
        #[arg(long, value_name = "MAPPING.toml")]
        accounts: Option<PathBuf>,
    },
    /// Shows the trial balance: what every account holds, debits beside credits.
    Balances {
        /// Only this brand.
        #[arg(long)]
        brand: Option<String>,
        /// As of this instant, that very instant included; of all that is booked where absent.
        #[arg(long)]
        at: Option<Timestamp>,
        #[command(flatten)]
        shape: Shape,
    },
}
