//! Pages of a list: a cursor holds the key of the last row, so that a page costs the same however far on it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use tribute_reports::report::{self, Books, Filter, Keyed, RowKey, collect};

use crate::{Api, Caller, Problem};

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
    /// Only these fields of each row, by commas; all of them where absent.
    #[expect(dead_code, reason = "what surrounds the request reads it")]
    fields: Option<String>,
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

    /// The key after which the page of a list begins.
    pub(crate) fn after<K: DeserializeOwned>(&self, list: &str) -> Result<Option<K>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let wrong = || {
            Problem::unprocessable(
                "the cursor is not one of this list; pass `next` of the page before, as it is",
            )
        };
        let bytes = unhex(cursor).ok_or_else(wrong)?;
        let (named, key): (String, K) = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
        if named == list { Ok(Some(key)) } else { Err(wrong()) }
    }
}

impl<T> Page<T> {
    /// A page of rows, of which one more was asked for than it may have.
    pub(crate) fn of<R, K: Serialize>(
        list: &str,
        mut rows: Vec<R>,
        limit: u64,
        key: impl Fn(&R) -> K,
        show: impl Fn(R) -> Result<T, Problem>,
    ) -> Result<Self, Problem> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(key);
        Self::until(list, rows.into_iter().map(show).collect::<Result<_, _>>()?, next)
    }

    /// A page that goes on behind a key, where there is more.
    pub(crate) fn until<K: Serialize>(list: &str, items: Vec<T>, next: Option<K>) -> Result<Self, Problem> {
        let next = next.map(|key| serde_json::to_vec(&(list, key))).transpose();
        let next = next.map_err(|error| Problem::internal(&error))?;
        Ok(Self { items, next: next.map(|bytes| hex(&bytes)) })
    }
}

/// A page of a report, by the key of its rows.
pub(crate) async fn page<R: Keyed>(
    api: &Api,
    list: &str,
    report: &R,
    filter: Filter,
    wanted: &Wanted,
) -> Result<Page<R::Row>, Problem> {
    let (limit, after) = (wanted.limit()?, wanted.after::<RowKey>(list)?);
    let known = api.configured().await?;
    let books = Books { database: api.walled(), registry: known.registry() };
    let page = Some(report::Page { after, limit: limit.saturating_add(1) });
    let rows = collect(report, &books, &Filter { page, ..filter }).await?;
    Page::of(list, rows, limit, R::key, Ok)
}

/// A page of rows that are all at hand, in the order of their keys: of what the configuration names, or of a ranking.
pub(crate) fn cut<T, K: Serialize + DeserializeOwned + PartialOrd>(
    list: &str,
    rows: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
    wanted: &Wanted,
) -> Result<Page<T>, Problem> {
    let (limit, after) = (wanted.limit()?, wanted.after::<K>(list)?);
    let follows = |row: &T| after.as_ref().is_none_or(|after| key(row) > *after);
    let most = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    let rows = rows.into_iter().filter(follows).take(most).collect();
    Page::of(list, rows, limit, &key, Ok)
}

/// What a caller may see of a program of theirs, narrowed to one ambassador where they ask for one or see no other.
pub(crate) fn narrowed(
    caller: &Caller,
    program: Option<String>,
    ambassador: Option<&str>,
) -> Result<Filter, Problem> {
    let ambassador = caller.own(ambassador)?.map(str::to_owned);
    Ok(Filter { brand: Some(caller.brand.to_string()), program, ambassador, ..Filter::default() })
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
            let wanted = Wanted { limit: Some(3), cursor, fields: None };
            let after: Option<u32> = wanted.after("numbers").unwrap();
            let from = after.map_or(0, |last| last + 1);
            let rows: Vec<u32> = (from..8).take(4).collect();
            let page = Page::of("numbers", rows, wanted.limit().unwrap(), |row| *row, Ok).unwrap();
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
            let wanted = Wanted { limit: None, cursor: Some(cursor.into()), fields: None };
            assert!(wanted.after::<(String, i64)>("numbers").is_err(), "{cursor}");
        }
        assert!(Wanted { limit: Some(501), cursor: None, fields: None }.limit().is_err());
    }
}
