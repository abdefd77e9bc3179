//! Who hands out addresses here, and where does it send people? DHCP: an INFORM (RFC 2131 §3.4), for which a
//! server keeps nothing, then a DISCOVER (§3.1). What is offered is never requested.

use std::net::Ipv4Addr;
use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;
use daicho_shared::text;

use super::packet::{Way, datagram, scrambled};
use crate::probe::identity::told::attribute;
use crate::probe::listen::dhcp_message::{
    CLIENT_ADDRESS, CLIENT_PORT, COOKIE, END, ETHERNET, FLAGS, HARDWARE, MAGIC, Message, REPLY, REQUEST, SERVER_PORT,
    TRANSACTION,
};
use crate::probe::listen::frame::{Datagram, Frame, address, long};
use crate::probe::{Audience, Card, Heard, Level, Link, Probe, Question};

/// The probe.
#[derive(Debug)]
pub struct DhcpServer;

static CARD: Card = Card {
    name: "dhcp-server",
    title: "Who hands out addresses? (one DHCPINFORM, one DHCPDISCOVER; nothing is requested)",
    title_ja: "アドレスを配布している機器の確認（DHCP、取得はしない）",
    standard: "RFC 2131 §3.1, §3.4, RFC 2132",
    packets: 1,
    level: Level::Presence,
    may_upset: "a server may keep one address aside for a minute; it is the same one in every run",
    audience: Audience::Everybody,
    why: "a router that nobody knows of hands out addresses, and with them a way out",
    why_ja: "把握されていないルータは、アドレスとともに外への出口を配るため",
};

/// A server may look for three seconds whether somebody has the address that it is about to offer.
const WAIT: Duration = Duration::from_millis(6500);
/// It does not leave the link: relays take it, routers do not.
const ONE_HOP: u8 = 1;
/// Answers are broadcast (RFC 2131 §2, bit B): an address of another network could not reach us otherwise.
const BROADCAST: u8 = 0x80;
/// Options and messages of RFC 2132 §9.6.
const MESSAGE: u8 = 53;
const DISCOVER: u8 = 1;
const OFFER: u8 = 2;
const ACK: u8 = 5;
const INFORM: u8 = 8;
const MASK: u8 = 1;
const ROUTERS: u8 = 3;
const RESOLVERS: u8 = 6;
const DOMAIN: u8 = 15;
const LEASE: u8 = 51;
const SERVER: u8 = 54;
const PARAMETERS: u8 = 55;
const CLIENT: u8 = 61;
/// Where a proxy's settings lie: draft-ietf-wrec-wpad-01 §4.4.1.
const WPAD: u8 = 252;
/// The most addresses of one list that are read.
const LISTED: usize = 8;
/// The shortest message that every relay and server takes (RFC 1542 §2.1).
const LEAST: usize = 300;

impl Probe for DhcpServer {
    fn card(&self) -> &'static Card {
        &CARD
    }

    /// Only where the operating system will not refuse what is answered.
    fn seek(&self, link: &Link) -> Vec<Question> {
        let Some(own) = link.ipv4().filter(|_| link.held.contains(&CLIENT_PORT)) else { return vec![] };
        let calls = [(INFORM, own.addr()), (DISCOVER, Ipv4Addr::UNSPECIFIED)];
        let frames = calls.into_iter().filter_map(|(kind, client)| question(link.mac, client, kind));
        frames.map(|bytes| Question::Exchange { bytes, wait: WAIT }).collect()
    }

    fn answer(&self, sent: &[u8], frame: &[u8]) -> Option<Heard> {
        let asked = Frame::read(sent)?.datagram()?;
        let asked = Message::read(asked.data)?;
        let (heard, message) = answer(frame)?;
        let is_ours = message.transaction == asked.transaction && message.hardware == asked.hardware;
        let facts = is_ours.then(|| told(&message))??;
        Some(Heard { address: Some(heard.packet.source), mac: Some(heard.packet.frame.from), facts })
    }

    /// What is said to others, whoever asked. The sender need not be of this network.
    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let (heard, message) = answer(frame)?;
        let ours = [INFORM, DISCOVER].map(|kind| transaction(message.hardware, kind));
        let to_others = heard.packet.stays_on_link() && !ours.contains(&message.transaction);
        Some(heard.packet.frame.heard(to_others.then(|| told(&message))??))
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        let asked = |kind, client| question(tests::SCANNER, client, kind).unwrap_or_default();
        let inform = asked(INFORM, tests::OWN);
        let discover = asked(DISCOVER, Ipv4Addr::UNSPECIFIED);
        vec![
            Sample::Exchange(inform, device("dnsmasq-290-dhcp-ack")),
            Sample::Exchange(discover, device("dnsmasq-290-dhcp-offer")),
            Sample::Frame(device("dnsmasq-290-dhcp-offer-to-busybox")),
        ]
    }
}

