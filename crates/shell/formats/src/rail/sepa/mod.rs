//! SEPA credit transfers: ISO 20022 pain.001 (version .09 of 2019), by the rules of the European Payments Council's
//! implementation guidelines of 2025.
//!
//! * Euro only, `SvcLvl` SEPA, `ChrgBr` SLEV, IBANs of SEPA countries, at most 999,999,999.99 a payment.
//! * Names of at most 70 characters and notes of at most 140, in the SEPA Latin character set; see the table
//!   in `latin`.
//! * Addresses are structured, with the town and the country at least, or left out.
//! * `MsgId` is made of the payer, the issue and the payments, so that it is new for every export and the same for the
//!   same one; `PmtInfId` adds the number of the block. `EndToEndId` is the payout's id.

mod document;

use serde::{Deserialize, Serialize};

use super::{
    Issue, PaymentInstruction,
    entry::{Entry, fingerprint, prepare},
    latin::Alphabet,
    limits::{Limits, too_large},
    reference::end_to_end_id,
};
use crate::{
    FormatError, Refusal, WrittenFile, WrittenPayment,
    details::{Bic, Iban, PartyName, PaymentDetails, PostalAddress},
};

const RAIL: &str = "SEPA";
/// The most that one SEPA credit transfer may be, in cents.
const AMOUNT_MAX: i64 = 99_999_999_999;
const NAME_MAX: usize = 70;
const NOTE_MAX: usize = 140;

/// Who pays by SEPA, and how much at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SepaSettings {
    /// The payer's legal name.
    pub name: PartyName,
    /// The account that pays.
    pub iban: Iban,
    /// The payer's bank; written as not provided where there is none, which SEPA allows.
    #[serde(default)]
    pub bic: Option<Bic>,
    /// The payer's address; left out where there is none.
    #[serde(default)]
    pub address: Option<PostalAddress>,
    /// The message's version.
    #[serde(default)]
    pub version: PainVersion,
    /// How much one file holds.
    pub file: Limits,
    /// How much one block (`PmtInf`) of a file holds.
    pub block: Limits,
}

/// A version of pain.001.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PainVersion {
    /// Of 2019, what banks take.
    #[default]
    #[serde(rename = "pain.001.001.09")]
    V09,
    /// Of 2009, for a bank that has not moved yet. Most have given it up.
    #[serde(rename = "pain.001.001.03")]
    V03,
}

impl PainVersion {
    /// The message's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V09 => "pain.001.001.09",
            Self::V03 => "pain.001.001.03",
        }
    }
}

/// A name or an address as it is written.
struct Party {
    name: String,
    /// The elements of the address in the schema's order; none where there is no address.
    address: Vec<(&'static str, String)>,
}

impl Party {
    fn new(name: &PartyName, address: Option<&PostalAddress>) -> Result<Self, Refusal> {
        let name = Alphabet::Sepa.fit(name.as_str(), "name", NAME_MAX)?;
        let Some(address) = address else { return Ok(Self { name, address: Vec::new() }) };
        let lines = [
            ("StrtNm", address.street(), 70),
            ("BldgNb", address.building_number(), 16),
            ("PstCd", address.post_code(), 16),
            ("TwnNm", Some(address.town()), 35),
            ("Ctry", Some(address.country().as_str()), 2),
        ];
        let written = lines.into_iter().filter_map(|(element, text, max)| {
            let text = Alphabet::Sepa.fit(text?, "address", max);
            Some(text.map(|text| (element, text)))
        });
        Ok(Self { name, address: written.collect::<Result<_, _>>()? })
    }
}

/// One credit transfer as it is written.
struct Transfer<'p> {
    party: Party,
    iban: &'p Iban,
    bic: Option<&'p Bic>,
    note: String,
}

/// SEPA credit transfers, in the order given.
///
/// # Errors
/// [`FormatError::Payment`] where a payment is not in euro, not to a SEPA account or not writable, and
/// [`FormatError::Settings`] where the payer is not.
pub fn sepa_credit_transfers(
    settings: &SepaSettings,
    issue: &Issue,
    payments: &[PaymentInstruction],
) -> Result<Vec<WrittenFile>, FormatError> {
    let created = issue.created(RAIL)?;
    let debtor = debtor(settings)?;
    let entries = prepare(payments, end_to_end_id, transfer)?;
    let export = fingerprint(settings.iban.as_str(), issue, &entries);
    let mut files = Vec::new();
    for (part, number) in settings.file.split(RAIL, &entries)?.into_iter().zip(1..) {
        let id = format!("{export}-{number}");
        let blocks = settings.block.split(RAIL, part)?;
        let payments = (1..).zip(&blocks).flat_map(|(number, block)| {
            let payment_info = document::block_id(&id, number);
            let written = move |entry: &Entry<'_, _>| WrittenPayment {
                payment_info: Some(payment_info.clone()),
                ..entry.written()
            };
            block.iter().map(written)
        });
        let payments = payments.collect();
        let message = document::Message {
            id,
            created,
            execution_date: issue.execution_date,
            settings,
            debtor: &debtor,
            entries: part,
            blocks,
        };
        let name = format!("sepa-{}-{}.xml", issue.execution_date, message.id);
        let file = WrittenFile::new(name, message.write()?, payments);
        files.push(WrittenFile { message: Some(message.id), ..file });
    }
    Ok(files)
}

fn debtor(settings: &SepaSettings) -> Result<Party, FormatError> {
    let wrong = |setting, reason| FormatError::Settings { rail: RAIL, setting, reason };
    if !settings.iban.is_sepa() {
        let reason = format!("{} is not an account within SEPA", settings.iban.masked());
        return Err(wrong("iban", reason));
    }
    Party::new(&settings.name, settings.address.as_ref())
        .map_err(|refusal| wrong("name and address", refusal.to_string()))
}

fn transfer(payment: &PaymentInstruction) -> Result<Transfer<'_>, Refusal> {
    let PaymentDetails::Sepa { name, iban, bic } = &payment.details else {
        return Err(Refusal::Method { method: payment.details.method(), rail: RAIL });
    };
    if payment.currency.as_str() != "EUR" {
        return Err(Refusal::Currency { rail: RAIL, currency: payment.currency.clone(), taken: "EUR" });
    }
    if !iban.is_sepa() {
        return Err(Refusal::OutsideSepa);
    }
    if payment.amount > AMOUNT_MAX {
        return Err(too_large(AMOUNT_MAX, &payment.currency));
    }
    let note = Alphabet::Sepa.fit(payment.note.trim(), "note", NOTE_MAX)?;
    Ok(Transfer { party: Party::new(name, payment.address.as_ref())?, iban, bic: bic.as_ref(), note })
}
