//! The way of a batch's traced events through services. It is recorded when the batch is committed, and not at all where
//! it is not.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::{Kind, Span, Traceparent, is_on};

/// An event whose trace is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traced {
    /// Where it stands in its trace.
    pub traceparent: String,
    /// Its brand.
    pub brand: String,
    /// Its type.
    pub event_type: String,
    /// Its id.
    pub event: String,
}

/// Which services took on which traced events of a batch, and since when.
#[derive(Debug, Default)]
pub struct Passage {
    /// Nothing where nothing is recorded.
    began: Option<SystemTime>,
    hops: Vec<(&'static str, Traced)>,
}

impl Passage {
    /// Of a batch that begins now.
    #[must_use]
    pub fn begin() -> Self {
        Self { began: is_on().then(SystemTime::now), hops: Vec::new() }
    }

    /// Whether anything of it is recorded.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.began.is_some()
    }

    /// A service took events on.
    pub fn through(&mut self, service: &'static str, traced: impl IntoIterator<Item = Traced>) {
        if self.is_on() {
            self.hops.extend(traced.into_iter().map(|it| (service, it)));
        }
    }

    /// The batch is committed: each event has a span in each of its services.
    pub fn arrive(self) {
        let Some(began) = self.began.filter(|_| !self.hops.is_empty()) else { return };
        let ended = SystemTime::now();
        for (service, traced) in self.hops {
            let Some(above) = Traceparent::parse(&traced.traceparent) else { continue };
            let name = format!("{service} {}", traced.event_type);
            let Some(mut span) = Span::begin(Kind::Consumer, name, Some(above), began) else { continue };
            span.set("tribute.service", service);
            span.set("tribute.brand", traced.brand);
            span.set("tribute.event.type", traced.event_type);
            span.set("tribute.event.id", traced.event);
            span.end(ended);
        }
    }
}
