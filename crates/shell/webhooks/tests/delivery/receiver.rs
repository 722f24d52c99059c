//! An endpoint on this machine that answers as it is told, by HTTP or by TLS.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// What has come so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Came(Arc<Mutex<Vec<Request>>>);

impl Came {
    /// The requests of a path.
    pub(crate) fn at(&self, path: &str) -> Vec<Request> {
        self.0.lock().unwrap().iter().filter(|it| it.path == path).cloned().collect()
    }

    /// The ids that came to a path, each once, in order.
    pub(crate) fn ids(&self, path: &str) -> Vec<String> {
        let mut ids: Vec<_> = self.at(path).iter().map(|it| it.headers["webhook-id"].clone()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// Listens; the port. What is answered depends on the path: `/ok`, `/500`, `/410`, `/redirect`, `/large`, `/busy`, `/silent`.
pub(crate) async fn listen(came: Came, tls: Option<TlsAcceptor>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (came, tls) = (came.clone(), tls.clone());
            tokio::spawn(async move {
                // Who sends may close the connection in the middle.
                let _ended = match tls {
                    None => answer(stream, came).await,
                    Some(tls) => match tls.accept(stream).await {
                        Ok(stream) => answer(stream, came).await,
                        Err(error) => Err(error),
                    },
                };
            });
        }
    });
    port
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(stream: S, came: Came) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).await?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length").map_or(0, |it| it.parse().unwrap())];
    reader.read_exact(&mut body).await?;
    let place = format!("http://{}/ok", headers["host"]);
    came.0.lock().unwrap().push(Request { path: path.clone(), headers, body });
    let head = match path.as_str() {
        "/silent" => return std::future::pending().await,
        "/500" => "500 Oh\r\ncontent-length: 6\r\n\r\nbroken".to_owned(),
        "/410" => "410 Gone\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "/busy" => "429 Busy\r\nretry-after: 3600\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "/redirect" => format!("307 There\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n"),
        "/large" => "200 OK\r\n\r\n".to_owned(),
        _ => "200 OK\r\ncontent-length: 2\r\n\r\nok".to_owned(),
    };
    reader.get_mut().write_all(format!("HTTP/1.1 {head}").as_bytes()).await?;
    if path == "/large" {
        // It goes on for as long as anybody reads.
        loop {
            reader.get_mut().write_all(&[b'x'; 4_096]).await?;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    reader.get_mut().flush().await
}
