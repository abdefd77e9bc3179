//! Laws that hold for every rule and every world, and stories of single rules.
//!
//! Long because all of them live in the same small worlds, which are made here.

use daicho_shared::fact::Fact;
use proptest::prelude::*;

use super::entry::{DeviceType, FourValued, Status};
use super::finding::{Kind, NotCheckedReason, Severity};
use super::sample::{KNOWLEDGE, World, keyed, row};
use super::verdict::{EntryState, PointStatus, Verdict};
use super::*;

fn mac(n: u8) -> String {
    format!("00:80:A3:00:00:{n:02X}")
}

#[test]
fn a_declared_machine_that_answers_is_no_finding() {
    let mut world = World::new();
    world.arp("10.0.0.5", &mac(5));
    world.rows.push(keyed(1, "10.0.0.5", &mac(5)));
    assert_eq!(world.codes(), Vec::<&str>::new());
    assert_eq!(world.verdict().entries[0].verdict, EntryState::Matched);
}

#[test]
fn the_scanner_itself_is_no_machine() {
    let mut world = World::new();
    world.arp("10.0.0.250", "02:00:00:00:00:FA");
    assert!(world.verdict().assets.is_empty());
    world.rows.push(keyed(1, "10.0.0.250", "02:00:00:00:00:FA"));
    assert_eq!(world.codes(), Vec::<&str>::new());
    assert_eq!(world.verdict().entries[0].verdict, EntryState::Matched);
}

#[test]
fn a_stranger_is_not_in_the_ledger_and_a_missing_row_is_not_found() {
    let mut world = World::new();
    world.arp("10.0.0.5", &mac(5));
    world.rows.push(keyed(1, "10.0.0.9", &mac(9)));
    assert_eq!(world.codes(), ["not_found", "not_in_ledger"]);
    let Kind::NotFound { scans, segment } = &world.verdict().findings[0].kind else { panic!() };
    assert_eq!((*scans, segment.as_str()), (1, "10.0.0.0/24"));
}

#[test]
fn scans_are_counted_over_the_nights() {
    let mut world = World::new();
    world.rows.push(keyed(1, "10.0.0.9", &mac(9)));
    let first = world.verdict();
    world.history.push(first.clone());
    let second = world.verdict();
    assert!(matches!(second.findings[0].kind, Kind::NotFound { scans: 2, .. }));
    assert_eq!(first.findings[0].id, second.findings[0].id);
}

fn reason_for(change: impl FnOnce(&mut World)) -> Option<NotCheckedReason> {
    let mut world = World::new();
    world.rows.push(keyed(1, "10.0.0.9", &mac(9)));
    change(&mut world);
    world.verdict().findings.iter().find_map(|finding| match finding.kind {
        Kind::NotChecked { reason } => Some(reason),
        _ => None,
    })
}

#[test]
fn silence_says_nothing_where_nobody_looked_well_enough() {
    let moved =
        |address: &'static str| move |world: &mut World| world.rows[0].addresses = vec![address.parse().unwrap()];
    assert_eq!(reason_for(|_| ()), None);
    assert_eq!(reason_for(moved("192.168.7.7")), Some(NotCheckedReason::SegmentNotScanned));
    assert_eq!(reason_for(moved("10.0.0.129")), Some(NotCheckedReason::Excluded));
    assert_eq!(reason_for(|w| w.batch_mut().end = None), Some(NotCheckedReason::PartialScan));
    assert_eq!(reason_for(|w| w.rows[0].dynamic_address = true), Some(NotCheckedReason::AddressUnknown));
    assert_eq!(reason_for(|w| w.rows[0] = row(1)), Some(NotCheckedReason::NoKey));
    let cut = |w: &mut World| w.batch_mut().coverage.iter_mut().for_each(|coverage| coverage.not_reached = 1);
    assert_eq!(reason_for(cut), Some(NotCheckedReason::PartialScan));
}

