//! `GET /r/{link}`: leads a shopper on to where a link goes, and records the click.
//!
//! A link leads where it was issued to and nowhere else. The click is a line of a [`spool`] on the local disk before the
//! shopper is sent on, and an event in the log within a second; only whoever runs out of disk loses clicks, and is told.

mod address;
mod links;
mod picture;
mod qr;
mod shopper;
mod spool;

use std::{path::PathBuf, sync::Arc, time::Duration};

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, Method as HttpMethod, StatusCode, header},
    response::{IntoResponse, Response},
};
use tribute_events::{ClickRecorded, Payload, Timestamp, TouchKind};
use tribute_services::Incoming;
use tribute_store::Database;
use tribute_traces::Traceparent;

use crate::{
    Api, Intake, Problem, ProblemCode,
    http::{
        operation::{Access, Method, Operation},
        traced,
    },
};
use links::{Link, Links};
use shopper::{Shopper, Visit};
use spool::Spool;

/// How often what waits in the spool goes to the log.
const DRAIN_EVERY: Duration = Duration::from_millis(200);
/// How often links that were issued elsewhere are looked for.
const REFRESH_EVERY: Duration = Duration::from_secs(1);
/// How long a browser keeps the device's id, in seconds: the most that browsers keep anything.
const DEVICE_SECONDS: u32 = 400 * 24 * 60 * 60;
/// What of the query is the redirect's own: how the shopper came.
const VIA: &str = "via";

/// What is recorded of a shopper who does not want to be followed (`Sec-GPC`, `DNT`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptOut {
    /// The click, by an id of its own that names no device.
    WithoutDevice,
    /// Nothing.
    NotAtAll,
    /// The same as of everybody.
    Ignored,
}

/// How links are followed.
#[derive(Debug, Clone)]
pub struct TrackingSettings {
    /// The folder of the spool.
    pub folder: PathBuf,
    /// What is recorded of who does not want to be followed.
    pub opt_out: OptOut,
    /// The hosts that links may lead to; any where empty.
    pub landing_hosts: Vec<String>,
    /// Where this server is found from outside, for QR codes: `https://go.example.com`. By the request where absent.
    pub public_url: Option<String>,
}

/// Follows links and records clicks. Clones share it.
#[derive(Clone)]
pub struct Tracking(Arc<Follower>);

struct Follower {
    links: Links,
    spool: Spool,
    settings: TrackingSettings,
}

impl Tracking {
    /// Opens the spool, takes in what an earlier process left in it, and begins to work.
    ///
    /// # Errors
    /// Where the folder cannot be written to.
    pub fn open(
        database: Database,
        intake: Arc<dyn Intake>,
        settings: TrackingSettings,
        now: fn() -> Timestamp,
    ) -> std::io::Result<Self> {
        let spool = Spool::open(&settings.folder)?;
        let follower = Arc::new(Follower { links: Links::new(database), spool, settings });
        let weak = Arc::downgrade(&follower);
        tokio::spawn(async move {
            while let Some(follower) = weak.upgrade() {
                follower.spool.drain(&*intake, now).await;
                drop(follower);
                tokio::time::sleep(DRAIN_EVERY).await;
            }
        });
        let weak = Arc::downgrade(&follower);
        tokio::spawn(async move {
            while let Some(follower) = weak.upgrade() {
                follower.links.refresh().await;
                drop(follower);
                tokio::time::sleep(REFRESH_EVERY).await;
            }
        });
        Ok(Self(follower))
    }

    /// How many clicks could not be recorded since the start.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.0.spool.lost()
    }
}

impl std::fmt::Debug for Tracking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tracking").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

pub(crate) fn operations() -> Vec<Operation> {
    let about = "Sends the shopper on to where the link was issued to, with the query, and with `click` for the shop to \
                 keep with the order: the click's id, whose part before the dot is the device. Crawlers and prefetches \
                 are sent on and not recorded; who opts out by Sec-GPC or DNT is recorded as the settings say. Where \
                 several brands issued one id, the first that did has the short address.";
    let follow = |path, id, access| Operation::new(Method::Get, path, id, "Links", access, follow);
    let of_brand =
        Operation::new(Method::Get, "/r/{link}/{brand}", "followLinkOf", "Links", Access::Public, follow_of);
    let mut operations = vec![
        follow("/r/{link}", "followLink", Access::Public)
            .says("Follows a link", about)
            .of("link", "The link.")
            .or_gives(302, "text/plain", "To the landing page; the body is empty."),
        of_brand
            .says("Follows a link of a brand", about)
            .of("link", "The link.")
            .of("brand", "The brand.")
            .or_gives(302, "text/plain", "To the landing page; the body is empty."),
    ];
    operations.extend(qr::operations());
    operations
}

