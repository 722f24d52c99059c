//! Where a request comes from: the peer of the connection, or whom a proxy that is trusted names.
//!
//! Anybody may write `X-Forwarded-For`, so it counts only where the peer is a proxy of one's own, and of its hops only as
//! far as such proxies wrote them: the origin is the last one that is none of them. Where `Forwarded` and `X-Forwarded-…`
//! say different things, one of them was brought along by a stranger, and neither is believed.

use std::{
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

use axum::http::{HeaderMap, HeaderName, header};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// A network: an address, and how many bits of it count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u8,
}

/// The proxies that are believed: networks such as `10.0.0.0/8` and single addresses, by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Network>);

/// What is not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a network such as 10.0.0.0/8 or 2001:db8::/32, and no address")]
pub struct NoNetwork(String);

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    /// Whether it speaks TLS to us.
    pub(crate) is_encrypted: bool,
}

/// Who asks, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Their address. It is nowhere written down.
    pub(crate) address: IpAddr,
    /// Whether a proxy that is trusted spoke for them.
    pub(crate) is_proxied: bool,
    /// Whether they came by https; `None` where that is not known: somebody speaks http, and may be a proxy.
    pub(crate) is_encrypted: Option<bool>,
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let wrong = || NoNetwork(text.to_owned());
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.parse::<u8>().map_err(|_| wrong()))?;
        // What is not of the network hints at a mistype that would trust more than was meant.
        let network = Self { address, bits };
        (bits <= most && network.rest() == 0).then_some(network).ok_or_else(wrong)
    }
}

impl Network {
    /// What of the address lies beyond the bits that count.
    fn rest(self) -> u128 {
        let (value, most) = number(self.address);
        let beyond = u32::from(most.saturating_sub(self.bits));
        value & 1_u128.checked_shl(beyond).map_or(u128::MAX, |bound| bound.wrapping_sub(1))
    }

    fn contains(self, address: IpAddr) -> bool {
        let ((own, most), (other, of)) = (number(self.address), number(address));
        let beyond = u32::from(most.saturating_sub(self.bits));
        most == of && (own ^ other).checked_shr(beyond).is_none_or(|differs| differs == 0)
    }
}

/// An address as a number, and how many bits it has.
fn number(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(address) => (u32::from(address).into(), 32),
        IpAddr::V6(address) => (address.into(), 128),
    }
}

impl FromStr for Proxies {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let networks = text.split([',', ' ']).filter(|it| !it.is_empty());
        networks.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl Proxies {
    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// Where a request of this peer comes from.
    pub(crate) fn origin(&self, peer: Peer, headers: &HeaderMap) -> Origin {
        let address = peer.address.to_canonical();
        if !self.trust(address) {
            let is_encrypted = Some(true).filter(|_| peer.is_encrypted);
            return Origin { address, is_proxied: false, is_encrypted };
        }
        let hops =
            agreed(self.before(&listed(headers, &FORWARDED_FOR)), self.before(&forwarded(headers, "for")));
        let last = |values: Vec<String>| values.last().map(|it| it.eq_ignore_ascii_case("https"));
        let encrypted = agreed(last(listed(headers, &FORWARDED_PROTO)), last(forwarded(headers, "proto")));
        Origin {
            address: hops.unwrap_or(address),
            is_proxied: true,
            is_encrypted: encrypted.or_else(|| Some(true).filter(|_| peer.is_encrypted)),
        }
    }

    /// The last of these hops that is no proxy of ours; the first one where all are. What cannot be read ends the look:
    /// nobody knows who wrote what stands before it.
    fn before(&self, hops: &[String]) -> Option<IpAddr> {
        let mut nearest = None;
        for hop in hops.iter().rev() {
            let Some(address) = node(hop) else { break };
            nearest = Some(address);
            if !self.trust(address) {
                break;
            }
        }
        nearest
    }
}

/// What two headers say, where both do not say different things.
fn agreed<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => (one == other).then_some(one),
        (one, other) => one.or(other),
    }
}

/// The values of a header that is a list, those of all its lines.
fn listed(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let lines = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',')).map(|it| it.trim().to_owned()).collect()
}

/// What `Forwarded` (RFC 7239) says of a parameter, hop by hop; nothing readable of a hop that does not have it.
fn forwarded(headers: &HeaderMap, name: &str) -> Vec<String> {
    let of_hop = |hop: String| {
        let pairs = hop.split(';').filter_map(|pair| pair.trim().split_once('='));
        let mut own = pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        own.next().unwrap_or_default().trim_matches('"').to_owned()
    };
    listed(headers, &header::FORWARDED).into_iter().map(of_hop).collect()
}