#[test]
fn who_only_listens_misses_nobody_and_takes_nothing_back() {
    let mut world = World::new();
    world.arp("10.0.0.5", &mac(5));
    world.see("10.0.0.5", "http", vec![Fact::Router { how: "upnp-igd".into() }]);
    world.rows.push(keyed(1, "10.0.0.9", &mac(9)));
    let asked = world.verdict();
    let mut listening = World::new();
    listening.only_listened();
    listening.arp("10.0.0.5", &mac(5));
    listening.hear(&mac(7), "lldp", vec![]);
    listening.rows.push(keyed(1, "10.0.0.9", &mac(9)));
    listening.history.push(asked.clone());
    let heard = listening.verdict();
    assert_eq!(heard.entries[0].verdict, EntryState::NotChecked);
    let reason = Kind::NotChecked { reason: NotCheckedReason::SegmentNotScanned };
    assert!(heard.findings.iter().any(|finding| finding.kind == reason), "{:?}", heard.findings);
    let changes = heard.changes.clone().unwrap();
    assert_eq!((changes.gone.len(), changes.changed.len(), changes.resolved_findings.len()), (0, 0, 0));
    assert_eq!(changes.new.len(), 1);
    // The next night compares with the night before, and counts on.
    world.history = vec![asked.clone(), heard];
    let next = world.verdict();
    assert_eq!(next.changes.unwrap().since, asked.run.id);
    assert!(next.findings.iter().any(|finding| matches!(finding.kind, Kind::NotFound { scans: 2, .. })));
}

fn names_itself(address: &str) -> Vec<Fact> {
    vec![Fact::MachineId { source: "bridge".into(), value: address.into() }]
}

#[test]
fn what_was_heard_without_an_address_belongs_to_the_machine_with_that_link_layer_address() {
    let mut world = World::new();
    let name = Fact::Name { source: daicho_shared::fact::NameSource::Lldp, name: "sw-2f".into(), domain: None };
    world.hear(&mac(5), "lldp", vec![name]);
    world.arp("10.0.0.5", &mac(5));
    let verdict = world.verdict();
    assert_eq!((verdict.assets.len(), verdict.assets[0].names.len()), (1, 1));
    let addresses: Vec<String> = verdict.assets[0].interfaces[0].addresses.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["10.0.0.5"]);
}

#[test]
fn a_link_layer_address_alone_stands_alone_and_is_found_by_its_row() {
    let mut world = World::new();
    world.hear(&mac(5), "stp", names_itself(&mac(5)));
    world.hear("00:00:5E:00:01:33", "stp", vec![]);
    let verdict = world.verdict();
    assert_eq!(verdict.assets.iter().map(|asset| asset.id.0.as_str()).collect::<Vec<_>>(), ["mac-0080A3000005"]);
    assert_eq!(world.codes(), ["not_in_ledger"]);
    world.rows.push(keyed(1, "10.0.0.5", &mac(5)));
    assert_eq!(world.verdict().entries[0].verdict, EntryState::Matched);
}

#[test]
fn the_ports_of_a_switch_are_one_machine_with_the_address_it_names_itself_by() {
    let mut world = World::new();
    world.arp("10.0.0.5", &mac(0x40));
    world.hear(&mac(0x41), "stp", names_itself(&mac(0x40)));
    world.hear(&mac(0x42), "lldp", vec![Fact::MachineId { source: "lldp-chassis".into(), value: mac(0x40) }]);
    world.rows.push(keyed(1, "10.0.0.5", &mac(0x40)));
    let verdict = world.verdict();
    assert_eq!((verdict.assets.len(), verdict.assets[0].interfaces.len()), (1, 3));
    assert!(verdict.assets[0].joined_by.iter().all(|reason| reason.key == "bridge-address"));
    assert_eq!(world.codes(), Vec::<&str>::new());
}

