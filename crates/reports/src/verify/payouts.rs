//! Payouts: every row is bound to the ledger's transactions, which the chain of hashes covers.

use sea_orm::FromQueryResult;
use tribute_payouts::PayoutStatus;

use super::{OnProgress, Progress, Verification, check::Check};
use crate::{
    ReportError,
    query::{Query, Source},
};

const STAGE: &str = "the payouts";

/// A payout beside what the ledger booked for it; no row where the ledger alone knows it.
#[derive(FromQueryResult)]
struct Bound {
    brand: String,
    payout: String,
    rows: i64,
    program: Option<String>,
    ambassador: Option<String>,
    balance_asset: Option<String>,
    balance: i64,
    asset: Option<String>,
    amount: i64,
    withheld: i64,
    status: Option<String>,
    /// Program, ambassador's account and asset of the proposal.
    booked_program: Option<String>,
    booked_account: Option<String>,
    booked_asset: Option<String>,
    /// What the proposal took from the available balance.
    proposed: i64,
    /// What of it is not given back.
    taken: i64,
    /// What it was exchanged into when it was proposed, and in what.
    exchanged: i64,
    exchanged_asset: Option<String>,
    /// What settlements brought, less what came back.
    paid: i64,
    /// What is kept back for the tax authority.
    kept: i64,
}

/// Both sides by payout. A payout's transactions carry its id in their memo. Money that is given back is exchanged back
/// into the currency of the balance: the exchange into another one is the proposal's.
const TEXT: &str = "SELECT brand, payout, CAST(SUM(is_row) AS BIGINT) AS rows, MAX(program) AS program, \
        MAX(ambassador) AS ambassador, MAX(balance_asset) AS balance_asset, CAST(SUM(balance) AS BIGINT) AS balance, \
        MAX(asset) AS asset, CAST(SUM(amount) AS BIGINT) AS amount, CAST(SUM(withheld) AS BIGINT) AS withheld, MAX(status) AS status, \
        MAX(CASE WHEN recipe = 'propose_payout' THEN booked_program END) AS booked_program, \
        MAX(CASE WHEN recipe = 'propose_payout' THEN account END) AS booked_account, \
        MAX(CASE WHEN recipe = 'propose_payout' THEN booked_asset END) AS booked_asset, \
        CAST(SUM(CASE WHEN recipe = 'propose_payout' THEN booked ELSE 0 END) AS BIGINT) AS proposed, \
        CAST(SUM(CASE WHEN recipe IN ('propose_payout', 'give_back') THEN booked ELSE 0 END) AS BIGINT) AS taken, \
        CAST(SUM(CASE WHEN recipe = 'exchange_in' THEN booked ELSE 0 END) AS BIGINT) AS exchanged, \
        MAX(CASE WHEN recipe = 'exchange_in' THEN booked_asset END) AS exchanged_asset, \
        CAST(SUM(CASE WHEN recipe IN ('settle_payout', 'unsettle_payout') THEN booked ELSE 0 END) AS BIGINT) AS paid, \
        CAST(SUM(CASE WHEN recipe IN ('withhold_tax', 'release_tax') THEN -booked ELSE 0 END) AS BIGINT) AS kept \
    FROM ( \
    SELECT brand, payout, 1 AS is_row, program, ambassador, balance_asset, balance, asset, COALESCE(amount, 0) AS amount, \
            COALESCE(withheld, 0) AS withheld, status, NULL AS recipe, NULL AS booked_program, NULL AS account, NULL AS booked_asset, 0 AS booked FROM payout \
    UNION ALL SELECT t.brand, SUBSTR(t.memo, 8), 0, NULL, NULL, NULL, 0, NULL, 0, 0, NULL, t.recipe, t.program, e.account, \
            e.asset, CASE WHEN t.recipe IN ('settle_payout', 'unsettle_payout') THEN -e.amount ELSE e.amount END \
        FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
        LEFT JOIN payout p ON p.brand = t.brand AND p.payout = SUBSTR(t.memo, 8) \
        WHERE t.memo LIKE 'payout %' AND ( \
            (t.recipe IN ('propose_payout', 'give_back') AND e.account LIKE 'ambassador:%:available') \
            OR (t.recipe IN ('settle_payout', 'unsettle_payout') AND e.account IN ('cash', 'store_credit', 'gift_card')) \
            OR (t.recipe IN ('withhold_tax', 'release_tax') AND e.account = 'tax_withheld') \
            OR (t.recipe = 'exchange_in' AND e.account = 'fx' AND e.asset <> p.balance_asset)) \
    ) both_sides GROUP BY brand, payout ORDER BY brand, payout";

pub(super) async fn check(
    source: &impl Source,
    found: &mut Verification,
    progress: OnProgress<'_>,
) -> Result<(), ReportError> {
    progress(Progress { stage: STAGE, done: 0 });
    let mut check = Check::new(
        "payouts_follow_the_ledger",
        "every payout has the ambassador, amounts, currencies and state that the ledger's transactions say",
    );
    Query::new("payout", TEXT)
        .each(source, |bound: Bound| {
            let problem = problem_of(&bound);
            check.count(problem.map(|problem| format!("{} {}: {problem}", bound.brand, bound.payout)));
            check.tell(STAGE, progress);
            Ok(())
        })
        .await?;
    found.checks.push(check);
    Ok(())
}

fn problem_of(bound: &Bound) -> Option<String> {
    if bound.rows == 0 {
        return Some("the ledger booked it, but there is no such payout".to_owned());
    }
    let status: PayoutStatus = match bound.status.as_deref().unwrap_or_default().parse() {
        Ok(status) => status,
        Err(_) => return Some(format!("its status is `{}`", bound.status.as_deref().unwrap_or_default())),
    };
    if matches!(status, PayoutStatus::Carried | PayoutStatus::Held) {
        let booked = bound.proposed != 0 || bound.paid != 0;
        return booked.then(|| format!("it is {status}, but the ledger took {} for it", bound.proposed));
    }
    let converted = bound.asset != bound.balance_asset;
    let given_back = status.is_given_back();
    let account = format!("ambassador:{}:available", bound.ambassador.as_deref().unwrap_or_default());
    let texts = [
        ("program", &bound.program, &bound.booked_program),
        ("account", &Some(account), &bound.booked_account),
        ("currency of its balance", &bound.balance_asset, &bound.booked_asset),
        ("currency", &bound.asset, if converted { &bound.exchanged_asset } else { &bound.booked_asset }),
    ];
    let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
    let text = texts.into_iter().find(|(_, row, booked)| row != booked).map(|(what, row, booked)| {
        format!("its {what} is {}, the ledger says {}", shown(row), shown(booked))
    });
    let unconverted = bound.proposed.saturating_sub(bound.withheld);
    let amounts = [
        ("balance", bound.balance, bound.proposed),
        ("amount", bound.amount, if converted { bound.exchanged } else { unconverted }),
        ("amount withheld", if given_back { 0 } else { bound.withheld }, bound.kept),
        ("amount taken", if given_back { 0 } else { bound.balance }, bound.taken),
        ("amount paid", if status == PayoutStatus::Settled { bound.amount } else { 0 }, bound.paid),
    ];
    let amount = amounts.into_iter().find(|(_, row, booked)| row != booked);
    let amount = amount.map(|(what, row, booked)| {
        format!("being {status}, its {what} is {row} minor units, the ledger says {booked}")
    });
    text.or(amount)
}
