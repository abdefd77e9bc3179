//! A small router's services: DHCP (RFC 2131), NAT-PMP (RFC 6886), PCP (RFC 6887), RIP (RFC 2453), the upstream servers
//! of dnsmasq, and the reading actions of a `UPnP` gateway.

use std::net::Ipv4Addr;

use simple_dns::rdata::{RData, TXT};
use simple_dns::{CLASS, Packet, ResourceRecord};

use super::posted::{self, Came, Request};
use super::{Asked, Say, Talk, http};
use crate::description::Gateway;

const DHCP: u16 = 67;
const DNS: u16 = 53;
const RIP: u16 = 520;
const NAT_PMP: u16 = 5351;
const WAN: &str = "urn:schemas-upnp-org:service:WANIPConnection:1";
/// Where it is controlled.
const PLACE: &str = "/ctl/wan";

/// The answers to a datagram; `None` where it is for nothing of a gateway.
pub fn answer(gateway: &Gateway, asked: &Asked, data: &[u8]) -> Option<Vec<u8>> {
    match asked.port {
        DHCP => dhcp(gateway, data),
        DNS if !asked.group => upstream(gateway, data),
        RIP if asked.from_port == RIP => routes(gateway, data),
        NAT_PMP if !asked.group => mapping(gateway, data),
        _ => None,
    }
}

/// An INFORM is acknowledged without an address, a DISCOVER answered with the offer of one.
fn dhcp(gateway: &Gateway, data: &[u8]) -> Option<Vec<u8>> {
    const COOKIE: usize = 236;
    let network = gateway.offers?;
    let kind = data.get(COOKIE + 4..)?.windows(3).find(|option| option[..2] == [53, 1])?[2];
    let (said, offered) = match kind {
        1 => (2, network.hosts().nth(99).unwrap_or(Ipv4Addr::UNSPECIFIED)),
        8 => (5, Ipv4Addr::UNSPECIFIED),
        _ => return None,
    };
    let own = network.hosts().next()?.octets();
    let mut reply = data[..COOKIE + 4].to_vec();
    reply[0] = 2;
    reply[16..20].copy_from_slice(&offered.octets());
    let resolvers: Vec<u8> = gateway.resolvers.iter().take(4).flat_map(Ipv4Addr::octets).collect();
    let mask = network.netmask().octets();
    for (code, value) in [(53, &[said][..]), (54, &own), (1, &mask), (3, &own), (6, &resolvers)] {
        reply.extend([code, u8::try_from(value.len()).unwrap_or(0)]);
        reply.extend(value);
    }
    reply.push(255);
    Some(reply)
}

/// The strings of `servers.bind` in the class CHAOS; other names are somebody else's business.
fn upstream(gateway: &Gateway, data: &[u8]) -> Option<Vec<u8>> {
    let query = Packet::parse(data).ok()?;
    let question = query.questions.first().filter(|question| question.qname.to_string() == "servers.bind")?;
    let mut texts = TXT::new();
    for text in &gateway.upstream {
        texts.add_string(text).ok()?;
    }
    let mut reply = Packet::new_reply(query.id());
    reply.answers.push(ResourceRecord::new(question.qname.clone(), CLASS::CH, 0, RData::TXT(texts)));
    reply.build_bytes_vec().ok().filter(|_| !gateway.upstream.is_empty())
}

/// A request for everything is answered with everything.
fn routes(gateway: &Gateway, data: &[u8]) -> Option<Vec<u8>> {
    let everything = data.starts_with(&[1, 2, 0, 0, 0, 0]) && data.ends_with(&[0, 0, 0, 16]);
    let entry = |network: &ipnet::Ipv4Net| {
        [&[0, 2, 0, 0], &network.network().octets()[..], &network.netmask().octets(), &[0; 7], &[1]].concat()
    };
    let entries: Vec<u8> = gateway.routes.iter().flat_map(entry).collect();
    (everything && !entries.is_empty()).then(|| [&[2, 2, 0, 0], entries.as_slice()].concat())
}

/// NAT-PMP's external address (3: there is none), and PCP's announcement.
fn mapping(gateway: &Gateway, data: &[u8]) -> Option<Vec<u8>> {
    match (data, gateway.external) {
        ([0, 0], Some(address)) => Some([&[0, 128, 0, 0, 0, 0, 0, 9], &address.octets()[..]].concat()),
        ([0, 0], None) => Some(vec![0, 128, 0, 3, 0, 0, 0, 9, 0, 0, 0, 0]),
        ([2, 0, ..], _) if data.len() == 24 => Some([&[2, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9][..], &[0; 12]].concat()),
        _ => None,
    }
}