/// The same in every run, so that a server takes it for the same client's; others cannot profit from knowing it.
fn transaction(mac: Mac, kind: u8) -> u32 {
    let number = scrambled(u64::from(kind), &mac.0).to_be_bytes();
    long(&number, 0).unwrap_or_default()
}

/// One message of this kind, as a broadcast frame.
fn question(mac: Mac, client: Ipv4Addr, kind: u8) -> Option<Vec<u8>> {
    let mut message = vec![0; COOKIE];
    message[0] = REQUEST;
    message[1..3].copy_from_slice(&ETHERNET);
    message[TRANSACTION..TRANSACTION + 4].copy_from_slice(&transaction(mac, kind).to_be_bytes());
    message[FLAGS] = BROADCAST;
    message[CLIENT_ADDRESS..CLIENT_ADDRESS + 4].copy_from_slice(&client.octets());
    message[HARDWARE..HARDWARE + 6].copy_from_slice(&mac.0);
    message.extend(MAGIC);
    message.extend([MESSAGE, 1, kind, CLIENT, 7, ETHERNET[0]]);
    message.extend(mac.0);
    let wanted = [MASK, ROUTERS, RESOLVERS, DOMAIN, LEASE, SERVER, WPAD];
    message.extend([PARAMETERS, 7]);
    message.extend(wanted);
    message.push(END);
    message.resize(LEAST.max(message.len()), 0);
    let (macs, addresses) = ((mac, Mac::BROADCAST), (client, Ipv4Addr::BROADCAST));
    datagram(Way { macs, addresses, ttl: ONE_HOP, id: 0 }, (CLIENT_PORT, SERVER_PORT), &message)
}

/// What a server, or a relay for it, says to a client.
fn answer(frame: &[u8]) -> Option<(Datagram<'_>, Message<'_>)> {
    let datagram = Frame::read(frame)?.datagram()?;
    let message = Message::read(datagram.data)?;
    let is_reply = message.operation == REPLY && (datagram.from_port, datagram.to_port) == (SERVER_PORT, CLIENT_PORT);
    is_reply.then_some((datagram, message))
}

