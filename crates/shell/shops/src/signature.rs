//! Whether a delivery is the shop's own: HMAC-SHA-256 over the bytes as they came, compared in constant time.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tribute_events::Timestamp;

use crate::Kind;

/// How far the time that Stripe signed may lie from now, either way.
pub const TOLERANCE_SECONDS: u64 = 300;

/// Why a delivery is not taken for the shop's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSignature {
    /// It has no signature.
    #[error("the delivery has no signature in `{0}`")]
    Missing(&'static str),
    /// The signature cannot be read.
    #[error("the signature in `{0}` cannot be read")]
    Unreadable(&'static str),
    /// It is none of the secrets that count.
    #[error("the signature in `{0}` was not made with the shop's secret over these bytes")]
    Wrong(&'static str),
    /// It was signed too long ago, or in the future.
    #[error(
        "the delivery was signed more than {TOLERANCE_SECONDS} s from now; it may be one of old, or a clock is wrong"
    )]
    OutOfTime,
}

impl Kind {
    /// The header that holds the signature.
    #[must_use]
    pub const fn signature_header(self) -> &'static str {
        match self {
            Self::Shopify => "x-shopify-hmac-sha256",
            Self::Stripe => "stripe-signature",
            Self::WooCommerce => "x-wc-webhook-signature",
        }
    }

    /// Goes on where the bytes were signed with one of the secrets.
    ///
    /// # Errors
    /// Why they are not taken for the shop's own.
    pub fn verify(
        self,
        secrets: &[&[u8]],
        signature: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), BadSignature> {
        let header = self.signature_header();
        let signature = signature.ok_or(BadSignature::Missing(header))?;
        if self == Self::Stripe {
            return verify_stripe(secrets, signature, body, now);
        }
        let expected =
            BASE64_STANDARD.decode(signature.trim()).map_err(|_| BadSignature::Unreadable(header))?;
        let right = secrets.iter().any(|secret| is_mac(secret, &[body], &expected));
        if right { Ok(()) } else { Err(BadSignature::Wrong(header)) }
    }
}

/// `t=seconds,v1=hex,v1=hex`: the time and the body are signed together.
fn verify_stripe(
    secrets: &[&[u8]],
    signature: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<(), BadSignature> {
    let header = Kind::Stripe.signature_header();
    let unreadable = BadSignature::Unreadable(header);
    let parts = || signature.split(',').filter_map(|part| part.trim().split_once('='));
    let time = parts().find(|(name, _)| *name == "t").map(|(_, time)| time).ok_or(unreadable.clone())?;
    let seconds: i64 = time.parse().map_err(|_| unreadable.clone())?;
    let signatures: Vec<Vec<u8>> =
        parts().filter(|(name, _)| *name == "v1").filter_map(|(_, hex)| unhex(hex)).collect();
    if signatures.is_empty() {
        return Err(unreadable);
    }
    let right = |secret: &&[u8]| {
        signatures.iter().any(|expected| is_mac(secret, &[time.as_bytes(), b".", body], expected))
    };
    if !secrets.iter().any(right) {
        return Err(BadSignature::Wrong(header));
    }
    let apart = now.millis().div_euclid(1000).abs_diff(seconds);
    if apart > TOLERANCE_SECONDS { Err(BadSignature::OutOfTime) } else { Ok(()) }
}

/// In constant time, as far as the length of the expected one is no secret.
fn is_mac(secret: &[u8], parts: &[&[u8]], expected: &[u8]) -> bool {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return false };
    parts.iter().for_each(|part| mac.update(part));
    mac.verify_slice(expected).is_ok()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let plain = digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit);
    if plain { digits.chunks(2).map(pair).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"{\"id\": 1}";

    fn mac(secret: &[u8], text: &[u8]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(text);
        mac.finalize().into_bytes().to_vec()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn the_known_answer_of_hmac_holds() {
        // RFC 4231, test case 2.
        let hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let body = b"what do ya want for nothing?";
        assert!(is_mac(b"Jefe", &[body], &unhex(hex).unwrap()));
        let base64 = BASE64_STANDARD.encode(unhex(hex).unwrap());
        assert!(Kind::Shopify.verify(&[b"Jefe"], Some(&base64), body, at(0)).is_ok());
    }

    #[test]
    fn either_secret_counts_and_one_changed_byte_does_not() {
        for kind in [Kind::Shopify, Kind::WooCommerce] {
            let signature = BASE64_STANDARD.encode(mac(b"old", BODY));
            let verify = |secrets: &[&[u8]], body| kind.verify(secrets, Some(&signature), body, at(0));
            assert_eq!(verify(&[b"new", b"old"], BODY), Ok(()));
            assert!(matches!(verify(&[b"new"], BODY), Err(BadSignature::Wrong(_))));
            assert!(matches!(verify(&[b"old"], b"{\"id\": 2}"), Err(BadSignature::Wrong(_))));
            assert!(matches!(kind.verify(&[b"old"], None, BODY, at(0)), Err(BadSignature::Missing(_))));
            assert!(matches!(
                kind.verify(&[b"old"], Some("?"), BODY, at(0)),
                Err(BadSignature::Unreadable(_))
            ));
            assert!(kind.verify(&[], Some(&signature), BODY, at(0)).is_err());
        }
    }

    #[test]
    fn stripe_signs_the_time_and_an_old_delivery_is_refused() {
        let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let right = hex(mac(b"whsec_a", b"1000.{\"id\": 1}"));
        let header = format!("t=1000,v1={},v1={right},v0=x", "0".repeat(64));
        let verify = |header: &str, now| Kind::Stripe.verify(&[b"whsec_a"], Some(header), BODY, at(now));
        assert_eq!(verify(&header, 1000), Ok(()));
        assert_eq!(verify(&header, 1300), Ok(()));
        assert_eq!(verify(&header, 1301), Err(BadSignature::OutOfTime));
        assert_eq!(verify(&header, 699), Err(BadSignature::OutOfTime));
        let later = format!("t=2000,v1={right}");
        assert!(matches!(verify(&later, 2000), Err(BadSignature::Wrong(_))));
        for broken in ["", "t=1000", "t=x,v1=00", &format!("v1={right}"), "t=1000,v1=zz"] {
            assert!(matches!(verify(broken, 1000), Err(BadSignature::Unreadable(_))), "{broken}");
        }
    }
}
