use std::{collections::BTreeSet, fmt};

use schemars::JsonSchema;
use sea_orm::{EntityTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use tribute_store::entity::{ledger_transaction, payout, post, reward, sale};

use crate::{
    ReportError,
    query::{Query, Source},
    report::Books,
};

/// An id with more of them is read as it stands only.
const SLASHES_MAX: usize = 8;

/// What an id may be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An order.
    Order,
    /// An earning.
    Earning,
    /// A payout.
    Payout,
    /// A transaction of a ledger.
    Transaction,
    /// A post.
    Post,
    /// A click, scan or view.
    Click,
    /// A grant of a mission.
    Grant,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::Order, Self::Earning, Self::Payout, Self::Transaction, Self::Post, Self::Click, Self::Grant];

    /// The name, which may stand before an id.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Earning => "earning",
            Self::Payout => "payout",
            Self::Transaction => "transaction",
            Self::Post => "post",
            Self::Click => "click",
            Self::Grant => "grant",
        }
    }
}

/// One thing that has an id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Candidate {
    /// Its brand.
    pub brand: String,
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: String,
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} --brand {}", self.kind.as_str(), self.id, self.brand)
    }
}

/// Everything that an id may stand for, by brand and kind.
pub(super) async fn candidates(
    books: &Books<'_>,
    id: &str,
    brand: Option<&str>,
) -> Result<Vec<Candidate>, ReportError> {
    let source = books.database.connection();
    let named = Kind::ALL
        .into_iter()
        .find_map(|kind| Some((kind, id.strip_prefix(kind.as_str())?.strip_prefix(':')?)));
    let brands = match brand {
        Some(brand) => BTreeSet::from([brand.to_owned()]),
        None => brands(source).await?,
    };
    let mut found = BTreeSet::new();
    for brand in brands {
        // An id may begin with the name of a kind by itself: as it is written comes first.
        for (kinds, id) in [(&Kind::ALL[..], id)]
            .into_iter()
            .chain(named.iter().map(|(kind, id)| (std::slice::from_ref(kind), *id)))
        {
            for kind in kinds {
                if let Some(id) = look_up(source, *kind, &brand, id).await? {
                    found.insert(Candidate { brand: brand.clone(), kind: *kind, id });
                }
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// The id as it stands in the books, where the brand has one of this kind.
pub(super) async fn look_up(
    source: &impl Source,
    kind: Kind,
    brand: &str,
    id: &str,
) -> Result<Option<String>, ReportError> {
    let key = || (brand.to_owned(), id.to_owned());
    let read = ReportError::read(kind.as_str());
    let known = match kind {
        Kind::Order => sale::Entity::find_by_id(key()).one(source).await.map_err(read)?.is_some(),
        Kind::Payout => payout::Entity::find_by_id(key()).one(source).await.map_err(read)?.is_some(),
        Kind::Post => post::Entity::find_by_id(key()).one(source).await.map_err(read)?.is_some(),
        Kind::Click => {
            let mut query = Query::new("touch", "SELECT touch_id AS name FROM touch WHERE 1 = 1");
            query.only("brand", Some(brand));
            query.only("touch_id", Some(id));
            query.one::<Name>(source).await?.is_some()
        }
        Kind::Grant => reward::Entity::find_by_id(key()).one(source).await.map_err(read)?.is_some(),
        Kind::Earning => return earning(source, brand, id).await,
        Kind::Transaction => {
            let number = id.rsplit_once('/').filter(|(named, _)| *named == brand).map(|(_, number)| number);
            let Some(number) = number.and_then(|number| number.parse::<i64>().ok()) else { return Ok(None) };
            let key = (brand.to_owned(), number);
            ledger_transaction::Entity::find_by_id(key).one(source).await.map_err(read)?.is_some()
        }
    };
    Ok(known.then(|| id.to_owned()))
}

async fn earning(source: &impl Source, brand: &str, id: &str) -> Result<Option<String>, ReportError> {
    for parts in groupings(id) {
        if is_in(source, "earning", brand, &parts).await? {
            return Ok(Some(id_of(parts.each_ref().map(String::as_str))));
        }
    }
    // An earning that was taken back whole has no row any more, but its movements are booked for ever.
    let Some(parts) = parts_of(id) else { return Ok(None) };
    Ok(is_in(source, "movement", brand, &parts).await?.then(|| id.to_owned()))
}

async fn is_in(
    source: &impl Source,
    table: &'static str,
    brand: &str,
    parts: &[String; 4],
) -> Result<bool, ReportError> {
    let mut query = Query::new(table, format!("SELECT source AS name FROM {table} WHERE 1 = 1"));
    query.only("brand", Some(brand));
    for (column, part) in ["program", "source", "ambassador", "rule"].into_iter().zip(parts) {
        query.only(column, Some(part));
    }
    query.push(" LIMIT 1");
    Ok(query.one::<Name>(source).await?.is_some())
}

/// Program, source, ambassador and rule of an earning's id, where it has four parts.
pub(super) fn parts_of(id: &str) -> Option<[String; 4]> {
    let mut parts = id.split('/').map(|part| part.replace("%2F", "/").replace("%25", "%"));
    let four = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(four)
}

/// With more parts than four, some of the `/`s are of a part: as a report shows it, `friends/period:top/2026-01/ada/top`.
fn groupings(id: &str) -> Vec<[String; 4]> {
    let slashes: Vec<usize> = id.match_indices('/').map(|(at, _)| at).collect();
    if slashes.len() <= 3 || slashes.len() > SLASHES_MAX {
        return parts_of(id).into_iter().collect();
    }
    let cut = |from: usize, to: usize| id.get(from..to).unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for (first, one) in slashes.iter().enumerate() {
        for (second, two) in slashes.iter().enumerate().skip(first + 1) {
            for three in slashes.iter().skip(second + 1) {
                found.push([
                    cut(0, *one),
                    cut(one + 1, *two),
                    cut(two + 1, *three),
                    cut(three + 1, id.len()),
                ]);
            }
        }
    }
    found
}

/// The id of an earning: its parts apart by `/`, and a `/` within a part as `%2F`.
pub(super) fn id_of(parts: [&str; 4]) -> String {
    parts.map(|part| part.replace('%', "%25").replace('/', "%2F")).join("/")
}

#[derive(FromQueryResult)]
#[expect(dead_code, reason = "only whether there is one is asked")]
struct Name {
    name: String,
}

#[derive(FromQueryResult)]
struct Next {
    brand: Option<String>,
}

/// Every brand that has orders, posts, touches or grants: each found by one step into an index.
async fn brands(source: &impl Source) -> Result<BTreeSet<String>, ReportError> {
    let mut brands = BTreeSet::new();
    for table in ["sale", "post", "touch", "payout", "ledger_transaction", "reward"] {
        let mut last = String::new();
        loop {
            let mut query =
                Query::new("sale", format!("SELECT MIN(brand) AS brand FROM {table} WHERE brand > "));
            let after = query.value(last.as_str());
            query.push(&after);
            match query.one::<Next>(source).await?.and_then(|next| next.brand) {
                Some(brand) => last.clone_from(&brand),
                None => break,
            }
            brands.insert(last.clone());
        }
    }
    Ok(brands)
}

#[cfg(test)]
mod tests {
    use super::{groupings, id_of, parts_of};

    #[test]
    fn parts_are_read_as_they_are_written() {
        let parts = parts_of("friends/order:10%2F01/ada/ten").unwrap();
        assert_eq!(parts, ["friends", "order:10/01", "ada", "ten"]);
        let parts = parts.each_ref().map(String::as_str);
        assert_eq!(id_of(parts), "friends/order:10%2F01/ada/ten");
        assert_eq!(parts_of("acme/42"), None);
        assert_eq!(groupings("acme/42").len(), 0);
        let prize = ["friends", "period:top/2026-01", "ada", "top"].map(str::to_owned);
        assert!(groupings("friends/period:top/2026-01/ada/top").contains(&prize));
    }
}
