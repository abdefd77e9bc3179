//! What became of a pack since it was signed: which files were changed, taken away or added, and whose signature it is.

use std::collections::BTreeSet;

use serde::Serialize;

use super::archive::Held;
use super::index::{FORMAT, Index, VERSION, sha256};
use super::sign::{PublicKey, Signed};
use super::{INDEX, SIGNATURE, is_plain};

/// What was found out about a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The index is the signer's.
    pub signature: Validity,
    /// The signer's fingerprint, where there is a signature.
    pub fingerprint: Option<String>,
    /// It was compared with a key that whoever checks has from elsewhere.
    pub key_known: bool,
    /// Files whose octets are others than signed.
    pub changed: Vec<String>,
    /// Files that the index names and that are not there.
    pub missing: Vec<String>,
    /// Files of which the index knows nothing.
    pub added: Vec<String>,
    /// Files that are as they were signed.
    pub intact: usize,
}

/// Whether the signature holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// It was made over this index by the owner of the key.
    Valid,
    /// The index was changed after it was signed, or the signature is made up.
    Invalid,
    /// It is valid by another key than the one that was given.
    OtherKey,
    /// There is none.
    Absent,
}

impl Checked {
    /// Everything is as it was signed.
    pub fn is_whole(&self) -> bool {
        self.signature == Validity::Valid && self.changed.is_empty() && self.missing.is_empty() && self.added.is_empty()
    }
}

impl Checked {
    /// All that is amiss are files that a system puts into folders by itself.
    pub fn is_littered(&self) -> bool {
        let whole = self.changed.is_empty() && self.missing.is_empty() && self.signature == Validity::Valid;
        whole && !self.added.is_empty() && self.added.iter().all(|name| System::of(name).is_some())
    }
}

/// A system that puts files into folders by itself, when people look at them or pack them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// `.DS_Store`, `._…`, `__MACOSX/…`.
    MacOs,
    /// `Thumbs.db`, `desktop.ini`.
    Windows,
}

impl System {
    /// Of a file of this name; it says nothing of what stands in it.
    pub fn of(name: &str) -> Option<Self> {
        let last = name.rsplit(['/', '\\']).next().unwrap_or(name).to_lowercase();
        match last.as_str() {
            ".ds_store" | ".localized" | ".apdisk" => Some(Self::MacOs),
            "thumbs.db" | "ehthumbs.db" | "desktop.ini" => Some(Self::Windows),
            other => (other.starts_with("._") || name.starts_with("__MACOSX/")).then_some(Self::MacOs),
        }
    }
}

/// Why something is no pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPack {
    /// It has no index.
    #[error("no index.json")]
    NoIndex,
    /// Its index is none of ours, or of a later version.
    #[error("index.json is not understood")]
    StrangeIndex,
}

/// Compares a pack with its index, and the index with its signature. A key that is given counts, and no other.
pub fn verify(held: &Held, key: Option<&PublicKey>) -> Result<Checked, NoPack> {
    let octets = held.files.get(INDEX).ok_or(NoPack::NoIndex)?;
    let index: Index = serde_json::from_slice(octets).map_err(|_| NoPack::StrangeIndex)?;
    if index.format != FORMAT || index.version != VERSION {
        return Err(NoPack::StrangeIndex);
    }
    let signed: Option<Signed> = held.files.get(SIGNATURE).and_then(|octets| read(octets));
    let own = signed.as_ref().and_then(Signed::key);
    let mut checked = Checked {
        signature: validity(held, signed.as_ref(), own.as_ref(), key),
        fingerprint: own.map(|key| key.fingerprint()),
        key_known: key.is_some(),
        changed: vec![],
        missing: vec![],
        added: held.strange.clone(),
        intact: 0,
    };
    for file in &index.files {
        match held.files.get(&file.name) {
            // A name that no pack can have is named by nobody.
            _ if !is_plain(&file.name) => checked.missing.push(file.name.clone()),
            None => checked.missing.push(file.name.clone()),
            Some(octets) if sha256(octets) != file.sha256 => checked.changed.push(file.name.clone()),
            Some(_) => checked.intact += 1,
        }
    }
    if checked.signature == Validity::Absent {
        checked.missing.push(SIGNATURE.to_owned());
    }
    let known: BTreeSet<&str> = index.names().collect();
    checked.added.extend(held.files.keys().filter(|name| !known.contains(name.as_str())).cloned());
    Ok(checked)
}

/// A signature as it was written, octet by octet: nothing in its file, no fingerprint either, says what it likes.
fn read(octets: &[u8]) -> Option<Signed> {
    let signed: Signed = serde_json::from_slice(octets).ok()?;
    let told = signed.key()?.fingerprint() == signed.fingerprint;
    let upper =
        [&signed.public_key, &signed.signature].iter().any(|hex| hex.contains(|c: char| c.is_ascii_uppercase()));
    (told && !upper && signed.to_bytes().ok()? == octets).then_some(signed)
}

fn validity(held: &Held, signed: Option<&Signed>, own: Option<&PublicKey>, key: Option<&PublicKey>) -> Validity {
    let index = held.files.get(INDEX).map(Vec::as_slice).unwrap_or_default();
    match (signed, own, key) {
        (None, _, _) if !held.files.contains_key(SIGNATURE) => Validity::Absent,
        (None, _, _) | (_, None, _) => Validity::Invalid,
        (Some(signed), Some(own), _) if !signed.is_of(index, own) => Validity::Invalid,
        (_, Some(own), Some(key)) if own != key => Validity::OtherKey,
        _ => Validity::Valid,
    }
}

