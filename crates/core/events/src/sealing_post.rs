//! Sealing a post: the account of an author who is not enrolled, and the post's address.

use smol_str::SmolStr;

use crate::{
    AmbassadorId, Event, Payload, PersonalKind, PersonalText, PostPublished, Rejection, Sealed,
    SealedAddress, SealedHandle,
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
    fn an_id_is_left_as_it_is() {
        let (sealed, said) = sealed(&post("amb-1", "https://tube.example/1"));
        assert_eq!((said.len(), sealed.handles.len()), (1, 0));
        let text = String::from_utf8(sealed.bytes).unwrap();
        assert!(text.contains(r#""author": "amb-1""#) && text.ends_with(r#""hashtags":[ ]}}"#), "{text}");
    }
}
