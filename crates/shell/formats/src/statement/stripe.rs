//! Stripe's itemised reports, `balance_change_from_activity.itemized.3` and `payout_reconciliation.itemized.5`: columns
//! are found by their names. Gross, fee and net are decimals of the currency; the balance changes by the net.

use csv::StringRecord;
use tribute_events::statement::{
    Amount, Day, Entry, EntryStatus, References, ReturnReason, Statement, StatementFormat,
};
use tribute_money::Asset;

use super::{
    Document, ReadError, ValueError, blank,
    decimal::{Decimal, Mark},
    error::shown,
    next_number, reference,
};

/// Categories of money that came back.
const RETURNS: [&str; 3] = ["payout_reversal", "transfer_reversal", "payout_failure"];

/// An itemised report.
pub(super) fn read(text: &str, format: StatementFormat) -> Result<Document, ReadError> {
    let mut document = Document::new(format);
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let structure = |error: &csv::Error| ReadError::Structure {
        format,
        place: error.position().map_or("the file".to_owned(), |at| format!("line {}", at.line())),
        reason: format!("the rows can not be read ({error})"),
    };
    let headings = reader.headers().map_err(|error| structure(&error))?.clone();
    for record in reader.records() {
        let record = record.map_err(|error| structure(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        match entry(&Row { headings: &headings, record: &record }) {
            Ok(entry) => add(&mut document, entry),
            Err(why) => document.problem(format!("line {line}"), why),
        }
    }
    if document.statements.is_empty() && document.problems.is_empty() {
        return Err(ReadError::Empty { format, what: "row" });
    }
    document.statements.iter_mut().for_each(name);
    Ok(document)
}

struct Row<'a> {
    headings: &'a StringRecord,
    record: &'a StringRecord,
}

impl Row<'_> {
    fn get(&self, heading: &str) -> Option<&str> {
        let place = self.headings.iter().position(|it| it == heading)?;
        self.record.get(place).filter(|text| !text.is_empty())
    }

    fn needed(&self, heading: &'static str) -> Result<&str, ValueError> {
        self.get(heading).ok_or(ValueError::Missing(heading))
    }

    fn day(&self, headings: [&str; 2]) -> Result<Option<Day>, ValueError> {
        let text = headings.iter().find_map(|heading| self.get(heading));
        text.map(|text| Ok(text.get(..10).unwrap_or(text).parse()?)).transpose()
    }
}

/// Adds an entry to the statement of its currency.
fn add(document: &mut Document, mut entry: Entry) {
    let format = document.format;
    let asset = entry.amount.asset.clone();
    let found = document.statements.iter().position(|it| it.currency == asset);
    let place = found.unwrap_or(document.statements.len());
    if found.is_none() {
        document
            .statements
            .push(Statement { account: format!("stripe {asset}").into(), ..blank(format, asset) });
    }
    if let Some(statement) = document.statements.get_mut(place) {
        entry.number = next_number(&statement.entries);
        statement.entries.push(entry);
    }
}

/// The report names no period and no id of its own: the days and the number of its rows stand for them.
fn name(statement: &mut Statement) {
    let days = || statement.entries.iter().filter_map(Entry::day);
    (statement.from, statement.to) = (days().min(), days().max());
    let shown = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let first = statement.entries.first().and_then(|entry| entry.references.bank.clone()).unwrap_or_default();
    statement.id = format!("{}..{} {first}", shown(statement.from), shown(statement.to)).into();
}

fn entry(row: &Row<'_>) -> Result<Entry, ValueError> {
    let asset: Asset = row.needed("currency")?.to_ascii_uppercase().parse()?;
    let read = |heading| Decimal::parse(row.needed(heading)?, Mark::Point);
    let (gross, fee) = (read("gross")?.minor(&asset)?, read("fee")?.minor(&asset)?);
    let (amount, direction) = read("net")?.directed(&asset)?;
    let net = direction.signed(amount.minor);
    if gross.checked_sub(fee) != Some(net) {
        let computed = gross.checked_sub(fee).map(|it| it.to_string()).unwrap_or_default();
        let stated = net.to_string().into();
        return Err(ValueError::Total { what: "net in minor units", stated, computed: computed.into() });
    }
    let category = row.needed("reporting_category")?;
    let came_back = RETURNS.contains(&category);
    let texts = [row.get("description"), row.get("trace_id")];
    Ok(Entry {
        number: 0,
        references: References {
            end_to_end: reference(row.get("transfer_group")),
            instruction: reference(row.get("source_id")),
            message: reference(row.get("automatic_payout_id")),
            bank: Some(
                reference(row.get("balance_transaction_id"))
                    .ok_or(ValueError::Missing("balance_transaction_id"))?,
            ),
            ..References::default()
        },
        amount,
        direction,
        status: EntryStatus::Booked,
        booked: row.day(["created_utc", "created"])?,
        value: row.day(["available_on_utc", "available_on"])?,
        payments: None,
        details: Vec::new(),
        returned: came_back.then(|| ReturnReason { code: shown(category), words: String::new() }),
        charge: category == "fee",
        reversal: came_back,
        // A negative fee is one that was given back.
        fees: Vec::from_iter((fee > 0).then_some(Amount { minor: fee, asset })),
        exchange: None,
        text: texts.into_iter().flatten().collect::<Vec<_>>().join(" "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,description\n\
        txn_1,2026-09-14 10:02:11,eur,600.00,8.70,591.30,charge,ch_1,\"Order 1041, two\"\n\
        txn_2,2026-09-15 10:02:11,jpy,-500,0,-500,transfer,tr_1,po_7\n\
        txn_3,2026-09-16 10:02:11,eur,1.00,0.10,1.00,charge,ch_2,\n";

    #[test]
    fn the_balance_changes_by_the_net() {
        let document = read(REPORT, StatementFormat::StripeBalanceChange).unwrap();
        let [euros, yen] = &document.statements[..] else { panic!("a statement for each currency") };
        assert_eq!((euros.entries[0].signed(), euros.entries[0].fees[0].minor), (59_130, 870));
        assert_eq!((yen.entries[0].signed(), yen.entries[0].text.as_str()), (-500, "po_7"));
        let said = document.problems[0].to_string();
        assert!(
            said.starts_with("line 4: net in minor units is stated as 100, the lines add up to 90"),
            "{said}"
        );
    }
}
