//! Link-layer addresses and networks: every spelling in, one out.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An IEEE 802 MAC address (EUI-48), written `00:80:A3:12:34:56`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// The broadcast address `FF:FF:FF:FF:FF:FF`.
    pub const BROADCAST: Self = Self([0xff; 6]);

    /// The group bit is set: not the address of one interface (IEEE 802, 8.2.2).
    pub fn is_group(self) -> bool {
        self.0[0] & 1 == 1
    }

    /// The local bit is set: a random or virtual address without a maker (IEEE 802, 8.2.2).
    pub fn is_local(self) -> bool {
        self.0[0] & 2 == 2
    }

    /// Can name one interface: neither a group address nor all zeros.
    pub fn is_interface(self) -> bool {
        !self.is_group() && self.0 != [0; 6]
    }

    /// A virtual router's address: VRRP (RFC 9568 §7.3), HSRP v1/v2 or GLBP; it belongs to a
    /// service that moves between machines.
    pub fn is_virtual_router(self) -> bool {
        matches!(self.0, [0, 0, 0x5e, 0, 1 | 2, _] | [0, 0, 0x0c, 0x07, 0xac, _])
            || matches!(self.0, [0, 0, 0x0c, 0x9f, x, _] if x & 0xf0 == 0xf0)
            || matches!(self.0, [0, 0x07, 0xb4, ..])
    }

    /// Twelve upper-case hexadecimal digits without separators.
    pub fn digits(self) -> String {
        hex::encode_upper(self.0)
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, rest @ ..] = self.0;
        write!(f, "{first:02X}")?;
        rest.iter().try_for_each(|octet| write!(f, ":{octet:02X}"))
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a MAC address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a MAC address: expected 12 hexadecimal digits, e.g. 00:80:A3:12:34:56")]
pub struct NotAMac;

impl FromStr for Mac {
    type Err = NotAMac;

    /// Reads `00-80-A3-12-34-56`, `00:80:a3:…`, `0080.a312.3456`, `0080A3123456`, `00 80 A3 …` and
    /// groups that lost a zero (`0-80-a3-12-3-56`). Widths must have been folded before.
    fn from_str(text: &str) -> Result<Self, NotAMac> {
        let text = text.trim();
        let groups: Vec<&str> = text.split([':', '-', '.', ' ']).collect();
        let digits = match groups.len() {
            1 | 3 => groups.concat(),
            6 if groups.iter().all(|group| (1..=2).contains(&group.len())) => {
                groups.iter().flat_map(|group| ["0"].into_iter().filter(|_| group.len() == 1).chain([*group])).collect()
            }
            _ => return Err(NotAMac),
        };
        let mut octets = [0; 6];
        hex::decode_to_slice(&digits, &mut octets).map_err(|_| NotAMac)?;
        Ok(Self(octets))
    }
}

impl Serialize for Mac {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mac {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_spelling_is_one_address() {
        let expected = Mac([0x00, 0x80, 0xa3, 0x12, 0x03, 0x56]);
        for text in [
            "00:80:A3:12:03:56",
            "00-80-a3-12-03-56",
            "0080.a312.0356",
            "0080A3120356",
            "00 80 A3 12 03 56",
            "0-80-a3-12-3-56",
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "00:80:A3:12:03", "1122334455", "00:80:A3:12:03:5G", "DHCP", "０0:80:A3:12:03:56"] {
            assert_eq!(text.parse::<Mac>(), Err(NotAMac), "{text}");
        }
    }

    #[test]
    fn virtual_router_addresses_are_known() {
        for text in ["00:00:5E:00:01:07", "00:00:0C:07:AC:01", "00:00:0C:9F:F0:01", "00:07:B4:00:01:02"] {
            assert!(text.parse::<Mac>().unwrap().is_virtual_router(), "{text}");
        }
        assert!(!"00:00:5E:00:53:01".parse::<Mac>().unwrap().is_virtual_router());
    }

    proptest! {
        #[test]
        fn text_round_trips(octets: [u8; 6]) {
            let mac = Mac(octets);
            prop_assert_eq!(mac.to_string().parse(), Ok(mac));
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = text.parse::<Mac>();
        }
    }
}
