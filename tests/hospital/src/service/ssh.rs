//! SSH (RFC 4253, RFC 5656, RFC 8731) as far as the host key: identification, key exchange offer, reply.
//!
//! The signature in the reply is zeros: who only reads the host key never checks it, and nobody can log in.

use sha2::{Digest, Sha256};

use super::{Say, Talk};

const KEXINIT: u8 = 20;
const ECDH_INIT: u8 = 30;
const ECDH_REPLY: u8 = 31;
/// The longest packet (RFC 4253 §6.1).
const PACKET: usize = 35_000;

/// A server for one connection.
#[derive(Debug)]
pub struct Server {
    banner: String,
    key: [u8; 32],
    heard: Vec<u8>,
    identified: bool,
}

impl Server {
    /// A server with this identification; equal seeds give equal host keys.
    pub fn new(banner: &str, seed: &str) -> Self {
        let key = Sha256::digest(format!("ssh host key of {seed}")).into();
        Self { banner: banner.to_owned(), key, heard: vec![], identified: false }
    }

    fn host_key(&self) -> Vec<u8> {
        [string(b"ssh-ed25519"), string(&self.key)].concat()
    }

    fn reply(&self) -> Vec<u8> {
        let signature = [string(b"ssh-ed25519"), string(&[0; 64])].concat();
        [vec![ECDH_REPLY], string(&self.host_key()), string(&[9; 32]), string(&signature)].concat()
    }

    /// The next whole packet's payload, or how it failed.
    fn next(&mut self) -> Result<Option<Vec<u8>>, ()> {
        let Some(head) = self.heard.first_chunk::<5>() else { return Ok(None) };
        let length = usize::try_from(u32::from_be_bytes([head[0], head[1], head[2], head[3]])).map_err(|_| ())?;
        let padding = usize::from(head[4]);
        if length > PACKET || length < padding + 2 {
            return Err(());
        }
        if self.heard.len() < 4 + length {
            return Ok(None);
        }
        let packet: Vec<u8> = self.heard.drain(..4 + length).collect();
        Ok(Some(packet[5..4 + length - padding].to_vec()))
    }
}

impl Talk for Server {
    fn open(&mut self) -> Say {
        Say::more([format!("{}\r\n", self.banner).into_bytes(), packet(&offer())].concat())
    }

    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        if !self.identified {
            let Some(end) = self.heard.iter().position(|octet| *octet == b'\n') else {
                return Say { octets: vec![], close: self.heard.len() > 255 };
            };
            if !self.heard.starts_with(b"SSH-") {
                return Say::last(b"Invalid SSH identification string.\r\n".to_vec());
            }
            self.heard.drain(..=end);
            self.identified = true;
        }
        let mut said = vec![];
        loop {
            match self.next() {
                Ok(None) => return Say::more(said),
                Ok(Some(payload)) if payload.first() == Some(&ECDH_INIT) => said.extend(packet(&self.reply())),
                Ok(Some(_)) => {}
                Err(()) => return Say::last(said),
            }
        }
    }
}

fn offer() -> Vec<u8> {
    let lists = [
        "curve25519-sha256,curve25519-sha256@libssh.org",
        "ssh-ed25519",
        "chacha20-poly1305@openssh.com,aes128-ctr",
        "chacha20-poly1305@openssh.com,aes128-ctr",
        "hmac-sha2-256",
        "hmac-sha2-256",
        "none",
        "none",
        "",
        "",
    ];
    let mut payload = vec![KEXINIT];
    payload.extend([7; 16]);
    payload.extend(lists.iter().flat_map(|list| string(list.as_bytes())));
    payload.extend([0; 5]);
    payload
}

fn string(octets: &[u8]) -> Vec<u8> {
    [u32::try_from(octets.len()).unwrap_or(u32::MAX).to_be_bytes().as_slice(), octets].concat()
}

/// A packet without encryption (RFC 4253 §6): a multiple of eight with at least four octets of padding.
fn packet(payload: &[u8]) -> Vec<u8> {
    let padding = 4 + (8 - (payload.len() + 5 + 4) % 8) % 8;
    let length = u32::try_from(payload.len() + 1 + padding).unwrap_or(u32::MAX);
    let mut packet = length.to_be_bytes().to_vec();
    packet.push(u8::try_from(padding).unwrap_or(u8::MAX));
    packet.extend(payload);
    packet.resize(packet.len() + padding, 0);
    packet
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shows_the_same_key_for_the_same_seed() {
        let reply = |seed: &str| {
            let mut server = Server::new("SSH-2.0-x", seed);
            let init = [vec![ECDH_INIT], string(&[1; 32])].concat();
            server.hear(&[b"SSH-2.0-y\r\n".to_vec(), packet(&offer()), packet(&init)].concat()).octets
        };
        assert!(reply("a").len() > 100);
        assert_eq!(reply("a"), reply("a"));
        assert_ne!(reply("a"), reply("b"));
    }

    #[test]
    fn packets_are_multiples_of_eight() {
        for length in 0..40 {
            let packet = packet(&vec![1; length]);
            assert_eq!(packet.len() % 8, 0);
            assert!(packet[4] >= 4);
        }
    }

    proptest! {
        #[test]
        fn noise_never_panics(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut server = Server::new("SSH-2.0-x", "a");
            server.hear(b"SSH-2.0-y\n");
            server.hear(&octets);
        }
    }
}
