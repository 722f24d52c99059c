//! A Nacha file of returns (addenda 99) and notifications of change (addenda 98): records of 94 characters.

use tribute_events::statement::{
    Amount, Day, PaymentOutcome, PaymentStatus, References, ReturnReason, StatementFormat, StatusReport,
};

use super::super::{
    Document, ReadError, ValueError, decimal::Decimal, error::shown, reasons::ach_words, reference,
};

const FORMAT: StatementFormat = StatementFormat::NachaReturns;
/// The currency of the ACH network.
const CURRENCY: &str = "USD";

/// The characters of a record at columns counted from 1, as the rules of the network count them.
fn columns(record: &str, from: usize, to: usize) -> &str {
    record.get(from - 1..to.min(record.len())).unwrap_or_default().trim()
}

/// The entry (record 6) that an addenda belongs to.
struct Returned {
    amount: Option<Amount>,
    identification: String,
}

/// Returns and notifications of change.
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
    let mut entry: Option<Returned> = None;
    let mut day: Option<Day> = None;
    for (number, record) in text.lines().enumerate() {
        let record = record.trim_end();
        let place = format!("line {}", number + 1);
        match record.get(..1) {
            // Origin, creation date and time, and the modifier make a file unique.
            Some("1") => report.id = columns(record, 4, 34).replace(' ', "").into(),
            Some("5") => match settlement_day(columns(record, 70, 75)) {
                Ok(found) => day = found,
                Err(why) => document.problem(format!("{place}, effective entry date"), why),
            },
            Some("6") => match returned(record) {
                Ok(found) => entry = Some(found),
                Err(why) => {
                    entry = None;
                    document.problem(format!("{place}, entry (record 6)"), why);
                }
            },
            Some("7") => match status(record, entry.as_ref(), day) {
                Ok(status) => report.payments.extend(status),
                Err(why) => {
                    document
                        .problem(format!("{place}, payment {} (record 7)", report.payments.len() + 1), why);
                }
            },
            _ => {}
        }
    }
    if report.payments.is_empty() && document.problems.is_empty() {
        return Err(ReadError::Empty { format: FORMAT, what: "return or notification of change" });
    }
    document.reports.push(report);
    Ok(document)
}

fn returned(record: &str) -> Result<Returned, ValueError> {
    let text = columns(record, 30, 39);
    let asset = CURRENCY.parse()?;
    let (amount, _) = Decimal::implied(text, 2)?.directed(&asset)?;
    // A notification of change moves no money.
    let amount = (amount.minor != 0).then_some(amount);
    Ok(Returned { amount, identification: columns(record, 40, 54).to_owned() })
}

/// One addenda of kind 98 or 99; others, such as the remittance of a payment, say nothing of a return.
fn status(
    record: &str,
    entry: Option<&Returned>,
    day: Option<Day>,
) -> Result<Option<PaymentStatus>, ValueError> {
    let outcome = match columns(record, 2, 3) {
        "99" => PaymentOutcome::Returned,
        "98" => PaymentOutcome::DetailsChanged,
        _ => return Ok(None),
    };
    let entry = entry.ok_or(ValueError::Missing("the entry (record 6) before its addenda"))?;
    let trace = columns(record, 7, 21);
    if trace.len() != 15 || !trace.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ValueError::Form(shown(trace)));
    }
    let code = columns(record, 4, 6);
    let changed = outcome == PaymentOutcome::DetailsChanged;
    let said = if changed { "" } else { columns(record, 36, 79) };
    let words = if said.is_empty() { ach_words(code).unwrap_or_default() } else { said };
    let corrected = changed.then(|| columns(record, 36, 64).to_owned()).filter(|text| !text.is_empty());
    Ok(Some(PaymentStatus {
        references: References {
            end_to_end: reference(Some(&entry.identification)),
            trace: reference(Some(trace)),
            ..References::default()
        },
        outcome,
        reason: Some(ReturnReason { code: code.into(), words: words.to_owned() }),
        amount: entry.amount.clone(),
        day,
        corrected,
    }))
}

/// `YYMMDD`; may be blank.
fn settlement_day(text: &str) -> Result<Option<Day>, ValueError> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || ValueError::DayForm { text: shown(text), form: "YYMMDD".into() };
    let (Some(year), Some(month), Some(day)) = (text.get(..2), text.get(2..4), text.get(4..6)) else {
        return Err(wrong());
    };
    format!("20{year}-{month}-{day}").parse().map(Some).map_err(|_| wrong())
}

#[cfg(test)]
pub(in super::super) mod tests {
    use super::*;

    /// A file with one return and one notification of change.
    pub(in super::super) fn sample() -> String {
        let records = [
            "101 091000019 0910000192611290900A094101ACME                   MOCK BANK".to_owned(),
            format!("{:<69}261123   1091000010000001", "5220ACME            0000000001PPDRETURN"),
            format!(
                "{:<94}",
                "6219999999920000000003       0000005000po_2           INITECH                 1091000010000001"
            ),
            format!(
                "{:<94}",
                "799R02091000010000002      09999999                                            091000010000001"
            ),
            format!(
                "{:<94}",
                "6219999999920000000004       0000000000po_3           JANE DOE                1091000010000002"
            ),
            format!(
                "{:<94}",
                "798C01091000010000003      099999991918171614                                  091000010000002"
            ),
        ];
        records.join("\r\n")
    }

    #[test]
    fn returns_and_changes_name_the_original_trace() {
        let document = read(&sample()).unwrap();
        assert_eq!(document.problems, []);
        let [back, change] = &document.reports[0].payments[..] else { panic!("two payments") };
        assert_eq!(back.references.trace.as_deref(), Some("091000010000002"));
        assert_eq!(back.references.end_to_end.as_deref(), Some("po_2"));
        assert_eq!(back.reason.as_ref().unwrap().to_string(), "R02 the account is closed");
        assert_eq!(back.amount.as_ref().unwrap().to_string(), "50.00 USD");
        assert_eq!(back.day.unwrap().to_string(), "2026-11-23");
        assert_eq!((change.outcome, change.amount.as_ref()), (PaymentOutcome::DetailsChanged, None));
        assert_eq!(change.corrected.as_deref(), Some("1918171614"));
    }

    #[test]
    fn an_addenda_without_a_trace_is_named() {
        let document = read(&sample().replace("R02091000010000002", "R02               ")).unwrap();
        assert!(document.problems[0].to_string().starts_with("line 4, payment 1 (record 7)"));
        assert_eq!(document.reports[0].payments.len(), 1);
    }
}
