//! kcat: knows nothing of CloudEvents, and shows what lies on the wire.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;
use tribute_events::catalogue::{self, Direction};

use crate::{
    programs::{Mode, Understood, Written, feed},
    toolbox,
};

const INSTALL: &str = "install kcat (Debian: kcat)";

/// A message as it lies in Kafka. Its value is JSON.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) topic: String,
    pub(crate) key: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) event: Value,
    /// Whose time it has.
    pub(crate) clock: String,
}

impl From<Message> for Understood {
    fn from(message: Message) -> Self {
        let number = message.headers.get("tribute-number").cloned().unwrap_or_default();
        Self { topic: message.topic, number, event: message.event }
    }
}

impl Message {
    /// What anybody may rely on who reads our topics without an SDK.
    pub(crate) fn check_ours(&self) {
        let Self { topic, key, headers, event, clock } = self;
        assert_eq!(*key, event["partitionkey"], "{topic}: {event}");
        assert_eq!(headers["content-type"], "application/cloudevents+json; charset=UTF-8", "{topic}");
        assert_eq!(event["id"], format!("{topic}/{}", headers["tribute-number"]));
        assert_eq!(clock, "logappend", "{topic} has the time of its writers");
    }
}

/// One call a message: headers are given on its command line.
pub(crate) fn write(brokers: &str, mode: Mode, events: &[Written]) {
    for Written { topic, event } in events {
        let mut command = Command::new("kcat");
        command.args(["-P", "-q", "-b", brokers, "-t", topic, "-X", "partitioner=murmur2_random"]);
        command.args(["-k", event["partitionkey"].as_str().unwrap()]);
        match mode {
            Mode::Structured => {
                command.args(["-H", "content-type=application/cloudevents+json; charset=UTF-8"]);
                feed(&mut command, &event.to_string());
            }
            Mode::Binary => {
                command.args(["-H", "content-type=application/json"]);
                for (name, value) in event.as_object().unwrap() {
                    if !["data", "datacontenttype"].contains(&name.as_str()) {
                        command.args(["-H", &format!("ce_{name}={}", value.as_str().unwrap())]);
                    }
                }
                feed(&mut command, &event["data"].to_string());
            }
        }
    }
}

/// Everything that is in a topic.
pub(crate) fn messages(brokers: &str, topic: &str) -> Vec<Message> {
    let mut command = Command::new("kcat");
    command.args(["-C", "-q", "-J", "-e", "-o", "beginning", "-b", brokers, "-t", topic]);
    let output = String::from_utf8(toolbox::run(&mut command, INSTALL)).unwrap();
    output.lines().map(|line| message(&serde_json::from_str(line).unwrap())).collect()
}

fn message(line: &Value) -> Message {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let headers: Vec<_> = line["headers"].as_array().into_iter().flatten().map(text).collect();
    Message {
        topic: text(&line["topic"]),
        key: text(&line["key"]),
        headers: headers.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect(),
        event: serde_json::from_str(line["payload"].as_str().unwrap_or("null")).unwrap(),
        clock: text(&line["tstype"]),
    }
}

/// The offset that the next message of each partition of the topics of incoming events gets.
pub(crate) fn ends(brokers: &str) -> BTreeMap<(String, i64), i64> {
    let incoming: BTreeSet<_> =
        catalogue::all().iter().filter(|it| it.direction == Direction::Incoming).map(|it| it.topic).collect();
    let listed = toolbox::run(Command::new("kcat").args(["-L", "-J", "-b", brokers]), INSTALL);
    let listed: Value = serde_json::from_slice(&listed).unwrap();
    let mut partitions = Vec::new();
    for topic in listed["topics"].as_array().unwrap() {
        let name = topic["topic"].as_str().unwrap();
        let numbers =
            topic["partitions"].as_array().unwrap().iter().map(|it| it["partition"].as_i64().unwrap());
        partitions
            .extend(numbers.filter(|_| incoming.contains(name)).map(|number| (name.to_owned(), number)));
    }
    let mut command = Command::new("kcat");
    command.args(["-Q", "-b", brokers]);
    for (topic, partition) in &partitions {
        command.args(["-t", &format!("{topic}:{partition}:-1")]);
    }
    let output = String::from_utf8(toolbox::run(&mut command, INSTALL)).unwrap();
    let ends: BTreeMap<_, _> = output.lines().filter_map(|line| line.split_once(" offset ")).collect();
    let end = |place: (String, i64)| (ends[&*format!("{} [{}]", place.0, place.1)].parse().unwrap(), place);
    partitions.into_iter().map(end).map(|(end, place)| (place, end)).collect()
}
