//! JWTs of issuers that the installation trusts: whom they speak for, and what their claims are taken to mean.
//!
//! A token counts where its issuer is one of those that are named, its audience is us, its algorithm is one that the issuer
//! may use (public keys only: never `none`, never a shared secret), its key is one that the issuer publishes, and its time
//! is now. The brand comes from what is said of the issuer, or from a claim; nothing comes from anywhere else.

mod claims;
mod issuer;
mod keys;
mod provider;

use std::sync::Arc;

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use tribute_events::AmbassadorId;

use crate::{Api, Problem, ProblemCode};
use claims::Claims;
pub(crate) use claims::Named;
pub use issuer::{Issuer, IssuerError};
use keys::Keys;

/// How far the clocks of an issuer and ours may be apart, in seconds.
const LEEWAY: i64 = 60;

/// The issuers that are trusted, each with the keys that it publishes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Issuers(Arc<[(Issuer, Keys)]>);

/// What a token says.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) named: Named,
    pub(crate) credential: String,
}

impl Issuers {
    pub(crate) fn new(issuers: Vec<Issuer>) -> Self {
        provider::install();
        Self(issuers.into_iter().map(|issuer| (issuer.clone(), Keys::of(&issuer))).collect())
    }

    /// What a token says, where it counts.
    pub(crate) async fn read(&self, api: &Api, token: &str) -> Result<Token, Problem> {
        let refused = |detail: String| Problem::new(ProblemCode::Unauthenticated, detail);
        let unreadable = |_| refused("this is neither an API key nor a JWT that can be read".to_owned());
        let header = decode_header(token).map_err(unreadable)?;
        let named = claims::issuer_of(token).map_err(unreadable)?;
        let known = self.0.iter().find(|(issuer, _)| issuer.issuer == named);
        let (issuer, keys) =
            known.ok_or_else(|| refused(format!("the issuer `{named}` is not trusted here")))?;
        if !issuer.allows(header.alg) {
            return Err(refused(format!("a JWT of `{named}` may not be signed by {:?}", header.alg)));
        }
        let kid = header.kid.ok_or_else(|| refused("the JWT names no key by `kid`".to_owned()))?;
        let key = keys.find(&kid, header.alg).await?;
        let key =
            key.ok_or_else(|| refused(format!("`{named}` publishes no key `{kid}` for {:?}", header.alg)))?;
        let claims = verified(token, &key, header.alg, issuer)
            .map_err(|error| refused(format!("the JWT does not count: {error}")))?;
        claims.check_time(api.now(), LEEWAY).map_err(|why| refused(why.to_owned()))?;
        let credential = claims.credential(&issuer.issuer);
        Ok(Token { named: claims.named(issuer)?, credential })
    }
}

fn verified(
    token: &str,
    key: &DecodingKey,
    algorithm: Algorithm,
    issuer: &Issuer,
) -> Result<Claims, jsonwebtoken::errors::Error> {
    let mut validation = Validation::new(algorithm);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[&issuer.issuer]);
    validation.set_audience(&[&issuer.audience]);
    // Time is compared by the clock that everything else here goes by.
    validation.validate_exp = false;
    Ok(decode::<Claims>(token, key, &validation)?.claims)
}

/// An ambassador that a claim names.
pub(crate) fn ambassador(text: &str) -> Result<AmbassadorId, Problem> {
    text.parse().map_err(|_| {
        Problem::new(ProblemCode::Unauthenticated, "the JWT's claim for the ambassador is not the id of one")
    })
}
