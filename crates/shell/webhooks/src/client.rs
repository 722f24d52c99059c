//! Sends one request: over TLS, to an address that was checked, within bounds of time and size.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header,
};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::{
    WebhookError,
    target::{Target, TargetError},
};

/// How much of an answer is read and kept, in bytes.
const EXCERPT_MAX: usize = 1_024;
/// How long the headers of an answer may be, in bytes.
const HEADERS_MAX: usize = 16 << 10;

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To find and reach the endpoint.
    pub connect: Duration,
    /// Everything, from the name to the end of the answer.
    pub whole: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), whole: Duration::from_secs(20) }
    }
}

/// What an endpoint answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// How long it asks to be left alone, in milliseconds.
    pub retry_after: Option<i64>,
    /// How its body begins.
    pub excerpt: String,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The name leads nowhere.
    #[error("the name {name} leads to no address: {source}")]
    Name {
        /// The name.
        name: String,
        /// Why.
        source: std::io::Error,
    },
    /// The name leads to what nothing is sent to.
    #[error(transparent)]
    Address(#[from] TargetError),
    /// Nobody listens there.
    #[error("{address} cannot be connected to: {source}")]
    Connect {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// TLS does not come about: as a rule the certificate is none that counts.
    #[error("no TLS with {name}: {source}")]
    Tls {
        /// The name.
        name: String,
        /// Why.
        source: std::io::Error,
    },
    /// It speaks no HTTP, or ends in the middle.
    #[error("no answer: {0}")]
    Http(String),
    /// There is nothing to send.
    #[error("its event is no longer kept, is damaged, or is no longer this endpoint's to see")]
    NoEvent,
    /// It took too long.
    #[error("no answer within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
}

/// Sends requests.
#[derive(Clone)]
pub struct Client {
    tls: TlsConnector,
    limits: Limits,
    development: bool,
}

impl Client {
    /// One that trusts the authorities of the public web, and those of a PEM file besides. In development it sends to http
    /// and to this machine, too.
    ///
    /// # Errors
    /// [`WebhookError::Authority`] where the file holds no certificates.
    pub fn new(authority: Option<&Path>, development: bool, limits: Limits) -> Result<Self, WebhookError> {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        if let Some(path) = authority {
            let wrong = |why: String| WebhookError::Authority { path: path.to_owned(), why };
            let read = CertificateDer::pem_file_iter(path).map_err(|it| wrong(it.to_string()))?;
            for certificate in read {
                let certificate = certificate.map_err(|it| wrong(it.to_string()))?;
                roots.add(certificate).map_err(|it| wrong(it.to_string()))?;
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(WebhookError::Tls)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), limits, development })
    }

    /// Posts a body once, on a connection of its own. Redirects are an answer like any other.
    ///
    /// # Errors
    /// Where there is no answer, or the endpoint lies where nothing is sent to.
    pub async fn post(
        &self,
        target: &Target,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<Reply, SendError> {
        let sent = timeout(self.limits.whole, self.post_within(target, headers, body)).await;
        sent.map_err(|_| SendError::TimedOut(self.limits.whole))?
    }

    async fn post_within(
        &self,
        target: &Target,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<Reply, SendError> {
        let connected = timeout(self.limits.connect, self.connect(target)).await;
        let stream = connected.map_err(|_| SendError::TimedOut(self.limits.connect))??;
        let request = request(target, headers, body)?;
        if !target.is_encrypted() {
            return talk(stream, request).await;
        }
        let (name, _) = target.place();
        let server = ServerName::try_from(name.clone())
            .map_err(|error| SendError::Http(format!("{name} is no name of a server ({error})")))?;
        let failed = |source| SendError::Tls { name, source };
        talk(self.tls.connect(server, stream).await.map_err(failed)?, request).await
    }

    /// Connects to an address that was checked: to that very one, so that the name cannot lead elsewhere meanwhile. A name
    /// that leads to any address which nothing is sent to is not trusted at all.
    async fn connect(&self, target: &Target) -> Result<TcpStream, SendError> {
        target.check(self.development)?;
        let (name, port) = target.place();
        let failed = |source| SendError::Name { name: name.clone(), source };
        let addresses: Vec<SocketAddr> = match target.literal() {
            Some(address) => vec![(address, port).into()],
            None => tokio::net::lookup_host((name.as_str(), port)).await.map_err(failed)?.collect(),
        };
        for address in &addresses {
            Target::check_address(address.ip(), self.development)?;
        }
        let mut last = SendError::Name { name: name.clone(), source: std::io::ErrorKind::NotFound.into() };
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(source) => last = SendError::Connect { address, source },
            }
        }
        Err(last)
    }
}

fn request(
    target: &Target,
    headers: &[(&'static str, String)],
    body: Vec<u8>,
) -> Result<Request<Full<Bytes>>, SendError> {
    let mut request = Request::post(target.path())
        .header(header::HOST, target.authority())
        .header(header::USER_AGENT, concat!("Tribute/", env!("CARGO_PKG_VERSION")));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    request.body(Full::new(Bytes::from(body))).map_err(|error| SendError::Http(error.to_string()))
}

/// Drives a connection until it is dropped.
struct Driven(JoinHandle<()>);

impl Drop for Driven {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn talk<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Reply, SendError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |error: hyper::Error| {
        let cause = std::error::Error::source(&error).map_or_else(String::new, |it| format!(" ({it})"));
        SendError::Http(format!("{error}{cause}"))
    };
    let handshake =
        hyper::client::conn::http1::Builder::new().max_buf_size(HEADERS_MAX).handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(failed)?;
    let _driven = Driven(tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended");
        }
    }));
    let response = sender.send_request(request).await.map_err(failed)?;
    let (status, retry_after) = (response.status().as_u16(), retry_after(&response));
    Ok(Reply { status, retry_after, excerpt: excerpt(response.into_body()).await })
}

/// What `Retry-After` asks for, where it is in seconds. A date is not understood, and the schedule counts.
fn retry_after(response: &Response<Incoming>) -> Option<i64> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse::<u32>().ok()?;
    Some(i64::from(seconds).saturating_mul(1_000))
}

/// How a body begins. The rest is not read.
async fn excerpt(mut body: Incoming) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < EXCERPT_MAX
        && let Some(Ok(frame)) = body.frame().await
    {
        if let Some(data) = frame.data_ref() {
            let room = EXCERPT_MAX.saturating_sub(bytes.len()).min(data.len());
            bytes.extend_from_slice(data.get(..room).unwrap_or_default());
        }
    }
    plain(&bytes)
}

/// A text of at most 1,024 bytes that a terminal may show and a database may hold.
pub(crate) fn plain(bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(bytes).replace(|it: char| it.is_control(), " ");
    let end = (0..=EXCERPT_MAX.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.truncate(end.unwrap_or_default());
    text
}
