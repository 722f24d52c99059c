//! The settings of librdkafka's clients, what they say, and what their errors mean.

use std::sync::{Arc, Mutex, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::topic_partition_list::TopicPartitionList;

use super::settings::{KafkaSettings, Sasl, Tls};
use crate::LogError;

/// The longest message, with its key and headers: an event has 1 MiB at most, and a line that could not be read as one
/// may be somewhat longer.
pub(super) const MESSAGE_BYTES_MAX: &str = "2097152";

/// On these the guarantees rest.
const FIXED: [&str; 10] = [
    "acks",
    "auto.offset.reset",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "group.id",
    "max.in.flight.requests.per.connection",
    "partitioner",
    "request.required.acks",
    "transactional.id",
];

/// What all clients have in common.
fn common(settings: &KafkaSettings, own: &[(&str, &str)]) -> Result<ClientConfig, LogError> {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &settings.brokers)
        .set("client.id", "tribute")
        .set("socket.keepalive.enable", "true")
        // A broker that comes back is found within two seconds.
        .set("reconnect.backoff.max.ms", "2000")
        .set("log.connection.close", "false")
        .set_log_level(RDKafkaLogLevel::Info);
    secure(&mut config, settings);
    for (name, value) in own {
        config.set(*name, *value);
    }
    for (name, value) in &settings.extra.0 {
        if FIXED.contains(&name.as_str()) {
            let detail = "what this program promises rests on the value that it has; leave it out".into();
            return Err(LogError::Setting { setting: name.clone(), detail });
        }
        config.set(name, value);
    }
    Ok(config)
}

/// For a writer: nothing is lost, doubled or put out of order by a retry, and a broker that is away is waited for.
pub(super) fn for_writing(settings: &KafkaSettings) -> Result<ClientConfig, LogError> {
    let own = [
        ("enable.idempotence", "true"),
        ("acks", "all"),
        ("message.timeout.ms", "0"),
        ("message.max.bytes", MESSAGE_BYTES_MAX),
        ("partitioner", "murmur2_random"),
        // Little CPU on either side; the messages resemble each other.
        ("compression.codec", "lz4"),
        ("linger.ms", "3"),
        ("queue.buffering.max.kbytes", "65536"),
    ];
    common(settings, &own)
}

/// For a reader, whose positions are not the brokers' business.
pub(super) fn for_reading(settings: &KafkaSettings, group: &str) -> Result<ClientConfig, LogError> {
    let own = [
        ("group.id", group),
        ("enable.auto.commit", "false"),
        ("enable.auto.offset.store", "false"),
        ("auto.offset.reset", "error"),
        ("allow.auto.create.topics", "false"),
        // Bounds on what waits within librdkafka, and how soon it goes on when there is room.
        ("queued.max.messages.kbytes", "16384"),
        ("queued.min.messages", "20000"),
        ("fetch.queue.backoff.ms", "20"),
        ("fetch.max.bytes", "8388608"),
        ("fetch.wait.max.ms", "250"),
        ("fetch.error.backoff.ms", "100"),
    ];
    common(settings, &own)
}

/// For questions about topics.
pub(super) fn for_asking(settings: &KafkaSettings) -> Result<ClientConfig, LogError> {
    common(settings, &[])
}

fn secure(config: &mut ClientConfig, settings: &KafkaSettings) {
    let protocol = match (&settings.tls, &settings.sasl) {
        (None, None) => "plaintext",
        (Some(_), None) => "ssl",
        (None, Some(_)) => "sasl_plaintext",
        (Some(_), Some(_)) => "sasl_ssl",
    };
    config.set("security.protocol", protocol);
    settings.tls.iter().for_each(|tls| encrypt(config, tls));
    settings.sasl.iter().for_each(|sasl| authenticate(config, sasl));
}

fn encrypt(config: &mut ClientConfig, tls: &Tls) {
    let files = [
        ("ssl.ca.location", &tls.ca),
        ("ssl.certificate.location", &tls.certificate),
        ("ssl.key.location", &tls.key),
    ];
    for (name, file) in files {
        if let Some(file) = file {
            config.set(name, file.to_string_lossy());
        }
    }
    if let Some(password) = &tls.key_password {
        config.set("ssl.key.password", password.reveal());
    }
}

