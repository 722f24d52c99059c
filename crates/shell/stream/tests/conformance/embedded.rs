//! The log in the database: in a file, and on a server.

use std::sync::Once;

use tempfile::TempDir;
use tokio::runtime::Handle;
use tribute_store::Database;
use tribute_store::sea_orm::{self, ConnectionTrait};
use tribute_stream::EmbeddedLog;

use crate::fixture::{Fixture, Trim, say, unique};

fn trim(database: &Database) -> Trim {
    let database = database.clone();
    Box::new(move |partition, before| {
        let database = database.clone();
        Box::pin(async move {
            let values =
                vec![partition.topic.as_ref().into(), i64::from(partition.number).into(), before.into()];
            let delete = "DELETE FROM log_record WHERE topic = $1 AND \"partition\" = $2 AND number < $3";
            let mut transaction = database.begin().await.unwrap();
            assert!(transaction.execute(delete, values).await.unwrap() > 0);
            transaction.commit().await.unwrap();
        })
    })
}

async fn open(url: &str, home: impl Send + Sync + 'static) -> Fixture<EmbeddedLog> {
    let database = Database::open(url).await.unwrap();
    Fixture::new(EmbeddedLog::new(database.clone()), trim(&database), home)
}

async fn in_a_file() -> Option<Fixture<EmbeddedLog>> {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db").display().to_string();
    Some(open(&path, folder).await)
}

/// A schema of its own, dropped with the fixture.
struct Schema {
    server: String,
    name: String,
}

impl Drop for Schema {
    fn drop(&mut self) {
        let drop = format!("DROP SCHEMA {} CASCADE", self.name);
        let administer = administer(&self.server, &drop);
        tokio::task::block_in_place(|| Handle::current().block_on(administer));
    }
}

async fn administer(server: &str, statement: &str) {
    let connection = sea_orm::Database::connect(server).await.unwrap();
    connection.execute_unprepared(statement).await.unwrap();
    connection.close().await.unwrap();
}

async fn on_a_server() -> Option<Fixture<EmbeddedLog>> {
    static ABSENT: Once = Once::new();
    let Ok(server) = std::env::var("TRIBUTE_TEST_DATABASE_URL") else {
        ABSENT
            .call_once(|| say("TRIBUTE_TEST_DATABASE_URL is not set: the log was not tested in PostgreSQL"));
        return None;
    };
    let name = unique();
    administer(&server, &format!("CREATE SCHEMA {name}")).await;
    let separator = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{separator}options[search_path]={name}");
    Some(open(&url, Schema { server, name }).await)
}

mod sqlite {
    conformance!(super::super::in_a_file);
}

mod postgres {
    conformance!(super::super::on_a_server);
}
