//! hledger, ledger and beancount: whether they accept a file, and what they make of it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use tribute_formats::books::{BooksFormat, asset_of};
use tribute_money::parse_minor;

/// Whether qpdf finds a document whole, and what it says.
pub(crate) fn check_pdf(file: &Path) -> (bool, String) {
    run(Command::new("qpdf").arg("--check").arg(file))
}

/// The plain text formats, each with its checker.
pub(crate) const PROGRAMS: [BooksFormat; 3] =
    [BooksFormat::Hledger, BooksFormat::Ledger, BooksFormat::Beancount];

/// Beancount in pinned versions, fetched once and kept under the target folder.
static BEANCOUNT: LazyLock<PathBuf> = LazyLock::new(|| {
    let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join("books/requirements.txt");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("books-python");
    let stamp = folder.join("made-from");
    let versions = fs::read_to_string(&wanted).unwrap();
    if fs::read_to_string(&stamp).is_ok_and(|found| found == versions) {
        return folder;
    }
    let _absent = fs::remove_dir_all(&folder);
    succeed(Command::new("python3").args(["-m", "venv"]).arg(&folder));
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]);
    succeed(pip.arg("--requirement").arg(&wanted));
    fs::write(stamp, versions).unwrap();
    folder
});

fn succeed(command: &mut Command) -> String {
    let (accepted, said) = run(command);
    assert!(accepted, "{command:?}: {said}");
    said
}

/// Whether a program is content, and what it said.
fn run(command: &mut Command) -> (bool, String) {
    let output = command.env("LC_ALL", "C.UTF-8").output().unwrap_or_else(|error| {
        panic!("{command:?} does not run ({error}); install hledger, ledger, qpdf and python3-venv")
    });
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// Whether the format's own checker accepts a file, by its strictest rules, and what it says.
pub(crate) fn check(format: BooksFormat, file: &Path) -> (bool, String) {
    match format {
        BooksFormat::Hledger => {
            let mut command = Command::new("hledger");
            run(command.arg("-f").arg(file).args(["check", "-s", "ordereddates", "payees"]))
        }
        BooksFormat::Ledger => {
            let mut command = Command::new("ledger");
            let strict = ["--strict", "--pedantic", "--explicit", "--check-payees", "bal"];
            run(command.arg("-f").arg(file).args(strict))
        }
        BooksFormat::Beancount => run(Command::new(BEANCOUNT.join("bin/bean-check")).arg(file)),
        BooksFormat::Csv | BooksFormat::Json => panic!("no program checks {format:?}"),
    }
}

/// What every account holds by the format's own program: account, asset, minor units.
pub(crate) fn trial_balance(format: BooksFormat, file: &Path) -> BTreeMap<(String, String), i64> {
    let rows = match format {
        BooksFormat::Hledger => {
            let mut command = Command::new("hledger");
            let report = ["bal", "--flat", "-N", "-O", "csv", "--layout=bare"];
            rows_of(&succeed(command.arg("-f").arg(file).args(report)))
        }
        BooksFormat::Beancount => {
            let query = "SELECT account, currency, sum(number) GROUP BY account, currency";
            let mut command = Command::new(BEANCOUNT.join("bin/bean-query"));
            rows_of(&succeed(command.args(["--format", "csv"]).arg(file).arg(query)))
        }
        BooksFormat::Ledger => {
            let mut command = Command::new("ledger");
            let report = ["bal", "--flat", "--no-total", "--format", "%(account)\t%(amount)\n"];
            lines_of(&succeed(command.arg("-f").arg(file).args(report)))
        }
        BooksFormat::Csv | BooksFormat::Json => panic!("no program adds up {format:?}"),
    };
    let mut balances = BTreeMap::new();
    for (account, commodity, amount) in rows {
        let asset = asset_of(&commodity).unwrap_or_else(|| panic!("{commodity} is no commodity of ours"));
        let minor = parse_minor(&shortened(&amount), &asset).unwrap();
        if minor != 0 {
            balances.insert((account, asset.to_string()), minor);
        }
    }
    balances
}

/// `12.50000000` as `12.5`: the same amount with no more digits than needed.
fn shortened(amount: &str) -> String {
    match amount.split_once('.') {
        Some(_) => amount.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => amount.to_owned(),
    }
}

fn rows_of(csv: &str) -> Vec<(String, String, String)> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let field = |record: &csv::StringRecord, place| record.get(place).unwrap_or_default().trim().to_owned();
    let records = reader.records().map(Result::unwrap);
    records.map(|record| (field(&record, 0), field(&record, 1), field(&record, 2))).collect()
}

/// An account, and its amounts one below the other.
fn lines_of(text: &str) -> Vec<(String, String, String)> {
    let (mut rows, mut account) = (Vec::new(), String::new());
    for line in text.lines() {
        let amount = match line.split_once('\t') {
            Some((name, amount)) => {
                account = name.to_owned();
                amount
            }
            None => line,
        };
        if let Some((number, commodity)) = amount.trim().split_once(' ') {
            rows.push((account.clone(), commodity.to_owned(), number.to_owned()));
        }
    }
    rows
}
