//! What banks do besides paying: refusing files, payments and copies, saying nothing, and leaving statements out. Each time
//! the books are right, and money that comes back is available again once.

use std::{fs, path::Path};

use serde_json::json;

use crate::{
    bank::Bank,
    payment::{available, bank, done, exported, letters, prepared, reconcile, rows, states},
};

const OTHERS: [&str; 2] = ["amb-4 approved", "amb-5 approved"];

fn stand(folder: &Path, three: [&str; 3]) {
    let mut expected: Vec<String> =
        three.iter().zip(1..).map(|(status, number)| format!("amb-{number} {status}")).collect();
    expected.extend(OTHERS.map(str::to_owned));
    assert_eq!(states(folder), expected);
    done(folder, &["verify"], 0);
}

#[test]
fn a_file_that_is_refused_gives_everything_back_once() {
    let home = prepared();
    let folder = home.path();
    let (file, _) = exported(folder);
    let bank = bank();
    bank.behave("ACME", "reject-file", json!({}));
    assert!(!bank.pay(&fs::read(file).unwrap()).taken);
    let said = letters(&bank, folder);
    for _ in 0..2 {
        reconcile(folder, &said, 0);
        stand(folder, ["failed"; 3]);
        for (who, owed) in [("amb-1", "6.00"), ("amb-2", "7.00"), ("amb-3", "8.00")] {
            assert_eq!(available(folder, who), owed, "{who}");
        }
    }
    // The next run pays them again, under other ids.
    done(folder, &["clock", "advance", "--to", "2026-03-02T00:00:00Z"], 0);
    let again = rows(folder, &["payout", "list", "--brand", "acme", "--status", "proposed"]);
    assert_eq!(again.len(), 3);
}

#[test]
fn what_the_account_can_not_pay_and_a_closed_one_are_given_back() {
    let home = prepared();
    let folder = home.path();
    let (file, _) = exported(folder);
    let bank = bank();
    bank.change("ACME", &json!({"balance": 650, "behaviour": "insufficient-funds"}));
    assert!(bank.pay(&fs::read(file).unwrap()).taken);
    let said = letters(&bank, folder);
    reconcile(folder, &said, 0);
    // The payments stand in the order of their ids, so that either of two may be the one that is paid.
    let all = states(folder);
    let paid: Vec<_> = all.iter().filter(|it| it.ends_with(" sent")).cloned().collect();
    assert!(paid == ["amb-1 sent"] || paid.is_empty(), "{all:?}");
    assert!(all.contains(&"amb-3 failed".to_owned()) && all.contains(&"amb-2 failed".to_owned()), "{all:?}");
    assert_eq!((available(folder, "amb-2"), available(folder, "amb-3")), (json!("7.00"), json!("8.00")));
    let why = rows(folder, &["payout", "list", "--brand", "acme", "--status", "failed"]);
    let why: Vec<_> = why.iter().map(|row| row["reason"].as_str().unwrap().to_owned()).collect();
    assert!(["AM04", "AC04"].iter().all(|code| why.iter().any(|it| it.contains(code))), "{why:?}");
    done(folder, &["verify"], 0);
}

#[test]
fn a_copy_that_is_refused_gives_nothing_back() {
    let home = prepared();
    let folder = home.path();
    let (file, _) = exported(folder);
    let bytes = fs::read(file).unwrap();
    let bank = bank();
    assert!(bank.pay(&bytes).taken);
    let first = letters(&bank, folder);
    assert!(!bank.pay(&bytes).taken);
    let second = letters(&bank, folder);
    // Before the bank has said anything of the first, the refusal of a copy is nothing to go by.
    let said = reconcile(folder, &second, 3);
    assert!(said.contains("ask the bank what became of the first"), "{said}");
    stand(folder, ["exported"; 3]);
    reconcile(folder, &first, 0);
    reconcile(folder, &second, 0);
    stand(folder, ["sent", "sent", "failed"]);
    assert_eq!((available(folder, "amb-1"), available(folder, "amb-3")), (json!("0.00"), json!("8.00")));
}

/// The payer's daily statements among these letters, oldest first.
fn statements(said: &[String]) -> Vec<String> {
    said.iter().filter(|name| name.contains("-camt.053")).cloned().collect()
}

