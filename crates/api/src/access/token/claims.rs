//! The claims of a token, and whom they name.

use jsonwebtoken::dangerous::insecure_decode;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tribute_events::{AmbassadorId, BrandId, Timestamp};

use super::{Issuer, ambassador};
use crate::{
    Problem, ProblemCode,
    access::role::{Role, Scope},
};

/// The claims that every token must have, and the others.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    sub: String,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// For whom a token stands.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) brand: BrandId,
    pub(crate) role: Role,
    pub(crate) ambassador: Option<AmbassadorId>,
    /// What the token is narrowed to; everything of its role where absent.
    pub(crate) scopes: Option<Vec<Scope>>,
}

/// The issuer that a token names, before anything of it is believed.
pub(super) fn issuer_of(token: &str) -> Result<String, jsonwebtoken::errors::Error> {
    #[derive(Deserialize)]
    struct Unbelieved {
        iss: String,
    }
    Ok(insecure_decode::<Unbelieved>(token)?.claims.iss)
}

impl Claims {
    /// Whether it is its time; what to say where it is not.
    pub(super) fn check_time(&self, now: Timestamp, leeway: i64) -> Result<(), &'static str> {
        let now = now.millis().div_euclid(1_000);
        if self.exp.saturating_add(leeway) <= now {
            return Err("the JWT has expired; get a new one");
        }
        if self.nbf.is_some_and(|from| now < from.saturating_sub(leeway)) {
            return Err("the JWT does not count yet");
        }
        Ok(())
    }

    /// A name for the subject, the same for all of its tokens.
    pub(super) fn credential(&self, issuer: &str) -> String {
        let mut digest = Sha256::new();
        digest.update(issuer.as_bytes());
        digest.update([0]);
        digest.update(self.sub.as_bytes());
        let hex: String = digest.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        format!("jwt_{hex}")
    }

    fn text(&self, claim: &str) -> Option<&str> {
        if claim == "sub" { Some(&self.sub) } else { self.others.get(claim)?.as_str() }
    }

    /// For whom it stands, by what is said of its issuer. Of several roles the first that is known in the order of roles.
    pub(super) fn named(&self, issuer: &Issuer) -> Result<Named, Problem> {
        let refused = |detail: String| Problem::new(ProblemCode::Unauthenticated, detail);
        let brand = match (&issuer.brand, &issuer.brand_claim) {
            (Some(brand), _) => Some(brand.clone()),
            (None, Some(claim)) => self.text(claim).and_then(|text| text.parse().ok()),
            (None, None) => None,
        };
        let brand = brand.ok_or_else(|| refused("the JWT names no brand".to_owned()))?;
        let words = self.words(&issuer.role_claim).unwrap_or_default();
        let meant = words.into_iter().filter_map(|word| issuer.roles.get(word).copied());
        let role = meant.min().ok_or_else(|| {
            refused(format!("the claim `{}` of the JWT names no role that is known here", issuer.role_claim))
        })?;
        let ambassador = match role {
            Role::Ambassador => {
                let named = self.text(&issuer.ambassador_claim);
                let named = named
                    .ok_or_else(|| refused(format!("the JWT has no claim `{}`", issuer.ambassador_claim)))?;
                Some(ambassador(named)?)
            }
            _ => None,
        };
        Ok(Named { brand, role, ambassador, scopes: self.scopes(&issuer.scope_claim) })
    }

    /// The texts of a claim that has one or a list of them; nothing where it is absent.
    fn words(&self, claim: &str) -> Option<Vec<&str>> {
        let said = self.others.get(claim)?;
        let all = said.as_array().map_or_else(|| vec![said], |list| list.iter().collect());
        Some(all.into_iter().filter_map(Value::as_str).collect())
    }

    /// What a token is narrowed to, where it says so: by words with blanks between them, or a list. A word that is none of
    /// our scopes allows nothing here, so that a token which names no other may do nothing.
    fn scopes(&self, claim: &str) -> Option<Vec<Scope>> {
        let words = self.words(claim)?;
        let words = words.into_iter().flat_map(str::split_whitespace);
        Some(words.filter_map(|word| word.parse().ok()).collect())
    }
}
