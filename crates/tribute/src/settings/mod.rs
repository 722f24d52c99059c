//! Settings: what a flag says, else the environment, else the file, else the default.
//!
//! The file is the one that `--config` or `TRIBUTE_CONFIG` names, otherwise `tribute.toml` in the data folder, where there
//! is one. A file that happens to lie in the working directory is not read: what a program does must not depend on where it
//! is started. Secrets may stand in files of their own, named by a setting that ends in `_file`.

pub(crate) mod catalogue;
mod file;
mod kafka;
pub(crate) mod mask;

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use tribute_api::{Issuer, OptOut, Proxies, Rate, TrackingSettings};
use tribute_stream::{KafkaSettings, topics::TopicSettings};
use tribute_terms::Span;
use tribute_webhooks::{Client, Limits};

use crate::{arguments::Arguments, flags::Flag, otlp::Collector};
use catalogue::{Kind, SETTINGS};

/// The environment variable that names the file.
const CONFIG: &str = "TRIBUTE_CONFIG";

/// Who said what a setting is; who comes later wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    Default,
    File(PathBuf, usize),
    Variable(&'static str),
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// What a setting is, and who said so.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

/// The settings of this process.
#[derive(Clone)]
pub(crate) struct Settings {
    given: BTreeMap<String, Given>,
}

/// What `tribute run` needs.
#[derive(Debug, Clone)]
pub(crate) struct RunSettings {
    pub(crate) kafka: Option<KafkaSettings>,
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) inbox: Option<PathBuf>,
    pub(crate) lateness: Span,
    pub(crate) tick: Span,
    pub(crate) batch_events: u32,
    pub(crate) lease: Span,
    pub(crate) rate: Rate,
    /// Whose JWTs count.
    pub(crate) issuers: Vec<Issuer>,
    /// Whom to believe for whom a request comes.
    pub(crate) proxies: Proxies,
    pub(crate) backfill: bool,
    pub(crate) tracking: TrackingSettings,
    pub(crate) tls: Option<TlsSettings>,
    pub(crate) webhooks: WebhookSettings,
    /// Where spans go, where they go anywhere.
    pub(crate) collector: Option<Collector>,
}

/// By what TLS is spoken at the address that is listened at.
#[derive(Debug, Clone)]
pub(crate) struct TlsSettings {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// How webhooks are sent.
#[derive(Debug, Clone)]
pub(crate) struct WebhookSettings {
    /// Whom to trust besides the authorities of the public web.
    authority: Option<PathBuf>,
    /// Whether http and this machine may be sent to.
    pub(crate) development: bool,
}

impl WebhookSettings {
    /// What sends the requests.
    pub(crate) fn client(&self) -> Result<Client> {
        Ok(Client::new(self.authority.as_deref(), self.development, Limits::default())?)
    }
}

/// The issuers of a file: tables `[[issuer]]`.
fn issuers(path: &Path) -> Result<Vec<Issuer>> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(default)]
        issuer: Vec<Issuer>,
    }
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("api.issuers_file: {} cannot be read", path.display()))?;
    let file: File =
        toml::from_str(&text).with_context(|| format!("api.issuers_file: {}", path.display()))?;
    Ok(file.issuer)
}

impl Settings {
    /// Gathers what this process was told.
    pub(crate) fn load(arguments: &Arguments) -> Result<Self> {
        let variable = |name: &str| match std::env::var(name) {
            Ok(text) => Ok(Some(text).filter(|text| !text.is_empty())),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => bail!("{name} is not UTF-8"),
        };
        let named = arguments
            .config
            .clone()
            .map(Ok)
            .or_else(|| variable(CONFIG).transpose().map(|text| text.map(PathBuf::from)));
        Self::gather(named.transpose()?, variable, arguments.flags())
    }

