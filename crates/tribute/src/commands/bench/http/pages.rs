//! Pages of earnings by HTTP, and the same statements by the bare driver.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row};

use super::{
    WARM_UP,
    ask::{Connection, Times},
    filled::{AMBASSADORS, BRAND, BRANDS, PROGRAM, earning},
    process::Served,
};
use crate::{arguments::BenchHttp, messages::say};

/// Rows of a page.
const ROWS: u32 = 100;
/// Numbers that have no divisor in common with how many there are of anything: steps that look like chance.
const STRIDE: u32 = 7_919;

/// A kind of page.
struct Kind {
    name: &'static str,
    of_ambassador: bool,
    is_deep: bool,
}

const KINDS: [Kind; 4] = [
    Kind { name: "earnings of a program, first page", of_ambassador: false, is_deep: false },
    Kind { name: "earnings of a program, a page far on", of_ambassador: false, is_deep: true },
    Kind { name: "earnings of an ambassador, first page", of_ambassador: true, is_deep: false },
    Kind { name: "earnings of an ambassador, a page far on", of_ambassador: true, is_deep: true },
];

/// Says what each kind takes; gives the slowest 99th percentile by HTTP.
pub(super) async fn measure(served: &Served, url: &str, key: &str, options: &BenchHttp) -> Result<f64> {
    let mut driver = PgConnection::connect(url).await?;
    // As the API stands before the wall.
    let wall = "SELECT set_config('role', 'tribute_api', false), set_config('tribute.brand', $1, false)";
    sqlx::query(wall).bind(BRAND).execute(&mut driver).await?;
    let mut connection = Connection::to(served.address).await?;
    let mut slowest = 0.0_f64;
    for kind in &KINDS {
        let (mut own, mut bare) = (Times::default(), Times::default());
        let before = served.cpu()?;
        for number in 0..options.requests.saturating_add(WARM_UP) {
            let place = kind.place(number, options.earnings);
            let bearer = format!("Bearer {key}");
            let answer = connection.get(&kind.path(place), &[("authorization", &bearer)]).await?;
            ensure!(answer.status == 200, "{}: {} {}", kind.name, answer.status, answer.body);
            let page: Value = serde_json::from_str(&answer.body)?;
            let (count, millis) = kind.ask(&mut driver, place).await?;
            let shown = page.get("items").and_then(Value::as_array).map_or(0, Vec::len);
            ensure!(shown == count && shown > 0, "{}: {shown} rows, by the driver {count}", kind.name);
            if number >= WARM_UP {
                own.add(answer.millis);
                bare.add(millis);
            }
        }
        own.cost(served.cpu()? - before, options.requests.saturating_add(WARM_UP));
        let plan = kind.plan(&mut driver, kind.place(1, options.earnings)).await?;
        ensure!(!plan.contains("Seq Scan"), "{} is no range of an index:\n{plan}", kind.name);
        let index = plan.split(" using ").nth(1).and_then(|it| it.split(' ').next()).unwrap_or("-");
        say(format_args!("{:<44} {own}   the bare statement {bare}, by {index}", kind.name));
        slowest = slowest.max(own.at(99));
    }
    driver.close().await?;
    Ok(slowest)
}

impl Kind {
    /// The number of an earning of the brand: after it a page begins, or whose ambassador is asked about.
    fn place(&self, number: u32, earnings: u32) -> u32 {
        let of_brand = earnings.div_euclid(BRANDS);
        let jump = number.wrapping_mul(STRIDE);
        let rows = if self.of_ambassador {
            // The middle of what the ambassador has.
            let who = jump.rem_euclid(AMBASSADORS.min(of_brand).max(1));
            let round = of_brand.div_euclid(AMBASSADORS).div_euclid(2);
            round.saturating_mul(AMBASSADORS).saturating_add(who)
        } else {
            jump.rem_euclid(of_brand.saturating_sub(ROWS).max(1))
        };
        rows.min(of_brand.saturating_sub(1)).saturating_mul(BRANDS)
    }

    fn path(&self, place: u32) -> String {
        let (source, who, at) = earning(place);
        let mut path = format!("/v1/programs/{PROGRAM}/earnings?limit={ROWS}");
        if self.of_ambassador {
            path.push_str(&format!("&ambassador={who}"));
        }
        if self.is_deep {
            // The `next` of a page that ended there.
            let cursor = serde_json::json!(["earnings", [at, source, who, "ten"]]).to_string();
            let hex: String = cursor.bytes().map(|byte| format!("{byte:02x}")).collect();
            path.push_str(&format!("&cursor={hex}"));
        }
        path
    }

    /// The statement of the API; what follows a place is compared as it does.
    fn statement(&self) -> String {
        let behind = match (self.of_ambassador, self.is_deep) {
            (_, false) => "",
            (true, true) => {
                " AND source_at >= $4 AND (source_at > $4 OR source > $5 OR (source = $5 AND rule > $6))"
            }
            (false, true) => {
                " AND source >= $5 AND (source > $5 OR ambassador > $3 OR (source = $5 AND rule > $6 AND ambassador = $3))"
            }
        };
        let (own, order) = if self.of_ambassador {
            (" AND ambassador = $3", "source_at, source, rule")
        } else {
            ("", "source, ambassador, rule")
        };
        format!(
            "SELECT brand, program, source, ambassador, rule, kind, asset, amount, source_at, clears_at, terms_version, \
             group_key, earning FROM earning WHERE brand = $1 AND program = $2{own}{behind} \
             AND ($3::text IS NOT NULL AND $4::bigint IS NOT NULL AND $5::text IS NOT NULL AND $6::text IS NOT NULL) \
             ORDER BY {order} LIMIT {}",
            ROWS.saturating_add(1)
        )
    }

    /// How many rows a page has, and what it took in ms.
    async fn ask(&self, driver: &mut PgConnection, place: u32) -> Result<(usize, f64)> {
        let (source, who, at) = earning(place);
        let started = Instant::now();
        let text = AssertSqlSafe(self.statement());
        let rows = sqlx::query(text).bind(BRAND).bind(PROGRAM).bind(who).bind(at).bind(source).bind("ten");
        let rows = rows.fetch_all(driver).await?;
        let millis = started.elapsed().as_secs_f64() * 1_000.0;
        Ok((rows.len().min(usize::try_from(ROWS)?), millis))
    }

    async fn plan(&self, driver: &mut PgConnection, place: u32) -> Result<String> {
        let (source, who, at) = earning(place);
        let text = AssertSqlSafe(format!("EXPLAIN {}", self.statement()));
        let rows = sqlx::query(text).bind(BRAND).bind(PROGRAM).bind(who).bind(at).bind(source).bind("ten");
        let rows = rows.fetch_all(driver).await?;
        let lines = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
        Ok(lines.join("\n"))
    }
}
