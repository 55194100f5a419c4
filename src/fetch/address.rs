//! Which addresses are fetched from: names are resolved here, once, and the connection goes to the address that was vetted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::fetch::error::{FetchError, bare};

/// What kind of network an address lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Everybody's.
    Public,
    /// This machine, or a network of one's own.
    Private,
    /// None that data is ever fetched from: the services of a cloud that hand out credentials, many receivers, nothing.
    Never,
}

/// Returns what kind of network an address lies in; of an address within an address, the inner one counts.
pub fn reach(ip: IpAddr) -> Reach {
    match ip {
        IpAddr::V4(ip) => reach_v4(ip),
        IpAddr::V6(ip) => reach_v6(ip),
    }
}

fn reach_v4(ip: Ipv4Addr) -> Reach {
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        (0 | 240..=255, _, _) | (169, 254, _) => Reach::Never,
        _ if ip.is_multicast() || ip.is_documentation() => Reach::Never,
        (127 | 10, _, _) | (172, 16..=31, _) | (192, 168, _) => Reach::Private,
        // Carrier-grade NAT, IETF protocols, relays of 6to4, benchmarks.
        (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18..=19, _) => Reach::Private,
        _ => Reach::Public,
    }
}

fn reach_v6(ip: Ipv6Addr) -> Reach {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let inner = |high: u16, low: u16| reach_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0) if ip.is_loopback() => Reach::Private,
        (0, 0, 0, 0, 0, 0) if ip.is_unspecified() => Reach::Never,
        // Whoever writes an IPv4 address in this way hides something.
        (0, 0, 0, 0, 0, 0 | 0xffff) | (0x64, 0xff9b, _, _, _, _) => inner(g, h).max(Reach::Private),
        (0x2002, ..) => inner(b, c).max(Reach::Private),
        (0x2001, 0..=0x1ff, ..) | (0x2001, 0xdb8, ..) | (0x3fff, ..) | (0x100, ..) => Reach::Never,
        (0xfc00..=0xfdff, ..) => Reach::Private,
        (0x2000..=0x3fff, ..) => Reach::Public,
        _ => Reach::Never,
    }
}

/// What the recipe allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Whether private addresses are.
    pub private: bool,
}

impl Policy {
    /// Looks at an address before it is asked: its scheme, a name or password in it, its host where that is a number.
    ///
    /// # Errors
    /// [`FetchError::Refused`] with why.
    pub fn vet(self, url: &Url) -> Result<(), FetchError> {
        let refused =
            |why: &str, is_private| Err(FetchError::Refused { address: bare(url), why: why.to_owned(), is_private });
        match (url.scheme(), self.private) {
            ("https", _) | ("http", true) => {}
            ("http", false) => return refused("it is `http`, and nobody knows who answers", true),
            _ => return refused("its scheme is not `https`", false),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refused("a name or a password stands in it", false);
        }
        let ip = match url.host() {
            Some(Host::Domain("")) | None => return refused("it names no host", false),
            Some(Host::Domain(_)) => return Ok(()),
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
        };
        match self.forbids(ip, url.scheme() == "http") {
            Some((why, is_private)) => refused(why, is_private),
            None => Ok(()),
        }
    }

    /// Returns why an address is not connected to, and whether `private: true` would allow it.
    pub fn forbids(self, ip: IpAddr, is_plain: bool) -> Option<(&'static str, bool)> {
        match (reach(ip), self.private) {
            (Reach::Never, _) => Some(("it leads to an address that data is never fetched from", false)),
            (Reach::Private, false) => Some(("it leads into a private network", true)),
            (Reach::Public, _) if is_plain => Some(("it is `http` outside of a private network", false)),
            (Reach::Private, true) | (Reach::Public, _) => None,
        }
    }
}

/// Finds the addresses of a name; tests bring their own.
pub type Lookup = Arc<dyn Fn(&str) -> std::io::Result<Vec<IpAddr>> + Send + Sync>;

/// Returns what asks the system.
pub fn system_lookup() -> Lookup {
    Arc::new(|name| Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect()))
}

/// Resolves names for a client, and yields only addresses that the policy allows: the connection goes to these, so that a name that
/// says something else a moment later gains nothing.
pub struct Vetted {
    /// What is allowed.
    pub policy: Policy,
    /// Who is asked.
    pub lookup: Lookup,
}

