use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use serde::Deserialize;
use tribute_events::{AmbassadorId, BrandId, Timestamp};
use tribute_money::{Millionths, MoneyError};
use tribute_terms::{Registry, View};

use crate::{
    ReportError,
    error::{self, at},
    query::{Query, Source},
    report::{Filter, currency},
};

/// Brand, ambassador, currency.
pub(super) type Key = (String, String, String);

/// What one person got in a year in one currency; amounts in millionths of its unit.
#[derive(Debug, Default)]
pub(super) struct Got {
    /// Money that arrived, by rail; the name is empty where no rail is known.
    pub(super) cash: BTreeMap<String, Millionths>,
    /// What was kept back for the tax authority of payouts that arrived.
    pub(super) withheld: Millionths,
    /// Perks and shipments, at fair value.
    pub(super) perks: Millionths,
    /// Units among them that have none.
    pub(super) unvalued: i64,
}

#[derive(FromQueryResult)]
struct Payment {
    brand: String,
    ambassador: String,
    payout: String,
    asset: String,
    history: String,
    amount: i64,
}

/// By payout: its id is in the memo of what was booked for it. One that came back has nothing left, whenever it did.
const PAYMENTS: &str = "SELECT p.brand AS brand, p.ambassador AS ambassador, p.payout AS payout, e.asset AS asset, \
        p.history AS history, CAST(-SUM(e.amount) AS BIGINT) AS amount \
    FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
    JOIN payout p ON p.brand = t.brand AND p.payout = SUBSTR(t.memo, 8) \
    WHERE t.recipe IN ('settle_payout', 'unsettle_payout') AND t.memo LIKE 'payout %' AND e.account IN ('cash', 'store_credit', 'gift_card')";

/// The line of a payout's history that tells on which rail it went.
#[derive(Deserialize)]
struct Exported {
    #[serde(default)]
    rail: Option<String>,
}

/// Adds what arrived between two instants and did not come back, by the instant at which it arrived.
pub(super) async fn payments(
    source: &impl Source,
    filter: &Filter,
    (from, to): (Timestamp, Timestamp),
    all: &mut BTreeMap<Key, Got>,
) -> Result<(), ReportError> {
    let mut query = Query::new("ledger_entry", PAYMENTS);
    query.only("p.brand", filter.brand.as_deref());
    query.only("p.ambassador", filter.ambassador.as_deref());
    query.push(" GROUP BY p.brand, p.ambassador, p.payout, e.asset, p.history HAVING SUM(e.amount) <> 0");
    let arrived = "MAX(CASE WHEN t.recipe = 'settle_payout' THEN t.effective_at END)";
    query.between(arrived, Some(from), Some(to));
    query
        .each(source, |row: Payment| {
            let stored = |why: MoneyError| ReportError::stored("payout", &row.payout, &why);
            let history: Vec<Exported> = error::json("payout", &row.payout, &row.history)?;
            let rail = history.into_iter().rev().find_map(|line| line.rail).unwrap_or_default();
            let exponent = error::asset("payout", &row.asset)?.exponent().map_err(stored)?;
            let amount = Millionths::from_minor(row.amount, exponent).map_err(stored)?;
            let got = all.entry((row.brand, row.ambassador, row.asset)).or_default();
            let sum = got.cash.entry(rail).or_default();
            *sum = sum.plus(amount).map_err(stored)?;
            Ok(())
        })
        .await
}

#[derive(FromQueryResult)]
struct Kept {
    brand: String,
    ambassador: String,
    payout: String,
    asset: String,
    amount: i64,
}

/// What is kept back counts with the payout that it was kept back from: when that arrived, and not where it came back.
const KEPT: &str = "SELECT p.brand AS brand, p.ambassador AS ambassador, p.payout AS payout, p.balance_asset AS asset, \
        CAST(-SUM(CASE WHEN e.account = 'tax_withheld' THEN e.amount ELSE 0 END) AS BIGINT) AS amount \
    FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
    JOIN payout p ON p.brand = t.brand AND p.payout = SUBSTR(t.memo, 8) \
    WHERE t.recipe IN ('settle_payout', 'withhold_tax', 'release_tax') AND t.memo LIKE 'payout %' \
        AND p.withheld IS NOT NULL";

