//! Databases that are made for a measurement and removed after it.

use anyhow::{Context, Result};
use sea_orm::ConnectionTrait;

/// A database of its own on a server.
pub(in crate::commands::bench) struct Scratch {
    pub(in crate::commands::bench) url: String,
    server: String,
    name: String,
}

impl Scratch {
    pub(in crate::commands::bench) async fn make(server: &str, purpose: &str) -> Result<Self> {
        let name = format!("tribute_bench_{}_{purpose}", std::process::id());
        administer(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        administer(server, &format!("CREATE DATABASE {name}")).await?;
        Ok(Self { url: at(server, &name)?, server: server.to_owned(), name })
    }

    pub(in crate::commands::bench) async fn remove(self) -> Result<()> {
        administer(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).await
    }
}

/// The address of another database of the same server.
fn at(server: &str, name: &str) -> Result<String> {
    let (base, query) = server.split_once('?').map_or((server, None), |(base, query)| (base, Some(query)));
    let (_, rest) = base.split_once("://").context("--db is no address of a server")?;
    let place = rest.find('/').map_or(base, |end| &base[..base.len() - rest.len() + end]);
    Ok(format!("{place}/{name}{}", query.map(|query| format!("?{query}")).unwrap_or_default()))
}

async fn administer(server: &str, statement: &str) -> Result<()> {
    let connection = sea_orm::Database::connect(server).await.context("the server of --db")?;
    connection.execute_unprepared(statement).await.with_context(|| statement.to_owned())?;
    Ok(connection.close().await?)
}

#[cfg(test)]
mod tests {
    // A test that cannot go on has failed.
    #![allow(clippy::unwrap_used)]

    #[test]
    fn another_database_of_the_same_server() {
        for (server, wanted) in [
            ("postgres://me@host:1/postgres", "postgres://me@host:1/x"),
            ("postgres://host", "postgres://host/x"),
            ("postgres://host/a?sslmode=off", "postgres://host/x?sslmode=off"),
        ] {
            assert_eq!(super::at(server, "x").unwrap(), wanted);
        }
    }
}
