//! x
use crate::{Headers, Keep, Record, TopicPlan};
use std::borrow::Cow;
use tribute_events::Event;
/// x
pub const UNREADABLE: &str = "tribute.unreadable";
/// x
/// # Errors
/// x
pub fn event_bytes(record: &Record) -> Result<Cow<'_, [u8]>, std::fmt::Error> {
    Ok(Cow::Borrowed(&record.value))
}
/// x
pub fn structured_headers() -> Headers {
    vec![]
}
/// x
pub fn route(event: &Event) -> (&'static str, String) {
    (tribute_events::catalogue::place(event.payload.event_type()).0, event.brand.to_string())
}
/// x
pub fn plans(partitions: u32, replication: Option<u16>) -> Vec<TopicPlan> {
    let mut v: Vec<_> =
        tribute_events::catalogue::all().iter().map(|t| t.topic).chain([UNREADABLE]).collect();
    v.sort();
    v.dedup();
    v.into_iter()
        .map(|t| TopicPlan {
            topic: t.into(),
            partitions: if t == "tribute.clock" { 1 } else { partitions },
            replication,
            keep: Keep::Forever,
        })
        .collect()
}
