use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use smol_str::SmolStr;
use tribute_money::Millionths;

use crate::{
    BankEntryKind, BankEntryReported, BrandId, EventId, MINUTE, Payload, RefusedDelivery, Rejection,
    RejectionCode, SaleDocument, SaleRefunded, Timestamp, is_pseudonym,
};

/// The longest event, in bytes.
pub const LINE_BYTES_MAX: usize = 1 << 20;
/// How far an event's time may lie after its recording.
const FUTURE_MAX: i64 = 5 * MINUTE;
/// The largest amount: a million millions of the major unit.
const AMOUNT_MAX: i64 = 1_000_000_000_000_000_000;

/// How an event arrives, which decides its `recorded` time where it carries none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Accepted by the log at this instant.
    Live(Timestamp),
    /// An import of history: recorded when it happened.
    Backfill,
}

/// An immutable fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The tenant; empty only for events of the whole installation (clock, exchange rates).
    pub brand: BrandId,
    /// Who produced it.
    pub source: SmolStr,
    /// Its id, unique with its source within the brand.
    pub id: EventId,
    /// When it happened.
    pub time: Timestamp,
    /// When the log first accepted it.
    pub recorded: Timestamp,
    /// The W3C trace that it belongs to.
    pub traceparent: Option<SmolStr>,
    /// First half of SHA-256 over type, time and payload as written: tells a duplicate from a conflict.
    pub fingerprint: [u8; 16],
    /// Whether the payload came with fields that the contract does not know.
    pub unknown: bool,
    /// What happened.
    pub payload: Payload,
}

impl Event {
    /// The event's identity: brand, source and id.
    #[must_use]
    pub fn identity(&self) -> Identity {
        (self.brand.clone(), self.source.clone(), self.id.clone())
    }
}

/// What makes an event the same event: its brand, its source, and its id there.
pub type Identity = (BrandId, SmolStr, EventId);

/// The brand that stands for the whole installation.
pub(crate) const SHARED_BRAND: &str = "*";

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    specversion: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    source: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    event_type: Cow<'a, str>,
    time: Option<Timestamp>,
    recordedtime: Option<Timestamp>,
    #[serde(borrow)]
    brand: Option<Cow<'a, str>>,
    #[serde(borrow)]
    traceparent: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// An event whose envelope is read, and whose payload is not: who may say it can be asked before more is done for it.
pub struct Opened<'a>(Envelope<'a>);

/// Reads the envelope of an event.
///
/// # Errors
/// A [`Rejection`] with a code and a sentence that a person can act on.
pub fn open(bytes: &[u8]) -> Result<Opened<'_>, Rejection> {
    if bytes.len() > LINE_BYTES_MAX {
        let reason = format!("the event has {} bytes; at most {LINE_BYTES_MAX} are accepted", bytes.len());
        return Err(Rejection::new(RejectionCode::TooLarge, reason));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let reason = format!("byte {} is not UTF-8", error.valid_up_to());
        Rejection::new(RejectionCode::NotUtf8, reason)
    })?;
    let envelope = read_envelope(text).map_err(|error| match RefusedDelivery::read(bytes) {
        Some(delivery) => delivery.rejection(),
        None => error,
    })?;
    if envelope.specversion != "1.0" {
        let reason = format!("specversion is `{}`, expected `1.0`", envelope.specversion);
        return Err(Rejection::new(RejectionCode::NotACloudEvent, reason));
    }
    Ok(Opened(envelope))
}

impl<'a> Opened<'a> {
    /// The event's type.
    #[must_use]
    pub fn event_type(&self) -> &str {
        &self.0.event_type
    }

    /// The brand that it names.
    #[must_use]
    pub fn brand(&self) -> Option<&str> {
        self.0.brand.as_deref()
    }

    /// The trace that it names.
    #[must_use]
    pub fn traceparent(&self) -> Option<&str> {
        self.0.traceparent.as_deref()
    }

    /// The event's type and payload, as they are written.
    pub(crate) fn parts(&self) -> (&str, Option<&'a RawValue>) {
        (&self.0.event_type, self.0.data)
    }

