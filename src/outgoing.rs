//! Where this server may send requests that a customer wrote the address of: to the public internet,
//! and nowhere into the network it stands in (server-side request forgery).
//!
//! An address is looked at twice: as it is written, and again as the name resolved to, by whoever
//! connects, with the very address the connection then goes to. A name that resolves otherwise a
//! moment later (DNS rebinding) is so refused as well.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest address, in characters.
pub const ADDRESS_CHARS_MAX: usize = 2_000;

/// Why an address is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Forbidden {
    #[error("it is this machine itself")]
    Loopback,
    #[error("it is in a private network")]
    Private,
    #[error("it is on the link of this machine")]
    LinkLocal,
    #[error("it tells clouds their machines’ secrets")]
    Metadata,
    #[error("it is no address of one machine")]
    NotOne,
    #[error("it is reserved")]
    Reserved,
}

/// The networks of IPv4 that are not the public internet (IANA's registry of special addresses).
const V4: [(Ipv4Addr, u32, Forbidden); 18] = [
    (Ipv4Addr::new(169, 254, 169, 254), 32, Forbidden::Metadata),
    // Alibaba's and Azure's.
    (Ipv4Addr::new(100, 100, 100, 200), 32, Forbidden::Metadata),
    (Ipv4Addr::new(168, 63, 129, 16), 32, Forbidden::Metadata),
    (Ipv4Addr::new(0, 0, 0, 0), 8, Forbidden::NotOne),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Forbidden::Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Forbidden::Private),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Forbidden::Loopback),
    (Ipv4Addr::new(169, 254, 0, 0), 16, Forbidden::LinkLocal),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Forbidden::Private),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Forbidden::Reserved),
    (Ipv4Addr::new(192, 0, 2, 0), 24, Forbidden::Reserved),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Forbidden::Reserved),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Forbidden::Private),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Forbidden::Private),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Forbidden::Reserved),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Forbidden::Reserved),
    (Ipv4Addr::new(224, 0, 0, 0), 4, Forbidden::NotOne),
    (Ipv4Addr::new(240, 0, 0, 0), 4, Forbidden::Reserved),
];

/// Those of IPv6.
const V6: [(Ipv6Addr, u32, Forbidden); 13] = [
    (Ipv6Addr::UNSPECIFIED, 128, Forbidden::NotOne),
    (Ipv6Addr::LOCALHOST, 128, Forbidden::Loopback),
    // Amazon's.
    (
        Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254),
        128,
        Forbidden::Metadata,
    ),
    (
        Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0),
        7,
        Forbidden::Private,
    ),
    (
        Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0),
        10,
        Forbidden::LinkLocal,
    ),
    (
        Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0),
        10,
        Forbidden::Private,
    ),
    (
        Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0),
        8,
        Forbidden::NotOne,
    ),
    (
        Ipv6Addr::new(0x0100, 0, 0, 0, 0, 0, 0, 0),
        64,
        Forbidden::Reserved,
    ),
    // Teredo hides the address of IPv4 it leads to.
    (
        Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0),
        23,
        Forbidden::Reserved,
    ),
    (
        Ipv6Addr::new(0x2001, 0x0db8, 0, 0, 0, 0, 0, 0),
        32,
        Forbidden::Reserved,
    ),
    (
        Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0),
        20,
        Forbidden::Reserved,
    ),
    (
        Ipv6Addr::new(0x5f00, 0, 0, 0, 0, 0, 0, 0),
        16,
        Forbidden::Reserved,
    ),
    // NAT64 of a network's own.
    (
        Ipv6Addr::new(0x0064, 0xff9b, 1, 0, 0, 0, 0, 0),
        48,
        Forbidden::Private,
    ),
];

/// Why a machine is not asked, if it is not.
#[must_use]
pub fn forbidden(address: IpAddr) -> Option<Forbidden> {
    match address {
        IpAddr::V4(address) => forbidden_v4(address),
        IpAddr::V6(address) => match v4_inside(address) {
            Some(inside) => forbidden_v4(inside),
            None => V6
                .iter()
                .find(|(net, bits, _)| same(net.to_bits(), address.to_bits(), *bits, 128))
                .map(|(_, _, why)| *why),
        },
    }
}

fn forbidden_v4(address: Ipv4Addr) -> Option<Forbidden> {
    V4.iter()
        .find(|(net, bits, _)| {
            let (net, address) = (u128::from(net.to_bits()), u128::from(address.to_bits()));
            same(net, address, *bits, 32)
        })
        .map(|(_, _, why)| *why)
}

