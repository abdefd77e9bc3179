//! DCE/RPC (C706 §12.6) with one interface, the object exporter, and one call, `ServerAlive2`
//! (MS-DCOM §3.1.2.5.1.6): the machine's name and every address of it.

use std::net::IpAddr;

use super::{Say, Talk, ntlm::utf16};

/// The longest fragment that is waited for.
const FRAGMENT: usize = 5_840;
const EXPORTER: [u8; 16] = [0xc4, 0xfe, 0xfc, 0x99, 0x60, 0x52, 0x1b, 0x10, 0xbb, 0xcb, 0, 0xaa, 0, 0x21, 0x34, 0x7a];
/// NDR, version 2.0.
const NDR: [u8; 20] =
    [4, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 8, 0, 0x2b, 0x10, 0x48, 0x60, 2, 0, 0, 0];
const SERVER_ALIVE_2: u16 = 5;
/// `nca_s_op_rng_error`.
const NO_SUCH_CALL: u32 = 0x1c01_0002;

/// An endpoint mapper for one connection.
#[derive(Debug)]
pub struct Mapper {
    name: String,
    addresses: Vec<IpAddr>,
    heard: Vec<u8>,
    bound: bool,
}

impl Mapper {
    /// Of a machine with these addresses.
    pub fn new(name: String, addresses: Vec<IpAddr>) -> Self {
        Self { name, addresses, heard: vec![], bound: false }
    }

    fn answer(&mut self, fragment: &[u8]) -> Option<Vec<u8>> {
        let call = fragment.get(12..16)?;
        match fragment[2] {
            11 => {
                self.bound = fragment.get(32..48)? == EXPORTER;
                Some(bind_ack(call, self.bound))
            }
            0 if self.bound => {
                let number = u16::from_le_bytes(*fragment.get(22..)?.first_chunk()?);
                Some(if number == SERVER_ALIVE_2 { response(call, &self.alive()) } else { fault(call) })
            }
            _ => None,
        }
    }

    /// `COMVERSION` 5.7, the bindings behind a pointer, a reserved number, success.
    fn alive(&self) -> Vec<u8> {
        let mut bindings = vec![];
        let addresses = self.addresses.iter().map(IpAddr::to_string);
        for text in std::iter::once(self.name.clone()).chain(addresses) {
            bindings.extend([7, 0]);
            bindings.extend(utf16(&text));
            bindings.extend([0, 0]);
        }
        bindings.extend([0, 0]);
        let security = u16::try_from(bindings.len() / 2).unwrap_or_default();
        // NTLM (10) and Kerberos (16), no authorisation service, no principal (MS-DCOM §2.2.19.4).
        for service in [10, 16] {
            bindings.extend([service, 0, 0xff, 0xff, 0, 0]);
        }
        bindings.extend([0, 0]);
        let entries = u16::try_from(bindings.len() / 2).unwrap_or_default();
        let mut stub = vec![5, 0, 7, 0, 0, 0, 2, 0];
        stub.extend(u32::from(entries).to_le_bytes());
        stub.extend(entries.to_le_bytes());
        stub.extend(security.to_le_bytes());
        stub.extend(bindings);
        stub.resize(stub.len().next_multiple_of(4), 0);
        stub.extend([0; 8]);
        stub
    }
}

impl Talk for Mapper {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        let Some(head) = self.heard.first_chunk::<16>() else { return Say::default() };
        let length = usize::from(u16::from_le_bytes([head[8], head[9]]));
        if head[..2] != [5, 0] || head[4] != 0x10 || !(24..=FRAGMENT).contains(&length) {
            return Say::last(vec![]);
        }
        if self.heard.len() < length {
            return Say::default();
        }
        let fragment: Vec<u8> = self.heard.drain(..length).collect();
        self.answer(&fragment).map_or_else(|| Say::last(vec![]), Say::more)
    }
}

/// C706 §12.6.4.4: secondary address `135`, one result.
fn bind_ack(call: &[u8], accepted: bool) -> Vec<u8> {
    let mut body = vec![0xd0, 0x16, 0xd0, 0x16, 0x34, 0x12, 0, 0];
    body.extend(b"\x04\x00135\0");
    body.resize(16, 0);
    body.extend([1, 0, 0, 0]);
    // Provider rejection (2), abstract syntax not supported (1).
    body.extend(if accepted { [0, 0, 0, 0] } else { [2, 0, 1, 0] });
    body.extend(if accepted { NDR } else { [0; 20] });
    fragment(12, call, &body)
}

fn response(call: &[u8], stub: &[u8]) -> Vec<u8> {
    let mut body = u32::try_from(stub.len()).unwrap_or_default().to_le_bytes().to_vec();
    body.extend([0; 4]);
    body.extend(stub);
    fragment(2, call, &body)
}

fn fault(call: &[u8]) -> Vec<u8> {
    let mut body = vec![32, 0, 0, 0, 0, 0, 0, 0];
    body.extend(NO_SUCH_CALL.to_le_bytes());
    body.extend([0; 4]);
    fragment(3, call, &body)
}

/// Version 5.0, first and last fragment, little-endian.
fn fragment(kind: u8, call: &[u8], body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(16 + body.len()).unwrap_or_default().to_le_bytes();
    let mut octets = vec![5, 0, kind, 3, 0x10, 0, 0, 0, length[0], length[1], 0, 0];
    octets.extend(call);
    octets.extend(body);
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_interface_is_refused_and_garbage_ends_the_session() {
        let mut bind = vec![5, 0, 11, 3, 0x10, 0, 0, 0, 72, 0, 0, 0, 1, 0, 0, 0];
        bind.resize(72, 0);
        let mut mapper = Mapper::new("PC01".into(), vec![]);
        let said = mapper.hear(&bind);
        assert_eq!((said.octets[2], &said.octets[36..40]), (12, &[2, 0, 1, 0][..]));
        bind[32..48].copy_from_slice(&EXPORTER);
        assert_eq!(mapper.hear(&bind).octets[36..40], [0; 4]);
        assert!(mapper.hear(b"GET / HTTP/1.1\r\n").close);
    }
}
