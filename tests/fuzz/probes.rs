//! A target for each probe: its datagrams, its frames, and every dialogue it can hold.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use daicho_agent::probe::uplink::Walk;
use daicho_agent::probe::{
    Dialogue, Known, Link, PROBES, Probe, Question, Reply, Setup, SnmpRead, SnmpValue, Step, TlsPeer, Variable, named,
};
use daicho_shared::address::Mac;
use daicho_shared::fact::{Fact, Transport};
use daicho_shared::knowledge::guesses::Guesses;
use daicho_shared::observation::Target;

use crate::target;

/// One test for each probe of the list, by its name with `-` written as `_`.
macro_rules! probes {
    ($($name:ident),* $(,)?) => {
        $(target!($name, |octets: &[u8]| read(stringify!($name), octets));)*

        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

probes! {
    arp, neighbour, all_routers, router_solicitation, echo, tcp_ping, connect, control, dicom, mllp, reverse_dns, netbios, mdns, ssdp, ws_discovery,
    onvif, snmp, snmp_entity, snmp_host, snmp_printer, snmp_ups, snmp_bridge, snmp_neighbours, snmp_engine, ssh,
    https, tls_legacy, http, greeting, smb, rdp, rpc, ldap, http_ntlm, smb1, sql_browser, ipp, rtsp, sip, llmnr,
    favicon, mysql, postgresql, mssql, oracle, vnc, bacnet, modbus, ubiquiti, mndp, ike, openvpn, wireguard, lldp,
    cdp, stp, vrrp, hsrp, dhcp_request, dhcpv6_request, mdns_heard, ssdp_heard, wsd_heard, nbns_heard, llmnr_heard,
    browser, igmp, mld, router_advertisement, traffic, second_address, directed_broadcast, forwarding, forwarding_again,
    hairpin, forwarding_v6, connected_networks, walk, foreign_sender, dhcp_server, nat_pmp, pcp, igd, pppoe, rip, dns_upstream, smb_interfaces,
}

#[test]
fn every_probe_has_a_target() {
    let registered: BTreeSet<String> = PROBES.iter().map(|probe| probe.card().name.replace('-', "_")).collect();
    let targets: BTreeSet<String> = NAMES.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(registered, targets);
}

fn read(name: &str, octets: &[u8]) {
    let probe = named(&name.replace('_', "-")).expect("every_probe_has_a_target");
    let _ = probe.hear(octets);
    let datagram = Question::Datagram { port: 1, payload: vec![], wait: Duration::ZERO };
    let _ = probe.read(&datagram, Reply::Datagram(octets));
    for question in questions(probe) {
        match question {
            Question::Stream { mut dialogue, .. } => converse(dialogue.as_mut(), octets),
            Question::Snmp { read } => read_rows(probe, read, octets),
            Question::Exchange { bytes, .. } => answered(probe, &bytes, octets),
            _ => {}
        }
    }
    let calls = probe.seek(&link()).into_iter().chain(probe.guess(&link(), &guesses()));
    for question in calls {
        if let Question::Exchange { bytes, .. } = question {
            answered(probe, &bytes, octets);
        }
    }
}

/// The octets as an answer, and as damage to the question that comes back.
fn answered(probe: &dyn Probe, sent: &[u8], octets: &[u8]) {
    let _ = probe.answer(sent, octets);
    let mut back = sent.to_vec();
    back.iter_mut().zip(octets).for_each(|(own, octet)| *own ^= octet);
    let _ = probe.answer(sent, &back);
    let question = Question::Exchange { bytes: back, wait: Duration::ZERO };
    for reply in [Reply::Silence, Reply::Accepted] {
        let _ = probe.read(&question, reply);
    }
}

const SCANNER: Mac = Mac([2, 0, 0, 0, 0, 5]);

fn link() -> Link {
    let addresses = vec!["10.1.0.5/24".parse().expect("a network"), "fe80::5/64".parse().expect("a network")];
    let held = [68, 520, 34137].into();
    Link { held, ..Link::new("lan0", SCANNER, addresses) }
}

fn guesses() -> Guesses {
    let network = "192.168.42.0/24".parse().expect("a network");
    Guesses { addresses: vec![[192, 168, 42, 129].into()], networks: vec![network] }
}

/// The tables that an answer leads to are read from the same octets.
fn read_rows(probe: &dyn Probe, first: SnmpRead, octets: &[u8]) {
    let mut reads = VecDeque::from([first]);
    for _ in 0..FOLLOWED {
        let Some(read) = reads.pop_front() else { break };
        let variables = variables(&read, octets);
        let more = octets.len() % 2 == 1;
        let reply = Reply::Variables { variables: &variables, version: "v2c", more };
        let reading = probe.read(&Question::Snmp { read }, reply);
        reads.extend(reading.follow.into_iter().filter_map(|question| match question {
            Question::Snmp { read } => Some(read),
            _ => None,
        }));
    }
}

/// The most SNMP questions of one probe that one input answers.
const FOLLOWED: usize = 6;

/// Rows of the objects that were asked for, whatever index and value the octets give them; within what
/// is handed on of an answer.
fn variables(read: &SnmpRead, octets: &[u8]) -> Vec<Variable> {
    let objects: &[&str] = match read {
        SnmpRead::Scalars(objects) | SnmpRead::Rows { columns: objects, .. } => objects,
    };
    let row = |part: &[u8]| {
        let [object, kind, index @ ..] = part else { return None };
        let index = index.iter().map(u8::to_string).collect::<Vec<_>>().join(".");
        let name = objects.get(usize::from(*object) % objects.len().max(1))?;
        let value = match kind % 5 {
            0 => SnmpValue::Number(i128::from_le_bytes([*kind; 16])),
            1 => SnmpValue::Octets(octets[..octets.len().min(1024)].to_vec()),
            2 => SnmpValue::ObjectId(index.clone()),
            3 => SnmpValue::Address(IpAddr::from([*object, *kind, 0, 1])),
            _ => SnmpValue::Nothing,
        };
        Some(Variable { oid: format!("{name}.{index}"), value })
    };
    octets.chunks(11).take(360).filter_map(row).collect()
}

/// Whatever the probe may ask: at the ports where it speaks, and of its own accord.
fn questions(probe: &dyn Probe) -> Vec<Question> {
    let mac = Some(Mac([0, 0x80, 0xa3, 1, 2, 3]));
    let target = Target { address: IpAddr::from([10, 1, 0, 9]), mac, interface: Some("lan0".into()) };
    let open: BTreeSet<u16> = PORTS.into_iter().collect();
    // A switch that answers by SNMP, whose tables are asked for, and that forwards.
    let hop = |sent_ttl| Fact::Hop {
        sent_ttl,
        destination: [198, 51, 100, 7].into(),
        from: target.address,
        kind: 11,
        code: 0,
        quoted_ttl: Some(1),
        gateway: None,
    };
    let facts = [
        hop(1),
        Fact::Router { how: "na-r-flag".to_owned() },
        Fact::Service {
            transport: Transport::Udp,
            port: 161,
            protocol: "snmp".to_owned(),
            product: None,
            version: None,
            banner: None,
        },
        Fact::Attribute { source: "snmp".to_owned(), key: "services".to_owned(), value: "2".to_owned() },
    ];
    let mut setup = Setup::default();
    setup.uplink.thorough = true;
    setup.uplink.smb_interfaces = true;
    setup.uplink.walk = vec![Walk { address: target.address, reason: "fuzz".to_owned() }];
    let facts = if probe.card().name == "forwarding-again" { &facts[1..] } else { &facts };
    let (link, known) = (link(), Known::of(&target, &open));
    let known = Known { on_link: true, resolver: true, snmp: true, facts, link: Some(&link), setup: &setup, ..known };
    let spoken = PORTS.iter().find_map(|port| probe.speak(*port));
    let own = spoken.into_iter().chain(probe.ask(&known));
    own.take(4).collect()
}

/// Ports at which some probe speaks; a probe that speaks at none of them says nothing by itself.
const PORTS: [u16; 30] = [
    22, 80, 443, 445, 3389, 135, 21, 25, 23, 389, 554, 631, 5985, 5357, 104, 11112, 2762, 2575, 3306, 5432, 1433, 1521,
    5900, 502, 1194, 8080, 8443, 139, 5060, 636,
];

/// The octets arrive in pieces whose size the first octet tells, with every change to TLS granted.
fn converse(dialogue: &mut dyn Dialogue, octets: &[u8]) {
    let piece = usize::from(octets.first().copied().unwrap_or(0)) + 1;
    let certificates = vec![octets.to_vec()];
    let peer = || TlsPeer { certificates: &certificates, protocol: "TLS 1.2" };
    let mut step = dialogue.open(None);
    for part in octets.chunks(piece) {
        if step == Step::StartTls {
            step = dialogue.open(Some(peer()));
        }
        if step == Step::Done {
            break;
        }
        step = dialogue.hear(part);
    }
    let _ = dialogue.close();
}
