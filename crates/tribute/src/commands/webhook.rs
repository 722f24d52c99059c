use anyhow::{Result, bail};
use tribute_events::Timestamp;
use tribute_reports::{Cell, Column, Table};
use tribute_store::entity::{webhook_delivery, webhook_endpoint};
use tribute_webhooks::{Endpoints, Made, NewEndpoint, Replay, status, webhook_id};

use super::Field;
use crate::{
    Done,
    arguments::{DeliveryStatus, Format, Place, Webhook, WebhookReplay},
    feed::now,
    messages::say,
    settings::Settings,
};

pub(crate) async fn run(command: Webhook, place: &Place, settings: &Settings) -> Result<Done> {
    let database = match command {
        Webhook::Create { .. } => super::open(place).await?,
        _ => super::open_existing(place).await?,
    };
    let endpoints = Endpoints::new(database, place.vault.clone(), settings.webhooks()?.development);
    match command {
        Webhook::Create { brand, url: target, events: filter, app, ambassador, payload, shape } => {
            let new = NewEndpoint { name: None, brand, target, filter, app, ambassador, payload };
            show_secret(&endpoints.create(new, now()).await?, shape.format)
        }
        Webhook::List { brand, shape } => {
            super::show(&listed(endpoints.list(brand.as_ref()).await?), shape.format)?;
            Ok(Done::Clean)
        }
        Webhook::Rotate { which, overlap, shape } => {
            let made = endpoints.rotate(&which.brand, &which.endpoint, overlap.millis(), now()).await?;
            show_secret(&made, shape.format)
        }
        Webhook::Disable { which, reason, shape } => {
            let row = endpoints.disable(&which.brand, &which.endpoint, &reason, now()).await?;
            changed(&row, "is sent nothing; what waits is kept for it", shape.format)
        }
        Webhook::Enable { which, skip, shape } => {
            let row = endpoints.enable(&which.brand, &which.endpoint, skip, now()).await?;
            changed(&row, "is sent to", shape.format)
        }
        Webhook::Delete { which, shape } => {
            endpoints.delete(&which.brand, &which.endpoint).await?;
            let fields = [("endpoint", Cell::text(&*which.endpoint)), ("state", Cell::text("deleted"))];
            super::show_or_say(fields, format_args!("{} is gone", which.endpoint), shape.format)?;
            Ok(Done::Clean)
        }
        Webhook::Deliveries { which, status, limit, shape } => {
            let status = status.map(word);
            let rows =
                endpoints.deliveries(&which.brand, &which.endpoint, status, None, limit.into()).await?;
            super::show(&logged(rows), shape.format)?;
            Ok(Done::Clean)
        }
        Webhook::Replay { which, what, until, shape } => {
            let what = asked(what, until)?;
            let count = endpoints.replay(&which.brand, &which.endpoint, &what, now()).await?;
            let fields = [("endpoint", Cell::text(&*which.endpoint)), ("queued", Cell::count(count))];
            super::show_or_say(fields, format_args!("{count} queued for {}", which.endpoint), shape.format)?;
            Ok(Done::Clean)
        }
    }
}

fn asked(what: WebhookReplay, until: Option<Timestamp>) -> Result<Replay> {
    Ok(match what {
        WebhookReplay { event: Some(id), .. } => Replay::Event(id),
        WebhookReplay { since: Some(from), .. } => Replay::Between(from, until),
        WebhookReplay { failed: true, .. } => Replay::Failed,
        WebhookReplay { .. } => bail!("say what is sent again: --event, --failed or --since"),
    })
}

const fn word(status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Pending => status::PENDING,
        DeliveryStatus::Delivered => status::DELIVERED,
        DeliveryStatus::Failed => status::FAILED,
        DeliveryStatus::Paused => status::PAUSED,
    }
}

fn show_secret(made: &Made, format: Format) -> Result<Done> {
    let (endpoint, secret) = (&made.endpoint.endpoint, made.secret.reveal());
    let fields = [("endpoint", Cell::text(&**endpoint)), ("secret", Cell::text(&**secret))];
    let sentence = format_args!("{}  (signs what is sent to {endpoint}; it is not shown again)", &**secret);
    super::show_or_say(fields, sentence, format)?;
    Ok(Done::Clean)
}

fn changed(row: &webhook_endpoint::Model, what: &str, format: Format) -> Result<Done> {
    let fields: [Field; 3] = [
        ("endpoint", Cell::text(&*row.endpoint)),
        ("state", Cell::text(&*row.state)),
        ("reason", Cell::maybe(row.reason.as_deref())),
    ];
    match format {
        Format::Table => say(format_args!("{} {what}", row.endpoint)),
        Format::Json | Format::Csv => super::show(&super::one_row(fields), format)?,
    }
    Ok(Done::Clean)
}

fn at(millis: i64) -> String {
    Timestamp::from_millis(millis).to_string()
}

fn listed(rows: Vec<webhook_endpoint::Model>) -> Table {
    let names = [
        "brand",
        "endpoint",
        "url",
        "events",
        "app",
        "ambassador",
        "payload",
        "state",
        "reason",
        "made_at",
        "disabled_at",
        "failing_since",
    ];
    let mut table = Table::new(names.map(Column::left).to_vec());
    for row in rows {
        table.push(vec![
            Cell::text(row.brand),
            Cell::text(row.endpoint),
            Cell::text(row.url),
            Cell::maybe((!row.events.is_empty()).then_some(row.events)),
            Cell::maybe(row.app),
            Cell::maybe(row.ambassador),
            Cell::text(row.payload),
            Cell::text(row.state),
            Cell::maybe(row.reason),
            Cell::text(at(row.made_at)),
            Cell::maybe(row.disabled_at.map(at)),
            Cell::maybe(row.failing_since.map(at)),
        ]);
    }
    table
}

fn logged(rows: Vec<webhook_delivery::Model>) -> Table {
    let names = [
        "event",
        "webhook_id",
        "type",
        "status",
        "attempts",
        "attempted_at",
        "next_at",
        "response_status",
        "response",
        "queued_at",
    ];
    let mut table = Table::new(names.map(Column::left).to_vec());
    for row in rows {
        let attempted = row.attempted_at.split_whitespace().filter_map(|it| it.parse().ok()).map(at);
        let attempted: Vec<String> = attempted.collect();
        table.push(vec![
            Cell::text(format!("{}/{}", row.stream, row.number)),
            Cell::text(webhook_id(&row.stream, row.number)),
            Cell::text(row.event_type),
            Cell::text(row.status),
            Cell::Number(row.attempts),
            Cell::maybe((!attempted.is_empty()).then(|| attempted.join(" "))),
            Cell::maybe(row.next_at.map(at)),
            Cell::maybe(row.response_status.map(|it| it.to_string())),
            Cell::maybe(row.response),
            Cell::text(at(row.queued_at)),
        ]);
    }
    table
}
