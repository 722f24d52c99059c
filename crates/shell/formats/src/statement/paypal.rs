//! PayPal's settlement report (STL): rows RH, FH, SH, CH, SB, SF. An amount has two implied decimals in every currency,
//! yen as well, and no sign: a column beside it says debit or credit.

use csv::StringRecord;
use tribute_events::statement::{
    Amount, Balance, Day, Direction, Entry, EntryStatus, References, ReturnReason, Statement, StatementFormat,
};
use tribute_money::Asset;

use super::{Document, ReadError, ValueError, blank, decimal::Decimal, error::shown, next_number, reference};

const FORMAT: StatementFormat = StatementFormat::PaypalSettlement;
/// Event codes of payments that came back: reversed payment, reversed and refunded mass payment.
const RETURNS: [&str; 3] = ["T1106", "T1114", "T1115"];
/// Event codes of this group are reversals.
const REVERSALS: &str = "T11";

/// A settlement report.
pub(super) fn read(text: &str) -> Result<Document, ReadError> {
    let mut document = Document::new(FORMAT);
    let delimiter = if text.lines().next().unwrap_or_default().contains('\t') { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut section = Section::default();
    let mut headings = StringRecord::new();
    for record in reader.records() {
        let record = record.map_err(|error| structure(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        match record.get(0).unwrap_or_default() {
            "SH" => {
                section.finish(&mut document);
                section = Section::opened(&record, line, &mut document);
            }
            "CH" => headings = record,
            "SB" => section.entry(&Row { headings: &headings, record: &record }, line, &mut document),
            "SF" => section.footer(&record, line, &mut document),
            _ => {}
        }
    }
    section.finish(&mut document);
    if document.statements.is_empty() && document.problems.is_empty() {
        return Err(ReadError::Empty { format: FORMAT, what: "section (SH)" });
    }
    Ok(document)
}

fn structure(error: &csv::Error) -> ReadError {
    let place = error.position().map_or("the file".to_owned(), |at| format!("line {}", at.line()));
    ReadError::Structure { format: FORMAT, place, reason: format!("the rows can not be read ({error})") }
}

/// A row of the body with the headings that say what its fields are.
struct Row<'a> {
    headings: &'a StringRecord,
    record: &'a StringRecord,
}

impl Row<'_> {
    fn get(&self, heading: &str) -> Option<&str> {
        let place = self.headings.iter().position(|it| it.eq_ignore_ascii_case(heading))?;
        self.record.get(place).filter(|text| !text.is_empty())
    }

    /// An amount with the direction that its own column says.
    fn amount(
        &self,
        [value, side, currency]: [&'static str; 3],
    ) -> Result<Option<(Amount, Direction)>, ValueError> {
        let Some(text) = self.get(value) else { return Ok(None) };
        let asset: Asset = self.get(currency).ok_or(ValueError::Missing(currency))?.parse()?;
        let (amount, _) = Decimal::implied(text, 2)?.directed(&asset)?;
        if amount.minor == 0 && self.get(side).is_none() {
            return Ok(None);
        }
        let direction = match self.get(side) {
            Some("CR") => Direction::Credit,
            Some("DR") => Direction::Debit,
            other => return Err(ValueError::Direction(shown(other.unwrap_or_default()))),
        };
        Ok(Some((amount, direction)))
    }
}

const GROSS: [&str; 3] =
    ["Gross Transaction Amount", "Transaction Debit or Credit", "Gross Transaction Currency"];
const FEE: [&str; 3] = ["Fee Amount", "Fee Debit or Credit", "Fee Currency"];

/// One account's section. Each currency in it is a statement of its own.
#[derive(Default)]
struct Section {
    account: String,
    period: String,
    days: [Option<Day>; 2],
    statements: Vec<Statement>,
    unreadable: u32,
}

impl Section {
    fn opened(record: &StringRecord, line: u64, document: &mut Document) -> Self {
        let text = |place: usize| record.get(place).unwrap_or_default();
        let days = [1, 2].map(|place| match day(text(place)) {
            Ok(day) => Some(day),
            Err(why) => {
                document.problem(format!("line {line}, section (SH)"), why);
                None
            }
        });
        let (account, period) = (text(3).to_owned(), format!("{}..{}", text(1), text(2)));
        Self { account, period, days, ..Self::default() }
    }

    fn statement(&mut self, asset: &Asset) -> &mut Statement {
        let found = self.statements.iter().position(|it| it.currency == *asset);
        let place = found.unwrap_or(self.statements.len());
        if found.is_none() {
            self.statements.push(Statement {
                account: format!("{} {asset}", self.account).into(),
                id: self.period.as_str().into(),
                from: self.days[0],
                to: self.days[1],
                ..blank(FORMAT, asset.clone())
            });
        }
        &mut self.statements[place]
    }

    fn entry(&mut self, row: &Row<'_>, line: u64, document: &mut Document) {
        match entry(row) {
            Ok(mut entry) => {
                let unreadable = self.unreadable;
                let statement = self.statement(&entry.amount.asset);
                entry.number = next_number(&statement.entries).saturating_add(unreadable);
                statement.entries.push(entry);
            }
            Err(why) => {
                self.unreadable = self.unreadable.saturating_add(1);
                document.problem(format!("line {line}, row SB"), why);
            }
        }
    }

    /// The totals of a currency: gross credits and debits, fees back and taken, then the available balance at the
    /// beginning and the end.
    fn footer(&mut self, record: &StringRecord, line: u64, document: &mut Document) {
        let read = |place: usize, asset: &Asset| {
            let text = record.get(place).filter(|text| !text.is_empty());
            Decimal::implied(text.ok_or(ValueError::Missing("a balance of the footer"))?, 2)?.minor(asset)
        };
        let balances = || -> Result<(Asset, i64, i64), ValueError> {
            let asset: Asset = record.get(1).unwrap_or_default().parse()?;
            Ok((asset.clone(), read(6, &asset)?, read(7, &asset)?))
        };
        match balances() {
            Ok((asset, opening, closing)) => {
                let [from, to] = self.days;
                let statement = self.statement(&asset);
                let balance = |minor, day| Balance { amount: Amount { minor, asset: asset.clone() }, day };
                statement.opening = Some(balance(opening, from));
                statement.closing = Some(balance(closing, to));
            }
            Err(why) => document.problem(format!("line {line}, footer (SF)"), why),
        }
    }

    fn finish(&mut self, document: &mut Document) {
        document.statements.append(&mut self.statements);
    }
}

/// The amount of an entry is what the balance changes by: gross and fee together.
fn entry(row: &Row<'_>) -> Result<Entry, ValueError> {
    let (gross, direction) = row.amount(GROSS)?.ok_or(ValueError::Missing(GROSS[0]))?;
    let fee = row.amount(FEE)?.filter(|(fee, _)| fee.minor != 0);
    let too_large = || ValueError::TooLarge(gross.minor.to_string().into());
    let mut signed = direction.signed(gross.minor);
    let mut fees = Vec::new();
    if let Some((fee, side)) = fee {
        if fee.asset != gross.asset {
            return Err(ValueError::Form(format!("a fee in {} on {}", fee.asset, gross.asset).into()));
        }
        signed = signed.checked_add(side.signed(fee.minor)).ok_or_else(too_large)?;
        if side == Direction::Debit {
            fees.push(fee);
        }
    }
    let code = row.get("Transaction Event Code").unwrap_or_default();
    let done = row.get("Transaction Completion Date").map(day).transpose()?;
    let started = row.get("Transaction Initiation Date").map(day).transpose()?;
    let direction = match signed {
        1.. => Direction::Credit,
        0 => direction,
        _ => Direction::Debit,
    };
    Ok(Entry {
        number: 0,
        references: References {
            end_to_end: reference(row.get("Invoice ID")),
            instruction: reference(row.get("Payment Tracking ID")),
            customer: reference(row.get("Custom Field")),
            bank: reference(row.get("Transaction ID")),
            ..References::default()
        },
        amount: Amount { minor: signed.checked_abs().ok_or_else(too_large)?, asset: gross.asset.clone() },
        direction,
        status: EntryStatus::Booked,
        booked: done.or(started),
        value: None,
        payments: None,
        details: Vec::new(),
        returned: RETURNS
            .contains(&code)
            .then(|| ReturnReason { code: code.into(), words: "PayPal gave the payment back".to_owned() }),
        charge: false,
        reversal: code.starts_with(REVERSALS),
        fees,
        exchange: None,
        text: row.get("PayPal Reference ID").unwrap_or_default().to_owned(),
    })
}

/// `2024/08/20 00:01:17 -0700`: the day in the report's own zone.
fn day(text: &str) -> Result<Day, ValueError> {
    let wrong = || ValueError::DayForm { text: shown(text), form: "YYYY/MM/DD".into() };
    text.get(..10).ok_or_else(wrong)?.replace('/', "-").parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use tribute_events::statement::Arithmetic;

    use super::*;

    const REPORT: &str = "\"RH\",2026/11/25 02:44:19 -0700,\"A\",\"SHOP\",009,\n\"FH\",01\n\
        \"SH\",2026/11/24 00:00:00 -0700,2026/11/24 23:59:59 -0700,\"SHOP\",\"\"\n\
        \"CH\",\"Transaction ID\",\"Invoice ID\",\"Transaction Event Code\",\"Transaction Completion Date\",\"Transaction Debit or Credit\",\
        \"Gross Transaction Amount\",\"Gross Transaction Currency\",\"Fee Debit or Credit\",\"Fee Amount\",\"Fee Currency\",\"Custom Field\"\n\
        \"SB\",\"T1\",\"\",\"T0001\",2026/11/24 10:00:00 -0700,\"DR\",3000,\"USD\",\"DR\",25,\"USD\",\"po_1\"\n\
        \"SB\",\"T2\",\"po_2\",\"T1114\",2026/11/24 11:00:00 -0700,\"CR\",10000,\"JPY\",\"\",,\"\",\"\"\n\
        \"SB\",\"T3\",\"\",\"T0001\",2026/11/24 11:00:00 -0700,\"\",10000,\"JPY\",\"\",,\"\",\"\"\n\
        \"SF\",\"USD\",0,3000,0,25,10000,6975\n\"SC\",3\n";

    #[test]
    fn amounts_have_two_implied_decimals_in_every_currency() {
        let document = read(REPORT).unwrap();
        let [dollars, yen] = &document.statements[..] else { panic!("a statement for each currency") };
        let paid = &dollars.entries[0];
        assert_eq!((paid.signed(), paid.fees[0].to_string().as_str()), (-3_025, "0.25 USD"));
        assert_eq!(paid.references.customer.as_deref(), Some("po_1"));
        assert_eq!(dollars.arithmetic(), Arithmetic::Agrees);
        let back = &yen.entries[0];
        assert_eq!((back.amount.to_string().as_str(), back.reversal), ("100 JPY", true));
        assert_eq!(yen.arithmetic(), Arithmetic::NotStated);
        assert_eq!(
            document.problems[0].to_string(),
            "line 7, row SB: `` does not say whether money came in or went out"
        );
    }
}
