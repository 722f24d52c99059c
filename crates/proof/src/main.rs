//! `tribute-proof`: breaks the services while they work, and compares what they booked with one undisturbed process.
//! Exit codes: 0 nothing found (with `--planted`: every bug found), 1 otherwise.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use tribute_proof::{Options, planted, run};

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    // Whoever is interrupted stops what was started all the same.
    let proved = tokio::select! {
        proved = prove(&options) => proved,
        () = interrupted() => Err(anyhow::anyhow!("interrupted")),
    };
    match proved {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn prove(options: &Options) -> anyhow::Result<bool> {
    if options.planted {
        return planted(options).await;
    }
    Ok(run(options).await?.is_clean())
}

async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut end), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! { _ = end.recv() => {}, _ = interrupt.recv() => {} }
}
