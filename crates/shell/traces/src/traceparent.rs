use std::fmt;

use opentelemetry::{SpanId, TraceFlags, TraceId, trace::SpanContext};

/// Where something stands in a trace: W3C's `traceparent`, version 00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traceparent {
    trace: TraceId,
    span: SpanId,
    flags: u8,
}

/// Where the hyphens are.
const HYPHENS: [usize; 3] = [2, 35, 52];
const LENGTH: usize = 55;

impl Traceparent {
    /// Reads it: version 00, small hexadecimal digits, ids that are not all zero. Anything else is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
        let fits = |(place, it): (usize, u8)| if HYPHENS.contains(&place) { it == b'-' } else { is_hex(it) };
        if text.len() != LENGTH || !text.starts_with("00-") || !text.bytes().enumerate().all(fits) {
            return None;
        }
        let trace = TraceId::from_hex(&text[3..35]).ok().filter(|it| *it != TraceId::INVALID)?;
        let span = SpanId::from_hex(&text[36..52]).ok().filter(|it| *it != SpanId::INVALID)?;
        Some(Self { trace, span, flags: u8::from_str_radix(&text[53..], 16).ok()? })
    }

    /// Whether whoever began the trace records it.
    #[must_use]
    pub const fn is_sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// That of a span.
    pub(crate) fn of(context: &SpanContext) -> Self {
        Self { trace: context.trace_id(), span: context.span_id(), flags: context.trace_flags().to_u8() }
    }

    pub(crate) fn context(&self) -> SpanContext {
        SpanContext::new(self.trace, self.span, TraceFlags::new(self.flags), true, Default::default())
    }
}

impl fmt::Display for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace, self.span, self.flags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_one_is_read_and_written_as_it_was() {
        for (text, sampled) in [
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
            ("00-00000000000000000000000000000001-0000000000000001-00", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe", false),
        ] {
            let read = Traceparent::parse(text).unwrap();
            assert_eq!((read.to_string().as_str(), read.is_sampled()), (text, sampled));
            assert_eq!(Traceparent::of(&read.context()), read);
        }
    }

    #[test]
    fn anything_else_is_none() {
        for wrong in [
            "",
            "00-ab",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0\n",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473é-0f067aa0ba902b7-01",
        ] {
            assert_eq!(Traceparent::parse(wrong), None, "{wrong}");
        }
    }
}
