//! Outgoing events: rows written in the batch's transaction, one per topic, numbered without gaps.

use std::collections::BTreeMap;

use serde::Serialize;
use tribute_events::{BrandId, Timestamp, catalogue, outgoing::Outgoing};
use tribute_store::{Transaction, entity::outbox};

use crate::{ServiceError, sequence::Sequences};

/// What a batch says, in the order it says it, by topic.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    topics: BTreeMap<&'static str, Vec<Said>>,
}

#[derive(Debug)]
struct Said {
    brand: BrandId,
    name: &'static str,
    at: Timestamp,
    key: String,
    what: Outgoing,
}

#[derive(Serialize)]
struct Written<'a> {
    specversion: &'static str,
    id: String,
    source: &'static str,
    r#type: &'static str,
    brand: &'a BrandId,
    partitionkey: String,
    time: Timestamp,
    data: &'a Outgoing,
}

impl Outbox {
    pub(crate) fn say(
        &mut self,
        brand: &BrandId,
        name: &'static str,
        at: Timestamp,
        key: &str,
        what: Outgoing,
    ) {
        let said = Said { brand: brand.clone(), name, at, key: key.to_owned(), what };
        self.topics.entry(catalogue::place(name).0).or_default().push(said);
    }

    pub(crate) async fn flush(
        &mut self,
        transaction: &mut Transaction,
        batch: i64,
        sequences: &mut Sequences,
    ) -> Result<(), ServiceError> {
        let mut rows = Vec::with_capacity(self.topics.len());
        for (topic, said) in std::mem::take(&mut self.topics) {
            let first = sequences.take(topic, said.len());
            let mut body = Vec::with_capacity(said.len().saturating_mul(600));
            for (number, said) in (first..).zip(&said) {
                write(&mut body, topic, number, said)?;
            }
            rows.push(outbox::Model {
                stream: topic.to_owned(),
                number: first,
                batch,
                events_first: first,
                events_last: first
                    .saturating_add(i64::try_from(said.len()).unwrap_or(i64::MAX))
                    .saturating_sub(1),
                body: String::from_utf8(body).unwrap_or_default(),
            });
        }
        Ok(transaction.insert::<outbox::Entity>(&rows).await?)
    }
}

fn write(body: &mut Vec<u8>, topic: &'static str, number: i64, said: &Said) -> Result<(), ServiceError> {
    let event = Written {
        specversion: "1.0",
        id: format!("{topic}/{number}"),
        source: "/tribute",
        r#type: said.name,
        brand: &said.brand,
        partitionkey: format!("{}/{}", said.brand, said.key),
        time: said.at,
        data: &said.what,
    };
    serde_json::to_writer(&mut *body, &event).map_err(ServiceError::stored("outbox", topic))?;
    body.push(b'\n');
    Ok(())
}
