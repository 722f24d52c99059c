//! The arguments of every command. The comments are what `--help` prints.

#![allow(clippy::doc_markdown, reason = "help is read as plain text")]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tribute_events::Timestamp;

use crate::flags::{Brokers, Flag, RunFlags, TopicFlags, assignment, text};

/// Ambassador and affiliate programs: exact, explained, in double entry.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    /// The database: a file, sqlite://… or postgres://…; a file in the data folder where absent (TRIBUTE_DATABASE_URL).
    #[arg(long, global = true, value_name = "URL", value_parser = text)]
    db: Option<String>,
    /// The data folder; tribute-data where absent (TRIBUTE_DATA).
    #[arg(long, global = true, value_name = "FOLDER", value_parser = text)]
    data: Option<String>,
    /// A file of settings; tribute.toml in the data folder where absent and there (TRIBUTE_CONFIG).
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Any setting, as `config show` names it: --set kafka.sasl.username=ada. It may be given more than once.
    #[arg(long, global = true, value_name = "SETTING=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// Whether it is asked what is wrong.
    pub(crate) const fn is_doctor(&self) -> bool {
        matches!(self.command, Command::Doctor(_))
    }

    /// The settings among the arguments, the strongest last.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        let (mut brokers, mut topics, mut run) = (None, None, None);
        match &self.command {
            Command::Run(Run { flags, .. }) | Command::Doctor(Doctor { flags, .. }) => run = Some(flags),
            Command::Config(Config::Show { flags, .. }) => run = Some(flags),
            Command::Topics(Topics::Create { flags, .. } | Topics::Check { flags, .. }) => {
                topics = Some(flags)
            }
            Command::Bench(options) => brokers = Some(&options.brokers),
            _ => {}
        }
        let brokers = brokers.or(topics.map(|it| &it.brokers)).or(run.map(|it| &it.brokers));
        let run = |flag: fn(&RunFlags) -> &Option<String>| run.and_then(|flags| flag(flags).clone());
        let named = [
            ("database.url", "--db", self.db.clone()),
            ("data", "--data", self.data.clone()),
            ("kafka.brokers", "--brokers", brokers.and_then(|it| it.brokers.clone())),
            ("topics.partitions", "--partitions", topics.and_then(|it| it.partitions.clone())),
            ("topics.replication", "--replication", topics.and_then(|it| it.replication.clone())),
            ("run.listen", "--listen", run(|flags| &flags.listen)),
            ("run.inbox", "--inbox", run(|flags| &flags.inbox)),
            ("run.lateness", "--lateness", run(|flags| &flags.lateness)),
            ("run.tick", "--tick", run(|flags| &flags.tick)),
            ("run.batch_events", "--batch-events", run(|flags| &flags.batch_events)),
            ("run.lease", "--lease", run(|flags| &flags.lease)),
        ];
        let any =
            self.set.iter().cloned().map(|(key, text)| Flag { name: format!("--set {key}"), key, text });
        let named = named.into_iter().filter_map(|(key, name, text)| {
            Some(Flag { key: key.to_owned(), name: name.to_owned(), text: text? })
        });
        any.chain(named).collect()
    }
}

/// Where the books are.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The database, where one is named; a file in the data folder otherwise.
    pub(crate) db: Option<String>,
    /// The data folder.
    pub(crate) data: PathBuf,
}

/// What the output of a command looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
pub(crate) struct Shape {
    /// For people or for programs.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// What rows look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For programs: an array of objects.
    Json,
    /// For spreadsheets.
    Csv,
}

/// What a document looks like, which has no rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocumentFormat {
    /// For people.
    Table,
    /// For programs.
    Json,
}

