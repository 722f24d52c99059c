//! A list of a bank or provider that has no format of its own: a mapping says what each column is.

use std::collections::BTreeMap;

use csv::StringRecord;
use serde::Deserialize;
use tribute_events::statement::{
    Amount, Day, Direction, Entry, EntryStatus, References, ReturnReason, Statement, StatementFormat,
};
use tribute_money::Asset;

use super::{
    Document, ReadError, ValueError, blank,
    decimal::{Decimal, Mark},
    error::shown,
    next_number, reference,
};

const FORMAT: StatementFormat = StatementFormat::MappedCsv;

/// What each column of a list is.
///
/// ```
/// use tribute_formats::statement::{Mapping, read_mapped};
/// let mapping = Mapping::parse(r#"
///     delimiter = ";"
///     decimal = ","
///     date_format = "DD.MM.YYYY"
///     currency = "EUR"
///     [columns]
///     date = "Buchungstag"
///     amount = "Betrag"
///     text = ["Verwendungszweck"]
/// "#)?;
/// let list = "Buchungstag;Betrag;Verwendungszweck\n24.11.2026;-1.012,50;po_1\n";
/// let document = read_mapped(list.as_bytes(), &mapping)?;
/// assert_eq!(document.statements[0].entries[0].signed(), -101_250);
/// # Ok::<(), tribute_formats::statement::ReadError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What parts the columns: a comma unless said.
    #[serde(default = "comma")]
    delimiter: char,
    /// What parts whole and fraction of an amount, `.` or `,`: a point unless said. The other may group thousands.
    #[serde(default = "point")]
    decimal: char,
    /// How days are written, of `YYYY`, `YY`, `MM`, `DD` and what stands between: `YYYY-MM-DD` unless said. What follows
    /// a day, such as a time, is passed over.
    #[serde(default = "iso_form")]
    date_format: String,
    /// Lines before the one with the names of the columns.
    #[serde(default)]
    skip_lines: usize,
    /// The currency, where no column says it.
    currency: Option<Asset>,
    /// The account, where no column says it.
    account: Option<String>,
    /// What a column of directions says for money that went out; everything else in `credit`.
    #[serde(default)]
    debit_words: Vec<String>,
    /// What a column of directions says for money that came in.
    #[serde(default)]
    credit_words: Vec<String>,
    /// What a column of kinds says for a payment that came back.
    #[serde(default)]
    return_words: Vec<String>,
    /// Whether a plus means that money went out.
    #[serde(default)]
    debit_is_positive: bool,
    columns: Columns,
}

/// The names of the columns.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    date: String,
    value_date: Option<String>,
    amount: Option<String>,
    debit: Option<String>,
    credit: Option<String>,
    direction: Option<String>,
    currency: Option<String>,
    account: Option<String>,
    reference: Option<String>,
    batch: Option<String>,
    bank_reference: Option<String>,
    fee: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    text: Vec<String>,
}

const fn comma() -> char {
    ','
}

const fn point() -> char {
    '.'
}

fn iso_form() -> String {
    "YYYY-MM-DD".to_owned()
}

impl Mapping {
    /// Reads a mapping from TOML.
    ///
    /// # Errors
    /// [`ReadError::Mapping`] where it is not one, or leaves open what an amount is.
    pub fn parse(text: &str) -> Result<Self, ReadError> {
        let mapping: Self = toml::from_str(text).map_err(|error| ReadError::Mapping(error.to_string()))?;
        let columns = &mapping.columns;
        let refused = |why: &str| Err(ReadError::Mapping(why.to_owned()));
        match (&columns.amount, &columns.debit, &columns.credit) {
            (Some(_), None, None) | (None, Some(_), Some(_)) => {}
            _ => return refused("name either one column `amount`, or the two columns `debit` and `credit`"),
        }
        if columns.direction.is_some() && (mapping.debit_words.is_empty() || mapping.credit_words.is_empty())
        {
            return refused("a column `direction` needs `debit_words` and `credit_words`");
        }
        if mapping.currency.is_none() && columns.currency.is_none() {
            return refused("name the `currency`, or the column that says it");
        }
        if !mapping.delimiter.is_ascii() || !matches!(mapping.decimal, '.' | ',') {
            return refused("`delimiter` is one ASCII character, `decimal` is \".\" or \",\"");
        }
        Ok(mapping)
    }

    const fn mark(&self) -> Mark {
        if self.decimal == ',' { Mark::Comma } else { Mark::Point }
    }

    /// Every column that is named, so that a list without one is refused at once.
    fn named(&self) -> impl Iterator<Item = &String> {
        let it = &self.columns;
        let single = [
            &it.value_date,
            &it.amount,
            &it.debit,
            &it.credit,
            &it.direction,
            &it.currency,
            &it.account,
            &it.reference,
            &it.batch,
            &it.bank_reference,
            &it.fee,
            &it.kind,
        ];
        [&it.date].into_iter().chain(single.into_iter().flatten()).chain(&it.text)
    }

