//! `tribute-auditor EVENTS… [--terms FILE…] [--to INSTANT]`: prints the independent report.

use std::{fs, io, io::Write, path::PathBuf, process::ExitCode};

use clap::Parser;
use tribute_auditor::{Options, audit};
use tribute_events::Timestamp;
use tribute_terms::{Span, Terms};

/// Recomputes what every ambassador has earned, from events and terms alone.
#[derive(Debug, Parser)]
#[command(name = "tribute-auditor", version)]
struct Arguments {
    /// Files of events, one JSON object on a line, read in this order as one file.
    #[arg(required = true)]
    events: Vec<PathBuf>,
    /// Terms that are not published in the events, as TOML files.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    terms: Vec<PathBuf>,
    /// Makes the scheduled payout runs up to this instant, such as 2026-04-01T00:00:00Z; up to the last tick of the
    /// clock in the events where absent.
    #[arg(long, value_name = "INSTANT")]
    to: Option<Timestamp>,
    /// Runs do not see what was recorded later than this after their cut-off, such as 5m.
    #[arg(long, value_name = "SPAN")]
    lateness: Option<Span>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot read {}: {source}; check the path", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is not a terms file: {problem}", path.display())]
    InvalidTerms { path: PathBuf, problem: String },
    #[error("cannot write the report: {0}")]
    Unwritable(#[from] io::Error),
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("tribute-auditor: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let terms = arguments.terms.into_iter().map(read_terms).collect::<Result<_, _>>()?;
    let files = arguments.events.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let options = Options { terms, to: arguments.to, lateness: arguments.lateness.map(Span::millis) };
    let lines = files.iter().flat_map(|file| file.split(|byte| *byte == b'\n'));
    let report = audit(lines, &options).report();
    Ok(io::stdout().lock().write_all(report.as_bytes())?)
}

fn read(path: PathBuf) -> Result<Vec<u8>, Failure> {
    fs::read(&path).map_err(|source| Failure::Unreadable { path, source })
}

fn read_terms(path: PathBuf) -> Result<Terms, Failure> {
    let bytes = read(path.clone())?;
    let parsed = Terms::parse(&String::from_utf8_lossy(&bytes));
    parsed.map_err(|problems| {
        let problem = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Failure::InvalidTerms { path, problem }
    })
}
