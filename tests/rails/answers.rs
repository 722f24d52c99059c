//! What the bank answers, in its own words. The payments go out on Monday 2026-11-23.

use std::fs;

use serde_json::json;
use tribute_formats::{WrittenFile, rail::RailSettings};
use tribute_tests::{Bank, Letter};

use crate::{
    checks::bank,
    payments::{CLOSED, NO_SUCH_BANK, dollars, euros, file, nacha, sepa, to_iban},
};

/// The customer that pays.
const PAYER: &str = "ACME";

fn credit_transfers(amounts: &[i64]) -> WrittenFile {
    file(RailSettings::Sepa(sepa()), &euros(amounts))
}

fn references(file: &WrittenFile) -> Vec<&str> {
    file.payments.iter().map(|payment| payment.reference.as_str()).collect()
}

/// The letters of one kind about the payer's account. The others are gone afterwards.
fn letters(bank: &Bank, kind: &str) -> Vec<Letter> {
    let about = |letter: &Letter| letter.account == PAYER && letter.kind.starts_with(kind);
    bank.mailbox().into_iter().filter(about).collect()
}

/// The texts of one element; the bank writes it without attributes.
fn texts<'l>(letter: &'l Letter, element: &str) -> Vec<&'l str> {
    let begin = format!("<{element}>");
    letter.body.split(&begin).skip(1).map(|rest| rest.split_once('<').unwrap().0).collect()
}

/// The opening and the closing balance of a statement.
fn balances(statement: &Letter) -> [&str; 2] {
    let amount = |code: &str| {
        let (_, rest) = statement.body.split_once(&format!("<Cd>{code}</Cd>")).unwrap();
        rest.split_once("<Amt Ccy=\"EUR\">").unwrap().1.split_once('<').unwrap().0
    };
    [amount("OPBD"), amount("CLBD")]
}

fn status(bank: &Bank) -> Letter {
    let mut reports = letters(bank, "pain.002");
    assert_eq!(reports.len(), 1, "one status report for a file: {reports:?}");
    reports.remove(0)
}

#[test]
fn a_file_is_accepted_and_booked_to_the_cent() {
    let bank = bank();
    let file = credit_transfers(&[100, 250, 399]);
    assert!(bank.pay(&file.bytes).taken);
    let report = status(&bank);
    assert_eq!(report.kind, "pain.002.001.10");
    assert_eq!(texts(&report, "GrpSts"), ["ACCP"]);
    assert_eq!(texts(&report, "OrgnlCtrlSum")[0], "7.49");
    assert_eq!(texts(&report, "OrgnlEndToEndId"), references(&file));

    bank.advance(5);
    let folder = tempfile::tempdir().unwrap();
    let collected = bank.collect(folder.path());
    let named = |kind: &str| {
        let of_kind =
            |path: &&std::path::PathBuf| path.display().to_string().ends_with(&format!("{kind}-{PAYER}.xml"));
        let found: Vec<_> = collected.iter().filter(of_kind).collect();
        found.iter().map(|path| fs::read_to_string(path).unwrap()).collect::<Vec<_>>()
    };
    let letter = |body: &String| Letter { kind: String::new(), account: String::new(), body: body.clone() };
    let notices = named("camt.054.001.08");
    assert_eq!(texts(&letter(&notices[0]), "EndToEndId"), references(&file));
    let statements: Vec<_> = named("camt.053.001.08").iter().map(letter).collect();
    assert_eq!(statements.len(), 3, "a statement for each business day that has ended");
    assert_eq!(balances(&statements[1]), ["125000.00", "124992.51"]);
    assert_eq!(texts(&statements[1], "EndToEndId"), references(&file));
    assert!(bank.collect(folder.path()).is_empty(), "what was collected comes once");
}

#[test]
fn a_rejected_file_pays_nobody() {
    let bank = bank();
    bank.behave(PAYER, "reject-file", json!({}));
    let answer = bank.pay(&credit_transfers(&[100, 250]).bytes);
    assert!(!answer.taken, "{answer:?}");
    let report = status(&bank);
    assert_eq!((texts(&report, "GrpSts"), texts(&report, "Cd")), (vec!["RJCT"], vec!["FF01"]));
    bank.advance(5);
    assert!(letters(&bank, "camt.054").is_empty());
}

