//! The server as a process of its own, and a bare handler as another.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use axum::{Router, http::StatusCode, http::header, routing::get};
use tokio::net::TcpStream;
use tribute_api::serve;
use tribute_runtime::Stop;

use super::{super::measure::seconds_in, filled::TARGET};
use crate::Done;

/// How often it is looked whether a server listens, and how many times.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS: u32 = 600;

/// A server.
pub(super) struct Served {
    child: Child,
    pub(super) address: SocketAddr,
}

impl Served {
    /// `tribute run` over a database: the API, the engine, and links that are followed.
    pub(super) async fn start(url: &str, folder: &Path) -> Result<Self> {
        let address = free()?;
        let mut command = Command::new(std::env::current_exe()?);
        // Ticks that far behind clear nothing and pay nothing.
        command.args(["run", "--lateness", "3650d", "--tick", "1d", "--listen", &address.to_string()]);
        command.args(["--set", "api.requests_per_second=1000000", "--set", "api.burst=1000000"]);
        command.arg("--data").arg(folder).env("TRIBUTE_DATABASE_URL", url);
        Self::listening(command, address).await
    }

    /// A handler that answers a constant redirect.
    pub(super) async fn bare() -> Result<Self> {
        let address = free()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "http", "--bare", &address.to_string()]);
        Self::listening(command, address).await
    }

    async fn listening(mut command: Command, address: SocketAddr) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut served = Self { child: command.spawn().context("the server does not start")?, address };
        for _ in 0..LOOKS {
            ensure!(served.child.try_wait()?.is_none(), "the server ended by itself");
            if TcpStream::connect(address).await.is_ok() {
                return Ok(served);
            }
            tokio::time::sleep(LOOK).await;
        }
        anyhow::bail!("the server does not listen")
    }

    /// What it had of a processor so far, in seconds; no number where the system has no `/proc`.
    pub(super) fn cpu(&self) -> Result<f64> {
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())) else {
            return Ok(f64::NAN);
        };
        seconds_in(&stat)
    }

    /// Ends it as an operator would.
    pub(super) fn stop(mut self) -> Result<()> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Answers a constant redirect until it is told to end.
pub(super) async fn bare(address: SocketAddr) -> Result<Done> {
    let redirect = || async { (StatusCode::FOUND, [(header::LOCATION, TARGET)]) };
    let routes = Router::new().route("/r/{link}", get(redirect));
    serve(address, routes, Stop::on_signals()?).await?;
    Ok(Done::Clean)
}
