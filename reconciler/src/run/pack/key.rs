//! `daicho pack key`: the project's signing key. The private half stays with its owner; the public one is for giving away.

use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::PackFailure;
use crate::cli::{Common, words};
use crate::edge;
use crate::pack::sign::{Key, PublicKey};
use crate::run::console::Console;
use crate::run::project::Project;
use crate::run::{CLEAN, Failure};

/// The most octets of a key's file.
const SIZE: u64 = 4 << 10;
/// The public half, in the project's folder.
const PUBLIC: &str = "pack-key.pub";

/// Makes the key where there is none, and says how it is known.
pub(super) fn key(common: &Common, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let (project, _lock) = Project::open(&common.folder, "pack key", now)?;
    let (private, public) = (private(&project), project.folder.join(PUBLIC));
    let is_new = !private.exists();
    let key = if is_new { make(&private)? } else { load(&project)? };
    edge::replace_file(&public, key.public().text().as_bytes()).map_err(|source| Failure::file(&public, source))?;
    if console.json {
        console.value(&serde_json::json!({
            "new": is_new, "fingerprint": key.public().fingerprint(), "private": private, "public": public,
        }))?;
    } else {
        console.line(&words::pack::key(&key.public().fingerprint(), &private, &public, is_new, console.lang))?;
    }
    Ok(CLEAN)
}

fn private(project: &Project) -> PathBuf {
    project.data().join("pack.key")
}

fn make(path: &Path) -> Result<Key, Failure> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut()).map_err(PackFailure::Random)?;
    let key = Key::from_seed(&seed);
    edge::replace_private_file(path, key.text().as_bytes()).map_err(|source| Failure::file(path, source))?;
    Ok(key)
}

/// The project's key, if nobody else may read it.
pub(super) fn load(project: &Project) -> Result<Key, Failure> {
    let path = private(project);
    if !path.exists() {
        return Err(PackFailure::NoKey { path }.into());
    }
    if !edge::is_private(&path).map_err(|source| Failure::file(&path, source))? {
        return Err(PackFailure::KeyExposed { path }.into());
    }
    let text = Zeroizing::new(read(&path)?);
    Ok(Key::parse(&text).ok_or(PackFailure::KeyBroken { path })?)
}

/// Somebody's public key, as its owner gave it away.
pub(super) fn public(path: &Path) -> Result<PublicKey, Failure> {
    let broken = || PackFailure::KeyBroken { path: path.to_owned() };
    // What was typed names no key: that is no failure of the program.
    let text = read(path).map_err(|failure| match failure {
        Failure::File { path, source } => PackFailure::KeyUnread { path, source }.into(),
        other => other,
    })?;
    Ok(PublicKey::parse(&text).ok_or_else(broken)?)
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let file = std::fs::File::open(path);
    let read = file.and_then(|file| file.take(SIZE).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(text),
        Err(source) if source.kind() == std::io::ErrorKind::InvalidData => {
            Err(PackFailure::KeyBroken { path: path.to_owned() }.into())
        }
        Err(source) => Err(Failure::file(path, source)),
    }
}
