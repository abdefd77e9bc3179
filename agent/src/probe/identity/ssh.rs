//! Which software, and which host key? SSH: identification (RFC 4253 §4.2), key exchange up to the
//! server's reply (§7.1, §8; RFC 4419, RFC 5656, RFC 8731), which shows its host key. Nobody ever logs in.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};
use daicho_shared::text;
use sha2::{Digest, Sha256};

use super::told;
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Ssh;

static CARD: Card = Card {
    name: "ssh",
    title: "Which software and host key do you have? (no login)",
    title_ja: "SSHのソフトウェアとホスト鍵の確認（ログインしない）",
    standard: "RFC 4253 §4.2, §7, §8; RFC 4419, RFC 5656, RFC 8731",
    packets: 10,
    level: Level::Query,
    may_upset: "the device computes one key exchange and logs a connection that was closed early",
    audience: Audience::Everybody,
    why: "version of the system and a key that stays with the machine",
    why_ja: "OSの版と、機器に固有の鍵が分かるため",
};

const PORTS: &[u16] = &[22, 2222, 830];
const IDENTIFICATION: &str = concat!("SSH-2.0-Daicho_", env!("CARGO_PKG_VERSION"), "\r\n");
/// RFC 4253 §4.2: 255 characters; some servers send lines before it.
const BANNER_LIMIT: usize = 4096;
/// RFC 4253 §6.1.
const PACKET_LIMIT: usize = 35_000;

const KEXINIT: u8 = 20;
/// The client's value, and the server's reply with its host key: all methods but the next.
const KEX_INIT: u8 = 30;
const KEX_REPLY: u8 = 31;
/// RFC 4419 §5: the server's group; the client's value, and the server's reply.
const GROUP_REQUEST: u8 = 34;
const GROUP: u8 = 31;
const GROUP_INIT: u8 = 32;
const GROUP_REPLY: u8 = 33;

const KEY_EXCHANGES: &str = "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,diffie-hellman-group14-sha256,diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha256,diffie-hellman-group-exchange-sha1,diffie-hellman-group1-sha1";
/// RFC 8731 §3: 32 octets, any of them a point. Nothing is ever encrypted with the result.
const CURVE25519_POINT: [u8; 32] = [9; 32];
/// A point of nistp256 that needs no computing: the one that all others are multiples of, uncompressed
/// (SEC 2 §2.4.2).
const NISTP256_POINT: [u8; 65] = [
    0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03,
    0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe,
    0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce,
    0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
];
/// RFC 4253 §8: a number in [1, p-1] with some bits set, as careful servers demand.
const NUMBER: [u8; 32] = [0x44; 32];
/// RFC 4419 §3: the least, the wished and the largest size of the group, in bits. The smaller, the less
/// the device computes.
const GROUP_BITS: [u32; 3] = [1024, 2048, 8192];
const HOST_KEYS: &str =
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,ssh-rsa,ssh-dss";
const CIPHERS: &str = "aes128-ctr,aes256-ctr,aes128-cbc,3des-cbc";
const MACS: &str = "hmac-sha2-256,hmac-sha2-512,hmac-sha1,hmac-md5";

impl Probe for Ssh {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = || Box::new(Exchange { port, ..Exchange::default() });
        PORTS.contains(&port).then(|| Question::Stream { port, security: Security::Plain, dialogue: dialogue() })
    }
}

#[derive(Debug, Default)]
struct Exchange {
    port: u16,
    connected: bool,
    heard: Vec<u8>,
    banner: Option<String>,
    /// The group of this exchange is the server's choice.
    group_chosen: bool,
    host_key: Option<Vec<u8>>,
    over: bool,
}

