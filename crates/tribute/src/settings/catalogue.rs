//! Every setting there is: its name in the file, its environment variable, what it may be, and what it is where nobody
//! says.

use std::net::SocketAddr;

use tribute_terms::Span;

/// A setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name in the file, with its sections: `kafka.sasl.username`.
    pub(crate) key: &'static str,
    /// Its environment variable.
    pub(crate) variable: &'static str,
    /// What it may be.
    pub(crate) kind: Kind,
    /// What it is where nobody says.
    pub(crate) default: Option<&'static str>,
    /// The variable by which other programs are told the same.
    pub(crate) standard: Option<&'static str>,
}

/// What a setting may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// A text that nobody is to see.
    Secret,
    /// A path, or the URL of a server, whose password nobody is to see.
    Database,
    /// A path.
    Path,
    /// A length of time, longer than none.
    Span,
    /// A whole number from one to another.
    Number(u32, u32),
    /// A port of an address.
    Listen,
    /// Networks of proxies.
    Proxies,
    /// The address of a collector, whose password nobody is to see.
    Collector,
    /// The address of a provider of tokens, in which is nothing that nobody is to see.
    Provider,
    /// A share, from 0 to 1.
    Share,
    /// What is logged.
    Filter,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// How Kafka names the four ways of talking to it.
pub(crate) const PROTOCOLS: &[&str] = &["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"];
/// The ways of authentication.
pub(crate) const MECHANISMS: &[&str] = &["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"];
/// What is recorded of who does not want to be followed.
pub(crate) const OPT_OUT: &[&str] = &["without_device", "not_at_all", "ignored"];
/// Whether something is so.
pub(crate) const SWITCH: &[&str] = &["false", "true"];
/// How many events make a batch at most.
pub(crate) const BATCH: Kind = Kind::Number(1, 20_000);
/// How many partitions a topic with many events has.
pub(crate) const PARTITIONS: Kind = Kind::Number(1, 10_000);
/// On how many brokers a message lies.
pub(crate) const REPLICATION: Kind = Kind::Number(1, 1_000);
/// Settings of librdkafka by their own names follow this.
pub(crate) const EXTRA: &str = "kafka.extra.";

const fn setting(key: &'static str, variable: &'static str, kind: Kind) -> Setting {
    Setting { key, variable, kind, default: None, standard: None }
}

impl Setting {
    const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    const fn also(self, standard: &'static str) -> Self {
        Self { standard: Some(standard), ..self }
    }
}

