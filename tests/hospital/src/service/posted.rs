//! Requests with a body (RFC 9112 §6): gathers one, and answers it.

/// The most octets of a request that are waited for.
const REQUEST: usize = 64 * 1024;

/// A request that has come whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Media type, without parameters.
    pub kind: String,
    /// Body.
    pub body: Vec<u8>,
}

/// What has come so far is …
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// … not all.
    Part,
    /// … a request.
    Whole(Request),
    /// … no request, or too long for one.
    Wrong,
}

/// Looks at what has come.
pub fn read(heard: &[u8]) -> Came {
    let Some(end) = heard.windows(4).position(|end| end == b"\r\n\r\n") else {
        return if heard.len() > REQUEST { Came::Wrong } else { Came::Part };
    };
    let text = String::from_utf8_lossy(&heard[..end]).into_owned();
    let mut lines = text.lines();
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    // RFC 9112 §3.2: a request without Host is refused.
    let fields: Vec<(String, &str)> =
        lines.filter_map(|line| line.split_once(':')).map(|(key, value)| (key.to_lowercase(), value.trim())).collect();
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| *value);
    let length: usize = field("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    if length > REQUEST || field("host").is_none_or(str::is_empty) {
        return Came::Wrong;
    }
    let Some(body) = heard.get(end + 4..end + 4 + length) else { return Came::Part };
    let kind = field("content-type").unwrap_or_default().split(';').next().unwrap_or_default().to_lowercase();
    Came::Whole(Request { method: method.to_owned(), path: path.to_owned(), kind, body: body.to_vec() })
}

/// An answer with a body; `status` is its number and phrase.
pub fn answer(status: &str, fields: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\n{fields}Content-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_whole_with_its_body_and_names_a_host() {
        let text = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Type: Application/IPP; q\r\nContent-Length: 2\r\n\r\nab";
        let Came::Whole(request) = read(text) else { panic!() };
        assert_eq!(
            (request.path.as_str(), request.kind.as_str(), request.body),
            ("/x", "application/ipp", b"ab".to_vec())
        );
        assert_eq!(read(&text[..text.len() - 1]), Came::Part);
        assert_eq!(read(b"GET / HTTP/1.1\r\n\r\n"), Came::Wrong);
    }
}
