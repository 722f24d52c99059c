//! Addresses of landing pages: their host, and their query with the click's id.

/// The parameter by which a landing page learns the click's id.
const CLICK: &str = "click";

/// The host of an address that a shopper may be sent to: by https, or by http to this machine, for trying it out.
pub(super) fn host(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A browser takes a backslash for a slash, and what is before an @ for a name.
    if authority.is_empty() || authority.contains(['@', '\\']) {
        return None;
    }
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let here = ["localhost", "127.0.0.1", "::1"].contains(&host);
    let allowed = scheme.eq_ignore_ascii_case("https") || (scheme.eq_ignore_ascii_case("http") && here);
    (allowed && !host.is_empty()).then_some(host)
}

/// The value of a parameter of a query, as it is written.
pub(super) fn value<'q>(query: Option<&'q str>, name: &str) -> Option<&'q str> {
    let mut pairs = query?.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The landing page's address with its own query, then the request's, then the click.
pub(super) fn landing(target: &str, query: Option<&str>, click: Option<&str>) -> String {
    let (address, fragment) =
        target.split_once('#').map_or((target, None), |(address, it)| (address, Some(it)));
    let (page, own) = address.split_once('?').map_or((address, None), |(page, query)| (page, Some(query)));
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    let kept = |pair: &&str| !pair.is_empty() && ![CLICK, super::VIA].contains(&name(pair).as_str());
    let pairs = own.into_iter().chain(query).flat_map(|query| query.split('&')).filter(kept);
    let mut pairs: Vec<String> = pairs.map(str::to_owned).collect();
    pairs.extend(click.map(|click| format!("{CLICK}={click}")));
    let mut whole = page.to_owned();
    if !pairs.is_empty() {
        whole = format!("{whole}?{}", pairs.join("&"));
    }
    if let Some(fragment) = fragment {
        whole = format!("{whole}#{fragment}");
    }
    escaped(&whole)
}

/// What is not ASCII, by `%`.
fn escaped(address: &str) -> String {
    let mut text = String::with_capacity(address.len());
    for byte in address.bytes() {
        if byte.is_ascii_graphic() {
            text.push(char::from(byte))
        } else {
            text.push_str(&format!("%{byte:02X}"))
        }
    }
    text
}

/// A part of a path, with everything but letters, digits and `-_.~` by `%`.
pub(super) fn segment(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|it| if plain(it) { char::from(it).to_string() } else { format!("%{it:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_leads_out() {
        for (address, expected) in [
            ("https://shop.example/a?b#c", Some("shop.example")),
            ("HTTPS://shop.example:8443", Some("shop.example")),
            ("http://localhost:9/x", Some("localhost")),
            ("http://[::1]/x", Some("::1")),
            ("http://shop.example/", None),
            ("https://shop.example@evil.example/", None),
            ("https://evil.example\\@shop.example/", None),
            ("javascript://shop.example/%0aalert(1)", None),
            ("//evil.example", None),
            ("https://", None),
        ] {
            assert_eq!(host(address), expected, "{address}");
        }
    }

    #[test]
    fn queries_are_kept_and_the_click_comes_last() {
        let to = |target, query| landing(target, query, Some("d_1.2"));
        assert_eq!(to("https://s.example", None), "https://s.example?click=d_1.2");
        assert_eq!(
            to("https://s.example/p?a=1&click=old#top", Some("utm_source=x&b=%C3%BC&via=qr&click=forged")),
            "https://s.example/p?a=1&utm_source=x&b=%C3%BC&click=d_1.2#top"
        );
        assert_eq!(landing("https://s.example/ü", Some(""), None), "https://s.example/%C3%BC");
        assert_eq!(value(Some("a=1&via=qr"), "via"), Some("qr"));
        assert_eq!(segment("a b/ü"), "a%20b%2F%C3%BC");
    }
}