    /// The same with a brand and a trace where it names none.
    #[must_use]
    pub fn or(mut self, brand: &'a str, traceparent: Option<&'a str>) -> Self {
        self.0.brand.get_or_insert(Cow::Borrowed(brand));
        self.0.traceparent = self.0.traceparent.or(traceparent.map(Cow::Borrowed));
        self
    }

    /// Reads the payload, and the event is whole.
    ///
    /// # Errors
    /// As for [`decode`].
    pub fn decode(self, arrival: Arrival) -> Result<Event, Rejection> {
        decode_payload(self.0, arrival)
    }
}

/// Reads one event from its bytes.
///
/// # Errors
/// A [`Rejection`] with a code and a sentence that a person can act on.
pub fn decode(bytes: &[u8], arrival: Arrival) -> Result<Event, Rejection> {
    open(bytes)?.decode(arrival)
}

fn decode_payload(envelope: Envelope<'_>, arrival: Arrival) -> Result<Event, Rejection> {
    let not_cloud_event = |reason: String| Rejection::new(RejectionCode::NotACloudEvent, reason);
    let data = envelope.data.ok_or_else(|| not_cloud_event("the event has no `data`".into()))?;
    let mut unknown = false;
    let payload = Payload::read_noting(&envelope.event_type, data, &mut |_| unknown = true)?;
    let time = envelope.time.ok_or_else(|| not_cloud_event("the event has no `time`".into()))?;
    let brand = match envelope.brand.as_deref() {
        _ if payload.is_shared() => SHARED_BRAND,
        Some(brand) if brand != SHARED_BRAND => brand,
        _ => return Err(not_cloud_event("the event has no `brand`".into())),
    };
    let recorded = envelope.recordedtime.unwrap_or(match arrival {
        Arrival::Live(now) => now,
        Arrival::Backfill => time,
    });
    if time > recorded.plus(FUTURE_MAX) {
        let reason = format!(
            "the event's time {time} is more than 5 minutes after {recorded}; check the clock of its source"
        );
        return Err(Rejection::new(RejectionCode::FutureTime, reason));
    }
    if data.get().contains("\\u0000") {
        let reason = "the payload holds a zero character (\\u0000), which no text may hold";
        return Err(Rejection::new(RejectionCode::InvalidData, reason));
    }
    check(&payload, time)?;
    let bad_id = |field: &str| {
        not_cloud_event(format!("`{field}` must have 1 to 128 bytes without control characters"))
    };
    Ok(Event {
        brand: brand.parse().map_err(|_| bad_id("brand"))?,
        id: envelope.id.parse().map_err(|_| bad_id("id"))?,
        source: envelope.source.parse::<EventId>().map_err(|_| bad_id("source"))?.as_str().into(),
        time,
        recorded,
        traceparent: envelope.traceparent.as_deref().map(SmolStr::from),
        fingerprint: half_digest(&[&envelope.event_type, &time.millis().to_string(), data.get()]),
        unknown,
        payload,
    })
}

/// The bytes of an event with the time of its recording, where they do not carry it yet: whoever reads them later takes
/// it as recorded then. The bytes must be those of an event that [`decode`] accepts.
#[must_use]
pub fn stamp(bytes: Vec<u8>, recorded: Timestamp) -> Vec<u8> {
    #[derive(Deserialize)]
    struct Stamped {
        recordedtime: Option<serde::de::IgnoredAny>,
    }
    let known = serde_json::from_slice::<Stamped>(&bytes).is_ok_and(|it| it.recordedtime.is_some());
    let end = bytes.iter().rposition(|byte| *byte == b'}');
    match end {
        Some(end) if !known => {
            let mut stamped = bytes;
            stamped.truncate(end);
            stamped.extend_from_slice(format!(",\"recordedtime\":\"{recorded}\"}}").as_bytes());
            stamped
        }
        _ => bytes,
    }
}

fn read_envelope(text: &str) -> Result<Envelope<'_>, Rejection> {
    if text.trim_start().starts_with(['[', '"']) {
        let reason = "expected one JSON object, the event; send a list as one event a line";
        return Err(Rejection::new(RejectionCode::NotACloudEvent, reason));
    }
    serde_json::from_str(text).map_err(|error| {
        let code = if error.is_data() { RejectionCode::NotACloudEvent } else { RejectionCode::NotJson };
        Rejection::new(code, error.to_string())
    })
}

