use std::borrow::Cow;

use tribute_ledger::{Anchor, Memo};

use super::{Booked, names};

/// Every name that a transaction ([`tags`]) or an account may have.
pub(super) const NAMES: [&str; 15] = [
    "number",
    "chain_hash",
    "event_id",
    "program",
    "effective_at",
    "recorded_at",
    "happened_at",
    "memo",
    "source",
    "rule",
    "terms",
    "payout",
    "grant",
    "type",
    "ours",
];

/// The cause of a transaction, in parts.
pub(super) fn tags(booked: &Booked) -> Vec<(&'static str, String)> {
    let it = &booked.transaction;
    let hash = Anchor { number: None, hash: booked.hash };
    let mut tags = vec![
        ("number", booked.number.to_string()),
        ("chain_hash", hash.to_string()),
        ("event_id", it.cause().to_string()),
        ("program", it.program().to_string()),
        ("effective_at", it.effective_at().to_string()),
        ("recorded_at", it.recorded_at().to_string()),
        ("memo", it.memo().to_owned()),
    ];
    // Booked later than it happened: that period was closed.
    tags.extend(it.happened_at().map(|at| ("happened_at", at.to_string())));
    tags.extend(parts(it.memo()).into_iter().map(|(name, value)| (name, value.to_owned())));
    tags
}

/// What the memo speaks of.
pub(super) fn parts(memo: &str) -> Vec<(&'static str, &str)> {
    match Memo::read(memo) {
        Memo::Earning { source, rule, terms } => vec![("source", source), ("rule", rule), ("terms", terms)],
        Memo::Payout(payout) => vec![("payout", payout)],
        Memo::Grant(grant) => vec![("grant", grant)],
        Memo::Other(_) => Vec::new(),
    }
}

/// A value as it may stand in a comment: a comma would end a tag of hledger's, brackets would be a date.
pub(super) fn comment(value: &str) -> Cow<'_, str> {
    escape(value, |letter| letter.is_control() || ",[]%".contains(letter))
}

/// A value between the quotes of beancount.
pub(super) fn quoted(value: &str) -> String {
    let plain = escape(value, char::is_control);
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

fn escape(value: &str, escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !value.contains(&escaped) {
        return value.into();
    }
    let mut text = String::with_capacity(value.len());
    for letter in value.chars() {
        if escaped(letter) {
            names::percent(&mut text, letter);
        } else {
            text.push(letter);
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_break_out() {
        assert_eq!(comment("a,b [2026-01-01] 5%\n"), "a%2Cb %5B2026-01-01%5D 5%25%0A");
        assert_eq!(quoted("a \"b\" \\ c\nd"), "\"a \\\"b\\\" \\\\ c%0Ad\"");
    }
}
