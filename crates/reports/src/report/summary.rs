use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};

use super::{Amount, Books, Filter, Record, Report, Sink, money};
use crate::{
    Cell, Column, ReportError, error,
    query::{Query, Source},
};

/// Totals by program: one row for each measure and currency.
///
/// | measure | counts | amount |
/// | --- | --- | --- |
/// | `conversions_credited`, `conversions_declined` | orders | their net; of the ambassadors' parts where credited |
/// | `commission`, `recruiter`, `fees`, `bonuses`, `prizes` | earnings that stand | their sum |
/// | `reversals` | times that an earning went down | by how much, in all |
/// | `payouts_settled` and so on, by status | payouts | what is or was to be paid |
/// | `payouts_held`, `payouts_carried` | ambassadors whom the last run left unpaid, and who are still | their balances |
/// | `quarantined_conflict` and so on, by code | events that wait in the quarantine, of no program | nothing |
#[derive(Debug, Clone, Copy)]
pub struct Summary;

/// One measure of a program in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SummaryRow {
    /// The brand; absent where it could not be read.
    pub brand: Option<String>,
    /// The program; absent where the measure is of no program.
    pub program: Option<String>,
    /// What is measured.
    pub measure: String,
    /// How many.
    pub count: u64,
    /// How much.
    pub amount: Option<Amount>,
}

