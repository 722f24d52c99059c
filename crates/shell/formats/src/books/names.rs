//! Names of accounts in each syntax. An ambassador's id may hold nearly anything; what a syntax cannot carry is escaped
//! so that two ids never share an account.

use std::fmt::Write;

/// An id as a part of an account's name in hledger and ledger: everything but letters, digits and `-_.@+` as `%XX`.
pub(super) fn plain(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for letter in id.chars() {
        if letter.is_alphanumeric() || "-_.@+".contains(letter) {
            name.push(letter);
        } else {
            percent(&mut name, letter);
        }
    }
    name
}

/// Bytes as `%XX`.
pub(super) fn percent(text: &mut String, letter: char) {
    for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
        // Writing to a text cannot fail.
        let _ = write!(text, "%{byte:02X}");
    }
}

/// An id as a part of an account's name in beancount, which knows letters, digits and `-`: `Id-` and the id, with `-`
/// doubled and everything else by its code point, `-x2e-` for a point.
pub(super) fn beancount(id: &str) -> String {
    let mut name = String::from("Id-");
    for letter in id.chars() {
        match letter {
            '-' => name.push_str("--"),
            _ if letter.is_ascii_alphanumeric() => name.push(letter),
            _ => {
                let _ = write!(name, "-x{:x}-", u32::from(letter));
            }
        }
    }
    name
}

/// Our own name for an account under one of beancount's five roots.
pub(super) fn own_in_beancount(kind: &str, id: &str) -> String {
    let parts = kind.split(':').filter(|part| *part != "expense");
    let parts = parts.map(|part| if part == "*" { id.to_owned() } else { capitals(part) });
    let parts: Vec<String> = parts.collect();
    format!("{}:{}", class_of(kind).root(), parts.join(":"))
}

/// `in_transit` as `InTransit`.
fn capitals(part: &str) -> String {
    let words = part.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}

/// What an account is in the sense of a balance sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Asset,
    Liability,
    Equity,
    Expense,
}

impl Class {
    /// Beancount's name.
    const fn root(self) -> &'static str {
        match self {
            Self::Asset => "Assets",
            Self::Liability => "Liabilities",
            Self::Equity => "Equity",
            Self::Expense => "Expenses",
        }
    }

    /// The value of hledger's tag `type`.
    pub(super) const fn letter(self) -> char {
        match self {
            Self::Asset => 'A',
            Self::Liability => 'L',
            Self::Equity => 'E',
            Self::Expense => 'X',
        }
    }
}

/// Memo accounts, the open position in foreign currencies, and what stands against tokens and stock are equity.
pub(super) fn class_of(kind: &str) -> Class {
    match kind {
        "cash" | "perk:stock" | "perk:reserved" => Class::Asset,
        "ambassador:*:pending"
        | "ambassador:*:available"
        | "ambassador:*:in_transit"
        | "ambassador:*:wallet"
        | "store_credit"
        | "gift_card"
        | "tax_withheld" => Class::Liability,
        "write_off" | "perk:delivered" => Class::Expense,
        _ if kind.starts_with("expense:") => Class::Expense,
        _ => Class::Equity,
    }
}

/// Whether hledger and ledger read this as one account.
pub(super) fn check_plain(name: &str) -> Result<(), String> {
    let bad = |letter: char| letter.is_control() || ";\"".contains(letter);
    if let Some(letter) = name.chars().find(|letter| bad(*letter)) {
        return Err(format!("an account cannot have `{}` in its name", letter.escape_debug()));
    }
    let empty = name.split(':').any(|part| part.is_empty() || part.trim() != part);
    if empty || name.contains("  ") || name.starts_with(['(', '[', '*', '!', '~', '=', '<', '%', '#', '|']) {
        return Err(format!(
            "`{name}` is no name of an account: parts by `:`, none empty, one space at most between words"
        ));
    }
    Ok(())
}

/// Whether beancount reads this as an account.
pub(super) fn check_beancount(name: &str) -> Result<(), String> {
    let mut parts = name.split(':');
    let rooted = parts
        .next()
        .is_some_and(|root| ["Assets", "Liabilities", "Equity", "Income", "Expenses"].contains(&root));
    let first = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let fits = |part: &str| {
        part.bytes().next().is_some_and(first)
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let mut below = parts.peekable();
    if rooted && below.peek().is_some() && below.all(fits) {
        return Ok(());
    }
    Err(format!(
        "`{name}` is no account in beancount: one of Assets, Liabilities, Equity, Income, Expenses, and parts of letters, \
         digits and `-` that begin with a capital or a digit"
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tribute_ledger::Account;

    use super::*;

    #[test]
    fn two_ids_never_share_an_account() {
        let ids =
            ["ada", "Ada", "a:b", "a;b", "a%3Ab", "a b", "a-b", "a--b", "a-x3a-b", "zoë", "\"x\"", "a.b"];
        let (mut one, mut other) = (BTreeSet::new(), BTreeSet::new());
        for id in ids {
            assert!(one.insert(plain(id)), "{id}");
            assert!(other.insert(beancount(id)), "{id}");
            check_plain(&format!("ambassador:{}:paid", plain(id))).unwrap();
            check_beancount(&own_in_beancount("ambassador:*:in_transit", &beancount(id))).unwrap();
        }
    }

    #[test]
    fn every_kind_has_a_name_of_its_own_in_beancount() {
        let names: BTreeSet<_> =
            Account::kinds().iter().map(|kind| own_in_beancount(kind, "Id-ada")).collect();
        assert_eq!(names.len(), Account::kinds().len());
        names.iter().for_each(|name| check_beancount(name).unwrap());
        assert!(
            names.contains("Expenses:Commission")
                && names.contains("Liabilities:Ambassador:Id-ada:InTransit")
        );
    }
}
