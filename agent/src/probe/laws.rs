//! Laws for every registered probe: samples end in facts; nothing that comes over the wire panics; a
//! stream cut anywhere says the same; nobody speaks where no payload may go.

use std::collections::{BTreeSet, HashSet};
use std::net::Ipv4Addr;
use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;
use daicho_shared::knowledge::ports::{Ports, Profile, prints_raw};
use daicho_shared::observation::Target;
use proptest::prelude::*;

use super::identity::{mdns, netbios, reverse_dns, snmp, ssdp, ssh};
use super::presence::arp;
use super::{Known, Level, Link, PROBES, Probe, Question, Reply, Security, Step, named};

/// An answer to a probe, real or realistic, for the laws.
#[derive(Debug, Clone)]
pub enum Sample {
    /// One datagram.
    Datagram(Vec<u8>),
    /// A whole stream at a TCP port for which the probe speaks.
    Stream(u16, Vec<u8>),
    /// A whole stream in answer to what the probe asks of a device that has this TCP port open.
    Asked(u16, Vec<u8>),
    /// A whole stream in answer to what the probe asks of a device of which this is known.
    Told(Vec<Fact>, Vec<u8>),
    /// A frame that is heard.
    Frame(Vec<u8>),
    /// A frame of the probe's own, and one that answers it.
    Exchange(Vec<u8>, Vec<u8>),
}

/// Where a stream comes from.
#[derive(Debug, Clone, Copy)]
enum Talk {
    /// The dialogue of the first probe that speaks at this port.
    Spoken(u16),
    /// The dialogue of a question to a device that has this port open.
    Asked(&'static dyn Probe, u16),
    /// The dialogue of a question to a device of which this is known.
    Told(&'static dyn Probe, &'static [Fact]),
}

impl From<u16> for Talk {
    fn from(port: u16) -> Self {
        Self::Spoken(port)
    }
}

impl Talk {
    fn question(self) -> Question {
        let (probe, open, facts): (_, BTreeSet<u16>, &[Fact]) = match self {
            Self::Spoken(port) => return PROBES.iter().find_map(|probe| probe.speak(port)).unwrap(),
            Self::Asked(probe, port) => (probe, BTreeSet::from([port]), &[]),
            Self::Told(probe, facts) => (probe, BTreeSet::new(), facts),
        };
        let target = Target { address: [10, 1, 0, 9].into(), mac: None, interface: None };
        let known = Known { on_link: true, resolver: true, snmp: true, facts, ..Known::of(&target, &open) };
        probe.ask(&known).remove(0)
    }
}

/// The datagrams of every probe.
fn datagrams() -> Vec<(&'static str, Vec<u8>)> {
    let own =
        PROBES.iter().flat_map(|probe| probe.samples().into_iter().map(move |sample| (probe.card().name, sample)));
    let own = own.filter_map(|(name, sample)| match sample {
        Sample::Datagram(bytes) => Some((name, bytes)),
        _ => None,
    });
    own.chain(old_datagrams()).collect()
}

fn old_datagrams() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("reverse-dns", reverse_dns::sample()),
        ("netbios", netbios::sample()),
        ("mdns", mdns::sample()),
        ("ssdp", ssdp::SAMPLE.as_bytes().to_vec()),
    ]
}

