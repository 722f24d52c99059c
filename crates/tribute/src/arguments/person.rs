//! Arguments of `tribute person`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use tribute_events::{AmbassadorId, BrandId, TaxFormKind, Timestamp};

use super::{DocumentFormat, Shape};

#[derive(Debug, Subcommand)]
pub(crate) enum Person {
    /// Imports a CSV: person, and where known name, email, street, building_number, post_code, town, country, tax_ids
    /// (US:123-45-6789, several by `;`), handles (tube:ada, several by `;`), and how they are paid: method (sepa, ach,
    /// paypal, wise, store_credit, gift_card), account_name (`name` where absent), iban, bic, routing, account,
    /// account_kind (checking, savings), holder (person, company), wallet (an e-mail address; `email` where absent), wise
    /// (Wise's own columns, sortCode=231470;accountNumber=…).
    ///
    /// It goes to the vault; of how somebody is paid the facts hold the method alone. What is empty stays as it was; the
    /// same list twice changes nothing. A list with a wrong line is not imported at all. In the programs in which they
    /// are enrolled the facts learn pseudonyms of e-mail addresses and accounts, so that two people with one are found.
    Import {
        /// The file; `-` is standard input.
        file: String,
        /// The brand.
        #[arg(long)]
        brand: BrandId,
        /// Who enters it. They approve no payouts of whom they entered how they are paid.
        #[arg(long)]
        by: Option<String>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Says that a tax form of a person is on file from now on, for every program of the brand, or with `--revoke` that it
    /// is not valid any more. The form itself is kept elsewhere.
    TaxForm(PersonTaxForm),
    /// Lists who is known, masked.
    List {
        /// The brand.
        #[arg(long)]
        brand: BrandId,
        #[command(flatten)]
        shape: Shape,
    },
    /// Shows what is known of a person, masked: enough to recognise, too little to use.
    Show {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        shape: Shape,
    },
    /// Writes everything that is held of a person, each part with its source: who they are, what programs know of them,
    /// their posts, clicks, conversions, earnings, rewards, findings, payouts and statements, and every fact about them.
    Export {
        #[command(flatten)]
        who: Who,
        /// json, or table for people: one row for each value.
        #[arg(long, default_value = "json", value_parser = super::document_format)]
        format: DocumentFormat,
        /// The file to write, for its owner alone; it must not exist. Standard output where absent.
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// Erases a person for good: the vault forgets them, the books stay as they are, and what they have earned and not
    /// been paid is held. Somebody who is not enrolled is forgotten likewise: what they post later has nothing to do with
    /// what they posted before.
    ///
    /// It is refused while a payout of theirs is under way. Copies of the database that were made before still hold the
    /// person, encrypted: let them expire.
    Erase {
        #[command(flatten)]
        who: Who,
        /// Who erases.
        #[arg(long)]
        by: String,
        /// Why, without a word about the person: the request's number, say. It stays on record.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        shape: Shape,
    },
}

/// A person of a brand.
#[derive(Debug, Clone, Args)]
pub(crate) struct Who {
    /// The brand.
    #[arg(long)]
    pub(crate) brand: BrandId,
    #[command(flatten)]
    pub(crate) named: Named,
}

/// How a person is named.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Named {
    /// The person: the ambassador's id, or that of whoever posts without being enrolled.
    #[arg(long)]
    pub(crate) person: Option<AmbassadorId>,
    /// The person by an account on a platform: tube:jane.
    #[arg(long, value_name = "PLATFORM:NAME")]
    pub(crate) handle: Option<String>,
}

/// A person's tax form.
#[derive(Debug, Args)]
pub(crate) struct PersonTaxForm {
    #[command(flatten)]
    pub(crate) who: Who,
    /// Which form.
    #[arg(long, value_enum, required_unless_present = "revoke")]
    pub(crate) form: Option<Form>,
    /// First instant at which it is no longer valid; never where absent.
    #[arg(long)]
    pub(crate) expires: Option<Timestamp>,
    /// The person is subject to backup withholding all the same.
    #[arg(long)]
    pub(crate) backup_withholding: bool,
    /// It is not valid any more.
    #[arg(long, requires = "reason", conflicts_with_all = ["form", "expires", "backup_withholding"])]
    pub(crate) revoke: bool,
    /// Why it is not, without a word about the person.
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// Who looked at it.
    #[arg(long)]
    pub(crate) by: String,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

/// A tax form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// A person of the United States.
    W9,
    /// A person of another country.
    W8ben,
    /// An entity of another country.
    #[value(name = "w8ben_e")]
    W8benE,
    /// The self-certification that DAC7 asks for.
    Dac7,
}

impl Form {
    /// The kind that it is in the facts.
    pub(crate) const fn kind(self) -> TaxFormKind {
        match self {
            Self::W9 => TaxFormKind::W9,
            Self::W8ben => TaxFormKind::W8ben,
            Self::W8benE => TaxFormKind::W8benE,
            Self::Dac7 => TaxFormKind::Dac7,
        }
    }
}
