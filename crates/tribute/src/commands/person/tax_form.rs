use anyhow::{Context, Result, bail};
use serde_json::json;
use tribute_events::{TaxFormReceived, TaxFormRevoked};
use tribute_reports::Cell;
use tribute_services::{Engine, Incoming};

use crate::{
    Done,
    arguments::{Format, PersonTaxForm},
    feed::{Stamp, now},
    messages::say,
};

/// Says where a person's tax form stands from now on.
pub(super) async fn run(engine: &mut Engine, what: &PersonTaxForm) -> Result<Done> {
    let who = super::who::find(engine, &what.who).await?;
    let (brand, person) = (&who.brand, &who.person);
    if super::programs(engine, brand, person).is_empty() {
        bail!("brand {brand} knows nobody as {person}; see `tribute report balances`");
    }
    let (ambassador, by) = (person.clone(), what.by.clone());
    let (kind, data, becomes) = if what.revoke {
        let reason = what.reason.clone().context("say why it is not valid any more: --reason")?;
        let data = serde_json::to_value(TaxFormRevoked { ambassador, by, reason })?;
        ("revoked", data, "it is not valid any more".to_owned())
    } else {
        let form = what.form.context("say which form it is: --form")?.kind();
        let (expires_at, backup_withholding) = (what.expires, what.backup_withholding);
        let until = expires_at.map(|at| format!(", valid until {at}")).unwrap_or_default();
        let received = TaxFormReceived { ambassador, form, expires_at, backup_withholding, by };
        ("received", serde_json::to_value(received)?, format!("{} is on file{until}", form.as_str()))
    };
    let at = now();
    let event = json!({
        "specversion": "1.0", "type": format!("tribute.tax_form.{kind}"), "source": "/tribute/person",
        "id": format!("tax_form/{person}/{at}"), "brand": brand, "time": at, "data": data,
    });
    let event = Incoming::read(event.to_string().into_bytes(), Stamp::Now.arrival(), "person".into());
    let taken = super::super::take(engine, vec![event]).await?;
    if what.shape.format == Format::Table {
        say(format_args!("the tax form of {person}: {becomes}"));
    }
    super::super::finish(&taken, [("by", Cell::text(what.by.as_str()))], what.shape.format)
}