fn document_format(name: &str) -> Result<DocumentFormat, &'static str> {
    match name {
        "table" => Ok(DocumentFormat::Table),
        "json" => Ok(DocumentFormat::Json),
        _ => Err("an explanation is a document and has no rows; use table or json"),
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows the whole way with made-up events, in a folder of its own.
    Demo(Demo),
    /// Checks terms, or puts them into force.
    #[command(subcommand)]
    Program(Program),
    /// Brings ambassadors in.
    #[command(subcommand)]
    Ambassador(Ambassador),
    /// Takes events in: CloudEvents JSON, one a line; `-` is standard input.
    Ingest(Ingest),
    /// Moves the clock: clears holds, closes boards, runs payouts.
    #[command(subcommand)]
    Clock(Clock),
    /// Shows balances, earnings, conversions, payouts, rewards, boards, the funnel.
    Report(Report),
    /// Explains a sale, an earning, a payout, a ledger transaction, a post or a click.
    Explain(Explain),
    /// Checks the books: balances, hash chain, every event accounted for.
    Verify(Verify),
    /// Looks after events that were put aside.
    #[command(subcommand)]
    Quarantine(Quarantine),
    /// Approves and exports payouts.
    #[command(subcommand)]
    Payout(Payout),
    /// Writes the JSON Schemas of all events, or the AsyncAPI document.
    Schema(Schema),
    /// Runs: takes in what is dropped into an inbox or comes on standard input, and ticks the clock; or runs one service
    /// beside others, in as many copies as you like.
    ///
    /// With a service named, events go by topics: of Apache Kafka where brokers are named, otherwise of the database.
    ///
    /// Write a file of events under another name and rename it into the inbox: what ends in `.part` or begins with a dot
    /// is left alone. A file copied there straight away is taken once it rests, that is when neither its size nor its
    /// time changed between two looks. What was taken in goes to `done` in the inbox. A file that cannot be read goes to
    /// `failed`, the rest goes on, and the exit code is 3.
    Run(Run),
    /// Makes and checks the topics that events go by.
    #[command(subcommand)]
    Topics(Topics),
    /// Measures the pipeline beside its ceiling: in one process over a file; or end to end, with brokers and a server.
    Bench(Bench),
    /// Shows the settings.
    #[command(subcommand)]
    Config(Config),
    /// Says what is wrong with a set-up and what to do about it: settings, database, brokers, topics, services.
    ///
    /// It changes nothing. Exit codes: 0 all is well, 3 something is to be looked after, 1 something does not answer.
    Doctor(Doctor),
    /// Copies the database file while it is used, checks the copy, and only then gives it its name.
    Backup {
        /// The copy, which must not exist yet.
        file: PathBuf,
    },
    /// Checks a copy that `backup` made, and puts it where the database file is to be.
    Restore {
        /// The copy. It stays as it is.
        file: PathBuf,
        /// Puts a database that is there aside, under another name. Nobody may have it open.
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The seed of the made-up events.
    #[arg(long, default_value_t = 2026)]
    pub(crate) seed: u64,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Program {
    /// Says what is wrong with terms files, and what would be right.
    Check {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Says in words what newer terms change.
    Diff {
        /// The older file.
        old: PathBuf,
        /// The newer file.
        new: PathBuf,
        #[command(flatten)]
        shape: Shape,
    },
    /// Puts terms into force from their `effective_from` on.
    Apply {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        shape: Shape,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Ambassador {
    /// Imports a CSV: ambassador, and where known status, at, payout_currency, accounts (by `;`), platform,
    /// followers, region, campus, recruiter, tax_form, payment_details_verified, code.
    ///
    /// Without `status` people are approved. Without `at` a row holds from now on; who was rejected, suspended or banned,
    /// or left, stays so unless `status` says otherwise, and what stands already as the row says is left as it is: the
    /// same list may be imported again. The program must have terms.
    Import {
        /// The file; `-` is standard input.
        file: String,
        /// The brand.
        #[arg(long)]
        brand: String,
        /// The program.
        #[arg(long)]
        program: String,
        /// An import of history: recorded when it happened.
        #[arg(long)]
        backfill: bool,
        #[command(flatten)]
        shape: Shape,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Ingest {
    /// The files, plain or packed by gzip, xz or zstd; `-` is standard input, packed or not.
    #[arg(required = true)]
    pub(crate) files: Vec<String>,
    /// An import of history: events without `recordedtime` count as recorded when they happened.
    #[arg(long)]
    pub(crate) backfill: bool,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Clock {
    /// Advances the clock, through everything that is due on the way.
    Advance {
        /// The instant, such as 2026-04-01T00:00:00Z.
        #[arg(long)]
        to: Timestamp,
        #[command(flatten)]
        shape: Shape,
    },
    /// Shows how far the clock has come.
    Show {
        #[command(flatten)]
        shape: Shape,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    Balances,
    Earnings,
    Conversions,
    Payouts,
    Rewards,
    Shipments,
    Fraud,
    Leaderboard,
    Funnel,
    /// Every post with its review, what discloses it, and its usage rights.
    Posts,
    /// Posts that wait for a review.
    Reviews,
    /// Posts that the brand may use, and until when.
    Rights,
    /// Who posts for a program without being in it.
    Outsiders,
    /// Who owes how many posts of a campaign.
    Deliverables,
    /// Who stands where, since when, and why.
    Standings,
    Summary,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// What to show.
    pub(crate) subject: Subject,
    /// Only this brand.
    #[arg(long)]
    pub(crate) brand: Option<String>,
    /// Only this program.
    #[arg(long)]
    pub(crate) program: Option<String>,
    /// Only this ambassador.
    #[arg(long)]
    pub(crate) ambassador: Option<String>,
    /// Only from this instant on. Balances have none: they are the sum of all that took effect.
    #[arg(long)]
    pub(crate) from: Option<Timestamp>,
    /// Only before this instant. Balances are as of it: the fold of the ledger's entries that took effect by then, that very
    /// instant included, as it is known now; perks are left out.
    #[arg(long)]
    pub(crate) to: Option<Timestamp>,
    /// A live board as of this instant.
    #[arg(long)]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// An order, an earning (program/source/ambassador/rule), a payout (po_…), a ledger transaction (brand/number), a
    /// post or a click.
    pub(crate) id: String,
    /// Only this brand.
    #[arg(long)]
    pub(crate) brand: Option<String>,
    /// For people (table) or for programs (json). It is a document and has no rows for a CSV.
    #[arg(long, default_value = "table", value_parser = document_format)]
    pub(crate) format: DocumentFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Rebuilds everything from the log and compares it byte for byte.
    #[arg(long)]
    pub(crate) replay: bool,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Quarantine {
    /// Lists what was put aside.
    List {
        /// What was retried or discarded, too.
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        shape: Shape,
    },
    /// Shows one event with its reason and its bytes.
    Show {
        /// Its number.
        number: i64,
        #[command(flatten)]
        shape: Shape,
    },
    /// Takes one in again, or all open ones, as they are or corrected.
    Retry {
        /// Its number; every open one where absent.
        number: Option<i64>,
        /// The corrected event.
        #[arg(long, requires = "number")]
        file: Option<PathBuf>,
        /// An import of history: recorded when it happened.
        #[arg(long)]
        backfill: bool,
        #[command(flatten)]
        shape: Shape,
    },
    /// Puts one away for good.
    Discard {
        /// Its number.
        number: i64,
        #[command(flatten)]
        shape: Shape,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Payout {
    /// Approves proposed payouts.
    Approve {
        /// Who approves.
        #[arg(long)]
        by: String,
        /// The payouts; every proposed one where absent.
        payouts: Vec<String>,
        /// Only this brand.
        #[arg(long)]
        brand: Option<String>,
        /// Only this program.
        #[arg(long)]
        program: Option<String>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Writes what may be paid to a CSV file, and marks it as exported.
    Export {
        /// The file to write; it must not exist.
        #[arg(long)]
        output: PathBuf,
        /// The brand.
        #[arg(long)]
        brand: String,
        /// Only this program.
        #[arg(long)]
        program: Option<String>,
        #[command(flatten)]
        shape: Shape,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// The AsyncAPI document instead of the schemas.
    #[arg(long)]
    pub(crate) asyncapi: bool,
    /// The schema of terms files instead.
    #[arg(long, conflicts_with = "asyncapi")]
    pub(crate) terms: bool,
}

/// Which service a process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunService {
    /// Brings lines from the inbox or standard input to the topics.
    Intake,
    /// Takes events in, and says who is credited.
    Attribution,
    /// Books what conversions and posts earn.
    Commission,
    /// Books missions, tokens and perks.
    Rewards,
    /// Clears, runs payouts, takes settlements.
    Payouts,
    /// Freezes boards and books their prizes.
    Leaderboards,
    /// Answers /healthz, /readyz and /metrics.
    Api,
    /// Publishes what the services said.
    Relay,
    /// Ticks.
    Clock,
    /// Every service in one process, and one transaction a batch.
    All,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The service; everything in one process over one database, without topics, where absent.
    pub(crate) service: Option<RunService>,
    #[command(flatten)]
    pub(crate) flags: RunFlags,
    /// Of intake: an import of history; events without `recordedtime` count as recorded when they happened.
    #[arg(long)]
    pub(crate) backfill: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Shows every setting, what it is, and who said so. Secrets are masked.
    Show {
        #[command(flatten)]
        flags: RunFlags,
        #[command(flatten)]
        shape: Shape,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    flags: RunFlags,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Topics {
    /// Makes the topics of the contract that are missing.
    Create {
        #[command(flatten)]
        flags: TopicFlags,
        #[command(flatten)]
        shape: Shape,
    },
    /// Says in what the topics differ from the contract.
    Check {
        #[command(flatten)]
        flags: TopicFlags,
        #[command(flatten)]
        shape: Shape,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Bench {
    #[command(flatten)]
    pub(crate) brokers: Brokers,
    /// With brokers: how many events make a batch at most.
    #[arg(long, default_value_t = 2_000)]
    pub(crate) batch_events: u32,
    /// The mix: a, b or c.
    #[arg(long, default_value = "a")]
    pub(crate) mix: String,
    /// How many mixed events are measured.
    #[arg(long, default_value_t = 500_000)]
    pub(crate) events: u64,
    /// How many clicks of history come first.
    #[arg(long, default_value_t = 200_000)]
    pub(crate) history: u64,
    /// The seed.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many rounds, interleaved with the ceiling.
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: u32,
}
