//! Bytes as text: by the mark at the beginning, else by what the file declares, else UTF-8, else Windows-1252.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::ReadError;

/// How far a declaration may be from the beginning.
const HEAD: usize = 512;

/// The text of a file. Bytes that are not UTF-8 where UTF-8 is declared or nothing is are read as Windows-1252, the
/// superset of Latin-1 that banks send in that case: amounts and references are the same in both.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return with(encoding, bytes.get(length..).unwrap_or_default());
    }
    with(declared(bytes).unwrap_or(UTF_8), bytes)
}

fn with<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Cow<'a, str>, ReadError> {
    match encoding.decode_without_bom_handling(bytes) {
        (text, false) => Ok(text),
        _ if encoding == UTF_8 => Ok(WINDOWS_1252.decode_without_bom_handling(bytes).0),
        _ => Err(ReadError::Encoding { encoding: encoding.name() }),
    }
}

/// The encoding that an XML declaration or the header of an OFX file names.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..HEAD.min(bytes.len()))?;
    match head {
        [b'<', 0, ..] => return Some(UTF_16LE),
        [0, b'<', ..] => return Some(UTF_16BE),
        _ => {}
    }
    let head = String::from_utf8_lossy(head);
    if let Some(declaration) = head.trim_start().strip_prefix("<?xml") {
        let declaration = declaration.split("?>").next()?;
        let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
        let label = value.get(1..)?.split(['"', '\'']).next()?;
        // Whoever wrote this declaration in single bytes did not write UTF-16.
        return Encoding::for_label(label.as_bytes()).filter(|it| it.is_ascii_compatible());
    }
    let charset = head.split_once("CHARSET:")?.1.split_whitespace().next()?;
    match charset {
        "1252" => Some(WINDOWS_1252),
        other => Encoding::for_label(other.as_bytes()).filter(|it| it.is_ascii_compatible()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_saying_which_bytes_they_are() {
        for (bytes, expected) in [
            (&b"\xEF\xBB\xBFcaf\xC3\xA9"[..], "café"),
            (b"\xFF\xFEc\0\xE9\0", "cé"),
            (b"caf\xC3\xA9", "café"),
            (b"caf\xE9", "café"),
            (
                b"<?xml version='1.0' encoding = 'ISO-8859-1'?><a>\xE9</a>",
                "<?xml version='1.0' encoding = 'ISO-8859-1'?><a>é</a>",
            ),
            (
                b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\xE9",
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>é",
            ),
            (b"OFXHEADER:100\nCHARSET:1252\n\x80", "OFXHEADER:100\nCHARSET:1252\n€"),
        ] {
            assert_eq!(decode(bytes).unwrap(), expected);
        }
        assert!(decode(b"\xFF\xFE\x00\xD8").is_err(), "half a pair of UTF-16");
    }
}