/// Octets that a real program sent, from `tests/devices/NAME.hex`, where the first line says which.
pub(crate) fn device(name: &str) -> Vec<u8> {
    let path = format!("{}/../tests/devices/{name}.hex", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    hex::decode(text.lines().filter(|line| !line.starts_with('#')).collect::<String>()).unwrap()
}

/// What real programs answered to a datagram, by probe.
const ANSWERED: &[(&str, &str)] = &[
    ("netbios", "samba-nmbd-netbios"),
    ("netbios", "samba-nmbd-query-netbios"),
    ("mdns", "avahi-08-mdns"),
    ("mdns", "avahi-08-mdns-ipp"),
    ("ssdp", "miniupnpd-231-ssdp"),
    ("reverse-dns", "dnsmasq-290-reverse-dns"),
];

/// Realistic streams.
fn streams() -> Vec<(Talk, Vec<u8>)> {
    let real = [
        (22, "openssh-ed25519-ssh"),
        (22, "openssh-group14-ssh"),
        (80, "nginx-122-http"),
        (80, "nginx-122-http-login"),
        (80, "nginx-122-http-tls-port"),
    ];
    let real = real.into_iter().map(|(port, name)| (port, device(name)));
    let spoken = real.chain(made()).map(|(port, bytes)| (Talk::Spoken(port), bytes));
    let own = PROBES.iter().flat_map(|probe| probe.samples().into_iter().map(move |sample| (*probe, sample)));
    let own = own.filter_map(|(probe, sample)| match sample {
        Sample::Stream(port, bytes) => Some((Talk::Spoken(port), bytes)),
        Sample::Asked(port, bytes) => Some((Talk::Asked(probe, port), bytes)),
        Sample::Told(facts, bytes) => Some((Talk::Told(probe, facts.leak()), bytes)),
        _ => None,
    });
    spoken.chain(own).collect()
}

fn made() -> Vec<(u16, Vec<u8>)> {
    let page = b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n\r\n<html><title>PACS</title></html>".to_vec();
    vec![(22, ssh::sample()), (80, page), (21, b"220 ready\r\n".to_vec()), (23, b"\xff\xfd\x01login: \n".to_vec())]
}

fn frames() -> Vec<Vec<u8>> {
    let host = (Mac([0, 0x80, 0xa3, 1, 2, 3]), Ipv4Addr::new(10, 1, 0, 9));
    let real = ["linux-618-arp", "linux-618-neighbour-echo", "linux-618-neighbour-router"].map(device);
    let made = arp::reply(host, (Mac([2, 0, 0, 0, 0, 5]), Ipv4Addr::new(10, 1, 0, 5)));
    let own = PROBES.iter().flat_map(|probe| probe.samples()).filter_map(|sample| match sample {
        Sample::Frame(bytes) => Some(bytes),
        _ => None,
    });
    real.into_iter().chain([made]).chain(own).collect()
}

/// Frames of probes' own, with their answers.
fn exchanges() -> Vec<(&'static dyn Probe, Vec<u8>, Vec<u8>)> {
    let own = PROBES.iter().flat_map(|probe| probe.samples().into_iter().map(move |sample| (*probe, sample)));
    let own = own.filter_map(|(probe, sample)| match sample {
        Sample::Exchange(sent, answer) => Some((probe, sent, answer)),
        _ => None,
    });
    own.collect()
}

#[test]
fn an_answer_to_a_frame_ends_in_facts_and_belongs_to_that_frame_alone() {
    let all = exchanges();
    assert!(all.len() >= 4);
    for (probe, sent, answer) in &all {
        let heard = probe.answer(sent, answer).unwrap_or_else(|| panic!("{}", probe.card().name));
        assert!(!heard.facts.is_empty() && heard.mac.is_some(), "{}", probe.card().name);
        assert_eq!(probe.answer(sent, sent), None, "{} answers itself", probe.card().name);
        for (other, foreign, _) in all.iter().filter(|(other, ..)| other.card().name != probe.card().name) {
            assert_eq!(probe.answer(foreign, answer), None, "{} {}", probe.card().name, other.card().name);
        }
    }
}

fn datagram_question() -> Question {
    Question::Datagram { port: 1, payload: vec![], wait: Duration::ZERO }
}

/// What a stream that arrives in these pieces says.
fn told(talk: impl Into<Talk>, pieces: &[&[u8]]) -> String {
    let talk = talk.into();
    let Question::Stream { mut dialogue, .. } = talk.question() else { panic!("{talk:?} is no stream") };
    let mut step = dialogue.open(None);
    for piece in pieces {
        if step == Step::Done {
            break;
        }
        step = dialogue.hear(piece);
    }
    let reading = dialogue.close();
    format!("{:?} {:?}", reading.outcome, reading.facts)
}

#[test]
fn every_card_is_filled_and_names_are_unique() {
    let mut names = HashSet::new();
    for probe in PROBES {
        let card = probe.card();
        assert!(names.insert(card.name), "{} twice", card.name);
        for text in [card.name, card.title, card.title_ja, card.standard, card.may_upset, card.why, card.why_ja] {
            assert!(!text.is_empty(), "{}", card.name);
        }
        assert!(
            card.level == Level::Listen || (1..=10).contains(&card.packets),
            "{} does not fit in a second",
            card.name
        );
    }
}

#[test]
fn what_real_programs_answered_ends_in_facts() {
    for (probe, name) in ANSWERED {
        let reading = named(probe).unwrap().read(&datagram_question(), Reply::Datagram(&device(name)));
        assert!(!reading.facts.is_empty(), "{name}");
    }
    for key in ["openssh-ed25519-ssh", "openssh-group14-ssh"] {
        assert!(told(22, &[&device(key)]).contains("HostKey"), "{key}: {}", told(22, &[&device(key)]));
    }
    assert!(told(80, &[&device("nginx-122-http-login")]).contains("realm: Some"));
    let none = named("reverse-dns")
        .unwrap()
        .read(&datagram_question(), Reply::Datagram(&device("dnsmasq-290-reverse-dns-none")));
    assert!(none.facts.is_empty(), "a refusal names nobody");
}

#[test]
fn samples_end_in_facts() {
    for (name, bytes) in datagrams() {
        let reading = named(name).unwrap().read(&datagram_question(), Reply::Datagram(&bytes));
        assert!(!reading.facts.is_empty(), "{name}");
    }
    for (talk, bytes) in streams() {
        assert!(told(talk, &[&bytes]).contains("Answered"), "{talk:?}: {}", told(talk, &[&bytes]));
    }
    for frame in frames() {
        assert!(PROBES.iter().any(|probe| probe.hear(&frame).is_some()));
    }
    let variables = snmp::sample();
    let reply = Reply::Variables { variables: &variables, version: "v2c", more: false };
    for probe in PROBES.iter().filter(|probe| probe.card().name.starts_with("snmp") && probe.samples().is_empty()) {
        assert!(!probe.read(&datagram_question(), reply).facts.is_empty(), "{}", probe.card().name);
    }
}

#[test]
fn a_stream_cut_anywhere_says_the_same() {
    for (talk, bytes) in streams() {
        let whole = told(talk, &[&bytes]);
        for cut in 0..bytes.len() {
            assert_eq!(told(talk, &[&bytes[..cut], &bytes[cut..]]), whole, "{talk:?} cut at {cut}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(told(talk, &single), whole, "{talk:?} octet by octet");
    }
}

#[test]
fn nobody_speaks_where_no_payload_may_go() {
    for row in Ports::builtin().asked_by(Profile::Fast) {
        let speaker = PROBES.iter().find(|probe| probe.speak(row.port).is_some());
        let verifies = speaker.is_none_or(|probe| probe.card().level <= Level::Verify);
        assert!(!(speaker.is_some() && (!row.payload || prints_raw(row.port))), "port {}", row.port);
        assert!(verifies || !row.fragile, "port {}", row.port);
    }
}

#[test]
fn not_one_octet_goes_to_an_hl7_interface() {
    let rows = Ports::builtin();
    let rows: Vec<_> = rows.asked_by(Profile::Fast).filter(|row| row.class == "medical.hl7").collect();
    assert!(rows.len() >= 3);
    for row in rows {
        let question = PROBES.iter().find_map(|probe| probe.speak(row.port));
        let Some(Question::Stream { mut dialogue, security, .. }) = question else { panic!("{}", row.port) };
        // Inside TLS, a handshake shows the certificate; it goes only where TLS is known to be.
        assert!(security == Security::Plain || row.name.contains("TLS"), "{}", row.name);
        let heard: [&[u8]; 4] = [b"", b"\x0bMSH|^~\\&|LIS\x1c\r", b"login: ", &[7; 4096]];
        let mut steps = vec![dialogue.open(None)];
        steps.extend(heard.iter().map(|bytes| dialogue.hear(bytes)));
        assert!(steps.iter().all(|step| matches!(step, Step::Listen | Step::Done)), "{}: {steps:?}", row.port);
        assert_eq!(dialogue.farewell(), None);
    }
}

#[test]
fn a_device_that_gets_presence_only_is_asked_nothing_else() {
    let target = Target { address: [10, 1, 0, 9].into(), mac: None, interface: None };
    let open = BTreeSet::new();
    let known = Known { on_link: true, resolver: true, snmp: true, ..Known::of(&target, &open) };
    for probe in PROBES.iter().filter(|probe| probe.card().level <= Level::Presence) {
        let questions = probe.ask(&known);
        let harmless = |question: &Question| {
            matches!(question, Question::Resolve { .. } | Question::Frame { .. } | Question::Exchange { .. })
        };
        assert!(questions.iter().all(harmless), "{}", probe.card().name);
    }
}

#[test]
fn a_call_is_two_datagrams_or_frames_at_most() {
    let addresses = vec!["10.1.0.5/24".parse().unwrap(), "fe80::5/64".parse().unwrap()];
    let mut link = Link::new("lan0", Mac([2, 0, 0, 0, 0, 5]), addresses);
    link.held = (0..u16::MAX).collect();
    let calls =
        || PROBES.iter().map(|probe| [probe.call(&link), probe.seek(&link)].into_iter().flatten().collect::<Vec<_>>());
    assert!(calls().all(|calls| calls.len() <= 2));
    let single = |question: &Question| {
        matches!(question, Question::Frame { .. } | Question::Exchange { .. } | Question::Multicast { .. })
    };
    assert!(calls().flatten().all(|question| single(&question)));
}

#[test]
fn what_much_more_speaks_for_something_else_is_not_asked() {
    use daicho_shared::fact::{Fact, NameSource, PortState, Transport};
    use daicho_shared::recognise::{Rules, recognise, signs};
    let mail = Fact::Port { transport: Transport::Tcp, port: 25, state: PortState::Open };
    let name = Fact::Name { source: NameSource::Dns, name: "KAIKEI-PC01".into(), domain: None };
    let (ports, target) = (Ports::builtin(), Target { address: [10, 1, 0, 9].into(), mac: None, interface: None });
    let open = BTreeSet::new();
    let seems_server = |facts: &[Fact]| {
        let seems = recognise(Rules::builtin(), &signs([], facts, &ports));
        let seems = Some(&seems);
        Known { on_link: true, facts, seems, ..Known::of(&target, &open) }.seems("server")
    };
    assert!(seems_server(std::slice::from_ref(&mail)));
    assert!(!seems_server(&[mail, name]));
}

proptest! {
    #[test]
    fn no_noise_panics(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        for probe in PROBES {
            let _ = probe.hear(&bytes);
            let _ = probe.read(&datagram_question(), Reply::Datagram(&bytes));
        }
        for (talk, _) in streams() {
            let _ = told(talk, &[&bytes]);
        }
        for (probe, sent, answer) in exchanges() {
            let _ = (probe.answer(&sent, &bytes), probe.answer(&bytes, &answer));
        }
    }

    #[test]
    fn no_damage_panics(at in any::<prop::sample::Index>(), bit in 0u8..8, cut in any::<prop::sample::Index>()) {
        for (name, sample) in datagrams() {
            let mut bytes = sample;
            let index = at.index(bytes.len());
            bytes[index] ^= 1 << bit;
            bytes.truncate(cut.index(bytes.len()) + 1);
            let _ = named(name).unwrap().read(&datagram_question(), Reply::Datagram(&bytes));
        }
        for (probe, sent, mut answer) in exchanges() {
            let index = at.index(answer.len());
            answer[index] ^= 1 << bit;
            answer.truncate(cut.index(answer.len()) + 1);
            let _ = probe.answer(&sent, &answer);
        }
        for mut frame in frames() {
            let index = at.index(frame.len());
            frame[index] ^= 1 << bit;
            frame.truncate(cut.index(frame.len()) + 1);
            for probe in PROBES {
                let _ = probe.hear(&frame);
            }
        }
        for (talk, mut bytes) in streams() {
            let index = at.index(bytes.len());
            bytes[index] ^= 1 << bit;
            let _ = told(talk, &[&bytes]);
        }
    }
}
