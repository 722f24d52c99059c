//! `POST /v1/shops/{shop}/{kind}`: what shops deliver, by their signature alone.
//!
//! No key is needed: whoever signs over the bytes with the shop's secret is the shop. A delivery is answered with 200 once
//! its events are durable, or it lies in quarantine byte for byte; until then the shop is told to deliver it again.

mod connected;

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
};
use schemars::JsonSchema;
use serde::Serialize;
use tribute_events::{Arrival, RefusedDelivery, Rejection};
use tribute_services::Incoming;
use tribute_shops::{Kind, Meaning, Shop, read};

use crate::{
    Answer, Api, Problem, ProblemCode,
    http::{
        asked::Raw,
        operation::{Access, AnyObject, Method, Operation},
        request::RequestId,
        traced,
    },
};

pub use connected::{ConnectedShop, ShopError};

/// The longest delivery, in bytes.
const DELIVERY_MAX: usize = 2 << 20;

/// What became of a delivery.
#[derive(Debug, Serialize, JsonSchema)]
struct Delivered {
    /// How many of its events are new and durable.
    accepted: u64,
    /// How many were known already.
    duplicates: u64,
    /// How many were put aside, or 1 where the delivery itself was.
    quarantined: u64,
    /// Why it says nothing that counts, or why something was put aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let taken = |kind: Kind, path, id| {
        let handler =
            move |state, path, request, headers, body| deliver(kind, state, path, request, headers, body);
        Operation::new(Method::Post, path, id, "Shops", Access::Signed, handler)
            .says(
                "Takes a delivery of a shop",
                "The shop's own webhook, signed with the secret that it was connected with. It is answered with 200 once \
                 what it says is durable, or it lies in quarantine; the same delivery again has no effect.",
            )
            .of("shop", "The shop's id, shop_….")
            .takes::<AnyObject>("application/json")
            .gives::<Delivered>(200, "What became of it.")
    };
    vec![
        taken(Kind::Shopify, "/v1/shops/{shop}/shopify", "deliverShopify"),
        taken(Kind::Stripe, "/v1/shops/{shop}/stripe", "deliverStripe"),
        taken(Kind::WooCommerce, "/v1/shops/{shop}/woocommerce", "deliverWooCommerce"),
    ]
}

async fn deliver(
    kind: Kind,
    State(api): State<Api>,
    Path(id): Path<String>,
    RequestId(request): RequestId,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Json<Delivered>, Problem> {
    if body.len() > DELIVERY_MAX {
        let detail = format!("the delivery has {} bytes; at most {DELIVERY_MAX} are taken", body.len());
        return Err(Problem::new(ProblemCode::TooLarge, detail));
    }
    let found = ConnectedShop::find(api.whole(), &id).await?;
    let shop = found.filter(|it| it.kind == kind).ok_or_else(|| Problem::not_found("shop", &id))?;
    let header = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    let secrets = shop.secrets(api.vault(), api.now()).map_err(unavailable)?;
    let secrets: Vec<&[u8]> = secrets.iter().map(|it| it.as_slice()).collect();
    kind.verify(&secrets, header(kind.signature_header()), &body, api.now())
        .map_err(|error| Problem::new(ProblemCode::Unauthenticated, error.to_string()))?;
    let topic = kind.topic_header().and_then(header);
    let origin = format!("shop {id} {request}");
    let batch = match told(&shop, topic, &body, Arrival::Live(api.now()), &origin) {
        Told::Nothing(why) => return Ok(Json(receipt(Vec::new(), Some(why.to_owned())))),
        Told::Incoming(batch) => batch,
    };
    let trace = traced::of(&headers);
    let batch = batch.into_iter().map(|incoming| traced::carried(incoming, trace)).collect();
    Ok(Json(receipt(api.accept(batch).await?, None)))
}

/// What a delivery comes to.
pub enum Told {
    /// Nothing that counts: why.
    Nothing(&'static str),
    /// Its events; where it is not understood, itself, to be put aside.
    Incoming(Vec<Incoming>),
}

/// Tells a delivery of a shop as what comes in. Where it is not understood it comes in itself, and is refused with its
/// reason.
#[must_use]
pub fn told(shop: &ConnectedShop, topic: Option<&str>, body: &[u8], arrival: Arrival, origin: &str) -> Told {
    let known = Shop { brand: &shop.brand, name: &shop.name, kind: shop.kind, settings: &shop.settings };
    match read(&known, topic, body) {
        Ok(Meaning::Nothing(why)) => Told::Nothing(why),
        Ok(Meaning::Events(events)) => {
            let events = events.into_iter().enumerate();
            let incoming = |(at, bytes)| Incoming::read(bytes, arrival, format!("{origin}:{at}"));
            Told::Incoming(events.map(incoming).collect())
        }
        Err(why) => Told::Incoming(vec![refused(shop, topic, body, arrival, origin, &why)]),
    }
}

fn refused(
    shop: &ConnectedShop,
    topic: Option<&str>,
    body: &[u8],
    arrival: Arrival,
    origin: &str,
    why: &Rejection,
) -> Incoming {
    let topic = topic.map(str::to_owned);
    let held = RefusedDelivery::new(shop.brand.clone(), &shop.id, topic, body, why);
    // It is text and numbers, and always can be written; the bare bytes are held otherwise.
    let bytes = held.to_bytes().unwrap_or_else(|_| body.to_vec());
    let incoming = Incoming::read(bytes, arrival, origin.to_owned());
    Incoming { event: Err(why.clone()), ..incoming }
}

fn receipt(answers: Vec<Answer>, reason: Option<String>) -> Delivered {
    let mut delivered = Delivered { accepted: 0, duplicates: 0, quarantined: 0, reason };
    for answer in answers {
        let count = match answer {
            Answer::Accepted => &mut delivered.accepted,
            Answer::Duplicate => &mut delivered.duplicates,
            Answer::Quarantined { reason, .. } => {
                delivered.reason.get_or_insert(reason);
                &mut delivered.quarantined
            }
        };
        *count = count.saturating_add(1);
    }
    delivered
}

/// Whoever runs the server has to act; the shop delivers it again meanwhile.
fn unavailable(error: tribute_vault::VaultError) -> Problem {
    tracing::error!(%error, "a shop's secret cannot be read");
    Problem::new(ProblemCode::Unavailable, "the shop's secret cannot be read here; deliver it again later")
        .after(60)
}
