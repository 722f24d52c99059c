//! Ambassadors' accounts: what the ledger says they hold is what their movements and payouts say.

use sea_orm::FromQueryResult;

use super::{OnProgress, Progress, Verification, check::Check};
use crate::{
    ReportError,
    query::{Query, Source},
};

const STAGE: &str = "the ambassadors' accounts";

#[derive(FromQueryResult)]
struct Account {
    brand: String,
    account: String,
    asset: String,
    expected: i64,
    kept: i64,
}

/// Pending is what has not cleared, available what has cleared and is in no payout, in transit what unsettled
/// payouts hold in the currency they pay, paid what settled ones brought. Owed is negative in the books. A debt
/// that was given up is on the available account and no movement: its entries are taken along.
const TEXT: &str = "SELECT brand, account, asset, CAST(SUM(expected) AS BIGINT) AS expected, \
        CAST(SUM(kept) AS BIGINT) AS kept FROM ( \
    SELECT brand, 'ambassador:' || ambassador || ':pending' AS account, asset, -amount AS expected, 0 AS kept \
        FROM movement WHERE NOT cleared \
    UNION ALL SELECT brand, 'ambassador:' || ambassador || ':available', asset, -amount, 0 \
        FROM movement WHERE cleared AND payout IS NULL \
    UNION ALL SELECT brand, 'ambassador:' || ambassador || ':in_transit', COALESCE(asset, balance_asset), \
            -COALESCE(amount, balance), 0 \
        FROM payout WHERE status IN ('proposed', 'approved', 'exported', 'sent') \
    UNION ALL SELECT brand, 'ambassador:' || ambassador || ':paid', COALESCE(asset, balance_asset), \
            -COALESCE(amount, balance), 0 \
        FROM payout WHERE status = 'settled' \
    UNION ALL SELECT e.brand, e.account, e.asset, e.amount, 0 FROM ledger_transaction t \
        JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
        WHERE t.recipe = 'write_off' AND e.account LIKE 'ambassador:%' \
    UNION ALL SELECT brand, account, asset, 0, amount FROM balance \
        WHERE account LIKE 'ambassador:%' AND account NOT LIKE '%:wallet' \
    ) both_sides GROUP BY brand, account, asset ORDER BY brand, account, asset";

pub(super) async fn check(
    source: &impl Source,
    found: &mut Verification,
    progress: OnProgress<'_>,
) -> Result<(), ReportError> {
    progress(Progress { stage: STAGE, done: 0 });
    let mut check = Check::new(
        "accounts_follow_movements",
        "what an ambassador has pending, available, in transit and paid is what movements and payouts say",
    );
    Query::new("movement", TEXT)
        .each(source, |row: Account| {
            let differs = row.expected != row.kept;
            check.count(differs.then(|| {
                let Account { brand, account, asset, expected, kept } = &row;
                format!(
                    "{brand} {account} {asset}: movements and payouts say {expected}, the ledger says {kept}"
                )
            }));
            check.tell(STAGE, progress);
            Ok(())
        })
        .await?;
    found.checks.push(check);
    Ok(())
}
