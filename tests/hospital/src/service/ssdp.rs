//! SSDP and the device description (`UPnP` Device Architecture 1.1 §1.3 and §2.3).

use std::net::IpAddr;

use sha2::{Digest, Sha256};

use crate::description::Ssdp;

/// The answers to an M-SEARCH.
pub fn answer(ssdp: &Ssdp, device: &str, own: IpAddr, request: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(request);
    let mut lines = text.lines();
    if !lines.next().is_some_and(|line| line.starts_with("M-SEARCH * HTTP/1.")) {
        return vec![];
    }
    let fields = lines.filter_map(|line| line.split_once(':'));
    let Some(target) = fields.filter(|(name, _)| name.eq_ignore_ascii_case("st")).map(|(_, value)| value.trim()).next()
    else {
        return vec![];
    };
    let udn = format!("uuid:{}", uuid(device));
    let kinds = ["upnp:rootdevice", &ssdp.kind, &udn];
    let asked = kinds.iter().filter(|kind| target == "ssdp:all" || target == **kind);
    asked.map(|kind| response(ssdp, kind, &udn, own).into_bytes()).collect()
}

fn response(ssdp: &Ssdp, kind: &str, udn: &str, own: IpAddr) -> String {
    let usn = if kind == udn { udn.to_owned() } else { format!("{udn}::{kind}") };
    let host = if own.is_ipv6() { format!("[{own}]") } else { own.to_string() };
    format!(
        "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nLOCATION: http://{host}:{}/desc.xml\r\n\
         SERVER: {}\r\nST: {kind}\r\nUSN: {usn}\r\n\r\n",
        ssdp.port, ssdp.server
    )
}

/// What it says unasked, one message for each of its kinds (§1.2.2).
pub fn notices(ssdp: &Ssdp, device: &str, own: IpAddr) -> Vec<String> {
    let udn = format!("uuid:{}", uuid(device));
    let kinds = ["upnp:rootdevice", &ssdp.kind, &udn];
    let notice = |kind: &&str| {
        let answer = response(ssdp, kind, &udn, own);
        let fields =
            answer.replacen("HTTP/1.1 200 OK\r\n", "", 1).replace("EXT:\r\n", "").replace("\r\nST: ", "\r\nNT: ");
        format!("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNTS: ssdp:alive\r\n{fields}")
    };
    kinds.iter().map(notice).collect()
}

/// What stands at the LOCATION; `more` is what it says beside itself.
pub fn description(ssdp: &Ssdp, device: &str, more: &str) -> String {
    let serial =
        ssdp.serial.as_ref().map_or_else(String::new, |s| format!("<serialNumber>{}</serialNumber>", escaped(s)));
    format!(
        "<?xml version=\"1.0\"?>\n<root xmlns=\"urn:schemas-upnp-org:device-1-0\">\
         <specVersion><major>1</major><minor>1</minor></specVersion><device><deviceType>{}</deviceType>\
         <friendlyName>{}</friendlyName><manufacturer>{}</manufacturer><modelName>{}</modelName>{serial}\
         <UDN>uuid:{}</UDN>{more}</device></root>\n",
        escaped(&ssdp.kind),
        escaped(&ssdp.friendly_name),
        escaped(&ssdp.manufacturer),
        escaped(&ssdp.model),
        uuid(device)
    )
}

/// Text for a place inside an element.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A device's number: the same on every run.
pub fn uuid(device: &str) -> String {
    let digits = hex::encode(Sha256::digest(device));
    format!("{}-{}-4{}-8{}-{}", &digits[..8], &digits[8..12], &digits[12..15], &digits[15..18], &digits[18..30])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ssdp() -> Ssdp {
        Ssdp {
            kind: "urn:schemas-upnp-org:device:InternetGatewayDevice:1".into(),
            server: "x".into(),
            port: 5000,
            friendly_name: "a < b".into(),
            manufacturer: "m".into(),
            model: "m".into(),
            serial: None,
        }
    }

    #[test]
    fn answers_what_was_searched_for() {
        let count = |st: &str| {
            let request = format!("M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nST: {st}\r\n\r\n");
            answer(&ssdp(), "x", [10, 0, 0, 1].into(), request.as_bytes()).len()
        };
        assert_eq!((count("ssdp:all"), count("upnp:rootdevice"), count("urn:other")), (3, 1, 0));
    }

    #[test]
    fn the_description_is_escaped() {
        assert!(description(&ssdp(), "x", "").contains("a &lt; b"));
        assert_eq!(uuid("x").len(), 36);
    }
}