/// The fingerprint of an event from its text.
///
/// # Errors
/// What [`decode`] says of an envelope that cannot be read.
pub(crate) fn fingerprint(text: &str) -> Result<[u8; 16], Rejection> {
    let envelope = read_envelope(text)?;
    let (time, data) = (envelope.time.unwrap_or(Timestamp::MIN), envelope.data.map_or("", RawValue::get));
    Ok(half_digest(&[&envelope.event_type, &time.millis().to_string(), data]))
}

/// First half of SHA-256 over bytes that were refused: how the quarantine knows them again. Who sends something again does
/// so in another trace: the `traceparent` does not count.
#[must_use]
pub fn digest_of_bytes(bytes: &[u8]) -> [u8; 16] {
    let (before, after) = around_trace(bytes).unwrap_or((bytes, &[]));
    half(Sha256::new_with_prefix(before).chain_update(after))
}

/// What stands before and after the trace, which is written behind another attribute.
fn around_trace(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    const ATTRIBUTE: &[u8] = b",\"traceparent\":\"";
    let start = bytes.windows(ATTRIBUTE.len()).rposition(|it| it == ATTRIBUTE)?;
    let (before, attribute) = bytes.split_at_checked(start)?;
    let value = attribute.strip_prefix(ATTRIBUTE)?;
    let after = value.iter().position(|it| *it == b'"').and_then(|end| value.get(end..))?;
    Some((before, after.strip_prefix(b"\"")?))
}

fn half_digest(parts: &[&str]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    half(hasher)
}

fn half(hasher: Sha256) -> [u8; 16] {
    let digest = hasher.finalize();
    let mut half = [0; 16];
    half.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    half
}

/// The type, time and payload of an event in one canonical text (object keys sorted, the time in one notation), to
/// tell whether two deliveries that differ in bytes differ in content. Who passes an event on may write it anew: one SDK
/// says `10:00:00.000Z` and another `10:00:00+00:00` for what came as `10:00:00Z`.
///
/// # Errors
/// What `serde_json` reports where the bytes are not an event.
pub fn canonical_data(bytes: &[u8]) -> Result<String, serde_json::Error> {
    let mut event: serde_json::Value = serde_json::from_slice(bytes)?;
    let mut kept = serde_json::Map::new();
    for field in ["type", "time", "data"] {
        kept.insert(field.into(), event.get_mut(field).map(serde_json::Value::take).unwrap_or_default());
    }
    let time = kept.get("time").and_then(serde_json::Value::as_str);
    if let Some(time) = time.and_then(|text| text.parse::<Timestamp>().ok()) {
        kept.insert("time".into(), time.to_string().into());
    }
    let mut value = serde_json::Value::Object(kept);
    value.sort_all_objects();
    serde_json::to_string(&value)
}

/// Writes an event as one line of CloudEvents JSON, `recordedtime` included.
///
/// # Errors
/// What `serde_json` reports; no event of the contract fails.
pub fn encode(event: &Event) -> Result<String, serde_json::Error> {
    #[derive(serde::Serialize)]
    struct Written<'a> {
        specversion: &'static str,
        id: &'a EventId,
        source: &'a str,
        r#type: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        brand: Option<&'a BrandId>,
        time: Timestamp,
        recordedtime: Timestamp,
        datacontenttype: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        traceparent: Option<&'a str>,
        data: Box<RawValue>,
    }
    serde_json::to_string(&Written {
        specversion: "1.0",
        id: &event.id,
        source: &event.source,
        r#type: event.payload.event_type(),
        brand: (event.brand.as_str() != SHARED_BRAND).then_some(&event.brand),
        time: event.time,
        recordedtime: event.recorded,
        datacontenttype: "application/json",
        traceparent: event.traceparent.as_deref(),
        data: RawValue::from_string(event.payload.to_json()?)?,
    })
}