/// What came through a relay was handed out by its server, which is no neighbour.
fn told(message: &Message<'_>) -> Option<Vec<Fact>> {
    let kind = match message.get(MESSAGE)? {
        [OFFER] => "offer",
        [ACK] => "ack",
        _ => return None,
    };
    let one = |code| Some(message.get(code)?).filter(|value| value.len() == 4).and_then(address);
    let list = |code| {
        let octets = message.get(code).unwrap_or_default().chunks_exact(4);
        octets.take(LISTED).filter_map(address).collect()
    };
    let words = |code| message.get(code).map(text::bounded_bytes).filter(|text| !text.is_empty());
    let mask = message.get(MASK).and_then(|value| long(value, 0)).map(Ipv4Addr::from);
    let server = Fact::DhcpServer {
        message: kind.to_owned(),
        server: one(SERVER),
        offered: Some(message.offered).filter(|address| !address.is_unspecified()).map(Into::into),
        prefix_length: mask.and_then(|mask| ipnet::ipv4_mask_to_prefix(mask).ok()),
        routers: list(ROUTERS),
        resolvers: list(RESOLVERS),
        domain: words(DOMAIN),
        wpad: words(WPAD),
    };
    let relay = message.is_relayed().then(|| attribute("dhcp", "relay", message.relay.to_string()));
    Some(std::iter::once(server).chain(relay).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::laws::device;

    pub(super) const SCANNER: Mac = Mac([2, 0, 0, 0, 0, 5]);
    pub(super) const OWN: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);

    fn sent(kind: u8, client: Ipv4Addr) -> Vec<u8> {
        question(SCANNER, client, kind).unwrap()
    }

    fn server(heard: &Heard) -> String {
        format!("{:?} {:?} {:?}", heard.address, heard.mac, heard.facts)
    }

    #[test]
    fn what_is_asked_is_a_broadcast_of_our_own_that_requests_nothing() {
        let mut link = Link::new("lan0", SCANNER, vec!["10.77.0.1/24".parse().unwrap()]);
        assert!(DhcpServer.seek(&link).is_empty(), "the kernel would refuse the answers");
        link.held.insert(CLIENT_PORT);
        let calls = DhcpServer.seek(&link);
        let asked = calls.iter().map(|call| {
            let Question::Exchange { bytes, .. } = call else { panic!() };
            let datagram = Frame::read(bytes).and_then(Frame::datagram).unwrap();
            let message = Message::read(datagram.data).unwrap();
            assert_eq!((message.hardware, datagram.packet.frame.from), (SCANNER, SCANNER));
            assert_eq!((datagram.packet.frame.to, datagram.packet.hops), (Mac::BROADCAST, ONE_HOP));
            (message.get(MESSAGE).unwrap()[0], message.client, message.get(CLIENT).map(<[u8]>::to_vec))
        });
        let client = Some(vec![1, 2, 0, 0, 0, 0, 5]);
        let expected = [(INFORM, OWN, client.clone()), (DISCOVER, Ipv4Addr::UNSPECIFIED, client)];
        assert_eq!(asked.collect::<Vec<_>>(), expected);
        assert_ne!(transaction(SCANNER, INFORM), transaction(SCANNER, DISCOVER));
    }

    #[test]
    fn an_inform_is_answered_with_settings_and_no_address() {
        let heard = DhcpServer.answer(&sent(INFORM, OWN), &device("dnsmasq-290-dhcp-ack")).unwrap();
        let expected = Fact::DhcpServer {
            message: "ack".into(),
            server: Some([10, 77, 0, 17].into()),
            offered: None,
            prefix_length: Some(24),
            routers: vec![[10, 77, 0, 17].into()],
            resolvers: vec![[10, 77, 0, 17].into()],
            domain: Some("hosp.example".into()),
            wpad: Some("http://wpad.hosp.example/wpad.dat".into()),
        };
        assert_eq!((heard.address, heard.facts), (Some([10, 77, 0, 17].into()), vec![expected]));
    }

    #[test]
    fn a_server_of_another_network_counts_and_is_known_by_its_frame() {
        let offer = device("dnsmasq-290-dhcp-offer");
        let heard = DhcpServer.answer(&sent(DISCOVER, Ipv4Addr::UNSPECIFIED), &offer).unwrap();
        let told = server(&heard);
        for wanted in ["192.168.8.1", "\"offer\"", "192.168.8.109", "8.8.8.8"] {
            assert!(told.contains(wanted), "{wanted}: {told}");
        }
        assert_eq!(heard.mac.map(|mac| mac.0.to_vec()).as_deref(), Some(&offer[6..12]));
    }

    #[test]
    fn an_answer_to_something_else_is_none_of_ours_and_ours_is_not_heard_twice() {
        let discover = sent(DISCOVER, Ipv4Addr::UNSPECIFIED);
        let others = device("dnsmasq-290-dhcp-offer-to-busybox");
        assert_eq!(DhcpServer.answer(&discover, &device("dnsmasq-290-dhcp-ack")), None);
        assert_eq!(DhcpServer.answer(&discover, &others), None);
        assert_eq!(DhcpServer.hear(&device("dnsmasq-290-dhcp-offer")), None);
        assert!(server(&DhcpServer.hear(&others).unwrap()).contains("10.77.0.104"));
    }

    #[test]
    fn a_relay_says_that_it_is_none() {
        const RELAY_AT: usize = 14 + 20 + 8 + 24;
        let mut ack = device("dnsmasq-290-dhcp-ack");
        ack[RELAY_AT..RELAY_AT + 4].copy_from_slice(&[10, 77, 0, 254]);
        let heard = DhcpServer.answer(&sent(INFORM, OWN), &ack).unwrap();
        assert!(heard.facts.contains(&attribute("dhcp", "relay", "10.77.0.254")), "{heard:?}");
    }
}
