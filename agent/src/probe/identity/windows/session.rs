//! How SMB messages are cut from a stream: a zero octet and three of length (MS-SMB2 §2.1,
//! RFC 1002 §4.3.1), the same over port 445 and after a session request on port 139.

/// A longer message is none of ours.
const LIMIT: usize = 32 * 1024;
/// `SESSION REQUEST` and its positive answer, RFC 1002 §4.3.2 and §4.3.3.
const REQUEST: u8 = 0x81;
const POSITIVE: u8 = 0x82;
/// Any file server: `*SMBSERVER` with suffix 0x20, first-level encoding (RFC 1001 §14.1).
const ANY_SERVER: &[u8; 32] = b"CKFDENECFDEFFCFGEFFCCACACACACACA";
/// Ourselves: `DAICHO` with suffix 0x00.
const OURSELVES: &[u8; 32] = b"EEEBEJEDEIEPCACACACACACACACACAAA";

/// What comes in.
#[derive(Debug, Default)]
pub(in crate::probe) struct Session {
    heard: Vec<u8>,
}

/// One unit of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::probe) enum Unit {
    /// A message.
    Message(Vec<u8>),
    /// The session was granted.
    Granted,
    /// Something else: the conversation is over.
    Other,
}

impl Session {
    pub(in crate::probe) fn hear(&mut self, bytes: &[u8]) {
        self.heard.extend(bytes);
    }

    /// The next unit, once it is whole.
    pub(in crate::probe) fn next(&mut self) -> Option<Unit> {
        let [kind, a, b, c] = *self.heard.first_chunk()?;
        let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        match kind {
            0 if length <= LIMIT && self.heard.len() < 4 + length => None,
            0 if length <= LIMIT => Some(Unit::Message(self.heard.drain(..4 + length).skip(4).collect())),
            POSITIVE if length == 0 => {
                self.heard.drain(..4);
                Some(Unit::Granted)
            }
            _ => Some(Unit::Other),
        }
    }
}

/// A message, ready to be sent.
pub(in crate::probe) fn wrapped(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or(0).to_be_bytes();
    [&length, message].concat()
}

/// May we speak to whoever serves files there? 72 octets.
pub(super) fn request() -> Vec<u8> {
    let mut bytes = vec![REQUEST, 0, 0, 68];
    for name in [ANY_SERVER, OURSELVES] {
        bytes.push(32);
        bytes.extend(name);
        bytes.push(0);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_encoded_as_the_standard_wants() {
        let decoded = |name: &[u8; 32]| name.chunks(2).map(|pair| (pair[0] - b'A') << 4 | (pair[1] - b'A')).collect();
        let decoded: [Vec<u8>; 2] = [decoded(ANY_SERVER), decoded(OURSELVES)];
        assert_eq!(
            (decoded[0].as_slice(), decoded[1].as_slice()),
            (&b"*SMBSERVER      "[..], &b"DAICHO         \0"[..])
        );
        assert_eq!(request().len(), 72);
    }

    #[test]
    fn a_message_is_whole_or_waited_for() {
        let mut session = Session::default();
        session.hear(&[0, 0, 0, 2, 7]);
        assert_eq!(session.next(), None);
        session.hear(&[8, 0x82, 0, 0, 0, b'H', b'T', b'T', b'P']);
        assert_eq!(session.next(), Some(Unit::Message(vec![7, 8])));
        assert_eq!((session.next(), session.next()), (Some(Unit::Granted), Some(Unit::Other)));
    }
}
