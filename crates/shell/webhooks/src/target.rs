//! Where an endpoint is: an address that may be written down, before anybody asks what it resolves to.

use std::{fmt, net::IpAddr, str::FromStr};

use url::{Host, Url};

use crate::address::{is_loopback, refused_address};

/// The longest URL.
const LENGTH_MAX: usize = 2_048;

/// The URL of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(Url);

/// Why a URL is none that webhooks are sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It is no URL.
    #[error("`{0}` is no URL; write it as https://app.example.com/webhooks")]
    NotAUrl(String),
    /// It holds a name or a password.
    #[error("the URL holds a name or a password; the signature says who sent it")]
    Credentials,
    /// It is not encrypted.
    #[error("`{0}` is not https; http is for development alone (webhooks.development)")]
    NotEncrypted(String),
    /// It names an address that nothing is sent to.
    #[error("nothing is sent to {address}: it is {what}")]
    Address {
        /// The address.
        address: IpAddr,
        /// What it is.
        what: &'static str,
    },
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let wrong = || TargetError::NotAUrl(text.chars().take(100).collect());
        let url = Url::parse(text).map_err(|_| wrong())?;
        if text.len() > LENGTH_MAX || !["http", "https"].contains(&url.scheme()) || url.host().is_none() {
            return Err(wrong());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        Ok(Self(url))
    }
}

impl Target {
    /// Whether it may be sent to, as far as the text says. In development http and this machine may be, too.
    ///
    /// # Errors
    /// Where it may not.
    pub fn check(&self, development: bool) -> Result<(), TargetError> {
        if !self.is_encrypted() && !development {
            return Err(TargetError::NotEncrypted(self.0.to_string()));
        }
        match self.literal() {
            Some(address) => Self::check_address(address, development),
            None => Ok(()),
        }
    }

    /// Whether this very address may be connected to.
    ///
    /// # Errors
    /// Where it may not.
    pub(crate) fn check_address(address: IpAddr, development: bool) -> Result<(), TargetError> {
        match refused_address(address) {
            Some(_) if development && is_loopback(address) => Ok(()),
            Some(what) => Err(TargetError::Address { address, what }),
            None => Ok(()),
        }
    }

    /// Whether it is https.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The address, where it is written as one.
    pub(crate) fn literal(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }

    /// The name or address without brackets, and the port.
    pub(crate) fn place(&self) -> (String, u16) {
        let host = self.0.host_str().unwrap_or_default().trim_matches(['[', ']']);
        (host.to_owned(), self.0.port_or_known_default().unwrap_or(443))
    }

    /// What the header `host` says.
    pub(crate) fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Path and query.
    pub(crate) fn path(&self) -> String {
        let path = self.0.path();
        self.0.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_written_down() {
        let check = |text: &str, development| {
            text.parse::<Target>().and_then(|target| target.check(development)).map_err(|it| it.to_string())
        };
        for fine in ["https://example.com/hook?x=1", "https://1.1.1.1/", "https://[2606:4700::1111]:8443/a"] {
            assert_eq!(check(fine, false), Ok(()), "{fine}");
        }
        // A URL may spell 127.0.0.1 in many ways.
        for local in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
        ] {
            assert!(check(local, false).unwrap_err().contains("loopback"), "{local}");
            assert_eq!(check(local, true), Ok(()), "{local}");
        }
        for wrong in
            ["", "example.com", "ftp://example.com/", "file:///etc/passwd", "https://ada:x@example.com/"]
        {
            assert!(check(wrong, true).is_err(), "{wrong}");
        }
        assert!(check("http://example.com/", false).is_err() && check("http://localhost:1/", true).is_ok());
        assert!(check("https://169.254.169.254/", true).unwrap_err().contains("link-local"));
    }
}