#[test]
fn an_address_that_routers_share_behind_another_is_no_machine_of_its_own() {
    let mut world = World::new();
    world.arp("10.0.0.2", &mac(2));
    world.rows.push(keyed(1, "10.0.0.2", &mac(2)));
    world.see("10.0.1.1", "echo", vec![Fact::Alive]);
    let shared = vec!["10.0.1.1".parse().unwrap()];
    let fact = Fact::VirtualRouter { protocol: "vrrp".into(), group: 51, addresses: shared, priority: 100 };
    assert_eq!(world.codes(), ["not_in_ledger"]);
    world.see("10.0.0.2", "vrrp", vec![fact]);
    assert_eq!(world.codes(), Vec::<&str>::new());
}

#[test]
fn rows_that_are_not_on_a_network_are_never_missing() {
    let mut world = World::new();
    world.rows.push(keyed(1, "10.0.0.9", &mac(9)));
    world.rows[0].network = FourValued::No;
    assert_eq!(world.verdict().entries[0].verdict, EntryState::NotExpected);
    world.rows[0].network = FourValued::Unknown;
    for status in [Status::Stopped, Status::Spare, Status::Repair, Status::Out, Status::Planned, Status::Retired] {
        world.rows[0].status = status;
        assert_eq!(world.codes(), Vec::<&str>::new(), "{status:?}");
    }
}

#[test]
fn a_retired_row_that_answers_is_told_and_gives_way_to_its_successor() {
    let mut world = World::new();
    world.arp("10.0.0.5", &mac(5));
    world.rows.push(keyed(1, "10.0.0.5", &mac(5)));
    world.rows[0].status = Status::Retired;
    assert_eq!(world.codes(), ["retired_but_seen"]);
    world.rows.push(keyed(2, "10.0.0.5", &mac(5)));
    assert_eq!(world.codes(), Vec::<&str>::new());
}

#[test]
fn another_mac_at_the_declared_address_is_a_mismatch() {
    let mut world = World::new();
    world.arp("10.0.0.5", &mac(6));
    world.rows.push(keyed(1, "10.0.0.5", &mac(5)));
    let verdict = world.verdict();
    let Kind::Mismatch { field, declared, seen } = &verdict.findings[0].kind else { panic!("{:?}", verdict.findings) };
    assert_eq!((*field, declared.clone(), seen.clone()), (entry::Field::MacAddress, mac(5), mac(6)));
    assert_eq!(verdict.entries[0].verdict, EntryState::MatchedWithDifferences);
}

#[test]
fn another_address_of_the_declared_mac_is_a_mismatch_unless_it_is_handed_out() {
    let mut world = World::new();
    world.arp("10.0.0.6", &mac(5));
    world.rows.push(keyed(1, "10.0.0.5", &mac(5)));
    assert_eq!(world.codes(), ["mismatch"]);
    world.rows[0].dynamic_address = true;
    assert_eq!(world.codes(), Vec::<&str>::new());
}

#[test]
fn two_rows_for_one_machine_are_a_duplicate_and_undecided() {
    let mut world = World::new();
    world.arp("10.0.0.5", &mac(5));
    world.rows.push(keyed(1, "10.0.0.5", &mac(5)));
    world.rows.push(keyed(2, "10.0.0.5", &mac(5)));
    world.rows[0].asset_no = Some("1".into());
    world.rows[1].asset_no = Some("2".into());
    let codes = world.codes();
    assert_eq!(codes.iter().filter(|code| **code == "duplicate_entry").count(), 2);
    assert_eq!(codes.len(), 2, "{codes:?}");
    assert!(world.verdict().entries.iter().all(|entry| entry.verdict == EntryState::Ambiguous));
}

fn gateway() -> World {
    let mut world = World::new();
    world.arp("10.0.0.1", &mac(1));
    world.see("10.0.0.1", "route", vec![Fact::DefaultGateway { interface: "eth0".into() }]);
    world
}

