//! Whose accounts statements are about.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tribute_events::{BrandId, statement::Statement};
use tribute_services::Engine;
use tribute_store::entity::bank_entry;

use super::chain;

/// Refuses a brand of which nothing is known.
///
/// # Errors
/// Where no program of it was published.
pub(super) fn is_of_a_brand(engine: &Engine, brand: &BrandId) -> Result<()> {
    if engine.registry().programs(brand).is_none() {
        bail!("brand {brand} is not known: no program of it was published");
    }
    Ok(())
}

/// Refuses statements of accounts that are another brand's: what is read once is not taken back.
///
/// # Errors
/// With the account and the other brand, where entries or statements of it were read for that one.
pub(super) async fn are_of_no_other(
    engine: &Engine,
    brand: &BrandId,
    statements: &[Statement],
) -> Result<()> {
    let accounts: BTreeSet<&str> = statements.iter().map(|it| it.account.as_str()).collect();
    let entry = bank_entry::Entity::find()
        .filter(bank_entry::Column::Account.is_in(accounts.iter().copied()))
        .filter(bank_entry::Column::Brand.ne(brand.as_str()))
        .order_by_asc(bank_entry::Column::Brand)
        .one(engine.database().connection())
        .await?;
    let other = match entry {
        Some(row) => Some((row.account, row.brand)),
        None => chain::other_brand(engine, brand, &accounts).await?,
    };
    if let Some((account, other)) = other {
        bail!(
            "nothing is booked: account {account} is brand {other}'s, for which its statements were read; give them with \
             --brand {other}, or say --shared-account where both brands pay from it"
        );
    }
    Ok(())
}
