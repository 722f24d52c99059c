//! The command line of the tools.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use tribute_tools::{
    Compression, Output, ToolError, demo, people, replay,
    workload::{Mix, Options, Workload},
};

/// Events to try Tribute with.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Turn a neutral set of events into the contract, as OUTPUT/events.ndjson
    ConvertReplay(ConvertReplay),
    /// Write the benchmark workload AFF-1
    Workload(WorkloadOptions),
    /// Write the demo's events
    Demo(Demo),
    /// Write a list of people for `tribute ambassador import`
    People(People),
}

#[derive(Args)]
struct ConvertReplay {
    /// Folder with replay.ndjson.xz, products.ndjson and delivery.txt.gz
    #[arg(long)]
    input: PathBuf,
    /// Folder to write to
    #[arg(long)]
    output: PathBuf,
    /// Order of the lines: by the events' time, or as they were delivered (some late, some twice)
    #[arg(long, value_enum, default_value_t = Order::Event)]
    order: Order,
    /// How to pack the file
    #[arg(long, value_enum, default_value_t = Pack::None)]
    pack: Pack,
}

#[derive(Clone, Copy, ValueEnum)]
enum Order {
    Event,
    Arrival,
}

#[derive(Clone, Copy, ValueEnum)]
enum Pack {
    None,
    Gzip,
    Zstd,
}

#[derive(Args)]
struct WorkloadOptions {
    /// Clicks / posts / sales / refunds in %: a 80/3/16/1, b 96/1.5/2.4/0.1, c as a with all sales on one ambassador
    #[arg(long, value_enum, default_value_t = MixName::A)]
    mix: MixName,
    /// Mixed events, dirt included
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
    /// Clicks before them
    #[arg(long, default_value_t = 2_000_000)]
    history: u64,
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Brands
    #[arg(long, default_value_t = 100)]
    brands: u32,
    /// Ambassadors of all brands together
    #[arg(long, default_value_t = 20_000)]
    ambassadors: u32,
    /// Visitors of all brands together
    #[arg(long, default_value_t = 500_000)]
    visitors: u32,
    /// File to write; packed where it ends with .gz or .zst; `-` for the standard output
    #[arg(long, default_value = "-")]
    output: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum MixName {
    A,
    B,
    C,
}

#[derive(Args)]
struct Demo {
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// File to write; `-` for the standard output
    #[arg(long, default_value = "-")]
    output: PathBuf,
}

#[derive(Args)]
struct People {
    /// How many
    #[arg(long, default_value_t = 50_000)]
    count: u64,
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// File to write; `-` for the standard output
    #[arg(long, default_value = "-")]
    output: PathBuf,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::ConvertReplay(options) => convert_replay(options),
        Command::Workload(options) => write_workload(options),
        Command::Demo(options) => write_demo(&options),
        Command::People(options) => {
            write_lines(&options.output, &mut people::list(options.count, options.seed))
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn convert_replay(options: ConvertReplay) -> Result<(), ToolError> {
    let report = replay::convert(&replay::Options {
        input: options.input,
        output: options.output,
        order: match options.order {
            Order::Event => replay::Order::Event,
            Order::Arrival => replay::Order::Arrival,
        },
        compression: match options.pack {
            Pack::None => Compression::None,
            Pack::Gzip => Compression::Gzip,
            Pack::Zstd => Compression::Zstd,
        },
    })?;
    print!("{report}");
    Ok(())
}

fn write_workload(options: WorkloadOptions) -> Result<(), ToolError> {
    let mut workload = Workload::new(Options {
        mix: match options.mix {
            MixName::A => Mix::A,
            MixName::B => Mix::B,
            MixName::C => Mix::C,
        },
        events: options.events,
        history: options.history,
        seed: options.seed,
        brands: options.brands,
        ambassadors: options.ambassadors,
        visitors: options.visitors,
    })?;
    write_lines(&options.output, &mut workload)?;
    eprint!("{}", workload.tally());
    Ok(())
}

fn write_demo(options: &Demo) -> Result<(), ToolError> {
    write_lines(&options.output, &mut demo::events(options.seed).into_iter())
}

fn write_lines(path: &Path, lines: &mut dyn Iterator<Item = String>) -> Result<(), ToolError> {
    let wrong = |source| ToolError::File { path: path.to_path_buf(), source };
    let mut output = Output::create(path)?;
    for line in lines {
        output.line(&line).map_err(wrong)?;
    }
    output.finish().map_err(wrong)
}
