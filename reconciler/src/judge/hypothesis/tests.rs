//! Machines as they were met on the wire, and what must be said of each: M, F, U.
//!
//! Long because the table of machines is read as one.

use daicho_shared::batch::Sent;
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};
use ipnet::IpNet;

use super::super::asset::{Asset, Grade};
use super::super::entry::{DeviceType, FourValued};
use super::super::finding::Kind;
use super::super::graded::{Benign, Sight, Sign};
use super::super::sample::{World, keyed};
use super::super::verdict::PointStatus;

const HOST: &str = "10.0.0.20";
const MAC: &str = "00:80:A3:00:00:20";

use Grade::{Confirmed, Indication, Nothing, Probable, Undecidable};

fn hop(kind: u8, code: u8) -> Fact {
    hop_from(HOST, 1, kind, code, Some(1))
}

fn hop_from(from: &str, sent_ttl: u8, kind: u8, code: u8, quoted_ttl: Option<u8>) -> Fact {
    let gateway = (kind == 5).then(|| "10.0.0.1".parse().unwrap());
    let destination = "198.51.100.7".parse().unwrap();
    Fact::Hop { sent_ttl, destination, from: from.parse().unwrap(), kind, code, quoted_ttl, gateway }
}

fn answers(address: &str, how: &str) -> Fact {
    Fact::AnswersFor { address: address.parse().unwrap(), how: how.into() }
}

fn own(address: &str, interface: Option<u32>) -> Fact {
    Fact::OwnAddress { address: address.parse().unwrap(), prefix_length: Some(24), interface }
}

fn external(address: Option<&str>, how: &str) -> Fact {
    Fact::ExternalAddress { how: how.into(), address: address.map(|a| a.parse().unwrap()), connected: None }
}

fn router(how: &str) -> Fact {
    Fact::Router { how: how.into() }
}

fn card(index: u32, name: &str, up: bool) -> Fact {
    Fact::Interface { index, name: name.into(), kind: 6, mac: None, up }
}

fn dhcp() -> Fact {
    let router = "192.168.8.1".parse().unwrap();
    Fact::DhcpServer {
        message: "ack".into(),
        server: Some(router),
        offered: None,
        prefix_length: Some(24),
        routers: vec![router],
        resolvers: vec![],
        domain: None,
        wpad: None,
    }
}

fn refused() -> Fact {
    Fact::Port { transport: Transport::Tcp, port: 445, state: PortState::Closed }
}

/// The machine with what probes saw of it; each probe was sent.
fn world(seen: &[(&str, Vec<Fact>)]) -> World {
    let mut world = World::new();
    world.arp(HOST, MAC);
    for (probe, facts) in seen {
        world.see(HOST, probe, facts.clone());
        if facts.is_empty() {
            world.last().outcome = Outcome::Silent;
        }
        sent(&mut world, probe);
    }
    world
}

fn sent(world: &mut World, probe: &str) {
    let at = "2026-03-31T02:15:00Z".parse().unwrap();
    let (address, mac) = (HOST.parse().unwrap(), MAC.parse().ok());
    world.batch_mut().sent.push(Sent { address, mac, probe: probe.into(), packets: 1, first: at, last: at });
}

fn asset(world: &World) -> Asset {
    let verdict = world.verdict();
    let here = |asset: &&Asset| asset.id.0 == "mac-0080A3000020";
    verdict.assets.iter().find(here).cloned().unwrap()
}

fn grades(world: &World) -> [Grade; 3] {
    let asset = asset(world);
    [asset.multi_homed.grade, asset.forwards.grade, asset.uplink.grade]
}

type Case = (&'static str, Vec<(&'static str, Vec<Fact>)>, [Grade; 3]);

