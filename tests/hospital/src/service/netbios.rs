//! `NetBIOS` node status and name query (RFC 1002 §4.2.17, §4.2.12).

use std::net::IpAddr;

use daicho_shared::address::Mac;

use crate::description::Netbios;

/// NBSTAT.
const NBSTAT: [u8; 4] = [0, 0x21, 0, 1];
/// NB.
const NB: [u8; 4] = [0, 0x20, 0, 1];
/// Encoded name with its length and the root.
const NAME: usize = 34;

const ACTIVE: u8 = 0x04;
const GROUP: u8 = 0x84;

/// The answer to a node status request, or to a query for its own name or any.
pub fn answer(netbios: &Netbios, mac: Mac, addresses: &[IpAddr], request: &[u8]) -> Option<Vec<u8>> {
    let head = request.first_chunk::<12>()?;
    let response = head[2] & 0x80 != 0;
    if response || head[4..6] != [0, 1] {
        return None;
    }
    let name = request.get(12..12 + NAME)?;
    let kind = request.get(12 + NAME..12 + NAME + 4)?;
    let data = match kind {
        kind if kind == NBSTAT => status(netbios, mac),
        kind if kind == NB && is_own(netbios, name) => rows(addresses),
        _ => return None,
    };
    let mut answer = vec![head[0], head[1], 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    answer.extend(name);
    answer.extend(kind);
    answer.extend([0; 4]);
    answer.extend(u16::try_from(data.len()).ok()?.to_be_bytes());
    answer.extend(data);
    Some(answer)
}

fn status(netbios: &Netbios, mac: Mac) -> Vec<u8> {
    let entries = [(&netbios.name, 0x00, ACTIVE), (&netbios.workgroup, 0x00, GROUP), (&netbios.name, 0x20, ACTIVE)];
    let mut data = vec![3];
    for (name, suffix, flags) in entries {
        data.extend(format!("{name:<15.15}").bytes());
        data.extend([suffix, flags, 0]);
    }
    data.extend(mac.0);
    data.extend([0; 40]);
    data
}

/// Two octets of flags and an address, for every interface (§4.2.13).
fn rows(addresses: &[IpAddr]) -> Vec<u8> {
    let mut data = vec![];
    for address in addresses {
        if let IpAddr::V4(address) = address {
            data.extend([0, 0]);
            data.extend(address.octets());
        }
    }
    data
}

/// First-level encoding (RFC 1001 §14.1): two letters an octet.
fn is_own(netbios: &Netbios, encoded: &[u8]) -> bool {
    let nibble = |letter: u8| letter.wrapping_sub(b'A') & 0x0f;
    let decoded: Vec<u8> = encoded[1..33].chunks_exact(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect();
    decoded[..15] == *format!("{:<15.15}", netbios.name).as_bytes() || decoded[..2] == *b"*\0"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_name_workgroup_and_mac() {
        let mut request = vec![0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x20];
        request.extend(b"CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0\0\x21\0\x01");
        let netbios = Netbios { name: "UKETSUKE-PC01".into(), workgroup: "HOSP".into() };
        let answer = answer(&netbios, Mac([1, 2, 3, 4, 5, 6]), &[], &request).unwrap();
        assert_eq!(answer[..2], [0x12, 0x34]);
        assert_eq!(&answer[57..72], b"UKETSUKE-PC01  ");
        assert_eq!(answer[57 + 54..57 + 60], [1, 2, 3, 4, 5, 6]);
        request.truncate(40);
        assert_eq!(super::answer(&netbios, Mac([0; 6]), &[], &request), None);
    }

    #[test]
    fn tells_every_address_of_its_own_name_and_none_of_others() {
        let netbios = Netbios { name: "A".into(), workgroup: "HOSP".into() };
        let addresses = ["10.10.0.20".parse().unwrap(), "fd00::1".parse().unwrap(), "192.168.42.129".parse().unwrap()];
        for (name, answered) in [("EB", true), ("EC", false), ("CK", true)] {
            let mut request = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x20];
            request.extend(format!("{name}{}AA\0", if name == "CK" { "AA" } else { "CA" }.repeat(14)).bytes());
            request.extend(NB);
            let answer = super::answer(&netbios, Mac([0; 6]), &addresses, &request);
            let rows = [0, 12, 0, 0, 10, 10, 0, 20, 0, 0, 192, 168, 42, 129];
            assert_eq!(answer.map(|answer| answer.ends_with(&rows)), answered.then_some(true), "{name}");
        }
    }
}
