//! `NetBIOS` node status (RFC 1002 §4.2.17 and §4.2.18).

use daicho_shared::address::Mac;

use crate::description::Netbios;

/// NBSTAT.
const NBSTAT: [u8; 4] = [0, 0x21, 0, 1];
/// Encoded name with its length and the root.
const NAME: usize = 34;

const ACTIVE: u8 = 0x04;
const GROUP: u8 = 0x84;

/// The answer to a node status request.
pub fn answer(netbios: &Netbios, mac: Mac, request: &[u8]) -> Option<Vec<u8>> {
    let head = request.first_chunk::<12>()?;
    let response = head[2] & 0x80 != 0;
    if response || head[4..6] != [0, 1] || request.get(12 + NAME..12 + NAME + 4)? != NBSTAT {
        return None;
    }
    let entries = [(&netbios.name, 0x00, ACTIVE), (&netbios.workgroup, 0x00, GROUP), (&netbios.name, 0x20, ACTIVE)];
    let mut data = vec![3];
    for (name, suffix, flags) in entries {
        data.extend(format!("{name:<15.15}").bytes());
        data.extend([suffix, flags, 0]);
    }
    data.extend(mac.0);
    data.extend([0; 40]);
    let mut answer = vec![head[0], head[1], 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    answer.extend(&request[12..12 + NAME]);
    answer.extend(NBSTAT);
    answer.extend([0; 4]);
    answer.extend(u16::try_from(data.len()).ok()?.to_be_bytes());
    answer.extend(data);
    Some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_name_workgroup_and_mac() {
        let mut request = vec![0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x20];
        request.extend(b"CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0\0\x21\0\x01");
        let netbios = Netbios { name: "UKETSUKE-PC01".into(), workgroup: "HOSP".into() };
        let answer = answer(&netbios, Mac([1, 2, 3, 4, 5, 6]), &request).unwrap();
        assert_eq!(answer[..2], [0x12, 0x34]);
        assert_eq!(&answer[57..72], b"UKETSUKE-PC01  ");
        assert_eq!(answer[57 + 54..57 + 60], [1, 2, 3, 4, 5, 6]);
        request.truncate(40);
        assert_eq!(super::answer(&netbios, Mac([0; 6]), &request), None);
    }
}
