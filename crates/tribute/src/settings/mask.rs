//! What is shown in place of a secret.

/// What stands where a secret is.
pub(crate) const MASK: &str = "***";

/// The address of a database without its password, which may stand before the host or among the options.
pub(crate) fn database(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (place, options) =
        rest.split_once('?').map_or((rest, None), |(place, options)| (place, Some(options)));
    // A password may hold an `@` that nobody wrote as %40.
    let place = match place.rsplit_once('@') {
        Some((user, host)) if user.contains(':') => {
            format!("{}:{MASK}@{host}", user.split_once(':').map_or("", |(name, _)| name))
        }
        _ => place.to_owned(),
    };
    let masked = |option: &str| match option.split_once('=') {
        Some((name, _)) if name.to_ascii_lowercase().contains("password") => format!("{name}={MASK}"),
        _ => option.to_owned(),
    };
    let options = options.map(|them| them.split('&').map(masked).collect::<Vec<_>>().join("&"));
    options.map_or_else(|| format!("{scheme}://{place}"), |options| format!("{scheme}://{place}?{options}"))
}

/// The address of a collector without who asks and their password.
pub(crate) fn collector(url: &str) -> String {
    let masked = url.split_once("://").and_then(|(scheme, rest)| {
        let (_, place) = rest.rsplit_once('@')?;
        Some(format!("{scheme}://{MASK}@{place}"))
    });
    masked.unwrap_or_else(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{collector, database};

    #[test]
    fn whoever_asks_a_collector_is_not_shown() {
        for (url, shown) in [
            ("http://collector:4318", "http://collector:4318"),
            ("https://ada:se@cret@collector/otlp", "https://***@collector/otlp"),
            ("https://token@collector", "https://***@collector"),
        ] {
            assert_eq!(collector(url), shown);
        }
    }

    #[test]
    fn a_password_is_nowhere() {
        for (url, shown) in [
            ("postgres://ada:secret@db:5432/books", "postgres://ada:***@db:5432/books"),
            (
                "postgres://ada:se:cr@et@db/books?sslmode=require",
                "postgres://ada:***@db/books?sslmode=require",
            ),
            ("postgres://db/books?user=ada&password=secret", "postgres://db/books?user=ada&password=***"),
            ("postgres://ada@db/books", "postgres://ada@db/books"),
            ("folder/a:b@c.db", "folder/a:b@c.db"),
        ] {
            assert_eq!(database(url), shown);
        }
    }
}
