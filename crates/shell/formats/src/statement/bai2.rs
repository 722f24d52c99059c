//! BAI2: records of comma-separated fields, continued by records 88. Amounts have no decimal mark; their decimals are
//! those of the currency.

use tribute_events::statement::{
    Amount, Balance, Day, Direction, Entry, EntryStatus, References, ReturnReason, Statement, StatementFormat,
};
use tribute_money::Asset;

use super::{Document, ReadError, ValueError, blank, decimal::Decimal, error::shown, next_number, reference};

const FORMAT: StatementFormat = StatementFormat::Bai2;
/// The type code of fees of the bank.
const CHARGES: &str = "698";
/// Type codes of payments that came back to the account.
const RETURNS: [&str; 4] = ["256", "257", "258", "266"];

/// A record with its continuations as one.
struct Record {
    code: String,
    fields: Vec<String>,
    line: usize,
}

impl Record {
    fn field(&self, place: usize) -> &str {
        self.fields.get(place).map_or("", |field| field.trim())
    }
}

/// The records of a text. A slash ends a record; where it is missing, the line does.
fn records(text: &str) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    for (number, raw) in text.lines().enumerate() {
        let line = raw.trim();
        let Some((code, rest)) = line.split_once(',') else { continue };
        let ended = rest.strip_suffix('/').unwrap_or(rest);
        let mut fields = ended.split(',').map(str::to_owned);
        if code == "88" {
            if let Some(record) = records.last_mut() {
                record.fields.extend(fields);
            }
        } else {
            records.push(Record {
                code: code.to_owned(),
                fields: fields.by_ref().collect(),
                line: number + 1,
            });
        }
    }
    records
}

/// BAI2.
pub(super) fn read(text: &str) -> Result<Document, ReadError> {
    let mut document = Document::new(FORMAT);
    let mut reading = Reading::default();
    for record in records(text) {
        reading.take(&record, &mut document);
    }
    reading.finish(&mut document);
    if document.statements.is_empty() && document.problems.is_empty() {
        return Err(ReadError::Empty { format: FORMAT, what: "account (record 03)" });
    }
    Ok(document)
}

#[derive(Default)]
struct Reading {
    file: String,
    day: Option<Day>,
    group_currency: String,
    account: Option<Statement>,
    /// The sum of every amount of the account, for the control total.
    control: i128,
    readable: bool,
}

impl Reading {
    fn take(&mut self, record: &Record, document: &mut Document) {
        let read = match record.code.as_str() {
            "01" => {
                let parts = [record.field(0), record.field(2), record.field(4)];
                self.file = parts.join("-");
                Ok(())
            }
            "02" => self.group(record),
            "03" => {
                self.finish(document);
                self.open(record)
            }
            "16" => self.entry(record),
            "49" => self.close(record),
            _ => Ok(()),
        };
        if let Err(why) = read {
            self.readable &= record.code != "03" && record.code != "16";
            let number = self.account.as_ref().map(|account| next_number(&account.entries));
            let entry = number.filter(|_| record.code == "16");
            let what =
                entry.map_or(format!("record {}", record.code), |it| format!("entry {it} (record 16)"));
            document.problem(format!("line {}, {what}", record.line), why);
        }
    }

    fn group(&mut self, record: &Record) -> Result<(), ValueError> {
        self.group_currency = record.field(5).to_owned();
        self.day = Some(day(record.field(3))?);
        Ok(())
    }

    fn open(&mut self, record: &Record) -> Result<(), ValueError> {
        (self.control, self.readable) = (0, true);
        let codes = [record.field(1), self.group_currency.as_str(), "USD"];
        let asset: Asset = codes.into_iter().find(|it| !it.is_empty()).unwrap_or_default().parse()?;
        let mut account = Statement {
            account: record.field(0).into(),
            id: format!("{} {}", self.file, record.field(0)).into(),
            from: self.day,
            to: self.day,
            ..blank(FORMAT, asset.clone())
        };
        let mut place = 2;
        while place < record.fields.len() {
            let (kind, text) = (record.field(place), record.field(place + 1));
            if !text.is_empty() {
                let amount = Decimal::implied(text, asset.exponent()?)?.minor(&asset)?;
                self.control += i128::from(amount);
                let balance =
                    Some(Balance { amount: Amount { minor: amount, asset: asset.clone() }, day: self.day });
                match kind {
                    "010" => account.opening = balance,
                    "015" => account.closing = balance,
                    _ => {}
                }
            }
            // Type, amount and count; then the availability of the funds.
            place += 3;
            place += 1 + availability(record, place);
        }
        self.account = Some(account);
        Ok(())
    }

