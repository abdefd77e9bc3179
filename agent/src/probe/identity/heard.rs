//! UDP datagrams in frames that were heard on the link: Ethernet II, IPv4 (RFC 791), UDP (RFC 768).

use std::net::Ipv4Addr;

use daicho_shared::address::Mac;

/// A datagram, and who sent it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Datagram<'f> {
    /// Sender's link-layer address.
    pub(super) mac: Mac,
    /// Sender's address.
    pub(super) address: Ipv4Addr,
    /// Port it was sent from.
    pub(super) from: u16,
    /// Port it was sent to.
    pub(super) to: u16,
    /// Payload.
    pub(super) data: &'f [u8],
}

const ETHERNET: usize = 14;
const IPV4: [u8; 2] = [0x08, 0x00];
const UDP: u8 = 17;
const UDP_HEADER: usize = 8;

/// The datagram in a frame; `None` for any other frame, fragments included.
pub(super) fn datagram(frame: &[u8]) -> Option<Datagram<'_>> {
    let (link, packet) = frame.split_first_chunk::<ETHERNET>()?;
    let fixed = packet.first_chunk::<20>()?;
    let header = usize::from(fixed[0] & 15) * 4;
    let is_fragment = u16::from_be_bytes([fixed[6], fixed[7]]) & 0x3fff != 0;
    if link[12..14] != IPV4 || fixed[0] >> 4 != 4 || header < 20 || fixed[9] != UDP || is_fragment {
        return None;
    }
    let total = usize::from(u16::from_be_bytes([fixed[2], fixed[3]]));
    let segment = packet.get(header..total)?;
    let length = usize::from(u16::from_be_bytes([*segment.get(4)?, *segment.get(5)?]));
    Some(Datagram {
        mac: Mac(link[6..12].try_into().ok()?),
        address: Ipv4Addr::new(fixed[12], fixed[13], fixed[14], fixed[15]),
        from: u16::from_be_bytes([segment[0], segment[1]]),
        to: u16::from_be_bytes([segment[2], segment[3]]),
        data: segment.get(UDP_HEADER..length)?,
    })
}

/// A frame to everybody that carries this, for tests.
#[cfg(test)]
pub(super) fn broadcast(port: u16, data: &[u8]) -> Vec<u8> {
    let word = |length: usize| u16::try_from(length).unwrap().to_be_bytes();
    let mut frame = [0xff; 6].to_vec();
    frame.extend([0x00, 0x0c, 0x42, 1, 2, 3, 0x08, 0x00, 0x45, 0]);
    frame.extend(word(28 + data.len()));
    frame.extend([0, 1, 0, 0, 64, UDP, 0, 0, 10, 1, 0, 9, 255, 255, 255, 255]);
    frame.extend([port.to_be_bytes(), port.to_be_bytes(), word(8 + data.len()), [0, 0]].concat());
    frame.extend(data);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sender_and_payload_are_read_and_a_fragment_is_not() {
        let mut frame = broadcast(5678, b"hello");
        let heard = datagram(&frame).unwrap();
        assert_eq!(
            (heard.address, heard.from, heard.to, heard.data),
            ([10, 1, 0, 9].into(), 5678, 5678, &b"hello"[..])
        );
        frame[20] = 0x20;
        assert!(datagram(&frame).is_none());
        assert!(datagram(&frame[..40]).is_none());
    }
}
