//! Reference rates as the European Central Bank publishes them: units of each currency for one euro, a day after the
//! other.
//!
//! Read are `eurofxref.csv` of a day, `eurofxref-hist.csv`, and the XML of a day, of 90 days and of all
//! (`eurofxref-daily.xml`, `eurofxref-hist-90d.xml`, `eurofxref-hist.xml`). A rate is kept as it was published, digit by
//! digit. What has no rate on a day (`N/A`, an empty column at a line's end) is left out; anything else that is no rate is an
//! error, and nothing is read.
//!
//! ```
//! use tribute_formats::rates;
//! let days = rates::read(b"Date,USD,EEK,\n2026-10-30,1.1172,N/A,\n")?;
//! assert_eq!(days[0].date, "2026-10-30");
//! assert_eq!(days[0].rates.iter().map(|(code, rate)| format!("{code} {rate}")).collect::<Vec<_>>(), ["USD 1.1172"]);
//! # Ok::<(), rates::RatesError>(())
//! ```

use std::collections::BTreeMap;

use quick_xml::{Reader, events::Event};
use smol_str::SmolStr;
use tribute_money::ReferenceRate;

/// The rates of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRates {
    /// The day, `2026-10-30`.
    pub date: SmolStr,
    /// Units of each currency for one euro, as published.
    pub rates: BTreeMap<SmolStr, SmolStr>,
}

/// Why a file of rates was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RatesError {
    /// It is neither of the forms.
    #[error(
        "this is no file of the ECB's reference rates: it begins neither with `Date,` and currencies nor is it their XML; \
         a .zip has to be unpacked first"
    )]
    UnknownForm,
    /// A value cannot be read.
    #[error("{place}: `{text}` is no {what}; the file is not taken")]
    Value {
        /// The line of a list, or the day of a document.
        place: String,
        /// What stands there.
        text: String,
        /// What should.
        what: &'static str,
    },
    /// The file is damaged.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// A day or a currency stands there twice.
    #[error("{0} stands there twice; the file is not taken")]
    Twice(String),
    /// It has no rates.
    #[error("the file has no rates")]
    Empty,
}

/// Reads a file of rates: every day that it has, in the order of the days.
///
/// # Errors
/// [`RatesError`]: nothing of a file that is not whole is taken.
pub fn read(bytes: &[u8]) -> Result<Vec<DayRates>, RatesError> {
    let text = std::str::from_utf8(bytes).map_err(|_| RatesError::UnknownForm)?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let days = if text.starts_with('<') {
        of_document(text)?
    } else if text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("date")) {
        of_list(text)?
    } else {
        return Err(RatesError::UnknownForm);
    };
    let mut by_day: BTreeMap<SmolStr, DayRates> = BTreeMap::new();
    for day in days {
        if let Some(twice) = by_day.insert(day.date.clone(), day) {
            return Err(RatesError::Twice(twice.date.to_string()));
        }
    }
    let days: Vec<_> = by_day.into_values().filter(|day| !day.rates.is_empty()).collect();
    if days.is_empty() { Err(RatesError::Empty) } else { Ok(days) }
}

fn of_list(text: &str) -> Result<Vec<DayRates>, RatesError> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let damaged = |why: csv::Error| RatesError::Damaged(why.to_string());
    let codes = reader.headers().map_err(damaged)?.clone();
    let mut days = Vec::new();
    for (number, record) in (2_u64..).zip(reader.records()) {
        let record = record.map_err(damaged)?;
        let place = format!("line {number}");
        let date = day(&place, record.get(0).unwrap_or_default())?;
        let mut rates = BTreeMap::new();
        // A line that ends early was cut off; the columns without a heading are the commas at the end.
        for (index, code) in codes.iter().enumerate().skip(1).filter(|(_, code)| !code.is_empty()) {
            let rate = record.get(index).ok_or_else(|| value(&place, "", "rate"))?;
            add(&mut rates, &place, code, rate)?;
        }
        days.push(DayRates { date, rates });
    }
    Ok(days)
}

fn of_document(text: &str) -> Result<Vec<DayRates>, RatesError> {
    let mut reader = Reader::from_str(text);
    let mut days: Vec<DayRates> = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return Ok(days),
            Ok(Event::Start(element) | Event::Empty(element)) if element.local_name().as_ref() == "Cube" => {
                let named = |name: &str| attribute(&element, name);
                if let Some(time) = named("time")? {
                    days.push(DayRates { date: day("time", &time)?, rates: BTreeMap::new() });
                } else if let (Some(code), Some(rate)) = (named("currency")?, named("rate")?) {
                    let last = days.last_mut().ok_or(RatesError::UnknownForm)?;
                    let place = last.date.to_string();
                    add(&mut last.rates, &place, &code, &rate)?;
                }
            }
            Ok(_) => {}
            Err(why) => return Err(RatesError::Damaged(why.to_string())),
        }
    }
}

