//! What is personal in an event is sealed before the event reaches the log: a pseudonym takes the place of the text.
//!
//! The log is immutable and hashed, so that nothing personal may come into it. Who makes the pseudonyms keeps the key;
//! the same text becomes the same pseudonym, so that an event that is delivered again is still a duplicate and two people
//! who show the same hash are still found; handles count as the same without regard to case and to an `@` before them. Sealing
//! what is sealed changes nothing.
//!
//! Sealed are the names of `handles` and the hashes of e-mail addresses and payment details, of ambassadors and of buyers:
//! who can guess an address could try it against a plain hash. Of a post, its address is sealed, and the account of an
//! author who is not enrolled, or to whom a product was sent. A field that the contract does
//! not know is [left out](leave_out_unknown), for it may say anything of a person. Not sealed, since rules and people have to read them:
//! identifiers (`ambassador`, an `author` without `@`, `to`, accounts, devices, codes: choose keys, not names), platforms, counts,
//! regions, mentions (public accounts, matched with a campaign's), who decided (`by`) and why (`reason`: of the matter,
//! not of the person).

use serde_json::Value;
use smol_str::SmolStr;

use crate::{
    AmbassadorId, Arrival, BrandId, Event, Handle, Payload, Rejection, RejectionCode, SaleDocument, decode,
    envelope::fingerprint,
    leave_out_unknown,
    sealing_post::{seal_post, seal_shipment},
};

/// What a pseudonym begins with; 32 digits of base 16 follow.
const MARK: &str = "sealed:";
const DIGITS: usize = 32;

/// What a personal text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PersonalKind {
    /// The name of an account on a platform.
    Handle,
    /// The hash of an e-mail address.
    EmailHash,
    /// The hash of a card or bank account.
    PaymentHash,
    /// The account of an author who is not enrolled. Whoever makes the pseudonym can forget it for good.
    Account,
    /// Where a post can be seen.
    PostAddress,
}

impl PersonalKind {
    /// Its name, as it enters the pseudonym.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Handle => "handle",
            Self::EmailHash => "email_hash",
            Self::PaymentHash => "payment_hash",
            Self::Account => "account",
            Self::PostAddress => "post_address",
        }
    }
}

/// A personal text that wants a pseudonym.
#[derive(Debug, Clone, Copy)]
pub struct PersonalText<'a> {
    /// Whose brand it is.
    pub brand: &'a BrandId,
    /// What it is.
    pub kind: PersonalKind,
    /// The platform of a handle or account; empty otherwise.
    pub platform: &'a str,
    /// The text.
    pub text: &'a str,
}

/// An account as an ambassador named it, with the pseudonym that stands for it in the facts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SealedHandle {
    /// The person.
    pub ambassador: AmbassadorId,
    /// The platform.
    pub platform: SmolStr,
    /// The account's name there.
    pub handle: SmolStr,
    /// What stands in the facts.
    pub pseudonym: SmolStr,
}

/// Where a post can be seen, with the pseudonym that stands for it in the facts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SealedAddress {
    /// Whose post it is, as the facts name them.
    pub author: AmbassadorId,
    /// The address.
    pub address: SmolStr,
    /// What stands in the facts.
    pub pseudonym: SmolStr,
}

/// An event without anything personal, and what was in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The event.
    pub event: Event,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What was taken out and somebody may want to know again: handles. Hashes are not kept.
    pub handles: Vec<SealedHandle>,
    /// The address of the post.
    pub addresses: Vec<SealedAddress>,
}

impl Sealed {
    pub(crate) const fn untouched(event: Event, bytes: Vec<u8>) -> Self {
        Self { event, bytes, handles: Vec::new(), addresses: Vec::new() }
    }
}

/// The pseudonym of 16 bytes.
#[must_use]
pub fn pseudonym(bytes: [u8; 16]) -> SmolStr {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{MARK}{digits}").into()
}

/// Whether a text is a pseudonym.
#[must_use]
pub fn is_pseudonym(text: &str) -> bool {
    let lower = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    text.strip_prefix(MARK).is_some_and(|rest| rest.len() == DIGITS && rest.bytes().all(lower))
}

/// A hash as it is sealed: the digits of a digest are the same in capitals, and blanks around it are nobody's.
fn spelled(hash: &str) -> SmolStr {
    const SHORTEST_DIGEST: usize = 32;
    let hash = hash.trim();
    let is_digest = hash.len() >= SHORTEST_DIGEST && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest { hash.to_ascii_lowercase().into() } else { hash.into() }
}

