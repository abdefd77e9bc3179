//! Whose a pack is: Ed25519 (RFC 8032) over the index, which has the SHA-256 of every file.

use data_encoding::BASE64_NOPAD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The signature's own name for itself.
const FORMAT: &str = "daicho-signature";
/// Signed before the index: a signature for this purpose is none for another.
const CONTEXT: &[u8] = b"daicho-pack-v1\0";
/// Before the octets of a public key in its file.
const PUBLIC: &str = "daicho-ed25519";

/// The key of a project. Its seed is what is kept.
pub struct Key(SigningKey);

/// What a signature is checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// `signature.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// `daicho-signature`.
    pub format: String,
    /// 1.
    pub version: u32,
    /// `ed25519`.
    pub algorithm: String,
    /// The signer's public key, in hexadecimal.
    pub public_key: String,
    /// The same, short enough to be compared by people.
    pub fingerprint: String,
    /// Over `daicho-pack-v1`, an octet 0, and the octets of the index; in hexadecimal.
    pub signature: String,
}

impl Key {
    /// By 32 random octets.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// As its file has it.
    pub fn parse(text: &str) -> Option<Self> {
        let octets = Zeroizing::new(hex::decode(text.trim()).ok()?);
        Some(Self::from_seed(octets.as_slice().try_into().ok()?))
    }

    /// For its file.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.0.as_bytes()) + "\n")
    }

    /// What others check by.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs an index.
    pub fn sign(&self, index: &[u8]) -> Signed {
        let signature = self.0.sign(&[CONTEXT, index].concat());
        Signed {
            format: FORMAT.to_owned(),
            version: 1,
            algorithm: "ed25519".to_owned(),
            public_key: hex::encode(self.public().0.as_bytes()),
            fingerprint: self.public().fingerprint(),
            signature: hex::encode(signature.to_bytes()),
        }
    }

    /// A secret for another purpose: nobody who knows it knows the key.
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        Sha256::digest([purpose.as_bytes(), b"\0", self.0.as_bytes()].concat()).into()
    }
}

impl PublicKey {
    /// As its file has it.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, octets) = text.trim().split_once(' ')?;
        (kind == PUBLIC).then(|| Self::from_hex(octets))?
    }

    fn from_hex(text: &str) -> Option<Self> {
        let octets: [u8; 32] = hex::decode(text.trim()).ok()?.as_slice().try_into().ok()?;
        VerifyingKey::from_bytes(&octets).ok().map(Self)
    }

    /// For its file.
    pub fn text(&self) -> String {
        format!("{PUBLIC} {}\n", hex::encode(self.0.as_bytes()))
    }

    /// Short enough to be read out over the telephone.
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", BASE64_NOPAD.encode(&Sha256::digest(self.0.as_bytes())))
    }
}

impl Signed {
    /// As it stands in the pack.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The key that it names itself; `None` where it is no signature of ours.
    pub fn key(&self) -> Option<PublicKey> {
        let known = self.format == FORMAT && self.version == 1 && self.algorithm == "ed25519";
        known.then(|| PublicKey::from_hex(&self.public_key))?
    }

    /// It was made over this index by the owner of the key.
    pub fn is_of(&self, index: &[u8], key: &PublicKey) -> bool {
        let octets = hex::decode(&self.signature).ok().and_then(|octets| <[u8; 64]>::try_from(octets.as_slice()).ok());
        // Strict: no weak key, and one signature has one spelling.
        octets.is_some_and(|octets| {
            key.0.verify_strict(&[CONTEXT, index].concat(), &Signature::from_bytes(&octets)).is_ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_index_and_its_key_only() {
        let (key, other) = (Key::from_seed(&[7; 32]), Key::from_seed(&[8; 32]));
        let signed = key.sign(b"index");
        assert_eq!(signed.key(), Some(key.public()));
        assert!(signed.is_of(b"index", &key.public()));
        assert!(!signed.is_of(b"indeX", &key.public()) && !signed.is_of(b"index", &other.public()));
        assert_eq!(key.sign(b"index"), signed, "the same index has the same signature");
    }

    #[test]
    fn keys_come_back_from_their_files() {
        let key = Key::from_seed(&[9; 32]);
        assert_eq!(Key::parse(&key.text()).unwrap().public(), key.public());
        assert_eq!(PublicKey::parse(&key.public().text()), Some(key.public()));
        assert!(PublicKey::parse("ssh-ed25519 AAAA").is_none() && Key::parse("00").is_none());
        assert_ne!(key.derived("a"), key.derived("b"));
    }
}
