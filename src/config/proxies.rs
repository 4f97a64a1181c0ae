//! Which machines may say who stands behind them: the reverse proxies in front of the site. Not here: what they say (`web/client.rs`).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Addresses and ranges of reverse proxies; none unless somebody set them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Range>);

/// All addresses that share their first `bits` bits with `start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    start: IpAddr,
    bits: u32,
}

impl Proxies {
    /// Whether this address is one of them; an IPv4 address in IPv6 dress is the IPv4 address.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|range| range.start.is_ipv4() == address.is_ipv4() && first_of(address, range.bits) == range.start)
    }
}

impl FromStr for Proxies {
    type Err = String;

    /// Reads addresses and ranges with commas between, like `127.0.0.1, 10.1.0.0/16, fd00::/8`.
    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',').map(|part| part.trim().parse()).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, range) in self.0.iter().enumerate() {
            write!(f, "{}{range}", if place == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("holds “{text}”, which is no address and no range; write it like 127.0.0.1 or 10.1.0.0/16, with commas between");
        let (start, bits) = text.split_once('/').map_or((text, None), |(start, bits)| (start, Some(bits)));
        let start: IpAddr = start.parse().map_err(|_| wrong())?;
        let digits = |bits: &str| !bits.is_empty() && bits.bytes().all(|b| b.is_ascii_digit());
        let bits = match bits {
            None => whole(start),
            Some(bits) => bits.parse().ok().filter(|count| digits(bits) && *count <= whole(start)).ok_or_else(wrong)?,
        };
        if bits == 0 {
            return Err(format!("holds “{text}”, which is every machine there is: anybody could then say who they are"));
        }
        if first_of(start, bits) != start {
            return Err(format!(
                "holds “{text}”, which is a machine and a range at once; the range is written {}/{bits}",
                first_of(start, bits)
            ));
        }
        Ok(match start {
            IpAddr::V6(v6) if bits >= 96 => {
                v6.to_ipv4_mapped().map_or(Self { start, bits }, |v4| Self { start: v4.into(), bits: bits - 96 })
            }
            _ => Self { start, bits },
        })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bits == whole(self.start) { self.start.fmt(f) } else { write!(f, "{}/{}", self.start, self.bits) }
    }
}

/// How many bits such an address has.
const fn whole(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The first address of the range of `bits` bits that `address` is in.
fn first_of(address: IpAddr, bits: u32) -> IpAddr {
    let after = whole(address).saturating_sub(bits);
    match address {
        IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & u32::MAX.checked_shl(after).unwrap_or(0)).into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & u128::MAX.checked_shl(after).unwrap_or(0)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_in_its_own_range_and_in_no_other() {
        let proxies: Proxies = "127.0.0.1, 10.1.0.0/16,fd00::/8, ::ffff:192.0.2.0/120".parse().unwrap();
        for inside in ["127.0.0.1", "10.1.255.255", "::ffff:10.1.0.1", "fdff::1", "192.0.2.9"] {
            assert!(proxies.contain(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["127.0.0.2", "10.2.0.0", "fc00::1", "::1", "192.0.3.1", "::7f00:1"] {
            assert!(!proxies.contain(outside.parse().unwrap()), "{outside}");
        }
        assert!(!Proxies::default().contain("127.0.0.1".parse().unwrap()));
        assert_eq!(proxies.to_string(), "127.0.0.1, 10.1.0.0/16, fd00::/8, 192.0.2.0/24");
    }

    #[test]
    fn what_is_no_range_or_would_believe_anybody_is_refused() {
        for text in ["", "localhost", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.1,", "10.0.0.0/8/8", "10.0.0"] {
            assert!(text.parse::<Proxies>().unwrap_err().contains("no range"), "{text}");
        }
        for text in ["0.0.0.0/0", "::/0"] {
            assert!(text.parse::<Proxies>().unwrap_err().contains("every machine"), "{text}");
        }
        assert!("10.1.2.3/8".parse::<Proxies>().unwrap_err().contains("10.0.0.0/8"));
    }
}