/// Adds what was kept back of payouts that arrived between two instants and did not come back.
pub(super) async fn withheld(
    source: &impl Source,
    filter: &Filter,
    (from, to): (Timestamp, Timestamp),
    all: &mut BTreeMap<Key, Got>,
) -> Result<(), ReportError> {
    let mut query = Query::new("ledger_entry", KEPT);
    query.only("p.brand", filter.brand.as_deref());
    query.only("p.ambassador", filter.ambassador.as_deref());
    query.push(
        " GROUP BY p.brand, p.ambassador, p.payout, p.balance_asset \
         HAVING SUM(CASE WHEN e.account = 'tax_withheld' THEN e.amount ELSE 0 END) <> 0",
    );
    let arrived = "MAX(CASE WHEN t.recipe = 'settle_payout' THEN t.effective_at END)";
    query.between(arrived, Some(from), Some(to));
    query
        .each(source, |row: Kept| {
            let stored = |why: MoneyError| ReportError::stored("payout", &row.payout, &why);
            let exponent = error::asset("payout", &row.asset)?.exponent().map_err(stored)?;
            let amount = Millionths::from_minor(row.amount, exponent).map_err(stored)?;
            let got = all.entry((row.brand, row.ambassador, row.asset)).or_default();
            got.withheld = got.withheld.plus(amount).map_err(stored)?;
            Ok(())
        })
        .await
}

#[derive(FromQueryResult)]
struct Perk {
    brand: String,
    ambassador: String,
    program: String,
    grant_id: String,
    earned_at: i64,
    fair_value: Option<i64>,
    units: i64,
}

/// By grant: its id is the memo of what was booked for it. A perk is handed over when its delivery is booked, a shipment
/// when it was sent, as it is told first.
const PERKS: &str = "SELECT r.brand AS brand, r.ambassador AS ambassador, r.program AS program, \
        r.grant_id AS grant_id, r.effective_at AS earned_at, r.fair_value AS fair_value, \
        CAST(SUM(e.amount) AS BIGINT) AS units \
    FROM ledger_transaction t JOIN ledger_entry e ON e.brand = t.brand AND e.number = t.number \
    JOIN reward r ON r.brand = t.brand \
        AND r.grant_id = CASE WHEN t.memo LIKE 'grant %' THEN SUBSTR(t.memo, 7) ELSE t.memo END \
    WHERE t.recipe IN ('deliver_perk', 'ship_perk') AND e.account = 'perk:delivered'";

/// Adds what was handed over between two instants.
pub(super) async fn perks(
    source: &impl Source,
    registry: &Registry,
    filter: &Filter,
    (from, to): (Timestamp, Timestamp),
    all: &mut BTreeMap<Key, Got>,
) -> Result<(), ReportError> {
    let mut query = Query::new("reward", PERKS);
    query.only("r.brand", filter.brand.as_deref());
    query.only("r.ambassador", filter.ambassador.as_deref());
    query.push(
        " GROUP BY r.brand, r.ambassador, r.program, r.grant_id, r.effective_at, r.fair_value \
         HAVING SUM(e.amount) <> 0",
    );
    let handed_over =
        "COALESCE(MAX(CASE WHEN t.recipe = 'deliver_perk' THEN t.effective_at END), r.effective_at)";
    query.between(handed_over, Some(from), Some(to));
    query
        .each(source, |row: Perk| {
            let problem = |what: &str| ReportError::stored("reward", &row.grant_id, &what);
            let currency = currency(registry, &row.brand, &row.program, at(row.earned_at))
                .ok_or_else(|| problem("its program is not known"))?;
            let got = all.entry((row.brand.clone(), row.ambassador.clone(), currency)).or_default();
            let too_large = || problem("its fair value is too large");
            match row.fair_value {
                Some(one) => {
                    let worth = one.checked_mul(row.units).map(Millionths::new).ok_or_else(too_large)?;
                    got.perks = got.perks.plus(worth).map_err(|_| too_large())?;
                }
                None => got.unvalued = got.unvalued.checked_add(row.units).ok_or_else(too_large)?,
            }
            Ok(())
        })
        .await
}

/// Whether a person's tax form is on file: the last that was received is valid at the end of the year, whenever it came;
/// where none ever was, a program of the brand says that there is one, and none says that there is not.
pub(super) fn has_tax_form(registry: &Registry, brand: &str, ambassador: &str, last: Timestamp) -> bool {
    let (brand, who) = (BrandId::trusted(brand), AmbassadorId::trusted(ambassador));
    let papers = registry.papers(&brand, &who);
    if let Some(form) = papers.and_then(|papers| papers.tax_form_at(View::ALL, last)) {
        return form.is_on_file();
    }
    let programs = registry.programs(&brand).into_iter().flatten();
    let said: Vec<bool> =
        programs.filter_map(|(_, program)| program.ambassador(&who)?.profile(View::ALL).tax_form).collect();
    !said.is_empty() && said.into_iter().all(|on_file| on_file)
}
