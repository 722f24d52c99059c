//! OFX 1.x (SGML, where a value's tag need not be closed) and 2.x (XML): one reader for both.

use tribute_events::statement::{
    Amount, Balance, Day, Direction, Entry, EntryStatus, References, Statement, StatementFormat,
};
use tribute_money::Asset;

use super::{
    Document, ReadError, ValueError, blank,
    decimal::{Decimal, Mark},
    error::shown,
    next_number, reference,
};

const FORMAT: StatementFormat = StatementFormat::Ofx;

/// One piece of the text.
enum Piece<'a> {
    /// A tag with a value.
    Value(&'a str, String),
    /// An aggregate opens, at this line.
    Open(&'a str, usize),
    /// An aggregate (or a value) closes.
    Close(&'a str),
}

/// The pieces of a text, in order.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut line = 1;
    for (number, part) in text.split('<').enumerate() {
        let here = line;
        line += part.matches('\n').count();
        let Some((tag, value)) = part.split_once('>').filter(|_| number > 0) else { continue };
        let name = tag.split_whitespace().next().unwrap_or_default().trim_end_matches('/');
        if let Some(name) = name.strip_prefix('/') {
            pieces.push(Piece::Close(name));
        } else if name.starts_with(['?', '!']) || name.is_empty() {
        } else if value.trim().is_empty() {
            pieces.push(Piece::Open(name, here));
        } else {
            pieces.push(Piece::Value(name, plain(value.trim())));
        }
    }
    pieces
}

/// A value without the entities of markup.
fn plain(value: &str) -> String {
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    entities.iter().fold(value.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

/// OFX.
pub(super) fn read(text: &str) -> Result<Document, ReadError> {
    let mut document = Document::new(FORMAT);
    let mut reading = Reading::default();
    for piece in pieces(text) {
        match piece {
            Piece::Open("STMTRS" | "CCSTMTRS", _) => reading = Reading { open: true, ..Reading::default() },
            Piece::Open("STMTTRN", line) if reading.open => reading.transaction = Some(Fields::at(line)),
            Piece::Open(name, _) => reading.aggregate = name.to_owned(),
            Piece::Close("STMTTRN") => reading.entry(&mut document),
            Piece::Close("STMTRS" | "CCSTMTRS") => reading.finish(&mut document),
            Piece::Close(name) if name == reading.aggregate => reading.aggregate.clear(),
            Piece::Close(_) => {}
            Piece::Value(name, value) => reading.value(name, value),
        }
    }
    if reading.open {
        return Err(ReadError::Structure {
            format: FORMAT,
            place: "the end of the file".to_owned(),
            reason: "the statement does not end (no </STMTRS>); the file is incomplete: ask for it again"
                .to_owned(),
        });
    }
    if document.statements.is_empty() && document.problems.is_empty() {
        return Err(ReadError::Empty { format: FORMAT, what: "statement (STMTRS)" });
    }
    Ok(document)
}

/// The values of a transaction by name; the first of each counts.
#[derive(Default)]
struct Fields {
    values: Vec<(String, String)>,
    line: usize,
}

impl Fields {
    fn at(line: usize) -> Self {
        Self { values: Vec::new(), line }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct Reading {
    open: bool,
    currency: Option<String>,
    account: Option<String>,
    from: Option<String>,
    to: Option<String>,
    balance: Fields,
    aggregate: String,
    transaction: Option<Fields>,
    entries: Vec<Entry>,
    unreadable: u32,
}

impl Reading {
    fn value(&mut self, name: &str, value: String) {
        if let Some(transaction) = &mut self.transaction {
            let within = matches!(self.aggregate.as_str(), "BANKACCTTO" | "CCACCTTO" | "PAYEE");
            if !within {
                // `CURRENCY` and `ORIGCURRENCY` hold the same two values and mean two things.
                let original = self.aggregate == "ORIGCURRENCY";
                let name = if original { format!("ORIG{name}") } else { name.to_owned() };
                transaction.values.push((name, value));
            }
            return;
        }
        match (self.aggregate.as_str(), name) {
            ("BANKACCTFROM" | "CCACCTFROM", "ACCTID") => self.account = Some(value),
            ("LEDGERBAL", _) => self.balance.values.push((name.to_owned(), value)),
            (_, "CURDEF") => self.currency = Some(value),
            (_, "DTSTART") => self.from = Some(value),
            (_, "DTEND") => self.to = Some(value),
            _ => {}
        }
    }

    fn asset(&self) -> Result<Asset, ValueError> {
        Ok(self.currency.as_deref().ok_or(ValueError::Missing("the currency (CURDEF)"))?.parse()?)
    }

    fn entry(&mut self, document: &mut Document) {
        let Some(fields) = self.transaction.take() else { return };
        let number = next_number(&self.entries).saturating_add(self.unreadable);
        match self.asset().and_then(|asset| entry(&fields, &asset, number)) {
            Ok(entry) => self.entries.push(entry),
            Err(why) => {
                self.unreadable = self.unreadable.saturating_add(1);
                document.problem(format!("line {}, entry {number} (STMTTRN)", fields.line), why);
            }
        }
    }

    fn closing(&self, asset: &Asset) -> Result<Option<Balance>, ValueError> {
        let Some(text) = self.balance.get("BALAMT") else { return Ok(None) };
        let minor = Decimal::parse(text, Mark::Either)?.minor(asset)?;
        let day = self.balance.get("DTASOF").map(day).transpose()?;
        Ok(Some(Balance { amount: Amount { minor, asset: asset.clone() }, day }))
    }

    fn finish(&mut self, document: &mut Document) {
        let done = std::mem::take(self);
        let place = format!("the statement of account {}", done.account.as_deref().unwrap_or("?"));
        let asset = match done.asset() {
            Ok(asset) => asset,
            Err(why) => return document.problem(place, why),
        };
        let mut period = |text: Option<&String>| match text.map(|text| day(text)).transpose() {
            Ok(day) => day,
            Err(why) => {
                document.problem(format!("{place}, its period"), why);
                None
            }
        };
        let (from, to) = (period(done.from.as_ref()), period(done.to.as_ref()));
        let closing = done.closing(&asset).unwrap_or_else(|why| {
            document.problem(format!("{place}, LEDGERBAL"), why);
            None
        });
        // OFX has no id of a statement: the account and its period are one.
        let shown = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        document.statements.push(Statement {
            account: done.account.unwrap_or_default().into(),
            id: format!("{}..{}", shown(from), shown(to)).into(),
            closing,
            from,
            to,
            entries: done.entries,
            ..blank(FORMAT, asset)
        });
    }
}

fn entry(fields: &Fields, asset: &Asset, number: u32) -> Result<Entry, ValueError> {
    let text = fields.get("TRNAMT").ok_or(ValueError::Missing("TRNAMT"))?;
    // A transaction may be in a currency of its own.
    let asset = fields.get("CURSYM").map(str::parse).transpose()?.unwrap_or_else(|| asset.clone());
    let (amount, direction) = Decimal::parse(text, Mark::Either)?.directed(&asset)?;
    let posted = fields.get("DTPOSTED").map(day).transpose()?;
    let pending = fields.get("TRNTYPE") == Some("HOLD");
    let original = original(fields);
    let words = [fields.get("NAME"), fields.get("MEMO"), original.as_deref()];
    Ok(Entry {
        number,
        references: References {
            customer: reference(fields.get("REFNUM")).or_else(|| reference(fields.get("CHECKNUM"))),
            bank: reference(fields.get("FITID")),
            ..References::default()
        },
        exchange: None,
        amount,
        direction,
        status: if pending { EntryStatus::Pending } else { EntryStatus::Booked },
        booked: posted,
        value: fields.get("DTAVAIL").map(day).transpose()?,
        payments: None,
        details: Vec::new(),
        returned: None,
        charge: matches!(fields.get("TRNTYPE"), Some("FEE" | "SRVCHG")),
        reversal: fields.get("CORRECTACTION") == Some("DELETE") && direction == Direction::Credit,
        fees: Vec::new(),
        text: words.into_iter().flatten().collect::<Vec<_>>().join(" "),
    })
}

/// The original currency and its rate, in words: OFX does not state the original amount, and none is computed.
fn original(fields: &Fields) -> Option<String> {
    let symbol = fields.get("ORIGCURSYM")?;
    Some(format!(
        "original currency {symbol} at {}",
        fields.get("ORIGCURRATE").unwrap_or("a rate not stated")
    ))
}

/// `YYYYMMDD`, with or without a time and a zone.
fn day(text: &str) -> Result<Day, ValueError> {
    let wrong = || ValueError::DayForm { text: shown(text), form: "YYYYMMDD".into() };
    let digits = text.get(..8).filter(|it| it.bytes().all(|byte| byte.is_ascii_digit())).ok_or_else(wrong)?;
    let part = |range| digits.get(range).unwrap_or_default();
    format!("{}-{}-{}", part(0..4), part(4..6), part(6..8)).parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SGML: &str = "OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD\n\
        <BANKACCTFROM><BANKID>1<ACCTID>42<ACCTTYPE>CHECKING</BANKACCTFROM>\n<BANKTRANLIST><DTSTART>20261101<DTEND>20261130\n\
        <STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261124120000[-5:EST]<TRNAMT>-12.50<FITID>F1<NAME>ACH &amp; Co<MEMO>po_1\n</STMTTRN>\n\
        <STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261125<TRNAMT>3,00<FITID>F2</STMTTRN>\n\
        <STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261125<TRNAMT>1.234,5<FITID>F3</STMTTRN>\n\
        </BANKTRANLIST><LEDGERBAL><BALAMT>90.50<DTASOF>20261130</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>";

    #[test]
    fn tags_need_not_be_closed() {
        let document = read(SGML).unwrap();
        let statement = &document.statements[0];
        assert_eq!((statement.account.as_str(), statement.id.as_str()), ("42", "2026-11-01..2026-11-30"));
        let signed: Vec<_> = statement.entries.iter().map(Entry::signed).collect();
        assert_eq!(signed, [-1_250, 300]);
        assert_eq!(statement.entries[0].text, "ACH & Co po_1");
        assert_eq!(statement.closing.as_ref().unwrap().amount.to_string(), "90.50 USD");
        let said = document.problems[0].to_string();
        assert!(said.starts_with("line 10, entry 3 (STMTTRN): `1.234,5` is not an amount"), "{said}");
    }

    #[test]
    fn closed_tags_read_the_same() {
        let mut closed = SGML.to_owned();
        for name in ["CURDEF", "ACCTID", "DTSTART", "DTEND", "TRNAMT", "FITID", "NAME", "MEMO", "BALAMT"] {
            let parts: Vec<String> = closed
                .split(&format!("<{name}>"))
                .enumerate()
                .map(|(number, part)| match (number, part.split_once('<')) {
                    (0, _) | (_, None) => part.to_owned(),
                    (_, Some((value, rest))) => format!("{}</{name}>\n<{rest}", value.trim_end()),
                })
                .collect();
            closed = parts.join(&format!("<{name}>"));
        }
        let xml = closed
            .replace("OFXHEADER:100\nDATA:OFXSGML\n", "<?xml version=\"1.0\"?><?OFX OFXHEADER=\"200\"?>");
        assert_eq!(read(&xml).unwrap().statements, read(SGML).unwrap().statements);
        assert!(read(&SGML.replace("</STMTRS>", "")).is_err(), "an incomplete file");
    }
}
