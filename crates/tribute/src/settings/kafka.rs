//! How the brokers are reached, from the settings.

use anyhow::{Result, bail};
use tribute_stream::{Extra, KafkaSettings, Sasl, Secret, Tls};

use super::{
    Settings,
    catalogue::{MECHANISMS, PROTOCOLS, SETTINGS},
};

/// None where no brokers are named.
pub(super) fn settings(settings: &Settings) -> Result<Option<KafkaSettings>> {
    let Some(brokers) = settings.text("kafka.brokers") else { return Ok(None) };
    let extra = settings.extra().map(|(name, given)| (name.to_owned(), given.text.clone())).collect();
    let (tls, sasl) = (tls(settings)?, sasl(settings)?);
    agrees(settings, tls.is_some(), sasl.is_some())?;
    Ok(Some(KafkaSettings { brokers: brokers.to_owned(), tls, sasl, extra: Extra(extra) }))
}

/// The protocol follows from the rest; where it is named all the same, it has to be what follows.
fn agrees(settings: &Settings, tls: bool, sasl: bool) -> Result<()> {
    let Some(named) = settings.given("kafka.security_protocol") else { return Ok(()) };
    let place = usize::from(tls) + 2 * usize::from(sasl);
    let follows = PROTOCOLS.get(place).copied().unwrap_or_default();
    if named.text != follows {
        bail!(
            "kafka.security_protocol ({}) is {}, and the other settings are those of {follows}; a SASL_ protocol needs \
             kafka.sasl.mechanism, and kafka.tls.* needs one with SSL",
            named.origin,
            named.text
        );
    }
    Ok(())
}

fn tls(settings: &Settings) -> Result<Option<Tls>> {
    let named = settings.text("kafka.security_protocol");
    if !is_any(settings, "kafka.tls.") && !named.is_some_and(|name| name.ends_with("SSL")) {
        return Ok(None);
    }
    let path = |key: &str| settings.text(key).map(Into::into);
    Ok(Some(Tls {
        ca: path("kafka.tls.ca"),
        certificate: path("kafka.tls.certificate"),
        key: path("kafka.tls.key"),
        key_password: settings.secret("kafka.tls.key_password")?.map(Secret::new),
    }))
}

fn sasl(settings: &Settings) -> Result<Option<Sasl>> {
    let Some(mechanism) = settings.text("kafka.sasl.mechanism") else {
        if is_any(settings, "kafka.sasl.") {
            bail!("kafka.sasl.mechanism is not set; it is one of {}", MECHANISMS.join(", "));
        }
        return Ok(None);
    };
    let text = |key: &str| settings.needed(key).map(str::to_owned);
    let secret = |key: &str| match settings.secret(key)? {
        Some(secret) => Ok(Secret::new(secret)),
        None => settings.needed(key).map(Secret::new),
    };
    if mechanism == "OAUTHBEARER" {
        return Ok(Some(Sasl::OauthBearer {
            token_endpoint: text("kafka.sasl.token_endpoint")?,
            client_id: text("kafka.sasl.client_id")?,
            client_secret: secret("kafka.sasl.client_secret")?,
            scope: settings.text("kafka.sasl.scope").map(str::to_owned),
        }));
    }
    let (username, password) = (text("kafka.sasl.username")?, secret("kafka.sasl.password")?);
    Ok(Some(match mechanism {
        "SCRAM-SHA-256" => Sasl::ScramSha256 { username, password },
        "SCRAM-SHA-512" => Sasl::ScramSha512 { username, password },
        _ => Sasl::Plain { username, password },
    }))
}

fn is_any(settings: &Settings, section: &str) -> bool {
    SETTINGS.iter().any(|it| it.key.starts_with(section) && settings.given(it.key).is_some())
}
