//! Who follows a link: whether they are a person, whether they may be known again, and as which device.

use axum::http::{HeaderMap, Method, header};
use tribute_shops::{click_of, device_of};

use super::OptOut;
use crate::access::key::{new_name, random_text};

/// Whoever follows a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shopper {
    /// Nobody: a crawler, a prefetch, a look at the headers alone; or somebody of whom nothing is to be recorded.
    Nobody,
    /// Somebody who does not want to be known again.
    Unknown,
    /// Somebody who comes the first time.
    New,
    /// The device of this id.
    Known(String),
}

/// A click to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Visit {
    pub(super) click: String,
    pub(super) device: String,
    /// The device's id, where the browser is to keep it.
    pub(super) keep: Option<String>,
}

impl Shopper {
    pub(super) fn of(method: &Method, headers: &HeaderMap, cookie: &str, opt_out: OptOut) -> Self {
        if method != Method::GET || is_crawler(headers) || is_prefetch(headers) {
            return Self::Nobody;
        }
        match opt_out {
            OptOut::NotAtAll if opts_out(headers) => Self::Nobody,
            OptOut::WithoutDevice if opts_out(headers) => Self::Unknown,
            _ => kept(headers, cookie).map_or(Self::New, Self::Known),
        }
    }

    /// The click of a person; a device that nobody keeps is as good as none.
    pub(super) fn visit(self) -> Result<Option<Visit>, getrandom::Error> {
        let (device, keep) = match self {
            Self::Nobody => return Ok(None),
            Self::Unknown => (new_name("d")?, false),
            Self::New => (new_name("d")?, true),
            // Whoever comes again is kept for as long again.
            Self::Known(device) => (device, true),
        };
        let click = click_of(&device, &random_text(10)?);
        Ok(Some(Visit { click, keep: keep.then(|| device.clone()), device }))
    }
}

/// Known crawlers, and programs that do not say what they are.
fn is_crawler(headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    agent.is_empty() || iscrawl::is_crawler(agent)
}

/// A browser that loads a page which nobody may ever look at.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| {
        let value = headers.get(*name).and_then(|it| it.to_str().ok()).unwrap_or_default();
        value.contains("prefetch") || value.contains("prerender") || value.contains("preview")
    })
}

fn opts_out(headers: &HeaderMap) -> bool {
    ["sec-gpc", "dnt"].iter().any(|name| headers.get(*name).is_some_and(|it| it == "1"))
}

/// The device that the browser kept.
fn kept(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    let mut pairs = cookies.flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('='));
    let value = pairs.find(|(key, _)| *key == name).map(|(_, value)| value)?;
    device_of(value).filter(|device| device.as_str() == value).map(|device| device.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";

    fn shopper(more: &[(&'static str, &str)], opt_out: OptOut) -> Shopper {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, BROWSER.parse().unwrap());
        for (name, value) in more {
            headers.insert(*name, value.parse().unwrap());
        }
        Shopper::of(&Method::GET, &headers, "tribute_a", opt_out)
    }

    #[test]
    fn crawlers_and_prefetches_are_nobody() {
        let seen = |name, value| shopper(&[(name, value)], OptOut::WithoutDevice);
        for agent in [
            "",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        ] {
            assert_eq!(seen("user-agent", agent), Shopper::Nobody, "{agent}");
        }
        for (name, value) in
            [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch"), ("x-moz", "prefetch")]
        {
            assert_eq!(seen(name, value), Shopper::Nobody, "{name}");
        }
        let headers = HeaderMap::from_iter([(header::USER_AGENT, BROWSER.parse().unwrap())]);
        assert_eq!(Shopper::of(&Method::HEAD, &headers, "t", OptOut::Ignored), Shopper::Nobody);
        assert_eq!(seen("accept", "*/*"), Shopper::New);
    }

    #[test]
    fn who_opts_out_is_not_known_again() {
        for header in ["sec-gpc", "dnt"] {
            let headers = [(header, "1"), ("cookie", "tribute_a=d_1")];
            assert_eq!(shopper(&headers, OptOut::WithoutDevice), Shopper::Unknown);
            assert_eq!(shopper(&headers, OptOut::NotAtAll), Shopper::Nobody);
            assert_eq!(shopper(&headers, OptOut::Ignored), Shopper::Known("d_1".into()));
            assert_eq!(shopper(&[(header, "0")], OptOut::NotAtAll), Shopper::New);
        }
        let visit = Shopper::Unknown.visit().unwrap().unwrap();
        assert_eq!(visit.keep, None);
        assert!(visit.click.starts_with(&format!("{}.", visit.device)));
    }

    #[test]
    fn a_device_is_known_by_the_cookie_of_its_brand() {
        let known = |cookie| shopper(&[("cookie", cookie)], OptOut::WithoutDevice);
        assert_eq!(known("a=b; tribute_a=d_9x; c=d"), Shopper::Known("d_9x".into()));
        for other in ["tribute_b=d_9x", "tribute_a=", "tribute_a=d_9x.1", "tribute_a=<script>"] {
            assert_eq!(known(other), Shopper::New, "{other}");
        }
        let again = Shopper::Known("d_9x".into()).visit().unwrap().unwrap();
        assert_eq!((again.device.as_str(), again.keep.as_deref()), ("d_9x", Some("d_9x")));
    }
}
