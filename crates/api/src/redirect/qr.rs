//! `GET /v1/links/{link}/qr.svg` and `.png`: a link's address to be printed.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use fast_qr::qr::QRBuilder;

use super::{address, picture};
use crate::{
    Api, Caller, Problem,
    access::role::Scope,
    http::{
        operation::{Access, Method, Operation},
        origin::Origin,
    },
};

/// Makes a picture of a code.
type Draw = fn(&fast_qr::QRCode) -> std::io::Result<Vec<u8>>;

pub(super) fn operations() -> Vec<Operation> {
    let access = Access::Scope(Scope::LINKS_READ);
    let about = "A QR code of the link's address. Whoever scans it is recorded as one who scanned, which is stronger than a \
                 click at the same instant.";
    vec![
        Operation::new(Method::Get, "/v1/links/{link}/qr.svg", "drawLinkSvg", "Links", access, svg)
            .says("Draws a link's QR code as SVG", about)
            .of("link", "The link.")
            .or_gives(200, "image/svg+xml", "The code."),
        Operation::new(Method::Get, "/v1/links/{link}/qr.png", "drawLinkPng", "Links", access, png)
            .says("Draws a link's QR code as PNG", about)
            .of("link", "The link.")
            .or_gives(200, "image/png", "The code."),
    ]
}

async fn svg(
    state: State<Api>,
    caller: Caller,
    link: Path<String>,
    origin: Option<Origin>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    draw(state, caller, link, (origin, &headers), "image/svg+xml", picture::svg).await
}

async fn png(
    state: State<Api>,
    caller: Caller,
    link: Path<String>,
    origin: Option<Origin>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    draw(state, caller, link, (origin, &headers), "image/png", picture::png).await
}

async fn draw(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
    (origin, headers): (Option<Origin>, &HeaderMap),
    media: &'static str,
    draw: Draw,
) -> Result<Response, Problem> {
    let tracking = api.tracking()?;
    let link = tracking.0.links.find(&id, Some(caller.brand.as_str())).await?;
    if !caller.sees(link.ambassador.as_str()) {
        return Err(Problem::not_found("link", &id));
    }
    let base = match &tracking.0.settings.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => by_request(origin.and_then(|it| it.is_encrypted), headers),
    };
    let path = super::path(link.id.as_str(), caller.brand.as_str());
    let code = QRBuilder::new(format!("{base}{path}?via=qr")).build();
    let code =
        code.map_err(|error| Problem::invalid(format!("the link's address makes no QR code: {error:?}")))?;
    let bytes = draw(&code).map_err(|error| Problem::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, media)], bytes).into_response())
}

/// Where the request found this server; where it is not known how, by https unless that is this machine.
fn by_request(is_encrypted: Option<bool>, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or("localhost");
    let here = address::host(&format!("http://{host}")).is_some();
    format!("{}://{host}", if is_encrypted.unwrap_or(!here) { "https" } else { "http" })
}
