//! What a target is fed: noise, or a real reply, or a sample file, with damage done to it as the input says.

use std::fs;
use std::path::Path;

use daicho_tests::root;

/// The most octets of one input after damage.
const LIMIT: usize = 1 << 16;

/// The replies of `tests/devices`, and the files of `samples`, that belong to a target, by the end of
/// their names; where it has none of its own, all replies.
pub(crate) fn seeds(target: &str) -> Vec<Vec<u8>> {
    let wanted = target.replace('_', "-");
    let samples = files(&root().join("tests/fuzz/samples"));
    let own: Vec<Vec<u8>> = samples.into_iter().filter(|(name, _)| name.ends_with(&wanted)).map(|(_, it)| it).collect();
    if !own.is_empty() {
        return own;
    }
    let all = files(&root().join("tests/devices"));
    let own: Vec<Vec<u8>> =
        all.iter().filter(|(name, _)| name.ends_with(&wanted)).map(|(_, bytes)| bytes.clone()).collect();
    if own.is_empty() { all.into_iter().map(|(_, bytes)| bytes).collect() } else { own }
}

/// Names without their ending, and octets: a `.hex` file holds them as digits.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("the folder is part of the project");
    let paths = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file());
    let mut files: Vec<(String, Vec<u8>)> =
        paths.filter_map(|path| Some((path.file_stem()?.to_string_lossy().into_owned(), octets(&path)?))).collect();
    files.sort();
    files
}

fn octets(path: &Path) -> Option<Vec<u8>> {
    let bytes = fs::read(path).ok()?;
    if path.extension().is_none_or(|extension| extension != "hex") {
        return Some(bytes);
    }
    let text = String::from_utf8(bytes).ok()?;
    let digits: String = text.lines().filter(|line| !line.starts_with('#')).collect();
    Some(hex::decode(digits).expect("a file of real replies holds hexadecimal digits"))
}

/// The input itself, or a seed with the damage that the input describes.
pub(crate) fn input(seeds: &[Vec<u8>], input: &[u8]) -> Vec<u8> {
    let [kind, rest @ ..] = input else { return vec![] };
    match seeds.get(usize::from(kind >> 1) % seeds.len().max(1)) {
        Some(seed) if kind & 1 == 1 => damaged(seed.clone(), rest),
        _ => rest.to_vec(),
    }
}

/// Three octets a blow: what is done, where, and with what.
fn damaged(mut bytes: Vec<u8>, blows: &[u8]) -> Vec<u8> {
    for blow in blows.chunks_exact(3) {
        let [how, place, value] = blow else { continue };
        let at = (usize::from(*place) * 256 + usize::from(*value)) % bytes.len().max(1);
        match how % 6 {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << (value % 8),
            1 if !bytes.is_empty() => bytes[at] = *value,
            2 => bytes.truncate(at),
            3 => bytes.insert(at.min(bytes.len()), *value),
            4 if bytes.len() < LIMIT / 2 => bytes.extend_from_within(at..),
            5 if !bytes.is_empty() => drop(bytes.remove(at)),
            _ => {}
        }
    }
    bytes
}