    fn gather(
        file: Option<PathBuf>,
        variable: impl Fn(&str) -> Result<Option<String>>,
        flags: Vec<Flag>,
    ) -> Result<Self> {
        let mut said = BTreeMap::new();
        for setting in SETTINGS {
            if let Some(text) = variable(setting.variable)? {
                let origin = Origin::Variable(setting.variable);
                said.insert(setting.key.to_owned(), Given { text, origin });
            }
        }
        for Flag { key, text, name } in flags {
            match catalogue::find(&key).map(|it| it.kind) {
                None => bail!("{name}: {}", catalogue::unknown(&key)),
                Some(Kind::Secret) => bail!(
                    "{name}: arguments are seen by everybody on the machine; give it by the environment or a file"
                ),
                Some(_) => said.insert(key, Given { text, origin: Origin::Flag(name) }),
            };
        }
        let mut given = defaults();
        given.extend(standard(&variable)?);
        read_file(file, &said, &mut given)?;
        given.extend(said);
        let settings = Self { given };
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<()> {
        for (key, Given { text, origin }) in &self.given {
            let kind = catalogue::find(key).map_or(Kind::Text, |it| it.kind);
            if let Some(what) = kind.refuse(text) {
                bail!("{key} ({origin}): {what}");
            }
        }
        Ok(())
    }

    /// What a setting is.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.given.get(key).map(|given| given.text.as_str())
    }

    /// What a setting is, and who said so.
    pub(crate) fn given(&self, key: &str) -> Option<&Given> {
        self.given.get(key)
    }

    /// Settings of librdkafka by its own names.
    pub(crate) fn extra(&self) -> impl Iterator<Item = (&str, &Given)> {
        let all = self.given.iter();
        all.filter_map(|(key, given)| Some((key.strip_prefix(catalogue::EXTRA)?, given)))
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.text("data").unwrap_or_default().into()
    }

    /// Where the books are, where somebody said so.
    pub(crate) fn database(&self) -> Result<Option<String>> {
        self.secret("database.url")
    }

    /// The vault's key, where somebody said so.
    pub(crate) fn vault_key(&self) -> Result<Option<String>> {
        self.secret("vault.key")
    }

    /// How the brokers are reached, where there are any.
    pub(crate) fn kafka(&self) -> Result<Option<KafkaSettings>> {
        kafka::settings(self)
    }

    /// What the topics should be like.
    pub(crate) fn topics(&self) -> Result<TopicSettings> {
        Ok(TopicSettings {
            partitions: self.needed("topics.partitions")?.parse()?,
            replication: self.text("topics.replication").map(str::parse).transpose()?,
            retention_days: self.needed("topics.retention_days")?.parse()?,
        })
    }

    /// What `tribute run` needs.
    pub(crate) fn run(&self, backfill: bool) -> Result<RunSettings> {
        Ok(RunSettings {
            kafka: self.kafka()?,
            listen: self.text("run.listen").map(str::parse).transpose()?,
            inbox: self.text("run.inbox").map(PathBuf::from),
            lateness: self.needed("run.lateness")?.parse()?,
            tick: self.needed("run.tick")?.parse()?,
            batch_events: self.needed("run.batch_events")?.parse()?,
            lease: self.needed("run.lease")?.parse()?,
            rate: Rate {
                per_second: self.needed("api.requests_per_second")?.parse()?,
                burst: self.needed("api.burst")?.parse()?,
            },
            issuers: self
                .text("api.issuers_file")
                .map(|path| issuers(Path::new(path)))
                .transpose()?
                .unwrap_or_default(),
            proxies: self.text("http.trusted_proxies").unwrap_or_default().parse()?,
            backfill,
            tracking: self.tracking(),
            tls: self.tls()?,
            webhooks: self.webhooks()?,
            collector: self.collector()?,
        })
    }

    /// Where spans go, where they go anywhere.
    fn collector(&self) -> Result<Option<Collector>> {
        let Some(endpoint) = self.text("tracing.otlp_endpoint") else { return Ok(None) };
        let share = self.needed("tracing.sample")?.parse()?;
        Ok(Some(Collector { endpoint: endpoint.to_owned(), share }))
    }

    /// How webhooks are sent.
    pub(crate) fn webhooks(&self) -> Result<WebhookSettings> {
        let authority = self.text("webhooks.tls.ca").map(PathBuf::from);
        Ok(WebhookSettings { authority, development: self.needed("webhooks.development")? == "true" })
    }

