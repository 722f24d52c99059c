//! Requests on a connection that stays open, and what they take.

use std::{fmt, net::SocketAddr, time::Instant};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use super::super::measure::{ratio_of, whole};

/// A connection.
pub(super) struct Connection {
    stream: BufReader<TcpStream>,
}

/// An answer, and how long it took.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) millis: f64,
}

impl Connection {
    pub(super) async fn to(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    pub(super) async fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> Result<Answer> {
        self.ask(&format!("GET {path}"), headers, "").await
    }

    pub(super) async fn ask(&mut self, line: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer> {
        let started = Instant::now();
        self.send(line, headers, body).await?;
        let (status, length) = self.head().await?;
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).await?;
        let millis = started.elapsed().as_secs_f64() * 1_000.0;
        Ok(Answer { status, body: String::from_utf8_lossy(&bytes).into_owned(), millis })
    }

    pub(super) async fn send(&mut self, line: &str, headers: &[(&str, &str)], body: &str) -> Result<()> {
        let mut request = format!("{line} HTTP/1.1\r\nhost: localhost\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        Ok(self.stream.write_all(request.as_bytes()).await?)
    }

    /// Reads the head of an answer: its status, and how long the body is; 0 where it has no end.
    pub(super) async fn head(&mut self) -> Result<(u16, usize)> {
        let status = self.line().await?;
        let status = status.split(' ').nth(1).and_then(|it| it.parse().ok()).context("no answer of HTTP")?;
        let mut length = 0;
        loop {
            let line = self.line().await?.to_ascii_lowercase();
            if line.is_empty() {
                return Ok((status, length));
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
    }

    pub(super) async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        let count = self.stream.read_line(&mut line).await?;
        (count > 0).then(|| line.trim_end().to_owned()).context("the server hung up")
    }
}

/// How long requests took, in ms; and what each cost the server's process of a processor, in ms, where it was asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Times {
    millis: Vec<f64>,
    cost: Option<f64>,
}

impl Times {
    pub(super) fn add(&mut self, millis: f64) {
        self.millis.push(millis);
    }

    /// Notes what so many requests cost together, in seconds.
    pub(super) fn cost(&mut self, seconds: f64, requests: u32) {
        self.cost = Some(ratio_of(seconds * 1_000.0, requests.into()));
    }

    /// A percentile.
    pub(super) fn at(&self, percentile: usize) -> f64 {
        let mut sorted = self.millis.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        sorted
            .get(sorted.len().saturating_mul(percentile).div_euclid(100).min(last))
            .copied()
            .unwrap_or(f64::NAN)
    }

    /// The mean.
    pub(super) fn mean(&self) -> f64 {
        let count = u64::try_from(self.millis.len()).unwrap_or(u64::MAX);
        if count == 0 { whole(0) } else { ratio_of(self.millis.iter().sum(), count) }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}, {:.2} (mean {:.2}", self.at(50), self.at(99), self.mean())?;
        match self.cost {
            Some(cost) => write!(f, ", {:.0}/s, {cost:.3} ms of CPU)", 1_000.0 / self.mean()),
            None => write!(f, ")"),
        }
    }
}
