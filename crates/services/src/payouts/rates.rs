use tribute_events::{Event, FxPublished, Payload, Rejection, RejectionCode, Timestamp};
use tribute_money::ReferenceRate;
use tribute_payouts::Rates;
use tribute_store::{Transaction, entity::fx_rate};
use tribute_terms::Span;

use crate::{
    ServiceError,
    step::{Step, key},
};

/// Keeps the reference rates of a batch. A rate that was published stands: what says otherwise is refused.
pub(crate) async fn record(step: &mut Step<'_>, facts: &[&Event]) -> Result<(), ServiceError> {
    for event in facts {
        let Payload::Fx(published) = &event.payload else { continue };
        let kept = match rows_of(published) {
            Ok(rows) => keep(step, rows).await?,
            Err(rejection) => Err(rejection),
        };
        if let Err(rejection) = kept {
            step.refuse(event, &rejection).await?;
        }
    }
    Ok(())
}

async fn keep(step: &mut Step<'_>, rows: Vec<fx_rate::Model>) -> Result<Result<(), Rejection>, ServiceError> {
    let columns = [fx_rate::Column::Currency, fx_rate::Column::Day];
    let keys: Vec<_> = rows.iter().map(|row| key([&row.currency, &row.day])).collect();
    let known = step.transaction.find::<fx_rate::Entity>(&columns, &keys).await?;
    let said_otherwise = |row: &&fx_rate::Model| {
        known.iter().find(|it| (&it.currency, &it.day) == (&row.currency, &row.day) && it.rate != row.rate)
    };
    if let Some(first) = rows.iter().find_map(|row| said_otherwise(&row)) {
        let fx_rate::Model { currency, day, rate } = first;
        let reason = format!("the rate of {currency} on {day} was published as {rate}, which stands");
        return Ok(Err(Rejection::new(RejectionCode::Conflict, reason)));
    }
    step.transaction.insert_new::<fx_rate::Entity>(&rows).await?;
    Ok(Ok(()))
}

fn rows_of(published: &FxPublished) -> Result<Vec<fx_rate::Model>, Rejection> {
    let refused = |reason: String| Rejection::new(RejectionCode::InvalidData, reason);
    if published.base.as_str() != "EUR" {
        return Err(refused(format!(
            "data.base: rates for one {} are not kept; send rates for one EUR",
            published.base
        )));
    }
    let row = |(currency, rate): (&smol_str::SmolStr, &smol_str::SmolStr)| {
        let rate: ReferenceRate =
            rate.parse().map_err(|why| refused(format!("data.rates.{currency}: {why}")))?;
        Ok(fx_rate::Model {
            currency: currency.to_string(),
            day: published.date.to_string(),
            rate: rate.to_string(),
        })
    };
    published.rates.iter().map(row).collect()
}

/// The rates that may fix a run with this cut-off: those of the days before it, no older than the terms allow.
pub(super) async fn before(
    transaction: &mut Transaction,
    run_at: Timestamp,
    age_max: Span,
) -> Result<Rates, ServiceError> {
    let zone = tribute_terms::Zone::default();
    // Days are compared as texts; one day of slack on either side covers every time zone.
    let from = zone.day(run_at.minus(age_max.millis()).minus(2 * tribute_events::DAY));
    let until = zone.day(run_at.plus(tribute_events::DAY));
    let values = vec![from.as_str().into(), until.as_str().into()];
    let rows = transaction.select::<fx_rate::Entity>("day >= $1 AND day <= $2", values).await?;
    let mut rates = Rates::default();
    for row in rows {
        let currency = row.currency.parse().map_err(ServiceError::money("fx_rate"));
        // A currency that ISO 4217 never knew cannot be paid in: its rate is of no use.
        let Ok(currency) = currency else { continue };
        let rate =
            row.rate.parse().map_err(ServiceError::money(format!("fx_rate {} {}", row.currency, row.day)))?;
        rates.insert(currency, row.day.into(), rate);
    }
    Ok(rates)
}
