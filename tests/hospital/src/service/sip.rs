//! SIP (RFC 3261): the answer to OPTIONS (§11.2). Nothing else is answered.

use std::net::IpAddr;

use crate::description::Sip;

/// The answer to a datagram; `None` where it is no well-formed OPTIONS request.
pub fn answer(sip: &Sip, own: IpAddr, data: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(data).ok()?;
    let (head, _) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    if !lines.next()?.strip_prefix("OPTIONS sip:")?.ends_with(" SIP/2.0") {
        return None;
    }
    let fields: Vec<(&str, &str)> = lines.map_while(|line| line.split_once(": ")).collect();
    let field = |name: &str| fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
    // §8.1.1: what every request must have.
    let (via, from, to) = (field("via")?, field("from")?, field("to")?);
    let (call, number, _) = (field("call-id")?, field("cseq")?, field("max-forwards")?);
    let branch = via.contains(";branch=z9hG4bK") && from.contains(";tag=") && number.ends_with(" OPTIONS");
    // Without `rport` the answer would go elsewhere (RFC 3581 §4); this device has no other way.
    if !branch || !via.split(';').any(|part| part == "rport") {
        return None;
    }
    let agent = &sip.agent;
    let contact = sip.user.as_ref().map(|user| format!("Contact: <sip:{user}@{own}:5060>\r\n")).unwrap_or_default();
    let (status, more) = match &sip.realm {
        Some(realm) => ("401 Unauthorized", format!("WWW-Authenticate: Digest realm=\"{realm}\",nonce=\"1\"\r\n")),
        None => ("200 OK", format!("{contact}Allow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\nAccept: application/sdp\r\n")),
    };
    Some(
        format!(
            "SIP/2.0 {status}\r\nVia: {via}\r\nFrom: {from}\r\nTo: {to};tag=1\r\nCall-ID: {call}\r\nCSeq: {number}\r\n\
             {more}User-Agent: {agent}\r\nContent-Length: 0\r\n\r\n"
        )
        .into_bytes(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = "OPTIONS sip:10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP x.invalid;branch=z9hG4bK1;rport\r\n\
Max-Forwards: 0\r\nFrom: <sip:a@x.invalid>;tag=1\r\nTo: <sip:10.0.0.1>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n";

    #[test]
    fn names_itself_to_a_whole_request_only() {
        let sip = Sip { agent: "Phone 1.0".into(), user: Some("201".into()), realm: None };
        let own = [10, 0, 0, 1].into();
        let said = String::from_utf8(answer(&sip, own, REQUEST.as_bytes()).unwrap()).unwrap();
        assert!(said.contains("Contact: <sip:201@10.0.0.1:5060>\r\n") && said.contains("User-Agent: Phone 1.0\r\n"));
        assert_eq!(answer(&sip, own, REQUEST.replace(";rport", "").as_bytes()), None);
        assert_eq!(answer(&sip, own, REQUEST.replace("OPTIONS", "INVITE").as_bytes()), None);
    }
}
