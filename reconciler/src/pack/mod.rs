//! The submission pack: documents in one folder or archive, an index with the SHA-256 of every one, and a signature over
//! the index, so that whoever gets the pack can tell offline whether it is whole. Octets in, octets out.
//!
//! `form`: which documents a list asks for; `index`: what the pack holds; `sign`: whose it is; `archive`: the same files
//! as one ZIP, equal for equal files, of which `layout` says that it is nothing else; `verify`: what was changed, taken away or added; `redact`: the same documents with
//! addresses, serial numbers and names of persons masked.

pub mod archive;
pub mod form;
pub mod index;
pub mod layout;
pub mod redact;
pub mod sign;
pub mod verify;

use std::collections::BTreeMap;

/// Name of the index in a pack.
pub const INDEX: &str = "index.json";
/// Name of the signature in a pack.
pub const SIGNATURE: &str = "signature.json";

/// The files of a pack, by name. Packs have no folders.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The name of a file that may stand in a pack: one plain name on every system.
pub fn is_plain(name: &str) -> bool {
    let bad = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    !name.is_empty() && name.len() <= 200 && !name.starts_with('.') && !name.contains(bad)
}
