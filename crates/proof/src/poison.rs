//! A partition in which for a while nothing can be read: messages that came past intake.

use anyhow::Result;
use tribute_stream::{KafkaLog, Log, Message, Writer, structured_headers};

/// How many messages one after the other.
const BURST: usize = 300;
/// The topic: what comes behind them there is a sale.
const TOPIC: &str = "tribute.sales";

/// The lines of a burst: cut short, and none of them twice.
pub(crate) fn lines(number: u64) -> Vec<String> {
    let line = |place| format!("{{\"specversion\":\"1.0\",\"id\":\"poison-{number}-{place}\"");
    (0..BURST).map(line).collect()
}

/// Writes a burst into the partition that its number says, and waits until the brokers have it.
pub(crate) async fn burst(log: &KafkaLog, number: u64) -> Result<Vec<String>> {
    let lines = lines(number);
    let message = |line: &String| {
        Message::new(TOPIC, format!("{number}"), line.as_str()).with_headers(structured_headers())
    };
    log.writer()?.write(lines.iter().map(message).collect()).await?;
    Ok(lines)
}
