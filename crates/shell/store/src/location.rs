//! Where a database is: an address, or just a path.

use std::path::PathBuf;

use crate::StoreError;

/// What an address stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// A file.
    Sqlite { path: PathBuf, create: bool },
    /// A server; the address as given.
    Postgres(String),
}

impl Location {
    /// Reads `postgres://…`, `sqlite:PATH`, `sqlite://PATH`, or a path. `?mode=rw` opens an existing file only.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let refused = |reason| Err(StoreError::Url { url: without_password(url), reason });
        let (text, is_url) = match url.strip_prefix("sqlite:") {
            Some(rest) => (rest.strip_prefix("//").unwrap_or(rest), true),
            None if url.contains("://") => return refused("only sqlite: and postgres:// are known"),
            None => (url, false),
        };
        let (path, options) = if is_url { text.split_once('?').unwrap_or((text, "")) } else { (text, "") };
        if path.is_empty() || path.contains(":memory:") {
            return refused("a file is needed: readers have connections of their own");
        }
        match options {
            "" | "mode=rwc" => Ok(Self::Sqlite { path: path.into(), create: true }),
            "mode=rw" => Ok(Self::Sqlite { path: path.into(), create: false }),
            _ => refused("the only options are mode=rwc (create it, the default) and mode=rw"),
        }
    }
}

/// `scheme://user:secret@host` without the secret.
fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => format!("{}://…{}", &url[..scheme], &url[at..]),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Location;

    #[test]
    fn files_and_servers() {
        let file = |path: &str, create| Location::Sqlite { path: path.into(), create };
        for (url, expected) in [
            ("sqlite:a/b.db?mode=rwc", file("a/b.db", true)),
            ("sqlite:///var/b.db?mode=rw", file("/var/b.db", false)),
            ("what?.db", file("what?.db", true)),
            ("postgres://u@h/d", Location::Postgres("postgres://u@h/d".to_owned())),
        ] {
            assert_eq!(Location::parse(url).unwrap(), expected, "{url}");
        }
    }

    #[test]
    fn a_refusal_keeps_the_password_to_itself() {
        let refused = Location::parse("mysql://root:secret@db/x").unwrap_err().to_string();
        assert!(refused.contains("@db/x") && !refused.contains("secret"), "{refused}");
        for url in ["", "sqlite::memory:", "sqlite:a.db?mode=ro"] {
            assert!(Location::parse(url).is_err(), "{url}");
        }
    }
}
