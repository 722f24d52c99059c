//! What entries and the payments in them have in common: references, fees, currencies, texts.

use smol_str::SmolStr;
use tribute_events::statement::{Amount, EntryDetail, Exchange, References};
use tribute_money::ReferenceRate;

use super::{
    super::{Element, reference},
    ValueError, amount, direction, reason,
};

/// One `TxDtls`.
pub(super) fn detail(element: &Element) -> Result<EntryDetail, ValueError> {
    let own = element.find("Amt").or_else(|| element.find("AmtDtls/TxAmt/Amt"));
    let stated = element.find("CdtDbtInd").map(|_| direction(element)).transpose()?;
    Ok(EntryDetail {
        references: element.find("Refs").map(references).unwrap_or_default(),
        amount: own.map(amount).transpose()?,
        direction: stated,
        returned: element.find("RtrInf").map(reason),
        fees: fees(element)?,
        exchange: exchange(element)?,
        text: texts(element),
    })
}

fn references(refs: &Element) -> References {
    let of = |name: &str| reference(refs.value(name));
    let proprietary = refs.all("Prtry").find_map(|it| it.value("Ref"));
    References {
        end_to_end: of("EndToEndId"),
        instruction: of("InstrId"),
        message: of("MsgId"),
        payment_info: of("PmtInfId"),
        trace: of("ClrSysRef"),
        customer: proprietary.and_then(|text| reference(Some(text))),
        bank: of("AcctSvcrRef"),
    }
}

/// What the bank took. Early versions have one `Chrgs` for each, later ones `Rcrd` within it, and a total. Fees that it
/// gave back (`CRDT`) are none.
pub(super) fn fees(element: &Element) -> Result<Vec<Amount>, ValueError> {
    let mut fees = Vec::new();
    for charges in element.all("Chrgs") {
        let records: Vec<&Element> = charges.all("Rcrd").collect();
        let single = charges.find("Amt").map(|_| charges);
        for record in records.iter().copied().chain(single) {
            let taken = record.value("CdtDbtInd") != Some("CRDT");
            if let Some(found) = record.find("Amt").filter(|_| taken) {
                fees.push(amount(found)?);
            }
        }
        let total = charges.find("TtlChrgsAndTaxAmt").filter(|_| records.is_empty() && single.is_none());
        fees.extend(total.map(amount).transpose()?);
    }
    fees.retain(|fee| fee.minor != 0);
    Ok(fees)
}

/// What was instructed, where that is another currency than what was booked.
pub(super) fn exchange(element: &Element) -> Result<Option<Exchange>, ValueError> {
    let Some(instructed) = element.find("AmtDtls/InstdAmt/Amt") else { return Ok(None) };
    let instructed = amount(instructed)?;
    let places = ["AmtDtls/InstdAmt", "AmtDtls/TxAmt", "AmtDtls/CntrValAmt"];
    let rate = places.iter().find_map(|place| element.find(place)?.value("CcyXchg/XchgRate"));
    let rate: Option<ReferenceRate> = rate.map(str::parse).transpose()?;
    Ok(Some(Exchange { instructed, rate }))
}

/// Everything that is written to a payment in words or as a structured reference.
pub(super) fn texts(element: &Element) -> String {
    let mut texts: Vec<&str> = Vec::new();
    if let Some(remittance) = element.find("RmtInf") {
        texts.extend(remittance.all("Ustrd").filter_map(Element::content));
        for structured in remittance.all("Strd") {
            texts.extend(structured.value("CdtrRefInf/Ref"));
            texts.extend(structured.all("AddtlRmtInf").filter_map(Element::content));
        }
    }
    texts.extend(element.value("AddtlTxInf"));
    texts.extend(element.value("AddtlNtryInf"));
    texts.join(" ")
}

/// The references of an entry itself and of its block: `AcctSvcrRef`, `NtryRef`, and `Btch`.
pub(super) fn entry_references(element: &Element) -> References {
    let batch = |name: &str| {
        let found: Option<SmolStr> =
            element.all("NtryDtls").find_map(|details| reference(details.find("Btch")?.value(name)));
        found
    };
    References {
        message: batch("MsgId"),
        payment_info: batch("PmtInfId"),
        customer: reference(element.value("NtryRef")),
        bank: reference(element.value("AcctSvcrRef")),
        ..References::default()
    }
}
