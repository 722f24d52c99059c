//! Two databases, table by table.

use sea_orm::{EntityTrait, Iterable, ModelTrait, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{OnProgress, Progress, check::hexadecimal};
use crate::{
    ReportError,
    query::{Pages, Source, key_of},
};

/// Rows read at a time.
const PAGE: u64 = 2_000;

/// One table of the books beside the same table of the replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableComparison {
    /// The table.
    pub table: &'static str,
    /// How many rows of it were compared.
    pub rows: u64,
    /// SHA-256 over all rows of the books, in the order of the primary key; up to the first difference where
    /// there is one.
    pub digest: String,
    /// The first row that differs, and how; absent where the tables are equal byte for byte.
    pub first_difference: Option<String>,
}

/// Compares a table row by row.
pub(super) async fn table<E: EntityTrait>(
    books: &impl Source,
    replayed: &impl Source,
    is_compared: fn(&E::Model) -> bool,
    progress: OnProgress<'_>,
) -> Result<TableComparison, ReportError>
where
    E::Model: Send + Sync + Clone,
{
    let name = E::default().table_name();
    let mut compared =
        TableComparison { table: name, rows: 0, digest: String::new(), first_difference: None };
    let mut digest = Sha256::new();
    let mut sides = (Side::<E>::new(is_compared), Side::<E>::new(is_compared));
    loop {
        let pair = (sides.0.next(books).await?, sides.1.next(replayed).await?);
        let (one, other) = match pair {
            (None, None) => break,
            pair => pair,
        };
        let texts = (one.as_ref().map(bytes_of::<E>), other.as_ref().map(bytes_of::<E>));
        if texts.0 != texts.1 {
            compared.first_difference = Some(difference::<E>(one.as_ref(), other.as_ref()));
            break;
        }
        digest.update(texts.0.unwrap_or_default());
        compared.rows = compared.rows.saturating_add(1);
        if compared.rows.is_multiple_of(PAGE) {
            progress(Progress { stage: name, done: compared.rows });
        }
    }
    compared.digest = hexadecimal(&digest.finalize());
    Ok(compared)
}

/// The rows of one database, one after the other.
struct Side<E: EntityTrait> {
    pages: Pages<E>,
    rows: std::vec::IntoIter<E::Model>,
    is_compared: fn(&E::Model) -> bool,
}

impl<E: EntityTrait> Side<E> {
    fn new(is_compared: fn(&E::Model) -> bool) -> Self {
        Self { pages: Pages::new(PAGE), rows: Vec::new().into_iter(), is_compared }
    }

    async fn next(&mut self, source: &impl Source) -> Result<Option<E::Model>, ReportError> {
        loop {
            for row in self.rows.by_ref() {
                if (self.is_compared)(&row) {
                    return Ok(Some(row));
                }
            }
            self.rows = self.pages.next(source).await?.into_iter();
            if self.rows.len() == 0 {
                return Ok(None);
            }
        }
    }
}

/// Every column of a row, each with its length, so that no two rows have one text.
fn bytes_of<E: EntityTrait>(row: &E::Model) -> Vec<u8> {
    let mut bytes = Vec::new();
    for column in E::Column::iter() {
        let value = match row.get(column) {
            Value::String(Some(text)) => text.into_bytes(),
            Value::Bytes(Some(content)) => content,
            Value::BigInt(Some(number)) => number.to_be_bytes().into(),
            Value::Bool(Some(flag)) => vec![flag.into()],
            _ => {
                bytes.extend(u64::MAX.to_be_bytes());
                continue;
            }
        };
        bytes.extend(u64::try_from(value.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend(value);
    }
    bytes
}

fn difference<E: EntityTrait>(books: Option<&E::Model>, replayed: Option<&E::Model>) -> String {
    use sea_orm::IdenStatic;
    match (books, replayed) {
        (Some(row), None) => format!("{}: the replay has no such row", key_of::<E>(row)),
        (None, Some(row)) => format!("{}: only the replay has this row", key_of::<E>(row)),
        (Some(one), Some(other)) if key_of::<E>(one) == key_of::<E>(other) => {
            let differs = E::Column::iter().find(|column| one.get(*column) != other.get(*column));
            let name = differs.map_or("?", |column| column.as_str());
            let shown =
                |row: &E::Model| differs.map_or_else(String::new, |column| shortened(&row.get(column)));
            format!("{}: {name} is {}, the replay says {}", key_of::<E>(one), shown(one), shown(other))
        }
        (Some(one), Some(other)) => {
            format!("{}: the replay has {} in its place", key_of::<E>(one), key_of::<E>(other))
        }
        (None, None) => String::new(),
    }
}

fn shortened(value: &Value) -> String {
    let text = match value {
        Value::String(Some(text)) => text.clone(),
        Value::Bytes(Some(content)) => hexadecimal(content),
        Value::BigInt(Some(number)) => number.to_string(),
        Value::Bool(Some(flag)) => flag.to_string(),
        _ => "nothing".to_owned(),
    };
    if text.chars().count() <= 200 { text } else { text.chars().take(200).chain(['…']).collect() }
}
