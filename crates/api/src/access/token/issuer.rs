//! What is said of an issuer: how its tokens are checked, and what their claims mean.

use std::collections::BTreeMap;

use jsonwebtoken::Algorithm;
use serde::Deserialize;
use tribute_events::BrandId;

use crate::access::role::Role;

/// An issuer of JWTs that is trusted, as a table `[[issuer]]` of a file says it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Its name, as the claim `iss` has it.
    pub issuer: String,
    /// What it calls us, in the claim `aud`.
    pub audience: String,
    /// Where its keys are published; what its `.well-known/openid-configuration` says where absent.
    #[serde(default)]
    pub jwks: Option<String>,
    /// By which algorithms it may sign: `RS256`, `RS384`, `RS512`, `ES256`, `ES384`, `EdDSA`.
    pub algorithms: Vec<Algorithm>,
    /// The brand that all of its tokens stand for.
    #[serde(default)]
    pub brand: Option<BrandId>,
    /// The claim that names the brand, where there is more than one.
    #[serde(default)]
    pub brand_claim: Option<String>,
    /// The claim that says what somebody is to the brand: a text, or a list of texts.
    pub role_claim: String,
    /// What its words mean: `admins = "brand_admin"`. A word that is not among them means nothing.
    pub roles: BTreeMap<String, Role>,
    /// The claim that names the ambassador, for the role `ambassador`; the subject where absent.
    #[serde(default = "subject")]
    pub ambassador_claim: String,
    /// The claim that narrows a token to scopes, `scope` where absent. A token without it may do what its role may.
    #[serde(default = "scope")]
    pub scope_claim: String,
}

fn subject() -> String {
    "sub".to_owned()
}

fn scope() -> String {
    "scope".to_owned()
}

/// What is wrong with what is said of an issuer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerError {
    /// The tokens of an issuer would stand for no brand, or for two.
    #[error("issuer {0}: say either `brand` or `brand_claim`")]
    Brand(String),
    /// It may sign by nothing, or by a secret that it shares.
    #[error(
        "issuer {issuer}: {algorithm} is no algorithm with public keys that is known; there are RS256, RS384, RS512, ES256, ES384, EdDSA"
    )]
    Algorithm {
        /// The issuer.
        issuer: String,
        /// The algorithm, or none.
        algorithm: String,
    },
    /// Keys that come over an open line may be anybody's.
    #[error(
        "issuer {issuer}: {address} is not https; only on this machine (127.0.0.1, localhost) http will do"
    )]
    Address {
        /// The issuer.
        issuer: String,
        /// The address.
        address: String,
    },
}

/// Those whose key is public.
const PUBLIC: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

impl Issuer {
    /// Whether it can be trusted as it is described.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), IssuerError> {
        let issuer = || self.issuer.clone();
        if self.brand.is_some() == self.brand_claim.is_some() {
            return Err(IssuerError::Brand(issuer()));
        }
        if self.algorithms.is_empty() {
            return Err(IssuerError::Algorithm { issuer: issuer(), algorithm: "none".to_owned() });
        }
        if let Some(algorithm) = self.algorithms.iter().find(|it| !PUBLIC.contains(it)) {
            return Err(IssuerError::Algorithm { issuer: issuer(), algorithm: format!("{algorithm:?}") });
        }
        let address = self.jwks.as_ref().unwrap_or(&self.issuer);
        let here = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        if !address.starts_with("https://") && !here.iter().any(|it| address.starts_with(it)) {
            return Err(IssuerError::Address { issuer: issuer(), address: address.clone() });
        }
        Ok(())
    }

    pub(super) fn allows(&self, algorithm: Algorithm) -> bool {
        PUBLIC.contains(&algorithm) && self.algorithms.contains(&algorithm)
    }
}