#[test]
fn an_undeclared_gateway_is_urgent_and_a_declared_one_is_not() {
    let mut world = gateway();
    let verdict = world.verdict();
    assert_eq!(verdict.findings[0].kind.code(), "undeclared_uplink");
    assert_eq!(verdict.findings[0].severity, Severity::Urgent);
    assert_eq!(verdict.external_points[0].status, PointStatus::Undeclared);
    world.rows.push(keyed(1, "10.0.0.1", &mac(1)));
    world.rows[0].device_type = Some(DeviceType::Network);
    assert_eq!(world.codes(), Vec::<&str>::new());
    world.rows[0].external_connection = FourValued::Yes;
    assert_eq!(world.verdict().external_points[0].status, PointStatus::DeclaredSeen);
}

#[test]
fn a_declared_connection_point_that_nobody_saw_is_listed() {
    let mut world = World::new();
    world.rows.push(keyed(1, "10.0.0.9", &mac(9)));
    world.rows[0].external_connection = FourValued::Yes;
    assert_eq!(world.verdict().external_points[0].status, PointStatus::DeclaredUnseen);
}

#[test]
fn a_declared_host_that_forwards_is_no_finding() {
    let mut world = World::new();
    world.arp("10.0.0.5", &mac(5));
    world.see("10.0.0.5", "snmp", vec![Fact::Forwarding { enabled: true }]);
    assert_eq!(world.codes().len(), 2);
    world.rows.push(keyed(1, "10.0.0.5", &mac(5)));
    assert_eq!(world.codes(), Vec::<&str>::new());
}

#[test]
fn a_second_network_is_told_unless_it_is_declared() {
    let mut world = World::new();
    world.arp("10.0.0.5", &mac(5));
    let own =
        Fact::OwnAddress { address: "192.168.42.129".parse().unwrap(), prefix_length: Some(24), interface: Some(2) };
    world.see("10.0.0.5", "snmp", vec![own]);
    world.rows.push(keyed(1, "10.0.0.5", &mac(5)));
    assert_eq!(world.codes(), ["undeclared_uplink", "dual_homed"]);
    assert_eq!(world.verdict().findings[0].severity, Severity::Urgent, "a network that phones hand out");
    let ids = |world: &World| -> Vec<String> {
        let found = world.verdict().findings;
        found
            .into_iter()
            .filter(|one| one.kind.is_of_device())
            .map(|one| one.id)
            .filter(|id| !id.starts_with("not_in"))
            .collect()
    };
    let declared = ids(&world);
    let row = world.rows.pop().unwrap();
    assert_eq!(ids(&world), declared, "a row makes no other finding of it, which somebody would have to decide again");
    world.rows.push(row);
    world.rows[0].dual_homed = FourValued::Yes;
    assert_eq!(world.codes(), Vec::<&str>::new());
}

fn key(sha256: &str) -> Fact {
    Fact::HostKey { port: 22, algorithm: "ssh-ed25519".into(), sha256: sha256.into() }
}

fn name(text: &str) -> Fact {
    Fact::Name { source: daicho_shared::fact::NameSource::Netbios, name: text.into(), domain: None }
}

#[test]
fn a_row_that_could_be_two_machines_is_left_to_a_person() {
    let mut world = World::new();
    world.see("10.0.0.5", "netbios", vec![name("NURSE-PC1")]);
    world.see("10.0.0.6", "netbios", vec![name("NURSE-PC1")]);
    world.rows.push(row(1));
    world.rows[0].hostname = Some("nurse-pc1.hosp.example".into());
    assert_eq!(world.codes(), ["ambiguous_pair"]);
}

