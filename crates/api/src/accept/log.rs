//! Into the topics of the log, from which the services take them.

use async_trait::async_trait;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tribute_events::{Event, stamp};
use tribute_services::Incoming;
use tribute_store::{Database, entity::event_log};
use tribute_stream::{Log, Message, Writer, route, structured_headers, topics::UNREADABLE};

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

    /// Whether the event is in the books already.
    async fn is_known(&self, event: &Event) -> Result<bool, AcceptError> {
        let row = event_log::Entity::find()
            .filter(event_log::Column::Brand.eq(event.brand.as_str()))
            .filter(event_log::Column::Source.eq(event.source.as_str()))
            .filter(event_log::Column::EventId.eq(event.id.as_str()))
            .filter(event_log::Column::Refused.eq(0))
            .one(self.database.connection())
            .await;
        let row = row.map_err(|error| AcceptError::Away(Box::new(error)))?;
        Ok(row.is_some_and(|row| row.fingerprint == event.fingerprint))
    }
}

#[async_trait]
impl<L: Log> Intake for LogIntake<L> {
    async fn accept(&self, events: Vec<Incoming>) -> Result<Vec<Answer>, AcceptError> {
        let (mut answers, mut messages) =
            (Vec::with_capacity(events.len()), Vec::with_capacity(events.len()));
        for Incoming { bytes, event, .. } in events {
            match event {
                Err(why) => {
                    messages.push(Message::new(UNREADABLE, "", bytes));
                    let code = why.code.as_str().to_owned();
                    answers.push(Answer::Quarantined { number: None, code, reason: why.reason });
                }
                Ok(event) if self.is_known(&event).await? => answers.push(Answer::Duplicate),
                Ok(event) => {
                    let (topic, key) = route(&event);
                    let message = Message::new(topic, key, stamp(bytes, event.recorded));
                    messages.push(message.with_headers(structured_headers()));
                    answers.push(Answer::Accepted);
                }
            }
        }
        self.writer.write(messages).await.map_err(|error| AcceptError::Away(Box::new(error)))?;
        Ok(answers)
    }
}