#[allow(clippy::too_many_lines, reason = "a table: one machine a row")]
fn cases() -> Vec<Case> {
    let hidden = "192.168.42.129";
    vec![
        ("silent", vec![], [Undecidable; 3]),
        ("windows, firewall up", vec![("forwarding", vec![])], [Undecidable, Undecidable, Undecidable]),
        (
            "answers everything, shows nothing",
            vec![("forwarding", vec![]), ("tcp-ping", vec![refused()]), ("rpc", vec![own(HOST, None)])],
            [Nothing, Nothing, Nothing],
        ),
        (
            "answers tcp, told nothing",
            vec![("forwarding", vec![]), ("tcp-ping", vec![refused()])],
            [Undecidable, Nothing, Undecidable],
        ),
        ("forwards", vec![("forwarding", vec![hop(11, 0)])], [Undecidable, Confirmed, Indication]),
        ("forwards, no default route", vec![("forwarding", vec![hop(3, 0)])], [Undecidable, Confirmed, Undecidable]),
        ("forwards, unreachable", vec![("forwarding", vec![hop(3, 1)])], [Undecidable, Confirmed, Undecidable]),
        ("forwards, prohibited", vec![("forwarding", vec![hop(3, 13)])], [Undecidable, Confirmed, Indication]),
        ("hairpin", vec![("hairpin", vec![Fact::Returned { ttl: 1 }])], [Undecidable, Confirmed, Undecidable]),
        (
            "ttl rewritten",
            vec![("forwarding", vec![hop_from("203.0.113.5", 1, 11, 0, Some(62))])],
            [Confirmed, Confirmed, Confirmed],
        ),
        (
            "ttl rewritten, answered by itself",
            vec![("forwarding", vec![hop_from(HOST, 1, 3, 1, Some(64))])],
            [Undecidable, Confirmed, Probable],
        ),
        ("router flag", vec![("neighbour", vec![router("na-r-flag")])], [Undecidable, Confirmed, Indication]),
        ("all routers", vec![("all-routers", vec![router("all-routers-echo")])], [Undecidable, Confirmed, Indication]),
        (
            "rogue IPv6 router",
            vec![("router-advertisement", vec![router("router-advertisement")])],
            [Undecidable, Probable, Probable],
        ),
        (
            "rogue IPv6 router that forwards",
            vec![("router-advertisement", vec![router("router-advertisement")]), ("forwarding", vec![hop(11, 0)])],
            [Undecidable, Confirmed, Confirmed],
        ),
        ("rogue DHCP", vec![("dhcp-server", vec![dhcp()])], [Undecidable, Undecidable, Probable]),
        (
            "rogue DHCP that forwards",
            vec![("dhcp-server", vec![dhcp()]), ("forwarding", vec![hop(11, 0)])],
            [Undecidable, Confirmed, Confirmed],
        ),
        (
            "access concentrator",
            vec![("pppoe", vec![Fact::AccessConcentrator { name: "BAS".into(), services: vec![] }])],
            [Undecidable, Undecidable, Confirmed],
        ),
        (
            "LTE router behind a carrier's translation",
            vec![("pcp", vec![external(Some("100.64.9.2"), "pcp")]), ("forwarding", vec![hop(11, 0)])],
            [Probable, Confirmed, Confirmed],
        ),
        (
            "external address, does not forward",
            vec![("nat-pmp", vec![external(Some("5.104.99.77"), "nat-pmp")])],
            [Probable, Undecidable, Probable],
        ),
        (
            "two protocols of one daemon are one witness",
            vec![
                ("nat-pmp", vec![external(Some("5.104.99.77"), "nat-pmp")]),
                ("igd", vec![external(Some("5.104.99.77"), "upnp-igd")]),
            ],
            [Probable, Undecidable, Probable],
        ),
        (
            "name server of a provider",
            vec![("dns-upstream", vec![Fact::Upstream { resolver: "8.8.8.8#53".into(), queries: 3, failed: 0 }])],
            [Undecidable, Undecidable, Probable],
        ),
        (
            "name server of the hospital",
            vec![("dns-upstream", vec![Fact::Upstream { resolver: "10.0.0.53#53".into(), queries: 3, failed: 0 }])],
            [Undecidable, Undecidable, Undecidable],
        ),
        (
            "weak host",
            vec![("second-address", vec![answers("10.77.0.4", "arp-probe")])],
            [Confirmed, Undecidable, Undecidable],
        ),
        ("tethered", vec![("second-address", vec![answers(hidden, "arp-probe")])], [Confirmed, Undecidable, Probable]),
        (
            "tethered, sharing",
            vec![("second-address", vec![answers(hidden, "arp-probe")]), ("forwarding", vec![hop(11, 0)])],
            [Confirmed, Confirmed, Probable],
        ),
        (
            "directed broadcast",
            vec![("directed-broadcast", vec![answers("10.77.0.4", "directed-broadcast")])],
            [Confirmed, Undecidable, Undecidable],
        ),
        (
            "connected network",
            vec![("connected-networks", vec![Fact::Connected { network: "10.77.0.0/24".parse().unwrap() }])],
            [Confirmed, Undecidable, Undecidable],
        ),
        (
            "foreign sender once",
            vec![("foreign-sender", vec![answers("10.77.0.4", "arp-sender")])],
            [Probable, Undecidable, Undecidable],
        ),
        (
            "foreign sender twice",
            vec![("foreign-sender", vec![answers("10.77.0.4", "arp-sender"), answers("10.77.0.4", "packet-sender")])],
            [Confirmed, Undecidable, Undecidable],
        ),
        (
            "SNMP table",
            vec![("snmp", vec![own(HOST, Some(1)), own("10.77.0.4", Some(2))])],
            [Confirmed, Undecidable, Undecidable],
        ),
        (
            "ServerAlive2",
            vec![("rpc", vec![own(HOST, None), own("10.77.0.4", None)])],
            [Probable, Undecidable, Undecidable],
        ),
        (
            "ServerAlive2 and NetBIOS agree",
            vec![("rpc", vec![own(HOST, None), own("10.77.0.4", None)]), ("netbios", vec![own("10.77.0.4", None)])],
            [Confirmed, Undecidable, Undecidable],
        ),
        (
            "ServerAlive2 and NetBIOS disagree",
            vec![("rpc", vec![own(HOST, None), own("10.77.0.4", None)]), ("netbios", vec![own("10.78.0.4", None)])],
            [Probable, Undecidable, Undecidable],
        ),
        (
            "Docker host",
            vec![("snmp", vec![own(HOST, Some(1)), own("172.17.0.1", Some(2))]), ("forwarding", vec![hop(11, 0)])],
            [Indication, Confirmed, Indication],
        ),
        (
            "docker0 answers ARP",
            vec![("second-address", vec![answers("172.17.0.1", "arp-probe")])],
            [Indication, Undecidable, Undecidable],
        ),
        (
            "idle card",
            vec![("snmp", vec![own(HOST, Some(1)), card(2, "eth1", false), own("10.77.0.4", Some(2))])],
            [Indication, Undecidable, Undecidable],
        ),
        (
            "APIPA",
            vec![("rpc", vec![own(HOST, None), own("169.254.3.4", None)])],
            [Indication, Undecidable, Undecidable],
        ),
        (
            "proxy ARP",
            vec![("second-address", vec![answers(hidden, "arp-probe"), answers("240.0.0.1", "arp-control")])],
            [Nothing, Undecidable, Undecidable],
        ),
        (
            "walk to the outside",
            vec![("walk", vec![hop_from("100.64.9.1", 2, 11, 0, None)])],
            [Confirmed, Confirmed, Confirmed],
        ),
        (
            "VPN client",
            vec![("second-address", vec![answers("10.8.0.6", "arp-probe")])],
            [Confirmed, Undecidable, Undecidable],
        ),
        (
            "two circumstances",
            vec![(
                "snmp-engine",
                vec![Fact::Engine {
                    id: "80".into(),
                    enterprise: 8072,
                    mac: "02:42:D2:62:2F:CC".parse().ok(),
                    address: "10.77.0.4".parse().ok(),
                    text: None,
                    boots: 1,
                    uptime_seconds: 1,
                }],
            )],
            [Indication, Undecidable, Undecidable],
        ),
    ]
}

