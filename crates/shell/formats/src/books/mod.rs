//! A brand's ledger as a file for accountants: hledger, ledger, beancount, CSV, JSON.
//!
//! Every transaction stands there with its cause, in the order of its effective time. Money has its full precision;
//! tokens and perks are commodities of their own under portable names ([`commodity_of`]); every asset is balanced by
//! itself. A file that begins in the middle has opening balances. The three plain text formats end with the balance of
//! every account as an assertion, so that a checker finds an amount that was changed, also where the change balances.
//!
//! Transactions are written as they come: what is held is one sum for each account and asset.
//!
//! ```
//! use tribute_formats::books::{Booked, BooksFile, BooksFormat, BooksHead, Chart};
//! use tribute_ledger::{Account, Chain, Expense, Value, Voucher, earnings};
//! use tribute_events::{AmbassadorId, BrandId, EventId, ProgramId, Timestamp};
//!
//! let at: Timestamp = "2026-03-01T10:00:00Z".parse()?;
//! let voucher = Voucher {
//!     program: ProgramId::trusted("friends"), effective_at: at, recorded_at: at, cause: EventId::trusted("e1"),
//!     memo: "order:1001 rule ten terms 1".into(),
//! };
//! let value = Value { asset: "USD".parse()?, amount: 1_470 };
//! let accrued = earnings::accrue(&voucher, Expense::Commission, &AmbassadorId::trusted("ada"), &value)?;
//! let mut chain = Chain::genesis(&BrandId::trusted("acme"));
//! let head = chain.append(&accrued)?;
//!
//! let about = BooksHead {
//!     brand: BrandId::trusted("acme"), from: None, to: None, anchor: head.into(), begins: at,
//!     accounts: accrued.entries().iter().map(|entry| entry.account.clone()).collect(),
//!     assets: [value.asset].into(),
//! };
//! let mut file = BooksFile::begin(BooksFormat::Hledger, Chart::default(), about, Vec::new())?;
//! file.transaction(&Booked { number: head.number, hash: head.hash, transaction: accrued })?;
//! let text = String::from_utf8(file.finish()?)?;
//! assert!(text.contains("\n    ambassador:ada:pending  -14.70 USD\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod beancount;
mod chart;
mod commodity;
mod names;
mod plain;
mod rows;
mod sums;
mod tags;

use std::{collections::BTreeSet, io::Write};

use tribute_events::{BrandId, Timestamp};
use tribute_ledger::{Account, Anchor, Hash, Transaction};
use tribute_money::{Asset, MoneyError};

pub use chart::Chart;
pub use commodity::{asset_of, commodity_of};

/// What the file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BooksFormat {
    /// For hledger.
    Hledger,
    /// For ledger.
    Ledger,
    /// For beancount.
    Beancount,
    /// A line for each entry.
    Csv,
    /// One document.
    Json,
}

/// A transaction with its place in the brand's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: Hash,
    /// What was booked.
    pub transaction: Transaction,
}

/// What a file is about, and the names that it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BooksHead {
    /// The brand.
    pub brand: BrandId,
    /// The first instant; where absent the file begins with the books.
    pub from: Option<Timestamp>,
    /// The first instant that is left out; where absent the file ends with the books.
    pub to: Option<Timestamp>,
    /// The head of the brand's chain when the file was written.
    pub anchor: Anchor,
    /// The day of the first transaction or of the opening balances.
    pub begins: Timestamp,
    /// Every account that is used.
    pub accounts: BTreeSet<Account>,
    /// Every asset that is used.
    pub assets: BTreeSet<Asset>,
}

/// What an account held when the period began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The account.
    pub account: Account,
    /// Minor units: debit positive, credit negative.
    pub amount: i64,
}

/// Why the books were not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BooksError {
    /// The chart of accounts cannot be used.
    #[error("line {line} of the chart of accounts: {problem}")]
    Chart {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// An amount cannot be shown.
    #[error("an amount of {asset} cannot be shown: {source}")]
    Amount {
        /// What it is counted in.
        asset: Asset,
        /// Why.
        source: MoneyError,
    },
    /// The file cannot be written.
    #[error("the books could not be written")]
    Write(#[from] std::io::Error),
}

/// A file of books that is being written.
pub struct BooksFile<W: Write> {
    shape: Shape<W>,
}

enum Shape<W: Write> {
    Plain(plain::Plain<W>),
    Beancount(beancount::Beancount<W>),
    Csv(Box<rows::Csv<W>>),
    Json(rows::Json<W>),
}

impl<W: Write> BooksFile<W> {
    /// Begins a file: what it is about, its commodities and accounts.
    ///
    /// # Errors
    /// [`BooksError::Chart`] where a mapped name cannot stand in this format; [`BooksError::Write`].
    pub fn begin(format: BooksFormat, chart: Chart, head: BooksHead, out: W) -> Result<Self, BooksError> {
        let shape = match format {
            BooksFormat::Hledger | BooksFormat::Ledger => {
                Shape::Plain(plain::Plain::begin(chart, head, out)?)
            }
            BooksFormat::Beancount => Shape::Beancount(beancount::Beancount::begin(chart, head, out)?),
            BooksFormat::Csv => Shape::Csv(Box::new(rows::Csv::begin(chart, &head, out)?)),
            BooksFormat::Json => Shape::Json(rows::Json::begin(chart, &head, out)?),
        };
        Ok(Self { shape })
    }

    /// The balances with which the period begins, of one asset; before the first transaction, ordered by asset.
    ///
    /// # Errors
    /// [`BooksError::Amount`], [`BooksError::Write`].
    pub fn opening(&mut self, asset: &Asset, balances: &[Opening]) -> Result<(), BooksError> {
        match &mut self.shape {
            Shape::Plain(file) => file.opening(asset, balances),
            Shape::Beancount(file) => file.opening(asset, balances),
            Shape::Csv(file) => file.opening(asset, balances),
            Shape::Json(file) => file.opening(asset, balances),
        }
    }

    /// The next transaction, in the order of effective time and number.
    ///
    /// # Errors
    /// [`BooksError::Amount`], [`BooksError::Write`].
    pub fn transaction(&mut self, booked: &Booked) -> Result<(), BooksError> {
        match &mut self.shape {
            Shape::Plain(file) => file.transaction(booked),
            Shape::Beancount(file) => file.transaction(booked),
            Shape::Csv(file) => file.transaction(booked),
            Shape::Json(file) => file.transaction(booked),
        }
    }

    /// The closing balances, and what is left to write.
    ///
    /// # Errors
    /// [`BooksError::Amount`], [`BooksError::Write`].
    pub fn finish(self) -> Result<W, BooksError> {
        match self.shape {
            Shape::Plain(file) => file.finish(),
            Shape::Beancount(file) => file.finish(),
            Shape::Csv(file) => file.finish(),
            Shape::Json(file) => file.finish(),
        }
    }
}

/// Minor units as decimal text.
fn amount_of(minor: i64, asset: &Asset) -> Result<String, BooksError> {
    tribute_money::format_minor(minor, asset)
        .map_err(|source| BooksError::Amount { asset: asset.clone(), source })
}

/// The day of an instant in UTC.
fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}
