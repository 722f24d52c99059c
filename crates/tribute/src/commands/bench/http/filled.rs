//! What the server is asked about: three brands with a program each, and earnings without number.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row};
use tribute_api::{Role, Secret, new_name};
use tribute_events::Arrival;
use tribute_services::{Engine, Incoming};
use tribute_store::{Database, entity::api_key};

use crate::feed::now;

pub(super) const BRANDS: u32 = 3;
pub(super) const AMBASSADORS: u32 = 20_000;
/// The brand that is asked about.
pub(super) const BRAND: &str = "bench-0";
pub(super) const PROGRAM: &str = "bench";
pub(super) const LINK: &str = "go-0";
pub(super) const CODE: &str = "CODE0";
pub(super) const TARGET: &str = "https://shop.example/spring?a=1";
const START: &str = "2026-01-01T00:00:00Z";
/// Rows that are written at a time.
const CHUNK: u32 = 500_000;

/// The earnings that there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filled {
    pub(super) seconds: f64,
    pub(super) mebibytes: i64,
}

/// Makes brands, terms, an ambassador, a code and a link, by the engine; gives a key of [`BRAND`].
pub(super) async fn set_up(database: &Database) -> Result<String> {
    let mut engine = Engine::open(database.clone()).await?;
    for number in 0..BRANDS {
        let brand = format!("bench-{number}");
        let terms = format!(
            "[program]\nbrand = '{brand}'\nid = '{PROGRAM}'\nversion = '1'\ncurrency = 'USD'\n\
             effective_from = '{START}'\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n"
        );
        let names = json!({"program": PROGRAM, "ambassador": "a0"});
        let code = json!({"program": PROGRAM, "ambassador": "a0", "code": format!("CODE{number}")});
        let link =
            json!({"program": PROGRAM, "ambassador": "a0", "link": format!("go-{number}"), "target": TARGET});
        let events = vec![
            event(&brand, "terms", "program.published", &json!({"terms": terms})),
            event(&brand, "ambassador", "ambassador.approved", &names),
            event(&brand, "code", "code.issued", &code),
            event(&brand, "link", "link.issued", &link),
        ];
        let taken = engine.process(events).await?;
        ensure!(taken.accepted == 4, "the brand {brand} was not set up: {:?}", taken.quarantined);
    }
    let secret = Secret::new().context("the machine gives no random numbers")?;
    let row = api_key::Model {
        brand: BRAND.to_owned(),
        key: new_name("key").context("the machine gives no random numbers")?,
        name: "bench".to_owned(),
        role: Role::BrandAdmin.to_string(),
        scopes: String::new(),
        ambassador: None,
        hash: secret.hash(),
        hint: secret.hint().to_owned(),
        made_at: 0,
        expires_at: None,
        revoked_at: None,
    };
    let mut transaction = database.begin().await?;
    transaction.insert::<api_key::Entity>(&[row]).await?;
    transaction.commit().await?;
    Ok(secret.reveal().to_owned())
}

fn event(brand: &str, id: &str, kind: &str, data: &Value) -> Incoming {
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/bench", "type": format!("tribute.{kind}"), "brand": brand,
        "time": START, "data": data,
    });
    Incoming::read(event.to_string().into_bytes(), Arrival::Live(now()), id.to_owned())
}

/// The earning of a number: its order, its ambassador, and when the order was placed.
pub(super) fn earning(number: u32) -> (String, String, i64) {
    let who = number.div_euclid(BRANDS).rem_euclid(AMBASSADORS);
    (format!("order:{number:010}"), format!("a{who}"), 1_767_225_600_000 + i64::from(number))
}

/// Writes so many earnings, in turn of each brand; indexes beside the primary key are made after it.
pub(super) async fn fill(url: &str, earnings: u32) -> Result<Filled> {
    let pool = sqlx::PgPool::connect(url).await?;
    let started = Instant::now();
    let text = "SELECT indexname::text, indexdef FROM pg_indexes WHERE tablename = 'earning' \
        AND schemaname = current_schema() AND indexname <> 'earning_pkey'";
    let indexes = sqlx::query(text).fetch_all(&pool).await?;
    for index in &indexes {
        let name: String = index.try_get(0)?;
        sqlx::query(AssertSqlSafe(format!("DROP INDEX {name}"))).execute(&pool).await?;
    }
    let mut from = 0;
    while from < earnings {
        let to = from.saturating_add(CHUNK).min(earnings);
        // As `earning` above says it.
        let text = format!(
            "INSERT INTO earning (brand, program, source, ambassador, rule, kind, asset, amount, source_at, clears_at, \
             terms_version, earning) SELECT 'bench-' || n % {BRANDS}, '{PROGRAM}', 'order:' || lpad(n::text, 10, '0'), \
             'a' || n / {BRANDS} % {AMBASSADORS}, 'ten', 'commission', 'USD', 100 + n % 5000, 1767225600000 + n, \
             1769904000000 + n, '1', '{{\"steps\":[{{\"at\":1767225600000,\"amount\":\"5.39\"}}],\"formula\":\"10% of 53.90\"}}' \
             FROM generate_series({from}::bigint, {to}::bigint - 1) AS n"
        );
        sqlx::query(AssertSqlSafe(text)).execute(&pool).await?;
        from = to;
    }
    for index in &indexes {
        let definition: String = index.try_get(1)?;
        sqlx::query(AssertSqlSafe(definition)).execute(&pool).await?;
    }
    sqlx::query("VACUUM ANALYZE earning").execute(&pool).await?;
    let seconds = started.elapsed().as_secs_f64();
    let size = sqlx::query("SELECT pg_total_relation_size('earning') / 1048576").fetch_one(&pool).await?;
    let mebibytes = size.try_get(0)?;
    pool.close().await;
    Ok(Filled { seconds, mebibytes })
}
