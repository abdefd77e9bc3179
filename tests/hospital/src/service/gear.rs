//! Small protocols of equipment: `BACnet`/IP (ASHRAE 135 Annex J), Modbus (function 43/14), the discovery of
//! Ubiquiti and `MikroTik`, and the first answers of IKE (RFC 7296, RFC 2408) and `OpenVPN`.

use daicho_shared::address::Mac;

use super::{Asked, Say, Talk};
use crate::description::{Identity, UdpHabit};

const BACNET: u16 = 47808;
const UBIQUITI: u16 = 10001;
const MIKROTIK: u16 = 5678;
const IKE: u16 = 500;
const OPENVPN: u16 = 1194;
const WIREGUARD: u16 = 51820;

/// The answers of a device with this habit; `None` where the habit is about another port.
pub fn answer(habit: &UdpHabit, mac: Mac, asked: &Asked, data: &[u8]) -> Option<Vec<Vec<u8>>> {
    let said = match (habit, asked.port) {
        (UdpHabit::Bacnet { device, vendor, identity }, BACNET) => bacnet(*device, *vendor, identity, data),
        (UdpHabit::Ubiquiti { name, model, firmware }, UBIQUITI) => {
            let rows = [(0x03, firmware), (0x0b, name), (0x14, model)];
            (data == [1, 0, 0, 0]).then(|| ubiquiti(mac, asked, &rows))
        }
        (UdpHabit::Mikrotik { name, board, version }, MIKROTIK) => {
            (data == [0; 4]).then(|| mikrotik(mac, &[(5, name), (7, version), (8, "MikroTik"), (12, board)]))
        }
        (UdpHabit::Ike { vendor }, IKE) => ike(vendor.as_deref(), data),
        (UdpHabit::Openvpn, OPENVPN) => openvpn(data),
        (UdpHabit::Wireguard, WIREGUARD) => None,
        _ => return None,
    };
    Some(said.into_iter().collect())
}