impl Resolve for Vetted {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, lookup, name) = (self.policy, Arc::clone(&self.lookup), name.as_str().to_owned());
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || lookup(&name)).await??;
            let addresses = allowed(policy, &found)?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// A name that leads to an address that is not connected to.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct NotAllowed {
    /// Why.
    pub why: &'static str,
    /// Whether `private: true` would allow it.
    pub is_private: bool,
}

/// Of a name with several addresses all have to be allowed: a mixture is no accident.
fn allowed(policy: Policy, found: &[IpAddr]) -> Result<Vec<SocketAddr>, NotAllowed> {
    match found.iter().find_map(|ip| policy.forbids(*ip, false)) {
        Some((why, is_private)) => Err(NotAllowed { why, is_private }),
        None => Ok(found.iter().map(|ip| SocketAddr::new(*ip, 0)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: Policy = Policy { private: false };
    const PRIVATE: Policy = Policy { private: true };

    #[test]
    fn every_address_has_its_reach() {
        let all = [
            (
                Reach::Public,
                "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.169.0.1 2606:4700::1111",
            ),
            (
                Reach::Private,
                "127.0.0.1 127.255.0.9 10.1.2.3 172.16.0.1 172.31.255.255 192.168.0.1 100.64.0.1 100.127.9.9",
            ),
            (
                Reach::Private,
                "::1 fd00::1 fc00::9 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::a00:1 2002:7f00:1:: ::10.0.0.1 198.18.0.5",
            ),
            (
                Reach::Never,
                "169.254.169.254 0.0.0.0 224.0.0.1 255.255.255.255 240.0.0.1 192.0.2.1 :: fe80::1 ff02::1 2001:db8::1",
            ),
            (Reach::Never, "::ffff:169.254.169.254 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe:: 2001::1 fec0::1 4000::1"),
        ];
        for (expected, addresses) in all {
            for address in addresses.split(' ') {
                assert_eq!(reach(address.parse().unwrap()), expected, "{address}");
            }
        }
    }

    #[test]
    fn an_address_is_refused_in_every_way_it_can_be_written() {
        let refused = [
            "http://example.org/x",
            "https://127.0.0.1/x",
            "https://2130706433/x",
            "https://0x7f000001/x",
            "https://0177.0.0.1/x",
            "https://127.1/x",
            "https://[::1]/x",
            "https://[::ffff:127.0.0.1]/x",
            "https://[::ffff:7f00:1]/x",
            "https://10.0.0.1/x",
            "https://169.254.169.254/latest/meta-data",
            "https://100.100.100.200/x",
            "https://0.0.0.0/x",
            "https://user@example.org/x",
            "https://user:pass@example.org/x",
            "ftp://example.org/x",
            "file:///etc/passwd",
            "gopher://example.org/x",
            "data:text/plain,x",
        ];
        for text in refused {
            assert!(STRICT.vet(&Url::parse(text).unwrap()).is_err(), "{text}");
        }
        for text in ["https://example.org/x", "https://8.8.8.8/x"] {
            assert!(STRICT.vet(&Url::parse(text).unwrap()).is_ok(), "{text}");
        }
        let never = ["http://169.254.169.254/", "http://[fe80::1]/", "http://0.0.0.0/", "http://8.8.8.8/", "file:///x"];
        for text in never {
            assert!(PRIVATE.vet(&Url::parse(text).unwrap()).is_err(), "{text}");
        }
        for text in ["http://127.0.0.1:8000/x", "http://localhost/x", "https://192.168.1.2/x"] {
            assert!(PRIVATE.vet(&Url::parse(text).unwrap()).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_name_with_one_private_address_among_public_ones_is_refused() {
        let ips = |text: &str| text.split(' ').map(|ip| ip.parse().unwrap()).collect::<Vec<IpAddr>>();
        assert_eq!(allowed(STRICT, &ips("8.8.8.8 1.1.1.1")).unwrap().len(), 2);
        assert!(allowed(STRICT, &ips("8.8.8.8 127.0.0.1")).unwrap_err().is_private);
        assert!(!allowed(PRIVATE, &ips("8.8.8.8 169.254.169.254")).unwrap_err().is_private);
    }
}