#[test]
fn a_network_cards_maker_is_no_mismatch_and_the_devices_word_is() {
    let mut world = World::new();
    world.arp("10.0.0.5", &mac(5));
    world.rows.push(keyed(1, "10.0.0.5", &mac(5)));
    world.rows[0].manufacturer = Some("㈱富士通".into());
    assert_eq!(world.codes(), Vec::<&str>::new(), "the card is of Lantronix");
    let product = |maker: &str| Fact::Product {
        source: "upnp".into(),
        maker: Some(maker.into()),
        model: None,
        serial: None,
        firmware: None,
    };
    world.see("10.0.0.5", "ssdp", vec![product("FUJITSU LIMITED")]);
    assert_eq!(world.codes(), Vec::<&str>::new());
    world.batch_mut().observations.pop();
    world.see("10.0.0.5", "ssdp", vec![product("NEC Corporation")]);
    assert_eq!(world.codes(), ["mismatch"]);
}

#[test]
fn a_row_with_a_defect_is_told_with_its_row() {
    let mut world = World::new();
    world.rows.push(row(1));
    let mut ledger = world.ledger();
    for kind in [entry::ProblemKind::MacDamaged, entry::ProblemKind::RowSkipped] {
        let origin = world.rows[0].origin.clone();
        ledger.problems.push(entry::RowProblem { origin, column: None, field: None, kind, found: "1E+11".into() });
    }
    let batch = world.batch();
    let verdict = judge(&Case {
        batch: &batch,
        reread: None,
        inventories: &[],
        ledger: &ledger.into(),
        history: &[],
        decisions: &[],
        vendors: &vendor::Vendors::default(),
        knowledge: &KNOWLEDGE,
    });
    let defects: Vec<_> = verdict.findings.iter().filter(|f| f.kind.code() == "defective_entry").collect();
    assert_eq!((defects.len(), defects[0].severity), (1, Severity::Check));
    assert_eq!(defects[0].entries, [world.rows[0].id.clone()]);
}

#[test]
fn an_ipv6_address_that_carries_a_mac_is_that_machines() {
    let mut world = World::new();
    world.arp("10.0.0.5", &mac(5));
    world.see("2001:db8::280:a3ff:fe00:5", "echo", vec![Fact::Alive]);
    let verdict = world.verdict();
    assert_eq!(verdict.assets.len(), 1);
    assert_eq!(verdict.assets[0].joined_by[0].key, "eui-64");
}

#[test]
fn a_thousand_machines_and_rows_are_judged() {
    let mut world = World::new();
    for n in 0..1000u16 {
        let [high, low] = n.to_be_bytes();
        let mac = format!("00:80:A3:01:{high:02X}:{low:02X}");
        world.arp(&format!("10.0.{high}.{low}"), &mac);
        world.rows.push(keyed(u32::from(n), &format!("10.0.{high}.{low}"), &mac));
    }
    let paired = world.verdict().entries.iter().filter(|entry| entry.verdict == EntryState::Matched).count();
    assert_eq!(paired, 1000);
}

#[test]
fn one_host_key_joins_interfaces_only_with_one_name() {
    for (second, machines) in [("CT1", 1), ("CT2", 2)] {
        let mut world = World::new();
        world.arp("10.0.0.5", &mac(5));
        world.arp("10.0.0.6", &mac(6));
        world.see("10.0.0.5", "ssh", vec![key("ab"), name("CT1")]);
        world.see("10.0.0.6", "ssh", vec![key("ab"), name(second)]);
        assert_eq!(world.verdict().assets.len(), machines, "{second}");
    }
    let mut nameless = World::new();
    nameless.see("10.0.0.5", "ssh", vec![key("ab")]);
    nameless.see("10.0.0.6", "ssh", vec![key("ab")]);
    assert_eq!(nameless.verdict().assets.len(), 2);
}

