//! The elements of pain.001, in the schema's order.

use std::io;

use jiff::civil::{Date, DateTime};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::{Bic, Entry, Iban, PainVersion, Party, SepaSettings, Transfer};
use crate::{FormatError, rail::entry::total_shown};

type Xml = Writer<Vec<u8>>;

/// The id of a block of a message, from 1.
pub(super) fn block_id(message: &str, number: u32) -> String {
    format!("{message}-{number}")
}

/// One file.
pub(super) struct Message<'e, 'p> {
    pub(super) id: String,
    pub(super) created: DateTime,
    pub(super) execution_date: Date,
    pub(super) settings: &'e SepaSettings,
    pub(super) debtor: &'e Party,
    pub(super) entries: &'e [Entry<'p, Transfer<'p>>],
    pub(super) blocks: Vec<&'e [Entry<'p, Transfer<'p>>]>,
}

/// How many payments there are and what they sum up to, as both headers say it.
struct Control {
    count: String,
    sum: String,
}

impl Control {
    fn of(entries: &[Entry<'_, Transfer<'_>>]) -> Result<Self, FormatError> {
        Ok(Self { count: entries.len().to_string(), sum: total_shown(entries)? })
    }

    fn write(&self, xml: &mut Xml) -> io::Result<()> {
        leaf(xml, "NbOfTxs", &self.count)?;
        leaf(xml, "CtrlSum", &self.sum)
    }
}

impl Message<'_, '_> {
    pub(super) fn write(&self) -> Result<Vec<u8>, FormatError> {
        let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let header = Control::of(self.entries)?;
        let controls = self.blocks.iter().map(|block| Control::of(block)).collect::<Result<Vec<_>, _>>()?;
        let name = self.settings.version.name();
        let namespace = format!("urn:iso:std:iso:20022:tech:xsd:{name}");
        xml.create_element("Document").with_attribute(("xmlns", &*namespace)).write_inner_content(|xml| {
            inside(xml, "CstmrCdtTrfInitn", |xml| {
                inside(xml, "GrpHdr", |xml| self.group_header(xml, &header))?;
                (1..).zip(self.blocks.iter().zip(&controls)).try_for_each(|(number, (block, control))| {
                    inside(xml, "PmtInf", |xml| self.block(xml, number, block, control))
                })
            })
        })?;
        let mut bytes = xml.into_inner();
        bytes.push(b'\n');
        Ok(bytes)
    }

    fn group_header(&self, xml: &mut Xml, control: &Control) -> io::Result<()> {
        leaf(xml, "MsgId", &self.id)?;
        leaf(xml, "CreDtTm", &self.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())?;
        control.write(xml)?;
        inside(xml, "InitgPty", |xml| leaf(xml, "Nm", &self.debtor.name))
    }

    fn block(
        &self,
        xml: &mut Xml,
        number: u32,
        block: &[Entry<'_, Transfer<'_>>],
        control: &Control,
    ) -> io::Result<()> {
        leaf(xml, "PmtInfId", &block_id(&self.id, number))?;
        leaf(xml, "PmtMtd", "TRF")?;
        control.write(xml)?;
        inside(xml, "PmtTpInf", |xml| inside(xml, "SvcLvl", |xml| leaf(xml, "Cd", "SEPA")))?;
        let day = self.execution_date.to_string();
        match self.settings.version {
            PainVersion::V09 => inside(xml, "ReqdExctnDt", |xml| leaf(xml, "Dt", &day))?,
            PainVersion::V03 => leaf(xml, "ReqdExctnDt", &day)?,
        }
        party(xml, "Dbtr", self.debtor)?;
        account(xml, "DbtrAcct", &self.settings.iban, Some("EUR"))?;
        self.agent(xml, "DbtrAgt", self.settings.bic.as_ref())?;
        leaf(xml, "ChrgBr", "SLEV")?;
        block.iter().try_for_each(|entry| inside(xml, "CdtTrfTxInf", |xml| self.transfer(xml, entry)))
    }

    fn transfer(&self, xml: &mut Xml, entry: &Entry<'_, Transfer<'_>>) -> io::Result<()> {
        let transfer = &entry.fields;
        inside(xml, "PmtId", |xml| leaf(xml, "EndToEndId", &entry.reference))?;
        inside(xml, "Amt", |xml| {
            let element = xml.create_element("InstdAmt").with_attribute(("Ccy", "EUR"));
            element.write_text_content(BytesText::new(&entry.amount)).map(drop)
        })?;
        if transfer.bic.is_some() {
            self.agent(xml, "CdtrAgt", transfer.bic)?;
        }
        party(xml, "Cdtr", &transfer.party)?;
        account(xml, "CdtrAcct", transfer.iban, None)?;
        if transfer.note.is_empty() {
            return Ok(());
        }
        inside(xml, "RmtInf", |xml| leaf(xml, "Ustrd", &transfer.note))
    }

    fn agent(&self, xml: &mut Xml, element: &str, bic: Option<&Bic>) -> io::Result<()> {
        let name = match self.settings.version {
            PainVersion::V09 => "BICFI",
            PainVersion::V03 => "BIC",
        };
        inside(xml, element, |xml| {
            inside(xml, "FinInstnId", |xml| match bic {
                Some(bic) => leaf(xml, name, bic.as_str()),
                None => inside(xml, "Othr", |xml| leaf(xml, "Id", "NOTPROVIDED")),
            })
        })
    }
}

fn party(xml: &mut Xml, element: &str, party: &Party) -> io::Result<()> {
    inside(xml, element, |xml| {
        leaf(xml, "Nm", &party.name)?;
        if party.address.is_empty() {
            return Ok(());
        }
        inside(xml, "PstlAdr", |xml| party.address.iter().try_for_each(|(name, text)| leaf(xml, name, text)))
    })
}

fn account(xml: &mut Xml, element: &str, iban: &Iban, currency: Option<&str>) -> io::Result<()> {
    inside(xml, element, |xml| {
        inside(xml, "Id", |xml| leaf(xml, "IBAN", iban.as_str()))?;
        currency.map_or(Ok(()), |currency| leaf(xml, "Ccy", currency))
    })
}

fn inside(xml: &mut Xml, element: &str, content: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<()> {
    xml.create_element(element).write_inner_content(content).map(drop)
}

fn leaf(xml: &mut Xml, element: &str, text: &str) -> io::Result<()> {
    xml.create_element(element).write_text_content(BytesText::new(text)).map(drop)
}
