//! `tribute bench http --db …`: a server as a process of its own, asked over the loopback, beside its ceilings in the
//! same run.
//!
//! The ceilings: of a page of earnings the same statement by the bare driver; of a redirect a bare handler that answers a
//! constant one. It makes a database named `tribute_bench_…`, which it removes again.

mod ask;
mod filled;
mod intake;
mod live;
mod pages;
mod process;

use anyhow::{Context, Result, ensure};
use tribute_store::Database;

use super::scratch::Scratch;
use crate::{
    Done,
    arguments::{BenchHttp, Place},
    messages::{note, say},
};
use ask::{Connection, Times};
use process::Served;

/// The most that a page may take, at the 99th percentile, in ms; and a sale until it is on the stream.
const PAGE_MAX: f64 = 50.0;
const VISIBLE_MAX: f64 = 1_000.0;
/// What a browser says that it is.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

pub(crate) async fn run(options: &BenchHttp, place: &Place) -> Result<Done> {
    if let Some(address) = options.bare {
        return process::bare(address).await;
    }
    let server = place.db.as_deref().filter(|url| url.starts_with("postgres"));
    let server = server.context("name a PostgreSQL server with --db")?;
    let scratch = Scratch::make(server, "http").await?;
    let done = Box::pin(measure(options, &scratch.url)).await;
    scratch.remove().await?;
    done
}

async fn measure(options: &BenchHttp, url: &str) -> Result<Done> {
    let database = Database::open(url).await?;
    let key = filled::set_up(&database).await?;
    let filled = filled::fill(url, options.earnings).await?;
    let folder = tempfile::tempdir()?;
    let served = Served::start(url, folder.path()).await?;
    say(format_args!(
        "{} earnings of {} brands, {} ambassadors each, {} MiB with indexes, filled in {:.0} s; ms: p50, p99 of {}",
        options.earnings,
        filled::BRANDS,
        filled::AMBASSADORS,
        filled.mebibytes,
        filled.seconds,
        options.requests,
    ));
    let pages = pages::measure(&served, url, &key, options).await?;
    note("redirects");
    let (redirect, bare) = redirects(&served, options.requests).await?;
    say(format_args!("{:<44} {redirect}   a bare handler {bare}", "GET /r/LINK"));
    note("sales");
    let (accepted, visible) = live::measure(&served, &key, options.sales).await?;
    say(format_args!("{:<44} {accepted}", format!("POST /v1/events, one sale ({})", options.sales)));
    say(format_args!("{:<44} {visible}", "from its sending until /v1/stream has it"));
    note("batches");
    let batches = intake::batches(&served, &key, options.sales).await?;
    say(format_args!("{:<44} {batches}", format!("POST /v1/events, {} sales in one", intake::BATCH)));
    let (beside, meanwhile) = intake::pages_meanwhile(&served, &key, options.requests).await?;
    say(format_args!("{:<44} {beside}", "earnings of a program, first page meanwhile"));
    say(format_args!("{:<44} {meanwhile}", format!("{} sales in one, meanwhile", intake::BATCH)));
    served.stop()?;
    database.connection().clone().close().await?;
    ensure!(pages < PAGE_MAX, "a page took {pages:.1} ms at the 99th percentile, more than {PAGE_MAX}");
    let visible = visible.at(99);
    ensure!(visible < VISIBLE_MAX, "a sale took {visible:.0} ms to be visible, more than {VISIBLE_MAX}");
    Ok(Done::Clean)
}

/// What a redirect takes, of the server and of a bare handler, in turns.
async fn redirects(served: &Served, requests: u32) -> Result<(Times, Times)> {
    let bare = Served::bare().await?;
    let mut connections = [Connection::to(served.address).await?, Connection::to(bare.address).await?];
    let mut times = [Times::default(), Times::default()];
    let before = [served.cpu()?, bare.cpu()?];
    for number in 0..requests.saturating_add(WARM_UP) {
        for (connection, times) in connections.iter_mut().zip(&mut times) {
            let path = format!("/r/{}", filled::LINK);
            let answer = connection.get(&path, &[("user-agent", BROWSER)]).await?;
            ensure!(answer.status == 302, "a redirect is answered with {}", answer.status);
            if number >= WARM_UP {
                times.add(answer.millis);
            }
        }
    }
    let requests = requests.saturating_add(WARM_UP);
    for ((times, before), process) in times.iter_mut().zip(before).zip([served, &bare]) {
        times.cost(process.cpu()? - before, requests);
    }
    bare.stop()?;
    let [own, ceiling] = times;
    Ok((own, ceiling))
}

/// Requests that come before those which are measured.
const WARM_UP: u32 = 50;
