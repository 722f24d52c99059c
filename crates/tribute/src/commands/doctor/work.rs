//! The services: who is there, who has what, and what waits for whom.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Result;
use tribute_stream::topics;
use tribute_terms::Span;

use crate::settings::Settings;

use super::{Findings, State, books::Books, span};

/// For how long a batch that waits is watched.
const WATCHED: Duration = Duration::from_secs(2);
/// From how many events on the relay is behind.
const UNPUBLISHED_MUCH: i64 = 1_000;

/// The groups of workers that share sources by leases, and what is said to start one.
const GROUPS: [(&str, &str); 3] = [
    ("attribution", "takes events in; start `tribute run attribution` or `all`"),
    ("relay", "publishes what the services said; start `tribute run relay` or `all`"),
    ("clock", "ticks, so that nothing clears and nobody is paid; start `tribute run clock` or `all`"),
];

struct Row {
    source: String,
    partition: i64,
    owner: String,
    next: i64,
    is_live: bool,
}

pub(super) async fn examine(books: &Books, settings: &Settings, found: &mut Findings) -> Result<()> {
    let now = books.now().await?;
    let of_webhooks = |row: &Row| row.source == "webhooks" || row.source.starts_with("member/webhooks/");
    let (senders, rows): (Vec<_>, Vec<_>) = rows(books, now).await?.into_iter().partition(of_webhooks);
    webhooks(books, &senders, found).await?;
    // Where only `tribute ingest` and its like work there is nobody to be missed.
    if rows.is_empty() {
        found.ok("services", "none has ever run by itself on this database");
    } else {
        workers(&rows, found);
        unpublished(books, &rows, found).await?;
        handover(books, now, found).await?;
        clock(books, settings, now, found).await?;
        let refused = books.number("SELECT count(*) FROM refused_commit").await?;
        found.ok(
            "refused",
            format!("{refused} late commits of workers that had lost their lease were refused"),
        );
    }
    let open = books.number("SELECT count(*) FROM quarantine WHERE status = 'open'").await?;
    let ill = format!("{open} events were put aside and wait for a person; see `tribute quarantine list`");
    found.judge("quarantine", open == 0, "nothing is put aside", (State::Warning, ill));
    Ok(())
}

async fn rows(books: &Books, now: i64) -> Result<Vec<Row>> {
    let text =
        "SELECT source, partition, owner, next, lease_until FROM source_position ORDER BY source, partition";
    let read = |row: &sea_orm::QueryResult| {
        let until: i64 = row.try_get("", "lease_until")?;
        Ok(Row {
            source: row.try_get("", "source")?,
            partition: row.try_get("", "partition")?,
            owner: row.try_get("", "owner")?,
            next: row.try_get("", "next")?,
            is_live: until > now,
        })
    };
    books.rows(text, vec![]).await?.iter().map(read).collect()
}

/// The group whose workers share a source.
fn group_of(source: &str) -> &'static str {
    match source {
        "clock" => "clock",
        _ if source.starts_with("outbox/") => "relay",
        _ => "attribution",
    }
}

fn workers(rows: &[Row], found: &mut Findings) {
    for (group, work) in GROUPS {
        let prefix = format!("member/{group}/");
        let live: Vec<_> = rows.iter().filter(|row| row.is_live && row.source.starts_with(&prefix)).collect();
        let ill = format!("no live worker {work}");
        let well = format!("{} live in group {group}", live.len());
        found.judge("services", !live.is_empty(), &well, (State::Warning, ill));
        let sources =
            rows.iter().filter(|row| !row.source.starts_with("member/") && group_of(&row.source) == group);
        let orphans: Vec<_> = sources.filter(|row| live.iter().all(|it| it.owner != row.owner)).collect();
        if let (Some(first), false) = (orphans.first(), live.is_empty()) {
            let text = format!(
                "{} sources of group {group}, {}/{} first, have no worker, though some live: they are taken within a \
                 few seconds; where this stays so, look into the workers' logs",
                orphans.len(),
                first.source,
                first.partition
            );
            found.add("leases", State::Warning, text);
        }
    }
}