/// Pays three, the second one to this account, and returns what the bank said and what it booked.
fn with_second_to(iban: &str) -> (Letter, Vec<String>) {
    let bank = bank();
    let mut payments = euros(&[100, 250, 399]);
    payments[1].details = to_iban("Somebody Else", iban);
    let file = file(RailSettings::Sepa(sepa()), &payments);
    assert!(bank.pay(&file.bytes).taken);
    let report = status(&bank);
    bank.advance(5);
    let booked = letters(&bank, "camt.054");
    (report, booked.iter().flat_map(|it| texts(it, "EndToEndId")).map(str::to_owned).collect())
}

#[test]
fn a_rejected_payment_leaves_the_others_paid() {
    for (account, reason) in [(NO_SUCH_BANK, "RC01"), (CLOSED, "AC04")] {
        let (report, booked) = with_second_to(account);
        assert_eq!(texts(&report, "GrpSts"), ["PART"]);
        assert_eq!(texts(&report, "TxSts"), ["ACCP", "RJCT", "ACCP"]);
        assert_eq!(texts(&report, "Cd"), [reason]);
        assert_eq!(booked, ["po-00000000000000000001", "po-00000000000000000003"]);
    }
}

#[test]
fn what_the_account_cannot_pay_is_rejected() {
    let bank = bank();
    bank.change(PAYER, &json!({"balance": 499, "behaviour": "insufficient-funds"}));
    assert!(bank.pay(&credit_transfers(&[100, 400, 399]).bytes).taken);
    let report = status(&bank);
    assert_eq!(texts(&report, "TxSts"), ["ACCP", "RJCT", "ACCP"]);
    assert_eq!(texts(&report, "Cd"), ["AM04"]);
    bank.advance(5);
    assert_eq!(balances(&letters(&bank, "camt.053")[1]), ["4.99", "0.00"]);
}

#[test]
fn a_payment_comes_back_days_after_it_was_booked() {
    let bank = bank();
    let file = credit_transfers(&[100, 250]);
    let returned = references(&file)[1];
    bank.behave(PAYER, "return-later", json!({"days": 3, "reason": "AC04", "end_to_end_id": returned}));
    assert!(bank.pay(&file.bytes).taken);
    assert_eq!(texts(&status(&bank), "GrpSts"), ["ACCP"]);
    bank.advance(5);
    let booked = letters(&bank, "camt.05");
    assert!(booked.iter().all(|letter| !letter.body.contains("RtrInf")), "it is not back yet");

    bank.advance(4);
    let came = bank.mailbox();
    let of = |kind: &str| came.iter().find(|it| it.account == PAYER && it.kind.starts_with(kind)).unwrap();
    assert_eq!(of("pacs.004").kind, "pacs.004.001.09");
    assert_eq!(texts(of("pacs.004"), "OrgnlEndToEndId"), [returned]);
    let notice = of("camt.054");
    assert_eq!((texts(notice, "EndToEndId"), texts(notice, "CdtDbtInd")[0]), (vec![returned], "CRDT"));
    assert!(notice.body.contains("<Rsn><Cd>AC04</Cd></Rsn>"), "{}", notice.body);
    let last = came.iter().rfind(|it| it.account == PAYER && it.kind.starts_with("camt.053")).unwrap();
    assert_eq!(balances(last)[1], "124999.00", "only the other one is paid");
}

#[test]
fn a_file_that_comes_twice_is_paid_once() {
    let bank = bank();
    let file = credit_transfers(&[100]);
    assert!(bank.pay(&file.bytes).taken);
    assert_eq!(texts(&status(&bank), "GrpSts"), ["ACCP"]);
    let again = bank.pay(&credit_transfers(&[100]).bytes);
    assert!(!again.taken, "{again:?}");
    let report = status(&bank);
    assert_eq!((texts(&report, "GrpSts"), texts(&report, "Cd")), (vec!["RJCT"], vec!["DUPL"]));
    bank.advance(5);
    assert_eq!(balances(&letters(&bank, "camt.053")[1]), ["125000.00", "124999.00"]);
}

