//! Brings events to the topics: what is well-formed goes where its key says, the rest to a topic of its own, from which
//! it is put aside with its reason like everything else.

use tribute_events::{Arrival, decode, leave_out_unknown, stamp};
use tribute_stream::{Log, LogError, Message, Writer, route, structured_headers, topics::UNREADABLE};

use crate::{Health, Outcome, RuntimeError, Stop, backoff::Backoff};

/// Writes events to the log.
pub struct Intake<L: Log> {
    log: L,
    writer: L::Writer,
    health: Health,
    stop: Stop,
}

/// What became of what was brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Brought {
    /// Written where they belong.
    pub sent: u64,
    /// Not well-formed: written to be put aside.
    pub unreadable: u64,
}

impl<L: Log> Intake<L> {
    /// # Errors
    /// Where the log's settings are wrong.
    pub fn open(log: L, health: Health, stop: Stop) -> Result<Self, RuntimeError> {
        let writer = log.writer()?;
        health.started();
        Ok(Self { log, writer, health, stop })
    }

    /// Writes lines to the log. They are durable when this returns; brokers that are away are waited for.
    ///
    /// # Errors
    /// Where the log refuses for good, or it is time to stop before it answers: bring the lines again.
    pub async fn bring(&mut self, lines: Vec<(Vec<u8>, Arrival)>) -> Result<Brought, RuntimeError> {
        let mut brought = Brought::default();
        let mut messages = Vec::with_capacity(lines.len());
        for (line, arrival) in lines {
            messages.push(message(line, arrival, &mut brought));
        }
        let mut away = Backoff::away();
        loop {
            match self.writer.write(messages.clone()).await {
                Ok(()) => break,
                Err(error) if error.is_transient() && !self.stop.is_set() => {
                    self.again(error, &mut away).await?
                }
                Err(error) => return Err(error.into()),
            }
        }
        fail::fail_point!("intake.after_write");
        self.health.log_answered(true);
        self.health.count(Outcome::Sent, brought.sent.saturating_add(brought.unreadable));
        Ok(brought)
    }

    async fn again(&mut self, error: LogError, away: &mut Backoff) -> Result<(), RuntimeError> {
        tracing::warn!(%error, "the log did not take the events; trying again");
        self.health.log_answered(false);
        self.stop.rest(away.next()).await;
        self.writer = self.log.writer()?;
        Ok(())
    }
}

/// A line as a message. It carries from here on when it was recorded, so that whoever reads it later agrees.
fn message(line: Vec<u8>, arrival: Arrival, brought: &mut Brought) -> Message {
    let read = decode(&line, arrival).and_then(|event| leave_out_unknown(event, line.clone()));
    let Ok((event, line)) = read else {
        brought.unreadable = brought.unreadable.saturating_add(1);
        return Message::new(UNREADABLE, "", line);
    };
    brought.sent = brought.sent.saturating_add(1);
    let (topic, key) = route(&event);
    let body = stamp(line, event.recorded);
    Message::new(topic, key, body).with_headers(structured_headers())
}
