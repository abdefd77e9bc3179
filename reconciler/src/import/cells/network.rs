//! Networks as people write them beside their names: `画像系 192.168.20.0/24`.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use crate::import::fold::code;
use crate::import::limits;

/// Reads every network of a cell, each once. Words are names of networks, and no mistake; neither is a mask left out:
/// an IPv4 address that ends in 0 means the /24.
pub(crate) fn networks(text: &str) -> Vec<IpNet> {
    let folded = code(text);
    let part_of_one = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '/');
    let mut found: Vec<IpNet> = vec![];
    for network in folded.split(|c| !part_of_one(c)).filter_map(network) {
        if !found.contains(&network) && found.len() < limits::VALUES_PER_CELL {
            found.push(network);
        }
    }
    found
}

fn network(token: &str) -> Option<IpNet> {
    if let Ok(network) = token.parse::<IpNet>() {
        return Some(network.trunc()).filter(|network| network.prefix_len() > 0);
    }
    match token.parse().ok()? {
        IpAddr::V4(v4) if v4.octets()[3] == 0 && !v4.is_unspecified() => {
            Ipv4Net::new(v4, 24).ok().map(|network| IpNet::V4(network.trunc()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<String> {
        networks(text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn networks_are_found_among_words() {
        assert_eq!(read("画像系 １９２．１６８．２０．０／２４"), ["192.168.20.0/24"]);
        assert_eq!(read("192.168.20.5/24、10.1.0.0/16（電子カルテ）"), ["192.168.20.0/24", "10.1.0.0/16"]);
        assert_eq!(read("192.168.30.0\n192.168.30.0/24"), ["192.168.30.0/24"]);
        assert_eq!(read("fd00:1::/64"), ["fd00:1::/64"]);
    }

    #[test]
    fn what_is_no_network_is_left_out() {
        for text in ["", "画像系", "VLAN 20", "192.168.20.5", "0.0.0.0/0", "0.0.0.0", "192.168.20.0/33", "::/0"] {
            assert_eq!(read(text), [] as [&str; 0], "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*|[0-9a-f.:/ ]*") {
            prop_assert!(networks(&text).len() <= limits::VALUES_PER_CELL);
        }
    }
}
