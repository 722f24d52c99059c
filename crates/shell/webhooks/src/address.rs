//! Which addresses a webhook may be sent to: those of the public Internet, so that nobody reaches by us what only our own
//! network reaches.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Blocks of IPv4 that are not public, with what they are (IANA's registry of special-purpose addresses).
const IPV4: &[([u8; 4], u32, &str)] = &[
    ([0, 0, 0, 0], 8, "this network"),
    ([10, 0, 0, 0], 8, "private"),
    ([100, 64, 0, 0], 10, "a carrier's own network"),
    ([127, 0, 0, 0], 8, "loopback"),
    ([168, 63, 129, 16], 32, "a cloud's own service"),
    ([169, 254, 0, 0], 16, "link-local"),
    ([172, 16, 0, 0], 12, "private"),
    ([192, 0, 0, 0], 24, "kept for protocols"),
    ([192, 0, 2, 0], 24, "for documentation"),
    ([192, 88, 99, 0], 24, "a relay to IPv6"),
    ([192, 168, 0, 0], 16, "private"),
    ([198, 18, 0, 0], 15, "for benchmarks"),
    ([198, 51, 100, 0], 24, "for documentation"),
    ([203, 0, 113, 0], 24, "for documentation"),
    ([224, 0, 0, 0], 4, "multicast"),
    ([240, 0, 0, 0], 4, "reserved"),
];

/// Blocks of IPv6 with a meaning of their own; whatever lies outside `2000::/3` is not public either.
const IPV6: &[([u16; 8], u32, &str)] = &[
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, "loopback"),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, "unique local"),
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, "link-local"),
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, "multicast"),
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, "kept for protocols"),
    ([0x2001, 0x0db8, 0, 0, 0, 0, 0, 0], 32, "for documentation"),
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, "a tunnel to IPv4"),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, "for documentation"),
];

/// Why nothing is sent to an address; nothing where it is public. An IPv4 address within an IPv6 one is judged as such.
#[must_use]
pub fn refused_address(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => refused_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(within) => refused_v4(within),
            None => refused_v6(address),
        },
    }
}

/// Whether it is the machine itself.
pub(crate) fn is_loopback(address: IpAddr) -> bool {
    refused_address(address) == Some("loopback")
}

fn refused_v4(address: Ipv4Addr) -> Option<&'static str> {
    let bits = u32::from(address);
    let lies_in =
        |block: [u8; 4], length: u32| (bits ^ u32::from(Ipv4Addr::from(block))).leading_zeros() >= length;
    IPV4.iter().find(|(block, length, _)| lies_in(*block, *length)).map(|(_, _, what)| *what)
}

fn refused_v6(address: Ipv6Addr) -> Option<&'static str> {
    let bits = u128::from(address);
    let lies_in =
        |block: [u16; 8], length: u32| (bits ^ u128::from(Ipv6Addr::from(block))).leading_zeros() >= length;
    let named = IPV6.iter().find(|(block, length, _)| lies_in(*block, *length)).map(|(_, _, what)| *what);
    let public = lies_in([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);
    named.or_else(|| (!public).then_some("not of the public Internet"))
}

/// The IPv4 address that an IPv6 one stands for: mapped (`::ffff:0:0/96`), or translated (`64:ff9b::/96`).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let within = || Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    matches!([a, b, c, d, e, f], [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0]).then(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_pass() {
        let cases = [
            ("1.1.1.1", None),
            ("9.255.255.255", None),
            ("11.0.0.0", None),
            ("100.63.255.255", None),
            ("100.128.0.0", None),
            ("172.15.255.255", None),
            ("172.32.0.0", None),
            ("198.20.0.0", None),
            ("223.255.255.255", None),
            ("2606:4700::1111", None),
            ("64:ff9b::101:101", None),
            ("0.0.0.0", Some("this network")),
            ("10.1.2.3", Some("private")),
            ("100.64.0.1", Some("a carrier's own network")),
            ("100.100.100.200", Some("a carrier's own network")),
            ("127.0.0.1", Some("loopback")),
            ("127.255.255.254", Some("loopback")),
            ("168.63.129.16", Some("a cloud's own service")),
            ("169.254.169.254", Some("link-local")),
            ("172.16.0.1", Some("private")),
            ("172.31.255.255", Some("private")),
            ("192.0.0.192", Some("kept for protocols")),
            ("192.0.2.1", Some("for documentation")),
            ("192.168.1.1", Some("private")),
            ("198.19.255.255", Some("for benchmarks")),
            ("198.51.100.7", Some("for documentation")),
            ("203.0.113.7", Some("for documentation")),
            ("224.0.0.1", Some("multicast")),
            ("255.255.255.255", Some("reserved")),
            ("::", Some("not of the public Internet")),
            ("::1", Some("loopback")),
            ("::ffff:127.0.0.1", Some("loopback")),
            ("::ffff:169.254.169.254", Some("link-local")),
            ("::ffff:1.1.1.1", None),
            ("::127.0.0.1", Some("not of the public Internet")),
            ("64:ff9b::7f00:1", Some("loopback")),
            ("64:ff9b:1::1", Some("not of the public Internet")),
            ("fd00:ec2::254", Some("unique local")),
            ("fe80::1", Some("link-local")),
            ("fec0::1", Some("not of the public Internet")),
            ("ff02::1", Some("multicast")),
            ("2001::1", Some("kept for protocols")),
            ("2001:db8::1", Some("for documentation")),
            ("2002:7f00:1::", Some("a tunnel to IPv4")),
            ("3fff::1", Some("for documentation")),
            ("5f00::1", Some("not of the public Internet")),
        ];
        for (address, expected) in cases {
            assert_eq!(refused_address(address.parse().unwrap()), expected, "{address}");
        }
    }
}
