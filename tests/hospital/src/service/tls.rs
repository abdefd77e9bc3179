//! TLS: a modern server (RFC 5246, RFC 8446) by rustls, and one that stopped at TLS 1.0 (RFC 2246).

use std::fmt;
use std::io::{Read, Write};
use std::sync::Arc;

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection};

use super::{Say, Talk};
use crate::description::Certificate;

/// A certificate and its key, DER.
#[derive(Clone)]
pub struct Identity {
    certificate: Vec<u8>,
    config: Arc<ServerConfig>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({} octets)", self.certificate.len())
    }
}

/// The certificate could not be made.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Its description is no certificate.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The server refuses it.
    #[error("TLS: {0}")]
    Server(#[from] rustls::Error),
}

impl Identity {
    /// A self-signed certificate with a key of its own; another one on every run.
    pub fn new(described: &Certificate) -> Result<Self, IdentityError> {
        let mut params = CertificateParams::new(described.names.clone())?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, described.subject.clone());
        if let Some(organisation) = &described.organisation {
            params.distinguished_name.push(DnType::OrganizationName, organisation.clone());
        }
        params.not_before = rcgen::date_time_ymd(2021, 4, 1);
        params.not_after = rcgen::date_time_ymd(2031, 3, 31);
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?.der().clone();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
        Ok(Self { certificate: certificate.to_vec(), config: Arc::new(config) })
    }
}

/// A dialogue inside TLS 1.2 or 1.3.
#[derive(Debug)]
pub struct Wrapped {
    session: ServerConnection,
    inner: Box<dyn Talk>,
    opened: bool,
}

impl Wrapped {
    /// A server for one connection.
    pub fn new(identity: &Identity, inner: Box<dyn Talk>) -> Result<Self, rustls::Error> {
        Ok(Self { session: ServerConnection::new(Arc::clone(&identity.config))?, inner, opened: false })
    }

    /// Hands the plain text to the inner dialogue, and its answer back. Writing to a session only
    /// fills a buffer in memory, which cannot fail before the session is closed.
    fn converse(&mut self) -> bool {
        let mut close = false;
        if !self.opened && !self.session.is_handshaking() {
            self.opened = true;
            let said = self.inner.open();
            let _ = self.session.writer().write_all(&said.octets);
            close |= said.close;
        }
        let mut plain = vec![0; 16 * 1024];
        while let Ok(length @ 1..) = self.session.reader().read(&mut plain) {
            let said = self.inner.hear(&plain[..length]);
            let _ = self.session.writer().write_all(&said.octets);
            close |= said.close;
        }
        if close {
            self.session.send_close_notify();
        }
        close
    }

    fn pending(&mut self) -> Vec<u8> {
        let mut octets = vec![];
        while self.session.wants_write() && self.session.write_tls(&mut octets).is_ok() {}
        octets
    }
}

impl Talk for Wrapped {
    fn hear(&mut self, mut octets: &[u8]) -> Say {
        let mut close = false;
        while !octets.is_empty() && !close {
            if self.session.read_tls(&mut octets).is_err() {
                close = true;
            } else {
                close = self.session.process_new_packets().is_err();
                close |= self.converse();
            }
        }
        Say { octets: self.pending(), close }
    }

    fn end(&mut self) {
        self.inner.end();
    }

    fn complaint(&mut self) -> Option<String> {
        self.inner.complaint()
    }
}

/// TLS 1.0: answers any `ClientHello` with `ServerHello`, `Certificate`, `ServerHelloDone`.
#[derive(Debug)]
pub struct Old {
    certificate: Vec<u8>,
    answered: bool,
}

impl Old {
    /// A server for one connection.
    pub fn new(identity: &Identity) -> Self {
        Self { certificate: identity.certificate.clone(), answered: false }
    }

    fn flight(&self) -> Vec<u8> {
        // Version 3.1, 32 octets of "random", no session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
        let mut hello = vec![3, 1];
        hello.extend([0x42; 32]);
        hello.extend([0, 0x00, 0x2f, 0]);
        let mut certificates = long(self.certificate.len() + 3).to_vec();
        certificates.extend(long(self.certificate.len()));
        certificates.extend(&self.certificate);
        [record(2, &hello), record(11, &certificates), record(14, &[])].concat()
    }
}

impl Talk for Old {
    fn hear(&mut self, octets: &[u8]) -> Say {
        const HANDSHAKE: u8 = 22;
        /// Fatal `unexpected_message`.
        const ALERT: [u8; 7] = [21, 3, 1, 0, 2, 2, 10];
        if self.answered {
            return Say::last(vec![]);
        }
        self.answered = true;
        if octets.first() == Some(&HANDSHAKE) { Say::more(self.flight()) } else { Say::last(ALERT.to_vec()) }
    }
}

/// One handshake message in a record of its own.
fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 4).unwrap_or(u16::MAX).to_be_bytes();
    let mut record = vec![22, 3, 1, length[0], length[1], kind];
    record.extend(long(body.len()));
    record.extend(body);
    record
}

/// A length of three octets.
fn long(length: usize) -> [u8; 3] {
    let [_, a, b, c] = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    [a, b, c]
}

#[cfg(test)]
mod tests {
    use super::super::fixed::Silent;
    use super::*;

    fn identity() -> Identity {
        let described = Certificate { subject: "x".into(), organisation: None, names: vec!["x.hosp.local".into()] };
        Identity::new(&described).unwrap()
    }

    #[test]
    fn the_old_server_shows_its_certificate_in_clear() {
        let identity = identity();
        let said = Old::new(&identity).hear(&[22, 3, 1, 0, 0]);
        assert_eq!(said.octets[..3], [22, 3, 1]);
        assert!(said.octets.windows(identity.certificate.len()).any(|part| part == identity.certificate));
        assert!(!said.close);
    }

    #[test]
    fn garbage_ends_the_session() {
        let mut talk = Wrapped::new(&identity(), Box::new(Silent)).unwrap();
        assert!(talk.hear(b"GET / HTTP/1.1\r\n\r\n").close);
    }
}
