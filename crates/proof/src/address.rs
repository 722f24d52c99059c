//! The parts of a PostgreSQL URL.

use anyhow::{Context, Result};

/// `postgres://user@host:port/database?settings`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    user: String,
    /// `host:port`.
    pub(crate) server: String,
    database: String,
    settings: String,
}

impl Address {
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let rest =
            url.split_once("://").map(|(_, rest)| rest).context("a database is named as postgres://…")?;
        let (rest, settings) = rest.split_once('?').unwrap_or((rest, ""));
        let (place, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, server) = place.rsplit_once('@').unwrap_or(("", place));
        let server = if server.contains(':') { server.to_owned() } else { format!("{server}:5432") };
        let (user, database, settings) = (user.to_owned(), database.to_owned(), settings.to_owned());
        Ok(Self { user, server, database, settings })
    }

    pub(crate) fn of_database(&self, database: &str) -> Self {
        Self { database: database.to_owned(), ..self.clone() }
    }

    pub(crate) fn of_server(&self, server: &str) -> Self {
        Self { server: server.to_owned(), ..self.clone() }
    }

    pub(crate) fn url(&self) -> String {
        let user = if self.user.is_empty() { String::new() } else { format!("{}@", self.user) };
        let settings = if self.settings.is_empty() { String::new() } else { format!("?{}", self.settings) };
        format!("postgres://{user}{}/{}{settings}", self.server, self.database)
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn a_url_is_put_together_as_it_was() {
        for url in ["postgres://ann:pw@host:5433/books?sslmode=disable", "postgres://host:1/x"] {
            assert_eq!(Address::parse(url).ok().map(|it| it.url()).as_deref(), Some(url));
        }
        let moved = Address::parse("postgres://ann@host/books").ok().map(|it| it.of_server("other:1").url());
        assert_eq!(moved.as_deref(), Some("postgres://ann@other:1/books"));
    }
}
