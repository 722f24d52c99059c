//! The command line of Tribute.
//!
//! It parses arguments, opens the database, calls the libraries, and prints. Exit codes: 0 done, 1 failed,
//! 2 wrong usage or settings, 3 done but something was quarantined or did not match.
#![forbid(unsafe_code)]

mod arguments;
mod commands;
mod feed;
mod flags;
mod inbox;
mod messages;
mod otlp;
mod output;
mod progress;
mod settings;
mod source;

use std::process::ExitCode;

use clap::Parser;
use tribute_reports::ReportError;

use arguments::Arguments;
use settings::{Origin, Settings};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a command came to.
pub(crate) enum Done {
    /// All well.
    Clean,
    /// Done, but something was quarantined or did not match.
    WithFindings,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let settings = match Settings::load(&arguments) {
        Ok(settings) => settings,
        Err(error) => {
            messages::failure(&error);
            return ExitCode::from(2);
        }
    };
    let filter = match settings.given("log.filter") {
        // It says in sentences what the clients would log.
        Some(given) if given.origin == Origin::Default && arguments.is_doctor() => "off",
        given => given.map_or("warn", |given| &given.text),
    };
    // The driver would log options of the address that it does not know, a mistyped password among them.
    let filter = tracing_subscriber::EnvFilter::new(format!("{filter},sqlx_postgres::options::parse=off"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).json().init();
    #[cfg(feature = "failpoints")]
    let _points = fail::FailScenario::setup();
    match commands::run(arguments, &settings).await {
        Ok(Done::Clean) => ExitCode::SUCCESS,
        Ok(Done::WithFindings) => ExitCode::from(3),
        // Who reads has seen enough, as `head` does.
        Err(error) if is_output_closed(&error) => ExitCode::SUCCESS,
        Err(error) => {
            messages::failure(&error);
            ExitCode::FAILURE
        }
    }
}

/// A panic in one task would leave the others of a service running without it, a worker that takes batches, say, while
/// nobody renews its leases: the process ends instead, and whoever watches it starts it anew.
pub(crate) fn end_at_panic() {
    let say = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        say(panic);
        std::process::abort();
    }));
}

fn is_output_closed(error: &anyhow::Error) -> bool {
    let closed = |cause: &ReportError| matches!(cause, ReportError::Write(why) if why.kind() == std::io::ErrorKind::BrokenPipe);
    error.chain().filter_map(|cause| cause.downcast_ref()).any(closed)
}
