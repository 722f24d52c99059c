//! Field 61: one entry.

use tribute_events::statement::{Day, Direction, Entry, EntryStatus, References, ReturnReason};
use tribute_money::Asset;

use super::{Decimal, Mark, ValueError, day, reference, shown};

/// Reads the lines of a field 61: `YYMMDD[MMDD](C|D|RC|RD)[letter]amount,type[reference][//bank's]`, and on a line of its
/// own what the bank adds.
pub(super) fn entry(lines: &[&str], currency: &Asset, number: u32) -> Result<Entry, ValueError> {
    let text = lines.first().copied().unwrap_or_default();
    let wrong = || ValueError::Form(shown(text));
    let value = day(text.get(..6).ok_or_else(wrong)?)?;
    let rest = text.get(6..).ok_or_else(wrong)?;
    let (booked, rest) = match rest.get(..4).filter(|it| it.bytes().all(|byte| byte.is_ascii_digit())) {
        Some(date) => (Some(booking_day(date, value)?), rest.get(4..).unwrap_or_default()),
        None => (None, rest),
    };
    let (direction, reversal, rest) = direction(rest.trim_start()).ok_or_else(wrong)?;
    // The third letter of the currency may stand before the amount.
    let rest = rest.strip_prefix(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(rest);
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, ',' | '.'));
    let (amount, rest) = rest.split_at(end.unwrap_or(rest.len()));
    let (amount, _) = Decimal::parse(amount, Mark::Either)?.directed(currency)?;
    let kind = rest.get(..4).unwrap_or(rest);
    let after = rest.get(4..).unwrap_or_default();
    let (customer, bank) = after.split_once("//").unwrap_or((after, ""));
    let returned = kind.ends_with("RTI");
    let words = || lines.get(1..).unwrap_or_default().join(" ").trim().to_owned();
    Ok(Entry {
        number,
        references: References {
            customer: reference(Some(customer)).filter(|it| !it.ends_with('+')),
            bank: reference(Some(bank)),
            ..References::default()
        },
        amount,
        direction,
        status: EntryStatus::Booked,
        booked: booked.or(Some(value)),
        value: Some(value),
        payments: None,
        details: Vec::new(),
        returned: returned.then(|| ReturnReason { code: "".into(), words: String::new() }),
        charge: kind.ends_with("CHG"),
        reversal,
        fees: Vec::new(),
        exchange: None,
        text: words(),
    })
}

/// A reversed credit takes money out again, a reversed debit brings it back.
fn direction(text: &str) -> Option<(Direction, bool, &str)> {
    let marks = [
        ("RC", Direction::Debit, true),
        ("RD", Direction::Credit, true),
        ("EC", Direction::Credit, false),
        ("ED", Direction::Debit, false),
        ("C", Direction::Credit, false),
        ("D", Direction::Debit, false),
    ];
    marks.into_iter().find_map(|(mark, direction, reversal)| {
        text.strip_prefix(mark).map(|rest| (direction, reversal, rest))
    })
}

/// The day of `MMDD` that is nearest to the value date: around the end of a year it lies in another one.
fn booking_day(text: &str, value: Day) -> Result<Day, ValueError> {
    let wrong = || ValueError::DayForm { text: shown(text), form: "MMDD".into() };
    let part = |range: std::ops::Range<usize>| text.get(range).and_then(|it| it.parse::<i8>().ok());
    let (Some(month), Some(day)) = (part(0..2), part(2..4)) else { return Err(wrong()) };
    let (year, _, _) = value.parts();
    let years = [year, year.saturating_sub(1), year.saturating_add(1)];
    let days = years.into_iter().filter_map(|year| Day::new(year, month, day).ok());
    days.min_by_key(|day| day.days_since(value).abs()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Entry, ValueError> {
        entry(&[text, "more"], &"EUR".parse().unwrap(), 1)
    }

    #[test]
    fn entries_as_banks_write_them() {
        let plain = read("0709040904DR5002,17NTRFKREF+//0724710352977271").unwrap();
        assert_eq!((plain.signed(), plain.references.customer.as_deref()), (-500_217, None));
        assert_eq!(plain.references.bank.as_deref(), Some("0724710352977271"));
        let reversal = read("0709040904RCR204,88NRTINONREF").unwrap();
        assert_eq!((reversal.signed(), reversal.reversal), (-20_488, true));
        assert!(reversal.returned.is_some());
        let short = read("110101D10,00N000NONREF").unwrap();
        assert_eq!((short.signed(), short.references.is_empty()), (-1_000, true));
        let named = read("2601021231C9,N192RUN-7//X").unwrap();
        assert_eq!(named.booked.unwrap().to_string(), "2025-12-31");
        assert_eq!((named.references.customer.as_deref(), named.text.as_str()), (Some("RUN-7"), "more"));
    }

    #[test]
    fn what_is_no_entry_says_why() {
        for text in
            ["", "110101", "110101X10,00NTRF", "119901D1,NTRF", "110101DNTRF", "1101011399D1,NTRF", "é61"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
