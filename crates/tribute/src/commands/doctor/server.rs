//! A PostgreSQL server: what our guarantees rest on.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use sea_orm::DatabaseConnection;

use super::{Findings, State, books, span};

/// The oldest version that is tested.
const VERSION_LEAST: i64 = 140_000;
/// What one process takes.
const CONNECTIONS: i64 = 16;
/// From here on the clock does not tick.
const APART_MAX: i64 = 60_000;
const APART_MUCH: i64 = 5_000;

/// Columns of texts that are not compared byte by byte.
const OTHER_COLLATIONS: &str = "SELECT c.relname::text || '.' || a.attname::text AS name \
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_collation k ON k.oid = a.attcollation \
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 \
    AND NOT a.attisdropped AND a.atttypid = 'text'::regtype AND k.collname <> 'C' ORDER BY 1 LIMIT 3";

pub(super) async fn examine(connection: &DatabaseConnection, found: &mut Findings) -> Result<()> {
    let (version, number) =
        (setting(connection, "server_version").await?, setting(connection, "server_version_num").await?);
    let ill = format!("PostgreSQL {version} is older than 14, the oldest that is tested; upgrade the server");
    let number: i64 = number.parse()?;
    found.judge(
        "database",
        number >= VERSION_LEAST,
        &format!("PostgreSQL {version} answers"),
        (State::Wrong, ill),
    );
    durable(connection, found).await?;
    texts(connection, found).await?;
    room(connection, found).await?;
    clocks(connection, found).await
}

async fn setting(connection: &DatabaseConnection, name: &str) -> Result<String> {
    let row = books::rows(connection, "SELECT current_setting($1)", vec![name.into()]).await?;
    Ok(row.first().context("no row")?.try_get_by_index(0)?)
}

/// What is committed has to be on the disk: positions and results lie nowhere else.
async fn durable(connection: &DatabaseConnection, found: &mut Findings) -> Result<()> {
    let mut weak = Vec::new();
    for name in ["fsync", "synchronous_commit", "full_page_writes"] {
        if setting(connection, name).await? == "off" {
            weak.push(name);
        }
    }
    let ill = format!(
        "{} is off: a crash of the server loses or damages what was committed; ALTER SYSTEM SET it to on",
        weak.join(", ")
    );
    found.judge(
        "durability",
        weak.is_empty(),
        "fsync, synchronous_commit and full_page_writes are on",
        (State::Wrong, ill),
    );
    let rows = books::rows(connection, "SELECT pg_is_in_recovery()", vec![]).await?;
    if rows.first().context("no row")?.try_get_by_index::<bool>(0)? {
        let text = "this server is a standby and takes no writes; name the primary in database.url";
        found.add("durability", State::Wrong, text);
    }
    let idle = setting(connection, "idle_in_transaction_session_timeout").await?;
    let ill = "idle_in_transaction_session_timeout does not reach the server, so that a worker that hangs keeps its \
        rows locked; a pooler in between drops it: pool by session, or ALTER ROLE … SET it to 10s"
        .to_owned();
    let well = format!("a session that hangs in a transaction is ended after {idle}");
    found.judge("locks", idle != "0", &well, (State::Wrong, ill));
    Ok(())
}

async fn texts(connection: &DatabaseConnection, found: &mut Findings) -> Result<()> {
    let encoding = setting(connection, "server_encoding").await?;
    let ill = format!(
        "the database's encoding is {encoding}: not every name fits; make it anew with ENCODING 'UTF8'"
    );
    found.judge("encoding", encoding == "UTF8", "UTF8", (State::Wrong, ill));
    let other: Vec<String> = books::rows(connection, OTHER_COLLATIONS, vec![])
        .await?
        .iter()
        .map(|row| row.try_get("", "name"))
        .collect::<Result<_, _>>()?;
    let other: Vec<_> = other.into_iter().filter(|name| !name.starts_with("seaql_")).collect();
    let ill = format!(
        "{} …: not collated by \"C\", so that an upgrade of the server's locale may break their indexes; ALTER the \
         columns to COLLATE \"C\"",
        other.join(", ")
    );
    found.judge("collation", other.is_empty(), "texts are compared byte by byte", (State::Warning, ill));
    Ok(())
}

async fn room(connection: &DatabaseConnection, found: &mut Findings) -> Result<()> {
    let most: i64 = setting(connection, "max_connections").await?.parse()?;
    let kept: i64 = setting(connection, "superuser_reserved_connections").await?.parse()?;
    let text = "SELECT count(*), count(*) FILTER (WHERE application_name = 'tribute') \
        FROM pg_stat_activity WHERE backend_type = 'client backend'";
    let rows = books::rows(connection, text, vec![]).await?;
    let row = rows.first().context("no row")?;
    let (used, ours): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    let free = most.saturating_sub(kept).saturating_sub(used);
    let ill = format!(
        "{free} of {most} connections are free ({ours} are ours), and one more process takes up to {CONNECTIONS}; raise \
         max_connections or put a pooler by session in front"
    );
    let well = format!("{free} of {most} connections are free, {ours} are ours");
    found.judge("connections", free >= CONNECTIONS, &well, (State::Warning, ill));
    Ok(())
}

async fn clocks(connection: &DatabaseConnection, found: &mut Findings) -> Result<()> {
    let here = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |it| i64::try_from(it.as_millis()).unwrap_or(i64::MAX))
    };
    let before = here();
    let theirs = books::now(connection).await?;
    let apart = theirs.saturating_sub(before.midpoint(here())).saturating_abs();
    let state = if apart > APART_MAX { State::Wrong } else { State::Warning };
    let ill = format!(
        "this machine's clock and the database's are {} apart; over {} nothing ticks: let both be set by NTP",
        span(apart),
        span(APART_MAX)
    );
    found.judge(
        "clocks",
        apart <= APART_MUCH,
        "this machine and the database agree on the time",
        (state, ill),
    );
    Ok(())
}