/// What a description says of the services, for its end.
pub fn services() -> String {
    format!(
        "<serviceList><service><serviceType>{WAN}</serviceType><serviceId>x</serviceId><SCPDURL>/wan.xml</SCPDURL>\
         <controlURL>{PLACE}</controlURL><eventSubURL>/evt/wan</eventSubURL></service></serviceList>"
    )
}

/// The control of the services, beside a page.
#[derive(Debug)]
pub struct Control {
    external: Option<Ipv4Addr>,
    page: http::Page,
    heard: Vec<u8>,
    complaint: Option<String>,
}

impl Control {
    /// For one connection; `page` answers everything else.
    pub fn new(gateway: &Gateway, page: http::Page) -> Self {
        Self { external: gateway.external, page, heard: vec![], complaint: None }
    }

    /// Only reading is allowed; whatever else is asked is an incident.
    fn act(&mut self, request: &Request) -> Vec<u8> {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let external = self.external.map(|address| address.to_string()).unwrap_or_default();
        let (action, arguments) = if body.contains("<u:GetStatusInfo ") {
            let up = "<NewConnectionStatus>Connected</NewConnectionStatus><NewUptime>86400</NewUptime>";
            ("GetStatusInfo", up.to_owned())
        } else if body.contains("<u:GetExternalIPAddress ") {
            ("GetExternalIPAddress", format!("<NewExternalIPAddress>{external}</NewExternalIPAddress>"))
        } else {
            self.complaint = Some("an action that is none of the reading ones".to_owned());
            return posted::answer("500 Internal Server Error", "", "text/xml", b"<errorCode>401</errorCode>");
        };
        let answer = format!(
            "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
             <u:{action}Response xmlns:u=\"{WAN}\">{arguments}</u:{action}Response></s:Body></s:Envelope>"
        );
        posted::answer("200 OK", "", "text/xml; charset=\"utf-8\"", answer.as_bytes())
    }
}

impl Talk for Control {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        match posted::read(&self.heard) {
            Came::Part => Say::default(),
            Came::Whole(request) if request.path == PLACE => Say::last(self.act(&request)),
            Came::Whole(_) | Came::Wrong => self.page.hear(&self.heard),
        }
    }

    fn complaint(&mut self) -> Option<String> {
        self.complaint.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway() -> Gateway {
        Gateway {
            external: Some([203, 0, 113, 7].into()),
            offers: Some("192.168.8.0/24".parse().unwrap()),
            resolvers: vec![[8, 8, 8, 8].into()],
            upstream: vec!["8.8.8.8#53 12 0".into()],
            routes: vec!["0.0.0.0/0".parse().unwrap()],
        }
    }

    fn asked(port: u16) -> Asked {
        Asked { port, from_port: port, group: false, own: [10, 10, 0, 9].into() }
    }

    #[test]
    fn an_address_is_offered_and_none_is_given() {
        let message = |kind: u8| [&[1; 236][..], &[99, 130, 83, 99, 53, 1, kind, 255]].concat();
        let offer = answer(&gateway(), &asked(DHCP), &message(1)).unwrap();
        assert_eq!((offer[0], &offer[16..20], &offer[240..243]), (2, &[192, 168, 8, 100][..], &[53, 1, 2][..]));
        let told = answer(&gateway(), &asked(DHCP), &message(8)).unwrap();
        assert_eq!((&told[16..20], told[242]), (&[0; 4][..], 5));
        assert_eq!(answer(&gateway(), &asked(DHCP), &message(3)), None, "a request");
    }

    #[test]
    fn the_far_side_is_told_where_there_is_one() {
        assert!(answer(&gateway(), &asked(NAT_PMP), &[0, 0]).unwrap().ends_with(&[203, 0, 113, 7]));
        let behind = Gateway { external: None, ..gateway() };
        assert_eq!(answer(&behind, &asked(NAT_PMP), &[0, 0]).unwrap()[3], 3);
        assert_eq!(answer(&gateway(), &asked(NAT_PMP), &[0, 1, 0, 0]), None, "a mapping");
    }

    #[test]
    fn what_changes_something_is_an_incident() {
        let page = || http::Page::new(crate::description::Http::default(), None);
        let said = |body: &str| {
            let mut control = Control::new(&gateway(), page());
            let length = body.len();
            let request = format!(
                "POST /ctl/wan HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: {length}\r\n\r\n{body}"
            );
            let said = control.hear(request.as_bytes());
            (String::from_utf8_lossy(&said.octets).into_owned(), control.complaint())
        };
        let (told, complaint) = said("<u:GetExternalIPAddress xmlns:u=\"x\"></u:GetExternalIPAddress>");
        assert!(told.contains("203.0.113.7") && complaint.is_none(), "{told}");
        assert!(said("<u:AddPortMapping xmlns:u=\"x\"></u:AddPortMapping>").1.is_some());
    }
}
