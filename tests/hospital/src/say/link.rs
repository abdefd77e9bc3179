//! Words between neighbours on a cable: LLDP, CDP, spanning tree.

use std::net::Ipv4Addr;

use daicho_shared::address::Mac;
use serde::Deserialize;

use super::ethernet;

/// LLDP (IEEE 802.1AB-2016 §8), with the inventory of LLDP-MED (ANSI/TIA-1057 §10.2.6).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lldp {
    /// System name.
    pub name: Option<String>,
    /// System description.
    pub description: Option<String>,
    /// Port, by its interface name.
    pub port: String,
    /// Chassis, by its link-layer address; the interface's own unless said otherwise.
    pub chassis: Option<Mac>,
    /// System capabilities, bits of §8.5.8.1.
    pub capabilities: Option<u16>,
    /// Management address.
    pub address: Option<Ipv4Addr>,
    /// Maker, model, serial number (LLDP-MED).
    pub maker: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
}

impl Lldp {
    pub(super) fn frame(&self, mac: Mac) -> Vec<u8> {
        let mut body = element(1, &[&[4][..], &self.chassis.unwrap_or(mac).0].concat());
        body.extend(element(2, &[&[5], self.port.as_bytes()].concat()));
        body.extend(element(3, &120u16.to_be_bytes()));
        let texts = [(5, &self.name), (6, &self.description)];
        body.extend(texts.iter().filter_map(|(kind, text)| Some(element(*kind, text.as_ref()?.as_bytes()))).flatten());
        if let Some(bits) = self.capabilities {
            body.extend(element(7, &[bits.to_be_bytes(), bits.to_be_bytes()].concat()));
        }
        if let Some(address) = self.address {
            body.extend(element(8, &[&[5, 1][..], &address.octets(), &[2, 0, 0, 0, 1, 0]].concat()));
        }
        for (subtype, text) in [(8, &self.serial), (9, &self.maker), (10, &self.model)] {
            let Some(text) = text else { continue };
            body.extend(element(127, &[&[0x00, 0x12, 0xbb, subtype], text.as_bytes()].concat()));
        }
        body.extend(element(0, &[]));
        ethernet([0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e], mac, 0x88cc, &body)
    }
}

/// Seven bits of type and nine of length (§8.4).
fn element(kind: u16, value: &[u8]) -> Vec<u8> {
    let value = &value[..value.len().min(511)];
    let head = kind << 9 | u16::try_from(value.len()).unwrap_or(0);
    [&head.to_be_bytes()[..], value].concat()
}

/// CDP version 2 ("Cisco Discovery Protocol: Frame Format").
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cdp {
    /// Device ID.
    pub name: String,
    /// Platform.
    pub platform: String,
    /// Version.
    pub software: String,
    /// Port ID.
    pub port: String,
    /// Address.
    pub address: Option<Ipv4Addr>,
    /// Capabilities, bits.
    pub capabilities: u32,
}

impl Cdp {
    pub(super) fn frame(&self, mac: Mac) -> Vec<u8> {
        let tlv = |kind: u16, value: &[u8]| {
            let length = u16::try_from(4 + value.len()).unwrap_or(u16::MAX);
            [&kind.to_be_bytes()[..], &length.to_be_bytes(), value].concat()
        };
        let mut body = vec![2, 180, 0, 0];
        body.extend(tlv(0x01, self.name.as_bytes()));
        if let Some(address) = self.address {
            // One address: protocol type NLPID, one octet, 0xcc is IP; four octets.
            body.extend(tlv(0x02, &[&[0, 0, 0, 1, 1, 1, 0xcc, 0, 4][..], &address.octets()].concat()));
        }
        body.extend(tlv(0x03, self.port.as_bytes()));
        body.extend(tlv(0x04, &self.capabilities.to_be_bytes()));
        body.extend(tlv(0x05, self.software.as_bytes()));
        body.extend(tlv(0x06, self.platform.as_bytes()));
        let sum = sum(&body);
        body[2..4].copy_from_slice(&sum.to_be_bytes());
        let data = [&[0xaa, 0xaa, 0x03, 0x00, 0x00, 0x0c, 0x20, 0x00][..], &body].concat();
        ethernet([0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc], mac, u16::try_from(data.len()).unwrap_or(0), &data)
    }
}

/// The Internet checksum (RFC 1071).
pub(super) fn sum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)));
    let mut total: u32 = words.sum();
    while total > 0xffff {
        total = (total & 0xffff) + (total >> 16);
    }
    !u16::try_from(total).unwrap_or(0)
}

/// A rapid spanning tree message (IEEE 802.1D-2004 §9.3.3).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Stp {
    /// The root's address; its own where it is the root.
    pub root: Option<Mac>,
    /// The bridge's address; the interface's own unless said otherwise.
    pub bridge: Option<Mac>,
    /// Port number.
    pub port: u8,
}

impl Stp {
    pub(super) fn frame(&self, mac: Mac) -> Vec<u8> {
        let bridge = self.bridge.unwrap_or(mac);
        let root = self.root.unwrap_or(bridge);
        let cost: u32 = if root == bridge { 0 } else { 20_000 };
        let mut data = vec![0x42, 0x42, 0x03, 0, 0, 2, 2, 0x3c];
        data.extend([&[0x80, 0x00], &root.0[..], &cost.to_be_bytes(), &[0x80, 0x00], &bridge.0].concat());
        // Port; age, most age, hello time and forward delay in 1/256 s; no version 1 information.
        data.extend([0x80, self.port, 0, 0, 20, 0, 2, 0, 15, 0, 0]);
        ethernet([0x01, 0x80, 0xc2, 0x00, 0x00, 0x00], mac, u16::try_from(data.len()).unwrap_or(0), &data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: Mac = Mac([0, 0x80, 0xa3, 0, 0, 1]);

    #[test]
    fn an_lldp_frame_begins_with_chassis_port_and_lifetime() {
        let frame = Lldp { port: "g1".into(), name: Some("SW".into()), ..Lldp::default() }.frame(MAC);
        assert_eq!(
            hex::encode(&frame[12..]),
            "88cc0207040080a300000104030567310602007 80a0253570000".replace(' ', "") + &"0".repeat(2 * (60 - 38))
        );
    }

    #[test]
    fn the_checksum_of_a_whole_cdp_message_is_zero() {
        let frame = Cdp { name: "SW".into(), port: "Gi1".into(), ..Cdp::default() }.frame(MAC);
        let length = usize::from(u16::from_be_bytes([frame[12], frame[13]]));
        assert_eq!(sum(&frame[22..14 + length]), 0);
    }

    #[test]
    fn a_rapid_message_has_36_octets_behind_llc() {
        let frame = Stp::default().frame(MAC);
        assert_eq!(u16::from_be_bytes([frame[12], frame[13]]), 3 + 36);
    }
}
