//! What a run would propose, as the database stands. It writes nothing.

use std::collections::BTreeMap;

use tribute_events::{AmbassadorId, BrandId, ProgramId, Timestamp};
use tribute_money::Asset;
use tribute_payouts::{Balance, PayoutStatus, Proposal, propose};
use tribute_store::{
    Transaction,
    entity::{movement, payout},
};
use tribute_terms::{Period, Registry};

use super::rates;
use crate::{Engine, ServiceError};

/// How many movements are read at a time.
const MOVEMENTS_AT_ONCE: i64 = 10_000;

impl Engine {
    /// What a run of a program with this cut-off would propose, as the books stand; nothing where the program has no terms
    /// then. Nothing is written.
    ///
    /// # Errors
    /// Where the database is away, or a balance overflows.
    pub async fn preview_run(
        &self,
        brand: &BrandId,
        program: &ProgramId,
        cut_off: Timestamp,
    ) -> Result<Vec<Proposal>, ServiceError> {
        let mut transaction = self.database().begin().await?;
        let found = proposals(&mut transaction, self.registry(), brand, program, cut_off).await;
        transaction.rollback().await?;
        found
    }
}

/// What a run makes of every balance.
pub(super) async fn proposals(
    transaction: &mut Transaction,
    registry: &Registry,
    brand: &BrandId,
    program_id: &ProgramId,
    run_at: Timestamp,
) -> Result<Vec<Proposal>, ServiceError> {
    let Some(program) = registry.program(brand, program_id) else { return Ok(Vec::new()) };
    let Some(terms) = program.terms_at(run_at) else { return Ok(Vec::new()) };
    let balances = open_balances(transaction, brand, program_id, run_at).await?;
    let month = terms.program.time_zone.period(Period::Month, run_at.minus(1));
    let within = (month.starts_at, month.ends_at);
    let already = match terms.payout.limit_per_month {
        Some(_) => taken_between(transaction, brand, program_id, within).await?,
        None => Vec::new(),
    };
    let rates = rates::before(transaction, run_at, terms.payout.rate_age_max).await?;
    propose(program_id, program, terms, run_at, &balances, &already, &rates)
        .map_err(|source| ServiceError::Payout { program: program_id.to_string(), source })
}

/// What payouts of a program have taken whose cut-offs lie in `(after, until]`, and that was not given back.
async fn taken_between(
    transaction: &mut Transaction,
    brand: &BrandId,
    program: &ProgramId,
    (after, until): (Timestamp, Timestamp),
) -> Result<Vec<Balance>, ServiceError> {
    let condition = "brand = $1 AND program = $2 AND run_at > $3 AND run_at <= $4 ORDER BY payout";
    let values =
        vec![brand.as_str().into(), program.as_str().into(), after.millis().into(), until.millis().into()];
    let mut taken = Vec::new();
    for row in transaction.select::<payout::Entity>(condition, values).await? {
        let status: PayoutStatus = row.status.parse().map_err(|source| ServiceError::Status {
            payout: tribute_events::PayoutId::trusted(&row.payout),
            source,
        })?;
        let made = !matches!(status, PayoutStatus::Carried | PayoutStatus::Held) && !status.is_given_back();
        if made {
            let asset: Asset = row.balance_asset.parse().map_err(ServiceError::money("payout"))?;
            let ambassador = AmbassadorId::trusted(&row.ambassador);
            taken.push(Balance { ambassador, asset, amount: row.balance });
        }
    }
    Ok(taken)
}

/// Cleared and unpaid balances up to the cut-off.
async fn open_balances(
    transaction: &mut Transaction,
    brand: &BrandId,
    program: &ProgramId,
    run_at: Timestamp,
) -> Result<Vec<Balance>, ServiceError> {
    let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
    let mut after = (String::new(), i64::MIN);
    loop {
        let condition = "brand = $1 AND program = $2 AND payout IS NULL AND held IS NULL AND available_at <= $3 \
            AND (ambassador, seq) > ($4, $5) ORDER BY ambassador, seq LIMIT $6";
        let values = vec![
            brand.as_str().into(),
            program.as_str().into(),
            run_at.millis().into(),
            after.0.as_str().into(),
            after.1.into(),
            MOVEMENTS_AT_ONCE.into(),
        ];
        let rows = transaction.select::<movement::Entity>(condition, values).await?;
        let Some(last) = rows.last() else { break };
        after = (last.ambassador.clone(), last.seq);
        for row in rows {
            let overflow = || ServiceError::overflow(format!("balance of {}", row.ambassador));
            let sum = sums.entry((row.ambassador.clone(), row.asset.clone())).or_default();
            *sum = sum.checked_add(row.amount).ok_or_else(overflow)?;
        }
    }
    let balance = |((ambassador, asset), amount): ((String, String), i64)| {
        let asset: Asset = asset.parse().map_err(ServiceError::money("movement"))?;
        Ok(Balance { ambassador: AmbassadorId::trusted(&ambassador), asset, amount })
    };
    sums.into_iter().filter(|(_, amount)| *amount != 0).map(balance).collect()
}