#[test]
fn a_routers_table_gives_routed_addresses_their_mac() {
    let mut world = World::new();
    world.arp("10.0.0.1", &mac(1));
    world.see("10.0.1.7", "echo", vec![Fact::Alive]);
    let neighbour = |n: u8| Fact::Neighbour {
        address: format!("10.0.1.{n}").parse().unwrap(),
        mac: mac(n).parse().unwrap(),
        interface: None,
    };
    world.see("10.0.0.1", "snmp", vec![neighbour(7), neighbour(8)]);
    let ids: Vec<String> = world.verdict().assets.into_iter().map(|asset| asset.id.0).collect();
    assert_eq!(ids, ["mac-0080A3000001", "mac-0080A3000007", "mac-0080A3000008"]);
    let makers: Vec<_> = world.verdict().assets.into_iter().filter_map(|asset| asset.maker).collect();
    assert_eq!(makers.len(), 3);
    assert!(makers.iter().flat_map(|maker| &maker.reasons).all(|why| !why.evidence.is_empty()), "{makers:#?}");
    world.rows.push(keyed(1, "10.0.1.8", &mac(8)));
    assert_eq!(world.verdict().entries[0].verdict, EntryState::Matched);
}

#[test]
fn a_device_cannot_claim_an_address_where_another_interface_answers() {
    let mut world = World::new();
    world.arp("10.0.0.1", &mac(1));
    world.arp("10.0.0.5", &mac(5));
    let own = Fact::OwnAddress { address: "10.0.0.1".parse().unwrap(), prefix_length: None, interface: Some(1) };
    let card = Fact::Interface { index: 1, name: "eth0".into(), kind: 6, mac: mac(5).parse().ok(), up: true };
    world.see("10.0.0.5", "snmp", vec![own, card]);
    assert_eq!(world.verdict().assets.len(), 2);
}

#[test]
fn a_proxy_does_not_make_one_machine_of_a_network() {
    let mut world = World::new();
    (1..=40).for_each(|n| world.arp(&format!("10.0.0.{n}"), &mac(99)));
    assert_eq!(world.verdict().assets.len(), 40);
}

#[test]
fn a_virtual_routers_address_is_no_machine_in_no_ledger() {
    let mut world = World::new();
    world.arp("10.0.0.1", "00:00:5E:00:01:07");
    assert_eq!(world.codes(), Vec::<&str>::new());
}

#[test]
fn the_second_night_says_what_is_new_gone_and_back() {
    let mut world = World::new();
    world.arp("10.0.0.5", &mac(5));
    let first = world.verdict();
    let mut second = World::new();
    second.arp("10.0.0.6", &mac(6));
    second.history.push(first.clone());
    let changes = second.verdict().changes.unwrap();
    assert_eq!((changes.new.len(), changes.gone.len(), changes.back.len()), (1, 1, 0));
    assert_eq!((changes.new_findings.len(), changes.resolved_findings.len()), (1, 1));
    world.history = vec![first, second.verdict()];
    assert_eq!(world.verdict().changes.unwrap().back.len(), 1);
    second.batch_mut().end = None;
    assert!(second.verdict().changes.unwrap().gone.is_empty(), "a partial scan sees nobody go");
}

#[derive(Debug, Clone)]
struct Sighting {
    host: u8,
    card: u8,
    fact: u8,
}

fn sightings() -> impl Strategy<Value = Vec<Sighting>> {
    let one = (0u8..6, 0u8..5, 0u8..9).prop_map(|(host, card, fact)| Sighting { host, card, fact });
    prop::collection::vec(one, 0..14)
}

fn fact(n: u8, card: u8) -> Vec<Fact> {
    let address = |text: &str| text.parse().unwrap();
    match n {
        0 => vec![Fact::Alive],
        1 => vec![name("PC1"), key("ab")],
        2 => vec![name("PC2"), key("ab")],
        3 => vec![Fact::OwnAddress { address: address("10.0.1.3"), prefix_length: Some(24), interface: Some(1) }],
        4 => vec![Fact::DefaultGateway { interface: "eth0".into() }],
        5 => vec![Fact::Neighbour { address: address("10.0.1.2"), mac: mac(card).parse().unwrap(), interface: None }],
        6 => vec![Fact::Interface { index: 1, name: "eth0".into(), kind: 6, mac: mac(card).parse().ok(), up: true }],
        7 => vec![Fact::Router { how: "upnp-igd".into() }],
        _ => vec![Fact::MachineId { source: "upnp-udn".into(), value: "uuid:1".into() }],
    }
}

