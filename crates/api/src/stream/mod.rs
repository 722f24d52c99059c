//! `GET /v1/stream`: what the services say, as it is said, by server-sent events.

mod boards;
mod live;
mod moved;
mod place;
mod told;

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response, Sse, sse::Event},
};
use futures_util::stream::{Stream, unfold};
use schemars::JsonSchema;
use serde::Deserialize;
use tribute_runtime::Stop;
use tribute_webhooks::{Filter, Said, ends, first_kept, own_view, said_from};

use crate::{
    Api, Caller, Problem, ProblemCode,
    access::{authenticate, role::Scope},
    http::operation::{Access, Method, Operation},
};

pub(crate) use live::Live;
use live::Seat;
use moved::MOVED;
use place::Place;
use told::Told;

/// How often something is sent where nothing is said.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often the credential is looked at again.
const CHECK: Duration = Duration::from_secs(3);
/// Rows of the outbox that are read at a time.
const ROWS: u64 = 4;

/// Which events, and from where on.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct StreamQuery {
    /// Types, `tribute.earning.accrued` or `tribute.earning.*`, by commas; everything that may be seen where absent.
    #[serde(default)]
    events: String,
    /// Goes on after this event's `id`, as the header `Last-Event-ID` does, which wins; what is said from now on where both
    /// are absent.
    after: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Scope(Scope::STREAM_READ);
    let open = Operation::new(Method::Get, "/v1/stream", "openStream", "Stream", access, open);
    vec![
        open.says(
            "Streams what happens",
            "Server-sent events as they are said: `event` is the type, `data` the CloudEvent, `id` the place to go on from \
             after a break, by `Last-Event-ID`. Comments keep the connection alive. Of what happens only that comes which \
             the scopes let be read; who sees their own only gets their own. `tribute.leaderboard.moved` tells of an \
             ambassador who stands elsewhere on a live board: `program`, `board`, `period`, `segment` (empty for everyone), \
             `ambassador`, `rank` and `score` (null where they stand on it no more), `previous_rank` (null where they did not \
             stand on it) and `score_currency` (where the score is money). It is no fact and is not kept: whoever comes, or \
             comes again, is told first how the boards stand, with `previous_rank` null; who sees the whole brand the first \
             hundred places of each. Boards are looked at twice a second at most, less often where that takes long.",
        )
        .query::<StreamQuery>()
        .or_gives(200, "text/event-stream", "Events, until the connection ends."),
    ]
}

/// A reader of the stream.
struct Reader {
    api: Api,
    caller: Caller,
    headers: HeaderMap,
    filter: Filter,
    place: Place,
    waiting: VecDeque<Event>,
    /// What was told of the boards; nothing where they may not be seen, or are not wanted.
    told: Option<Told>,
    seat: Seat,
    stop: Option<Stop>,
    checked: tokio::time::Instant,
    /// When something was sent last.
    sent: tokio::time::Instant,
}

