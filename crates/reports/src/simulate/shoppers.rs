//! Which clicks can bear on an order at all. Most shoppers click and never order, and reading their clicks would take
//! most of a simulation's time.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::FromQueryResult;
use serde::Deserialize;
use tribute_events::{BrandId, Timestamp};

use crate::{
    ReportError, error,
    query::{Query, Source},
};

#[derive(FromQueryResult)]
struct Sale {
    order_id: String,
    facts: String,
}

/// As much of an order's facts as tells who bought.
#[derive(Deserialize)]
struct Bought {
    #[serde(default)]
    documents: Vec<Document>,
}

#[derive(Deserialize)]
struct Document {
    what: Buyer,
}

#[derive(Deserialize)]
struct Buyer {
    account: Option<String>,
    device: Option<String>,
}

#[derive(FromQueryResult)]
struct Login {
    device: String,
    account: String,
}

#[derive(FromQueryResult)]
struct Touch {
    event_id: String,
    device: Option<String>,
    account: Option<String>,
}

/// An account or a device, told apart by its first letter.
type Subject = String;

fn subjects(account: Option<&str>, device: Option<&str>) -> impl Iterator<Item = Subject> {
    let account = account.map(|it| format!("a:{it}"));
    account.into_iter().chain(device.map(|it| format!("d:{it}")))
}

/// The events of all clicks that count for an order before an instant, or might: on an ambassador's link, by somebody who
/// ordered, on whatever device they were ever logged in. Without an ambassador and a link a click counts for no order.
pub(super) async fn clicks_that_count(
    to: Timestamp,
    books: &impl Source,
    brand: &BrandId,
) -> Result<BTreeSet<String>, ReportError> {
    let shoppers = shoppers(to, books, brand).await?;
    let text = "SELECT event_id, device, account FROM touch \
                WHERE (ambassador IS NOT NULL OR link IS NOT NULL)";
    let mut query = Query::new("touch", text);
    query.only("brand", Some(brand.as_str()));
    query.between("at", None, Some(to));
    let mut clicks = BTreeSet::new();
    query
        .each(books, |row: Touch| {
            if subjects(row.account.as_deref(), row.device.as_deref()).any(|it| shoppers.contains(&it)) {
                clicks.insert(row.event_id);
            }
            Ok(())
        })
        .await?;
    Ok(clicks)
}

/// The accounts and devices of everybody who ordered, those included that a login ever put beside them.
async fn shoppers(
    to: Timestamp,
    books: &impl Source,
    brand: &BrandId,
) -> Result<BTreeSet<Subject>, ReportError> {
    let mut sales = Query::new("sale", "SELECT order_id, facts FROM sale WHERE 1 = 1");
    sales.only("brand", Some(brand.as_str()));
    sales.between("at", None, Some(to));
    let mut open: Vec<Subject> = Vec::new();
    sales
        .each(books, |row: Sale| {
            let bought: Bought = error::json("sale", &row.order_id, &row.facts)?;
            let buyers = bought.documents.iter().map(|document| &document.what);
            open.extend(buyers.flat_map(|it| subjects(it.account.as_deref(), it.device.as_deref())));
            Ok(())
        })
        .await?;
    let beside = beside(books, brand).await?;
    let mut found = BTreeSet::new();
    while let Some(subject) = open.pop() {
        if !found.contains(&subject) {
            open.extend(beside.get(&subject).into_iter().flatten().cloned());
            found.insert(subject);
        }
    }
    Ok(found)
}

/// For each account the devices that it was used on, and for each device its accounts.
async fn beside(
    books: &impl Source,
    brand: &BrandId,
) -> Result<BTreeMap<Subject, Vec<Subject>>, ReportError> {
    let mut query = Query::new("login", "SELECT device, account FROM login WHERE 1 = 1");
    query.only("brand", Some(brand.as_str()));
    let mut beside: BTreeMap<Subject, Vec<Subject>> = BTreeMap::new();
    query
        .each(books, |row: Login| {
            let (account, device) = (format!("a:{}", row.account), format!("d:{}", row.device));
            beside.entry(account.clone()).or_default().push(device.clone());
            beside.entry(device).or_default().push(account);
            Ok(())
        })
        .await?;
    Ok(beside)
}
