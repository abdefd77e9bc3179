//! Is your line up, and under which address? UPnP `InternetGatewayDevice:1`, with the actions of its services
//! `WANIPConnection`, `WANPPPConnection`, `WANCommonInterfaceConfig` and `Layer3Forwarding` that only read.

use std::net::{IpAddr, Ipv4Addr};

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::Fact;
use daicho_shared::text;

use crate::probe::identity::page::{DOCUMENT_LIMIT, Page, act};
use crate::probe::identity::told::attribute;
use crate::probe::identity::upnp_control::Place;
use crate::probe::identity::xml;
use crate::probe::{Audience, Card, Dialogue, Known, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Igd;

static CARD: Card = Card {
    name: "igd",
    title: "Is your line up, and under which address? (UPnP, reads only)",
    title_ja: "回線の状態と外側アドレスの照会（UPnP、読み取りのみ）",
    standard: "UPnP InternetGatewayDevice:1, SOAP 1.1 §6",
    packets: 10,
    level: Level::Query,
    may_upset: "nothing known: these actions only read",
    audience: Audience::Answering,
    why: "a gateway tells its address on the far side, whether its line is up, and since when",
    why_ja: "ゲートウェイは、外側のアドレスと、回線がいつから接続しているかを答えるため",
};

/// The most connections of one device that are asked.
const PLACES: usize = 4;
/// The most arguments of one answer that are kept, and the prefix of their names.
const ARGUMENTS: usize = 8;
const ARGUMENT: &str = "New";
/// Services by the name within their type, and what is asked of them first.
const ASKED: &[(&str, Action)] = &[
    (":WANIPConnection:", Action::Status),
    (":WANPPPConnection:", Action::Status),
    (":WANCommonInterfaceConfig:", Action::Sent),
    (":WANCommonInterfaceConfig:", Action::Received),
    (":Layer3Forwarding:", Action::Default),
];

/// What is asked; none of it changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Status,
    /// With what the status said: the line is up.
    Address(Option<bool>),
    Sent,
    Received,
    Default,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::Status => "GetStatusInfo",
            Self::Address(_) => "GetExternalIPAddress",
            Self::Sent => "GetTotalBytesSent",
            Self::Received => "GetTotalBytesReceived",
            Self::Default => "GetDefaultConnectionService",
        }
    }
}

impl Probe for Igd {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let IpAddr::V4(address) = known.target.address else { return vec![] };
        let places = known.facts.iter().filter_map(Place::of).take(PLACES);
        let places: Vec<Place> = places.filter(|_| known.on_link && known.setup.uplink.search).collect();
        let asked = |(name, action): &(&str, Action)| {
            let place = places.iter().find(|place| place.service.contains(name))?;
            Some(Call::new(address, place.clone(), *action).question())
        };
        ASKED.iter().filter_map(asked).collect()
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        tests::samples()
    }
}

/// One action, and what was answered.
#[derive(Debug)]
struct Call {
    address: Ipv4Addr,
    place: Place,
    action: Action,
    connected: bool,
    page: Page,
}

impl Call {
    fn new(address: Ipv4Addr, place: Place, action: Action) -> Self {
        Self { address, place, action, connected: false, page: Page::default() }
    }

    fn question(self) -> Question {
        Question::Stream { port: self.place.port, security: Security::Plain, dialogue: Box::new(self) }
    }

    /// SOAP 1.1 §6: the action as an element of the service's own namespace.
    fn envelope(&self) -> String {
        let (name, service) = (self.action.name(), &self.place.service);
        format!(
            "<?xml version=\"1.0\"?>\r\n<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body><u:{name} xmlns:u=\"{service}\"></u:{name}>\
</s:Body></s:Envelope>"
        )
    }

    /// The line's state is told together with its address: the address is asked for next.
    fn facts(&self, arguments: &[(String, String)]) -> Vec<Fact> {
        let told = arguments.iter().map(|(name, value)| attribute("igd", name, value));
        let Action::Address(connected) = self.action else { return told.collect() };
        let address = argument(arguments, "NewExternalIPAddress").and_then(|text| text.parse::<IpAddr>().ok());
        let address = address.filter(|address| !address.is_unspecified());
        vec![Fact::ExternalAddress { how: "upnp-igd".to_owned(), address, connected }]
    }

    fn next(&self, arguments: &[(String, String)]) -> Option<Question> {
        let up = argument(arguments, "NewConnectionStatus").map(|status| status == "Connected");
        let asked = || Self::new(self.address, self.place.clone(), Action::Address(up)).question();
        (self.action == Action::Status).then(asked)
    }
}

impl Dialogue for Call {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        let host = format!("{}:{}", self.address, self.place.port);
        let action = format!("{}#{}", self.place.service, self.action.name());
        Step::Send(act(&host, &self.place.path, &action, self.envelope().as_bytes()))
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        if self.page.hear(bytes, DOCUMENT_LIMIT) { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let body = self.page.body().filter(|_| self.page.head().is_some());
        let Some(arguments) = body.and_then(|body| arguments(&body, self.action.name())) else {
            return Reading::of(Outcome::OtherProtocol);
        };
        let follow = self.next(&arguments).into_iter().collect();
        Reading { follow, ..Reading::answered(self.facts(&arguments)) }
    }
}

