//! IPP (RFC 8010, RFC 8011): Get-Printer-Attributes at `/ipp/print`. Whoever wants something printed is
//! told that this is not done here, and complained of.

use super::posted::{self, Came, Request};
use super::{Say, Talk};
use crate::description::Ipp;

const GET_PRINTER_ATTRIBUTES: u16 = 0x000b;
const PATH: &str = "/ipp/print";
/// Status codes (RFC 8011 §B.1).
const OK: u16 = 0x0000;
const NOT_FOUND: u16 = 0x0406;
const NOT_SUPPORTED: u16 = 0x0501;

/// One connection.
#[derive(Debug)]
pub struct Printer {
    plan: Ipp,
    heard: Vec<u8>,
    complaint: Option<String>,
}

impl Printer {
    /// A printer that is this one.
    pub fn new(plan: Ipp) -> Self {
        Self { plan, heard: vec![], complaint: None }
    }

    fn answer(&mut self, request: &Request) -> Vec<u8> {
        let server = self.plan.server.as_ref().map(|server| format!("Server: {server}\r\n")).unwrap_or_default();
        if request.method != "POST" || request.kind != "application/ipp" {
            return posted::answer("400 Bad Request", &server, "text/plain", b"");
        }
        let Some(asked) = parse(&request.body) else {
            return posted::answer("400 Bad Request", &server, "text/plain", b"");
        };
        let status = match (asked.operation, request.path.as_str()) {
            (GET_PRINTER_ATTRIBUTES, PATH) => OK,
            (GET_PRINTER_ATTRIBUTES, _) => NOT_FOUND,
            (other, _) => {
                self.complaint = Some(format!("IPP operation {other:#06x} was asked for"));
                NOT_SUPPORTED
            }
        };
        let [high, low] = status.to_be_bytes();
        let mut body = [&asked.version[..], &[high, low], &asked.request].concat();
        body.push(0x01);
        add(&mut body, 0x47, "attributes-charset", "utf-8");
        add(&mut body, 0x48, "attributes-natural-language", "en");
        if status == OK {
            body.push(0x04);
            for (tag, name, value) in self.attributes() {
                if asked.wanted.is_empty() || asked.wanted.iter().any(|wanted| wanted == name || wanted == "all") {
                    add(&mut body, tag, name, &value);
                }
            }
        }
        body.push(0x03);
        posted::answer("200 OK", &server, "application/ipp", &body)
    }

    fn attributes(&self) -> Vec<(u8, &'static str, String)> {
        let Ipp { manufacturer, model, serial, firmware, name, location, .. } = &self.plan;
        let serial = serial.as_ref().map(|serial| format!("SN:{serial};")).unwrap_or_default();
        let mut all = vec![
            (0x41, "printer-make-and-model", format!("{manufacturer} {model}")),
            (0x41, "printer-device-id", format!("MFG:{manufacturer};MDL:{model};CMD:PWG;{serial}")),
            (0x42, "printer-dns-sd-name", name.clone()),
            (0x41, "printer-info", name.clone()),
            (0x44, "ipp-versions-supported", "2.0".to_owned()),
        ];
        all.extend(firmware.iter().map(|it| (0x41, "printer-firmware-string-version", it.clone())));
        all.extend(location.iter().map(|it| (0x41, "printer-location", it.clone())));
        all
    }
}

impl Talk for Printer {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        match posted::read(&self.heard) {
            Came::Part => Say::default(),
            Came::Wrong => Say::last(posted::answer("400 Bad Request", "", "text/plain", b"")),
            Came::Whole(request) => Say::last(self.answer(&request)),
        }
    }

    fn complaint(&mut self) -> Option<String> {
        self.complaint.take()
    }
}

struct Asked {
    version: [u8; 2],
    operation: u16,
    request: [u8; 4],
    /// `requested-attributes`.
    wanted: Vec<String>,
}

/// RFC 8010 §3.1, with what every request must have (RFC 8011 §4.1.4, §4.1.5): charset, language, target.
fn parse(bytes: &[u8]) -> Option<Asked> {
    let (head, mut rest) = bytes.split_first_chunk::<8>()?;
    let [major, minor, high, low, request @ ..] = *head;
    let mut asked =
        Asked { version: [major, minor], operation: u16::from_be_bytes([high, low]), request, wanted: vec![] };
    let (mut name, mut names) = (String::new(), vec![]);
    loop {
        let (&tag, after) = rest.split_first()?;
        rest = after;
        match tag {
            0x03 => break,
            0x01..=0x0f => continue,
            _ => {}
        }
        let mut field = || {
            let (length, after) = rest.split_first_chunk::<2>()?;
            let (text, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            rest = after;
            Some(String::from_utf8_lossy(text).into_owned())
        };
        let (key, value) = (field()?, field()?);
        if !key.is_empty() {
            name.clone_from(&key);
            names.push(key);
        }
        if name == "requested-attributes" {
            asked.wanted.push(value);
        }
    }
    let begins = ["attributes-charset", "attributes-natural-language", "printer-uri"];
    names.iter().take(3).map(String::as_str).eq(begins).then_some(asked)
}

fn add(body: &mut Vec<u8>, tag: u8, name: &str, value: &str) {
    body.push(tag);
    for text in [name, value] {
        body.extend(u16::try_from(text.len()).unwrap_or(0).to_be_bytes());
        body.extend(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(operation: u8) -> Vec<u8> {
        let mut body = vec![2, 0, 0, operation, 0, 0, 0, 7, 1];
        add(&mut body, 0x47, "attributes-charset", "utf-8");
        add(&mut body, 0x48, "attributes-natural-language", "en");
        add(&mut body, 0x45, "printer-uri", "ipp://p/ipp/print");
        add(&mut body, 0x44, "requested-attributes", "printer-location");
        body.push(3);
        let head = format!(
            "POST /ipp/print HTTP/1.1\r\nHost: p\r\nContent-Type: application/ipp\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), &body].concat()
    }

    fn printer() -> Printer {
        Printer::new(Ipp { name: "Ward".into(), location: Some("3F".into()), ..Ipp::default() })
    }

    #[test]
    fn tells_what_was_asked_for_and_nothing_else() {
        let said = printer().hear(&request(0x0b)).octets;
        let text = String::from_utf8_lossy(&said);
        assert!(text.contains("printer-location") && text.contains("3F") && !text.contains("printer-info"), "{text}");
    }

    #[test]
    fn whoever_prints_is_complained_of() {
        let mut printer = printer();
        printer.hear(&request(0x02));
        assert!(printer.complaint().is_some());
    }
}