async fn open(
    State(api): State<Api>,
    caller: Caller,
    stop: Option<Extension<Stop>>,
    headers: HeaderMap,
    Query(query): Query<StreamQuery>,
) -> Result<Response, Problem> {
    let filter =
        Filter::with(&query.events, &[MOVED]).map_err(|error| Problem::invalid(error.to_string()))?;
    let last = headers.get("last-event-id").map(HeaderValue::to_str).transpose();
    let last =
        last.map_err(|_| Problem::invalid("`Last-Event-ID` is not the id of an event of this stream"))?;
    let seat = api.live().sit(&caller).await?;
    let after = query.after.as_deref().filter(|it| !it.is_empty());
    let place = match last.or(after) {
        Some(text) => kept(&api, text.parse()?).await?,
        None => Place::of(&seat.ends()),
    };
    let checked = tokio::time::Instant::now();
    let (stop, waiting) = (stop.map(|Extension(stop)| stop), VecDeque::new());
    let told = (filter.wants(MOVED) && scope_of(MOVED).is_some_and(|scope| caller.may(scope)))
        .then(|| Told::new(&api, &caller));
    let reader =
        Reader { api, caller, headers, filter, place, waiting, told, seat, stop, checked, sent: checked };
    let no_store =
        [(header::CACHE_CONTROL, "no-store"), (header::HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((no_store, Sse::new(events(reader))).into_response())
}

/// A place from which everything is kept yet.
async fn kept(api: &Api, place: Place) -> Result<Place, Problem> {
    let ends = ends(api.whole()).await?;
    for (stream, next) in place.all() {
        let end = ends.get(stream).copied().unwrap_or(1);
        let first = first_kept(api.whole(), stream).await?.unwrap_or(end);
        if next < first {
            let detail = "what came after this id is no longer kept; read the lists, and open the stream without an id";
            return Err(Problem::new(ProblemCode::Gone, detail));
        }
        if next > end {
            return Err(Problem::invalid(
                "this id is not one of this stream; pass the `id` of an event as it came",
            ));
        }
    }
    Ok(place)
}

fn events(reader: Reader) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold(reader, |mut reader| async move { reader.next().await.map(|event| (Ok(event), reader)) })
}

impl Reader {
    /// The next event or comment; nothing where it is time to stop, the credential no longer counts, or the database fails:
    /// the client comes again, and goes on where it was.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                self.sent = tokio::time::Instant::now();
                return Some(event);
            }
            if self.stop.as_ref().is_some_and(Stop::is_set) || !self.may_go_on().await {
                return None;
            }
            match self.read().await {
                Ok(worked) if self.moves() || worked => {}
                Ok(_) if self.wait().await || self.sent.elapsed() < HEARTBEAT => {}
                Ok(_) => {
                    self.sent = tokio::time::Instant::now();
                    return Some(Event::default().comment(""));
                }
                Err(error) => {
                    tracing::warn!(%error, "a stream ends");
                    return None;
                }
            }
        }
    }

    /// Looks at the credential again, now and then: who was shut out does not go on listening.
    async fn may_go_on(&mut self) -> bool {
        if self.checked.elapsed() < CHECK {
            return true;
        }
        self.checked = tokio::time::Instant::now();
        let again = authenticate(&self.api, &self.headers).await;
        again.is_ok_and(|caller| caller.may(Scope::STREAM_READ))
    }

    /// Waits until something was said; not for longer than the credential is believed.
    async fn wait(&mut self) -> bool {
        let moved = async {
            match &mut self.told {
                Some(told) => told.changed().await,
                None => std::future::pending().await,
            }
        };
        let news = async {
            tokio::select! { () = self.seat.changed() => {}, () = moved => {} }
        };
        let said = tokio::time::timeout(CHECK, news);
        match &mut self.stop {
            Some(stop) => tokio::select! { said = said => said.is_ok(), () = stop.wait() => true },
            None => said.await.is_ok(),
        }
    }

    /// Tells of who moved on one board. Whether anybody did. What is told has the place of what was said by now: after a break
    /// the boards are told anew.
    fn moves(&mut self) -> bool {
        let lines = self.told.as_mut().map(Told::next).unwrap_or_default();
        let id = self.place.to_string();
        let event = |line| Event::default().id(&id).event(MOVED).data(line);
        self.waiting.extend(lines.into_iter().map(event));
        !self.waiting.is_empty()
    }

    /// Reads what comes next in each stream. Whether anything was there, wanted or not.
    async fn read(&mut self) -> Result<bool, tribute_store::StoreError> {
        let ends = self.seat.ends();
        let mut worked = false;
        for (stream, next) in self.place.all() {
            if next >= ends.get(stream).copied().unwrap_or(1) {
                continue;
            }
            let (said, after) = said_from(self.api.whole(), stream, next, ROWS).await?;
            worked |= after > next;
            for event in said {
                self.place.set(stream, event.number.saturating_add(1));
                if let Some(line) = self.seen(&event) {
                    let id = self.place.to_string();
                    self.waiting.push_back(Event::default().id(id).event(&event.head.kind).data(line));
                }
            }
            self.place.set(stream, after);
        }
        Ok(worked)
    }

    /// An event as the caller may see it, where they may and want to.
    fn seen(&self, event: &Said) -> Option<String> {
        let allowed = event.head.brand == self.caller.brand.as_str()
            && self.filter.wants(&event.head.kind)
            && scope_of(&event.head.kind).is_some_and(|scope| self.caller.may(scope));
        match &self.caller.only {
            _ if !allowed => None,
            Some(own) => own_view(event, own.as_str()),
            None => Some(event.line.clone()),
        }
    }
}

/// What somebody must be allowed to read who is told of an event. What is not known here is told to nobody.
pub(crate) fn scope_of(kind: &str) -> Option<Scope> {
    match kind.split('.').nth(1)? {
        "conversion" => Some(Scope::CONVERSIONS_READ),
        "earning" => Some(Scope::EARNINGS_READ),
        "reward" => Some(Scope::REWARDS_READ),
        "payout" => Some(Scope::PAYOUTS_READ),
        "finding" => Some(Scope::DISPUTES_READ),
        "standing" => Some(Scope::AMBASSADORS_READ),
        "deliverable" => Some(Scope::CONTENT_READ),
        "leaderboard" => Some(Scope::BOARDS_READ),
        "event" => Some(Scope::QUARANTINE_READ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tribute_events::catalogue::{self, Direction};

    use super::scope_of;

    #[test]
    fn every_event_that_is_said_needs_a_scope() {
        for kind in catalogue::all().into_iter().filter(|it| it.direction == Direction::Outgoing) {
            assert!(scope_of(kind.name).is_some(), "{}", kind.name);
        }
        assert!(scope_of("tribute.secret.told").is_none());
    }
}
