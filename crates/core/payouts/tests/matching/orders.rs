//! The same files in every order, in one call or several, and again: the same books.
//!
//! What the law does not allow is not asked for: money that is certain to have come back stays with the ambassador, also
//! where the payment is told later to have been a double one.

use proptest::prelude::*;
use tribute_events::statement::{Entry, PaymentOutcome, Statement, StatusReport};
use tribute_payouts::matching::KnownPayout;

use crate::{
    answering::{of, report, status},
    shapes::*,
};

/// What a bank sends.
#[derive(Debug, Clone)]
enum File {
    Statement(Statement),
    Report(StatusReport),
}

/// Everything that a bank says of one payout, or of a batch of two, in the order in which it says it.
fn story(kind: u8, number: usize) -> (Vec<KnownPayout>, Vec<File>) {
    let id = format!("po_{number}");
    let mut count = 0;
    let mut file = |entries: &[(i64, bool)]| {
        count += 1;
        let name = format!("S-{number}-{count}");
        let entry = |(place, (signed, marked)): (usize, &(i64, bool))| {
            let mut entry = if *marked { returned(*signed, Some(&id)) } else { entry(*signed, Some(&id)) };
            entry.references.bank = Some(format!("{name}-{place}").into());
            entry
        };
        File::Statement(statement(&name, entries.iter().enumerate().map(entry).collect()))
    };
    let answer = |outcome| {
        let said = StatusReport {
            id: format!("A-{number}-{outcome:?}").into(),
            ..report(vec![status(outcome, of(&id))])
        };
        File::Report(said)
    };
    let files = match kind {
        0 => vec![file(&[(-1_000, false)])],
        1 => vec![file(&[(-600, false)]), file(&[(-400, false)])],
        2 => vec![file(&[(-1_000, false), (-1_000, false)]), file(&[(1_000, false)])],
        3 => vec![file(&[(-1_000, false)]), file(&[(1_000, true)])],
        4 => vec![answer(PaymentOutcome::Accepted), file(&[(-1_000, false)])],
        5 => vec![answer(PaymentOutcome::Accepted), answer(PaymentOutcome::Rejected)],
        6 => vec![file(&[(-1_000, false)]), answer(PaymentOutcome::Returned), file(&[(1_000, true)])],
        7 => vec![file(&[(-1_000, false)]), file(&[(700, true)]), file(&[(300, true)])],
        _ => return batch(number),
    };
    (vec![alone(&id, number)], files)
}

fn alone(id: &str, number: usize) -> KnownPayout {
    let mut known = payout(id, 1_000);
    known.references.message = Some(format!("RUN-{number}").into());
    known.references.payment_info = Some(format!("RUN-{number}-1").into());
    known
}

/// One entry for two payouts, once as a whole and once with its payments.
fn batch(number: usize) -> (Vec<KnownPayout>, Vec<File>) {
    let ids = [format!("po_{number}_a"), format!("po_{number}_b")];
    let entry = |details| {
        let mut entry = of_batch(-2_000, &format!("RUN-{number}-1"), Some(2));
        entry.references.bank = Some(format!("BR-{number}").into());
        Entry { details, ..entry }
    };
    let listed = ids.iter().map(|id| detail(Some(1_000), id)).collect();
    let files = [("M", entry(Vec::new())), ("N", entry(listed))];
    let files =
        files.map(|(name, entry)| File::Statement(statement(&format!("{name}-{number}"), vec![entry])));
    (ids.iter().map(|id| alone(id, number)).collect(), files.to_vec())
}

/// One call: answers, then statements, then what came back by an answer.
fn call(books: &mut Books, files: &[File]) {
    let (mut statements, mut reports) = (Vec::new(), Vec::new());
    for file in files {
        match file {
            File::Statement(it) => statements.push(it.clone()),
            File::Report(it) => reports.push(it.clone()),
        }
    }
    books.answered(&reports, false);
    books.read(&statements);
    books.answered(&reports, true);
}

fn moved(books: &Books) -> i64 {
    books.entries.values().map(|it| it.movement.amount.minor).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_order_and_grouping_gives_the_same_books(
        kinds in proptest::collection::vec(0..9_u8, 1..5),
        keys in proptest::collection::vec(any::<u32>(), 40),
        ends in proptest::collection::vec(any::<bool>(), 40),
    ) {
        let (mut payouts, mut files) = (Vec::new(), Vec::new());
        for (number, kind) in kinds.into_iter().enumerate() {
            let (known, said) = story(kind, number);
            payouts.extend(known);
            files.extend(said);
        }
        let mut expected = Books::of(&payouts);
        files.iter().for_each(|file| call(&mut expected, std::slice::from_ref(file)));

        // Some files come twice.
        let mut turned: Vec<(u32, File)> = keys.iter().copied().zip(files.iter().cycle().cloned()).take(files.len() * 3 / 2).collect();
        turned.extend(keys.iter().rev().copied().zip(files.iter().cloned()));
        turned.sort_by_key(|(key, _)| *key);
        let mut books = Books::of(&payouts);
        let mut group = Vec::new();
        for ((_, file), end) in turned.into_iter().zip(ends.into_iter().chain(std::iter::repeat(true))) {
            group.push(file);
            if end {
                call(&mut books, &std::mem::take(&mut group));
            }
        }
        call(&mut books, &group);
        // What could not be told before everything was there is told when the files are read again.
        call(&mut books, &files);
        prop_assert_eq!(books.shown(), expected.shown());
        prop_assert_eq!(moved(&books), moved(&expected));
        let kept = books.entries.clone();
        call(&mut books, &files);
        prop_assert_eq!((books.shown(), books.entries), (expected.shown(), kept), "read again");
    }
}

#[test]
fn each_story_ends_as_its_bank_says() {
    let ends = ["settled", "settled", "settled", "returned", "settled", "failed", "returned", "returned"];
    for (kind, end) in (0..).zip(ends) {
        let (payouts, files) = story(kind, 0);
        let mut books = Books::of(&payouts);
        files.iter().for_each(|file| call(&mut books, std::slice::from_ref(file)));
        let cash = if end == "settled" { -1_000 } else { 0 };
        assert_eq!(books.shown(), format!("po_0 {end}; cash {cash}"), "story {kind}");
        assert_eq!(moved(&books), cash, "story {kind}: the bank's entries");
    }
    let (payouts, files) = story(8, 0);
    let mut books = Books::of(&payouts);
    files.iter().for_each(|file| call(&mut books, std::slice::from_ref(file)));
    assert_eq!(books.shown(), "po_0_a settled, po_0_b settled; cash -2000");
}
