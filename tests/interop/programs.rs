//! The programs of others: each writes events in both content modes, and reads events.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::{kcat, toolbox};

/// How an event is put into a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As a whole.
    Structured,
    /// Attributes in headers, data in the message.
    Binary,
}

impl Mode {
    pub(crate) fn name(self) -> &'static str {
        if self == Self::Structured { "structured" } else { "binary" }
    }
}

/// Who writes and reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// The official SDK for Python over librdkafka.
    Python,
    /// The official SDK for JavaScript over `KafkaJS`.
    JavaScript,
    /// kcat, with headers by hand.
    Kcat,
}

pub(crate) fn every_program() -> [Program; 3] {
    [Program::Python, Program::JavaScript, Program::Kcat]
}

/// An event and its topic.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) topic: &'static str,
    pub(crate) event: Value,
}

/// An event as a program understood it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Understood {
    pub(crate) topic: String,
    /// The header `tribute-number`.
    pub(crate) number: String,
    pub(crate) event: Value,
}

impl Program {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::Kcat => "kcat",
        }
    }

    /// Ours in its language; kcat needs none.
    fn command(self) -> Option<Command> {
        match self {
            Self::Python => Some(toolbox::python("shop.py")),
            Self::JavaScript => Some(toolbox::node("shop.js")),
            Self::Kcat => None,
        }
    }

    pub(crate) fn write(self, brokers: &str, mode: Mode, events: &[Written]) {
        let Some(mut command) = self.command() else { return kcat::write(brokers, mode, events) };
        let line = |it: &Written| format!("{}\n", json!({"topic": it.topic, "event": it.event}));
        let lines: String = events.iter().map(line).collect();
        feed(command.args(["write", brokers, mode.name()]), &lines);
    }

    pub(crate) fn read(self, brokers: &str, topics: &[&str]) -> Vec<Understood> {
        let Some(mut command) = self.command() else {
            return topics.iter().flat_map(|topic| kcat::messages(brokers, topic)).map(Into::into).collect();
        };
        let lines =
            toolbox::run(command.args(["read", brokers]).args(topics), "install Python 3 and Node.js");
        let lines = String::from_utf8(lines).unwrap();
        lines.lines().map(|line| understood(serde_json::from_str(line).unwrap())).collect()
    }
}

fn understood(mut line: Value) -> Understood {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Understood { topic: text(&line["topic"]), number: text(&line["number"]), event: line["event"].take() }
}

/// Runs a program with this on its standard input.
pub(crate) fn feed(command: &mut Command, input: &str) {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap_or_else(|error| {
        panic!("{command:?} does not run ({error}); install kcat, Python 3 with venv, and Node.js with npm")
    });
    // A program that ends early says why; that is shown below.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed with {}: {said}", output.status);
}
