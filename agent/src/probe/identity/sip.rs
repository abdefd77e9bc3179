//! Which telephone are you? One SIP OPTIONS request by UDP (RFC 3261 §11), which asks for capabilities and
//! calls nobody. `Max-Forwards: 0` keeps it from going further than this device (§16.3).

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};
use daicho_shared::text;

use super::header::{Answer, Came, read};
use super::page::realm;
use super::{identifier, software};
use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Sip;

static CARD: Card = Card {
    name: "sip",
    title: "Which telephone are you? (SIP OPTIONS; nobody is called)",
    title_ja: "IP電話・電話交換機の確認（SIP OPTIONS、発信しない）",
    standard: "RFC 3261 §11, RFC 3581",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known: exchanges ask their telephones the same every minute",
    audience: Audience::Seeming(&["phone", "unknown"]),
    why: "telephones and exchanges name model and firmware in one answer",
    why_ja: "電話機と交換機が、型番とファームウェアを1回の応答で名乗るため",
};

const PORT: u16 = 5060;
/// Shorter than T1's second repetition would be; nothing is repeated.
const WAIT: Duration = Duration::from_millis(900);

impl Probe for Sip {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        vec![Question::Datagram { port: PORT, payload: request(known.target.address), wait: WAIT }]
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Datagram(bytes) => match read(bytes, "SIP/2.0") {
                Came::Whole(answer, _) => Reading::answered(facts(&answer)),
                Came::Part | Came::Other => Reading::of(Outcome::OtherProtocol),
            },
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading::of(Outcome::Silent),
        }
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Datagram(device("kamailio-563-sip")), Sample::Datagram(tests::RFC.as_bytes().to_vec())]
    }
}

/// `rport` has the answer sent to where the request came from (RFC 3581 §4): our own address is not
/// known here, and `.invalid` (RFC 2606) names nobody.
fn request(address: IpAddr) -> Vec<u8> {
    let device = match SocketAddr::new(address, PORT) {
        SocketAddr::V4(_) => address.to_string(),
        SocketAddr::V6(_) => format!("[{address}]"),
    };
    let (agent, id) = (concat!("Daicho/", env!("CARGO_PKG_VERSION")), identifier::new().simple());
    format!(
        "OPTIONS sip:{device} SIP/2.0\r\nVia: SIP/2.0/UDP daicho.invalid;branch=z9hG4bK{id};rport\r\n\
Max-Forwards: 0\r\nFrom: <sip:daicho@daicho.invalid>;tag={id}\r\nTo: <sip:{device}>\r\nCall-ID: {id}@daicho.invalid\r\n\
CSeq: 1 OPTIONS\r\nAccept: application/sdp\r\nUser-Agent: {agent}\r\nContent-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

fn facts(answer: &Answer) -> Vec<Fact> {
    let agent = answer.field("user-agent").or_else(|| answer.field("server"));
    let (product, version) = agent.map_or((None, None), software::split);
    let service = Fact::Service {
        transport: Transport::Udp,
        port: PORT,
        protocol: "sip".to_owned(),
        product,
        version,
        banner: agent.map(text::bounded),
    };
    let challenge = answer.field("www-authenticate").or_else(|| answer.field("proxy-authenticate"));
    let told = [
        ("user-agent", answer.field("user-agent").map(str::to_owned)),
        ("server", answer.field("server").map(str::to_owned)),
        ("organization", answer.field("organization").map(str::to_owned)),
        ("contact", answer.field("contact").or_else(|| answer.field("m")).map(str::to_owned)),
        ("allow", answer.field("allow").map(str::to_owned)),
        ("realm", challenge.and_then(realm)),
    ];
    let told = told.into_iter().filter_map(|(key, value)| {
        Some(Fact::Attribute { source: "sip".to_owned(), key: key.to_owned(), value: value? })
    });
    [service].into_iter().chain(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3261 §11.2, with a telephone's name beside it.
    pub(super) const RFC: &str = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKhjhs8ass877;received=192.0.2.4\r\n\
To: <sip:carol@chicago.com>;tag=93810874\r\nFrom: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n\
Call-ID: a84b4c76e66710\r\nCSeq: 63104 OPTIONS\r\nContact: <sip:carol@chicago.com>\r\n\
Allow: INVITE, ACK, CANCEL, OPTIONS, BYE\r\nAccept: application/sdp\r\nUser-Agent: Yealink SIP-T46S 66.84.0.15\r\n\
Content-Length: 0\r\n\r\n";

    fn told(text: &str) -> Vec<Fact> {
        let question = Question::Datagram { port: PORT, payload: vec![], wait: WAIT };
        Sip.read(&question, Reply::Datagram(text.as_bytes())).facts
    }

    #[test]
    fn a_telephone_tells_model_firmware_and_extension() {
        let facts = told(RFC);
        assert!(matches!(&facts[0], Fact::Service { product: Some(product), version: Some(version), .. }
            if product == "Yealink SIP-T46S" && version == "66.84.0.15"));
        let contact =
            Fact::Attribute { source: "sip".into(), key: "contact".into(), value: "<sip:carol@chicago.com>".into() };
        assert!(facts.contains(&contact));
    }

    #[test]
    fn a_refusal_with_a_realm_is_an_answer() {
        let facts = told("SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"asterisk\",nonce=\"x\"\r\n\r\n");
        let realm = Fact::Attribute { source: "sip".into(), key: "realm".into(), value: "asterisk".into() };
        assert!(facts.contains(&realm));
    }

    #[test]
    fn the_request_has_what_the_standard_demands_and_goes_no_further() {
        let text = String::from_utf8(request("fe80::1".parse().unwrap())).unwrap();
        // RFC 3261 §8.1.1: these six fields are mandatory.
        for field in ["To: ", "From: ", "CSeq: 1 OPTIONS", "Call-ID: ", "Max-Forwards: 0", "Via: SIP/2.0/UDP "] {
            assert!(text.contains(&format!("\r\n{field}")), "{field} in {text}");
        }
        assert!(text.starts_with("OPTIONS sip:[fe80::1] SIP/2.0\r\n") && text.ends_with("\r\n\r\n"));
    }
}
