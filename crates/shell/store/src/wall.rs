//! The second wall between brands: on PostgreSQL the server itself shows a reader one brand's rows only.
//!
//! Who reads on behalf of a brand does it as the role `tribute_api`, which may only look, and under policies by the
//! setting `tribute.brand`. A query that forgot its brand finds nothing of others, and without a brand nothing at all.

use std::future::Future;

use sea_orm::{DatabaseConnection, SqlxPostgresConnector};
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};

use crate::database::CONNECTIONS;

/// The role that reads on behalf of a brand.
pub(crate) const ROLE: &str = "tribute_api";

tokio::task_local! {
    static BRAND: String;
}

/// Runs something on behalf of a brand: connections that are [walled](crate::Database::walled) show the rows of that
/// brand, and of the whole installation, while they are used by it.
pub async fn on_behalf_of<F: Future>(brand: &str, doing: F) -> F::Output {
    BRAND.scope(brand.to_owned(), doing).await
}

/// Connections to the same server that show one brand's rows only.
pub(crate) fn readers(pool: &PgPool) -> DatabaseConnection {
    let options = pool.connect_options();
    let server = options.as_ref().clone().options([("default_transaction_read_only", "on")]);
    let walled = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .after_connect(|connection, _| Box::pin(stand_behind(connection)))
        .before_acquire(|connection, _| {
            Box::pin(async move { stand_behind(connection).await.map(|()| true) })
        })
        .connect_lazy_with(server);
    SqlxPostgresConnector::from_sqlx_postgres_pool(walled)
}

/// Sets role and brand anew each time that a connection is taken: nothing of who had it before is left.
async fn stand_behind(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let brand = BRAND.try_with(Clone::clone).unwrap_or_default();
    sqlx::query("SELECT set_config('role', $1, false), set_config('tribute.brand', $2, false)")
        .bind(ROLE)
        .bind(brand)
        .execute(connection)
        .await
        .map(drop)
}
