//! Secrets of the installation that are no person's: what webhooks are signed with, and by which shops sign.

use tribute_store::Transaction;
use zeroize::Zeroizing;

use crate::{
    Vault, VaultError,
    cipher::{decrypt, encrypt},
};

impl Vault {
    /// Seals a secret. What it belongs to is authenticated with it: it opens there and nowhere else.
    ///
    /// # Errors
    /// Where there is no key, the database's vault has another one, or the database fails.
    pub async fn seal_secret(
        &self,
        transaction: &mut Transaction,
        belongs: &[&str],
        secret: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        self.check_key(transaction).await?;
        encrypt(self.key()?.secrets(), belongs, secret)
    }

    /// Opens a secret that was sealed for this place.
    ///
    /// # Errors
    /// [`VaultError::Secret`] where it was changed, moved, or sealed under another key; or where there is no key.
    pub fn open_secret(&self, belongs: &[&str], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let opened = decrypt(self.key()?.secrets(), belongs, sealed);
        opened.ok_or_else(|| VaultError::Secret { of: belongs.join("/") })
    }
}

#[cfg(test)]
mod tests {
    use tribute_store::Database;

    use super::*;
    use crate::VaultKey;

    #[tokio::test]
    async fn a_secret_opens_where_it_belongs_and_with_its_key_only() {
        let database = Database::in_memory().await.unwrap();
        let vault = Vault::with(VaultKey::parse(&"07".repeat(32)).unwrap());
        let other = Vault::with(VaultKey::parse(&"08".repeat(32)).unwrap());
        let mut transaction = database.begin().await.unwrap();
        let sealed = vault.seal_secret(&mut transaction, &["acme", "wh_1"], b"shared").await.unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"shared"));
        assert_eq!(**vault.open_secret(&["acme", "wh_1"], &sealed).unwrap(), *b"shared");
        let moved = vault.open_secret(&["acme", "wh_2"], &sealed).unwrap_err();
        assert!(matches!(&moved, VaultError::Secret { of } if of == "acme/wh_2"), "{moved}");
        assert!(other.open_secret(&["acme", "wh_1"], &sealed).is_err());
        let refused = other.seal_secret(&mut transaction, &["acme", "wh_1"], b"x").await;
        assert!(matches!(refused, Err(VaultError::OtherKey)));
    }
}