/// All settings, in the order in which they are shown. `kafka.extra.NAME` stands for any setting of librdkafka.
pub(crate) const SETTINGS: &[Setting] = &[
    setting("data", "TRIBUTE_DATA", Kind::Path).or("tribute-data"),
    setting("database.url", "TRIBUTE_DATABASE_URL", Kind::Database),
    setting("database.url_file", "TRIBUTE_DATABASE_URL_FILE", Kind::Path),
    setting("vault.key", "TRIBUTE_VAULT_KEY", Kind::Secret),
    setting("vault.key_file", "TRIBUTE_VAULT_KEY_FILE", Kind::Path),
    setting("kafka.brokers", "TRIBUTE_BROKERS", Kind::Text),
    setting("kafka.security_protocol", "TRIBUTE_KAFKA_SECURITY_PROTOCOL", Kind::OneOf(PROTOCOLS)),
    setting("kafka.tls.ca", "TRIBUTE_KAFKA_TLS_CA", Kind::Path),
    setting("kafka.tls.certificate", "TRIBUTE_KAFKA_TLS_CERTIFICATE", Kind::Path),
    setting("kafka.tls.key", "TRIBUTE_KAFKA_TLS_KEY", Kind::Path),
    setting("kafka.tls.key_password", "TRIBUTE_KAFKA_TLS_KEY_PASSWORD", Kind::Secret),
    setting("kafka.tls.key_password_file", "TRIBUTE_KAFKA_TLS_KEY_PASSWORD_FILE", Kind::Path),
    setting("kafka.sasl.mechanism", "TRIBUTE_KAFKA_SASL_MECHANISM", Kind::OneOf(MECHANISMS)),
    setting("kafka.sasl.username", "TRIBUTE_KAFKA_SASL_USERNAME", Kind::Text),
    setting("kafka.sasl.password", "TRIBUTE_KAFKA_SASL_PASSWORD", Kind::Secret),
    setting("kafka.sasl.password_file", "TRIBUTE_KAFKA_SASL_PASSWORD_FILE", Kind::Path),
    setting("kafka.sasl.token_endpoint", "TRIBUTE_KAFKA_SASL_TOKEN_ENDPOINT", Kind::Provider),
    setting("kafka.sasl.client_id", "TRIBUTE_KAFKA_SASL_CLIENT_ID", Kind::Text),
    setting("kafka.sasl.client_secret", "TRIBUTE_KAFKA_SASL_CLIENT_SECRET", Kind::Secret),
    setting("kafka.sasl.client_secret_file", "TRIBUTE_KAFKA_SASL_CLIENT_SECRET_FILE", Kind::Path),
    setting("kafka.sasl.scope", "TRIBUTE_KAFKA_SASL_SCOPE", Kind::Text),
    setting("topics.partitions", "TRIBUTE_TOPICS_PARTITIONS", PARTITIONS).or("8"),
    setting("topics.replication", "TRIBUTE_TOPICS_REPLICATION", REPLICATION),
    setting("topics.retention_days", "TRIBUTE_TOPICS_RETENTION_DAYS", Kind::Number(1, 36_500)).or("30"),
    setting("run.batch_events", "TRIBUTE_BATCH_EVENTS", BATCH).or("2000"),
    setting("run.lease", "TRIBUTE_LEASE", Kind::Span).or("10s"),
    setting("run.lateness", "TRIBUTE_LATENESS", Kind::Span).or("5m"),
    setting("run.tick", "TRIBUTE_TICK", Kind::Span).or("30s"),
    setting("run.listen", "TRIBUTE_LISTEN", Kind::Listen),
    setting("run.inbox", "TRIBUTE_INBOX", Kind::Path),
    setting("api.requests_per_second", "TRIBUTE_API_REQUESTS_PER_SECOND", Kind::Number(1, 1_000_000))
        .or("50"),
    setting("api.burst", "TRIBUTE_API_BURST", Kind::Number(1, 1_000_000)).or("200"),
    setting("api.issuers_file", "TRIBUTE_API_ISSUERS_FILE", Kind::Path),
    setting("tracking.opt_out", "TRIBUTE_TRACKING_OPT_OUT", Kind::OneOf(OPT_OUT)).or("without_device"),
    setting("tracking.landing_hosts", "TRIBUTE_TRACKING_LANDING_HOSTS", Kind::Text),
    setting("tracking.public_url", "TRIBUTE_TRACKING_PUBLIC_URL", Kind::Text),
    setting("http.tls.certificate", "TRIBUTE_HTTP_TLS_CERTIFICATE", Kind::Path),
    setting("http.tls.key", "TRIBUTE_HTTP_TLS_KEY", Kind::Path),
    setting("http.trusted_proxies", "TRIBUTE_HTTP_TRUSTED_PROXIES", Kind::Proxies),
    setting("webhooks.tls.ca", "TRIBUTE_WEBHOOKS_TLS_CA", Kind::Path),
    setting("webhooks.development", "TRIBUTE_WEBHOOKS_DEVELOPMENT", Kind::OneOf(SWITCH)).or("false"),
    setting("tracing.otlp_endpoint", "TRIBUTE_TRACING_OTLP_ENDPOINT", Kind::Collector)
        .also("OTEL_EXPORTER_OTLP_ENDPOINT"),
    setting("tracing.sample", "TRIBUTE_TRACING_SAMPLE", Kind::Share).or("0.01"),
    setting("log.filter", "TRIBUTE_LOG", Kind::Filter).or("warn"),
];

const ANY_EXTRA: Setting = setting(EXTRA, "", Kind::Text);
const SECRET_EXTRA: Setting = setting(EXTRA, "", Kind::Secret);

/// The setting of this name.
pub(crate) fn find(key: &str) -> Option<&'static Setting> {
    match key.strip_prefix(EXTRA) {
        Some("") => None,
        Some(name) if tribute_stream::Extra::is_secret(name) => Some(&SECRET_EXTRA),
        Some(_) => Some(&ANY_EXTRA),
        None => SETTINGS.iter().find(|it| it.key == key),
    }
}

/// Whether there are settings in a section of this name.
pub(crate) fn is_section(name: &str) -> bool {
    let within = |key: &str| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    SETTINGS.iter().any(|it| within(it.key)) || within(EXTRA)
}

/// What to say of a key that nobody knows.
pub(crate) fn unknown(key: &str) -> String {
    match meant(key, SETTINGS.iter().map(|it| it.key)) {
        Some(meant) => format!("there is no setting `{key}`; did you mean `{meant}`?"),
        None => format!("there is no setting `{key}`; `tribute config show` lists them all"),
    }
}

/// The known one of some names that a mistyped one resembles most.
pub(crate) fn meant<'n>(typed: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let apart = known.map(|name| (distance(typed, name), name));
    apart.min().filter(|(apart, name)| *apart * 4 <= name.len()).map(|(_, name)| name)
}

