//! Answers that look like HTTP's and are not: RTSP (RFC 2326 §7) and SIP (RFC 3261 §7.2). A status line,
//! fields, and a body of the length that the fields say.

use daicho_shared::text;

/// The most fields that are read.
const FIELDS: usize = 64;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    fields: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// How far an answer has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Came {
    /// Not all of it.
    Part,
    /// It is whole, and so many octets long.
    Whole(Answer, usize),
    /// It is something else.
    Other,
}

/// Reads the first answer in a protocol, e.g. `RTSP/1.0`.
pub(super) fn read(bytes: &[u8], protocol: &str) -> Came {
    let start = bytes.len().min(protocol.len());
    if bytes[..start] != protocol.as_bytes()[..start] {
        return Came::Other;
    }
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Came::Part };
    let head = text_of(&bytes[..end]);
    let mut lines = head.split('\n').map(str::trim_end);
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let Some(status) = status else { return Came::Other };
    let split = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_ascii_lowercase(), text::bounded(value)))
    };
    let fields: Vec<(String, String)> = lines.filter_map(split).take(FIELDS).collect();
    let answer = Answer { status, fields, body: vec![] };
    let length = answer.field("content-length").or_else(|| answer.field("l")).and_then(|value| value.parse().ok());
    let whole = end + 4 + length.unwrap_or(0usize).min(bytes.len());
    match bytes.get(end + 4..whole) {
        Some(body) if body.len() >= length.unwrap_or(0) => Came::Whole(Answer { body: body.to_vec(), ..answer }, whole),
        _ => Came::Part,
    }
}

fn text_of(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

impl Answer {
    /// The first field of this name, in lower case.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(key, value)| key == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_it_says() {
        let bytes = b"RTSP/1.0 200 OK\r\nServer: x\r\nContent-Length: 3\r\n\r\nabcRTSP/1.0 404 Not Found\r\n\r\n";
        let Came::Whole(answer, length) = read(bytes, "RTSP/1.0") else { panic!() };
        assert_eq!(
            (answer.status, answer.field("server"), answer.body.as_slice()),
            (200, Some("x"), b"abc".as_slice())
        );
        assert!(matches!(read(&bytes[length..], "RTSP/1.0"), Came::Whole(Answer { status: 404, .. }, _)));
        assert_eq!(read(&bytes[..length - 1], "RTSP/1.0"), Came::Part);
    }

    #[test]
    fn what_begins_otherwise_is_something_else_from_its_first_octet() {
        assert_eq!((read(b"H", "RTSP/1.0"), read(b"", "RTSP/1.0")), (Came::Other, Came::Part));
        assert_eq!(read(b"RTSP/1.0 huh\r\n\r\n", "RTSP/1.0"), Came::Other);
        let endless = format!("SIP/2.0 200 OK\r\nContent-Length: {}\r\n\r\n", usize::MAX);
        assert_eq!(read(endless.as_bytes(), "SIP/2.0"), Came::Part);
    }
}