fn authenticate(config: &mut ClientConfig, sasl: &Sasl) {
    let (mechanism, username, password) = match sasl {
        Sasl::Plain { username, password } => ("PLAIN", username, password),
        Sasl::ScramSha256 { username, password } => ("SCRAM-SHA-256", username, password),
        Sasl::ScramSha512 { username, password } => ("SCRAM-SHA-512", username, password),
        Sasl::OauthBearer { token_endpoint, client_id, client_secret, scope } => {
            config
                .set("sasl.mechanism", "OAUTHBEARER")
                .set("sasl.oauthbearer.method", "oidc")
                .set("sasl.oauthbearer.token.endpoint.url", token_endpoint)
                .set("sasl.oauthbearer.client.id", client_id)
                .set("sasl.oauthbearer.client.secret", client_secret.reveal());
            if let Some(scope) = scope {
                config.set("sasl.oauthbearer.scope", scope);
            }
            return;
        }
    };
    config
        .set("sasl.mechanism", mechanism)
        .set("sasl.username", username)
        .set("sasl.password", password.reveal());
}

/// Hands what librdkafka says to the log of this program, and keeps in mind whether the brokers turn us away.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    refusal: Arc<Mutex<Option<String>>>,
}

impl Context {
    /// That the brokers turned us away since somebody asked last, which the client's answers do not tell from silence.
    pub(super) fn refusal(&self, operation: &'static str) -> Option<LogError> {
        let detail = self.refusal.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(LogError::Broker { operation, detail, transient: false })
    }
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        say(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::warn!(%error, reason, "Kafka's client reports an error; it goes on trying");
        if error.rdkafka_error_code().is_some_and(|code| !is_transient(code)) {
            let mut refusal = self.refusal.lock().unwrap_or_else(PoisonError::into_inner);
            *refusal = Some(format!("{error}: {reason}"));
        }
    }
}

fn say(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        // While a broker is away, many times a second.
        _ if facility == "METADATAUPDATE" => tracing::debug!(facility, message, "Kafka's client"),
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
            tracing::error!(facility, message, "Kafka's client");
        }
        RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning => {
            tracing::warn!(facility, message, "Kafka's client");
        }
        RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => {
            tracing::info!(facility, message, "Kafka's client")
        }
        RDKafkaLogLevel::Debug => tracing::debug!(facility, message, "Kafka's client"),
    }
}

impl ConsumerContext for Context {
    fn commit_callback(&self, result: KafkaResult<()>, _positions: &TopicPartitionList) {
        if let Err(error) = result {
            tracing::debug!(%error, "positions were not reported; the lag that others see is too large for now");
        }
    }
}

/// An error of a client, where no more is known about it.
pub(super) fn refused(operation: &'static str, error: &KafkaError) -> LogError {
    if let KafkaError::ClientConfig(_, detail, setting, _) = error {
        return LogError::Setting { setting: setting.clone(), detail: detail.clone() };
    }
    if let KafkaError::ClientCreation(detail) = error {
        return LogError::Setting { setting: "kafka".into(), detail: detail.clone() };
    }
    let transient = error.rdkafka_error_code().is_none_or(is_transient);
    LogError::Broker { operation, detail: error.to_string(), transient }
}

/// Whether the same may succeed later: unless the cluster says that it will not have it.
pub(super) fn is_transient(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as Code;
    let permanent = [
        Code::Authentication,
        Code::ClusterAuthorizationFailed,
        Code::Fatal,
        Code::GroupAuthorizationFailed,
        Code::InvalidArgument,
        Code::InvalidConfig,
        Code::InvalidPartitions,
        Code::InvalidRecord,
        Code::InvalidReplicationFactor,
        Code::InvalidRequest,
        Code::InvalidTopic,
        Code::MessageSizeTooLarge,
        Code::PolicyViolation,
        Code::SaslAuthenticationFailed,
        Code::TopicAuthorizationFailed,
        Code::UnsupportedSASLMechanism,
        Code::UnsupportedVersion,
    ];
    !permanent.contains(&code)
}

/// Lets go of a client on a thread of its own: it may say good-bye to brokers for a while, and nobody needs to wait.
pub(super) fn discard<T: Send + 'static>(client: T) {
    std::thread::spawn(move || drop(client));
}