#[cfg(test)]
mod tests {
    use super::super::index::{Entry, complete};
    use super::super::sign::Key;
    use super::super::{Files, archive};
    use super::*;

    fn pack(key: &Key) -> Held {
        let files: Files =
            [("a.txt", "one"), ("b.txt", "two")].map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).into();
        let date = jiff::civil::date(2026, 11, 21);
        let index = Index {
            format: FORMAT.into(),
            version: VERSION,
            pack: "okayama".into(),
            title: "t".into(),
            source: "s".into(),
            hospital: None,
            made: date,
            run: "r".into(),
            complete: true,
            redacted: false,
            documents: vec![],
            files: files.iter().map(|(name, bytes)| Entry::new(name, name, "1", date, bytes)).collect(),
        };
        let index = index.to_bytes().unwrap();
        let signature = key.sign(&index).to_bytes().unwrap();
        Held { files: complete(files, index, signature), strange: vec![] }
    }

    fn checked(held: &Held) -> Checked {
        verify(held, None).unwrap()
    }

    #[test]
    fn every_change_is_named() {
        let key = Key::from_seed(&[1; 32]);
        let whole = pack(&key);
        assert!(verify(&whole, Some(&key.public())).unwrap().is_whole());
        let mut held = whole.clone();
        held.files.get_mut("a.txt").unwrap()[0] ^= 1;
        held.files.remove("b.txt");
        held.files.insert("c.txt".into(), vec![]);
        held.strange.push("../d".into());
        let found = checked(&held);
        assert_eq!((found.changed, found.missing), (vec!["a.txt".to_owned()], vec!["b.txt".to_owned()]));
        assert_eq!(found.added, ["../d", "c.txt"]);
    }

    #[test]
    fn an_index_that_was_changed_with_its_file_no_longer_has_its_signature() {
        let key = Key::from_seed(&[1; 32]);
        let mut held = pack(&key);
        held.files.insert("a.txt".into(), b"other".to_vec());
        let index = String::from_utf8(held.files[INDEX].clone()).unwrap();
        let index = index.replace(&sha256(b"one"), &sha256(b"other")).into_bytes();
        held.files.insert(INDEX.into(), index.clone());
        assert_eq!((checked(&held).signature, checked(&held).intact), (Validity::Invalid, 2));
        // Signed anew by somebody else: whole by itself, and found out by whoever has the right key.
        let other = Key::from_seed(&[2; 32]);
        held.files.insert(SIGNATURE.into(), other.sign(&index).to_bytes().unwrap());
        assert!(checked(&held).is_whole());
        assert_eq!(verify(&held, Some(&key.public())).unwrap().signature, Validity::OtherKey);
        held.files.remove(SIGNATURE);
        assert_eq!((checked(&held).signature, checked(&held).missing), (Validity::Absent, vec![SIGNATURE.to_owned()]));
    }

    #[test]
    fn no_octet_of_a_file_can_be_changed() {
        let key = Key::from_seed(&[1; 32]);
        let whole = pack(&key);
        for (name, octets) in &whole.files {
            for (at, bit) in (0..octets.len()).flat_map(|at| [0x01, 0x20].map(|bit| (at, bit))) {
                let mut held = whole.clone();
                held.files.get_mut(name).unwrap()[at] ^= bit;
                let whole = verify(&held, Some(&key.public())).is_ok_and(|checked| checked.is_whole());
                assert!(!whole, "{name}, octet {at}");
            }
        }
    }

    #[test]
    fn any_octet_of_a_zip_that_is_flipped_is_noticed_or_changes_no_file() {
        let key = Key::from_seed(&[1; 32]);
        let whole = pack(&key);
        let bytes = archive::write(&whole.files).unwrap();
        for at in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1;
            let Ok(held) = archive::read(&bytes) else { continue };
            match verify(&held, Some(&key.public())) {
                Ok(checked) if checked.is_whole() => assert_eq!(held.files, whole.files, "octet {at}"),
                _ => {}
            }
        }
    }

    #[test]
    fn what_a_system_put_there_is_told_apart_and_is_no_part_of_the_pack() {
        let mut held = pack(&Key::from_seed(&[1; 32]));
        held.strange.push(".DS_Store".into());
        held.files.insert("Thumbs.db".into(), vec![]);
        let found = checked(&held);
        assert!(!found.is_whole() && found.is_littered());
        held.files.insert("説明.txt".into(), vec![]);
        assert!(!checked(&held).is_littered());
        assert_eq!(System::of("__MACOSX/._a"), Some(System::MacOs));
        assert_eq!(System::of("a.DS_Store"), None);
    }

    #[test]
    fn what_has_no_index_is_no_pack() {
        assert_eq!(verify(&Held::default(), None), Err(NoPack::NoIndex));
        let files: Files = [(INDEX.to_owned(), b"{}".to_vec())].into();
        assert_eq!(verify(&Held { files, strange: vec![] }, None), Err(NoPack::StrangeIndex));
    }
}
