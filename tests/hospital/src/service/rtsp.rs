//! RTSP (RFC 2326): OPTIONS and DESCRIBE. Whoever sets up a stream is complained of.

use super::{Say, Talk};
use crate::description::Rtsp;

/// The most octets of a request that are waited for.
const REQUEST: usize = 16 * 1024;

/// One connection.
#[derive(Debug)]
pub struct Server {
    plan: Rtsp,
    heard: Vec<u8>,
    complaint: Option<String>,
}

impl Server {
    /// A server that is this one.
    pub fn new(plan: Rtsp) -> Self {
        Self { plan, heard: vec![], complaint: None }
    }

    fn answer(&mut self, request: &str) -> Vec<u8> {
        let mut lines = request.lines();
        let words: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
        let number = lines
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.eq_ignore_ascii_case("cseq"))
            .map(|(_, value)| value.trim());
        // §12.17: every request carries a sequence number.
        let ([method, url, "RTSP/1.0"], Some(number)) = (words.as_slice(), number) else {
            return response("400 Bad Request", "0", "", "");
        };
        let server = self.plan.server.as_ref().map(|server| format!("Server: {server}\r\n")).unwrap_or_default();
        match *method {
            "OPTIONS" => {
                let fields = format!("{server}Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n");
                response("200 OK", number, &fields, "")
            }
            "DESCRIBE" if !url.starts_with("rtsp://") => response("400 Bad Request", number, &server, ""),
            "DESCRIBE" => self.describe(number, &server),
            other => {
                self.complaint = Some(format!("RTSP {other} was asked for"));
                response("501 Not Implemented", number, &server, "")
            }
        }
    }

    fn describe(&self, number: &str, server: &str) -> Vec<u8> {
        if let Some(realm) = &self.plan.realm {
            let fields = format!("{server}WWW-Authenticate: Basic realm=\"{realm}\"\r\n");
            return response("401 Unauthorized", number, &fields, "");
        }
        let session = self.plan.session.as_deref().unwrap_or("-");
        let sdp = format!("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns={session}\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n");
        response("200 OK", number, &format!("{server}Content-Type: application/sdp\r\n"), &sdp)
    }
}

impl Talk for Server {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        let mut said = vec![];
        while let Some(end) = self.heard.windows(4).position(|end| end == b"\r\n\r\n") {
            let request: Vec<u8> = self.heard.drain(..end + 4).collect();
            said.extend(self.answer(&String::from_utf8_lossy(&request)));
        }
        Say { octets: said, close: self.heard.len() > REQUEST }
    }

    fn complaint(&mut self) -> Option<String> {
        self.complaint.take()
    }
}

fn response(status: &str, number: &str, fields: &str, body: &str) -> Vec<u8> {
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    format!("RTSP/1.0 {status}\r\nCSeq: {number}\r\n{fields}{length}\r\n{body}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(server: &mut Server, request: &str) -> String {
        String::from_utf8(server.hear(request.as_bytes()).octets).unwrap()
    }

    #[test]
    fn describes_or_demands_a_login() {
        let describe = "DESCRIBE rtsp://10.0.0.1/ RTSP/1.0\r\nCSeq: 2\r\n\r\n";
        let mut open = Server::new(Rtsp { session: Some("cam 3".into()), ..Rtsp::default() });
        assert!(said(&mut open, describe).contains("\r\ns=cam 3\r\n"));
        let mut login = Server::new(Rtsp { realm: Some("IP Camera".into()), ..Rtsp::default() });
        assert!(said(&mut login, describe).starts_with("RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\n"));
        assert!(said(&mut login, "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n").contains("Public: "));
    }

    #[test]
    fn whoever_sets_up_a_stream_is_complained_of() {
        let mut server = Server::new(Rtsp::default());
        said(&mut server, "SETUP rtsp://10.0.0.1/ RTSP/1.0\r\nCSeq: 1\r\n\r\n");
        assert!(server.complaint().is_some());
    }
}