    /// A day in the form of the mapping.
    fn day(&self, text: &str) -> Result<Day, ValueError> {
        let wrong = || ValueError::DayForm { text: shown(text), form: self.date_format.as_str().into() };
        let part = |letters: &str| {
            let at = self.date_format.find(letters)?;
            text.get(at..at + letters.len())
        };
        let year = part("YYYY").map(str::to_owned).or_else(|| part("YY").map(|year| format!("20{year}")));
        let (Some(year), Some(month), Some(day)) = (year, part("MM"), part("DD")) else {
            return Err(wrong());
        };
        let between = self.date_format.char_indices().filter(|(_, it)| !matches!(it, 'Y' | 'M' | 'D'));
        if !between.into_iter().all(|(at, mark)| text.get(at..).is_some_and(|rest| rest.starts_with(mark))) {
            return Err(wrong());
        }
        format!("{year}-{month}-{day}").parse().map_err(|_| wrong())
    }
}

/// A list.
pub(super) fn read(text: &str, mapping: &Mapping) -> Result<Document, ReadError> {
    let mut document = Document::new(FORMAT);
    let body = text.split_inclusive('\n').skip(mapping.skip_lines).collect::<String>();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(mapping.delimiter).unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(body.as_bytes());
    let structure = |error: &csv::Error| ReadError::Structure {
        format: FORMAT,
        place: error.position().map_or("the file".to_owned(), |at| format!("line {}", at.line())),
        reason: format!("the rows can not be read ({error})"),
    };
    let headings = reader.headers().map_err(|error| structure(&error))?.clone();
    let absent = mapping.named().find(|name| !headings.iter().any(|it| it == name.as_str()));
    if let Some(name) = absent {
        let found = headings.iter().collect::<Vec<_>>().join(", ");
        return Err(ReadError::Mapping(format!("the list has no column `{name}`; it has: {found}")));
    }
    let mut statements: BTreeMap<(String, Asset), Statement> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| structure(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(str::is_empty) {
            continue;
        }
        let row = Row { mapping, headings: &headings, record: &record };
        match row.entry() {
            Ok((account, mut entry)) => {
                let asset = entry.amount.asset.clone();
                let key = (account, asset.clone());
                let statement = statements.entry(key.clone());
                let statement =
                    statement.or_insert_with(|| Statement { account: key.0.into(), ..blank(FORMAT, asset) });
                entry.number = next_number(&statement.entries);
                statement.entries.push(entry);
            }
            Err(why) => {
                let line = line + u64::try_from(mapping.skip_lines).unwrap_or_default();
                document.problem(format!("line {line}"), why);
            }
        }
    }
    document.statements = statements.into_values().map(named).collect();
    if document.statements.is_empty() && document.problems.is_empty() {
        return Err(ReadError::Empty { format: FORMAT, what: "row" });
    }
    Ok(document)
}

/// A list has no id of its own: its days and the number of its rows stand for one.
fn named(mut statement: Statement) -> Statement {
    let days = || statement.entries.iter().filter_map(Entry::day);
    let (from, to) = (days().min(), days().max());
    let shown = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    statement.id = format!("{}..{} {}", shown(from), shown(to), statement.entries.len()).into();
    (statement.from, statement.to) = (from, to);
    statement
}

struct Row<'a> {
    mapping: &'a Mapping,
    headings: &'a StringRecord,
    record: &'a StringRecord,
}

