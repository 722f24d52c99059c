//! Sealing a post: the account of an author who is not enrolled, and the post's address; and of a shipment the account
//! that it went to.

use smol_str::SmolStr;

use crate::{
    AmbassadorId, Event, Payload, PersonalKind, PersonalText, PostPublished, Rejection, Sealed,
    SealedAddress, SealedHandle, ShipmentSent,
    envelope::fingerprint,
    is_pseudonym,
    sealing::{Pseudonyms, exchange, not_its_own},
};

impl PostPublished {
    /// The platform and name, in small letters, of the account that stands for an author who is not enrolled; nothing
    /// where the author is an id, or a pseudonym.
    #[must_use]
    pub fn account(&self) -> Option<(String, String)> {
        let name = self.author.as_str().strip_prefix('@')?.trim_start_matches('@');
        let platform = self.platform.as_deref().unwrap_or_default();
        (!name.is_empty()).then(|| (platform.to_lowercase(), name.to_lowercase()))
    }
}

impl ShipmentSent {
    /// The platform and name, in small letters, of the account that it went to, where it says `tube:@jane`: whoever posts
    /// by that account without being enrolled is the same person.
    #[must_use]
    pub fn account(&self) -> Option<(String, String)> {
        let (platform, name) = self.to.as_str().split_once(":@")?;
        (!name.is_empty()).then(|| (platform.to_lowercase(), name.to_lowercase()))
    }
}

impl Payload {
    /// The account by which it names somebody who is not enrolled: the author of a post, to whom a product was sent.
    #[must_use]
    pub fn account(&self) -> Option<(String, String)> {
        match self {
            Self::PostPublished(post) => post.account(),
            Self::ShipmentSent(sent) => sent.account(),
            _ => None,
        }
    }

    /// Whom it names by an account, or by the pseudonym of one.
    #[must_use]
    pub const fn named_by_account(&self) -> Option<&AmbassadorId> {
        match self {
            Self::PostPublished(post) => Some(&post.author),
            Self::ShipmentSent(sent) => Some(&sent.to),
            _ => None,
        }
    }
}

/// Exchanges the account that a shipment went to.
pub(crate) fn seal_shipment(
    mut event: Event,
    bytes: Vec<u8>,
    pseudonym: Pseudonyms<'_>,
) -> Result<Sealed, Rejection> {
    let brand = event.brand.clone();
    let Payload::ShipmentSent(sent) = &mut event.payload else {
        return Ok(Sealed::untouched(event, bytes));
    };
    let Some((platform, name)) = sent.account() else { return Ok(Sealed::untouched(event, bytes)) };
    let text = String::from_utf8(bytes).map_err(|_| not_its_own("it is not UTF-8"))?;
    let sealed = pseudonym(PersonalText {
        brand: &brand,
        kind: PersonalKind::Account,
        platform: &platform,
        text: &name,
    });
    let text = exchange(text, "to", sent.to.as_str(), &sealed)?;
    let (ambassador, handle) = (AmbassadorId::trusted(&sealed), SmolStr::from(name));
    let known = std::mem::replace(&mut sent.to, ambassador.clone());
    let platform = known.as_str().split_once(":@").map_or("", |(platform, _)| platform).into();
    event.fingerprint = fingerprint(&text)?;
    let handles = vec![SealedHandle { ambassador, platform, handle, pseudonym: sealed }];
    Ok(Sealed { event, bytes: text.into_bytes(), handles, addresses: Vec::new() })
}

