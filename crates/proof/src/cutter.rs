//! Stands between the services and PostgreSQL, and cuts connections at their COMMIT.
//!
//! A COMMIT whose answer never comes may have succeeded or not: of two cuts, one lets it through and one does not. Most
//! cuts wait for a transaction in which much was written, a batch: leases are renewed far more often.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The message with which a transaction is committed: a simple query of this text.
const COMMIT: &[u8] = b"COMMIT\0";
const ROLLBACK: &[u8] = b"ROLLBACK\0";
/// A transaction is a batch where its client sent so many bytes.
const BATCH: usize = 6_000;
/// The longest message of a client that is looked at as a whole.
const LOOKED_AT: usize = 16;

/// How many cuts are wanted, and how many were made.
#[derive(Debug, Default)]
struct Cuts {
    wanted: AtomicU64,
    made: AtomicU64,
}

impl Cuts {
    /// The number of this cut, where one is wanted in a transaction of this size.
    fn take(&self, size: usize) -> Option<u64> {
        if size < BATCH && self.made.load(Ordering::Relaxed) % 4 != 3 {
            return None;
        }
        let fewer = |wanted: u64| wanted.checked_sub(1);
        self.wanted.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer).ok()?;
        Some(self.made.fetch_add(1, Ordering::Relaxed))
    }
}

/// A way to PostgreSQL that can be cut.
#[derive(Debug)]
pub(crate) struct Cutter {
    /// Where to connect to: `host:port`.
    pub(crate) address: String,
    cuts: Arc<Cuts>,
    task: JoinHandle<()>,
}

impl Cutter {
    /// Listens for connections to this server.
    pub(crate) async fn open(server: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port is free")?;
        let address = listener.local_addr()?.to_string();
        let cuts = Arc::new(Cuts::default());
        let task = tokio::spawn(accept(listener, server.to_owned(), Arc::clone(&cuts)));
        Ok(Self { address, cuts, task })
    }

    /// Cuts the connection of the next COMMIT.
    pub(crate) fn cut(&self) {
        self.cuts.wanted.fetch_add(1, Ordering::Relaxed);
    }

    /// How many connections were cut.
    pub(crate) fn made(&self) -> u64 {
        self.cuts.made.load(Ordering::Relaxed)
    }
}

impl Drop for Cutter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, server: String, cuts: Arc<Cuts>) {
    while let Ok((client, _)) = listener.accept().await {
        let (server, cuts) = (server.clone(), Arc::clone(&cuts));
        tokio::spawn(async move {
            // Where the server is away the client sees its connection closed, as it would without us.
            if let Ok(server) = TcpStream::connect(&server).await {
                let _ended = between(client, server, &cuts).await;
            }
        });
    }
}

/// Passes everything on, both ways, until one side is gone or the connection is cut.
async fn between(client: TcpStream, server: TcpStream, cuts: &Cuts) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, to_server) = server.into_split();
    tokio::select! {
        passed = requests(from_client, to_server, cuts) => passed,
        passed = copy(&mut from_server, &mut to_client) => passed.map(|_| ()),
    }
}

/// Passes the client's messages on, one by one. Ends where the connection is to be cut.
async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, cuts: &Cuts) -> std::io::Result<()> {
    greeting(&mut from, &mut to).await?;
    let (mut head, mut size) = ([0_u8; 5], 0_usize);
    loop {
        from.read_exact(&mut head).await?;
        let [kind, length @ ..] = head;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or_default().saturating_sub(4);
        size = size.saturating_add(length);
        if length > LOOKED_AT {
            to.write_all(&head).await?;
            pass(&mut from, &mut to, length).await?;
            continue;
        }
        let mut body = vec![0_u8; length];
        from.read_exact(&mut body).await?;
        let ends = kind == b'Q' && (body == COMMIT || body == ROLLBACK);
        let cut = if kind == b'Q' && body == COMMIT { cuts.take(size) } else { None };
        size = if ends { 0 } else { size };
        if cut.is_none_or(|number| number.is_multiple_of(2)) {
            to.write_all(&[head.as_slice(), &body].concat()).await?;
        }
        if cut.is_some() {
            return Ok(());
        }
    }
}

/// What comes before the messages: a request for encryption, which the server refuses, and who the client is.
async fn greeting(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf) -> std::io::Result<()> {
    const ENCRYPTION: u32 = 80_877_103;
    loop {
        let mut head = [0_u8; 8];
        from.read_exact(&mut head).await?;
        let [a, b, c, d, kind @ ..] = head;
        to.write_all(&head).await?;
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or_default();
        pass(from, to, length.saturating_sub(head.len())).await?;
        if u32::from_be_bytes(kind) != ENCRYPTION {
            return Ok(());
        }
    }
}

async fn pass(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf, length: usize) -> std::io::Result<()> {
    let length = u64::try_from(length).unwrap_or_default();
    copy(&mut from.take(length), to).await.map(|_| ())
}
