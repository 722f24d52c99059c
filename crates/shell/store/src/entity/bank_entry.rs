//! `bank_entry`. An entry of an account at a bank, or one payment in it, and what it was found to be.

use sea_orm::entity::prelude::*;

/// An entry of an account at a bank, or one payment in it, and what it was found to be.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bank_entry")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// What the entry is known by, in whatever file it stands.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry: String,
    /// The account, as the bank writes it.
    pub account: String,
    /// The statement.
    pub statement: String,
    /// The bank's reference, or its place in the statement.
    pub reference: String,
    /// The day on which the bank booked it, or that of the event where the bank says none, `YYYY-MM-DD`.
    pub day: String,
    /// The account's currency.
    pub asset: String,
    /// What it changed the balance by, in minor units: negative where money went out.
    pub amount: i64,
    /// `payment`, `return`, `charge` or `unexpected`.
    pub kind: String,
    /// The payouts, as a JSON list of ids.
    pub payouts: String,
    /// The bank's charge that was booked for it and those that belong to it, in minor units; on the first of them.
    pub charge: i64,
    /// What of it nobody explains, in minor units; on the first of those that belong together.
    pub unexplained: i64,
    /// The event that said so.
    pub cause: String,
}

impl ActiveModelBehavior for ActiveModel {}
