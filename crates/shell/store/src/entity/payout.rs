//! `payout`. What a payout run decided for one ambassador and one balance, and what became of it.

use sea_orm::entity::prelude::*;

/// What a payout run decided for one ambassador and one balance, and what became of it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payout")]
pub struct Model {
    /// The brand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand: String,
    /// The payout's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub payout: String,
    /// The program.
    pub program: String,
    /// The ambassador.
    pub ambassador: String,
    /// The cut-off of the run, ms UTC.
    pub run_at: i64,
    /// The asset of the balance.
    pub balance_asset: String,
    /// The balance, in minor units of its asset.
    pub balance: i64,
    /// What is paid out; absent where nothing is.
    pub asset: Option<String>,
    /// How much, in minor units.
    pub amount: Option<i64>,
    /// The reference rates that were used, as JSON.
    pub fixing: Option<String>,
    /// What of the balance is kept back for the tax authority, in its minor units; absent where nothing is.
    pub withheld: Option<i64>,
    /// How it is paid; absent where the export decides.
    pub method: Option<String>,
    /// `proposed` and onwards, `carried`, or `held`.
    pub status: String,
    /// Why it was carried or held, or why it failed.
    pub reason: Option<String>,
    /// A JSON list of {at, status, cause, by, reference, reason}.
    pub history: String,
}

impl ActiveModelBehavior for ActiveModel {}