impl Dialogue for Exchange {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Send(IDENTIFICATION.as_bytes().to_vec())
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        self.heard.extend(bytes);
        let mut reply = vec![];
        while !self.over {
            match self.advance() {
                Some(Step::Send(bytes)) => reply.extend(bytes),
                Some(Step::Done) => self.over = true,
                Some(Step::Listen | Step::StartTls) => {}
                None => break,
            }
        }
        match (self.over, reply.is_empty()) {
            (true, _) => Step::Done,
            (false, true) => Step::Listen,
            (false, false) => Step::Send(reply),
        }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let open = Fact::Port { transport: Transport::Tcp, port: self.port, state: PortState::Open };
        let Some(banner) = self.banner.take() else {
            let endless = (self.heard.len() > BANNER_LIMIT).then(told::endless_greeting);
            let facts = [open].into_iter().chain(endless).collect();
            return Reading { facts, ..Reading::of(Outcome::OtherProtocol) };
        };
        let key = self.host_key.take().and_then(|blob| host_key(&blob, self.port));
        Reading::answered([open, service(&banner, self.port)].into_iter().chain(key).collect())
    }
}

impl Exchange {
    /// One step with what is there: the identification, then one packet after the other.
    fn advance(&mut self) -> Option<Step> {
        if self.banner.is_none() { self.identification() } else { self.packet() }
    }

    fn identification(&mut self) -> Option<Step> {
        let Some(end) = self.heard.iter().position(|byte| *byte == b'\n') else {
            return (self.heard.len() > BANNER_LIMIT).then_some(Step::Done);
        };
        let line: Vec<u8> = self.heard.drain(..=end).collect();
        if !line.starts_with(b"SSH-") {
            return Some(if line.len() > BANNER_LIMIT { Step::Done } else { Step::Listen });
        }
        self.banner = Some(text::bounded_bytes(&line));
        let modern = line.starts_with(b"SSH-2.") || line.starts_with(b"SSH-1.99");
        Some(if modern { Step::Send(key_exchange_init()) } else { Step::Done })
    }

    /// RFC 4253 §6: length, padding length, payload, padding; no MAC before keys are agreed.
    fn packet(&mut self) -> Option<Step> {
        let header: [u8; 4] = self.heard.get(..4)?.try_into().ok()?;
        let length = usize::try_from(u32::from_be_bytes(header)).unwrap_or(usize::MAX);
        if !(2..=PACKET_LIMIT).contains(&length) {
            return Some(Step::Done);
        }
        if self.heard.len() < 4 + length {
            return None;
        }
        let whole: Vec<u8> = self.heard.drain(..4 + length).skip(4).collect();
        let payload = whole.get(1..length.saturating_sub(usize::from(whole[0])))?;
        Some(match (payload.first(), self.group_chosen) {
            (Some(&KEXINIT), _) => self.begin(payload).map_or(Step::Done, Step::Send),
            (Some(&GROUP), true) => Step::Send(packet(&[&[GROUP_INIT][..], &counted(&NUMBER)].concat())),
            (Some(&KEX_REPLY), false) | (Some(&GROUP_REPLY), true) => {
                self.host_key = string(&payload[1..]).map(|(blob, _)| blob.to_vec());
                Step::Done
            }
            _ => Step::Listen,
        })
    }

    /// Our first key exchange method that the server has, too (RFC 4253 §7.1), and its opening.
    fn begin(&mut self, payload: &[u8]) -> Option<Vec<u8>> {
        let (methods, _) = string(payload.get(17..)?)?;
        let methods = std::str::from_utf8(methods).ok()?;
        let chosen = KEY_EXCHANGES.split(',').find(|own| methods.split(',').any(|theirs| theirs == *own))?;
        self.group_chosen = chosen.contains("group-exchange");
        if self.group_chosen {
            let sizes: Vec<u8> = GROUP_BITS.iter().flat_map(|bits| bits.to_be_bytes()).collect();
            return Some(packet(&[&[GROUP_REQUEST], sizes.as_slice()].concat()));
        }
        let public: &[u8] = match chosen {
            "ecdh-sha2-nistp256" => &NISTP256_POINT,
            _ if chosen.starts_with("curve25519") => &CURVE25519_POINT,
            _ => &NUMBER,
        };
        Some(packet(&[&[KEX_INIT][..], &counted(public)].concat()))
    }
}

