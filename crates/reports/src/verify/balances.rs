//! Balances: they are the fold of the entries, and those of an asset sum to zero.

use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use sha2::{Digest, Sha256};

use super::{
    OnProgress, Progress, Verification,
    check::{Check, hexadecimal},
};
use crate::{
    ReportError,
    query::{Query, Source},
};

const STAGE: &str = "the balances";

#[derive(FromQueryResult)]
struct Balance {
    brand: String,
    account: String,
    asset: String,
    folded: i64,
    kept: i64,
}

pub(super) async fn check(
    source: &impl Source,
    found: &mut Verification,
    progress: OnProgress<'_>,
) -> Result<(), ReportError> {
    progress(Progress { stage: STAGE, done: 0 });
    let mut fold =
        Check::new("balances_are_the_fold", "every balance is the sum of its account's entries in its asset");
    let mut digest = Sha256::new();
    let mut sums: BTreeMap<(String, String), i128> = BTreeMap::new();
    let text = "SELECT brand, account, asset, CAST(SUM(folded) AS BIGINT) AS folded, CAST(SUM(kept) AS BIGINT) AS kept \
        FROM (SELECT brand, account, asset, amount AS folded, 0 AS kept FROM ledger_entry \
            UNION ALL SELECT brand, account, asset, 0 AS folded, amount AS kept FROM balance) both_sides \
        GROUP BY brand, account, asset ORDER BY brand, account, asset";
    Query::new("balance", text)
        .each(source, |row: Balance| {
            let differs = row.folded != row.kept;
            fold.count(differs.then(|| {
                let Balance { brand, account, asset, folded, kept } = &row;
                format!("{brand} {account} {asset}: the entries sum to {folded}, the balance says {kept}")
            }));
            fold.tell(STAGE, progress);
            add(&mut digest, &row);
            let sum = sums.entry((row.brand, row.asset)).or_default();
            *sum = sum.saturating_add(row.kept.into());
            Ok(())
        })
        .await?;
    let mut zero = Check::new("assets_sum_to_zero", "the balances of a brand in one asset sum to zero");
    for ((brand, asset), sum) in sums {
        zero.count((sum != 0).then(|| format!("{brand} {asset}: the balances sum to {sum}")));
    }
    found.ledger_digest = hexadecimal(&digest.finalize());
    found.checks.extend([fold, zero]);
    Ok(())
}

/// A balance of zero may be there or not, depending on the order in which events arrived: it leaves no trace.
fn add(digest: &mut Sha256, row: &Balance) {
    if row.kept == 0 {
        return;
    }
    for text in [&row.brand, &row.account, &row.asset] {
        digest.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(text);
    }
    digest.update(row.kept.to_be_bytes());
}