/// The address at which a link of a brand is followed, whoever else has one of that id.
pub(crate) fn path(link: &str, brand: &str) -> String {
    format!("/r/{}/{}", address::segment(link), address::segment(brand))
}

/// Why a shopper would not be led to an address, if so.
pub(crate) fn refused(target: &str) -> Option<&'static str> {
    address::host(target).is_none().then_some(
        "`target` has to begin with https://, with no name before the host (http:// for localhost alone); \
         shoppers would not be led there",
    )
}

async fn follow(
    State(api): State<Api>,
    Path(link): Path<String>,
    method: HttpMethod,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    send_on(&api, &link, None, &method, query.as_deref(), &headers).await
}

async fn follow_of(
    State(api): State<Api>,
    Path((link, brand)): Path<(String, String)>,
    method: HttpMethod,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    send_on(&api, &link, Some(&brand), &method, query.as_deref(), &headers).await
}

async fn send_on(
    api: &Api,
    id: &str,
    brand: Option<&str>,
    method: &HttpMethod,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let follower = &api.tracking()?.0;
    let link = follower.links.find(id, brand).await?;
    let target = follower.target(&link)?;
    let shopper = Shopper::of(method, headers, &link.cookie, follower.settings.opt_out);
    let visit = shopper.visit().map_err(|error| Problem::internal(&error))?;
    if let Some(visit) = &visit {
        let trace = traced::of(headers);
        let line = click(&link, visit, address::value(query, VIA), trace, api.now())
            .map_err(|error| Problem::internal(&error))?;
        follower.spool.append(&line);
    }
    let to = address::landing(target, query, visit.as_ref().map(|visit| visit.click.as_str()));
    let to = HeaderValue::from_str(&to).map_err(|error| Problem::internal(&error))?;
    let mut response = StatusCode::FOUND.into_response();
    response.headers_mut().insert(header::LOCATION, to);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if let Some(device) = visit.and_then(|visit| visit.keep) {
        let cookie = format!(
            "{}={device}; Max-Age={DEVICE_SECONDS}; Path=/; Secure; HttpOnly; SameSite=Lax",
            link.cookie
        );
        let cookie = HeaderValue::from_str(&cookie).map_err(|error| Problem::internal(&error))?;
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

impl Follower {
    /// Where a link leads, if it may.
    fn target<'l>(&self, link: &'l Link) -> Result<&'l str, Problem> {
        let nowhere =
            |why: &str| Problem::new(ProblemCode::NotFound, format!("the link `{}` {why}", link.id));
        let target = link.target.as_deref().ok_or_else(|| nowhere("has no `target`; issue it with one"))?;
        let host = address::host(target).ok_or_else(|| nowhere("does not lead to an address with https"))?;
        let allowed = &self.settings.landing_hosts;
        if allowed.is_empty() || allowed.iter().any(|it| it.eq_ignore_ascii_case(host)) {
            return Ok(target);
        }
        Err(nowhere("leads to a host that is not among tracking.landing_hosts"))
    }
}

/// The click as a line of the spool: an event.
fn click(
    link: &Link,
    visit: &Visit,
    via: Option<&str>,
    trace: Option<Traceparent>,
    now: Timestamp,
) -> Result<Vec<u8>, serde_json::Error> {
    let unreadable = |_| serde::ser::Error::custom("the redirect made an id that is none");
    let payload = Payload::Click(ClickRecorded {
        click: visit.click.parse().map_err(unreadable)?,
        kind: if via == Some("qr") { TouchKind::Qr } else { TouchKind::Click },
        program: Some(link.program.clone()),
        ambassador: None,
        link: Some(link.id.clone()),
        device: Some(visit.device.parse().map_err(unreadable)?),
        account: None,
        post: None,
        campaign: None,
        channel: None,
    });
    let mut head = serde_json::json!({
        "specversion": "1.0", "id": visit.click, "source": "/r", "type": payload.event_type(), "brand": link.brand,
        "time": now, "datacontenttype": "application/json",
    });
    if let Some(trace) = trace {
        head["traceparent"] = trace.to_string().into();
    }
    let head = head.to_string();
    let open = head.strip_suffix('}').unwrap_or(&head);
    Ok(format!("{open},\"data\":{}}}", payload.to_json()?).into_bytes())
}

/// The lines of the spool as they come in.
fn incoming(line: &[u8], at: usize, file: &str, now: Timestamp) -> Incoming {
    Incoming::read(line.to_vec(), tribute_events::Arrival::Live(now), format!("clicks {file}:{at}"))
}