/// RFC 4251 §5: a length and that many octets.
fn counted(bytes: &[u8]) -> Vec<u8> {
    [&length32(bytes.len()), bytes].concat()
}

fn key_exchange_init() -> Vec<u8> {
    let mut payload = vec![KEXINIT];
    payload.extend([0x44; 16]);
    for list in [KEY_EXCHANGES, HOST_KEYS, CIPHERS, CIPHERS, MACS, MACS, "none", "none", "", ""] {
        payload.extend(counted(list.as_bytes()));
    }
    payload.extend([0; 5]);
    packet(&payload)
}

/// RFC 4253 §6: padded to a multiple of eight, by at least four octets.
fn packet(payload: &[u8]) -> Vec<u8> {
    let padding = 8 - (payload.len() + 5) % 8;
    let padding = if padding < 4 { padding + 8 } else { padding };
    let mut bytes = Vec::with_capacity(payload.len() + padding + 5);
    bytes.extend(length32(payload.len() + padding + 1));
    bytes.push(u8::try_from(padding).unwrap_or(8));
    bytes.extend(payload);
    bytes.extend(vec![0; padding]);
    bytes
}

fn length32(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

/// RFC 4251 §5: a length and that many octets, and what comes after.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

fn host_key(blob: &[u8], port: u16) -> Option<Fact> {
    let (algorithm, _) = string(blob)?;
    let sha256 = hex::encode(Sha256::digest(blob));
    Some(Fact::HostKey { port, algorithm: text::bounded_bytes(algorithm), sha256 })
}

/// `SSH-2.0-OpenSSH_9.2p1 Debian-2`: protocol, software, and a comment.
fn service(banner: &str, port: u16) -> Fact {
    let software = banner.splitn(3, '-').nth(2).unwrap_or_default();
    let first = software.split(' ').next().unwrap_or_default();
    let (product, version) =
        first.split_once(['_', '-']).map_or((first, None), |(name, version)| (name, Some(version)));
    Fact::Service {
        transport: Transport::Tcp,
        port,
        protocol: "ssh".to_owned(),
        product: Some(product.to_owned()).filter(|product| !product.is_empty()),
        version: version.map(str::to_owned),
        banner: Some(banner.to_owned()),
    }
}

/// A server's side of the exchange, for the laws.
#[cfg(test)]
pub(crate) fn sample() -> Vec<u8> {
    let mut blob = length32(11).to_vec();
    blob.extend(b"ssh-ed25519");
    blob.extend(length32(32));
    blob.extend([7; 32]);
    let mut reply = vec![KEX_REPLY];
    reply.extend(length32(blob.len()));
    reply.extend(blob);
    [b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n".to_vec(), key_exchange_init(), packet(&reply)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_and_host_key_are_read() {
        let mut exchange = Exchange { port: 22, ..Exchange::default() };
        exchange.open(None);
        assert_eq!(exchange.hear(&sample()), Step::Done);
        let reading = exchange.close();
        assert!(matches!(&reading.facts[1], Fact::Service { product: Some(product), version: Some(version), .. }
            if product == "OpenSSH" && version == "9.2p1"));
        assert!(matches!(&reading.facts[2], Fact::HostKey { algorithm, .. } if algorithm == "ssh-ed25519"));
    }

    #[test]
    fn packets_are_padded_as_the_standard_wants() {
        for length in 0..64 {
            let bytes = packet(&vec![1; length]);
            assert_eq!(bytes.len() % 8, 0);
            assert!(bytes[4] >= 4);
        }
    }

    #[test]
    fn an_endless_length_ends_the_dialogue() {
        let mut exchange = Exchange { port: 22, ..Exchange::default() };
        exchange.open(None);
        assert_eq!(exchange.hear(b"SSH-2.0-x\r\n\xff\xff\xff\xff"), Step::Done);
    }
}