/// A post is common, and what is personal in it are two short texts: they are exchanged where they stand.
pub(crate) fn seal_post(
    mut event: Event,
    bytes: Vec<u8>,
    pseudonym: Pseudonyms<'_>,
) -> Result<Sealed, Rejection> {
    let brand = event.brand.clone();
    let Payload::PostPublished(post) = &mut event.payload else {
        return Ok(Sealed::untouched(event, bytes));
    };
    let mut text = String::from_utf8(bytes).map_err(|_| not_its_own("it is not UTF-8"))?;
    let (mut handles, mut addresses) = (Vec::new(), Vec::new());
    if let Some((platform, name)) = post.account() {
        let said =
            PersonalText { brand: &brand, kind: PersonalKind::Account, platform: &platform, text: &name };
        let sealed = pseudonym(said);
        text = exchange(text, "author", post.author.as_str(), &sealed)?;
        let handle = SmolStr::from(post.author.as_str().trim_start_matches('@'));
        post.author = AmbassadorId::trusted(&sealed);
        let (ambassador, platform) = (post.author.clone(), post.platform.clone().unwrap_or_default());
        handles.push(SealedHandle { ambassador, platform, handle, pseudonym: sealed });
    }
    if let Some(url) = post.url.as_mut().filter(|url| !is_pseudonym(url)) {
        let said = PersonalText { brand: &brand, kind: PersonalKind::PostAddress, platform: "", text: url };
        let sealed = pseudonym(said);
        text = exchange(text, "url", url, &sealed)?;
        let address = std::mem::replace(url, sealed.clone());
        addresses.push(SealedAddress { author: post.author.clone(), address, pseudonym: sealed });
    }
    event.fingerprint = fingerprint(&text)?;
    Ok(Sealed { event, bytes: text.into_bytes(), handles, addresses })
}

#[cfg(test)]
mod tests {
    // A test that cannot go on has failed.
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{Arrival, decode, is_open, pseudonym, seal};

    fn post(author: &str, url: &str) -> String {
        format!(
            r#"{{"specversion":"1.0","id":"e1","source":"/s","type":"tribute.post.published","brand":"acme","time":"2026-03-01T10:00:00Z",
            "data":{{"program":"p","post":"1","author": "{author}","platform":"Tube","mentions":["@jane"],"url":"{url}","hashtags":[ ]}}}}"#
        )
    }

    fn sealed(text: &str) -> (Sealed, Vec<String>) {
        let event = decode(text.as_bytes(), Arrival::Backfill).unwrap();
        let mut said = Vec::new();
        let mut made = |it: PersonalText<'_>| {
            said.push(format!("{} {} {}", it.kind.as_str(), it.platform, it.text));
            pseudonym([u8::try_from(said.len()).unwrap(); 16])
        };
        (seal(event, text.as_bytes().to_vec(), &mut made).unwrap(), said)
    }

    #[test]
    fn an_account_and_an_address_are_exchanged_where_they_stand() {
        let (author, url) = ("@Jane", "https://tube.example/jane/1");
        for text in [post(author, url), post("\\u0040Jane", "https:\\/\\/tube.example\\/jane\\/1")] {
            let (sealed, said) = sealed(&text);
            assert_eq!(said, ["account tube jane", &format!("post_address  {url}")]);
            assert_eq!(
                decode(&sealed.bytes, Arrival::Backfill).unwrap(),
                sealed.event,
                "it is what its bytes say"
            );
            assert!(!is_open(&sealed.event.payload));
            assert_eq!(
                (sealed.handles[0].handle.as_str(), sealed.addresses[0].address.as_str()),
                ("Jane", url)
            );
            assert_eq!(sealed.handles[0].ambassador, sealed.addresses[0].author);
        }
    }

    #[test]
    fn a_shipment_goes_to_who_posts_by_that_account() {
        let text = r#"{"specversion":"1.0","id":"e1","source":"/s","type":"tribute.shipment.sent","brand":"acme","time":"2026-03-01T10:00:00Z",
            "data":{"program":"p","shipment":"1","to":"Tube:@Jane","perk":"SKU:TOTE","units":1}}"#;
        let (shipment, said) = sealed(text);
        let (_, of_post) = sealed(&post("@jane", "https://tube.example/1"));
        assert_eq!(said, of_post[..1], "the same account");
        assert_eq!(decode(&shipment.bytes, Arrival::Backfill).unwrap(), shipment.event);
        assert!(!is_open(&shipment.event.payload) && shipment.handles[0].platform == "Tube");
        let refused = decode(text.replace("Tube:@", "@").as_bytes(), Arrival::Backfill).unwrap_err();
        assert!(refused.reason.contains("PLATFORM:@Jane"), "{}", refused.reason);
    }

    #[test]
    fn an_id_is_left_as_it_is() {
        let (sealed, said) = sealed(&post("amb-1", "https://tube.example/1"));
        assert_eq!((said.len(), sealed.handles.len()), (1, 0));
        let text = String::from_utf8(sealed.bytes).unwrap();
        assert!(text.contains(r#""author": "amb-1""#) && text.ends_with(r#""hashtags":[ ]}}"#), "{text}");
    }
}
