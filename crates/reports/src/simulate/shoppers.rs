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
    event_id: String,
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
    account.map(of_account).into_iter().chain(device.map(of_device))
}

fn of_account(account: &str) -> Subject {
    format!("a:{account}")
}

fn of_device(device: &str) -> Subject {
    format!("d:{device}")
}

/// The events of all clicks that count for an order before an instant, or might: on an ambassador's link, by somebody who
/// ordered, on whatever device they were ever logged in; and of those that say on which device that was. Without an
/// ambassador and a link, and without being such a login, a click counts for no order.
pub(super) async fn clicks_that_count(
    to: Timestamp,
    books: &impl Source,
    brand: &BrandId,
) -> Result<BTreeSet<String>, ReportError> {
    let logins = logins(books, brand).await?;
    let shoppers = shoppers(buyers(to, books, brand).await?, &logins);
    let theirs = logins.into_iter().filter(|login| shoppers.contains(&of_account(&login.account)));
    let mut clicks: BTreeSet<String> = theirs.map(|login| login.event_id).collect();
    let text = "SELECT event_id, device, account FROM touch \
                WHERE (ambassador IS NOT NULL OR link IS NOT NULL)";
    let mut query = Query::new("touch", text);
    query.only("brand", Some(brand.as_str()));
    query.between("at", None, Some(to));
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

/// The accounts and devices that orders name.
async fn buyers(to: Timestamp, books: &impl Source, brand: &BrandId) -> Result<Vec<Subject>, ReportError> {
    let mut query = Query::new("sale", "SELECT order_id, facts FROM sale WHERE 1 = 1");
    query.only("brand", Some(brand.as_str()));
    query.between("at", None, Some(to));
    let mut found: Vec<Subject> = Vec::new();
    query
        .each(books, |row: Sale| {
            let bought: Bought = error::json("sale", &row.order_id, &row.facts)?;
            let buyers = bought.documents.iter().map(|document| &document.what);
            found.extend(buyers.flat_map(|it| subjects(it.account.as_deref(), it.device.as_deref())));
            Ok(())
        })
        .await?;
    Ok(found)
}

/// Every login, those included that a click or an order implies.
async fn logins(books: &impl Source, brand: &BrandId) -> Result<Vec<Login>, ReportError> {
    let mut query = Query::new("login", "SELECT device, account, event_id FROM login WHERE 1 = 1");
    query.only("brand", Some(brand.as_str()));
    query.all(books).await
}

/// The buyers, and all accounts and devices that a login ever put beside them.
fn shoppers(buyers: Vec<Subject>, logins: &[Login]) -> BTreeSet<Subject> {
    let mut beside: BTreeMap<Subject, Vec<Subject>> = BTreeMap::new();
    for login in logins {
        let (account, device) = (of_account(&login.account), of_device(&login.device));
        beside.entry(account.clone()).or_default().push(device.clone());
        beside.entry(device).or_default().push(account);
    }
    let (mut open, mut found) = (buyers, BTreeSet::new());
    while let Some(subject) = open.pop() {
        if !found.contains(&subject) {
            open.extend(beside.get(&subject).into_iter().flatten().cloned());
            found.insert(subject);
        }
    }
    found
}
