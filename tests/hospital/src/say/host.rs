//! Words of hosts to everybody on the link: shared router addresses, requests for an address, joined
//! groups, announcements.

use std::net::Ipv4Addr;

use daicho_shared::address::Mac;
use ipnet::Ipv4Net;
use serde::Deserialize;

use super::link::sum;
use super::{Says, ethernet};
use crate::description::Device;
use crate::service::{names, ssdp};

/// An address that routers share.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shared {
    /// Group number.
    pub group: u8,
    /// The shared address.
    pub address: Ipv4Addr,
    /// Priority.
    pub priority: u8,
}

/// What a device says when it asks for an address (RFC 2132).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dhcp {
    /// Host name, option 12.
    pub host: Option<String>,
    /// Vendor class, option 60.
    pub vendor: Option<String>,
    /// Parameters that it asks for, option 55.
    pub parameters: Vec<u8>,
}

/// What a device announces of its shares (MS-BRWS §2.2.1); its names are those of its `netbios`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Browser {
    /// Comment.
    pub comment: String,
    /// Version, e.g. `[10, 0]`.
    pub version: [u8; 2],
    /// Server type, bits.
    pub kind: u32,
}

/// Everything that takes an address.
pub(super) fn frames(plan: &Device, own: (Mac, Ipv4Addr), prefix: u8, says: &Says) -> Vec<Vec<u8>> {
    let mut frames = vec![];
    frames.extend(says.vrrp.as_ref().map(|shared| vrrp(own, shared)));
    frames.extend(says.hsrp.as_ref().map(|shared| hsrp(own, shared)));
    frames.extend(says.igmp.iter().map(|group| igmp(own, *group)));
    if let Some(mdns) = plan.mdns.as_ref().filter(|_| says.mdns) {
        let said = names::Zone::device(mdns, own.1.into()).announcement();
        frames.extend(said.map(|data| udp(own, (Ipv4Addr::new(224, 0, 0, 251), 255), (5353, 5353), &data)));
    }
    let group = (Ipv4Addr::new(239, 255, 255, 250), 4);
    if let Some(described) = plan.ssdp.as_ref().filter(|_| says.ssdp) {
        let said = ssdp::notices(described, &plan.name, own.1.into());
        frames.extend(said.iter().map(|text| udp(own, group, (1900, 1900), text.as_bytes())));
    }
    if !says.hello.is_empty() {
        frames.push(udp(own, group, (3702, 3702), hello(&plan.name, &says.hello).as_bytes()));
    }
    let everybody = Ipv4Net::new(own.1, prefix).map_or(Ipv4Addr::BROADCAST, |net| net.broadcast());
    if let Some((browser, netbios)) = says.browser.as_ref().zip(plan.netbios.as_ref()) {
        let claim = registration(&netbios.name, own.1);
        frames.push(udp(own, (everybody, 64), (137, 137), &claim));
        let said = announcement(&netbios.name, &netbios.workgroup, own.1, browser);
        frames.push(udp(own, (everybody, 64), (138, 138), &said));
    }
    frames
}

impl Dhcp {
    pub(super) fn frame(&self, mac: Mac) -> Vec<u8> {
        let mut message = vec![0; 236];
        message[..4].copy_from_slice(&[1, 1, 6, 0]);
        message[4..8].copy_from_slice(&mac.0[2..]);
        message[28..34].copy_from_slice(&mac.0);
        message.extend([99, 130, 83, 99, 53, 1, 1, 61, 7, 1]);
        message.extend(mac.0);
        let option = |code: u8, value: &[u8]| {
            let value = &value[..value.len().min(255)];
            [&[code, u8::try_from(value.len()).unwrap_or(0)], value].concat()
        };
        message.extend(self.host.iter().flat_map(|host| option(12, host.as_bytes())));
        message.extend(self.vendor.iter().flat_map(|vendor| option(60, vendor.as_bytes())));
        if !self.parameters.is_empty() {
            message.extend(option(55, &self.parameters));
        }
        message.push(255);
        udp((mac, Ipv4Addr::UNSPECIFIED), (Ipv4Addr::BROADCAST, 64), (68, 67), &message)
    }
}