/// What a schema cannot say about a payload.
fn check(payload: &Payload, time: Timestamp) -> Result<(), Rejection> {
    match payload {
        Payload::SaleCompleted(sale) | Payload::SaleEdited(sale) => check_sale(sale),
        Payload::SaleRefunded(refund) => check_refund(refund),
        Payload::Click(click) if click.device.is_none() && click.account.is_none() => Err(Rejection::new(
            RejectionCode::InvalidData,
            "a click needs `device` or `account`: without one it belongs to nobody",
        )),
        Payload::Campaign(campaign) if campaign.starts_at >= campaign.ends_at => {
            Err(Rejection::new(RejectionCode::InvalidData, "`ends_at` must be after `starts_at`"))
        }
        Payload::Campaign(campaign) => {
            check_address("brief.url", campaign.brief.as_ref().and_then(|brief| brief.url.as_deref()))
        }
        Payload::LinkIssued(link) => check_address("target", link.target.as_deref()),
        Payload::PostPublished(post) => {
            check_address("url", post.url.as_deref().filter(|url| !is_pseudonym(url)))
        }
        Payload::Fx(what) => {
            check_day("date", &what.date)?;
            what.rates.keys().try_for_each(|currency| check_text("rates", currency))
        }
        Payload::Ambassador(_, what) => {
            let texts = [("region", &what.region), ("campus", &what.campus), ("platform", &what.platform)];
            texts
                .iter()
                .filter_map(|(field, text)| Some((field, text.as_ref()?)))
                .try_for_each(|(field, text)| check_text(field, text))
        }
        Payload::Workshop(what) if what.workshop.parse::<EventId>().is_err() => Err(Rejection::new(
            RejectionCode::InvalidData,
            "data.workshop: an identifier has 1 to 128 bytes and no control characters",
        )),
        Payload::WorkshopHeld(what) if what.workshop.parse::<EventId>().is_err() => Err(Rejection::new(
            RejectionCode::InvalidData,
            "data.workshop: an identifier has 1 to 128 bytes and no control characters",
        )),
        Payload::Clock(tick) if tick.at > time => Err(Rejection::new(
            RejectionCode::FutureTime,
            format!("data.at: a tick of {time} cannot say what has arrived by {}", tick.at),
        )),
        Payload::TokenSpent(spent) => check_amount("amount", spent.amount),
        Payload::FindingDecided(what) => {
            check_said("by", &what.by, "who decided")?;
            check_said("reason", &what.reason, "why")
        }
        Payload::BankEntry(what) => check_bank_entry(what),
        Payload::ShipmentSent(sent) if sent.to.as_str().starts_with('@') => {
            let reason = format!(
                "data.to: {0} is an account of no platform; write PLATFORM:{0}, so that it is known by its posts there",
                sent.to
            );
            Err(Rejection::new(RejectionCode::InvalidData, reason))
        }
        Payload::PersonErased(what) => {
            check_said("by", &what.by, "who erased them")?;
            check_said("reason", &what.reason, "why")
        }
        Payload::PostMeasured(what) => what.metrics.check(),
        Payload::PeriodClosed(what) => check_said("by", &what.by, "who closed it"),
        Payload::AdjustmentProposed(what) => {
            check_day("day", &what.day)?;
            check_amount("amount", what.amount)?;
            check_said("by", &what.by, "who proposes it")?;
            check_said("reason", &what.reason, "why")
        }
        Payload::AdjustmentApproved(what) => check_said("by", &what.by, "who approves it"),
        Payload::AdjustmentRefused(what) => {
            check_said("by", &what.by, "who refuses it")?;
            check_said("reason", &what.reason, "why")
        }
        Payload::ClaimOpened(what) => check_said("reason", &what.reason, "what is missing"),
        Payload::ClaimEvidenced(what) => {
            check_said("by", &what.by, "who brings it")?;
            check_said("evidence", &what.evidence, "what it is")
        }
        Payload::ClaimAccepted(what) => check_said("by", &what.by, "who accepts it"),
        Payload::ClaimRefused(what) => {
            check_said("by", &what.by, "who refuses it")?;
            check_said("reason", &what.reason, "why")
        }
        _ => Ok(()),
    }
}

