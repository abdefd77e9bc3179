//! SOAP 1.2 messages with addressing (WS-Addressing 2004/08, as WS-Discovery 2005/04 wants it).

use super::identifier;
use super::xml::escaped;

/// The media type of SOAP 1.2 (RFC 3902).
pub(super) const MEDIA_TYPE: &str = "application/soap+xml; charset=utf-8";

/// One message: to whom, what it wants, namespaces of the body beyond SOAP's own, and the body.
///
/// Its identifier is new: a message that was seen before is taken for a repetition and not answered
/// (SOAP-over-UDP §3.2).
pub(super) fn message(to: &str, action: &str, namespaces: &str, body: &str) -> Vec<u8> {
    let (to, id) = (escaped(to), identifier::new());
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
<soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\" \
xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"{namespaces}>\
<soap:Header><wsa:To>{to}</wsa:To><wsa:Action>{action}</wsa:Action><wsa:MessageID>urn:uuid:{id}</wsa:MessageID>\
<wsa:ReplyTo><wsa:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:Address></wsa:ReplyTo>\
</soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_messages_have_the_same_identifier_and_the_address_is_escaped() {
        let made = || String::from_utf8(message("a&b", "x", "", "")).unwrap();
        assert_ne!(made(), made());
        assert!(made().contains("<wsa:To>a&amp;b</wsa:To>"));
    }
}
