//! What a certificate says: X.509, RFC 5280.

use std::net::IpAddr;

use daicho_shared::fact::{Fact, NameSource};
use daicho_shared::text;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// The longest certificate that is read, in octets.
const LIMIT: usize = 64 * 1024;
/// The most alternative names that are kept.
const NAMES: usize = 32;

/// The facts of a peer's own certificate.
pub(super) fn facts(der: &[u8], port: u16, protocol: &str) -> Vec<Fact> {
    let Some(fact) = certificate(der, port, protocol) else { return vec![] };
    let name = match &fact {
        Fact::Certificate { names, .. } => names.iter().find(|name| !name.starts_with('*')).cloned(),
        _ => None,
    };
    let name = name.map(|name| Fact::Name { source: NameSource::Certificate, name, domain: None });
    std::iter::once(fact).chain(name).collect()
}

fn certificate(der: &[u8], port: u16, protocol: &str) -> Option<Fact> {
    let der = Some(der).filter(|der| der.len() <= LIMIT)?;
    let (_, parsed) = X509Certificate::from_der(der).ok()?;
    let alternatives = parsed.subject_alternative_name().ok().flatten().map(|extension| &extension.value.general_names);
    let alternatives: Vec<_> = alternatives.into_iter().flatten().take(NAMES).collect();
    let names = alternatives.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(text::bounded(name)),
        _ => None,
    });
    Some(Fact::Certificate {
        port,
        sha256: hex::encode(Sha256::digest(der)),
        key_sha256: hex::encode(Sha256::digest(parsed.public_key().raw)),
        subject: text::bounded(&parsed.subject().to_string()),
        issuer: text::bounded(&parsed.issuer().to_string()),
        names: names.collect(),
        addresses: alternatives.iter().filter_map(|name| address(name)).collect(),
        not_before: timestamp(parsed.validity().not_before.timestamp()),
        not_after: timestamp(parsed.validity().not_after.timestamp()),
        protocol: protocol.to_owned(),
    })
}

fn address(name: &GeneralName<'_>) -> Option<IpAddr> {
    match name {
        GeneralName::IPAddress(octets) => match octets.len() {
            4 => Some(IpAddr::from(<[u8; 4]>::try_from(*octets).ok()?)),
            16 => Some(IpAddr::from(<[u8; 16]>::try_from(*octets).ok()?)),
            _ => None,
        },
        _ => None,
    }
}

/// Dates beyond what a clock can show are cut to the nearest that it can.
fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_self_signed_certificate_is_read() {
        let text = include_str!("../../../../tests/devices/openssl-selfsigned-certificate.hex");
        let der = hex::decode(text.lines().filter(|line| !line.starts_with('#')).collect::<String>()).unwrap();
        let facts = facts(&der, 443, "TLS 1.2");
        let [Fact::Certificate { subject, issuer, not_before, not_after, .. }, ..] = facts.as_slice() else { panic!() };
        assert_eq!(subject, issuer);
        assert!(not_before < not_after);
    }

    #[test]
    fn what_is_no_certificate_is_nothing() {
        assert!(facts(b"0\x82\xff\xff", 443, "TLS 1.2").is_empty());
    }
}