/// The address of a hop: with or without its port, one of version 6 in brackets or not.
fn node(text: &str) -> Option<IpAddr> {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.split(']').next());
    let address = match bracketed {
        Some(address) => address.parse().ok(),
        None => text.parse().ok().or_else(|| text.rsplit_once(':')?.0.parse().ok()),
    };
    address.map(|it: IpAddr| it.to_canonical())
}

impl Origin {
    /// By what their requests are counted: an address of version 4, or the network of one of version 6, of which somebody
    /// has as many as they like.
    pub(crate) fn counted(self) -> String {
        match self.address {
            IpAddr::V4(address) => format!("address {address}"),
            IpAddr::V6(address) => {
                format!("address {}/64", Ipv6Addr::from(u128::from(address) & (u128::MAX << 64)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(peer: &str, headers: &[(&'static str, &str)]) -> (String, Option<bool>) {
        let proxies: Proxies = "10.0.0.0/8, 2001:db8:1::/48 192.0.2.7".parse().unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let peer = Peer { address: peer.parse().unwrap(), is_encrypted: false };
        let origin = proxies.origin(peer, &map);
        (origin.address.to_string(), origin.is_encrypted)
    }

    #[test]
    fn strangers_are_not_believed() {
        let forged = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https")];
        assert_eq!(origin("198.51.100.1", &forged), ("198.51.100.1".into(), None));
        assert_eq!(
            origin("192.0.2.8", &[("forwarded", "for=1.2.3.4;proto=https")]),
            ("192.0.2.8".into(), None)
        );
        // An address that looks like one of ours in another version is not.
        assert_eq!(origin("::ffff:11.0.0.1", &forged).0, "11.0.0.1");
    }

    #[test]
    fn the_last_hop_that_is_none_of_ours_counts() {
        for (line, expected) in [
            ("203.0.113.9", "203.0.113.9"),
            // Whoever asks wrote the first one.
            ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
            ("1.1.1.1, 203.0.113.9, 10.2.3.4", "203.0.113.9"),
            ("10.9.9.9, 203.0.113.9:4711", "203.0.113.9"),
            ("10.9.9.9", "10.9.9.9"),
            ("203.0.113.9, unknown", "10.0.0.1"),
            ("1.1.1.1, <script>, 10.2.3.4", "10.2.3.4"),
            ("2001:db8:2::5", "2001:db8:2::5"),
            ("[2001:db8:2::5]:443, 2001:db8:1::1", "2001:db8:2::5"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(origin("10.0.0.1", &[("x-forwarded-for", line)]).0, expected, "{line}");
        }
        let lines = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(origin("192.0.2.7", &lines).0, "203.0.113.9");
        assert_eq!(origin("::ffff:10.0.0.1", &lines).0, "203.0.113.9");
    }

    #[test]
    fn forwarded_counts_alike_and_what_contradicts_itself_does_not() {
        let hops = "for=1.1.1.1;proto=http, For=\"[2001:db8:2::5]:80\";Proto=https";
        assert_eq!(origin("10.0.0.1", &[("forwarded", hops)]), ("2001:db8:2::5".into(), Some(true)));
        let both = [("forwarded", "for=1.1.1.1;proto=https"), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(origin("10.0.0.1", &both), ("10.0.0.1".into(), Some(true)));
        let both = [("forwarded", "for=203.0.113.9;proto=https"), ("x-forwarded-proto", "http")];
        assert_eq!(origin("10.0.0.1", &both), ("203.0.113.9".into(), None));
        assert_eq!(origin("10.0.0.1", &[("forwarded", "for=_hidden")]).0, "10.0.0.1");
    }

    #[test]
    fn networks_are_read_exactly() {
        assert_eq!("".parse::<Proxies>(), Ok(Proxies::default()));
        assert!("0.0.0.0/0,::/0".parse::<Proxies>().unwrap().trust("2001:db8::1".parse().unwrap()));
        for wrong in ["10.0.0.0/33", "10.0.0.1/8", "::1/129", "proxy.example", "10.0.0.0/-1", "10.0.0.0/"] {
            assert_eq!(wrong.parse::<Proxies>(), Err(NoNetwork(wrong.into())));
        }
    }

    #[test]
    fn addresses_of_version_6_are_counted_by_their_network() {
        let counted = |address: &str| {
            Origin { address: address.parse().unwrap(), is_proxied: false, is_encrypted: None }.counted()
        };
        assert_eq!(counted("2001:db8:2:3:4:5:6:7"), counted("2001:db8:2:3::1"));
        assert_ne!(counted("203.0.113.9"), counted("203.0.113.8"));
    }
}
