//! `tribute adjustment`: corrections by hand that two people answer for.

use anyhow::{Result, bail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use tribute_events::{AdjustmentProposed, BrandId, Timestamp};
use tribute_money::format_minor;
use tribute_payouts::same_name;
use tribute_reports::{Cell, Column, Table};
use tribute_services::{Engine, Receipt, adjustable};
use tribute_store::entity::adjustment;

use crate::{
    Done,
    arguments::{Adjustment, Format, Place, Proposed, WhichAdjustment},
    feed::now,
    messages::say,
};

const SOURCE: &str = "/tribute/adjustment";

pub(crate) async fn run(command: Adjustment, place: &Place) -> Result<Done> {
    let mut engine = super::existing_engine(place).await?;
    match command {
        Adjustment::Propose(what) => propose(&mut engine, &what).await,
        Adjustment::Approve { which, shape } => {
            let row = waiting(&engine, &which).await?;
            if same_name(&row.proposed_by, &which.by) {
                bail!(
                    "adjustment {} was proposed by {}: somebody else has to approve it",
                    row.adjustment,
                    which.by
                );
            }
            let data = json!({"adjustment": which.adjustment, "by": which.by});
            decide(&mut engine, &which, "approved", data, shape.format).await
        }
        Adjustment::Refuse { which, reason, shape } => {
            waiting(&engine, &which).await?;
            let data = json!({"adjustment": which.adjustment, "by": which.by, "reason": reason});
            decide(&mut engine, &which, "refused", data, shape.format).await
        }
        Adjustment::List { brand, shape } => list(&engine, &brand, shape.format).await,
    }
}

async fn propose(engine: &mut Engine, what: &Proposed) -> Result<Done> {
    let today = now().to_string().chars().take(10).collect::<String>();
    let data = AdjustmentProposed {
        adjustment: what.adjustment.clone(),
        program: what.program.clone(),
        debit: what.debit.as_str().into(),
        credit: what.credit.as_str().into(),
        amount: what.amount,
        currency: what.currency.clone(),
        day: what.on.map_or(today, |day| day.to_string()).into(),
        by: what.by.clone(),
        reason: what.reason.clone(),
    };
    if rows(engine, &what.brand).await?.iter().any(|row| row.adjustment == what.adjustment.as_str()) {
        bail!("adjustment {} is known already; propose another under an id of its own", what.adjustment);
    }
    if let Err(rejection) = adjustable(engine.registry(), &what.brand, now(), &data) {
        bail!("adjustment {} is not proposed: {}", what.adjustment, rejection.reason);
    }
    let id = format!("{}/proposed", what.adjustment);
    let data = serde_json::to_value(data)?;
    let event = super::event("tribute.adjustment.proposed", SOURCE, &what.brand, &id, &data);
    let taken = super::take(engine, vec![event]).await?;
    if what.shape.format == Format::Table && taken.accepted > 0 {
        say(format_args!(
            "adjustment {} is proposed by {}: somebody else has to approve it",
            what.adjustment, what.by
        ));
    }
    super::finish(&taken, [("adjustment", Cell::text(what.adjustment.as_str()))], what.shape.format)
}

async fn decide(
    engine: &mut Engine,
    which: &WhichAdjustment,
    decision: &str,
    data: serde_json::Value,
    format: Format,
) -> Result<Done> {
    let (id, event_type) =
        (format!("{}/{decision}", which.adjustment), format!("tribute.adjustment.{decision}"));
    let event = super::event(&event_type, SOURCE, &which.brand, &id, &data);
    let taken: Receipt = super::take(engine, vec![event]).await?;
    if format == Format::Table && taken.accepted > 0 {
        say(format_args!("adjustment {} is {decision} by {}", which.adjustment, which.by));
    }
    super::finish(&taken, [("adjustment", Cell::text(which.adjustment.as_str()))], format)
}

async fn rows(engine: &Engine, brand: &BrandId) -> Result<Vec<adjustment::Model>> {
    let query = adjustment::Entity::find().filter(adjustment::Column::Brand.eq(brand.as_str()));
    let query = query.order_by_asc(adjustment::Column::Day).order_by_asc(adjustment::Column::Adjustment);
    Ok(query.all(engine.database().connection()).await?)
}

/// The proposal that waits for a decision.
async fn waiting(engine: &Engine, which: &WhichAdjustment) -> Result<adjustment::Model> {
    let all = rows(engine, &which.brand).await?;
    let Some(row) = all.into_iter().find(|row| row.adjustment == which.adjustment.as_str()) else {
        bail!("adjustment {} is not known; see `tribute adjustment list`", which.adjustment);
    };
    if row.status != "proposed" {
        let by = row.decided_by.as_deref().unwrap_or("nobody");
        bail!("adjustment {} was {} by {by}, which stands; propose another", row.adjustment, row.status);
    }
    Ok(row)
}

/// The adjustments of a brand that wait for a decision and are of a day before this instant.
pub(super) async fn undecided(engine: &Engine, brand: &BrandId, before: Timestamp) -> Result<Vec<String>> {
    let day: String = before.to_string().chars().take(10).collect();
    let all = rows(engine, brand).await?.into_iter();
    Ok(all.filter(|row| row.status == "proposed" && row.day < day).map(|row| row.adjustment).collect())
}

async fn list(engine: &Engine, brand: &BrandId, format: Format) -> Result<Done> {
    let mut table = Table::new([
        Column::for_programs("brand"),
        Column::left("adjustment"),
        Column::left("program"),
        Column::left("day"),
        Column::left("debit"),
        Column::left("credit"),
        Column::right("amount"),
        Column::for_programs("currency"),
        Column::left("status"),
        Column::left("proposed_by"),
        Column::left("decided_by"),
        Column::left("reason"),
        Column::left("refusal"),
    ]);
    for row in rows(engine, brand).await? {
        let amount = format_minor(row.amount, &row.asset.parse()?)?;
        let text = |text: &String| Cell::text(text.as_str());
        let mut cells =
            [&row.brand, &row.adjustment, &row.program, &row.day, &row.debit, &row.credit].map(text).to_vec();
        cells.extend([Cell::Amount(amount, row.asset.clone()), text(&row.asset)]);
        cells.extend([text(&row.status), text(&row.proposed_by), Cell::maybe(row.decided_by.as_deref())]);
        cells.extend([text(&row.reason), Cell::maybe(row.refusal.as_deref())]);
        table.push(cells);
    }
    super::show(&table, format)?;
    Ok(Done::Clean)
}
