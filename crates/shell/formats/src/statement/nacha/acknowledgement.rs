//! A bank's acknowledgement of a Nacha file as lines of words: `ENTRY trace id amount ACCEPTED date` or
//! `ENTRY trace id amount REJECTED code reason`. The network has no form for it; this one is the most common in text.

use tribute_events::statement::{
    PaymentOutcome, PaymentStatus, References, ReturnReason, StatementFormat, StatusReport,
};

use super::super::{
    Document, ReadError, ValueError,
    decimal::{Decimal, Mark},
    error::shown,
    reasons::ach_words,
    reference,
};

const FORMAT: StatementFormat = StatementFormat::NachaAcknowledgement;

/// An acknowledgement.
pub(in super::super) fn read(text: &str) -> Result<Document, ReadError> {
    let mut document = Document::new(FORMAT);
    let mut report = StatusReport {
        format: FORMAT,
        id: Default::default(),
        message: None,
        file: None,
        blocks: Vec::new(),
        payments: Vec::new(),
    };
    for (number, line) in text.lines().enumerate() {
        let (word, rest) = line.trim().split_once(' ').unwrap_or_default();
        let rest = rest.trim();
        let place = format!("line {}", number + 1);
        match word {
            "ACKNOWLEDGEMENT" => report.id = rest.into(),
            "FILE" => report.message = reference(Some(rest)),
            "STATUS" => match file(rest, &report) {
                Ok(status) => report.file = Some(status),
                Err(why) => document.problem(format!("{place}, STATUS"), why),
            },
            "ENTRY" => match entry(rest) {
                Ok(status) => report.payments.push(status),
                Err(why) => {
                    document.problem(format!("{place}, payment {} (ENTRY)", report.payments.len() + 1), why);
                }
            },
            _ => {}
        }
    }
    if report.file.is_none() && report.payments.is_empty() && document.problems.is_empty() {
        return Err(ReadError::Empty { format: FORMAT, what: "status or entry" });
    }
    document.reports.push(report);
    Ok(document)
}

fn file(text: &str, report: &StatusReport) -> Result<PaymentStatus, ValueError> {
    let (word, words) = text.split_once(' ').unwrap_or((text, ""));
    Ok(PaymentStatus {
        references: References { message: report.message.clone(), ..References::default() },
        outcome: outcome(word)?,
        reason: reason(words),
        amount: None,
        day: None,
        corrected: None,
    })
}

fn entry(text: &str) -> Result<PaymentStatus, ValueError> {
    let wrong = || ValueError::Form(shown(text));
    let mut words = text.split_whitespace();
    let mut next = || words.next().ok_or_else(wrong);
    let (trace, id, amount, word) = (next()?, next()?, next()?, next()?);
    let (amount, _) = Decimal::parse(amount, Mark::Point)?.directed(&"USD".parse()?)?;
    let outcome = outcome(word)?;
    let rest = words.collect::<Vec<_>>().join(" ");
    let accepted = outcome == PaymentOutcome::Accepted;
    Ok(PaymentStatus {
        references: References {
            end_to_end: reference(Some(id)),
            trace: reference(Some(trace)),
            ..References::default()
        },
        outcome,
        reason: if accepted { None } else { reason(&rest) },
        amount: Some(amount),
        day: if accepted && !rest.is_empty() { Some(rest.parse()?) } else { None },
        corrected: None,
    })
}

/// A code and words.
fn reason(text: &str) -> Option<ReturnReason> {
    let (code, words) = text.split_once(' ').unwrap_or((text, ""));
    let words = if words.is_empty() { ach_words(code).unwrap_or_default() } else { words };
    (!code.is_empty()).then(|| ReturnReason { code: code.into(), words: words.to_owned() })
}

fn outcome(word: &str) -> Result<PaymentOutcome, ValueError> {
    match word {
        "ACCEPTED" | "ACCP" => Ok(PaymentOutcome::Accepted),
        "PART" => Ok(PaymentOutcome::Partly),
        "REJECTED" | "RJCT" => Ok(PaymentOutcome::Rejected),
        "PENDING" | "PDNG" | "RECEIVED" => Ok(PaymentOutcome::Pending),
        other => Err(ValueError::Form(shown(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_accepted_or_refused_with_a_reason() {
        let text = "ACKNOWLEDGEMENT A-1\nFILE 091-A\nSTATUS PART\n\
            ENTRY 091000010000001 po_1 1240.50 ACCEPTED 2026-11-27\n\
            ENTRY 091000010000002 NOTPROVIDED 50.00 REJECTED R02\nENTRY 1 2 x ACCEPTED\n";
        let document = read(text).unwrap();
        let report = &document.reports[0];
        assert_eq!(report.message.as_deref(), Some("091-A"));
        assert_eq!(report.file.as_ref().unwrap().outcome, PaymentOutcome::Partly);
        assert_eq!(report.payments[0].day.unwrap().to_string(), "2026-11-27");
        assert_eq!(report.payments[1].references.end_to_end, None);
        assert_eq!(report.payments[1].reason.as_ref().unwrap().to_string(), "R02 the account is closed");
        assert_eq!(document.problems[0].to_string(), "line 6, payment 3 (ENTRY): `x` is not an amount");
    }
}
