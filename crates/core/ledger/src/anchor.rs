use std::{fmt, str::FromStr};

use crate::{Hash, Head, LedgerError};

/// A head of a journal as it was printed: `24:eeafb2…`, the number and the hash of its last row then.
///
/// Whoever keeps one can ask later whether the journal still goes through it. The number is a convenience: it is
/// hashed with the row, so that the hash alone says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The row's number, where it was kept; 0 is the empty journal.
    pub number: Option<u64>,
    /// The row's hash.
    pub hash: Hash,
}

impl From<Head> for Anchor {
    fn from(head: Head) -> Self {
        Self { number: Some(head.number), hash: head.hash }
    }
}

impl FromStr for Anchor {
    type Err = LedgerError;

    /// Reads `NUMBER:HASH`, `HASH:NUMBER` or `HASH`.
    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let refused = || LedgerError::NotAnAnchor(text.chars().take(90).collect());
        let (digits, number) = match text.split_once(':') {
            None => (text, None),
            Some((number, hash)) if hash.len() == 64 => (hash, Some(number)),
            Some((hash, number)) => (hash, Some(number)),
        };
        let number = number.map(str::parse).transpose().map_err(|_| refused())?;
        let hash = read_hash(digits).ok_or_else(refused)?;
        Ok(Self { number, hash })
    }
}

fn read_hash(digits: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    if digits.len() != 64 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, place) in hash.iter_mut().zip((0_usize..64).step_by(2)) {
        *byte = u8::from_str_radix(digits.get(place..place.saturating_add(2))?, 16).ok()?;
    }
    Some(hash)
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(number) = self.number {
            write!(f, "{number}:")?;
        }
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl serde::Serialize for Anchor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_read_in_either_order_and_without_its_number() {
        let hash = "ab".repeat(32);
        let anchor = Anchor { number: Some(24), hash: [0xab; 32] };
        for text in [format!("24:{hash}"), format!("{hash}:24"), format!("24:{}", hash.to_uppercase())] {
            assert_eq!(text.parse(), Ok(anchor), "{text}");
        }
        assert_eq!(anchor.to_string(), format!("24:{hash}"));
        assert_eq!(hash.parse(), Ok(Anchor { number: None, ..anchor }));
        for text in ["", "24", "24:ab", "x:", &format!("{hash}:x"), &"é".repeat(32)] {
            assert!(text.parse::<Anchor>().is_err(), "{text}");
        }
    }
}
