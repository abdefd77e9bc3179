//! Files that the registers name as evidence: opened in the project folder and nowhere else, and told by their SHA-256.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::judge::entry::{Field, Ledger};
use crate::render::xlsx::{Attached, evidence_names};

/// The most octets of one file.
const FILE: u64 = 64 << 20;
/// The most octets of all files together.
const ALL: u64 = 1 << 30;
/// The most names that are looked for.
const NAMES: usize = 2_000;
/// Folders in which a name is looked for, within the project's.
const FOLDERS: [&str; 3] = ["", "evidence", "証跡"];

/// Every file that a cell of evidence names, by its name there.
pub(super) fn attached(folder: &Path, ledger: &Ledger) -> BTreeMap<String, Attached> {
    let mut left = ALL;
    let mut looked = |name: String| {
        let found = look(folder, &name, &mut left).unwrap_or_else(|source| match source.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidInput | ErrorKind::InvalidFilename => {
                Attached::Missing
            }
            _ => Attached::Unreadable { why: source.to_string() },
        });
        (name, found)
    };
    names(ledger).into_iter().take(NAMES).map(&mut looked).collect()
}

/// SHA-256 of those that are there, by the name in the cell and by the name without its folders.
pub(super) fn hashes(folder: &Path, ledger: &Ledger) -> BTreeMap<String, String> {
    let found = attached(folder, ledger).into_iter().filter_map(|(name, file)| match file {
        Attached::Found { sha256, .. } => Some((name, sha256)),
        _ => None,
    });
    let both = |(name, sha256): (String, String)| {
        let bare = name.rsplit(['/', '\\']).next().unwrap_or(&name).to_owned();
        [(bare, sha256.clone()), (name, sha256)]
    };
    found.flat_map(both).collect()
}

fn names(ledger: &Ledger) -> BTreeSet<String> {
    let of_rows = ledger.entries.iter().filter_map(|entry| Some(&entry.cells.get(&Field::Evidence)?.raw));
    let of_records = ledger.records.iter().filter_map(|record| Some(&record.values.get(&Field::Evidence)?.raw));
    of_rows.chain(of_records).flat_map(|raw| evidence_names(raw)).collect()
}

fn look(folder: &Path, name: &str, left: &mut u64) -> io::Result<Attached> {
    let Some(relative) = relative(name) else { return Ok(Attached::Outside) };
    let root = folder.canonicalize()?;
    let mut last = io::Error::from(ErrorKind::NotFound);
    for inner in FOLDERS {
        match root.join(inner).join(&relative).canonicalize() {
            // A link may lead out.
            Ok(path) if !path.starts_with(&root) => return Ok(Attached::Outside),
            Ok(path) => return hash(&path, left),
            Err(source) => last = source,
        }
    }
    Err(last)
}

/// The path that a cell names, if it stays below the folder.
fn relative(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(name.trim().replace('\\', "/"));
    let stays = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    // `C:/x` is a relative name here, and leads elsewhere on Windows.
    (stays && !name.contains(':')).then_some(path)
}

fn hash(path: &Path, left: &mut u64) -> io::Result<Attached> {
    let size = path.metadata()?;
    if !size.is_file() {
        return Ok(Attached::Missing);
    }
    let size = size.len();
    if size > FILE.min(*left) {
        return Ok(Attached::TooLarge { size });
    }
    *left -= size;
    let mut digest = Sha256::new();
    // What grows while it is read is read no further.
    let read = io::copy(&mut File::open(path)?.take(size), &mut digest)?;
    Ok(Attached::Found { sha256: hex::encode(digest.finalize()), size: read })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(folder: &Path, name: &str) -> Attached {
        look(folder, name, &mut ALL.clone()).unwrap_or(Attached::Missing)
    }

    #[test]
    fn a_file_is_told_by_its_hash_and_nothing_outside_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let (root, outside) = (folder.path().join("project"), folder.path().join("secret.txt"));
        std::fs::create_dir_all(root.join("evidence")).unwrap();
        std::fs::write(&outside, "x").unwrap();
        std::fs::write(root.join("evidence/回線 写真.jpg"), "abc").unwrap();
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let found = Attached::Found { sha256: abc.into(), size: 3 };
        assert_eq!(looked(&root, "回線 写真.jpg"), found);
        assert_eq!(looked(&root, "evidence\\回線 写真.jpg"), found);
        assert_eq!(looked(&root, "議事録.pdf"), Attached::Missing);
        assert_eq!(looked(&root, "evidence"), Attached::Missing);
        for name in ["../secret.txt", "/etc/hostname", "evidence/../../secret.txt", "C:/secret.txt"] {
            assert_eq!(looked(&root, name), Attached::Outside, "{name}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&outside, root.join("link.txt")).unwrap();
            assert_eq!(looked(&root, "link.txt"), Attached::Outside);
        }
    }

    #[test]
    fn a_file_that_is_too_large_is_said_to_be() {
        let folder = tempfile::tempdir().unwrap();
        File::create(folder.path().join("video.mp4")).unwrap().set_len(FILE + 1).unwrap();
        assert_eq!(looked(folder.path(), "video.mp4"), Attached::TooLarge { size: FILE + 1 });
    }
}
