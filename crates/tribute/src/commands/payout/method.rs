use anyhow::{Result, bail};
use tribute_events::{AmbassadorId, BrandId, PayoutMethod, PayoutMethodChosen};
use tribute_reports::Cell;
use tribute_services::{Engine, Incoming};
use tribute_vault::Payee;

use crate::{
    Done,
    arguments::Format,
    feed::now,
    messages::{note, say},
};

/// Says how an ambassador is paid from now on.
pub(super) async fn run(
    engine: &mut Engine,
    (brand, ambassador): (&BrandId, &AmbassadorId),
    method: PayoutMethod,
    by: &str,
    format: Format,
) -> Result<Done> {
    let mut programs = engine.registry().programs(brand).into_iter().flatten();
    if !programs.any(|(_, program)| program.ambassador(ambassador).is_some()) {
        bail!("brand {brand} knows nobody as {ambassador}; see `tribute report balances`");
    }
    let details = method.is_in_house() || has_details(engine, brand, ambassador, method).await?;
    let event = chosen(brand, ambassador, (method, details), Some(by))?;
    let taken = super::super::take(engine, vec![event]).await?;
    if !details {
        note(format_args!(
            "no details for {method} are known of {ambassador}: where the terms list their ways of paying, payouts are \
             held until `tribute person import` brings them in"
        ));
    }
    if format == Format::Table {
        say(format_args!("{ambassador} is paid by {method} from now on"));
    }
    super::super::finish(&taken, [("method", Cell::text(method.as_str()))], format)
}

/// Whether valid details for a method lie in the vault.
async fn has_details(
    engine: &Engine,
    brand: &BrandId,
    ambassador: &AmbassadorId,
    method: PayoutMethod,
) -> Result<bool> {
    let people = std::slice::from_ref(ambassador);
    let known = engine.vault().details_for(engine.database(), brand, people, None).await?;
    Ok(known.into_values().any(|payee| match payee {
        Payee::Known { payment, .. } => payment.method() == method.as_str(),
        Payee::Unsaid | Payee::Redacted => false,
    }))
}

/// The fact that somebody is paid in a way from now on.
pub(in crate::commands) fn chosen(
    brand: &BrandId,
    ambassador: &AmbassadorId,
    (method, details): (PayoutMethod, bool),
    by: Option<&str>,
) -> Result<Incoming> {
    let what = PayoutMethodChosen { ambassador: ambassador.clone(), method, details, by: by.map(Into::into) };
    let id = format!("method/{ambassador}/{}", now());
    let data = serde_json::to_value(what)?;
    Ok(super::event("tribute.payout_method.chosen", brand.as_str(), &id, data))
}
