//! DICOM upper layer (PS3.8 §9.3): every association is rejected, which proves a DICOM node all the same.

use super::{Say, Talk};

/// The longest A-ASSOCIATE-RQ that is waited for.
const REQUEST: usize = 16 * 1024;
/// A-ASSOCIATE-RJ: rejected-permanent, by the service-user, called-AE-title-not-recognized (§9.3.4).
const REJECT: [u8; 10] = [3, 0, 0, 0, 0, 4, 0, 1, 1, 7];
/// A-ABORT by the service-provider, unrecognized PDU (§9.3.8).
const ABORT: [u8; 10] = [7, 0, 0, 0, 0, 4, 0, 0, 2, 1];

/// A node for one connection.
#[derive(Debug, Default)]
pub struct Node(Vec<u8>);

impl Talk for Node {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.0.extend(octets);
        if self.0.first() != Some(&1) {
            return Say::last(ABORT.to_vec());
        }
        let Some(head) = self.0.first_chunk::<6>() else { return Say::default() };
        let length = usize::try_from(u32::from_be_bytes([head[2], head[3], head[4], head[5]])).unwrap_or(usize::MAX);
        if length > REQUEST {
            return Say::last(ABORT.to_vec());
        }
        if self.0.len() < 6 + length { Say::default() } else { Say::last(REJECT.to_vec()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_request_is_rejected_and_garbage_aborted() {
        let mut node = Node::default();
        assert_eq!(node.hear(&[1, 0, 0, 0, 0, 2]), Say::default());
        assert_eq!(node.hear(&[0, 1]), Say::last(REJECT.to_vec()));
        assert_eq!(Node::default().hear(b"GET /"), Say::last(ABORT.to_vec()));
        assert_eq!(Node::default().hear(&[1, 0, 255, 0, 0, 0]), Say::last(ABORT.to_vec()));
    }
}
