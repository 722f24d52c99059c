//! Traces: what a request and the events that it brought went through, as spans of OpenTelemetry.
//!
//! A trace travels as W3C's `traceparent`: by the header of a request, in the event that is logged, and by the header of a
//! webhook. What is sampled there is recorded here: [`Span`] while something happens, [`Passage`] once the batch of an
//! event is committed. Where the process [installed](install) nothing, all of it comes to one atomic load.
//!
//! Spans hold ids, types and outcomes, and nothing of people: no payload, no address, no query.
//!
//! ```
//! use std::time::SystemTime;
//! use tribute_traces::{Kind, Span, Traceparent};
//!
//! let above = Traceparent::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
//! let span = Span::begin(Kind::Server, "POST /v1/events", above, SystemTime::now());
//! assert!(span.is_none(), "nothing is installed");
//! ```
#![forbid(unsafe_code)]

mod passage;
mod span;
mod traceparent;

pub use passage::{Passage, Traced};
pub use span::{Kind, Span, install, is_on, recorded};
pub use traceparent::Traceparent;