/// RFC 5798 §5.1; the checksum covers a pseudo header (§5.2.8).
fn vrrp(own: (Mac, Ipv4Addr), shared: &Shared) -> Vec<u8> {
    let group = Ipv4Addr::new(224, 0, 0, 18);
    let mut body = vec![0x31, shared.group, shared.priority, 1, 0, 100, 0, 0];
    body.extend(shared.address.octets());
    let length = u8::try_from(body.len()).unwrap_or(0);
    let pseudo = [&own.1.octets()[..], &group.octets(), &[0, 112, 0, length], &body].concat();
    body[6..8].copy_from_slice(&sum(&pseudo).to_be_bytes());
    packet(own, (group, 255), 112, &body)
}

/// RFC 2281 §5.1: version 0, hello, active.
fn hsrp(own: (Mac, Ipv4Addr), shared: &Shared) -> Vec<u8> {
    let mut body = vec![0, 0, 16, 3, 10, shared.priority, shared.group, 0];
    body.extend(b"cisco\0\0\0");
    body.extend(shared.address.octets());
    udp(own, (Ipv4Addr::new(224, 0, 0, 2), 1), (1985, 1985), &body)
}

/// A version 2 report, to the group itself (RFC 2236 §3).
fn igmp(own: (Mac, Ipv4Addr), group: Ipv4Addr) -> Vec<u8> {
    let mut body = [&[0x16, 0, 0, 0][..], &group.octets()].concat();
    let checksum = sum(&body);
    body[2..4].copy_from_slice(&checksum.to_be_bytes());
    packet(own, (group, 1), 2, &body)
}

/// WS-Discovery 1.1 §4.1, in the namespaces of 2005/04 that devices use.
fn hello(device: &str, types: &[String]) -> String {
    let types = types.join(" ");
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" \
         xmlns:wsd=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"><soap:Header>\
         <wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To>\
         <wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Hello</wsa:Action></soap:Header><soap:Body>\
         <wsd:Hello><wsa:EndpointReference><wsa:Address>urn:uuid:{}</wsa:Address></wsa:EndpointReference>\
         <wsd:Types>{types}</wsd:Types></wsd:Hello></soap:Body></soap:Envelope>",
        ssdp::uuid(device)
    )
}

/// Name registration of the workstation name (RFC 1002 §4.2.2).
fn registration(name: &str, own: Ipv4Addr) -> Vec<u8> {
    let mut data = vec![0, 1, 0x29, 0x10, 0, 1, 0, 0, 0, 0, 0, 1];
    data.extend(encoded(name, 0x00));
    data.extend([0, 0x20, 0, 1, 0xc0, 0x0c, 0, 0x20, 0, 1, 0, 4, 0x93, 0xe0, 0, 6, 0, 0]);
    data.extend(own.octets());
    data
}

/// A host announcement in a mailslot (MS-BRWS §2.2.1, MS-MAIL §2.2.1, RFC 1002 §4.4.2).
fn announcement(name: &str, workgroup: &str, own: Ipv4Addr, browser: &Browser) -> Vec<u8> {
    let mut body = vec![1, 0, 0x80, 0xfc, 0x0a, 0x00];
    body.extend(format!("{name:<15.15}\0").replace(' ', "\0").bytes());
    body.extend(browser.version);
    body.extend(browser.kind.to_le_bytes());
    body.extend([0x0f, 0x01, 0x55, 0xaa]);
    body.extend(browser.comment.bytes());
    body.push(0);
    let slot = b"\\MAILSLOT\\BROWSE\0";
    let length = u16::try_from(body.len()).unwrap_or(0).to_le_bytes();
    // Header of a transaction: seventeen words, three of setup, then the count of octets (MS-CIFS §2.2.4.33).
    let offset = 86u16.to_le_bytes();
    let mut smb = vec![0xff, b'S', b'M', b'B', 0x25];
    smb.resize(32, 0);
    smb.extend([17, 0, 0, length[0], length[1], 0, 0, 0, 0, 0, 0, 0, 0, 0xe8, 0x03, 0, 0, 0, 0, 0, 0, 0, 0]);
    smb.extend([length[0], length[1], offset[0], offset[1], 3, 0, 1, 0, 1, 0, 2, 0]);
    let octets = u16::try_from(slot.len() + body.len()).unwrap_or(0).to_le_bytes();
    smb.extend(octets);
    smb.extend(slot);
    smb.extend(body);
    let names = [encoded(name, 0x00), encoded(workgroup, 0x1d)].concat();
    let total = u16::try_from(names.len() + smb.len()).unwrap_or(0).to_be_bytes();
    let mut data = vec![0x11, 0x0a, 0, 1];
    data.extend(own.octets());
    data.extend([0, 138, total[0], total[1], 0, 0]);
    data.extend(names);
    data.extend(smb);
    data
}

