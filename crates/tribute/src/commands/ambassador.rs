use std::{fs::File, io::Read};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::json;
use tribute_events::{AmbassadorChange, Timestamp};
use tribute_services::Incoming;

use crate::{
    Done,
    arguments::{Ambassador, Place},
    feed::{Stamp, now},
    messages::receipt,
};

/// One line of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    ambassador: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    at: Option<Timestamp>,
    #[serde(default)]
    payout_currency: Option<String>,
    #[serde(default)]
    accounts: Option<String>,
    #[serde(default)]
    platform: Option<String>,
    #[serde(default)]
    followers: Option<u64>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    campus: Option<String>,
    #[serde(default)]
    recruiter: Option<String>,
    #[serde(default)]
    tax_form: Option<bool>,
    #[serde(default)]
    payment_details_verified: Option<bool>,
    #[serde(default)]
    code: Option<String>,
}

pub(crate) async fn run(command: Ambassador, place: &Place) -> Result<Done> {
    let Ambassador::Import { file, brand, program, backfill } = command;
    let reader: Box<dyn Read> = if file == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(&file).with_context(|| format!("{file} cannot be opened"))?)
    };
    let stamp = if backfill { Stamp::Backfill } else { Stamp::Now };
    let mut events = Vec::new();
    for (number, line) in (2_usize..).zip(csv::Reader::from_reader(reader).deserialize()) {
        let line: Line = line.with_context(|| format!("{file}, line {number}"))?;
        let origin = format!("{file}:{number}");
        events.extend(events_of(&line, &brand, &program, stamp, &origin).with_context(|| origin.clone())?);
    }
    let mut engine = super::engine(place).await?;
    let mut total = tribute_services::Receipt::default();
    while !events.is_empty() {
        let rest = events.split_off(events.len().min(crate::feed::BATCH_EVENTS));
        total.add(&super::take(&mut engine, std::mem::replace(&mut events, rest)).await?);
    }
    receipt(&total);
    Ok(super::done(&total))
}

fn events_of(line: &Line, brand: &str, program: &str, stamp: Stamp, origin: &str) -> Result<Vec<Incoming>> {
    let at = line.at.unwrap_or_else(now);
    let status = line.status.as_deref().unwrap_or("approved");
    let event_type = format!("tribute.ambassador.{status}");
    if !AmbassadorChange::ALL.iter().any(|change| change.event_type() == event_type) {
        bail!(
            "`{status}` is not a status; use applied, approved, waitlisted, rejected, suspended, left, banned or updated"
        );
    }
    let mut data = json!({"program": program, "ambassador": line.ambassador});
    let accounts = line.accounts.as_ref().map(|all| all.split(';').map(str::trim).collect::<Vec<_>>());
    let known = [
        ("payout_currency", line.payout_currency.as_ref().map(|it| json!(it))),
        ("accounts", accounts.map(|it| json!(it))),
        ("platform", line.platform.as_ref().map(|it| json!(it))),
        ("followers", line.followers.map(|it| json!(it))),
        ("region", line.region.as_ref().map(|it| json!(it))),
        ("campus", line.campus.as_ref().map(|it| json!(it))),
        ("recruiter", line.recruiter.as_ref().map(|it| json!(it))),
        ("tax_form", line.tax_form.map(|it| json!(it))),
        ("payment_details_verified", line.payment_details_verified.map(|it| json!(it))),
    ];
    for (field, value) in known {
        if let (Some(object), Some(value)) = (data.as_object_mut(), value) {
            object.insert(field.into(), value);
        }
    }
    let event = |kind: &str, id: String, data| {
        let event = json!({
            "specversion": "1.0", "type": kind, "source": "/tribute/import", "id": id, "brand": brand, "time": at, "data": data,
        });
        Incoming::read(event.to_string().into_bytes(), stamp.arrival(), origin.to_owned())
    };
    let mut events = vec![event(&event_type, format!("{program}/{}/{status}/{at}", line.ambassador), data)];
    if let Some(code) = &line.code {
        let data = json!({"program": program, "ambassador": line.ambassador, "code": code});
        events.push(event("tribute.code.issued", format!("{program}/{}/code/{code}", line.ambassador), data));
    }
    Ok(events)
}