#[test]
fn a_silent_bank_pays_without_a_word() {
    let bank = bank();
    bank.behave(PAYER, "silent", json!({}));
    let file = credit_transfers(&[100]);
    bank.pay(&file.bytes);
    assert!(letters(&bank, "").is_empty());
    bank.advance(5);
    let came = bank.mailbox();
    let of = |kind: &str| {
        came.iter().filter(|it| it.account == PAYER && it.kind.starts_with(kind)).collect::<Vec<_>>()
    };
    assert!(of("pain.002").is_empty());
    assert_eq!(texts(of("camt.054")[0], "EndToEndId"), references(&file));
}

#[test]
fn a_statement_may_leave_an_entry_out_and_its_balances_say_so() {
    let bank = bank();
    bank.behave(PAYER, "statement-gap", json!({}));
    let file = credit_transfers(&[100, 250]);
    assert!(bank.pay(&file.bytes).taken);
    bank.advance(5);
    let statement = letters(&bank, "camt.053").remove(1);
    assert_eq!(texts(&statement, "EndToEndId"), references(&file)[..1]);
    assert_eq!(balances(&statement), ["125000.00", "124996.50"], "2.50 EUR more than its entries");
}

/// The payer's account in US dollars at a bank that talks in NACHA and BAI2.
fn american(behaviour: &str) -> Bank {
    let bank = bank();
    bank.change(PAYER, &json!({"format": "nacha", "currency": "USD", "behaviour": behaviour}));
    bank
}

#[test]
fn an_ach_file_is_accepted_booked_and_returned_by_its_trace() {
    let bank = american("return-later");
    bank.behave(PAYER, "return-later", json!({"days": 2, "reason": "R03"}));
    let file = file(RailSettings::Nacha(nacha()), &dollars(&[100, 250]));
    assert!(bank.pay(&file.bytes).taken);
    let acknowledged = letters(&bank, "nacha.ack").remove(0);
    assert!(acknowledged.body.contains("STATUS ACCP"), "{}", acknowledged.body);
    for (payment, amount) in file.payments.iter().zip(["1.00", "2.50"]) {
        let line =
            format!("ENTRY {} {} {amount} ACCEPTED", payment.trace.as_deref().unwrap(), payment.reference);
        assert!(acknowledged.body.contains(&line), "{line} is not in {}", acknowledged.body);
    }

    bank.advance(7);
    let came = bank.mailbox();
    let of = |kind: &str| came.iter().filter(|it| it.account == PAYER && it.kind == kind).collect::<Vec<_>>();
    let statements: String = of("bai2.statement").iter().map(|it| it.body.as_str()).collect();
    let returns = &of("nacha.return")[0].body;
    for (payment, cents) in file.payments.iter().zip([100, 250]) {
        let (trace, reference) = (payment.trace.as_deref().unwrap(), &payment.reference);
        assert!(statements.contains(&format!("16,447,{cents},Z,{reference},")), "{statements}");
        assert!(statements.contains(&format!("16,257,{cents},Z,{reference},")), "{statements}");
        assert!(returns.contains(&format!("799R03{trace}")), "{returns}");
    }
}

#[test]
fn an_ach_payment_that_is_rejected_comes_back_the_next_day() {
    let bank = american("insufficient-funds");
    bank.change(PAYER, &json!({"balance": 300}));
    let file = file(RailSettings::Nacha(nacha()), &dollars(&[100, 250]));
    assert!(bank.pay(&file.bytes).taken);
    let acknowledged = letters(&bank, "nacha.ack").remove(0);
    assert!(acknowledged.body.contains("STATUS PART"), "{}", acknowledged.body);
    assert!(acknowledged.body.contains("2.50 REJECTED R01"), "{}", acknowledged.body);
    bank.advance(5);
    let returned = letters(&bank, "nacha.return").remove(0).body;
    assert!(
        returned.contains(&format!("799R01{}", file.payments[1].trace.as_deref().unwrap())),
        "{returned}"
    );
    assert!(!returned.contains(file.payments[0].trace.as_deref().unwrap()), "{returned}");
}
