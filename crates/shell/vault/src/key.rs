use std::{
    fmt,
    io::{ErrorKind, Write},
    path::Path,
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use smol_str::SmolStr;
use tribute_events::{PersonalText, pseudonym};
use zeroize::Zeroizing;

use crate::VaultError;

/// A key of 32 bytes, which is wiped from memory when it is no longer needed.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// The key of an installation's vault: 32 random bytes. Whoever has it and the database can read everything.
///
/// Three keys are made of it, for pseudonyms, for the keys of people and for secrets of the installation, so that no use
/// weakens another.
pub struct VaultKey {
    names: Secret,
    people: Secret,
    secrets: Secret,
}

impl VaultKey {
    /// From 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`VaultError::NotAKey`].
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let text = text.trim().as_bytes();
        let mut key = Zeroizing::new([0_u8; 32]);
        if text.len() != 64 {
            return Err(VaultError::NotAKey);
        }
        for (byte, pair) in key.iter_mut().zip(text.chunks(2)) {
            let digits = std::str::from_utf8(pair).map_err(|_| VaultError::NotAKey)?;
            let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            *byte = u8::from_str_radix(digits, 16).ok().filter(|_| plain).ok_or(VaultError::NotAKey)?;
        }
        let derive = |label: &str| Zeroizing::new(mac(&key, &[label]));
        Ok(Self {
            names: derive("tribute vault: pseudonyms"),
            people: derive("tribute vault: people"),
            secrets: derive("tribute vault: secrets"),
        })
    }

    /// Reads the key of a file, or makes one where there is no file yet. Of several processes that make it at once one
    /// succeeds, and the others read it.
    pub(crate) fn read_or_make(place: &Path) -> Result<Self, VaultError> {
        let failed = |source| VaultError::File { place: place.to_owned(), source };
        match std::fs::read_to_string(place) {
            Ok(text) => return Self::parse(&Zeroizing::new(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let folder = place.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(failed)?;
        let mut secret = Zeroizing::new([0_u8; 32]);
        getrandom::fill(secret.as_mut()).map_err(VaultError::Random)?;
        let digits: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let digits = Zeroizing::new(digits);
        // Only its owner may read it; whole before it has its name, and never in the place of another one.
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(digits.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        match file.persist_noclobber(place) {
            Ok(_) => Self::parse(&digits),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Self::read_or_make(place),
            Err(error) => Err(failed(error.error)),
        }
    }

    /// What only this key makes of a fixed text: to know it again.
    pub(crate) fn fingerprint(&self) -> Vec<u8> {
        mac(&self.people, &["fingerprint"]).get(..16).unwrap_or_default().to_vec()
    }

    /// The key that the keys of people are encrypted under.
    pub(crate) const fn people(&self) -> &Secret {
        &self.people
    }

    /// The key that secrets of the installation are encrypted under.
    pub(crate) const fn secrets(&self) -> &Secret {
        &self.secrets
    }

    /// What stands in the facts for a personal text: the same for the same text of the same brand.
    #[must_use]
    pub fn pseudonym(&self, said: PersonalText<'_>) -> SmolStr {
        let whole = mac(&self.names, &[said.brand.as_str(), said.kind.as_str(), said.platform, said.text]);
        let mut half = [0_u8; 16];
        half.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        pseudonym(half)
    }
}

/// HMAC-SHA-256 over texts, each with its length before it, so that none runs into the next.
fn mac(key: &Secret, parts: &[&str]) -> [u8; 32] {
    // HMAC fills a key up with zeros to the hash's block of 64 bytes.
    let mut block = Zeroizing::new([0_u8; 64]);
    block.iter_mut().zip(key.iter()).for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<Sha256>::new(&(*block).into());
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use tribute_events::{PersonalKind, is_pseudonym};

    use super::*;

    fn key(digit: &str) -> VaultKey {
        VaultKey::parse(&digit.repeat(64)).unwrap()
    }

    #[test]
    fn a_pseudonym_depends_on_every_part_and_on_the_key() {
        let brand = |name: &str| name.parse().unwrap();
        let (acme, glow) = (brand("acme"), brand("glow"));
        let said = |brand, kind, platform, text| PersonalText { brand, kind, platform, text };
        let (handle, email) = (PersonalKind::Handle, PersonalKind::EmailHash);
        let all = [
            key("1").pseudonym(said(&acme, handle, "tube", "ada")),
            key("2").pseudonym(said(&acme, handle, "tube", "ada")),
            key("1").pseudonym(said(&glow, handle, "tube", "ada")),
            key("1").pseudonym(said(&acme, email, "tube", "ada")),
            key("1").pseudonym(said(&acme, handle, "tub", "eada")),
            key("1").pseudonym(said(&acme, handle, "tube", "Ada")),
        ];
        assert!(all.iter().all(|it| is_pseudonym(it)));
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
        assert_eq!(all[0], key("1").pseudonym(said(&acme, handle, "tube", "ada")));
    }

    #[test]
    fn a_key_is_64_digits_and_never_shown() {
        for text in ["", "12", &"g".repeat(64), &"1".repeat(63), &"+1".repeat(32), &"é".repeat(32)] {
            assert!(VaultKey::parse(text).is_err(), "{text}");
        }
        assert_eq!(format!("{:?}", key("a")), "VaultKey(***)");
    }

    #[test]
    fn a_file_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("data/vault.key");
        let made = VaultKey::read_or_make(&place).unwrap();
        assert_eq!(VaultKey::read_or_make(&place).unwrap().fingerprint(), made.fingerprint());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(place.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&place, "no key").unwrap();
        assert!(matches!(VaultKey::read_or_make(&place), Err(VaultError::NotAKey)));
    }
}
