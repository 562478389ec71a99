//! Addresses and ranges of addresses in the forms that the API server takes and would rather not. Mirrors
//! `pkg/util/validation/ip.go` of apimachinery: `GetWarningsForIP`, `GetWarningsForCIDR`, and what the feature
//! `StrictIPCIDRValidation` refuses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is the matter with the form of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// The words of the API server's warning, without the path.
    pub warning: String,
    /// Why the strict validation refuses it; `None` where it does not.
    pub refusal: Option<&'static str>,
    /// What it means, in the form that is wanted; `None` where that cannot be told.
    pub canonical: Option<String>,
    /// What else it may mean.
    pub alternative: Option<String>,
}

/// The oddity of an address, if it has one. A text that is no address has none.
pub fn of_address(text: &str) -> Option<Oddity> {
    let address = parse_sloppily(text)?;
    let is_strict = text.parse::<IpAddr>().is_ok();
    let mapped = mapped(address);
    if !is_strict || mapped.is_some() {
        let canonical = mapped.map_or_else(|| address.to_string(), |mapped| mapped.to_string());
        let refusal =
            if is_strict { "must not be an IPv4-mapped IPv6 address" } else { "must not have leading 0s" };
        return Some(Oddity {
            warning: format!(
                "non-standard IP address \"{text}\" will be considered invalid in a future Kubernetes release: use \"{canonical}\""
            ),
            refusal: Some(refusal),
            canonical: Some(canonical),
            alternative: None,
        });
    }
    let canonical = address.to_string();
    (address.is_ipv6() && canonical != text).then(|| Oddity {
        warning: format!("IPv6 address \"{text}\" should be in RFC 5952 canonical format (\"{canonical}\")"),
        refusal: None,
        canonical: Some(canonical),
        alternative: None,
    })
}

/// The oddity of a range of addresses (`10.0.0.0/8`), if it has one. A text that is no range has none.
pub fn of_range(text: &str) -> Option<Oddity> {
    let (address_text, length_text) = text.split_once('/')?;
    let address = parse_sloppily(address_text)?;
    let bits: u32 = if address.is_ipv4() { 32 } else { 128 };
    let is_number = !length_text.is_empty() && length_text.bytes().all(|byte| byte.is_ascii_digit());
    let length: u32 = length_text.parse().ok().filter(|length| is_number && *length <= bits)?;
    if mapped(address).is_some() {
        return None;
    }
    let masked = mask(address, length);
    let canonical = format!("{masked}/{length}");
    let has_zeros =
        address_text.parse::<IpAddr>().is_err() || (length_text.len() > 1 && length_text.starts_with('0'));
    if masked != address {
        let single = format!("{address}/{bits}");
        return Some(Oddity {
            warning: format!(
                "CIDR value \"{text}\" is ambiguous in this context (should be \"{canonical}\" or \"{single}\"?)"
            ),
            refusal: Some("must not have bits set beyond the prefix length"),
            canonical: Some(canonical),
            alternative: Some(single),
        });
    }
    if has_zeros {
        return Some(Oddity {
            warning: format!(
                "non-standard CIDR value \"{text}\" will be considered invalid in a future Kubernetes release: use \"{canonical}\""
            ),
            refusal: Some("must not have leading 0s in IP or prefix length"),
            canonical: Some(canonical),
            alternative: None,
        });
    }
    (address.is_ipv6() && canonical != text).then(|| Oddity {
        warning: format!(
            "IPv6 CIDR value \"{text}\" should be in RFC 5952 canonical format (\"{canonical}\")"
        ),
        refusal: None,
        canonical: Some(canonical),
        alternative: None,
    })
}

/// Reads an address as `ParseIPSloppy` does: zeros before the numbers of an IPv4 address do no harm.
fn parse_sloppily(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let mut octets = [0; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next().filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *octet = part.parse().ok()?;
    }
    parts.next().is_none().then(|| IpAddr::V4(Ipv4Addr::from(octets)))
}

fn mapped(address: IpAddr) -> Option<Ipv4Addr> {
    match address {
        IpAddr::V4(_) => None,
        IpAddr::V6(address) => address.to_ipv4_mapped(),
    }
}

fn mask(address: IpAddr, length: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from(u32::from(address) & mask))
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from(u128::from(address) & mask))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(oddity: Option<Oddity>) -> Option<String> {
        oddity?.canonical
    }

    #[test]
    fn ordinary_addresses_and_ranges_are_not_odd() {
        for address in
            ["10.0.0.1", "0.0.0.0", "2001:db8::1", "::", "::1", "fe80::1", "web", "", "1.2.3", "10.0.0.256"]
        {
            assert_eq!(of_address(address), None, "{address}");
        }
        for range in [
            "10.0.0.0/8",
            "0.0.0.0/0",
            "::/0",
            "2001:db8::/32",
            "10.0.0.5/32",
            "10.0.0.0",
            "10.0.0.0/33",
            "x/8",
        ] {
            assert_eq!(of_range(range), None, "{range}");
        }
    }

    #[test]
    fn zeros_in_front_are_decimal_all_the_same() {
        assert_eq!(canonical(of_address("05.06.07.08")).as_deref(), Some("5.6.7.8"));
        assert_eq!(canonical(of_address("::ffff:1.2.3.4")).as_deref(), Some("1.2.3.4"));
        assert_eq!(canonical(of_address("2001:DB8::0001")).as_deref(), Some("2001:db8::1"));
        assert_eq!(canonical(of_range("010.0.0.0/8")).as_deref(), Some("10.0.0.0/8"));
        assert_eq!(canonical(of_range("10.0.0.0/08")).as_deref(), Some("10.0.0.0/8"));
    }

    #[test]
    fn a_range_with_bits_behind_its_prefix_may_mean_two_things() {
        let oddity = of_range("192.168.0.5/24").unwrap();
        assert_eq!(oddity.canonical.as_deref(), Some("192.168.0.0/24"));
        assert_eq!(oddity.alternative.as_deref(), Some("192.168.0.5/32"));
        assert_eq!(
            oddity.warning,
            "CIDR value \"192.168.0.5/24\" is ambiguous in this context (should be \"192.168.0.0/24\" or \"192.168.0.5/32\"?)"
        );
    }
}
