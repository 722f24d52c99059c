//! `tribute-proof`: breaks the services while they work, and compares what they booked with one undisturbed process.
//! Exit codes: 0 nothing found (with `--planted`: every bug found), 1 otherwise.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use tribute_proof::{Options, planted, run};

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let proved = if options.planted {
        planted(&options).await
    } else {
        run(&options).await.map(|figures| figures.is_clean())
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
