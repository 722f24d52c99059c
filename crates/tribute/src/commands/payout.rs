//! `tribute payout`: what runs decided, on its way to the bank.

mod approve;
mod cancel;
mod export;
mod file;
mod hold;
mod list;
mod method;
mod reissue;
mod run;
mod totals;

use anyhow::{Context, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use tribute_events::{AmbassadorId, BrandId, ProgramId};
use tribute_payouts::{Bar, PayoutStatus, barred};
use tribute_reports::explain::HistoryView;
use tribute_services::{Engine, Incoming, NotNew, Receipt};
use tribute_store::entity::payout;

use crate::{
    Done,
    arguments::{Payout, PayoutScope, Place},
    feed::{Stamp, now},
    messages::note,
};
pub(super) use method::chosen;

/// The source of the events of these commands.
const SOURCE: &str = "/tribute/payout";

pub(crate) async fn run(command: Payout, place: &Place) -> Result<Done> {
    let mut engine = super::existing_engine(place).await?;
    match command {
        Payout::List { scope, status, shape } => list::list(&engine, &scope, status, shape.format).await,
        Payout::Show { payout, brand, shape } => {
            list::show(&engine, &payout, brand.as_deref(), shape.format).await
        }
        Payout::Run(what) => run::run(&mut engine, &what).await,
        Payout::Approve { by, payouts, dry_run, scope, shape } => {
            approve::run(&mut engine, (&by, dry_run), &payouts, &scope, shape.format).await
        }
        Payout::Cancel(what) => cancel::run(&mut engine, &what).await,
        Payout::Method { brand, ambassador, method, by, shape } => {
            method::run(&mut engine, (&brand, &ambassador), method, &by, shape.format).await
        }
        Payout::Hold(what) => hold::run(&mut engine, &what, hold::Change::Placed).await,
        Payout::Release(what) => hold::run(&mut engine, &what, hold::Change::Released).await,
        Payout::Export(what) => export::run(&mut engine, &what).await,
        Payout::Reissue { sha256, brand, settings, output, shape } => {
            reissue::run(&engine, &sha256, &brand, settings.as_deref(), &output, shape.format).await
        }
    }
}

/// What runs decided, in the order of the runs.
async fn rows(engine: &Engine, scope: &PayoutScope) -> Result<Vec<payout::Model>> {
    let mut query = payout::Entity::find()
        .order_by_asc(payout::Column::RunAt)
        .order_by_asc(payout::Column::Brand)
        .order_by_asc(payout::Column::Payout);
    if let Some(brand) = &scope.brand {
        query = query.filter(payout::Column::Brand.eq(brand));
    }
    if let Some(program) = &scope.program {
        query = query.filter(payout::Column::Program.eq(program));
    }
    Ok(query.all(engine.database().connection()).await?)
}

/// The payouts of a brand, without what was carried or held.
pub(super) async fn paid(engine: &Engine, brand: &str) -> Result<Vec<payout::Model>> {
    let scope = PayoutScope { brand: Some(brand.to_owned()), program: None };
    Ok(rows(engine, &scope).await?.into_iter().filter(|row| row.amount.is_some()).collect())
}

/// What became of a payout, oldest first.
pub(super) fn history(row: &payout::Model) -> Result<Vec<HistoryView>> {
    serde_json::from_str(&row.history)
        .with_context(|| format!("the history of payout {} can not be read", row.payout))
}

/// What bars a payout now.
fn bar(engine: &Engine, brand: &BrandId, row: &payout::Model) -> Result<Option<Bar>> {
    let Some(program) = engine.registry().program(brand, &ProgramId::trusted(&row.program)) else {
        return Ok(None);
    };
    let history = history(row)?;
    let approved = history.iter().filter(|it| it.status == PayoutStatus::Approved.as_str());
    let who = AmbassadorId::trusted(&row.ambassador);
    Ok(barred(program, &who, now(), approved.map(|it| it.at).max()))
}

/// Says why events were refused that these commands wrote.
fn tell_refused(taken: &Receipt) {
    for exception in &taken.exceptions {
        if let NotNew::Quarantined { reason, .. } = &exception.what {
            note(reason);
        }
    }
}

fn event(event_type: &str, brand: &str, id: &str, data: serde_json::Value) -> Incoming {
    let event = json!({
        "specversion": "1.0", "type": event_type, "source": SOURCE, "id": id, "brand": brand, "time": now(), "data": data,
    });
    Incoming::read(event.to_string().into_bytes(), Stamp::Now.arrival(), "payout".into())
}
