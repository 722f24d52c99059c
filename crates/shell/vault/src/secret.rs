//! Secrets that others gave: the keys by which shops sign.

use zeroize::Zeroizing;

use crate::{
    Vault, VaultError,
    cipher::{decrypt, encrypt},
};

impl Vault {
    /// Encrypts a secret that belongs to something, such as a brand and its shop.
    ///
    /// # Errors
    /// [`VaultError::Closed`] where there is no key.
    pub fn seal_secret(&self, belongs: &[&str], secret: &[u8]) -> Result<Vec<u8>, VaultError> {
        encrypt(self.key()?.secrets(), belongs, secret)
    }

    /// Decrypts a secret of what it belongs to.
    ///
    /// # Errors
    /// [`VaultError::Closed`] where there is no key, [`VaultError::NotOpened`] where it was sealed under another one, for
    /// something else, or was changed.
    pub fn open_secret(&self, belongs: &[&str], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        decrypt(self.key()?.secrets(), belongs, sealed).ok_or(VaultError::NotOpened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VaultKey;

    #[test]
    fn a_secret_opens_for_what_it_belongs_to_and_under_its_key_alone() {
        let vault = |digit: &str| Vault::with(VaultKey::parse(&digit.repeat(64)).unwrap());
        let sealed = vault("1").seal_secret(&["acme", "shop_1"], b"whsec_x").unwrap();
        assert!(!sealed.windows(7).any(|it| it == b"whsec_x"));
        assert_eq!(**vault("1").open_secret(&["acme", "shop_1"], &sealed).unwrap(), *b"whsec_x");
        for (digit, shop) in [("2", "shop_1"), ("1", "shop_2")] {
            let opened = vault(digit).open_secret(&["acme", shop], &sealed);
            assert!(matches!(opened, Err(VaultError::NotOpened)));
        }
        assert!(matches!(Vault::closed().seal_secret(&[], b""), Err(VaultError::Closed)));
    }
}
