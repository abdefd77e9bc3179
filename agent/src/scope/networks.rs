//! Which addresses may be asked at all.

use std::net::IpAddr;

use ipnet::IpNet;

/// The widest network that needs no explicit permission: 65,536 addresses.
const WIDEST_BITS: u8 = 16;

/// Allowed networks, minus excluded ones. Exclusions win over everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Networks {
    allowed: Vec<IpNet>,
    excluded: Vec<IpNet>,
}

/// What an operator allowed explicitly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consent {
    /// Networks wider than a /16 (IPv4) or with more than 65,536 addresses (IPv6).
    pub large: bool,
    /// Addresses outside the private ranges.
    pub public: bool,
}

/// A scope that is refused before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// No network was given.
    #[error(
        "スキャン対象が設定されていません。--scope または設定ファイルの [scope] networks に、許可を得たネットワークを記入してください。許可のない範囲には1パケットも送信しません。\nno scope: name the networks you have permission for with --scope, or in [scope] networks. Nothing is sent outside them."
    )]
    Empty,
    /// Wider than a /16.
    #[error(
        "範囲 {0} は /16 より広いため中止しました。本当に必要な場合は --allow-large を付けるか、[scope] allow_large = true にしてください。\nscope {0} is wider than a /16: refused without --allow-large."
    )]
    TooLarge(IpNet),
    /// Not a private network.
    #[error(
        "範囲 {0} は院内で使う私設アドレスではないため中止しました。本当に必要な場合は --allow-public を付けるか、[scope] allow_public = true にしてください。\nscope {0} is not private address space: refused without --allow-public."
    )]
    Public(IpNet),
    /// A device that is to be walked through stands outside the scope.
    #[error(
        "{0} は対象範囲に含まれていない（または除外されている）ため、その先をたどれません。許可を得て [scope] networks に記入してください。\n{0} is outside the scope, or excluded: nothing is sent through it."
    )]
    Walk(IpAddr),
}

impl Networks {
    /// Accepts networks, or says why not.
    pub fn new(allowed: &[IpNet], excluded: &[IpNet], consent: Consent) -> Result<Self, ScopeError> {
        if allowed.is_empty() {
            return Err(ScopeError::Empty);
        }
        let allowed: Vec<IpNet> = allowed.iter().map(IpNet::trunc).collect();
        for &network in &allowed {
            if network.max_prefix_len() - network.prefix_len() > WIDEST_BITS && !consent.large {
                return Err(ScopeError::TooLarge(network));
            }
            if !is_private(network) && !consent.public {
                return Err(ScopeError::Public(network));
            }
        }
        Ok(Self { allowed, excluded: excluded.iter().map(IpNet::trunc).collect() })
    }

    /// Packets may go to this address.
    pub fn allows(&self, address: IpAddr) -> bool {
        self.allowed.iter().any(|network| network.contains(&address)) && !self.excludes(address)
    }

    /// The address is excluded, whatever else holds.
    pub fn excludes(&self, address: IpAddr) -> bool {
        self.excluded.iter().any(|network| network.contains(&address))
    }

    /// The allowed networks.
    pub fn allowed(&self) -> &[IpNet] {
        &self.allowed
    }

    /// The excluded networks.
    pub fn excluded(&self) -> &[IpNet] {
        &self.excluded
    }

    /// The allowed network that holds the address.
    pub fn segment(&self, address: IpAddr) -> Option<IpNet> {
        self.allowed
            .iter()
            .filter(|network| network.contains(&address))
            .max_by_key(|network| network.prefix_len())
            .copied()
    }
}

/// RFC 1918, RFC 6598 (carrier-grade), RFC 3927, RFC 4193, link-local and loopback; TEST-NETs are
/// never a hospital's, but they are nobody's, either.
fn is_private(network: IpNet) -> bool {
    const PRIVATE: [&str; 9] = [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
    ];
    PRIVATE.iter().filter_map(|text| text.parse::<IpNet>().ok()).any(|private| private.contains(&network))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn networks(allowed: &[&str], excluded: &[&str]) -> Result<Networks, ScopeError> {
        let parse = |list: &[&str]| list.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
        Networks::new(&parse(allowed), &parse(excluded), Consent::default())
    }

    #[test]
    fn no_scope_no_scan() {
        assert_eq!(networks(&[], &[]), Err(ScopeError::Empty));
    }

    #[test]
    fn wide_and_public_scopes_need_consent() {
        assert!(matches!(networks(&["10.0.0.0/15"], &[]), Err(ScopeError::TooLarge(_))));
        assert!(matches!(networks(&["8.8.8.0/24"], &[]), Err(ScopeError::Public(_))));
        assert!(matches!(networks(&["192.0.0.0/16"], &[]), Err(ScopeError::Public(_))));
        assert!(matches!(networks(&["fd00::/64"], &[]), Err(ScopeError::TooLarge(_))));
        assert!(networks(&["10.1.0.0/16", "172.31.0.0/16"], &[]).is_ok());
    }

    #[test]
    fn the_most_specific_segment_is_named() {
        let networks = networks(&["10.1.0.0/16", "10.1.2.0/24"], &[]).unwrap();
        assert_eq!(networks.segment("10.1.2.3".parse().unwrap()), "10.1.2.0/24".parse().ok());
    }

    proptest! {
        #[test]
        fn exclusions_win(address: [u8; 4], bits in 16u8..=32) {
            let address = IpAddr::from(address);
            let exclusion = IpNet::new(address, bits).unwrap();
            let consent = Consent { large: true, public: true };
            let networks = Networks::new(&["0.0.0.0/0".parse().unwrap()], &[exclusion], consent).unwrap();
            prop_assert!(!networks.allows(address));
        }
    }
}