#[test]
fn every_machine_is_graded_as_it_was_met() {
    let mut wrong = vec![];
    for (name, seen, expected) in cases() {
        let found = grades(&world(&seen));
        if found != expected {
            wrong.push(format!("{name}: {found:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_nobody_could_have_seen_is_said_with_the_reason() {
    let world = world(&[("forwarding", vec![]), ("rpc", vec![])]);
    let asset = asset(&world);
    let sight = |probe: &str, methods: &[super::super::graded::MethodSeen]| {
        methods.iter().find(|one| one.probe.0 == probe).map(|one| one.sight)
    };
    assert_eq!(sight("rpc", &asset.multi_homed.methods), Some(Sight::NoAnswer));
    assert_eq!(sight("snmp", &asset.multi_homed.methods), Some(Sight::NotAsked));
    assert_eq!(sight("forwarding", &asset.forwards.methods), Some(Sight::NoAnswer));
    assert_eq!(asset.forwards.grade, Undecidable);
}

#[test]
fn a_machine_behind_a_router_cannot_be_asked_by_frames() {
    let mut world = World::new();
    world.see("10.0.1.7", "echo", vec![Fact::Alive]);
    let asset = world.verdict().assets.remove(0);
    assert_eq!(asset.forwards.grade, Undecidable);
    assert!(asset.forwards.methods.iter().any(|one| one.probe.0 == "forwarding" && one.sight == Sight::OffLink));
}

#[test]
fn a_linux_machine_that_answers_for_no_other_address_has_none() {
    let silent = |system: &str| {
        let system = Fact::OperatingSystem {
            source: "snmp".into(),
            name: Some(system.into()),
            version: None,
            build: None,
            edition: None,
        };
        let mut world = world(&[("ntlm", vec![system])]);
        let segment: IpNet = "10.0.0.0/24".parse().unwrap();
        let mut coverage = world.batch().coverage[0].clone();
        (coverage.probe, coverage.segment) = ("second-address".into(), segment);
        world.batch_mut().coverage.push(coverage);
        asset(&world)
    };
    let (linux, windows) = (silent("Debian GNU/Linux"), silent("Windows"));
    assert!(linux.os.is_some_and(|os| os.value.contains("Linux")));
    assert_eq!(linux.multi_homed.grade, Nothing);
    assert_eq!(windows.multi_homed.grade, Undecidable);
}

#[test]
fn a_declared_gateway_is_explained_and_a_second_line_behind_it_is_not() {
    let route = Fact::DefaultGateway { interface: "eth0".into() };
    let mut world = world(&[("route", vec![route]), ("forwarding", vec![hop(11, 0)])]);
    world.rows.push(keyed(1, HOST, MAC));
    world.rows[0].device_type = Some(DeviceType::Network);
    let quiet = asset(&world);
    assert_eq!((quiet.uplink.grade, quiet.uplink.bare()), (Nothing, Probable));
    assert!(quiet.uplink.benign.iter().any(|one| one.benign == Benign::DeclaredGateway));
    assert_eq!(world.codes(), Vec::<&str>::new());
    let wwan = Fact::Interface { index: 3, name: "wwan0".into(), kind: 243, mac: None, up: true };
    world.see(HOST, "snmp", vec![wwan]);
    assert_eq!(asset(&world).uplink.grade, Confirmed, "a line, and it forwards");
    assert_eq!(world.codes(), ["undeclared_uplink"]);
    let points = world.verdict().external_points;
    assert_eq!((points[0].status, points[0].kind.as_str()), (PointStatus::Undeclared, "lte5g"));
}

#[test]
fn a_closed_line_that_shows_the_internet_is_declared_otherwise() {
    let mut world = world(&[("igd", vec![external(Some("5.104.99.77"), "upnp-igd")])]);
    world.rows.push(keyed(1, HOST, MAC));
    world.rows[0].external_connection = FourValued::Yes;
    world.rows[0].line_kind = Some("光回線（インターネット）".into());
    let points = world.verdict().external_points;
    assert_eq!((points.len(), points[0].status, points[0].kind.as_str()), (1, PointStatus::DeclaredSeen, "internet"));
    assert_eq!(points[0].grade, Probable, "what it shows, not what is undeclared");
    world.rows[0].line_kind = Some("閉域網（IP-VPN）".into());
    let verdict = world.verdict();
    let kinds: Vec<_> = verdict.external_points.iter().map(|point| (point.status, point.kind.as_str())).collect();
    assert_eq!(kinds, [(PointStatus::DeclaredOtherwise, "closed_ipvpn"), (PointStatus::Undeclared, "internet")]);
    assert_eq!(verdict.findings[0].kind.code(), "undeclared_uplink");
}

#[test]
fn a_register_of_another_department_is_told() {
    let mut world = world(&[]);
    world.rows.push(keyed(1, HOST, MAC));
    world.rows[0].department = Some("放射線科".into());
    let mut register = keyed(2, HOST, MAC);
    register.register = super::super::entry::Register::ExternalConnection;
    register.department = Some("医事課".into());
    world.rows.push(register);
    let point = world.verdict().external_points.remove(0);
    assert_eq!((point.status, point.other_department.as_deref()), (PointStatus::DeclaredOtherwise, Some("放射線科")));
}

#[test]
fn a_register_with_another_purpose_is_told_and_other_words_for_it_are_not() {
    let mut world = world(&[]);
    world.rows.push(keyed(1, HOST, MAC));
    world.rows[0].purpose = Some("遠隔保守".into());
    world.rows[0].vendor = Some("C社".into());
    let mut register = keyed(2, HOST, MAC);
    register.register = super::super::entry::Register::ExternalConnection;
    register.purpose = Some("CTのリモート保守".into());
    register.vendor = Some("B社".into());
    world.rows.push(register);
    let point = world.verdict().external_points.remove(0);
    assert_eq!((point.status, point.other_purpose), (PointStatus::DeclaredSeen, None));
    assert_eq!((point.purpose.as_deref(), point.vendor.as_deref()), (Some("CTのリモート保守"), Some("B社")));
    world.rows[1].purpose = Some("オンライン資格確認".into());
    let point = world.verdict().external_points.remove(0);
    assert_eq!((point.status, point.other_purpose.as_deref()), (PointStatus::DeclaredOtherwise, Some("遠隔保守")));
}

#[test]
fn a_declared_line_is_no_alarm_for_the_network_behind_it() {
    let mut world =
        world(&[("second-address", vec![answers("192.168.8.1", "arp-probe")]), ("dhcp-server", vec![dhcp()])]);
    world.rows.push(keyed(1, HOST, MAC));
    assert_eq!(world.codes(), ["undeclared_uplink", "dual_homed"]);
    world.rows[0].register = super::super::entry::Register::ExternalConnection;
    world.rows[0].line_kind = Some("LTE".into());
    assert_eq!(world.codes(), Vec::<&str>::new());
    assert_eq!(asset(&world).multi_homed.grade, Confirmed, "it stands in the list of dual-homed machines");
}

#[test]
fn a_mobile_router_is_no_tethered_pc() {
    let second = ("second-address", vec![answers("192.168.8.1", "arp-probe")]);
    let kind = |seen: &[(&str, Vec<Fact>)]| world(seen).verdict().external_points.remove(0).kind;
    assert_eq!(kind(std::slice::from_ref(&second)), "tethering");
    assert_eq!(kind(&[second, ("dhcp-server", vec![dhcp()])]), "lte5g");
}

#[test]
fn who_asks_everybody_has_asked_each_and_who_only_listens_was_there() {
    let mut called = world(&[]);
    let sight = |world: &World, probe: &str| {
        let asset = asset(world);
        let mut all = asset.multi_homed.methods.iter().chain(&asset.uplink.methods);
        all.find(|one| one.probe.0 == probe).unwrap().sight
    };
    assert_eq!(sight(&called, "pppoe"), Sight::NotAsked);
    let at = "2026-03-31T02:15:00Z".parse().unwrap();
    let address = "255.255.255.255".parse().unwrap();
    let everybody = Sent { address, mac: None, probe: "pppoe".into(), packets: 1, first: at, last: at };
    called.batch_mut().sent.push(everybody);
    assert_eq!(sight(&called, "pppoe"), Sight::Blind);
    assert_eq!(sight(&called, "foreign-sender"), Sight::Blind);
    assert_eq!(grades(&called), [Undecidable; 3]);
}

#[test]
fn a_declared_line_that_was_not_seen_says_whether_it_could_have_been() {
    let mut world = World::new();
    world.rows.push(keyed(1, "10.0.0.9", "00:80:A3:00:00:09"));
    world.rows[0].external_connection = FourValued::Yes;
    assert_eq!(world.verdict().external_points[0].could_be_seen, Some(true));
    world.rows[0].addresses = vec!["192.168.77.9".parse().unwrap()];
    assert_eq!(world.verdict().external_points[0].could_be_seen, Some(false));
}

#[test]
fn a_walk_that_ends_at_the_declared_gateway_takes_the_suspicion_away() {
    let mut world = world(&[
        ("forwarding", vec![hop(11, 0)]),
        ("walk", vec![hop_from(HOST, 2, 5, 1, None), hop_from("10.0.0.1", 2, 11, 0, None)]),
    ]);
    assert_eq!(asset(&world).uplink.grade, Indication);
    world.arp("10.0.0.1", "00:80:A3:00:00:01");
    world.rows.push(keyed(1, "10.0.0.1", "00:80:A3:00:00:01"));
    world.rows[0].device_type = Some(DeviceType::Network);
    let asset = asset(&world);
    assert_eq!((asset.uplink.grade, asset.uplink.bare()), (Nothing, Indication));
    assert!(asset.uplink.benign.iter().any(|one| one.benign == Benign::RedirectsToGateway && one.detail == "10.0.0.1"));
    assert_eq!(asset.forwards.grade, Confirmed, "it does forward");
}

#[test]
fn a_declared_second_address_is_named_and_lowers_by_one_step() {
    let mut world = world(&[("second-address", vec![answers("10.77.0.4", "arp-probe")])]);
    world.rows.push(keyed(1, HOST, MAC));
    assert_eq!(world.codes(), ["dual_homed"]);
    world.rows[0].addresses.push("10.77.0.4".parse().unwrap());
    let declared = asset(&world);
    assert_eq!((declared.multi_homed.grade, declared.multi_homed.bare()), (Probable, Confirmed));
    assert!(declared.multi_homed.benign.iter().any(|one| one.benign == Benign::DeclaredSecond));
}

#[test]
fn an_address_that_two_machines_answer_for_is_shared() {
    let mut world = world(&[("second-address", vec![answers("10.77.0.4", "arp-probe")])]);
    world.arp("10.0.0.21", "00:80:A3:00:00:21");
    world.see("10.0.0.21", "second-address", vec![answers("10.77.0.4", "arp-probe")]);
    assert_eq!(asset(&world).multi_homed.grade, Probable);
}

#[test]
fn an_explanation_of_one_address_leaves_another_alone() {
    let facts = vec![own(HOST, Some(1)), own("172.17.0.1", Some(2)), own("10.77.0.4", Some(3))];
    let homed = asset(&world(&[("snmp", facts)])).multi_homed;
    assert_eq!(homed.grade, Confirmed);
    assert_eq!(homed.addresses, ["10.77.0.4".parse::<std::net::IpAddr>().unwrap()]);
    assert_eq!(homed.benign.len(), 1);
}

#[test]
fn a_machine_that_forwards_is_told_unless_it_is_declared_to() {
    let mut world = world(&[("forwarding", vec![hop(11, 0)])]);
    world.rows.push(keyed(1, HOST, MAC));
    assert_eq!(world.codes(), ["forwards_undeclared"]);
    assert!(matches!(world.verdict().findings[0].kind, Kind::ForwardsUndeclared));
    world.rows[0].device_type = Some(DeviceType::Network);
    assert_eq!(world.codes(), Vec::<&str>::new());
}

#[test]
fn mobile_routers_need_several_signs_and_each_is_shown() {
    let title = Fact::Web {
        port: 80,
        tls: false,
        status: 200,
        title: Some("SkyBridge MB-A130".into()),
        server: None,
        realm: None,
    };
    let one = asset(&world(&[("http", vec![title.clone()])]));
    assert_eq!((one.uplink.grade, one.uplink.shows(Sign::CellularTitle)), (Indication, true));
    let more = asset(&world(&[("http", vec![title]), ("forwarding", vec![hop(11, 0)])]));
    assert_eq!(more.uplink.grade, Probable);
    assert_eq!(more.uplink.together, ["cellular_and_forwards"]);
}

#[test]
fn a_small_packet_size_in_an_advertisement_hints_at_a_mobile_line() {
    let size = |mtu: &str| Fact::Attribute { source: "ra".into(), key: "mtu".into(), value: mtu.into() };
    let shows = |mtu: &str| {
        let facts = vec![router("router-advertisement"), size(mtu)];
        asset(&world(&[("router-advertisement", facts)])).uplink.shows(Sign::MobileMtu)
    };
    assert!(shows("1428") && shows("1280"));
    for fixed in ["1500", "1492", "1454", "1460", "1279", "9000", "-1", ""] {
        assert!(!shows(fixed), "{fixed}");
    }
    let mut alone = world(&[("router-advertisement", vec![size("1428")])]);
    assert_eq!(asset(&alone).uplink.grade, Indication, "a circumstance proves nothing");
    alone.rows.push(keyed(1, HOST, MAC));
    alone.rows[0].device_type = Some(DeviceType::Network);
    assert_eq!(alone.codes(), Vec::<&str>::new(), "a declared router is no alarm");
}

#[test]
fn who_cites_a_walk_cites_its_reason() {
    let reason = Fact::Attribute { source: "walk".into(), key: "reason".into(), value: "院長の指示".into() };
    let walked = world(&[("walk", vec![reason.clone()]), ("walk", vec![hop_from("203.0.113.9", 2, 11, 0, None)])]);
    let verdict = walked.verdict();
    let finding = verdict.findings.iter().find(|finding| finding.kind.code() == "undeclared_uplink").unwrap();
    let cited = |id| verdict.evidence.get(id).is_some_and(|seen| seen.facts.contains(&reason));
    assert!(finding.evidence.iter().any(cited));
}