/// Who sends webhooks, where there are endpoints, and which of these take nothing.
async fn webhooks(books: &Books, senders: &[Row], found: &mut Findings) -> Result<()> {
    let active = books.number("SELECT count(*) FROM webhook_endpoint WHERE state = 'active'").await?;
    let failing =
        "SELECT count(*) FROM webhook_endpoint WHERE state = 'active' AND failing_since IS NOT NULL";
    let failing = books.number(failing).await?;
    if active > 0 {
        let live = senders.iter().any(|row| row.is_live && row.source.starts_with("member/"));
        let ill = "nobody sends webhooks; start `tribute run webhooks`, `all`, or `run`".to_owned();
        found.judge("webhooks", live, &format!("{active} endpoints are sent to"), (State::Warning, ill));
    }
    if failing > 0 {
        let text =
            format!("{failing} webhook endpoints took nothing the last time; see `tribute webhook list`");
        found.add("webhooks", State::Warning, text);
    }
    Ok(())
}

async fn unpublished(books: &Books, rows: &[Row], found: &mut Findings) -> Result<()> {
    let next: BTreeMap<&str, i64> = rows.iter().map(|row| (row.source.as_str(), row.next)).collect();
    let (mut all, mut most) = (0_i64, (0_i64, ""));
    for topic in topics::outputs() {
        let text = "SELECT events_last FROM outbox WHERE stream = $1 ORDER BY number DESC LIMIT 1";
        let said = books.rows(text, vec![topic.into()]).await?;
        let last: i64 = said.first().map_or(Ok(0), |row| row.try_get_by_index(0))?;
        let at = next.get(format!("outbox/{topic}").as_str()).copied().unwrap_or(1);
        let waiting = last.saturating_add(1).saturating_sub(at);
        all = all.saturating_add(waiting);
        most = most.max((waiting, topic));
    }
    let ill = format!(
        "{all} events wait to be published, {} of them for {}; look into the relay's log, and whether the brokers take them",
        most.0, most.1
    );
    found.judge(
        "relay",
        all < UNPUBLISHED_MUCH,
        &format!("{all} events wait to be published"),
        (State::Warning, ill),
    );
    Ok(())
}

/// The batch that is booked next: how many wait, its number, its service, when it was recorded.
async fn first_waiting(books: &Books) -> Result<Option<(i64, String, i64)>> {
    let rows =
        books.rows("SELECT number, turn, recorded_at FROM handover ORDER BY number LIMIT 1", vec![]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some((row.try_get("", "number")?, row.try_get("", "turn")?, row.try_get("", "recorded_at")?)))
}

async fn handover(books: &Books, now: i64, found: &mut Findings) -> Result<()> {
    let before = first_waiting(books).await?;
    if before.is_some() {
        tokio::time::sleep(WATCHED).await;
    }
    let waiting = books.number("SELECT count(*) FROM handover").await?;
    match first_waiting(books).await?.filter(|after| before.as_ref() == Some(after)) {
        Some((number, turn, recorded)) => {
            let text = format!(
                "{waiting} batches wait to be booked, and the oldest, {number} of {} ago, did not move within {} s: it is \
                 the turn of `tribute run {turn}`; start it, or look into its log",
                span(now.saturating_sub(recorded)),
                WATCHED.as_secs()
            );
            found.add("handover", State::Warning, text);
        }
        None => found.ok("handover", format!("{waiting} batches wait to be booked")),
    }
    Ok(())
}

async fn clock(books: &Books, settings: &Settings, now: i64, found: &mut Findings) -> Result<()> {
    let rows = books.rows("SELECT at FROM clock", vec![]).await?;
    let Some(row) = rows.first() else {
        found.add("clock", State::Warning, "no tick has come yet; `tribute run clock` or `all` ticks");
        return Ok(());
    };
    let millis = |key: &str| settings.text(key).and_then(|text| text.parse().ok()).map_or(0, Span::millis);
    let due = now.saturating_sub(millis("run.lateness")).saturating_sub(millis("run.tick").saturating_mul(2));
    let behind = due.saturating_sub(row.try_get_by_index::<i64>(0)?);
    let ill = format!(
        "the clock of the books stands {} behind where it should be: a tick waits until everything before it is taken \
         in and booked; look after lag, hand-over and the log of `tribute run clock`",
        span(behind)
    );
    found.judge("clock", behind <= 60_000, "the clock of the books moves", (State::Warning, ill));
    Ok(())
}
