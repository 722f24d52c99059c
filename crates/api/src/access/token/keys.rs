//! The keys that an issuer publishes: fetched when they are first needed, kept, and fetched anew where a token names one
//! that is not among them, but not more often than every half minute, whatever comes.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse},
};
use serde::{Deserialize, de::DeserializeOwned};
use tokio::sync::Mutex;

use super::Issuer;
use crate::{Problem, ProblemCode};

/// How long keys are believed without a look.
const KEPT: Duration = Duration::from_secs(3_600);
/// How long they are used where nothing answers.
const KEPT_MAX: Duration = Duration::from_secs(24 * 3_600);
/// How often they are looked for at most.
const REST: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(5);
const BYTES_MAX: u64 = 256 << 10;

/// The keys of one issuer.
#[derive(Debug)]
pub(super) struct Keys {
    address: Address,
    kept: Mutex<Kept>,
}

#[derive(Debug, Clone)]
enum Address {
    Keys(String),
    /// The configuration that says where the keys are.
    Discovery(String),
}

#[derive(Debug, Default)]
struct Kept {
    keys: Arc<JwkSet>,
    read: Option<Instant>,
    tried: Option<Instant>,
}

impl Keys {
    pub(super) fn of(issuer: &Issuer) -> Self {
        let address = match &issuer.jwks {
            Some(address) => Address::Keys(address.clone()),
            None => {
                let base = issuer.issuer.trim_end_matches('/');
                Address::Discovery(format!("{base}/.well-known/openid-configuration"))
            }
        };
        Self { address, kept: Mutex::default() }
    }

    /// The key of this id, where it is one for this algorithm.
    pub(super) async fn find(&self, kid: &str, algorithm: Algorithm) -> Result<Option<DecodingKey>, Problem> {
        let mut kept = self.kept.lock().await;
        let is_fresh = kept.read.is_some_and(|at| at.elapsed() < KEPT);
        let may_ask = kept.tried.is_none_or(|at| at.elapsed() >= REST);
        if (!is_fresh || kept.keys.find(kid).is_none()) && may_ask {
            kept.tried = Some(Instant::now());
            let address = self.address.clone();
            match tokio::task::spawn_blocking(move || fetch(&address)).await {
                Ok(Ok(keys)) => (kept.keys, kept.read) = (Arc::new(keys), Some(Instant::now())),
                Ok(Err(error)) => {
                    tracing::warn!(%error, address = ?self.address, "an issuer's keys were not fetched")
                }
                Err(error) => tracing::warn!(%error, "an issuer's keys were not fetched"),
            }
        }
        if kept.read.is_none_or(|at| at.elapsed() >= KEPT_MAX) {
            let detail = "the issuer of this JWT does not answer, and its keys are not known; try again";
            return Err(Problem::new(ProblemCode::Unavailable, detail).after(30));
        }
        let key = kept.keys.find(kid).filter(|key| fits(key, algorithm));
        Ok(key.and_then(|key| DecodingKey::from_jwk(key).ok()))
    }
}

/// Whether a key is one for signatures by this algorithm. A key of another kind is never tried.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    if key.common.public_key_use.as_ref().is_some_and(|it| *it != PublicKeyUse::Signature) {
        return false;
    }
    let said = key.common.key_algorithm.as_ref().map(ToString::to_string);
    if said.is_some_and(|it| it != format!("{algorithm:?}")) {
        return false;
    }
    match (&key.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512) => true,
        (AlgorithmParameters::EllipticCurve(it), Algorithm::ES256) => it.curve == EllipticCurve::P256,
        (AlgorithmParameters::EllipticCurve(it), Algorithm::ES384) => it.curve == EllipticCurve::P384,
        (AlgorithmParameters::OctetKeyPair(it), Algorithm::EdDSA) => it.curve == EllipticCurve::Ed25519,
        _ => false,
    }
}

fn fetch(address: &Address) -> Result<JwkSet, ureq::Error> {
    #[derive(Deserialize)]
    struct Configuration {
        jwks_uri: String,
    }
    match address {
        Address::Keys(address) => get(address),
        Address::Discovery(address) => get(&get::<Configuration>(address)?.jwks_uri),
    }
}

fn get<T: DeserializeOwned>(address: &str) -> Result<T, ureq::Error> {
    let agent =
        ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0).build().new_agent();
    let mut answer = agent.get(address).call()?;
    let bytes = answer.body_mut().with_config().limit(BYTES_MAX).read_to_vec()?;
    serde_json::from_slice(&bytes).map_err(|error| ureq::Error::Other(Box::new(error)))
}
