//! Pages of a list: a cursor holds the key of the last row, so that a page costs the same however far on it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::Problem;

/// How many rows a page has where nobody says, and at most.
const ROWS: u64 = 50;
const ROWS_MAX: u64 = 500;

/// Which page of a list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// How many rows at most; 50 where absent, 500 at most.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u64>,
    /// `next` of the page before; the first page where absent.
    cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Page<T> {
    /// The rows.
    pub(crate) items: Vec<T>,
    /// What to pass as `cursor` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

impl Wanted {
    /// How many rows the page may have.
    pub(crate) fn limit(&self) -> Result<u64, Problem> {
        let limit = self.limit.unwrap_or(ROWS);
        if (1..=ROWS_MAX).contains(&limit) {
            return Ok(limit);
        }
        Err(Problem::invalid(format!("limit is {limit}; a page has 1 to {ROWS_MAX} rows")))
    }

    /// The key after which the page begins.
    pub(crate) fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let wrong = || {
            Problem::invalid("the cursor is not one of this list; pass `next` of the page before, as it is")
        };
        let bytes = unhex(cursor).ok_or_else(wrong)?;
        serde_json::from_slice(&bytes).map(Some).map_err(|_| wrong())
    }
}

impl<T> Page<T> {
    /// A page of rows, of which one more was asked for than it may have.
    pub(crate) fn of<R, K: Serialize>(
        mut rows: Vec<R>,
        limit: u64,
        key: impl Fn(&R) -> K,
        show: impl Fn(R) -> Result<T, Problem>,
    ) -> Result<Self, Problem> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|last| serde_json::to_vec(&key(last)));
        let next = next.transpose().map_err(|error| Problem::internal(&error))?.map(|bytes| hex(&bytes));
        Ok(Self { items: rows.into_iter().map(show).collect::<Result<_, _>>()?, next })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let mut cursor = None;
        let mut seen = Vec::new();
        loop {
            let wanted = Wanted { limit: Some(3), cursor };
            let after: Option<u32> = wanted.after().unwrap();
            let from = after.map_or(0, |last| last + 1);
            let rows: Vec<u32> = (from..8).take(4).collect();
            let page = Page::of(rows, wanted.limit().unwrap(), |row| *row, Ok).unwrap();
            assert!(page.items.len() <= 3);
            seen.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..8).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_no_cursor_is_said_so() {
        for cursor in ["x", "zz", "7b"] {
            let wanted = Wanted { limit: None, cursor: Some(cursor.into()) };
            assert!(wanted.after::<(String, i64)>().is_err(), "{cursor}");
        }
        assert!(Wanted { limit: Some(501), cursor: None }.limit().is_err());
    }
}
