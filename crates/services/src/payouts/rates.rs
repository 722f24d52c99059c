use tribute_events::{Event, FxPublished, Payload, Rejection, RejectionCode, Timestamp};
use tribute_money::ReferenceRate;
use tribute_payouts::Rates;
use tribute_store::entity::fx_rate;
use tribute_terms::Span;

use crate::{ServiceError, step::Step};

/// Keeps the reference rates of a batch. Of two rates for one currency and day the first that came stands.
pub(crate) async fn record(step: &mut Step<'_>, facts: &[&Event]) -> Result<(), ServiceError> {
    let mut rows = Vec::new();
    for event in facts {
        let Payload::Fx(published) = &event.payload else { continue };
        match rows_of(published) {
            Ok(more) => rows.extend(more),
            Err(rejection) => step.refuse(event, &rejection).await?,
        }
    }
    step.transaction.insert_new::<fx_rate::Entity>(&rows).await?;
    Ok(())
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
    step: &mut Step<'_>,
    run_at: Timestamp,
    age_max: Span,
) -> Result<Rates, ServiceError> {
    let zone = tribute_terms::Zone::default();
    // Days are compared as texts; one day of slack on either side covers every time zone.
    let from = zone.day(run_at.minus(age_max.millis()).minus(2 * tribute_events::DAY));
    let until = zone.day(run_at.plus(tribute_events::DAY));
    let values = vec![from.as_str().into(), until.as_str().into()];
    let rows = step.transaction.select::<fx_rate::Entity>("day >= $1 AND day <= $2", values).await?;
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
