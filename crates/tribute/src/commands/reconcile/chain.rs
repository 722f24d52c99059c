//! Which statements were read before, so that one that is missing between two files is said.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use tribute_events::{
    BrandId, StatementRead,
    statement::{Amount, Statement, StatementFormat},
};
use tribute_money::{Asset, format_minor, parse_minor};
use tribute_payouts::matching::Link;
use tribute_services::{Engine, Incoming};
use tribute_store::entity::event_log;

use super::{SOURCE, digest};
use crate::feed::{Stamp, now};

const READ: &str = "tribute.statement.read";

/// The statements of a brand's accounts that were read before.
pub(super) async fn links(engine: &Engine, brand: &BrandId) -> Result<Vec<Link>> {
    let query = event_log::Entity::find()
        .filter(event_log::Column::Brand.eq(brand.as_str()))
        .filter(event_log::Column::EventType.eq(READ))
        .filter(event_log::Column::Refused.eq(0))
        .order_by_asc(event_log::Column::Seq);
    let rows = query.all(engine.database().connection()).await?;
    rows.iter().map(link).collect()
}

/// An account of these of which statements were read for another brand, and that brand.
pub(super) async fn other_brand(
    engine: &Engine,
    brand: &BrandId,
    accounts: &BTreeSet<&str>,
) -> Result<Option<(String, String)>> {
    let query = event_log::Entity::find()
        .filter(event_log::Column::Brand.ne(brand.as_str()))
        .filter(event_log::Column::EventType.eq(READ))
        .filter(event_log::Column::Refused.eq(0))
        .order_by_asc(event_log::Column::Seq);
    for row in query.all(engine.database().connection()).await? {
        let account = link(&row)?.account;
        if accounts.contains(account.as_str()) {
            return Ok(Some((account.to_string(), row.brand)));
        }
    }
    Ok(None)
}

fn link(row: &event_log::Model) -> Result<Link> {
    let unreadable = || format!("event {} of the log is no statement that can be read", row.event_id);
    let mut event: serde_json::Value = serde_json::from_str(&row.body).with_context(unreadable)?;
    let read: StatementRead = serde_json::from_value(event["data"].take()).with_context(unreadable)?;
    let amount = |text: &str| {
        let minor = parse_minor(text, &read.currency).with_context(unreadable)?;
        Ok::<_, anyhow::Error>(Amount { minor, asset: read.currency.clone() })
    };
    Ok(Link {
        opening: amount(&read.opening)?,
        closing: amount(&read.closing)?,
        account: read.account,
        currency: read.currency,
        id: read.statement,
        sequence: read.sequence,
        day: read.closes_on,
    })
}

/// The facts that these statements were read, where they are not known. A report within the day closes nothing.
pub(super) fn read(brand: &BrandId, statements: &[Statement], before: &[Link]) -> Result<Vec<Incoming>> {
    let days = statements.iter().filter(|it| it.format != StatementFormat::Camt052);
    let mut new: Vec<Link> = Vec::new();
    for link in days.filter_map(Link::of) {
        let of_one_currency = [&link.opening, &link.closing].iter().all(|it| it.asset == link.currency);
        if of_one_currency && !before.contains(&link) && !new.contains(&link) {
            new.push(link);
        }
    }
    new.into_iter().map(|link| event(brand, link)).collect()
}

fn event(brand: &BrandId, link: Link) -> Result<Incoming> {
    let shown = |amount: &Amount, currency: &Asset| format_minor(amount.minor, currency);
    let what = StatementRead {
        opening: shown(&link.opening, &link.currency)?,
        closing: shown(&link.closing, &link.currency)?,
        account: link.account,
        currency: link.currency,
        statement: link.id,
        sequence: link.sequence,
        closes_on: link.day,
    };
    let data = serde_json::to_value(what)?;
    let event = json!({
        "specversion": "1.0", "type": READ, "source": SOURCE,
        "id": format!("statement/{}", digest(&data.to_string())), "brand": brand, "time": now(), "data": data,
    });
    Ok(Incoming::read(event.to_string().into_bytes(), Stamp::Now.arrival(), "reconcile".into()))
}
