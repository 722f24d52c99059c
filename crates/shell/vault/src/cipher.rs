//! XChaCha20-Poly1305 with a random nonce before the text. What a text belongs to is authenticated with it, so that
//! nobody can put one person's account in the place of another's.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use crate::{VaultError, key::Secret};

const NONCE: usize = 24;

/// A new random key.
pub(crate) fn random_key() -> Result<Secret, VaultError> {
    let mut key = Zeroizing::new([0_u8; 32]);
    getrandom::fill(key.as_mut()).map_err(VaultError::Random)?;
    Ok(key)
}

/// Encrypts a text that belongs to something.
pub(crate) fn encrypt(key: &Secret, belongs: &[&str], text: &[u8]) -> Result<Vec<u8>, VaultError> {
    let mut nonce = [0_u8; NONCE];
    getrandom::fill(&mut nonce).map_err(VaultError::Random)?;
    let aad = joined(belongs);
    let cipher = XChaCha20Poly1305::new(&(**key).into());
    // It fails for texts of more than 256 GiB only.
    let sealed = cipher.encrypt(&nonce.into(), Payload { msg: text, aad: &aad });
    let sealed = sealed.map_err(|_| VaultError::NotAKey)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Decrypts what belongs to something; nothing where it was changed, moved, or is under another key.
pub(crate) fn decrypt(key: &Secret, belongs: &[&str], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, text) = sealed.split_first_chunk::<NONCE>()?;
    let aad = joined(belongs);
    let cipher = XChaCha20Poly1305::new(&(**key).into());
    cipher.decrypt(&(*nonce).into(), Payload { msg: text, aad: &aad }).ok().map(Zeroizing::new)
}

/// Identifiers hold no control characters, so that a zero byte separates them for good.
fn joined(parts: &[&str]) -> Vec<u8> {
    parts.iter().flat_map(|part| part.bytes().chain([0])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_and_the_place_open_what_was_encrypted() {
        let (key, other) = (random_key().unwrap(), random_key().unwrap());
        let sealed = encrypt(&key, &["acme", "amb-1", "name"], b"Ada Lovelace").unwrap();
        assert_eq!(**decrypt(&key, &["acme", "amb-1", "name"], &sealed).unwrap(), *b"Ada Lovelace");
        assert!(decrypt(&other, &["acme", "amb-1", "name"], &sealed).is_none());
        assert!(decrypt(&key, &["acme", "amb-2", "name"], &sealed).is_none());
        assert!(decrypt(&key, &["acme", "amb-1", "name"], &sealed[..20]).is_none());
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(decrypt(&key, &["acme", "amb-1", "name"], &changed).is_none());
        assert_ne!(encrypt(&key, &["acme", "amb-1", "name"], b"Ada Lovelace").unwrap(), sealed);
    }
}