    /// By what TLS is spoken, where it is.
    fn tls(&self) -> Result<Option<TlsSettings>> {
        let path = |key| self.text(key).map(PathBuf::from);
        match (path("http.tls.certificate"), path("http.tls.key")) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some(TlsSettings { certificate, key })),
            _ => bail!("http.tls.certificate and http.tls.key go together; set both, or none"),
        }
    }

    /// How links are followed. Clicks wait in the data folder.
    fn tracking(&self) -> TrackingSettings {
        let hosts = self.text("tracking.landing_hosts").unwrap_or_default();
        let hosts = hosts.split([',', ' ']).filter(|host| !host.is_empty());
        TrackingSettings {
            folder: self.data().join("clicks"),
            opt_out: match self.text("tracking.opt_out") {
                Some("not_at_all") => OptOut::NotAtAll,
                Some("ignored") => OptOut::Ignored,
                _ => OptOut::WithoutDevice,
            },
            landing_hosts: hosts.map(str::to_owned).collect(),
            public_url: self.text("tracking.public_url").map(str::to_owned),
        }
    }

    /// A setting that something else asks for.
    fn needed(&self, key: &str) -> Result<&str> {
        self.text(key).with_context(|| {
            let variable = catalogue::find(key).map_or("", |it| it.variable);
            format!("{key} is not set; name it in the file, or by {variable}")
        })
    }

    /// A secret, from its setting or from the file that the setting beside it names.
    fn secret(&self, key: &str) -> Result<Option<String>> {
        let beside = format!("{key}_file");
        match (self.given(key), self.given(&beside)) {
            (Some(own), Some(file)) if rank(&own.origin) == rank(&file.origin) => {
                bail!("{key} ({}) and {beside} ({}) are both set; leave one out", own.origin, file.origin)
            }
            (own, Some(file)) if own.is_none_or(|own| rank(&own.origin) < rank(&file.origin)) => {
                let path = Path::new(&file.text);
                let text = std::fs::read_to_string(path).with_context(|| {
                    format!("{beside} ({}): {} cannot be read", file.origin, path.display())
                })?;
                let text = text.trim_end_matches(['\r', '\n']);
                if text.is_empty() {
                    bail!("{beside} ({}): {} is empty", file.origin, path.display());
                }
                Ok(Some(text.to_owned()))
            }
            (own, _) => Ok(own.map(|own| own.text.clone())),
        }
    }
}

/// A secret that another place says anew wins over the file that a weaker place names.
const fn rank(origin: &Origin) -> u8 {
    match origin {
        Origin::Default => 0,
        Origin::File(..) => 1,
        Origin::Variable(_) => 2,
        Origin::Flag(_) => 3,
    }
}

fn defaults() -> BTreeMap<String, Given> {
    let given = |text: &str| Given { text: text.to_owned(), origin: Origin::Default };
    SETTINGS.iter().filter_map(|it| Some((it.key.to_owned(), given(it.default?)))).collect()
}

/// What variables say that other programs read as well: everything that is said to this one alone wins.
fn standard(variable: impl Fn(&str) -> Result<Option<String>>) -> Result<BTreeMap<String, Given>> {
    let mut said = BTreeMap::new();
    for setting in SETTINGS {
        let Some(name) = setting.standard else { continue };
        if let Some(text) = variable(name)? {
            said.insert(setting.key.to_owned(), Given { text, origin: Origin::Variable(name) });
        }
    }
    Ok(said)
}

/// Reads the file that was named, or the one of the data folder.
fn read_file(
    named: Option<PathBuf>,
    said: &BTreeMap<String, Given>,
    given: &mut BTreeMap<String, Given>,
) -> Result<()> {
    let data = said.get("data").or_else(|| given.get("data")).map(|it| PathBuf::from(&it.text));
    let in_data = data.map(|folder| folder.join("tribute.toml")).filter(|path| path.is_file());
    let Some(path) = named.as_ref().or(in_data.as_ref()) else { return Ok(()) };
    let entries = file::read(path)?;
    if named.is_none() {
        file::refuse_data(path, &entries)?;
    }
    for entry in entries {
        let origin = Origin::File(path.clone(), entry.line);
        given.insert(entry.key, Given { text: entry.text, origin });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