fn octet(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

/// Who-Is (§16.10) and `ReadProperty` (§15.5) of the device object.
fn bacnet(device: u32, vendor: u8, identity: &Identity, data: &[u8]) -> Option<Vec<u8>> {
    let apdu = data.strip_prefix(&[0x81, 0x0a])?.get(4..)?;
    let object = (8 << 22 | device).to_be_bytes();
    let own: [&[u8]; 2] = [&object, &(8u32 << 22 | 0x3f_ffff).to_be_bytes()];
    let said = match apdu {
        [0x10, 0x08, ..] => [&[0x10, 0x00, 0xc4], &object[..], &[0x22, 0x05, 0xc4, 0x91, 0x03, 0x21, vendor]].concat(),
        [0x00, _, invoke, 12, 0x0c, a, b, c, d, 0x19, property] if own.contains(&&[*a, *b, *c, *d][..]) => {
            let text = match property {
                121 => &identity.vendor,
                70 => &identity.product,
                44 => &identity.revision,
                // Error class property, code unknown property.
                _ => return Some(bvlc(&[0x50, *invoke, 12, 0x91, 2, 0x91, 32])),
            };
            let head = [0x30, *invoke, 12, 0x0c, object[0], object[1], object[2], object[3], 0x19, *property, 0x3e];
            [&head[..], &[0x75, octet(text.len() + 1), 0], text.as_bytes(), &[0x3f]].concat()
        }
        _ => return None,
    };
    Some(bvlc(&said))
}

fn bvlc(apdu: &[u8]) -> Vec<u8> {
    [&[0x81, 0x0a, 0, octet(apdu.len() + 6), 1, 0], apdu].concat()
}

fn ubiquiti(mac: Mac, asked: &Asked, rows: &[(u8, &String)]) -> Vec<u8> {
    let own = match asked.own {
        std::net::IpAddr::V4(address) => address.octets(),
        std::net::IpAddr::V6(_) => [0; 4],
    };
    let mut fields = [&[0x02, 0, 10], mac.0.as_slice(), own.as_slice()].concat();
    for (kind, text) in rows {
        fields.extend([*kind, 0, octet(text.len())]);
        fields.extend(text.bytes());
    }
    [&[1, 0, 0, octet(fields.len())], fields.as_slice()].concat()
}

fn mikrotik(mac: Mac, rows: &[(u8, &str)]) -> Vec<u8> {
    let mut answer = vec![0, 0, 0, 1, 0, 1, 0, 6];
    answer.extend(mac.0);
    for (kind, text) in rows {
        answer.extend([0, *kind, 0, octet(text.len())]);
        answer.extend(text.bytes());
    }
    answer
}

/// NO-PROPOSAL-CHOSEN in the version that was asked, with a vendor identifier in the old one.
fn ike(vendor: Option<&str>, data: &[u8]) -> Option<Vec<u8>> {
    let head = data.first_chunk::<28>()?;
    let (first, exchange, flags, body) = match (head[17], head[18]) {
        (0x20, 34) => (41, 34, 0x20, vec![0, 0, 0, 8, 0, 0, 0, 14]),
        (0x10, 2) => {
            let vendor = vendor.map(|text| hex::decode(text).unwrap_or_default()).unwrap_or_default();
            let next = if vendor.is_empty() { 0 } else { 13 };
            let mut body = vec![next, 0, 0, 12, 0, 0, 0, 1, 1, 0, 0, 14];
            if next != 0 {
                body.extend([0, 0, 0, octet(vendor.len() + 4)]);
                body.extend(vendor);
            }
            (11, 5, 0, body)
        }
        _ => return None,
    };
    let mut answer = head[..8].to_vec();
    answer.extend([0x52; 8]);
    answer.extend([first, head[17], exchange, flags, 0, 0, 0, 0, 0, 0, 0, octet(28 + body.len())]);
    answer.extend(body);
    Some(answer)
}

/// The server's reset, which acknowledges the client's packet 0.
fn openvpn(data: &[u8]) -> Option<Vec<u8>> {
    let session = data.strip_prefix(&[0x38])?.first_chunk::<8>()?;
    Some([&[0x40][..], &[0x53; 8], &[1, 0, 0, 0, 0], session, &[0, 0, 0, 0]].concat())
}

/// A controller that tells what it is (MODBUS Application Protocol §6.21), and refuses everything else.
#[derive(Debug)]
pub struct Modbus {
    identity: Identity,
    heard: Vec<u8>,
}

impl Modbus {
    /// A controller of this make.
    pub fn new(identity: Identity) -> Self {
        Self { identity, heard: vec![] }
    }

    fn objects(&self) -> Vec<u8> {
        let texts = [&self.identity.vendor, &self.identity.product, &self.identity.revision];
        let object =
            |(number, text): (usize, &&String)| [&[octet(number), octet(text.len())], text.as_bytes()].concat();
        texts.iter().enumerate().flat_map(object).collect()
    }
}

impl Talk for Modbus {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        let Some(head) = self.heard.first_chunk::<7>() else { return Say::default() };
        let (head, length) = (*head, usize::from(u16::from_be_bytes([head[4], head[5]])));
        if self.heard.len() < 6 + length {
            return Say::default();
        }
        let message: Vec<u8> = self.heard.drain(..6 + length).skip(7).collect();
        let said = match message.as_slice() {
            [0x2b, 0x0e, 1, 0] => [&[0x2b, 0x0e, 1, 1, 0, 0, 3], self.objects().as_slice()].concat(),
            // Exception 1: no such function.
            [function, ..] => vec![function | 0x80, 1],
            [] => return Say::last(vec![]),
        };
        let head = [head[0], head[1], 0, 0, 0, octet(said.len() + 1), head[6]];
        Say::more([&head[..], &said].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity { vendor: "Azbil".into(), product: "WTY9600".into(), revision: "2.11".into() }
    }

    #[test]
    fn who_is_and_its_properties_are_answered() {
        let said = bacnet(7, 99, &identity(), &[0x81, 0x0a, 0, 8, 1, 0, 0x10, 0x08]).unwrap();
        assert_eq!(said[6..13], [0x10, 0, 0xc4, 2, 0, 0, 7]);
        let ask = |property| {
            bacnet(7, 99, &identity(), &[0x81, 0x0a, 0, 17, 1, 4, 0, 5, 9, 12, 0x0c, 2, 0, 0, 7, 0x19, property])
                .unwrap()
        };
        assert!(ask(70).windows(7).any(|part| part == b"WTY9600"));
        assert_eq!(ask(1)[6..8], [0x50, 9]);
    }

    #[test]
    fn nothing_is_written_to_a_controller() {
        let mut modbus = Modbus::new(identity());
        assert_eq!(modbus.hear(&[0, 1, 0, 0, 0, 6, 1, 5, 0, 0, 0xff, 0]).octets, [0, 1, 0, 0, 0, 3, 1, 0x85, 1]);
    }

    #[test]
    fn both_versions_of_ike_are_refused() {
        for (version, exchange) in [(0x20, 34), (0x10, 2)] {
            let mut asked = vec![7; 28];
            (asked[17], asked[18]) = (version, exchange);
            let said = ike(None, &asked).unwrap();
            assert_eq!((said[17], usize::from(said[27])), (version, said.len()));
        }
    }
}
