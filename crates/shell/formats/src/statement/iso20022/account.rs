use tribute_events::statement::{
    Amount, Balance, Direction, Entry, EntryDetail, EntryStatus, ReturnReason, Statement, StatementFormat,
};

use super::{
    super::{Document, Element, ReadError, next_number, reference, xml},
    ValueError, amount, day,
    detail::{detail, entry_references, exchange, fees, texts},
    direction, reason,
};

const ROOTS: [&str; 3] = ["BkToCstmrAcctRpt", "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn"];
const STATEMENTS: [&str; 3] = ["Rpt", "Stmt", "Ntfctn"];

/// camt.052, .053 and .054.
pub(in super::super) fn read(text: &str, format: StatementFormat) -> Result<Document, ReadError> {
    let mut document = Document::new(format);
    let mut current: Option<Draft> = None;
    xml::walk(text, &ROOTS, &STATEMENTS, |part| match part {
        xml::Part::Open(name) if STATEMENTS.contains(&name) => current = Some(Draft::default()),
        xml::Part::Whole(element) => {
            if let Some(draft) = &mut current {
                draft.take(&element, &mut document);
            }
        }
        xml::Part::Close(name) if STATEMENTS.contains(&name) => {
            if let Some(draft) = current.take() {
                draft.finish(&mut document);
            }
        }
        xml::Part::Open(_) | xml::Part::Close(_) => {}
    })?;
    if document.statements.is_empty() && document.problems.is_empty() {
        return Err(ReadError::Empty { format, what: "statement" });
    }
    Ok(document)
}

/// A statement while it is read.
#[derive(Default)]
struct Draft {
    id: Option<String>,
    sequence: Option<String>,
    page: Option<String>,
    account: Option<String>,
    currency: Option<String>,
    from: Option<Element>,
    copy: bool,
    balances: Vec<(String, Balance)>,
    entries: Vec<Entry>,
    unreadable: u32,
}

impl Draft {
    fn take(&mut self, element: &Element, document: &mut Document) {
        let content = || element.content().map(str::to_owned);
        match element.name.as_str() {
            "Id" => self.id = content(),
            "ElctrncSeqNb" => self.sequence = content(),
            "LglSeqNb" if self.sequence.is_none() => self.sequence = content(),
            "StmtPgntn" | "RptPgntn" | "NtfctnPgntn" => {
                // Pages of one statement have one id, and each counts its entries from one.
                self.page = element.value("PgNb").filter(|page| *page != "1").map(str::to_owned);
            }
            "CpyDplctInd" => self.copy = matches!(element.content(), Some("DUPL" | "CODU")),
            "FrToDt" => self.from = Some(element.clone()),
            "Acct" => {
                let id = element.value("Id/IBAN").or_else(|| element.value("Id/Othr/Id"));
                self.account = id.or_else(|| element.value("Id/BBAN")).map(str::to_owned);
                self.currency = element.value("Ccy").map(str::to_owned);
            }
            "Bal" => match balance(element) {
                Ok(balance) => self.balances.push(balance),
                Err(why) => document.problem(format!("line {}, Bal", element.line), why),
            },
            "Ntry" => match entry(element) {
                Ok(mut entry) => {
                    entry.number = next_number(&self.entries).saturating_add(self.unreadable);
                    self.entries.push(entry);
                }
                Err(why) => {
                    let number = next_number(&self.entries).saturating_add(self.unreadable);
                    self.unreadable = self.unreadable.saturating_add(1);
                    let statement = self.id.as_deref().unwrap_or("?");
                    let place =
                        format!("line {}, entry {number} (Ntry) of statement {statement}", element.line);
                    document.problem(place, why);
                }
            },
            _ => {}
        }
    }

    /// The first balance of the kinds named, the earlier kind first.
    fn balance(&self, kinds: &[&str]) -> Option<Balance> {
        let of = |kind: &&str| self.balances.iter().find(|(found, _)| found == kind);
        kinds.iter().find_map(of).map(|(_, balance)| balance.clone())
    }