/// The address of IPv4 that one of IPv6 leads to: mapped, compatible, by 6to4 or NAT64.
fn v4_inside(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = address.segments();
    let pair = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x0064, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(pair(high, low))
        }
        // `::` and `::1` are addresses of IPv6.
        [0, 0, 0, 0, 0, 0, 0, 0..=1] => None,
        [0, 0, 0, 0, 0, 0, high, low] => Some(pair(high, low)),
        [0x2002, high, low, ..] => Some(pair(high, low)),
        _ => None,
    }
}

/// Whether the first bits of two addresses are the same.
fn same(net: u128, address: u128, bits: u32, width: u32) -> bool {
    let rest = width - bits;
    rest >= 128 || net >> rest == address >> rest
}

/// A place that may be asked although the rules forbid it: for development, and for a bidder in one's
/// own network. `127.0.0.1`, `127.0.0.1:4000`, `10.0.0.0/8`, `fd00::/8`, `bidder.internal`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Allowed {
    Net {
        address: IpAddr,
        bits: u8,
        port: Option<u16>,
    },
    Name {
        host: String,
        port: Option<u16>,
    },
}

/// The text is no such place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is no place: write an address, a network (10.0.0.0/8) or a host, with a port if need be."
)]
pub struct ParseAllowedError(String);

impl Allowed {
    /// One machine at one port.
    #[must_use]
    pub fn machine(address: IpAddr, port: u16) -> Self {
        Self::Net {
            address,
            bits: if address.is_ipv4() { 32 } else { 128 },
            port: Some(port),
        }
    }

    /// Whether this is the place that a host, resolved to an address, is.
    #[must_use]
    pub fn admits(&self, host: &str, resolved: IpAddr, at: u16) -> bool {
        match self {
            Self::Net {
                address,
                bits,
                port,
            } => {
                let inside = match (address, resolved) {
                    (IpAddr::V4(net), IpAddr::V4(one)) => same(
                        u128::from(net.to_bits()),
                        u128::from(one.to_bits()),
                        u32::from(*bits),
                        32,
                    ),
                    (IpAddr::V6(net), IpAddr::V6(one)) => {
                        same(net.to_bits(), one.to_bits(), u32::from(*bits), 128)
                    }
                    _ => false,
                };
                inside && port.is_none_or(|port| port == at)
            }
            Self::Name { host: known, port } => {
                known.eq_ignore_ascii_case(host.trim_end_matches('.'))
                    && port.is_none_or(|port| port == at)
            }
        }
    }
}

impl FromStr for Allowed {
    type Err = ParseAllowedError;

    fn from_str(text: &str) -> Result<Self, ParseAllowedError> {
        let text = text.trim();
        let bad = || ParseAllowedError(text.chars().take(60).collect());
        if let Some((address, bits)) = text.split_once('/') {
            let address: IpAddr = address.parse().map_err(|_| bad())?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits: u8 = bits.parse().map_err(|_| bad())?;
            return if bits <= most {
                Ok(Self::Net {
                    address,
                    bits,
                    port: None,
                })
            } else {
                Err(bad())
            };
        }
        let net = |address: IpAddr, port| Self::Net {
            bits: if address.is_ipv4() { 32 } else { 128 },
            address,
            port,
        };
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(net(address, None));
        }
        if let Ok(place) = text.parse::<std::net::SocketAddr>() {
            return Ok(net(place.ip(), Some(place.port())));
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(port.parse().map_err(|_| bad())?)),
            None => (text, None),
        };
        let is_host = !host.is_empty()
            && host.len() <= 253
            && host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
        if is_host {
            Ok(Self::Name {
                host: host.to_ascii_lowercase(),
                port,
            })
        } else {
            Err(bad())
        }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net {
                address,
                port: Some(port),
                ..
            } => std::net::SocketAddr::new(*address, *port).fmt(f),
            Self::Net { address, bits, .. } => write!(f, "{address}/{bits}"),
            Self::Name { host, port } => match port {
                Some(port) => write!(f, "{host}:{port}"),
                None => f.write_str(host),
            },
        }
    }
}

impl TryFrom<String> for Allowed {
    type Error = ParseAllowedError;
    fn try_from(text: String) -> Result<Self, ParseAllowedError> {
        text.parse()
    }
}

impl From<Allowed> for String {
    fn from(allowed: Allowed) -> Self {
        allowed.to_string()
    }
}

/// Why a connection is not made, if it is not: what whoever connects asks of each address that a name
/// resolved to.
#[must_use]
pub fn refusal(host: &str, resolved: IpAddr, port: u16, allowed: &[Allowed]) -> Option<String> {
    if allowed.iter().any(|one| one.admits(host, resolved, port)) {
        return None;
    }
    let why = forbidden(resolved)?;
    Some(format!("{resolved} is not asked: {why}."))
}

