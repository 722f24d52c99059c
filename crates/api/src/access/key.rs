//! API keys: how they are written, made and kept.
//!
//! `tribute_` and 38 characters: 32 by chance (190 bits), then 6 that check them, so that a mistyped key is known for one
//! without a look into the database, and one that got into a repository can be found there. The database holds the
//! SHA-256 only.

use sha2::{Digest, Sha256};

const PREFIX: &str = "tribute_";
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM: usize = 32;
const CHECK: usize = 6;

/// A secret as it is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one, by chance.
    ///
    /// # Errors
    /// Where the machine gives no random numbers.
    pub fn new() -> Result<Self, getrandom::Error> {
        let random = random_text(RANDOM)?;
        let check = check_of(&random);
        Ok(Self(format!("{PREFIX}{random}{check}")))
    }

    /// What somebody sent, where it is written like one.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        let (random, check) = rest.split_at_checked(RANDOM)?;
        (check_of(random) == check).then(|| Self(text.to_owned()))
    }

    /// The text, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the database keeps.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }

    /// The last four characters, by which people tell keys apart.
    #[must_use]
    pub fn hint(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(4)..).unwrap_or_default()
    }
}

/// Never the secret.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret(…{})", self.hint())
    }
}

/// A public name of a kind of thing, such as `key_` and 16 characters by chance.
///
/// # Errors
/// Where the machine gives no random numbers.
pub fn new_name(kind: &str) -> Result<String, getrandom::Error> {
    Ok(format!("{kind}_{}", random_text(16)?))
}

/// Characters of the alphabet, each as likely as every other.
pub(crate) fn random_text(length: usize) -> Result<String, getrandom::Error> {
    let mut text = String::with_capacity(length);
    let mut bytes = [0_u8; 64];
    while text.len() < length {
        getrandom::fill(&mut bytes)?;
        // 248 is the largest multiple of 62 that a byte holds.
        let fair =
            bytes.iter().filter(|byte| **byte < 248).map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
        text.extend(fair.take(length - text.len()));
    }
    Ok(text)
}

fn check_of(random: &str) -> String {
    let mut rest = crc32fast::hash(random.as_bytes());
    let mut check = [b'0'; CHECK];
    for place in check.iter_mut().rev() {
        let digit = usize::try_from(rest % 62).unwrap_or_default();
        *place = ALPHABET[digit];
        rest /= 62;
    }
    check.iter().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_key_is_known_for_one() {
        let secret = Secret::new().unwrap();
        assert_eq!(secret.reveal().len(), PREFIX.len() + RANDOM + CHECK);
        assert_eq!(Secret::read(secret.reveal()), Some(secret.clone()));
        assert_ne!(secret, Secret::new().unwrap());
        let mut mistyped = secret.reveal().to_owned();
        let other = if mistyped.as_bytes()[12] == b'a' { "b" } else { "a" };
        mistyped.replace_range(12..13, other);
        assert_eq!(Secret::read(&mistyped), None);
        for wrong in ["", "tribute_", "tribute_ä", "Bearer x", &secret.reveal()[1..]] {
            assert_eq!(Secret::read(wrong), None, "{wrong}");
        }
        assert!(!format!("{secret:?}").contains(&secret.reveal()[8..30]));
    }
}
