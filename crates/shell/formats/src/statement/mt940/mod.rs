//! SWIFT MT940, as banks write it: with or without the blocks of SWIFT, with the structured field 86 of German banks and
//! the slashed one of Dutch banks.

mod line;
mod narrative;

use smol_str::SmolStr;
use tribute_events::statement::{Amount, Balance, Day, Entry, Statement, StatementFormat};
use tribute_money::Asset;

use super::{
    Document, ReadError, ValueError, blank,
    decimal::{Decimal, Mark},
    error::shown,
    next_number, reference,
};

const FORMAT: StatementFormat = StatementFormat::Mt940;

/// A field: its tag, its lines, and where it begins.
struct Field<'a> {
    tag: &'a str,
    lines: Vec<&'a str>,
    line: usize,
}

impl Field<'_> {
    fn first(&self) -> &str {
        self.lines.first().map_or("", |line| line.trim())
    }
}

/// Every field of the text, in order. The end of a message is a field with the tag `-`.
fn fields(text: &str) -> Vec<Field<'_>> {
    let mut fields: Vec<Field<'_>> = Vec::new();
    for (number, raw) in text.lines().enumerate() {
        let line = raw.trim_end();
        // The first field of a message may stand in the line that opens block 4.
        let line = line.split_once("{4:").map_or(line, |(_, rest)| rest);
        if line.trim() == "-" || line.starts_with("-}") {
            fields.push(Field { tag: "-", lines: Vec::new(), line: number + 1 });
        } else if let Some((tag, rest)) = tag(line) {
            fields.push(Field { tag, lines: vec![rest], line: number + 1 });
        } else if let Some(field) = fields.last_mut().filter(|field| field.tag != "-") {
            field.lines.push(line);
        }
    }
    fields
}

/// `:61:rest` as `61` and `rest`. A text that happens to begin with a colon is no tag.
fn tag(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.strip_prefix(':')?.split_once(':')?;
    let digits = tag.get(..2).is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    let known = digits && tag.len() <= 3 || tag == "NS";
    known.then_some((tag, rest))
}

/// MT940.
pub(super) fn read(text: &str) -> Result<Document, ReadError> {
    let mut document = Document::new(FORMAT);
    let mut draft: Option<Draft> = None;
    for field in fields(text) {
        match (field.tag, &mut draft) {
            ("20", _) => {
                finish(draft.replace(Draft::new(&field)), &mut document);
            }
            ("-", _) => finish(draft.take(), &mut document),
            (_, Some(draft)) => draft.take(&field, &mut document),
            (_, None) => {}
        }
    }
    finish(draft, &mut document);
    if document.statements.is_empty() && document.problems.is_empty() {
        return Err(ReadError::Empty { format: FORMAT, what: "statement" });
    }
    Ok(document)
}

fn finish(draft: Option<Draft>, document: &mut Document) {
    let Some(draft) = draft else { return };
    let Some(currency) = draft.currency else {
        let place = format!("statement {}", draft.id);
        return document.problem(place, ValueError::Missing("the opening balance (field 60)"));
    };
    document.statements.push(Statement {
        account: draft.account,
        id: draft.id,
        sequence: draft.sequence,
        opening: draft.opening,
        to: draft.closing.as_ref().and_then(|balance| balance.day),
        closing: draft.closing,
        entries: draft.entries,
        ..blank(FORMAT, currency)
    });
}

/// A statement while it is read. Its currency is that of the opening balance.
#[derive(Default)]
struct Draft {
    id: SmolStr,
    account: SmolStr,
    sequence: Option<SmolStr>,
    currency: Option<Asset>,
    opening: Option<Balance>,
    closing: Option<Balance>,
    entries: Vec<Entry>,
    unreadable: u32,
    /// Whether the last line was read, so that a field 86 is its own.
    readable: bool,
}

impl Draft {
    fn new(field: &Field<'_>) -> Self {
        Self { id: field.first().into(), ..Self::default() }
    }

    fn take(&mut self, field: &Field<'_>, document: &mut Document) {
        match field.tag {
            "25" | "25P" => self.account = field.first().into(),
            "28" | "28C" => {
                self.sequence = reference(Some(field.first()));
                // Field 20 is often the same in every statement; with the number it is an id.
                if let Some(number) = &self.sequence {
                    self.id = SmolStr::from(format!("{} {number}", self.id));
                }
            }
            "60F" | "60M" => match balance(field.first()) {
                Ok(balance) => {
                    self.currency = Some(balance.amount.asset.clone());
                    self.opening = Some(balance);
                }
                Err(why) => document.problem(self.place(field, "field 60"), why),
            },
            "62F" | "62M" => match balance(field.first()) {
                Ok(balance) => self.closing = Some(balance),
                Err(why) => document.problem(self.place(field, "field 62"), why),
            },
            "61" => self.entry(field, document),
            "86" if self.readable && self.closing.is_none() => {
                if let Some(entry) = self.entries.last_mut() {
                    narrative::add(entry, &field.lines);
                }
            }
            _ => {}
        }
    }

    fn entry(&mut self, field: &Field<'_>, document: &mut Document) {
        let number = next_number(&self.entries).saturating_add(self.unreadable);
        let read = match &self.currency {
            Some(currency) => line::entry(&field.lines, currency, number),
            None => Err(ValueError::Missing("the opening balance (field 60), which says the currency")),
        };
        self.readable = read.is_ok();
        match read {
            Ok(entry) => self.entries.push(entry),
            Err(why) => {
                self.unreadable = self.unreadable.saturating_add(1);
                document.problem(self.place(field, &format!("entry {number} (field 61)")), why);
            }
        }
    }

    fn place(&self, field: &Field<'_>, what: &str) -> String {
        format!("line {}, {what} of statement {}", field.line, self.id)
    }
}

/// `C261123EUR100,00`.
fn balance(text: &str) -> Result<Balance, ValueError> {
    let wrong = || ValueError::Form(shown(text));
    let sign = match text.get(..1) {
        Some("C") => 1,
        Some("D") => -1,
        _ => return Err(ValueError::Direction(shown(text))),
    };
    let date = day(text.get(1..7).ok_or_else(wrong)?)?;
    let asset: Asset = text.get(7..10).ok_or_else(wrong)?.parse()?;
    let size = Decimal::parse(text.get(10..).ok_or_else(wrong)?, Mark::Either)?.minor(&asset)?;
    let minor = size.checked_mul(sign).ok_or_else(wrong)?;
    Ok(Balance { amount: Amount { minor, asset }, day: Some(date) })
}

/// `YYMMDD`; years up to 79 are of this century.
fn day(text: &str) -> Result<Day, ValueError> {
    let wrong = || ValueError::DayForm { text: shown(text), form: "YYMMDD".into() };
    let digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i8>().ok();
    let (Some(year), Some(month), Some(day), true) = (part(0..2), part(2..4), part(4..6), digits) else {
        return Err(wrong());
    };
    let century = if year < 80 { 2000 } else { 1900 };
    Day::new(century + i16::from(year), month, day).map_err(|_| wrong())
}
