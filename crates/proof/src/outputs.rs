//! What was published: gapless, in order, and what the outbox says.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tribute_stream::{Log, Partition, Reader, Record, topics};

use crate::{
    figures::Figures,
    watch::{Watch, rows},
};

/// The header with the number of an event in its topic.
const NUMBER: &str = "tribute-number";
/// How long the brokers may take to give everything out.
const READ_MAX: Duration = Duration::from_secs(120);

/// What a reader of a topic keeps: by number.
type Kept = BTreeMap<i64, Vec<u8>>;

/// Reads everything that was published as a reader should, and compares it with the outbox.
pub(crate) async fn check(watch: &Watch, figures: &mut Figures) -> Result<()> {
    let mut published: BTreeMap<String, Kept> = BTreeMap::new();
    let mut seen: BTreeMap<Partition, i64> = BTreeMap::new();
    for record in read_all(watch).await? {
        figures.published += 1;
        let Some(number) = number(&record) else {
            figures.find(format!("{} at {} has no number", record.place(), record.offset));
            continue;
        };
        let kept = published.entry(record.topic.to_string()).or_default();
        let last = seen.entry(record.place()).or_default();
        if number <= *last {
            figures.republished += 1;
            if kept.get(&number).is_none_or(|before| *before != record.value) {
                let place = record.place();
                figures.find(format!("{place}: number {number} came after {last}, and was not there before"));
            }
            continue;
        }
        *last = number;
        if kept.insert(number, record.value).is_some() {
            figures.find(format!("{}: number {number} is in two partitions", record.topic));
        }
    }
    let said = said(watch).await?;
    for topic in topics::outputs() {
        let empty = Kept::new();
        let (published, said) = (published.get(topic).unwrap_or(&empty), said.get(topic).unwrap_or(&empty));
        gapless(topic, published, figures);
        if published != said {
            figures.differences += 1;
            let count = (published.len(), said.len());
            figures.find(format!(
                "{topic}: {} messages published, {} in the outbox, or others",
                count.0, count.1
            ));
        }
    }
    Ok(())
}

fn gapless(topic: &str, published: &Kept, figures: &mut Figures) {
    let gap = (1..).zip(published.keys()).find(|(wanted, number)| wanted != *number);
    if let Some((wanted, number)) = gap {
        figures.differences += 1;
        figures.find(format!("{topic}: number {wanted} was not published; {number} comes next"));
    }
}

fn number(record: &Record) -> Option<i64> {
    let header = record.headers.iter().find(|(name, _)| name == NUMBER)?;
    std::str::from_utf8(&header.1).ok()?.parse().ok()
}

/// The outbox by topic and number.
async fn said(watch: &Watch) -> Result<BTreeMap<String, Kept>> {
    let mut said: BTreeMap<String, Kept> = BTreeMap::new();
    for row in rows(&watch.database, "SELECT stream, events_first, body FROM outbox").await? {
        let (topic, first, body): (String, i64, String) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let lines = (first..).zip(body.lines().map(|line| line.as_bytes().to_vec()));
        said.entry(topic).or_default().extend(lines);
    }
    Ok(said)
}

/// Every record of the outgoing topics.
async fn read_all(watch: &Watch) -> Result<Vec<Record>> {
    let mut ends = watch.log.ends(&topics::outputs().into_iter().collect::<Vec<_>>()).await?;
    ends.retain(|_, ends| ends.next > ends.first);
    let mut reader = watch.log.reader("tribute-proof")?;
    let places: Vec<_> = ends.iter().map(|(place, ends)| (place.clone(), ends.first)).collect();
    reader.add(&places)?;
    let (mut records, began) = (Vec::new(), Instant::now());
    while !ends.is_empty() {
        for record in reader.next(10_000, Duration::from_millis(500)).await? {
            ends.retain(|place, ends| *place != record.place() || record.offset + 1 < ends.next);
            records.push(record);
        }
        if began.elapsed() > READ_MAX {
            bail!("the brokers did not give out {} partitions within {} s", ends.len(), READ_MAX.as_secs());
        }
    }
    Ok(records)
}
