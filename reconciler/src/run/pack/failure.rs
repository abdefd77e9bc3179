//! Why a pack could not be made or checked.

use std::path::PathBuf;

use crate::pack::archive::Unreadable;
use crate::pack::redact::{TooMany, Unmasked};

/// A pack could not be made or checked.
#[derive(Debug, thiserror::Error)]
pub enum PackFailure {
    /// The project has no key yet.
    #[error("{path}: no key")]
    NoKey {
        /// Where it would be.
        path: PathBuf,
    },
    /// Others than its owner may read the key.
    #[error("{path}: readable by others")]
    KeyExposed {
        /// Its file.
        path: PathBuf,
    },
    /// Not a key.
    #[error("{path}: not a key")]
    KeyBroken {
        /// The file.
        path: PathBuf,
    },
    /// The system gives no random octets.
    #[error("no random octets: {0}")]
    Random(getrandom::Error),
    /// A key that was named is not there, or cannot be read.
    #[error("{path}: {source}")]
    KeyUnread {
        /// Its file.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// An archive that no pack is.
    #[error("{path}: {why}")]
    Archive {
        /// What was named.
        path: PathBuf,
        /// Why not.
        why: Unreadable,
    },
    /// Neither a pack's folder nor its archive.
    #[error("{path}: {why}")]
    NotPack {
        /// What was named.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The folder that is to be written holds something.
    #[error("{path}: not empty")]
    OutTaken {
        /// The folder or file.
        path: PathBuf,
    },
    /// Something could not be masked.
    #[error(transparent)]
    Unmasked(#[from] Unmasked),
    /// There is too much to be masked.
    #[error(transparent)]
    TooMany(#[from] TooMany),
}

impl PackFailure {
    /// Whoever typed it can put it right.
    pub(in crate::run) fn is_usage(&self) -> bool {
        !matches!(self, Self::Random(_) | Self::Unmasked(_) | Self::TooMany(_))
    }
}
