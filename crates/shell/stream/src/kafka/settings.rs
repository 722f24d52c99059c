//! Where the brokers are, and how they are talked to.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize, Serializer};

const MASK: &str = "***";

/// How to reach Kafka. Without `tls` and `sasl` the connection is neither encrypted nor authenticated.
///
/// What is printed or serialized holds no secret.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KafkaSettings {
    /// `host:port,host:port`: some brokers of the cluster, which tell of the others.
    pub brokers: String,
    /// Encryption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Authentication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sasl: Option<Sasl>,
    /// Further settings of librdkafka by their own names; they win over those made here.
    #[serde(default)]
    pub extra: Extra,
}

impl KafkaSettings {
    /// Brokers that trust everybody who reaches them.
    pub fn plaintext(brokers: impl Into<String>) -> Self {
        Self { brokers: brokers.into(), ..Self::default() }
    }
}

/// Encryption by TLS. The broker's name is compared with its certificate.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// The file with the authorities to trust; those of the system where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// The file with our own certificate, where the brokers ask for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// The file with its private key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
    /// The pass phrase of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_password: Option<Secret>,
}

/// Authentication by SASL.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(tag = "mechanism", deny_unknown_fields)]
pub enum Sasl {
    /// Name and password as they are: only together with TLS.
    #[serde(rename = "PLAIN")]
    Plain {
        /// Who we are.
        username: String,
        /// The password.
        password: Secret,
    },
    /// Name and password, of which the broker sees a proof only.
    #[serde(rename = "SCRAM-SHA-256")]
    ScramSha256 {
        /// Who we are.
        username: String,
        /// The password.
        password: Secret,
    },
    /// As the one before, with a longer hash.
    #[serde(rename = "SCRAM-SHA-512")]
    ScramSha512 {
        /// Who we are.
        username: String,
        /// The password.
        password: Secret,
    },
    /// A token that a provider of `OpenID` Connect issues for our credentials, fetched anew before it expires. Only where libcurl's
    /// headers were there when librdkafka was built.
    #[serde(rename = "OAUTHBEARER")]
    OauthBearer {
        /// Where tokens are issued.
        token_endpoint: String,
        /// Who we are there.
        client_id: String,
        /// Our secret there.
        client_secret: Secret,
        /// The scope to ask for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<String>,
    },
}

/// A text that nobody is to see.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Makes a text a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

/// Settings of librdkafka by name.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Extra(pub BTreeMap<String, String>);

impl Extra {
    /// Whether a setting of librdkafka holds a password, a key, or a text that may hold one.
    #[must_use]
    pub fn is_secret(name: &str) -> bool {
        let parts = ["password", "passphrase", "secret", ".pem", "oauthbearer.config"];
        parts.iter().any(|part| name.contains(part))
    }

    fn shown(&self) -> impl Iterator<Item = (&str, &str)> {
        let mask = |(name, value)| if Self::is_secret(name) { (name, MASK) } else { (name, value) };
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).map(mask)
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.shown()).finish()
    }
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::{KafkaSettings, Sasl};

    const ALL: &str = r#"{"brokers":"a:9092","tls":{"ca":"/ca.pem","key_password":"SECRET1"},
        "sasl":{"mechanism":"SCRAM-SHA-512","username":"ada","password":"SECRET2"},
        "extra":{"ssl.key.pem":"SECRET3","sasl.password":"SECRET4","linger.ms":"7"}}"#;

    #[test]
    fn what_is_shown_holds_no_secret() {
        let settings: KafkaSettings = serde_json::from_str(ALL).unwrap();
        for shown in [format!("{settings:?}"), serde_json::to_string(&settings).unwrap()] {
            assert!(!shown.contains("SECRET"), "{shown}");
            assert!(["a:9092", "/ca.pem", "ada", "linger.ms"].iter().all(|it| shown.contains(it)), "{shown}");
        }
    }

    #[test]
    fn a_mechanism_brings_what_it_needs() {
        let read = |text: &str| serde_json::from_str::<Sasl>(text);
        let token = r#"{"mechanism":"OAUTHBEARER","token_endpoint":"https://id/token","client_id":"a","client_secret":"b"}"#;
        assert!(matches!(read(token).unwrap(), Sasl::OauthBearer { scope: None, .. }));
        assert!(read(r#"{"mechanism":"PLAIN","username":"ada"}"#).is_err());
        assert!(read(r#"{"mechanism":"GSSAPI","username":"ada","password":"b"}"#).is_err());
        let typo = ALL.replace("brokers", "broker");
        assert!(serde_json::from_str::<KafkaSettings>(&typo).is_err());
    }
}
