//! What a statement says about a line.

use tribute_events::Timestamp;
use tribute_formats::account_statement::LineKind;
use tribute_ledger::Memo;
use tribute_payouts::Fixing;

/// What a line is about, and its detail.
pub(super) fn of(kind: LineKind, memo: &str, event_type: &str) -> (String, String) {
    match Memo::read(memo) {
        Memo::Earning { source, rule, terms } => {
            let detail = format!("rule {rule}, terms {terms}");
            match kind {
                LineKind::Adjusted => (capital(&subject(source)), "by hand".to_owned()),
                LineKind::TakenBack => (taken_back(&subject(source), event_type), detail),
                _ => (capital(&subject(source)), detail),
            }
        }
        Memo::Payout(payout) => {
            let what = match kind {
                LineKind::Paid => "Payout arrived",
                LineKind::Returned => "Payout came back",
                LineKind::Withheld => "Tax withheld from a payout",
                LineKind::Released => "Tax withheld from a payout that did not arrive",
                _ => "Payout exchanged into another currency",
            };
            (what.to_owned(), payout.to_owned())
        }
        Memo::Grant(grant) => {
            let what = match kind {
                LineKind::Revoked => "Reward taken back",
                LineKind::Expired => "Reward expired",
                _ => "Reward",
            };
            (what.to_owned(), grant.to_owned())
        }
        Memo::Other(text) => (capital(kind.as_str()), text.to_owned()),
    }
}

/// What is added to a line that is booked later than it happened.
pub(super) fn happened(at: Timestamp) -> String {
    format!("; it happened on {at}, in a month that was closed")
}

fn taken_back(subject: &str, event_type: &str) -> String {
    match event_type {
        "tribute.sale.refunded" => format!("Refund of {subject}"),
        "tribute.sale.cancelled" => format!("{} was cancelled", capital(subject)),
        "tribute.sale.edited" => format!("{} was edited", capital(subject)),
        "tribute.sale.disputed" => format!("{} is disputed", capital(subject)),
        "tribute.post.removed" => format!("{} was removed", capital(subject)),
        "tribute.click.judged" | "tribute.ambassador.judged" => {
            format!("{}: a verdict took the credit away", capital(subject))
        }
        _ => format!("{}: the amount was corrected", capital(subject)),
    }
}

/// `order:1001` as `order 1001`.
pub(super) fn subject(source: &str) -> String {
    source.replacen(':', " ", 1)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// The rates of a conversion, which are all for one euro: `1 EUR = 1.0871 USD, fixed 2026-03-31`.
pub(super) fn rate(fixing: &Fixing) -> String {
    let quotes = [&fixing.from, &fixing.to].into_iter().filter(|quote| quote.currency.as_str() != "EUR");
    let rates: Vec<String> =
        quotes.map(|quote| format!("1 EUR = {} {}", quote.rate, quote.currency)).collect();
    format!("{}, fixed {}", rates.join(", "), fixing.day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_happened() {
        let memo = "order:1001 rule ten terms 1";
        let said = |kind, memo, event| of(kind, memo, event).0;
        assert_eq!(said(LineKind::Earned, memo, "tribute.sale.completed"), "Order 1001");
        assert_eq!(said(LineKind::TakenBack, memo, "tribute.sale.refunded"), "Refund of order 1001");
        assert_eq!(
            said(LineKind::TakenBack, memo, "tribute.sale.completed"),
            "Order 1001: the amount was corrected"
        );
        assert_eq!(said(LineKind::Paid, "payout po_1", ""), "Payout arrived");
        assert_eq!(of(LineKind::Spent, "hat", ""), ("Spent".to_owned(), "hat".to_owned()));
    }
}