fn attribute(element: &quick_xml::events::BytesStart<'_>, name: &str) -> Result<Option<String>, RatesError> {
    let found = element.try_get_attribute(name).map_err(|why| RatesError::Damaged(why.to_string()))?;
    Ok(found.map(|it| it.value.into_owned()))
}

/// `N/A` and nothing are no rates of that day.
fn add(
    rates: &mut BTreeMap<SmolStr, SmolStr>,
    place: &str,
    code: &str,
    rate: &str,
) -> Result<(), RatesError> {
    if rate.is_empty() || rate.eq_ignore_ascii_case("N/A") {
        return Ok(());
    }
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(value(place, code, "currency"));
    }
    let plain = rate.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !plain || rate.parse::<ReferenceRate>().is_err() {
        return Err(value(place, rate, "rate"));
    }
    match rates.insert(code.into(), rate.into()) {
        None => Ok(()),
        Some(_) => Err(RatesError::Twice(format!("{code} of {place}"))),
    }
}

/// `2026-10-30`, or as the list of one day writes it, `30 October 2026`.
fn day(place: &str, text: &str) -> Result<SmolStr, RatesError> {
    let read = jiff::civil::Date::strptime("%Y-%m-%d", text)
        .or_else(|_| jiff::civil::Date::strptime("%d %B %Y", text));
    read.map(|date| date.to_string().into()).map_err(|_| value(place, text, "day"))
}

fn value(place: &str, text: &str, what: &'static str) -> RatesError {
    RatesError::Value { place: place.to_owned(), text: text.chars().take(40).collect(), what }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &str) -> Vec<String> {
        let of_day = |day: DayRates| {
            let rates: Vec<_> = day.rates.iter().map(|(code, rate)| format!("{code} {rate}")).collect();
            format!("{}: {}", day.date, rates.join(", "))
        };
        read(bytes.as_bytes()).unwrap().into_iter().map(of_day).collect()
    }

    #[test]
    fn every_form_that_is_published_is_read_digit_by_digit() {
        let history = "Date,USD,JPY,EEK,\n2026-10-30,1.1172,175.68,N/A,\n2010-12-31,1.3362,108.65,15.6466,\n";
        assert_eq!(
            shown(history),
            ["2010-12-31: EEK 15.6466, JPY 108.65, USD 1.3362", "2026-10-30: JPY 175.68, USD 1.1172"]
        );
        let of_a_day = "Date, USD, JPY, \n30 October 2026, 1.1172, 175.680, \n";
        assert_eq!(shown(of_a_day), ["2026-10-30: JPY 175.680, USD 1.1172"]);
        let document = "<?xml version='1.0'?><gesmes:Envelope xmlns:gesmes='g'><gesmes:subject>Reference rates\
            </gesmes:subject><Cube><Cube time='2026-10-30'><Cube currency='USD' rate='1.1172'/></Cube>\
            <Cube time=\"2026-10-29\"><Cube currency=\"USD\" rate=\"1.113\"/></Cube></Cube></gesmes:Envelope>";
        assert_eq!(shown(document), ["2026-10-29: USD 1.113", "2026-10-30: USD 1.1172"]);
    }

    #[test]
    fn a_file_that_is_not_whole_is_not_taken_at_all() {
        for (bytes, says) in [
            ("PK\u{3}\u{4}", "unpacked first"),
            ("Date,USD,\n2026-10-30,1.1x,\n", "`1.1x` is no rate"),
            ("Date,USD,\n2026-10-30,-1.1,\n", "`-1.1` is no rate"),
            ("Date,USD,\n2026-10-30,0,\n", "`0` is no rate"),
            ("Date,USD,JPY\n2026-10-30,1.1\n", "line 2"),
            ("Date,USD\n2026-13-30,1.1\n", "is no day"),
            ("Date,USD\n2026-10-30,1.1\n2026-10-30,1.2\n", "stands there twice"),
            ("Date,usd\n2026-10-30,1.1\n", "`usd` is no currency"),
            ("Date,USD\n", "has no rates"),
            ("<a><Cube time='2026-10-30'><Cube currency='USD' rate='1.1'></a>", "damaged"),
        ] {
            let why = read(bytes.as_bytes()).unwrap_err().to_string();
            assert!(why.contains(says), "{bytes}: {why}");
        }
    }
}
