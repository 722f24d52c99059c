//! The facts that were told of a person, as the log holds them.

use std::collections::BTreeSet;

use sea_orm::FromQueryResult;
use serde::Serialize;
use serde_json::Value;
use tribute_events::{AmbassadorId, BrandId, Timestamp};

use crate::{
    ReportError,
    error::{self, at},
    query::Query,
    report::Books,
};

/// One event that names the person, something that they posted, or a code, a link or a payout of theirs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeldFact {
    /// The event's source.
    pub source: String,
    /// The event's id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// When it happened.
    pub time: Timestamp,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// What it says.
    pub data: Value,
}

/// What shoppers do is theirs: of it the person is told counts, conversions and earnings.
const OF_SHOPPERS: &str = "event_type NOT LIKE 'tribute.sale.%' AND event_type NOT LIKE 'tribute.click.%' AND event_type <> 'tribute.login.recorded' \
     AND event_type NOT LIKE 'tribute.clock.%' AND event_type NOT LIKE 'tribute.fx.%' AND event_type <> 'tribute.program.published'";

#[derive(FromQueryResult)]
struct Logged {
    seq: i64,
    source: String,
    event_id: String,
    event_type: String,
    time_at: i64,
    recorded_at: i64,
    body: String,
}

/// The facts, in the order in which the log has them. `theirs` are the keys of what is the person's: posts, codes, links,
/// payouts and grants.
pub(super) async fn read(
    books: &Books<'_>,
    brand: &BrandId,
    person: &AmbassadorId,
    theirs: &BTreeSet<(&'static str, String)>,
) -> Result<Vec<HeldFact>, ReportError> {
    let columns = "seq, source, event_id, event_type, time_at, recorded_at, body";
    let text = format!("SELECT {columns} FROM event_log WHERE refused = 0 AND {OF_SHOPPERS}");
    let mut query = Query::new("event_log", text);
    query.only("brand", Some(brand.as_str()));
    query.push(" ORDER BY seq");
    let mut found = Vec::new();
    query
        .each(books.database.connection(), |row: Logged| {
            let mut event: Value = error::json("event_log", &row.seq.to_string(), &row.body)?;
            let data = event.get_mut("data").map(Value::take).unwrap_or_default();
            if names(&data, person.as_str()) || theirs.iter().any(|(field, id)| is(&data, field, id)) {
                found.push(fact(row, data));
            }
            Ok(())
        })
        .await?;
    Ok(found)
}

fn fact(row: Logged, data: Value) -> HeldFact {
    HeldFact {
        source: row.source,
        id: row.event_id,
        event_type: row.event_type,
        time: at(row.time_at),
        recorded: at(row.recorded_at),
        data,
    }
}

/// Whether a text of the payload is the person's key.
fn names(data: &Value, person: &str) -> bool {
    match data {
        Value::String(text) => text == person,
        Value::Array(items) => items.iter().any(|item| names(item, person)),
        Value::Object(fields) => fields.values().any(|value| names(value, person)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is(data: &Value, field: &str, id: &str) -> bool {
    data.get(field).and_then(Value::as_str) == Some(id)
}
