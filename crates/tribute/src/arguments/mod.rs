//! The arguments of every command. The comments are what `--help` prints.

#![allow(clippy::doc_markdown, reason = "help is read as plain text")]

mod adjustment;
mod ambassador;
mod bench;
mod claim;
mod fraud;
mod intake;
mod key;
mod ledger;
mod payout;
mod period;
mod person;
mod post;
mod program;
mod quarantine;
mod rates;
mod reconcile;
mod report;
mod run;
mod shop;
mod simulate;
mod statement;
mod webhook;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tribute_vault::Vault;

use crate::flags::{Flag, RunFlags, assignment, text};

pub(crate) use adjustment::{Adjustment, Proposed, WhichAdjustment};
pub(crate) use ambassador::{Ambassador, Import, Judgement, People};
pub(crate) use bench::{Bench, BenchHttp, BenchOf};
pub(crate) use claim::{Claim, WhichClaim};
pub(crate) use fraud::{Decision, Fraud};
pub(crate) use intake::{Clock, Demo, Ingest};
pub(crate) use key::Key;
pub(crate) use ledger::Ledger;
pub(crate) use payout::{Payout, PayoutCancel, PayoutExport, PayoutHold, PayoutRun, PayoutScope, Rail};
pub(crate) use period::Period;
pub(crate) use person::{Person, PersonTaxForm, Who};
pub(crate) use post::{Post, Review};
pub(crate) use program::Program;
pub(crate) use quarantine::Quarantine;
pub(crate) use rates::Rates;
pub(crate) use reconcile::Reconcile;
pub(crate) use report::{By, Explain, Regime, Report, Schema, Subject, Verify};
pub(crate) use run::{Config, Doctor, Run, RunService, Topics};
pub(crate) use shop::Shop;
pub(crate) use simulate::Simulate;
pub(crate) use statement::{Statement, StatementShape};
pub(crate) use webhook::{DeliveryStatus, Webhook, What as WebhookReplay};

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
            ("tracing.otlp_endpoint", "--otlp-endpoint", run(|flags| &flags.otlp_endpoint)),
            ("tracing.sample", "--trace-sample", run(|flags| &flags.trace_sample)),
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
    /// Who people are.
    pub(crate) vault: Vault,
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
    /// Shows what a program would have cost under other terms, on the recorded facts; the books stay as they are.
    ///
    /// Both sides are computed anew in memory, from the same facts. The other terms are taken to hold over the whole
    /// stretch, whatever their own effective_from says, in place of those that were in force; what lies before it stays
    /// as it was. Orders, posts and grants of the stretch are compared with all that is known of them today, so that
    /// refunds and removals after it count, on both sides.
    ///
    /// Compared are commission (recruiters' shares included), other earnings (fees, bonuses, prizes, guarantees, referral
    /// rewards) and rewards: perks that are reserved or delivered at their fair value, tokens in units. The cost is a
    /// share of the net revenue of credited orders. Currencies and tokens are never added up with each other.
    Simulate(Simulate),
    /// Brings ambassadors in, and decides on them.
    #[command(subcommand)]
    Ambassador(Ambassador),
    /// Takes events in: CloudEvents JSON, one a line; `-` is standard input.
    Ingest(Ingest),
    /// Moves the clock: clears holds, closes boards, runs payouts.
    #[command(subcommand)]
    Clock(Clock),
    /// Shows balances, earnings, conversions, payouts, rewards, boards, the funnel.
    Report(Report),
    /// Explains a sale, an earning, a payout, a ledger transaction, a post, a click or a grant.
    Explain(Explain),
    /// Checks the books: balances, hash chain, every event accounted for.
    Verify(Verify),
    /// Looks after events that were put aside.
    #[command(subcommand)]
    Quarantine(Quarantine),
    /// Reviews posts.
    #[command(subcommand)]
    Post(Post),
    /// Shows, approves, holds and exports payouts.
    #[command(subcommand)]
    Payout(Payout),
    /// Matches what banks and providers say with what was paid, and books what is certain.
    ///
    /// It reads answers to payment files (pain.002, NACHA) and statements (camt.052, 053, 054, MT940, BAI2, OFX, PayPal,
    /// Stripe, and lists with a mapping); the format is found by the content. Where a file is damaged, does not add up, or
    /// a statement between two others is missing, nothing is booked. Rows that are not certain wait for a person:
    /// `--accept ROW` books one. The same files again change nothing. Exit code 3 says that something is not matched.
    Reconcile(Reconcile),
    /// Writes the ledger for accountants, and shows its trial balance.
    #[command(subcommand)]
    Ledger(Ledger),
    /// Writes an ambassador's statement of a month: opening balance, every change, closing balance.
    Statement(Statement),
    /// Decides on what looks like fraud: `report fraud` shows it with what it rests on.
    #[command(subcommand)]
    Fraud(Fraud),
    /// Closes a month, and lists those that are closed.
    #[command(subcommand)]
    Period(Period),
    /// Corrects the books by hand: one person proposes, another approves.
    #[command(subcommand)]
    Adjustment(Adjustment),
    /// Looks after sales that ambassadors say are missing.
    #[command(subcommand)]
    Claim(Claim),
    /// Takes in reference rates.
    #[command(subcommand)]
    Rates(Rates),
    /// Keeps who people are apart from the books: imports, shows, exports and erases them.
    #[command(subcommand)]
    Person(Person),
    /// Makes, lists, rotates and revokes API keys.
    #[command(subcommand)]
    Key(Key),
    /// Connects shops whose webhooks are taken, lists them, gives them a new secret, disconnects them.
    #[command(subcommand)]
    Shop(Shop),
    /// Looks after webhooks: where apps are told what happens, and what became of it.
    #[command(subcommand)]
    Webhook(Webhook),
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