/// The arguments of an answer to this action, or the error that stands in their place; `None` where it is neither.
fn arguments(body: &[u8], action: &str) -> Option<Vec<(String, String)>> {
    let (mut told, response) = (vec![], format!("{action}Response"));
    let is_answer = body.windows(response.len()).any(|window| window == response.as_bytes());
    xml::texts(body, |path, text| {
        let within = path.iter().any(|name| *name == response || name == "UPnPError");
        let name = path.last().filter(|name| name.starts_with(ARGUMENT) || *name == "errorCode");
        if let Some(name) = name.filter(|_| within && told.len() < ARGUMENTS) {
            told.push((text::bounded(name), text::bounded(text)));
        }
    });
    (is_answer || !told.is_empty()).then_some(told)
}

fn argument<'a>(arguments: &'a [(String, String)], wanted: &str) -> Option<&'a str> {
    arguments.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use daicho_shared::observation::Target;

    use super::*;
    use crate::probe::laws::{Sample, device};

    const IP: &str = "urn:schemas-upnp-org:service:WANIPConnection:2 43219 /ctl/IPConn";
    const COMMON: &str = "urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1 43219 /ctl/CmnIfCfg";
    const FORWARDING: &str = "urn:schemas-upnp-org:service:Layer3Forwarding:1 43219 /ctl/L3F";

    pub(super) fn samples() -> Vec<Sample> {
        let known = |place: &str| vec![attribute("upnp", "control", place)];
        vec![
            Sample::Told(known(IP), device("miniupnpd-231-igd-status")),
            Sample::Told(known(COMMON), device("miniupnpd-231-igd-sent")),
            Sample::Told(known(FORWARDING), device("miniupnpd-231-igd-default")),
        ]
    }

    fn asked(facts: &[Fact]) -> Vec<Question> {
        let (target, open) = (Target { address: [10, 77, 0, 16].into(), mac: None, interface: None }, BTreeSet::new());
        Igd.ask(&Known { on_link: true, facts, ..Known::of(&target, &open) })
    }

    fn said(question: Question, answer: &[u8]) -> Reading {
        let Question::Stream { mut dialogue, port: 43219, .. } = question else { panic!("{question:?}") };
        dialogue.open(None);
        dialogue.hear(answer);
        dialogue.close()
    }

    #[test]
    fn only_what_reads_is_asked() {
        let facts = [IP, COMMON, FORWARDING].map(|place| attribute("upnp", "control", place));
        let requests = asked(&facts).into_iter().map(|question| {
            let Question::Stream { mut dialogue, .. } = question else { panic!("{question:?}") };
            let Step::Send(bytes) = dialogue.open(None) else { panic!() };
            String::from_utf8(bytes).unwrap()
        });
        let requests: Vec<String> = requests.collect();
        assert_eq!(requests.len(), 4);
        assert!(requests[0].starts_with("POST /ctl/IPConn HTTP/1.1\r\nHost: 10.77.0.16:43219\r\n"));
        assert!(requests.iter().all(|request| request.contains("#Get") && request.contains("</u:Get")));
        assert!(asked(&[]).is_empty());
    }

    #[test]
    fn a_line_that_is_up_tells_its_address() {
        for (answer, address) in [("address", Some([5, 104, 99, 77].into())), ("address-cgnat", None)] {
            let mut status =
                said(asked(&[attribute("upnp", "control", IP)]).remove(0), &device("miniupnpd-231-igd-status"));
            assert!(status.facts.contains(&attribute("igd", "NewConnectionStatus", "Connected")), "{status:?}");
            let reading = said(status.follow.remove(0), &device(&format!("miniupnpd-231-igd-{answer}")));
            let expected = Fact::ExternalAddress { how: "upnp-igd".into(), address, connected: Some(true) };
            assert_eq!(reading.facts, [expected], "{answer}");
        }
    }

    #[test]
    fn an_error_is_an_answer_and_a_page_is_none() {
        let fault = b"HTTP/1.1 500 Internal Server Error\r\n\r\n<s:Envelope><s:Body><s:Fault><detail><UPnPError>\
<errorCode>401</errorCode></UPnPError></detail></s:Fault></s:Body></s:Envelope>";
        let question = || asked(&[attribute("upnp", "control", IP)]).remove(0);
        let reading = said(question(), fault);
        assert!(reading.facts.contains(&attribute("igd", "errorCode", "401")), "{reading:?}");
        assert_eq!(reading.follow.len(), 1);
        let page = said(question(), b"HTTP/1.1 200 OK\r\n\r\n<html><title>x</title></html>");
        assert_eq!((page.outcome, page.follow.len()), (Some(Outcome::OtherProtocol), 0));
    }
}
