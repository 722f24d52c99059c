//! Every file of real banks and providers, in a table: what is in it and whether it adds up.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use tribute_events::statement::{Arithmetic, StatementFormat};
use tribute_formats::statement::{ReadError, read};

use crate::{document, real_statements};

use StatementFormat as Format;

/// File, format, statements, entries, sum of the booked entries in minor units, statements that add up, that do not,
/// and that can not be checked.
type Line = (&'static str, Format, usize, usize, i64, [usize; 3]);

const STATEMENTS: [Line; 16] = [
    ("camt/camt053.v2.five.decimals.xml", Format::Camt053, 1, 1, 885, [0, 1, 0]),
    ("camt/camt053.v2.minimal.xml", Format::Camt053, 1, 1, 885, [0, 0, 1]),
    ("camt/camt053.v2.multi.statement.xml", Format::Camt053, 2, 2, 185, [2, 0, 0]),
    ("camt/camt053.v4.xml", Format::Camt053, 1, 1, 885, [0, 0, 1]),
    ("camt/camt053.v8.xml", Format::Camt053, 1, 1, 885, [0, 0, 1]),
    ("camt/camt054.v8.xml", Format::Camt054, 1, 1, -20_000_000, [0, 0, 1]),
    ("csv/paypal-settlement-STL-header.csv", Format::PaypalSettlement, 1, 1, -3_000, [0, 0, 1]),
    (
        "csv/stripe-payout-reconciliation-itemized.csv",
        Format::StripePayoutReconciliation,
        1,
        4,
        90_050,
        [0, 0, 1],
    ),
    ("mockbank/10-camt.053.001.08-ACME.xml", Format::Camt053, 1, 2, -30_050, [1, 0, 0]),
    ("mockbank/2-camt.054.001.08-ACME.xml", Format::Camt054, 1, 1, 118_000, [0, 0, 1]),
    ("mockbank/3-camt.054.001.08-ACME.xml", Format::Camt054, 1, 2, -30_050, [0, 0, 1]),
    ("mockbank/4-camt.053.001.08-ACME.xml", Format::Camt053, 1, 1, 118_000, [1, 0, 0]),
    ("mockbank/statement-with-debit.bai2", Format::Bai2, 1, 1, -124_050, [1, 0, 0]),
    ("mt940/betterplace__sepa_mt9401.sta", Format::Mt940, 26, 97, -926_913_590, [26, 0, 0]),
    ("mt940/jejik__abnamro.sta", Format::Mt940, 2, 10, -34_593, [0, 2, 0]),
    ("mt940/jejik__generic.sta", Format::Mt940, 2, 2, -2_000, [2, 0, 0]),
];

/// Answers to payment files: file, format, payments.
const ANSWERS: [(&str, Format, usize); 3] = [
    ("mockbank/1-pain.002.001.10-ACME.xml", Format::Pain002, 3),
    ("mockbank/nacha.ack.txt", Format::NachaAcknowledgement, 2),
    ("mockbank/nacha.return.ach", Format::NachaReturns, 1),
];

/// What is no answer of a bank, and why it is refused.
const REFUSED: [(&str, &str); 3] = [
    ("camt/camt053.v2.wrong.xml", "has no statement"),
    ("mockbank/ach.sent.ach", "goes to the bank (Nacha"),
    ("mockbank/pain.001.sent.xml", "goes to the bank (pain.001)"),
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn every_file_of_real_banks_is_read() {
    let Some(folder) = real_statements() else { return };
    for (name, format, statements, entries, sum, arithmetic) in STATEMENTS {
        let document = document(&folder.join(name));
        assert_eq!((document.format, &document.problems), (format, &Vec::new()), "{name}");
        let all = &document.statements;
        let counted = all.iter().map(|it| it.entries.len()).sum::<usize>();
        let moved = all.iter().map(|it| it.movement().unwrap()).sum::<i64>();
        assert_eq!((all.len(), counted, moved), (statements, entries, sum), "{name}");
        let count =
            |wanted: fn(&Arithmetic) -> bool| all.iter().filter(|it| wanted(&it.arithmetic())).count();
        let found = [
            count(|it| *it == Arithmetic::Agrees),
            count(|it| matches!(it, Arithmetic::Differs { .. })),
            count(|it| matches!(it, Arithmetic::NotStated | Arithmetic::Currencies)),
        ];
        assert_eq!(found, arithmetic, "{name}");
    }
    for (name, format, payments) in ANSWERS {
        let document = document(&folder.join(name));
        assert_eq!((document.format, document.problems.len()), (format, 0), "{name}");
        assert_eq!(document.reports[0].payments.len(), payments, "{name}");
    }
    for (name, says) in REFUSED {
        let error: ReadError = read(&fs::read(folder.join(name)).unwrap()).unwrap_err();
        assert!(error.to_string().contains(says), "{name}: {error}");
    }
}

#[test]
fn the_table_names_every_file() {
    let Some(folder) = real_statements() else { return };
    let listed: BTreeSet<PathBuf> = STATEMENTS
        .iter()
        .map(|line| line.0)
        .chain(ANSWERS.iter().map(|line| line.0))
        .chain(REFUSED.iter().map(|line| line.0))
        .map(|name| folder.join(name))
        .collect();
    let there = files(&folder).into_iter().filter(|path| path.extension().is_some_and(|it| it != "md"));
    assert_eq!(there.collect::<BTreeSet<_>>(), listed);
}