/// Whether an event holds something personal that is not sealed. Only then its bytes are looked at again.
#[must_use]
pub fn is_open(payload: &Payload) -> bool {
    let open = |text: &SmolStr| !is_pseudonym(text);
    match payload {
        Payload::Ambassador(_, what) => {
            what.email_hashes.iter().chain(&what.payment_hashes).any(open)
                || what.handles.iter().any(|it| open(&it.handle))
        }
        Payload::SaleCompleted(sale) | Payload::SaleEdited(sale) => {
            sale.email_hash.iter().chain(&sale.payment_hash).any(open)
        }
        Payload::PostPublished(post) => post.account().is_some() || post.url.iter().any(open),
        Payload::ShipmentSent(sent) => sent.account().is_some(),
        _ => false,
    }
}

/// Whether an event has to go through [`seal`]: it is open, or it may hold fields that nobody knows of a person.
#[must_use]
pub fn wants_sealing(event: &Event) -> bool {
    event.unknown || matches!(event.payload, Payload::Ambassador(..)) || is_open(&event.payload)
}

/// Puts pseudonyms in the place of what is personal, in the event and in its bytes, which must be its own, and leaves out
/// what the contract does not know.
///
/// # Errors
/// [`RejectionCode::NotJson`] and others where the bytes are not the event's.
pub fn seal(
    event: Event,
    bytes: Vec<u8>,
    pseudonym: &mut dyn FnMut(PersonalText<'_>) -> SmolStr,
) -> Result<Sealed, Rejection> {
    let (event, bytes) = leave_out_unknown(event, bytes)?;
    match &event.payload {
        Payload::Ambassador(..) => seal_ambassador(event, bytes, pseudonym),
        Payload::SaleCompleted(_) | Payload::SaleEdited(_) if is_open(&event.payload) => {
            seal_sale(event, bytes, pseudonym)
        }
        Payload::PostPublished(_) if is_open(&event.payload) => seal_post(event, bytes, pseudonym),
        Payload::ShipmentSent(_) => seal_shipment(event, bytes, pseudonym),
        _ => Ok(Sealed::untouched(event, bytes)),
    }
}

pub(crate) type Pseudonyms<'p> = &'p mut dyn FnMut(PersonalText<'_>) -> SmolStr;

fn seal_ambassador(event: Event, bytes: Vec<u8>, pseudonym: Pseudonyms<'_>) -> Result<Sealed, Rejection> {
    let Event { brand, recorded, payload, .. } = &event;
    let Payload::Ambassador(change, what) = payload else {
        return Ok(Sealed::untouched(event, bytes));
    };
    let mut what = what.clone();
    let mut handles = Vec::new();
    let mut replaced = |kind, platform: &str, text: &mut SmolStr| {
        let open = !is_pseudonym(text);
        if open {
            *text = pseudonym(PersonalText { brand, kind, platform, text });
        }
        open
    };
    for Handle { platform, handle, .. } in &mut what.handles {
        let name = handle.clone();
        let mut sealed = SmolStr::from(name.trim_start_matches('@').to_lowercase());
        if replaced(PersonalKind::Handle, &platform.to_lowercase(), &mut sealed) {
            handle.clone_from(&sealed);
            let (platform, pseudonym) = (platform.clone(), sealed);
            handles.push(SealedHandle {
                ambassador: what.ambassador.clone(),
                platform,
                handle: name,
                pseudonym,
            });
        }
    }
    let kinds = [
        (PersonalKind::EmailHash, &mut what.email_hashes),
        (PersonalKind::PaymentHash, &mut what.payment_hashes),
    ];
    for (kind, hashes) in kinds {
        for hash in hashes {
            *hash = spelled(hash);
            replaced(kind, "", hash);
        }
    }
    let typed = Payload::Ambassador(*change, what).to_json().map_err(not_json)?;
    let known: Value = serde_json::from_str(&typed).map_err(not_json)?;
    let mut whole: Value = serde_json::from_slice(&bytes).map_err(not_json)?;
    let changed = whole.get_mut("data").is_some_and(|data| keep_known(data, &known));
    let addresses = Vec::new();
    if !changed {
        return Ok(Sealed { event, bytes, handles, addresses });
    }
    let bytes = serde_json::to_vec(&whole).map_err(not_json)?;
    let event = decode(&bytes, Arrival::Live(*recorded))?;
    Ok(Sealed { event, bytes, handles, addresses })
}

/// Leaves in a payload what the contract knows, texts as they are to be. Whether that changed anything.
fn keep_known(data: &mut Value, known: &Value) -> bool {
    match (data, known) {
        (Value::Object(data), Value::Object(known)) => {
            let before = data.len();
            data.retain(|key, _| known.contains_key(key));
            let mut changed = data.len() != before;
            for (key, value) in data.iter_mut() {
                changed |= known.get(key).is_some_and(|known| keep_known(value, known));
            }
            changed
        }
        (Value::Array(data), Value::Array(known)) => data
            .iter_mut()
            .zip(known)
            .fold(false, |changed, (value, known)| keep_known(value, known) | changed),
        (data @ Value::String(_), Value::String(known)) if is_pseudonym(known) => {
            let changed = data.as_str() != Some(known);
            *data = known.as_str().into();
            changed
        }
        _ => false,
    }
}

/// A sale is common, and its hashes are short texts that stand in it once: they are exchanged where they stand.
fn seal_sale(mut event: Event, bytes: Vec<u8>, pseudonym: Pseudonyms<'_>) -> Result<Sealed, Rejection> {
    let brand = event.brand.clone();
    let (Payload::SaleCompleted(sale) | Payload::SaleEdited(sale)) = &mut event.payload else {
        return Ok(Sealed::untouched(event, bytes));
    };
    let SaleDocument { email_hash, payment_hash, .. } = sale;
    let hashes = [
        (PersonalKind::EmailHash, "email_hash", email_hash),
        (PersonalKind::PaymentHash, "payment_hash", payment_hash),
    ];
    let mut text = String::from_utf8(bytes).map_err(|_| not_its_own("it is not UTF-8"))?;
    for (kind, field, hash) in hashes {
        let Some(hash) = hash.as_mut().filter(|hash| !is_pseudonym(hash)) else { continue };
        let sealed = pseudonym(PersonalText { brand: &brand, kind, platform: "", text: &spelled(hash) });
        text = exchange(text, field, hash, &sealed)?;
        *hash = sealed;
    }
    event.fingerprint = fingerprint(&text)?;
    Ok(Sealed::untouched(event, text.into_bytes()))
}

/// Exchanges the text of a field of the payload for another one.
pub(crate) fn exchange(text: String, field: &str, from: &str, to: &str) -> Result<String, Rejection> {
    if let Some(place) = place_of(&text, field, from) {
        let (before, rest) = text.split_at(place);
        let after = rest.get(from.len().saturating_add(2)..).unwrap_or_default();
        return Ok([before, "\"", to, "\"", after].concat());
    }
    // It is written with escapes, or something else reads the same.
    let mut whole: Value = serde_json::from_str(&text).map_err(not_json)?;
    let value = whole.get_mut("data").and_then(|data| data.get_mut(field));
    *value.ok_or_else(|| not_its_own("it has no such field"))? = to.into();
    serde_json::to_string(&whole).map_err(not_json)
}

/// Where the text of a field begins, where the field is named once and its text stands right after its name.
fn place_of(text: &str, field: &str, value: &str) -> Option<usize> {
    let name = format!("\"{field}\"");
    let mut places = text.match_indices(&name);
    let (Some((at, _)), None) = (places.next(), places.next()) else { return None };
    let after = text.get(at.saturating_add(name.len())..)?;
    let value_on = after.trim_start().strip_prefix(':')?.trim_start();
    value_on.starts_with(&format!("\"{value}\"")).then(|| text.len().saturating_sub(value_on.len()))
}

pub(crate) fn not_json(error: serde_json::Error) -> Rejection {
    Rejection::new(RejectionCode::NotJson, error.to_string())
}

pub(crate) fn not_its_own(why: &str) -> Rejection {
    Rejection::new(RejectionCode::InvalidData, format!("the event cannot be sealed: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const APPLIED: &str = r#"{"specversion":"1.0","id":"e1","source":"/s","type":"tribute.ambassador.applied","brand":"acme",
        "time":"2026-03-01T10:00:00Z","data":{"program":"p","ambassador":"a-1","email":"ada@example.com","followers":12,
        "email_hashes":["abc"],"audience":{"country:US":"62%"},
        "handles":[{"platform":"tube","handle":"ada.\u0061ll","followers":9,"note":"Ada Lovelace"}]}}"#;

    fn numbered(text: PersonalText<'_>) -> SmolStr {
        let mut bytes = [0_u8; 16];
        let said = [text.brand.as_str(), text.kind.as_str(), text.platform, text.text].concat();
        said.bytes().enumerate().for_each(|(at, byte)| bytes[at % 16] ^= byte.rotate_left(at as u32 / 16));
        pseudonym(bytes)
    }

    fn sealed(text: &str) -> Sealed {
        let event = decode(text.as_bytes(), Arrival::Backfill).unwrap();
        seal(event, text.as_bytes().to_vec(), &mut numbered).unwrap()
    }

    #[test]
    fn nothing_personal_is_left_of_an_application() {
        let Sealed { event, bytes, handles, .. } = sealed(APPLIED);
        let text = String::from_utf8(bytes.clone()).unwrap();
        for gone in ["ada", "Ada", "Lovelace", "abc", "email\"", "note"] {
            assert!(!text.contains(gone), "{gone} in {text}");
        }
        for kept in ["a-1", "tube", "62%", "\"followers\":12"] {
            assert!(text.contains(kept), "{kept} not in {text}");
        }
        assert_eq!(handles[0].handle, "ada.all");
        assert!(text.contains(handles[0].pseudonym.as_str()));
        assert_eq!(decode(&bytes, Arrival::Backfill).unwrap(), event, "the event is what its bytes say");
        assert!(!is_open(&event.payload));
    }

    #[test]
    fn sealing_again_changes_nothing_and_the_same_is_sealed_alike() {
        let first = sealed(APPLIED);
        let again = seal(first.event.clone(), first.bytes.clone(), &mut |_| panic!("it is sealed")).unwrap();
        assert_eq!((&again.event, &again.bytes), (&first.event, &first.bytes));
        assert_eq!(again.handles, []);
        assert_eq!(sealed(APPLIED), first);
    }

    #[test]
    fn a_sale_keeps_every_other_byte() {
        let sale = |hash: &str| {
            format!(
                r#"{{"specversion":"1.0","id":"e2","source":"/s","type":"tribute.sale.completed","brand":"acme", "time":"2026-03-01T10:00:00Z",
                "data":{{"order":"1","account":"u1","email_hash": {hash},"currency":"USD","lines":[{{"sku":"x","quantity":1,"amount":"1.50"}}],"codes":[ ]}}}}"#
            )
        };
        for (hash, written) in [
            ("\"h1\"", true),
            ("\"\\u00681\"", true),
            ("\"u1\"", true),
            ("\"\\u00751\"", true),
            ("null", false),
        ] {
            let text = sale(hash);
            let Sealed { event, bytes, .. } = sealed(&text);
            assert_eq!(decode(&bytes, Arrival::Backfill).unwrap(), event, "{hash}");
            let changed = bytes != text.as_bytes();
            assert_eq!(changed, written, "{hash}");
            let Payload::SaleCompleted(sale) = &event.payload else { panic!("a sale") };
            assert_eq!(sale.account.as_ref().unwrap().as_str(), "u1");
            assert!(sale.email_hash.iter().all(|it| is_pseudonym(it)));
        }
        let exchanged = String::from_utf8(sealed(&sale("\"h1\"")).bytes).unwrap();
        let pseudonym = exchanged.split('"').find(|it| is_pseudonym(it)).unwrap();
        assert_eq!(exchanged.replace(pseudonym, "h1"), sale("\"h1\""));
    }

    #[test]
    fn a_digest_in_capitals_is_the_same_digest() {
        let sale = |hash: &str| {
            format!(
                r#"{{"specversion":"1.0","id":"e2","source":"/s","type":"tribute.sale.completed","brand":"acme","time":"2026-03-01T10:00:00Z",
                "data":{{"order":"1","email_hash":"{hash}","currency":"USD","lines":[]}}}}"#
            )
        };
        let small = "0a".repeat(32);
        let kept = |hash: &str| match sealed(&sale(hash)).event.payload {
            Payload::SaleCompleted(sale) => sale.email_hash,
            _ => None,
        };
        assert_eq!(kept(&small.to_uppercase()), kept(&small));
        assert_eq!(kept(&format!(" {small} ")), kept(&small));
        assert_ne!(kept("ABCD"), kept("abcd"), "what is no digest may mean something by its capitals");
        let applied = |hash: &str| sealed(&APPLIED.replace("\"abc\"", &format!("\"{hash}\""))).event.payload;
        assert_eq!(applied(&small.to_uppercase()), applied(&small));
    }

    #[test]
    fn only_what_looks_exactly_like_a_pseudonym_is_one() {
        assert!(is_pseudonym("sealed:00112233445566778899aabbccddeeff"));
        for other in
            ["sealed:ada", "sealed:00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeeff"]
        {
            assert!(!is_pseudonym(other), "{other}");
        }
    }
}