fn world(sightings: &[Sighting], rows: &[(u8, u8)]) -> World {
    let mut world = World::new();
    for Sighting { host, card, fact: n } in sightings {
        if *card > 0 && *host < 4 {
            world.arp(&format!("10.0.0.{host}"), &mac(*card));
        }
        world.see(&format!("10.0.{}.{host}", host / 4), "snmp", fact(*n, *card));
    }
    for (line, (host, card)) in (1..).zip(rows) {
        world.rows.push(keyed(line, &format!("10.0.{}.{host}", host / 4), &mac(*card)));
    }
    world
}

fn text(verdict: &Verdict) -> String {
    serde_json::to_string(verdict).unwrap()
}

fn lawful(verdict: &Verdict) {
    let citations = verdict.findings.iter().flat_map(|finding| &finding.evidence);
    let points = verdict.external_points.iter().flat_map(|point| &point.evidence);
    let claims = verdict.assets.iter().flat_map(cited_by);
    for id in citations.chain(points).chain(claims) {
        assert!(verdict.evidence.contains_key(id), "{id} is cited and missing");
    }
    for finding in &verdict.findings {
        assert!(finding.asset.is_none() || !finding.evidence.is_empty(), "{finding:?} cites nothing");
        assert!(finding.entries.iter().all(|id| verdict.ledger.entries.iter().any(|entry| entry.id == *id)));
        assert!(finding.asset.iter().all(|id| verdict.assets.iter().any(|asset| asset.id == *id)));
    }
    let mut ids: Vec<_> = verdict.findings.iter().map(|finding| &finding.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), verdict.findings.len());
    assert_eq!(verdict.entries.len(), verdict.ledger.entries.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn order_and_repetition_do_not_matter(
        sightings in sightings(), rows in prop::collection::vec((0u8..6, 1u8..5), 0..5), seed: u64,
    ) {
        let world = world(&sightings, &rows);
        let expected = text(&world.verdict());
        prop_assert_eq!(&expected, &text(&world.verdict()));
        let mut turned = World::new();
        turned.rows.clone_from(&world.rows);
        *turned.batch_mut() = world.batch();
        let list = &mut turned.batch_mut().observations;
        list.extend(list.clone());
        let mut state = seed | 1;
        list.sort_by_cached_key(|_| { state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1); state >> 33 });
        turned.batch_mut().coverage.reverse();
        prop_assert_eq!(&expected, &text(&turned.verdict()));
    }

    #[test]
    fn every_verdict_is_lawful(sightings in sightings(), rows in prop::collection::vec((0u8..6, 1u8..5), 0..5)) {
        let mut world = world(&sightings, &rows);
        let first = world.verdict();
        lawful(&first);
        world.history.push(first.clone());
        let second = world.verdict();
        lawful(&second);
        let changes = second.changes.clone().unwrap();
        prop_assert!(changes.new.is_empty() && changes.gone.is_empty() && changes.changed.is_empty());
        prop_assert!(changes.new_findings.is_empty() && changes.resolved_findings.is_empty());
    }

    #[test]
    fn blocking_loses_no_pair(sightings in sightings(), rows in prop::collection::vec((0u8..6, 1u8..5), 0..5)) {
        let world = world(&sightings, &rows);
        let mut knowledge = KNOWLEDGE.clone();
        knowledge.identity.near_misses = usize::MAX;
        let verdict = world.verdict_by(&knowledge);
        let mut wanted = 0;
        for group in group::groups(&world.rows, &knowledge) {
            for asset in &verdict.assets {
                let levels = compare::levels(&group, &compare::Shown::new(asset, &knowledge), &knowledge, &compare::Spellings::default());
                wanted += usize::from(compare::shares_key(&levels));
            }
        }
        prop_assert_eq!(verdict.comparisons.len(), wanted);
    }
}