/// Entries that say something, of one kind.
fn check_bank_entry(what: &BankEntryReported) -> Result<(), Rejection> {
    let refused = |reason: &str| Err(Rejection::new(RejectionCode::InvalidData, reason));
    if what.entries.is_empty() {
        return refused("data.entries: at least one entry of the bank is told");
    }
    if what.entries.iter().any(|it| it.amount == Millionths::ZERO) {
        return refused("data.entries: an entry of nothing changes no balance; leave it out");
    }
    what.entries.iter().filter_map(|it| it.day.as_ref()).try_for_each(|day| check_day("entries.day", day))?;
    match what.kind {
        BankEntryKind::Payment | BankEntryKind::Return if what.payouts.is_empty() => {
            refused("data.payouts: name the payouts that were paid or came back")
        }
        BankEntryKind::Charge | BankEntryKind::Tax if !what.payouts.is_empty() => {
            refused("data.payouts: a charge or tax is of no payout")
        }
        BankEntryKind::Charge | BankEntryKind::Tax if what.program.is_none() => {
            refused("data.program: say which program the charge or the tax is booked on")
        }
        _ => Ok(()),
    }
}

/// A text by which things are found again, like an identifier.
fn check_text(field: &str, text: &str) -> Result<(), Rejection> {
    let reason = || format!("data.{field}: at most 128 bytes and no control characters are accepted here");
    if text.is_empty() || text.parse::<EventId>().is_ok() {
        return Ok(());
    }
    Err(Rejection::new(RejectionCode::InvalidData, reason()))
}

/// A text that goes on the record and must say something.
fn check_said(field: &str, text: &str, what: &str) -> Result<(), Rejection> {
    if text.trim().is_empty() {
        let reason = format!("data.{field} is empty: it goes on the record; say {what}");
        return Err(Rejection::new(RejectionCode::InvalidData, reason));
    }
    Ok(())
}

/// An address that a browser may be sent to.
fn check_address(field: &str, address: Option<&str>) -> Result<(), Rejection> {
    let leads = |it: &str| {
        let host = it.strip_prefix("https://").or_else(|| it.strip_prefix("http://")).unwrap_or_default();
        !host.is_empty() && !it.contains(|letter: char| letter.is_whitespace() || letter.is_control())
    };
    if address.is_none_or(leads) {
        return Ok(());
    }
    let reason = format!("data.{field}: an address begins with https:// or http:// and has no blanks");
    Err(Rejection::new(RejectionCode::InvalidData, reason))
}

/// A day of the calendar as YYYY-MM-DD.
fn check_day(field: &str, text: &str) -> Result<(), Rejection> {
    if text.len() == 10 && format!("{text}T00:00:00Z").parse::<Timestamp>().is_ok() {
        return Ok(());
    }
    let reason = format!("data.{field}: `{text}` is no day; write it as 2026-03-31");
    Err(Rejection::new(RejectionCode::InvalidData, reason))
}

fn check_sale(sale: &SaleDocument) -> Result<(), Rejection> {
    check_text("subscription.id", sale.subscription.as_ref().map_or("", |subscription| &subscription.id))?;
    if !sale.currency.is_currency() {
        let reason = format!("data.currency: `{}` is not money", sale.currency);
        return Err(Rejection::new(RejectionCode::InvalidCurrency, reason));
    }
    let mut total = Millionths::ZERO;
    for (index, line) in sale.lines.iter().enumerate() {
        if line.quantity < 0 {
            let reason =
                format!("data.lines[{index}].quantity: {} is negative; send a refund", line.quantity);
            return Err(Rejection::new(RejectionCode::InvalidData, reason));
        }
        check_amount(&format!("lines[{index}].amount"), line.amount)?;
        check_amount(&format!("lines[{index}].discount"), line.discount.unwrap_or_default())?;
        total = total.plus(line.amount).map_err(too_large)?;
    }
    for (field, amount) in [("shipping", sale.shipping), ("tax", sale.tax)] {
        check_amount(field, amount.unwrap_or_default())?;
        total = total.plus(amount.unwrap_or_default()).map_err(too_large)?;
    }
    check_amount("lines", total)
}

