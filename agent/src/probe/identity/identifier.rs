//! Identifiers of messages, for protocols that take the same one twice for a repetition.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use uuid::{Builder, Uuid};

/// A random identifier (RFC 9562 §5.4). Nobody needs to be unable to guess it.
pub(super) fn new() -> Uuid {
    let number = || RandomState::new().build_hasher().finish().to_be_bytes();
    let mut octets = [0; 16];
    octets[..8].copy_from_slice(&number());
    octets[8..].copy_from_slice(&number());
    Builder::from_random_bytes(octets).into_uuid()
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_are_alike() {
        assert_ne!(super::new(), super::new());
    }
}