    fn entry(&mut self, record: &Record) -> Result<(), ValueError> {
        let day = self.day;
        let Some(account) = &mut self.account else {
            return Err(ValueError::Missing("the account (record 03) before its entries"));
        };
        let (code, text) = (record.field(0), record.field(1));
        let direction = match code.parse::<u16>() {
            Ok(100..=399) => Direction::Credit,
            Ok(400..=699) => Direction::Debit,
            _ => return Err(ValueError::Direction(shown(code))),
        };
        let asset = account.currency.clone();
        let signed = Decimal::implied(text, asset.exponent()?)?.minor(&asset)?;
        self.control += i128::from(signed);
        let size = signed.checked_abs().ok_or_else(|| ValueError::TooLarge(shown(text)))?;
        // A negative amount undoes what its code says.
        let direction = match (direction, signed < 0) {
            (Direction::Credit, true) => Direction::Debit,
            (Direction::Debit, true) => Direction::Credit,
            (direction, false) => direction,
        };
        let after = 3 + availability(record, 2);
        let words = record.fields.get(after + 2..).unwrap_or_default().join(",");
        account.entries.push(Entry {
            number: next_number(&account.entries),
            references: References {
                bank: reference(Some(record.field(after))),
                customer: reference(Some(record.field(after + 1))),
                ..References::default()
            },
            amount: Amount { minor: size, asset },
            direction,
            status: EntryStatus::Booked,
            booked: day,
            value: None,
            payments: None,
            details: Vec::new(),
            returned: RETURNS.contains(&code).then(|| ReturnReason { code: "".into(), words: String::new() }),
            charge: code == CHARGES,
            reversal: signed < 0,
            fees: Vec::new(),
            exchange: None,
            text: words.trim().to_owned(),
        });
        Ok(())
    }

    /// The control total of the account, where every amount of it could be read.
    fn close(&mut self, record: &Record) -> Result<(), ValueError> {
        let Some(account) = self.account.as_ref().filter(|_| self.readable) else { return Ok(()) };
        let asset = &account.currency;
        let stated = i128::from(Decimal::implied(record.field(0), asset.exponent()?)?.minor(asset)?);
        if stated == self.control {
            return Ok(());
        }
        Err(ValueError::Total {
            what: "the account's control total in minor units",
            stated: stated.to_string().into(),
            computed: self.control.to_string().into(),
        })
    }

    fn finish(&mut self, document: &mut Document) {
        document.statements.extend(self.account.take());
    }
}

/// How many fields the availability of the funds takes beyond its own: `S` three amounts, `V` day and time, `D` a count
/// and that many pairs.
fn availability(record: &Record, place: usize) -> usize {
    match record.field(place) {
        "S" => 3,
        "V" => 2,
        "D" => {
            record.field(place + 1).parse::<usize>().map_or(0, |pairs| pairs.min(record.fields.len()) * 2 + 1)
        }
        _ => 0,
    }
}

/// `YYMMDD`, or with four digits of the year.
fn day(text: &str) -> Result<Day, ValueError> {
    let wrong = || ValueError::DayForm { text: shown(text), form: "YYMMDD".into() };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let full = if text.len() == 6 { format!("20{text}") } else { text.to_owned() };
    let (Some(year), Some(month), Some(day), true) =
        (full.get(..4), full.get(4..6), full.get(6..8), digits && full.len() == 8)
    else {
        return Err(wrong());
    };
    format!("{year}-{month}-{day}").parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use tribute_events::statement::Arithmetic;

    use super::*;

    const FILE: &str = "01,BANK,ACME,261129,0900,6,,,2/\n02,ACME,BANK,1,261127,0900,USD,/\n\
        03,001,USD,010,+10000,,Z,015,+7500,2,D,1,0,7500/\n\
        16,447,3000,S,0,3000,0,B1,RUN-7,JANE, DOE\n88,more/\n16,257,500,V,261128,0900,,po_1/\n49,21000,5/\n98,21000,1,7/\n99,21000,1,8/";

    #[test]
    fn entries_balances_and_totals() {
        let document = read(FILE).unwrap();
        assert_eq!(document.problems, []);
        let statement = &document.statements[0];
        assert_eq!(statement.arithmetic(), Arithmetic::Agrees);
        let [paid, back] = &statement.entries[..] else { panic!("two entries") };
        assert_eq!((paid.signed(), paid.references.customer.as_deref()), (-3_000, Some("RUN-7")));
        assert_eq!((paid.references.bank.as_deref(), paid.text.as_str()), (Some("B1"), "JANE, DOE,more"));
        assert_eq!((back.signed(), back.references.customer.as_deref()), (500, Some("po_1")));
        assert!(back.returned.is_some() && paid.returned.is_none());
    }

    #[test]
    fn a_missing_line_is_seen_by_the_total() {
        let cut = FILE.replace("16,257,500,V,261128,0900,,po_1/\n", "");
        let document = read(&cut).unwrap();
        assert!(
            document.problems[0].to_string().starts_with("line 6, record 49: the account's control total")
        );
        let wrong = read(&FILE.replace("16,447,3000", "16,999,3000")).unwrap();
        assert!(wrong.problems[0].to_string().starts_with("line 4, entry 1 (record 16): `999` does not say"));
        assert_eq!(wrong.problems.len(), 1, "the total is not compared with what could not be read");
    }
}
