//! Into the topics of the log, from which the services take them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use tribute_events::{BrandId, Event, stamp};
use tribute_services::Incoming;
use tribute_store::{Database, entity::event_log};
use tribute_stream::{AGAIN, Log, Message, Writer, route, structured_headers, topics::UNREADABLE};

use super::{AcceptError, Answer, Intake};

/// Writes events to the log. What is not well-formed goes to a topic of its own, and is put aside from there.
///
/// It looks up what is known already; of two that come at the same moment both are accepted, and one has an effect.
pub struct LogIntake<L: Log> {
    writer: L::Writer,
    database: Database,
}

impl<L: Log> LogIntake<L> {
    /// Over a log, and the database of the services that read it.
    ///
    /// # Errors
    /// Where the log's settings are wrong.
    pub fn new(log: &L, database: Database) -> Result<Self, tribute_stream::LogError> {
        Ok(Self { writer: log.writer()?, database })
    }

    /// What is in the log already under the ids of these events: the fingerprints by brand, source and id. One read,
    /// however many they are.
    async fn known(&self, events: &[Incoming]) -> Result<Known, AcceptError> {
        use event_log::Column;
        let ids: Vec<_> = events.iter().filter_map(|it| Some(it.event.as_ref().ok()?.id.as_str())).collect();
        if ids.is_empty() {
            return Ok(Known::new());
        }
        let found: Result<Vec<Row>, _> = event_log::Entity::find()
            .select_only()
            .columns([Column::Brand, Column::Source, Column::EventId, Column::Fingerprint])
            .filter(Column::EventId.is_in(ids))
            .filter(Column::Refused.eq(0))
            .into_tuple()
            .all(self.database.connection())
            .await;
        let found = found.map_err(|error| AcceptError::Away(Box::new(error)))?;
        Ok(found.into_iter().map(|(brand, source, id, print)| ((brand, source, id), print)).collect())
    }
}

/// Brand, source, id and fingerprint.
type Row = (String, String, String, Vec<u8>);

/// Fingerprints by brand, source and id.
type Known = BTreeMap<(String, String, String), Vec<u8>>;

fn is_known(known: &Known, event: &Event) -> bool {
    let identity = (event.brand.to_string(), event.source.to_string(), event.id.to_string());
    known.get(&identity).is_some_and(|fingerprint| *fingerprint == event.fingerprint)
}

#[async_trait]
impl<L: Log> Intake for LogIntake<L> {
    async fn accept(&self, events: Vec<Incoming>) -> Result<Vec<Answer>, AcceptError> {
        let (mut answers, mut messages) =
            (Vec::with_capacity(events.len()), Vec::with_capacity(events.len()));
        // What a log holds is kept as it came, so that nothing comes into it that nobody asked for.
        let events: Vec<_> = events.into_iter().map(Incoming::without_unknown).collect();
        let known = self.known(&events).await?;
        for Incoming { bytes, event, brand, again, .. } in events {
            match event {
                Err(why) => {
                    let key = brand.as_ref().map_or("", BrandId::as_str);
                    messages.push(Message::new(UNREADABLE, key, bytes));
                    let code = why.code.as_str().to_owned();
                    answers.push(Answer::Quarantined { number: None, code, reason: why.reason });
                }
                Ok(event) if is_known(&known, &event) => answers.push(Answer::Duplicate),
                Ok(event) => {
                    let (topic, key) = route(&event);
                    let message = Message::new(topic, key, stamp(bytes, event.recorded));
                    let mut headers = structured_headers();
                    if again {
                        headers.push((AGAIN.to_owned(), b"1".to_vec()));
                    }
                    messages.push(message.with_headers(headers));
                    answers.push(Answer::Accepted);
                }
            }
        }
        self.writer.write(messages).await.map_err(|error| AcceptError::Away(Box::new(error)))?;
        Ok(answers)
    }
}