/// How many letters have to be put in, left out or exchanged to make one text of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (index, left) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (place, right) in other.chars().enumerate() {
            let exchanged = diagonal + usize::from(left != right);
            diagonal = row[place + 1];
            row[place + 1] = exchanged.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

impl Kind {
    /// What is wrong with a value, if anything is; never with the value of a secret in it.
    pub(crate) fn refuse(self, text: &str) -> Option<String> {
        match self {
            Self::Text | Self::Secret | Self::Path | Self::Database if text.is_empty() => {
                Some("it is empty".to_owned())
            }
            Self::Text | Self::Secret | Self::Path | Self::Database => None,
            Self::Span => match text.parse::<Span>() {
                Ok(span) => (span.millis() < 1).then(|| "it has to be longer than none".to_owned()),
                Err(error) => Some(error.to_string()),
            },
            Self::Number(least, most) => {
                let fits = text.parse::<u32>().is_ok_and(|count| (least..=most).contains(&count));
                (!fits).then(|| format!("`{text}` is not a number from {least} to {most}"))
            }
            Self::Listen => text
                .parse::<SocketAddr>()
                .is_err()
                .then(|| format!("`{text}` is not an address with a port, such as 127.0.0.1:8080")),
            Self::Proxies => text.parse::<tribute_api::Proxies>().err().map(|error| error.to_string()),
            Self::Collector => refuse_collector(text),
            Self::Provider => refuse_provider(text),
            Self::Share => {
                let fits = text.parse::<f64>().is_ok_and(|share| (0.0..=1.0).contains(&share));
                (!fits).then(|| format!("`{text}` is not a share from 0 to 1, such as \"0.01\""))
            }
            Self::Filter => tracing_subscriber::EnvFilter::try_new(text).err().map(|error| error.to_string()),
            Self::OneOf(names) => {
                (!names.contains(&text)).then(|| format!("`{text}` is none of {}", names.join(", ")))
            }
        }
    }
}

/// What is wrong with the address of a collector.
/// An address is shown as it is: the secret has a setting of its own.
fn refuse_provider(text: &str) -> Option<String> {
    let read = text.parse::<axum::http::Uri>().ok();
    let fits = |it: &axum::http::Uri| {
        matches!(it.scheme_str(), Some("http" | "https"))
            && it.authority().is_some_and(|authority| !authority.as_str().contains('@'))
            && it.query().is_none()
    };
    read.filter(fits).is_none().then(|| {
        "it is not the address of a provider of tokens, such as https://id.example.com/token; without a password and \
         without a query: the secret is kafka.sasl.client_secret"
            .to_owned()
    })
}

fn refuse_collector(text: &str) -> Option<String> {
    let read = text.parse::<axum::http::Uri>().ok();
    let fits = |it: &axum::http::Uri| {
        matches!(it.scheme_str(), Some("http" | "https"))
            && it.host().is_some_and(|host| !host.is_empty())
            && it.query().is_none()
    };
    match read.filter(fits) {
        None => Some(
            "it is not the address of a collector that takes OTLP by HTTP, such as http://collector:4318"
                .to_owned(),
        ),
        Some(address) if address.port_u16() == Some(4317) => Some(
            "port 4317 is that of gRPC, which is not spoken here; collectors take HTTP at port 4318"
                .to_owned(),
        ),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mistyped_is_told_what_was_meant() {
        let keys = || SETTINGS.iter().map(|it| it.key);
        assert_eq!(meant("kafka.sasl.pasword", keys()), Some("kafka.sasl.password"));
        assert_eq!(meant("run.leese", keys()), Some("run.lease"));
        assert_eq!(meant("colour", keys()), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn every_default_is_a_value_that_is_allowed() {
        for setting in SETTINGS {
            assert_eq!(setting.default.and_then(|text| setting.kind.refuse(text)), None, "{}", setting.key);
            assert!(setting.variable.starts_with("TRIBUTE_"), "{}", setting.key);
        }
    }

    #[test]
    fn settings_of_librdkafka_that_hold_a_secret_are_secrets() {
        let kind = |key: &str| find(key).map(|it| it.kind);
        assert_eq!(kind("kafka.extra.ssl.key.pem"), Some(Kind::Secret));
        assert_eq!(kind("kafka.extra.linger.ms"), Some(Kind::Text));
        assert_eq!(kind("kafka.extra."), None);
        assert!(
            is_section("kafka")
                && is_section("kafka.extra")
                && !is_section("kafk")
                && !is_section("run.lease")
        );
    }
}