    fn finish(self, document: &mut Document) {
        let (opening, closing) = (self.balance(&["OPBD", "PRCD"]), self.balance(&["CLBD"]));
        let id = self.id.clone().unwrap_or_default();
        let place = format!("statement {id}");
        let first = || {
            let of_balance = opening.as_ref().map(|balance| &balance.amount);
            of_balance.or_else(|| self.entries.first().map(|entry| &entry.amount)).map(|it| it.asset.clone())
        };
        let currency = match self.currency.as_deref().map(str::parse) {
            Some(Err(error)) => return document.problem(place, ValueError::Currency(error)),
            Some(Ok(asset)) => asset,
            None => match first() {
                Some(asset) => asset,
                None => {
                    return document.problem(place, ValueError::Missing("the account's currency (Acct/Ccy)"));
                }
            },
        };
        let period = |name| self.from.as_ref().and_then(|it| it.find(name)).map(|it| day(Some(it)));
        let [from, to] = [["FrDtTm", "FrDt"], ["ToDtTm", "ToDt"]]
            .map(|[a, b]| period(a).or_else(|| period(b)).and_then(Result::ok).flatten());
        let sequence = match (self.sequence, self.page) {
            (Some(number), Some(page)) => Some(format!("{number} page {page}")),
            (None, Some(page)) => Some(format!("page {page}")),
            (number, None) => number,
        };
        document.statements.push(Statement {
            format: document.format,
            account: self.account.unwrap_or_default().into(),
            id: id.into(),
            sequence: reference(sequence.as_deref()),
            currency,
            opening,
            closing,
            from,
            to,
            copy: self.copy,
            entries: self.entries,
        });
    }
}

fn balance(element: &Element) -> Result<(String, Balance), ValueError> {
    let kind = element.value("Tp/CdOrPrtry/Cd").or_else(|| element.value("Tp/CdOrPrtry/Prtry"));
    let size = amount(element.find("Amt").ok_or(ValueError::Missing("Amt"))?)?;
    let amount = Amount { minor: direction(element)?.signed(size.minor), asset: size.asset };
    Ok((kind.unwrap_or_default().to_owned(), Balance { amount, day: day(element.find("Dt"))? }))
}

fn entry(element: &Element) -> Result<Entry, ValueError> {
    let details: Vec<EntryDetail> =
        element.all("NtryDtls").flat_map(|it| it.all("TxDtls")).map(detail).collect::<Result<_, _>>()?;
    let counts = element.all("NtryDtls").filter_map(|it| it.value("Btch/NbOfTxs")?.parse::<u32>().ok());
    let returned = element.find("RtrInf").map(reason);
    Ok(Entry {
        number: 0,
        references: entry_references(element),
        amount: amount(element.find("Amt").ok_or(ValueError::Missing("Amt"))?)?,
        direction: direction(element)?,
        status: status(element)?,
        booked: day(element.find("BookgDt"))?,
        value: day(element.find("ValDt"))?,
        payments: counts.reduce(u32::saturating_add),
        details,
        returned: returned.or_else(|| returned_by_code(element)),
        charge: matches!(element.value("BkTxCd/Domn/Fmly/SubFmlyCd"), Some("CHRG" | "FEES" | "COMM")),
        reversal: element.value("RvslInd") == Some("true") || element.value("RvslInd") == Some("1"),
        fees: fees(element)?,
        exchange: exchange(element)?,
        text: texts(element),
    })
}

/// `Sts` is a plain text in early versions and a choice of codes in later ones.
fn status(element: &Element) -> Result<EntryStatus, ValueError> {
    let code =
        element.value("Sts/Cd").or_else(|| element.value("Sts/Prtry")).or_else(|| element.value("Sts"));
    match code {
        Some("BOOK") => Ok(EntryStatus::Booked),
        Some("PDNG" | "FUTR") => Ok(EntryStatus::Pending),
        Some("INFO") => Ok(EntryStatus::Information),
        Some(other) => Err(ValueError::Form(super::shown(other))),
        None => Err(ValueError::Missing("Sts")),
    }
}

/// The bank's transaction code may say that a payment came back where no reason is given: a credit in the sub-family
/// of returned credit transfers.
fn returned_by_code(element: &Element) -> Option<ReturnReason> {
    let code = element.value("BkTxCd/Domn/Fmly/SubFmlyCd");
    let came_back = matches!(code, Some("RRTN" | "RPCR")) && direction(element) == Ok(Direction::Credit);
    came_back.then(|| ReturnReason { code: "".into(), words: String::new() })
}