impl Row<'_> {
    fn get(&self, column: Option<&String>) -> Option<&str> {
        let place = self.headings.iter().position(|it| Some(it) == column.map(String::as_str))?;
        self.record.get(place).filter(|text| !text.is_empty())
    }

    fn entry(&self) -> Result<(String, Entry), ValueError> {
        let (mapping, columns) = (self.mapping, &self.mapping.columns);
        let asset = match self.get(columns.currency.as_ref()) {
            Some(text) => text.parse()?,
            None => mapping.currency.clone().ok_or(ValueError::Missing("the currency"))?,
        };
        let (amount, direction) = self.amount(&asset)?;
        let fee =
            self.get(columns.fee.as_ref()).map(|text| Decimal::parse(text, mapping.mark())?.directed(&asset));
        let fee = fee.transpose()?.map(|(fee, _)| fee).filter(|fee| fee.minor != 0);
        let date = self.get(Some(&columns.date)).ok_or(ValueError::Missing("the date"))?;
        let account = self.get(columns.account.as_ref()).or(mapping.account.as_deref()).unwrap_or_default();
        let kind = self.get(columns.kind.as_ref()).unwrap_or_default();
        let came_back = mapping.return_words.iter().any(|word| word.eq_ignore_ascii_case(kind));
        let texts: Vec<&str> = columns.text.iter().filter_map(|name| self.get(Some(name))).collect();
        let entry = Entry {
            number: 0,
            references: References {
                message: reference(self.get(columns.batch.as_ref())),
                customer: reference(self.get(columns.reference.as_ref())),
                bank: reference(self.get(columns.bank_reference.as_ref())),
                ..References::default()
            },
            amount,
            direction,
            status: EntryStatus::Booked,
            booked: Some(mapping.day(date)?),
            value: self.get(columns.value_date.as_ref()).map(|text| mapping.day(text)).transpose()?,
            payments: None,
            details: Vec::new(),
            returned: came_back.then(|| ReturnReason { code: "".into(), words: kind.to_owned() }),
            charge: false,
            reversal: came_back,
            fees: Vec::from_iter(fee),
            exchange: None,
            text: texts.join(" "),
        };
        Ok((account.to_owned(), entry))
    }

    /// One column with a sign, one with a column of directions, or two columns.
    fn amount(&self, asset: &Asset) -> Result<(Amount, Direction), ValueError> {
        let (mapping, columns) = (self.mapping, &self.mapping.columns);
        let read = |column: &Option<String>| {
            let text = self.get(column.as_ref());
            text.map(|text| Decimal::parse(text, mapping.mark())?.directed(asset)).transpose()
        };
        if let Some((amount, sign)) = read(&columns.amount)? {
            let direction = match (&columns.direction, mapping.debit_is_positive, sign) {
                (Some(_), _, _) => self.direction()?,
                (None, false, sign) => sign,
                (None, true, Direction::Credit) => Direction::Debit,
                (None, true, Direction::Debit) => Direction::Credit,
            };
            return Ok((amount, direction));
        }
        let nonzero = |found: Option<(Amount, Direction)>| found.filter(|(amount, _)| amount.minor != 0);
        match (nonzero(read(&columns.debit)?), nonzero(read(&columns.credit)?)) {
            (Some((amount, _)), None) => Ok((amount, Direction::Debit)),
            (None, Some((amount, Direction::Credit))) => Ok((amount, Direction::Credit)),
            (Some(_), Some(_)) => Err(ValueError::Direction("both a debit and a credit".into())),
            _ => Err(ValueError::Missing("the amount")),
        }
    }

    fn direction(&self) -> Result<Direction, ValueError> {
        let text = self.get(self.mapping.columns.direction.as_ref()).unwrap_or_default();
        let among = |words: &[String]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
        match (among(&self.mapping.debit_words), among(&self.mapping.credit_words)) {
            (true, false) => Ok(Direction::Debit),
            (false, true) => Ok(Direction::Credit),
            _ => Err(ValueError::Direction(shown(text))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_columns_words_and_forms_of_days() {
        let mapping = "delimiter = \"\\t\"\ndate_format = \"MM/DD/YY\"\nskip_lines = 1\n\
            debit_words = [\"Out\"]\ncredit_words = [\"In\"]\nreturn_words = [\"bounced\"]\n\
            [columns]\ndate = \"Day\"\namount = \"Sum\"\ndirection = \"Way\"\ncurrency = \"Cur\"\nreference = \"Ref\"\nkind = \"Kind\"\n";
        let mapping = Mapping::parse(mapping).unwrap();
        let list = "an export\nDay\tSum\tWay\tCur\tRef\tKind\n11/24/26\t1,250.5\tOUT\tUSD\tpo_1\t\n\
            11/25/26\t500\tin\tJPY\tpo_2\tBounced\n11-25-26\t5\tin\tJPY\t\t\n11/25/26\t5\tup\tJPY\t\t\n";
        let document = read(list, &mapping).unwrap();
        let all: Vec<_> = document.statements.iter().flat_map(|it| &it.entries).collect();
        assert_eq!(all.iter().map(|it| it.signed()).collect::<Vec<_>>(), [500, -125_050]);
        assert!(all[0].returned.is_some() && all[1].returned.is_none());
        let problems: Vec<_> = document.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems[0], "line 5: `11-25-26` is not a day in the form MM/DD/YY");
        assert_eq!(problems[1], "line 6: `up` does not say whether money came in or went out");
    }

    #[test]
    fn a_mapping_that_leaves_something_open_is_refused() {
        for (text, says) in [
            ("[columns]\ndate = \"d\"\namount = \"a\"", "name the `currency`"),
            ("currency = \"EUR\"\n[columns]\ndate = \"d\"\ndebit = \"a\"", "two columns"),
            ("currency = \"EUR\"\n[columns]\ndate = \"d\"\namount = \"a\"\ndirection = \"x\"", "debit_words"),
            ("currency = \"EUR\"\n[columns]\ndate = \"d\"\namount = \"a\"\nsum = \"x\"", "unknown field"),
        ] {
            let said = Mapping::parse(text).unwrap_err().to_string();
            assert!(said.contains(says), "{said}");
        }
        let mapping = Mapping::parse("currency = \"EUR\"\n[columns]\ndate = \"d\"\namount = \"a\"").unwrap();
        let said = read("d,b\n", &mapping).unwrap_err().to_string();
        assert!(said.contains("no column `a`; it has: d, b"), "{said}");
    }
}