#[test]
fn a_bank_that_says_nothing_leaves_payouts_missing() {
    let home = prepared();
    let folder = home.path();
    exported(folder);
    let bank = bank();
    // The file never reached it.
    bank.advance(12);
    let said = reconcile(folder, &statements(&letters(&bank, folder)), 3);
    assert_eq!(said.matches("is on no statement up to").count(), 3, "{said}");
    stand(folder, ["exported"; 3]);
    let cancel = ["payout", "cancel", "--brand", "acme", "--by", "carla", "--reason", "the file was lost"];
    let all = rows(folder, &["payout", "list", "--brand", "acme", "--status", "exported"]);
    let ids: Vec<&str> = all.iter().map(|row| row["payout"].as_str().unwrap()).collect();
    let refused = done(folder, &[&cancel[..], &ids].concat(), 3);
    assert!(refused.contains("it is in a file for the bank"), "{refused}");
    done(folder, &[&cancel[..], &["--file-withdrawn"], &ids].concat(), 0);
    stand(folder, ["cancelled"; 3]);
    assert_eq!(available(folder, "amb-1"), "6.00");
}

#[test]
fn a_silent_bank_settles_by_its_statement() {
    let home = prepared();
    let folder = home.path();
    let (file, _) = exported(folder);
    let bank = bank();
    bank.behave("ACME", "silent", json!({}));
    bank.pay(&fs::read(file).unwrap());
    assert!(letters(&bank, folder).is_empty());
    bank.advance(12);
    let said = reconcile(folder, &letters(&bank, folder), 3);
    // Of the one that it did not pay it says nothing at all.
    assert_eq!(said.matches("is on no statement up to").count(), 1, "{said}");
    stand(folder, ["settled", "settled", "exported"]);
}

#[test]
fn a_statement_that_leaves_an_entry_out_books_nothing() {
    let home = prepared();
    let folder = home.path();
    let (file, _) = exported(folder);
    let bank = bank();
    bank.behave("ACME", "statement-gap", json!({}));
    assert!(bank.pay(&fs::read(file).unwrap()).taken);
    reconcile(folder, &letters(&bank, folder), 0);
    bank.advance(12);
    let said = reconcile(folder, &statements(&letters(&bank, folder)), 1);
    assert!(said.contains("nothing is booked") && said.contains("add up to"), "{said}");
    stand(folder, ["sent", "sent", "failed"]);
}

/// The statements of a payment that comes back, from the first to beyond the return; and the place of the return.
fn with_return(bank: &Bank, folder: &Path) -> (Vec<String>, usize) {
    bank.advance(14);
    let all = statements(&letters(bank, folder));
    let moves = |name: &String| fs::read_to_string(name).unwrap().contains("<Ntry>");
    let last = all.iter().rposition(moves).unwrap();
    assert!(last > 0 && last + 1 < all.len(), "{all:?}");
    (all, last)
}

#[test]
fn a_statement_that_is_missing_between_two_files_is_said() {
    let home = prepared();
    let folder = home.path();
    let (file, _) = exported(folder);
    let bank = bank();
    let of = rows(folder, &["payout", "list", "--brand", "acme", "--status", "exported"]);
    let one = of.iter().find(|row| row["ambassador"] == "amb-1").unwrap()["reference"].clone();
    bank.behave("ACME", "return-later", json!({"days": 3, "reason": "AC04", "end_to_end_id": one}));
    assert!(bank.pay(&fs::read(file).unwrap()).taken);
    reconcile(folder, &letters(&bank, folder), 0);
    let (all, last) = with_return(&bank, folder);
    reconcile(folder, &all[..last], 0);
    stand(folder, ["settled", "settled", "failed"]);
    let said = reconcile(folder, &all[last + 1..], 1);
    assert!(said.contains("a statement between them is missing"), "{said}");
    stand(folder, ["settled", "settled", "failed"]);
    reconcile(folder, &all[last..=last], 0);
    reconcile(folder, &all[last + 1..], 0);
    stand(folder, ["returned", "settled", "failed"]);
    assert_eq!(available(folder, "amb-1"), "6.00");
    done(folder, &["verify", "--replay"], 0);
}
