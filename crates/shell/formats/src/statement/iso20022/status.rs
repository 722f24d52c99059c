use smol_str::SmolStr;
use tribute_events::statement::{PaymentOutcome, PaymentStatus, References, StatementFormat, StatusReport};

use super::{
    super::{Document, Element, ReadError, ValueError, error::shown, reference, xml},
    amount, day, reason,
};

const ROOTS: [&str; 2] = ["CstmrPmtStsRpt", "pain.002.001.02"];
const CONTAINERS: [&str; 1] = ["OrgnlPmtInfAndSts"];

/// pain.002.
pub(in super::super) fn read(text: &str) -> Result<Document, ReadError> {
    let format = StatementFormat::Pain002;
    let mut document = Document::new(format);
    let mut report: Option<StatusReport> = None;
    let mut block = Element::default();
    let mut block_id: Option<SmolStr> = None;
    xml::walk(text, &ROOTS, &CONTAINERS, |part| match part {
        xml::Part::Open(name) if ROOTS.contains(&name) => report = Some(empty(format)),
        xml::Part::Open("OrgnlPmtInfAndSts") => (block, block_id) = (Element::default(), None),
        xml::Part::Close("OrgnlPmtInfAndSts") => {
            if let Some(report) = &mut report {
                let references = References { payment_info: block_id.take(), ..References::default() };
                match status(&block, "PmtInfSts", references) {
                    Ok(status) => report.blocks.extend(status),
                    Err(why) => document.problem(format!("line {}, PmtInfSts", block.line), why),
                }
            }
        }
        xml::Part::Close(name) if ROOTS.contains(&name) => document.reports.extend(report.take()),
        xml::Part::Whole(element) => {
            let Some(report) = &mut report else { return };
            match element.name.as_str() {
                "GrpHdr" => report.id = element.value("MsgId").unwrap_or_default().into(),
                "OrgnlGrpInfAndSts" => {
                    report.message = reference(element.value("OrgnlMsgId"));
                    let references = References { message: report.message.clone(), ..References::default() };
                    match status(&element, "GrpSts", references) {
                        Ok(status) => report.file = status,
                        Err(why) => document.problem(format!("line {}, GrpSts", element.line), why),
                    }
                }
                "OrgnlPmtInfId" => block_id = reference(element.content()),
                "PmtInfSts" | "StsRsnInf" => block.adopt(element),
                "TxInfAndSts" => match payment(&element, report.message.as_ref(), block_id.as_ref()) {
                    Ok(payment) => report.payments.extend(payment),
                    Err(why) => {
                        let number = report.payments.len() + 1;
                        document
                            .problem(format!("line {}, payment {number} (TxInfAndSts)", element.line), why);
                    }
                },
                _ => {}
            }
        }
        xml::Part::Open(_) | xml::Part::Close(_) => {}
    })?;
    let silent = |it: &StatusReport| it.file.is_none() && it.blocks.is_empty() && it.payments.is_empty();
    if document.reports.iter().all(silent) && document.problems.is_empty() {
        return Err(ReadError::Empty { format, what: "status of a file, block or payment" });
    }
    Ok(document)
}

const fn empty(format: StatementFormat) -> StatusReport {
    StatusReport {
        format,
        id: SmolStr::new_static(""),
        message: None,
        file: None,
        blocks: Vec::new(),
        payments: Vec::new(),
    }
}

fn payment(
    element: &Element,
    message: Option<&SmolStr>,
    block: Option<&SmolStr>,
) -> Result<Option<PaymentStatus>, ValueError> {
    let references = References {
        end_to_end: reference(element.value("OrgnlEndToEndId")),
        instruction: reference(element.value("OrgnlInstrId")),
        message: message.cloned(),
        payment_info: block.cloned(),
        bank: reference(element.value("AcctSvcrRef")),
        ..References::default()
    };
    status(element, "TxSts", references)
}

/// The status under a name, if it is there at all: a bank that reports blocks need not repeat it for each payment.
fn status(
    element: &Element,
    name: &str,
    references: References,
) -> Result<Option<PaymentStatus>, ValueError> {
    let Some(code) = element.value(name) else { return Ok(None) };
    let instructed = element.find("OrgnlTxRef/Amt/InstdAmt").or_else(|| element.find("OrgnlTxRef/InstdAmt"));
    Ok(Some(PaymentStatus {
        references,
        outcome: outcome(code)?,
        reason: element.find("StsRsnInf").map(reason),
        amount: instructed.map(amount).transpose()?,
        day: day(element.find("AccptncDtTm"))?,
        corrected: None,
    }))
}

/// The codes of ISO 20022's external payment status list.
fn outcome(code: &str) -> Result<PaymentOutcome, ValueError> {
    match code {
        "RCVD" | "PDNG" | "ACTC" | "PATC" | "ACFC" | "RCVC" | "RVCM" | "RVMC" | "RVNA" | "RVNM" => {
            Ok(PaymentOutcome::Pending)
        }
        "ACCP" | "ACSP" | "ACSC" | "ACCC" | "ACWC" | "ACWP" | "ACIS" => Ok(PaymentOutcome::Accepted),
        "PART" => Ok(PaymentOutcome::Partly),
        "RJCT" | "CANC" | "BLCK" => Ok(PaymentOutcome::Rejected),
        other => Err(ValueError::Form(shown(other))),
    }
}