/// Why an address cannot be one that requests are sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("Write a whole address that begins with https:// or http://.")]
    Malformed,
    #[error("An address has at most {ADDRESS_CHARS_MAX} characters.")]
    TooLong,
    #[error("Write the name and password into the authentication, not into the address.")]
    Credentials,
    #[error("{0}")]
    Refused(String),
}

/// Looks at an address as it is written. One with a name in it can only be judged where it resolves.
///
/// # Errors
/// [`BadAddress`].
#[cfg(feature = "url")]
pub fn check(address: &str, allowed: &[Allowed]) -> Result<url::Url, BadAddress> {
    if address.chars().count() > ADDRESS_CHARS_MAX {
        return Err(BadAddress::TooLong);
    }
    let url = url::Url::parse(address.trim()).map_err(|_| BadAddress::Malformed)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(BadAddress::Malformed);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BadAddress::Credentials);
    }
    let port = url.port_or_known_default().unwrap_or_default();
    let literal = match url.host() {
        Some(url::Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(url::Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(url::Host::Domain(name)) => {
            // Every system resolves it to itself.
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            let local = name == "localhost" || name.ends_with(".localhost");
            local.then_some(IpAddr::V4(Ipv4Addr::LOCALHOST))
        }
        None => return Err(BadAddress::Malformed),
    };
    let host = url.host_str().unwrap_or_default();
    match literal.and_then(|address| refusal(host, address, port, allowed)) {
        Some(why) => Err(BadAddress::Refused(why)),
        None => Ok(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_that_are_not_of_the_internet_are_not_asked() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::10.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:10.1.2.3",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a9fe:a9fe::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(forbidden(address.parse().unwrap()).is_some(), "{address}");
        }
        assert_eq!(
            forbidden("::ffff:169.254.169.254".parse().unwrap()),
            Some(Forbidden::Metadata)
        );
    }

    #[test]
    fn machines_of_the_internet_are() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            assert_eq!(forbidden(address.parse().unwrap()), None, "{address}");
        }
    }

    #[test]
    fn what_is_allowed_is_asked_all_the_same() {
        let allowed: Vec<Allowed> = [
            "127.0.0.1:4000",
            "10.1.0.0/16",
            "fd00::/8",
            "Bid.Internal:80",
        ]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
        for (host, address, port, refused) in [
            ("127.0.0.1", "127.0.0.1", 4_000, false),
            ("127.0.0.1", "127.0.0.1", 4_001, true),
            ("x.example", "10.1.255.255", 443, false),
            ("x.example", "10.2.0.0", 443, true),
            ("x.example", "fd12::1", 443, false),
            ("bid.internal.", "192.168.0.9", 80, false),
            ("bid.internal", "192.168.0.9", 443, true),
            ("x.example", "8.8.8.8", 443, false),
        ] {
            let found = refusal(host, address.parse().unwrap(), port, &allowed);
            assert_eq!(found.is_some(), refused, "{host} {address}:{port}");
        }
        for text in [
            "127.0.0.1:4000",
            "10.1.0.0/16",
            "fd00::/8",
            "bid.internal:80",
            "a.b",
        ] {
            assert_eq!(text.parse::<Allowed>().unwrap().to_string(), text);
        }
        for bad in ["", "10.0.0.0/33", "a/8", "a b", "x:70000", "http://x"] {
            assert!(bad.parse::<Allowed>().is_err(), "{bad}");
        }
    }

    #[cfg(feature = "url")]
    #[test]
    fn an_address_is_looked_at_as_it_is_written() {
        for good in [
            "https://bids.example/ping?x=[Call:InboundCallId]",
            "http://8.8.8.8:8080/",
            "https://[2606:4700::1111]/",
        ] {
            assert!(check(good, &[]).is_ok(), "{good}");
        }
        for refused in [
            "http://127.0.0.1/",
            "http://localhost/",
            "http://LOCALHOST.:80/",
            "http://a.localhost/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://[::ffff:127.0.0.1]/",
            "http://169.254.169.254/latest/meta-data",
            "http://[fd00:ec2::254]/",
            "http://0/",
        ] {
            assert!(
                matches!(check(refused, &[]), Err(BadAddress::Refused(_))),
                "{refused}"
            );
        }
        for malformed in [
            "",
            "bids.example",
            "ftp://x.example",
            "file:///etc/passwd",
            "gopher://x",
        ] {
            assert_eq!(
                check(malformed, &[]).err(),
                Some(BadAddress::Malformed),
                "{malformed}"
            );
        }
        assert_eq!(
            check("https://a:b@x.example", &[]).err(),
            Some(BadAddress::Credentials)
        );
        let allowed = ["127.0.0.1".parse().unwrap()];
        assert!(check("http://127.0.0.1:4000/", &allowed).is_ok());
        assert!(check(&format!("https://x.example/{}", "a".repeat(2_000)), &[]).is_err());
    }
}