impl Record for SummaryRow {
    fn columns() -> Vec<Column> {
        vec![
            Column::left("brand"),
            Column::left("program"),
            Column::left("measure"),
            Column::right("count"),
            Column::right("amount"),
            Column::for_programs("currency"),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells = vec![
            Cell::maybe(self.brand.as_deref()),
            Cell::maybe(self.program.as_deref()),
            Cell::text(self.measure.as_str()),
            Cell::count(self.count),
        ];
        cells.extend(money::cells(self.amount.as_ref()));
        cells
    }
}

/// The order in which measures stand.
const MEASURES: [&str; 8] = [
    "conversions_credited",
    "conversions_declined",
    "commission",
    "recruiter",
    "fees",
    "bonuses",
    "prizes",
    "reversals",
];

/// Brand, program, place of the measure, measure, currency.
type Key = (String, String, usize, String, String);

#[derive(Default, Clone, Copy)]
struct Sum {
    count: u64,
    total: i128,
}

#[derive(FromQueryResult)]
struct Total {
    brand: String,
    program: String,
    measure: String,
    asset: String,
    count: i64,
    total: i64,
}

#[derive(FromQueryResult)]
struct Earned {
    brand: String,
    program: String,
    source: String,
    kind: String,
    asset: String,
    amount: i64,
    earning: String,
}

#[derive(FromQueryResult)]
struct Quarantined {
    brand: Option<String>,
    code: String,
    count: i64,
}

/// As much of a booked earning as tells when it went down.
#[derive(Deserialize)]
struct Booked {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    amount: i64,
}

impl Report for Summary {
    type Row = SummaryRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, SummaryRow>,
    ) -> Result<(), ReportError> {
        let source = books.database.connection();
        let mut sums = Sums::default();
        for query in [credited(filter), declined(filter), payouts(filter)] {
            query.each(source, |row: Total| sums.add_total(row)).await?;
        }
        earnings(filter).each(source, |row: Earned| sums.add_earning(&row)).await?;
        for (key, sum) in sums.0 {
            sink(row_of(key, sum)?)?;
        }
        if filter.program.is_none() && filter.ambassador.is_none() {
            quarantine(filter, source, sink).await?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Sums(BTreeMap<Key, Sum>);

impl Sums {
    fn add(&mut self, [brand, program, measure, asset]: [&str; 4], count: u64, total: i128) {
        let place = MEASURES.iter().position(|known| *known == measure).unwrap_or(MEASURES.len());
        let key = (brand.to_owned(), program.to_owned(), place, measure.to_owned(), asset.to_owned());
        let sum = self.0.entry(key).or_default();
        sum.count = sum.count.saturating_add(count);
        sum.total = sum.total.saturating_add(total);
    }

    fn add_total(&mut self, row: Total) -> Result<(), ReportError> {
        let key = [row.brand.as_str(), &row.program, &row.measure, &row.asset];
        self.add(key, row.count.unsigned_abs(), row.total.into());
        Ok(())
    }

    fn add_earning(&mut self, row: &Earned) -> Result<(), ReportError> {
        let measure = match row.kind.as_str() {
            "fee" => "fees",
            "bonus" => "bonuses",
            "prize" => "prizes",
            kind => kind,
        };
        if row.amount != 0 {
            self.add([&row.brand, &row.program, measure, &row.asset], 1, row.amount.into());
        }
        let booked: Booked = error::json("earning", &row.source, &row.earning)?;
        let downs = booked.steps.windows(2).filter_map(|pair| match pair {
            [before, after] if after.amount < before.amount => {
                Some(i128::from(after.amount).saturating_sub(before.amount.into()))
            }
            _ => None,
        });
        for down in downs {
            self.add([&row.brand, &row.program, "reversals", &row.asset], 1, down);
        }
        Ok(())
    }
}

/// Revenue in millionths.
fn credited(filter: &Filter) -> Query {
    // A shared order has a row for each party and counts once.
    let mut query = Query::new(
        "conversion",
        "SELECT brand, program, 'conversions_credited' AS measure, currency AS asset, \
            CAST(COUNT(DISTINCT order_id) AS BIGINT) AS count, CAST(SUM(net_revenue) AS BIGINT) AS total \
         FROM conversion WHERE ambassador <> ''",
    );
    narrow_conversions(&mut query, filter);
    query
}

fn declined(filter: &Filter) -> Query {
    let mut query = Query::new(
        "conversion",
        "SELECT brand, program, 'conversions_declined' AS measure, currency AS asset, \
            CAST(COUNT(*) AS BIGINT) AS count, CAST(SUM(net_revenue) AS BIGINT) AS total \
         FROM conversion WHERE ambassador = ''",
    );
    narrow_conversions(&mut query, filter);
    query
}

fn narrow_conversions(query: &mut Query, filter: &Filter) {
    filter.narrow(query, ["brand", "program", "ambassador"]);
    filter.during(query, "ordered_at");
    query.push(" GROUP BY brand, program, currency");
}

fn earnings(filter: &Filter) -> Query {
    let mut query = Query::new(
        "earning",
        "SELECT brand, program, source, kind, asset, amount, earning FROM earning WHERE 1 = 1",
    );
    filter.narrow(&mut query, ["brand", "program", "ambassador"]);
    filter.during(&mut query, "source_at");
    query
}

/// Every run decides anew on a balance that is not paid: only what the last one said of it counts, and only as long as
/// there is something left of it.
fn payouts(filter: &Filter) -> Query {
    let mut query = Query::new(
        "payout",
        "SELECT p.brand AS brand, p.program AS program, 'payouts_' || p.status AS measure, \
            COALESCE(p.asset, p.balance_asset) AS asset, CAST(COUNT(*) AS BIGINT) AS count, \
            CAST(SUM(COALESCE(p.amount, p.balance)) AS BIGINT) AS total \
         FROM payout p JOIN (SELECT brand, program, MAX(run_at) AS run_at FROM payout WHERE 1 = 1",
    );
    query.only("brand", filter.brand.as_deref());
    query.only("program", filter.program.as_deref());
    filter.during(&mut query, "run_at");
    query.push(
        " GROUP BY brand, program) latest ON latest.brand = p.brand AND latest.program = p.program \
         WHERE (p.amount IS NOT NULL OR (p.run_at = latest.run_at",
    );
    if filter.to.is_none() {
        query.push(
            " AND 0 <> (SELECT COALESCE(SUM(m.amount), 0) FROM movement m WHERE m.payout IS NULL \
             AND m.brand = p.brand AND m.program = p.program AND m.ambassador = p.ambassador \
             AND m.asset = p.balance_asset AND m.available_at <= (SELECT at FROM clock WHERE id = 0))",
        );
    }
    query.push("))");
    filter.narrow(&mut query, ["p.brand", "p.program", "p.ambassador"]);
    filter.during(&mut query, "p.run_at");
    query.push(" GROUP BY p.brand, p.program, p.status, COALESCE(p.asset, p.balance_asset)");
    query
}

async fn quarantine(
    filter: &Filter,
    source: &impl Source,
    sink: Sink<'_, SummaryRow>,
) -> Result<(), ReportError> {
    let mut query = Query::new(
        "quarantine",
        "SELECT brand, code, CAST(COUNT(*) AS BIGINT) AS count FROM quarantine WHERE status = 'open'",
    );
    query.only("brand", filter.brand.as_deref());
    filter.during(&mut query, "recorded_at");
    query.push(" GROUP BY brand, code");
    let mut rows: Vec<Quarantined> = query.all(source).await?;
    rows.sort_by(|a, b| (&a.brand, &a.code).cmp(&(&b.brand, &b.code)));
    rows.into_iter().try_for_each(|row| {
        sink(SummaryRow {
            brand: row.brand,
            program: None,
            measure: format!("quarantined_{}", row.code),
            count: row.count.unsigned_abs(),
            amount: None,
        })
    })
}

fn row_of((brand, program, _, measure, asset): Key, sum: Sum) -> Result<SummaryRow, ReportError> {
    let overflow = |_| ReportError::stored("summary", &measure, &"the total does not fit 64 bits");
    let total = i64::try_from(sum.total).map_err(overflow)?;
    let amount = if measure.starts_with("conversions_") {
        Amount::millionths("conversion", total, &asset)?
    } else {
        Amount::minor("earning", total, &asset)?
    };
    Ok(SummaryRow {
        brand: Some(brand),
        program: Some(program),
        measure,
        count: sum.count,
        amount: Some(amount),
    })
}
