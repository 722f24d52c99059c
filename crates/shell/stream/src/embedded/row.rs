//! Messages as rows of `log_record`, and back.

use tribute_store::entity::log_record;
use tribute_store::sea_orm::{DbErr, QueryResult};

use crate::{Ends, Headers, LogError, Message, Partition, Record};

/// The columns that a reader selects, in the order in which [`record`] takes them.
pub(super) const COLUMNS: &str = "number, key, headers, value, appended_at";

pub(super) fn row(message: Message, partition: i32, number: i64, appended_at: i64) -> log_record::Model {
    log_record::Model {
        topic: message.topic.as_ref().into(),
        partition: partition.into(),
        number,
        key: message.key,
        headers: written(&message.headers),
        value: message.value,
        appended_at,
    }
}

/// The place in the question of the partition that a row belongs to: its first column.
pub(super) fn place(row: &QueryResult) -> Result<usize, DbErr> {
    let place: i64 = row.try_get_by_index(0)?;
    Ok(usize::try_from(place).unwrap_or(usize::MAX))
}

/// Place, lowest and highest number of a partition.
pub(super) fn bounds(row: &QueryResult) -> Result<(usize, Ends), DbErr> {
    let first: Option<i64> = row.try_get_by_index(1)?;
    let last: Option<i64> = row.try_get_by_index(2)?;
    let ends = Ends { first: first.unwrap_or_default(), next: last.map_or(0, |last| last.saturating_add(1)) };
    Ok((place(row)?, ends))
}

pub(super) fn record(row: &QueryResult, partition: &Partition) -> Result<Record, LogError> {
    let read = || -> Result<_, DbErr> {
        let headers: String = row.try_get_by_index(3)?;
        let record = Record {
            topic: std::sync::Arc::clone(&partition.topic),
            partition: partition.number,
            offset: row.try_get_by_index(1)?,
            key: row.try_get_by_index(2)?,
            headers: Headers::new(),
            value: row.try_get_by_index(4)?,
            appended_at: row.try_get_by_index(5)?,
        };
        Ok((record, headers))
    };
    let (record, headers) = read().map_err(|error| super::failed("log_record", error))?;
    match read_headers(&headers) {
        Some(headers) => Ok(Record { headers, ..record }),
        None => Err(LogError::Damaged {
            partition: partition.clone(),
            offset: record.offset,
            detail: "its headers are no list of names and values in base 16".into(),
        }),
    }
}

/// A list of pairs as JSON, values in base 16: they may be any bytes.
fn written(headers: &Headers) -> String {
    let pairs: Vec<_> = headers.iter().map(|(name, value)| (name, base16(value))).collect();
    // Pairs of texts are always JSON.
    serde_json::to_string(&pairs).unwrap_or_default()
}

fn read_headers(text: &str) -> Option<Headers> {
    if text == "[]" {
        return Some(Headers::new());
    }
    let pairs: Vec<(String, String)> = serde_json::from_str(text).ok()?;
    pairs.into_iter().map(|(name, value)| Some((name, from_base16(&value)?))).collect()
}

fn base16(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |part: u8| char::from(DIGITS[usize::from(part & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

fn from_base16(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let whole = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    if rest.is_empty() { whole } else { None }
}

#[cfg(test)]
mod tests {
    use super::{read_headers, written};

    #[test]
    fn headers_of_any_bytes_come_back() {
        for headers in [
            vec![],
            vec![("ce_id".to_owned(), "grün \" \\".into())],
            vec![("a".to_owned(), (0..=255).collect()), ("a".to_owned(), vec![])],
        ] {
            assert_eq!(read_headers(&written(&headers)).unwrap(), headers);
        }
        for damaged in ["", "{}", r#"[["a","0"]]"#, r#"[["a","0g"]]"#, r#"[["a"]]"#] {
            assert_eq!(read_headers(damaged), None, "{damaged}");
        }
    }
}