fn check_refund(refund: &SaleRefunded) -> Result<(), Rejection> {
    if refund.order.is_none() {
        let reason =
            format!("refund {} names no order; find the order and send it again with `order`", refund.refund);
        return Err(Rejection::new(RejectionCode::RefundWithoutOrder, reason));
    }
    let parts = [refund.amount, refund.shipping, refund.tax];
    if parts.iter().all(Option::is_none) && refund.lines.is_empty() {
        let reason = "a refund needs `amount`, `lines`, `shipping` or `tax`";
        return Err(Rejection::new(RejectionCode::InvalidData, reason));
    }
    for (field, amount) in ["amount", "shipping", "tax"].iter().zip(parts) {
        check_amount(field, amount.unwrap_or_default())?;
    }
    for (index, line) in refund.lines.iter().enumerate() {
        check_amount(&format!("lines[{index}].amount"), line.amount)?;
        if line.line.is_none() && line.sku.is_none() {
            let reason = format!("data.lines[{index}]: name the `line` or the `sku`");
            return Err(Rejection::new(RejectionCode::InvalidData, reason));
        }
    }
    Ok(())
}

fn check_amount(field: &str, amount: Millionths) -> Result<(), Rejection> {
    if amount < Millionths::ZERO {
        let reason = format!("data.{field}: {amount} is negative; send a refund or an edit instead");
        return Err(Rejection::new(RejectionCode::InvalidAmount, reason));
    }
    if amount.get() > AMOUNT_MAX {
        let reason = format!("data.{field}: {amount} is larger than any order; at most 10^12 is accepted");
        return Err(Rejection::new(RejectionCode::InvalidAmount, reason));
    }
    Ok(())
}

fn too_large(error: tribute_money::MoneyError) -> Rejection {
    Rejection::new(RejectionCode::InvalidAmount, format!("the order's total: {error}"))
}

#[cfg(test)]
mod tests {
    use super::canonical_data;

    #[test]
    fn an_address_leads_to_a_page_and_to_nothing_else() {
        use super::check_address;
        for good in [None, Some("https://shop.example/spring?a=1"), Some("http://shop.example")] {
            assert!(check_address("target", good).is_ok(), "{good:?}");
        }
        for bad in ["javascript:alert(1)", "https://", "https://shop.example/ x", "shop.example", ""] {
            assert!(check_address("target", Some(bad)).is_err(), "{bad}");
        }
    }

    fn click(time: &str, data: &str) -> String {
        let event = format!(
            r#"{{"id":"e1","time":"{time}","type":"tribute.click.recorded","data":{data},"source":"/s"}}"#
        );
        canonical_data(event.as_bytes()).unwrap()
    }

    #[test]
    fn what_is_refused_is_known_again_in_another_trace() {
        use super::digest_of_bytes;
        let of = |text: &str| digest_of_bytes(text.as_bytes());
        let plain = of(r#"{"id":"e1","data":{"order":"1"},"brand":"acme"}"#);
        for trace in ["00-4bf92f35-00f067aa-01", "00-11111111-22222222-01", ""] {
            let inside =
                format!(r#"{{"id":"e1","traceparent":"{trace}","data":{{"order":"1"}},"brand":"acme"}}"#);
            let behind =
                format!(r#"{{"id":"e1","data":{{"order":"1"}},"brand":"acme","traceparent":"{trace}"}}"#);
            assert_eq!((of(&inside), of(&behind)), (plain, plain), "{trace}");
        }
        assert_ne!(of(r#"{"id":"e1","data":{"order":"2"},"brand":"acme","traceparent":"00-ab"}"#), plain);
        assert_ne!(of(r#"{"id":"e1","traceparent":"00-ab"#), of(r#"{"id":"e1""#), "it was cut off");
    }

    #[test]
    fn who_writes_an_event_anew_does_not_change_it() {
        let first = click("2026-03-01T10:00:00Z", r#"{"click":"c1","device":"é"}"#);
        for time in ["2026-03-01T10:00:00.000Z", "2026-03-01T10:00:00+00:00", "2026-03-01T11:00:00+01:00"] {
            assert_eq!(click(time, r#"{ "device": "\u00e9", "click": "c1" }"#), first, "{time}");
        }
        assert_ne!(click("2026-03-01T10:00:00.001Z", r#"{"click":"c1","device":"é"}"#), first);
        assert_ne!(click("2026-03-01T10:00:00Z", r#"{"click":"c2","device":"é"}"#), first);
        assert_ne!(click("yesterday", "{}"), click("today", "{}"));
    }
}