/// First-level encoding (RFC 1001 §14.1).
fn encoded(name: &str, suffix: u8) -> Vec<u8> {
    let octets = format!("{name:<15.15}").into_bytes().into_iter().chain([suffix]);
    let letters = octets.flat_map(|octet| [b'A' + (octet >> 4), b'A' + (octet & 0x0f)]);
    [32].into_iter().chain(letters).chain([0]).collect()
}

fn udp(own: (Mac, Ipv4Addr), to: (Ipv4Addr, u8), (from_port, to_port): (u16, u16), data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + data.len()).unwrap_or(8).to_be_bytes();
    // No checksum (RFC 768): 0.
    let header = [from_port.to_be_bytes(), to_port.to_be_bytes(), length, [0, 0]].concat();
    packet(own, to, 17, &[&header[..], data].concat())
}

/// An IPv4 packet (RFC 791) to a group or to everybody.
fn packet((mac, own): (Mac, Ipv4Addr), (to, hops): (Ipv4Addr, u8), protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + payload.len()).unwrap_or(20).to_be_bytes();
    let mut header = vec![0x45, 0, length[0], length[1], 0, 0, 0, 0, hops, protocol, 0, 0];
    header.extend(own.octets());
    header.extend(to.octets());
    let checksum = sum(&header);
    header[10..12].copy_from_slice(&checksum.to_be_bytes());
    let [_, b, c, d] = to.octets();
    let group = if to.is_multicast() { [0x01, 0x00, 0x5e, b & 0x7f, c, d] } else { [0xff; 6] };
    ethernet(group, mac, 0x0800, &[&header[..], payload].concat())
}

#[cfg(test)]
mod tests {
    use smoltcp::phy::ChecksumCapabilities;
    use smoltcp::wire::{EthernetFrame, IgmpPacket, IgmpRepr, Ipv4Packet, Ipv4Repr, UdpPacket, UdpRepr};

    use super::*;

    const OWN: (Mac, Ipv4Addr) = (Mac([0, 0x80, 0xa3, 0, 0, 1]), Ipv4Addr::new(10, 10, 0, 9));

    /// An independent reader accepts the headers with their checksums; the payload.
    fn payload(frame: &[u8]) -> Vec<u8> {
        let frame = EthernetFrame::new_checked(frame).unwrap();
        let packet = Ipv4Packet::new_checked(frame.payload()).unwrap();
        Ipv4Repr::parse(&packet, &ChecksumCapabilities::default()).unwrap();
        packet.payload().to_vec()
    }

    #[test]
    fn another_reader_reads_what_is_said() {
        let report = payload(&igmp(OWN, Ipv4Addr::new(224, 0, 0, 251)));
        let read = IgmpRepr::parse(&IgmpPacket::new_checked(&report[..]).unwrap()).unwrap();
        assert!(
            matches!(read, IgmpRepr::MembershipReport { group_addr, .. } if group_addr == Ipv4Addr::new(224, 0, 0, 251))
        );
        let asked = payload(&Dhcp { host: Some("pc".into()), ..Dhcp::default() }.frame(OWN.0));
        let datagram = UdpPacket::new_checked(&asked[..]).unwrap();
        let (from, to) = (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::BROADCAST.into());
        let ports = UdpRepr::parse(&datagram, &from, &to, &ChecksumCapabilities::default()).unwrap();
        assert_eq!((ports.src_port, ports.dst_port), (68, 67));
    }

    #[test]
    fn the_announcement_lies_where_the_transaction_says() {
        let data = announcement("CT", "HOSP", OWN.1, &Browser::default());
        let smb = &data[14 + 34 + 34..];
        let offset = usize::from(u16::from_le_bytes([smb[57], smb[58]]));
        assert_eq!((&smb[..4], smb[offset]), (&b"\xffSMB"[..], 1));
    }
}
