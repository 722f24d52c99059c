//! Arguments of `tribute person`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tribute_events::{AmbassadorId, BrandId};

use super::{DocumentFormat, Shape};

#[derive(Debug, Subcommand)]
pub(crate) enum Person {
    /// Imports a CSV: person, and where known name, email, street, building_number, post_code, town, country, tax_ids
    /// (US:123-45-6789, several by `;`), handles (tube:ada, several by `;`), and how they are paid: method (sepa, ach,
    /// paypal, wise, store_credit, gift_card), account_name (`name` where absent), iban, bic, routing, account,
    /// account_kind (checking, savings), holder (person, company), wallet (an e-mail address; `email` where absent), wise
    /// (Wise's own columns, sortCode=231470;accountNumber=…).
    ///
    /// It goes to the vault, never to the facts. What is empty stays as it was; the same list twice changes nothing. A
    /// list with a wrong line is not imported at all. In the programs in which they are enrolled the facts learn pseudonyms
    /// of e-mail addresses and accounts, so that two people with one are found.
    Import {
        /// The file; `-` is standard input.
        file: String,
        /// The brand.
        #[arg(long)]
        brand: BrandId,
        #[command(flatten)]
        shape: Shape,
    },
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
