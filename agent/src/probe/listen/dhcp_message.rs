//! A DHCP message as a checked view: RFC 2131 §2, with its options (RFC 2132 §2).

use std::net::Ipv4Addr;

use daicho_shared::address::Mac;

use super::frame::long;

/// Where servers are asked, and where clients are answered (RFC 2131 §4.1).
pub(crate) const SERVER_PORT: u16 = 67;
pub(crate) const CLIENT_PORT: u16 = 68;
/// Of a client, of a server.
pub(crate) const REQUEST: u8 = 1;
pub(crate) const REPLY: u8 = 2;
/// Hardware type and length of its addresses.
pub(crate) const ETHERNET: [u8; 2] = [1, 6];
/// Where the fields stand.
pub(crate) const TRANSACTION: usize = 4;
pub(crate) const FLAGS: usize = 10;
pub(crate) const CLIENT_ADDRESS: usize = 12;
const YOUR_ADDRESS: usize = 16;
pub(crate) const RELAY: usize = 24;
pub(crate) const HARDWARE: usize = 28;
pub(crate) const COOKIE: usize = 236;
pub(crate) const MAGIC: [u8; 4] = [99, 130, 83, 99];
/// The most options of one message that are read.
const OPTIONS: usize = 64;
const PAD: u8 = 0;
pub(crate) const END: u8 = 255;

/// One message.
#[derive(Debug)]
pub(crate) struct Message<'m> {
    /// Of a client or of a server.
    pub(crate) operation: u8,
    /// The number that question and answer share.
    pub(crate) transaction: u32,
    /// The address that the client has.
    pub(crate) client: Ipv4Addr,
    /// The address that the client may have.
    pub(crate) offered: Ipv4Addr,
    /// The relay through which it came; unspecified where there was none.
    pub(crate) relay: Ipv4Addr,
    /// The client's link-layer address.
    pub(crate) hardware: Mac,
    options: Vec<(u8, &'m [u8])>,
}

impl<'m> Message<'m> {
    /// Reads a message; `None` where it is none for Ethernet.
    pub(crate) fn read(data: &'m [u8]) -> Option<Self> {
        let (head, rest) = data.split_at_checked(COOKIE)?;
        let options = rest.strip_prefix(&MAGIC)?;
        if head[1..3] != ETHERNET {
            return None;
        }
        Some(Self {
            operation: head[0],
            transaction: long(head, TRANSACTION)?,
            client: long(head, CLIENT_ADDRESS)?.into(),
            offered: long(head, YOUR_ADDRESS)?.into(),
            relay: long(head, RELAY)?.into(),
            hardware: Mac(*head[HARDWARE..].first_chunk()?),
            options: options_of(options),
        })
    }

    /// It came through a relay, and tells of another link.
    pub(crate) fn is_relayed(&self) -> bool {
        !self.relay.is_unspecified()
    }

    /// An option's value, where it has one.
    pub(crate) fn get(&self, wanted: u8) -> Option<&'m [u8]> {
        self.options.iter().find(|(code, value)| *code == wanted && !value.is_empty()).map(|(_, value)| *value)
    }
}

fn options_of(mut bytes: &[u8]) -> Vec<(u8, &[u8])> {
    let mut options = vec![];
    while let Some((&code, rest)) = bytes.split_first().filter(|(code, _)| **code != END && options.len() < OPTIONS) {
        if code == PAD {
            bytes = rest;
            continue;
        }
        let Some((&length, rest)) = rest.split_first() else { break };
        let Some((value, rest)) = rest.split_at_checked(usize::from(length)) else { break };
        options.push((code, value));
        bytes = rest;
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_end_where_they_say_and_half_an_option_is_none() {
        let mut bytes = vec![0; COOKIE];
        bytes[..3].copy_from_slice(&[REPLY, 1, 6]);
        bytes.extend(MAGIC);
        bytes.extend([PAD, 53, 1, 2, 3, 0, 54, 4, 10, 1]);
        let message = Message::read(&bytes).unwrap();
        assert_eq!((message.get(53), message.get(3), message.get(54)), (Some(&[2][..]), None, None));
        bytes[2] = 16;
        assert!(Message::read(&bytes).is_none());
    }
}
