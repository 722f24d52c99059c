//! From the moment at which a sale is due to be sent to the moment at which its earning can be read, while the rest of
//! the workload comes at a steady rate, whether the pipeline keeps up or not.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tribute_events::Arrival;
use tribute_runtime::Intake;
use tribute_store::{Database, entity::earning};
use tribute_stream::KafkaLog;

use super::{now, probe};

/// How often something is sent: so much of the workload, and one sale that is looked for.
const STEP: Duration = Duration::from_millis(20);
/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(4);
/// How long the last one is looked for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Milliseconds, at three places of the distribution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Latency {
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) p999: f64,
}

pub(super) async fn measure(
    intake: &mut Intake<KafkaLog>,
    database: &Database,
    lines: Vec<String>,
    rate: f64,
) -> Result<Latency> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of lines for a rate")]
    let part = ((rate * STEP.as_secs_f64()) as usize).max(1);
    let steps = lines.len() / part;
    let started = Instant::now();
    let looking = tokio::spawn(look(database.clone(), started, steps));
    let mut lines = lines.into_iter();
    let mut due = started;
    for number in 0..steps {
        tokio::time::sleep_until(due.into()).await;
        let sale = (probe::sale(number, now()).into_bytes(), Arrival::Backfill);
        let chunk = lines.by_ref().take(part).map(|line| (line.into_bytes(), Arrival::Backfill));
        intake.bring(chunk.chain([sale]).collect()).await?;
        due += STEP;
    }
    of(looking.await??)
}

/// Looks for the earnings of the sales; the times from when each was due to when it was seen.
async fn look(database: Database, started: Instant, count: usize) -> Result<Vec<Duration>> {
    let mut pending: BTreeMap<String, Instant> = BTreeMap::new();
    let mut due = started;
    for number in 0..count {
        pending.insert(format!("order:{}", probe::order(number)), due);
        due += STEP;
    }
    let mut seen = Vec::with_capacity(count);
    while let Some((first, _)) = pending.first_key_value() {
        let mut transaction = database.begin().await?;
        let condition = "brand = $1 AND program = 'probe' AND source >= $2";
        let values = vec![probe::BRAND.into(), first.as_str().into()];
        let found = transaction.select::<earning::Entity>(condition, values).await?;
        transaction.rollback().await?;
        let at = Instant::now();
        let known = found.into_iter().filter_map(|row| pending.remove(&row.source));
        seen.extend(known.map(|due| at.saturating_duration_since(due)));
        if at > due + PATIENCE {
            bail!("{} of {count} sales have no earning after {} s", pending.len(), PATIENCE.as_secs());
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(seen)
}

fn of(mut times: Vec<Duration>) -> Result<Latency> {
    times.sort_unstable();
    let at = |thousandths: usize| {
        let place = (times.len() * thousandths / 1_000).min(times.len().saturating_sub(1));
        times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
    };
    Ok(Latency { p50: at(500), p99: at(990), p999: at(999) })
}
