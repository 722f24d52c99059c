//! A fresh database for each test, on either back end.

use std::io::Write;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use tribute_store::entity::{balance, login, touch};
use tribute_store::sea_orm::{self, ConnectionTrait, DbBackend, Statement};
use tribute_store::{Database, Transaction};

/// A database that belongs to one test.
pub(crate) struct Store {
    pub(crate) url: String,
    pub(crate) database: Database,
    home: Home,
}

enum Home {
    Directory(#[expect(dead_code, reason = "removed when it is dropped")] tempfile::TempDir),
    Schema { server: String, name: String },
}

static SCHEMAS: AtomicU32 = AtomicU32::new(0);
static ABSENT: Once = Once::new();

impl Store {
    pub(crate) async fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}?mode=rwc", directory.path().join("store.db").display());
        let database = Database::open(&url).await.unwrap();
        Self { url, database, home: Home::Directory(directory) }
    }

    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("TRIBUTE_TEST_DATABASE_URL") else {
            // Past the capture of the test harness: an untested half must not look like a tested one.
            ABSENT.call_once(|| {
                let line = "TRIBUTE_TEST_DATABASE_URL is not set: nothing is tested on PostgreSQL\n";
                std::io::stderr().write_all(line.as_bytes()).unwrap();
            });
            return None;
        };
        let name = format!("store_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        administer(&server, &format!("CREATE SCHEMA {name}")).await;
        let separator = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{separator}options[search_path]={name}");
        let database = Database::open(&url).await.unwrap();
        Some(Self { url, database, home: Home::Schema { server, name } })
    }

    pub(crate) async fn begin(&self) -> Transaction {
        self.database.begin().await.unwrap()
    }

    /// The names of the tables, sorted, without the list of migrations.
    pub(crate) async fn tables(&self) -> Vec<String> {
        let text = match self.database.backend() {
            DbBackend::Postgres => {
                "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
            }
            _ => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1",
        };
        let statement = Statement::from_string(self.database.backend(), text);
        let rows = self.database.connection().query_all_raw(statement).await.unwrap();
        let mut names: Vec<String> = rows.iter().map(|row| row.try_get("", "name").unwrap()).collect();
        names.retain(|name| name != "seaql_migrations");
        names.sort();
        names
    }

    pub(crate) async fn remove(self) {
        if let Home::Schema { server, name } = self.home {
            administer(&server, &format!("DROP SCHEMA {name} CASCADE")).await;
        }
    }
}

async fn administer(server: &str, statement: &str) {
    let connection = sea_orm::Database::connect(server).await.unwrap();
    connection.execute_unprepared(statement).await.unwrap();
    connection.close().await.unwrap();
}

/// Runs each case on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($case:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let store = crate::harness::Store::sqlite().await;
                super::$case(&store).await;
                store.remove().await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                if let Some(store) = crate::harness::Store::postgres().await {
                    super::$case(&store).await;
                    store.remove().await;
                }
            })+
        }
    };
}

pub(crate) fn a_balance(account: &str, amount: i64) -> balance::Model {
    balance::Model { brand: "acme".into(), account: account.into(), asset: "EUR".into(), amount }
}

pub(crate) fn a_login(device: &str, at: i64, account: &str) -> login::Model {
    login::Model {
        brand: "acme".into(),
        device: device.into(),
        at,
        account: account.into(),
        recorded_at: at,
        event_id: format!("{device}/{at}"),
    }
}

pub(crate) fn a_touch(subject: &str, at: i64, id: &str) -> touch::Model {
    touch::Model {
        brand: "acme".into(),
        subject: subject.into(),
        at,
        touch_id: id.into(),
        recorded_at: at,
        event_id: id.into(),
        kind: "click".into(),
        program: None,
        ambassador: Some("ann".into()),
        link: None,
        post: None,
        campaign: None,
        device: None,
        account: None,
        verdicts: None,
    }
}
