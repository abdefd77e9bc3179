//! Lines and devices are not the same: one router with several lines, two routers with one line, one line in two
//! registers.

use daicho_shared::fact::Fact;

use super::super::figure::Value;
use super::super::points::Seen;
use super::super::sample::{ROUTER, Situation, all_well, department};
use super::super::sheet::Sheet;
use super::drafts;
use crate::judge::entry::*;
use crate::judge::sample::keyed;

const PARTNER: &str = "00:80:A3:00:00:02";
const SHARED: &str = "10.0.0.254";

/// What became of each point, declared ones first.
fn seen(sheet: &Sheet) -> Vec<Seen> {
    sheet.points.iter().map(|point| point.seen).collect()
}

fn codes(situation: &Situation) -> Vec<&'static str> {
    situation.verdict().findings.iter().map(|finding| finding.kind.code()).collect()
}

/// A line more of the first department, which states so many.
fn line(situation: &mut Situation, number: u32, address: &str, mac: &str, kind: &str) {
    let mut line = situation.world.rows[3].clone();
    let blank = keyed(number, address, mac);
    (line.id, line.origin) = (EntryId(format!("external_connection:EXT-0{number}")), blank.origin);
    (line.asset_no, line.line_kind) = (Some(format!("EXT-0{number}")), Some(kind.into()));
    (line.addresses, line.macs) = (blank.addresses, blank.macs);
    situation.world.rows.push(line);
}

fn states(situation: &mut Situation, points: u32) {
    situation.records[0] = department(1, "情報システム室", Some(points));
}

#[test]
fn a_router_with_several_lines_has_a_point_for_each_and_none_beside() {
    let wwan = Fact::Interface { index: 3, name: "wwan0".into(), kind: 243, mac: None, up: true };
    for (address, mac) in [("10.0.0.1", ROUTER), ("10.0.0.1", ""), ("10.0.0.2", ROUTER)] {
        let mut situation = all_well();
        line(&mut situation, 11, address, mac, "LTE");
        line(&mut situation, 12, address, mac, "LTE");
        states(&mut situation, 3);
        situation.world.see("10.0.0.1", "snmp", vec![Fact::Forwarding { enabled: true }, wwan.clone()]);
        let sheet = situation.answer("gmis");
        assert_eq!(seen(&sheet), [Seen::Declared; 3], "{address} {mac}");
        let names: Vec<_> = sheet.points.iter().filter_map(|point| point.name.as_deref()).collect();
        assert_eq!(names, ["EXT-001", "EXT-011", "EXT-012"]);
        let counted = &sheet.departments[0];
        assert_eq!((counted.registered, counted.confirmed, counted.seen, counted.undeclared), (3, 3, 3, 0));
        assert_eq!(drafts(&sheet)[2], "Q10 Yes");
        let told = codes(&situation);
        assert!(!told.contains(&"duplicate_entry") && !told.contains(&"undeclared_uplink"), "{told:?}");
        assert!(!told.contains(&"not_in_ledger"), "{told:?}");
        // Without the machine's own row, too.
        situation.world.rows.remove(0);
        assert_eq!(seen(&situation.answer("gmis")), [Seen::Declared; 3], "{address} {mac}");
    }
}

#[test]
fn a_line_that_is_gone_is_not_kept_in_use_by_another_of_its_router() {
    for (status, counted) in [(Status::Retired, 1), (Status::Stopped, 2)] {
        let mut situation = all_well();
        line(&mut situation, 11, "10.0.0.1", ROUTER, "LTE");
        situation.world.rows[4].status = status;
        let sheet = situation.answer("gmis");
        assert_eq!((sheet.points.len(), sheet.departments[0].registered), (counted, 1), "{status:?}");
        assert_eq!(drafts(&sheet)[2], "Q10 Yes", "{status:?}");
    }
}

#[test]
fn a_line_that_its_routers_other_line_does_not_explain_is_still_undeclared() {
    let mut situation = all_well();
    line(&mut situation, 11, "10.0.0.1", ROUTER, "光回線（インターネット）");
    states(&mut situation, 2);
    let wwan = Fact::Interface { index: 3, name: "wwan0".into(), kind: 243, mac: None, up: true };
    situation.world.see("10.0.0.1", "snmp", vec![Fact::Forwarding { enabled: true }, wwan]);
    let sheet = situation.answer("gmis");
    assert_eq!(seen(&sheet), [Seen::Declared, Seen::Declared, Seen::Undeclared]);
    assert_eq!(sheet.figures["points.undeclared"].value, Value::Count { count: 1 });
}

#[test]
fn a_machines_row_without_an_address_and_its_line_are_one_point() {
    let spoilt: [fn(&mut Entry, &mut Entry); 3] = [
        |_, _| {},
        |machine, line| {
            machine.asset_no = Some("NW-0031".into());
            line.model = Some("NW-0031".into());
            line.department = Some("放射線科".into());
        },
        |machine, _| machine.hostname = Some("EDGE-ROUTER".into()),
    ];
    for (number, spoil) in spoilt.into_iter().enumerate() {
        let mut situation = all_well();
        situation.world.rows[0].external_connection = FourValued::Yes;
        (situation.world.rows[0].addresses, situation.world.rows[0].macs) = (vec![], vec![]);
        let [machine, _, _, line] = &mut situation.world.rows[..] else { panic!() };
        spoil(machine, line);
        let name =
            Fact::Name { source: daicho_shared::fact::NameSource::Netbios, name: "EDGE-ROUTER".into(), domain: None };
        situation.world.see("10.0.0.1", "netbios", vec![name]);
        assert_eq!(situation.answer("gmis").points.len(), 1, "{number}");
        assert!(!codes(&situation).contains(&"undeclared_uplink"), "{number}");
    }
    // Two such rows of one department, or a line of another one, are not known to be one.
    let mut situation = all_well();
    situation.world.rows[0].external_connection = FourValued::Yes;
    (situation.world.rows[0].addresses, situation.world.rows[0].macs) = (vec![], vec![]);
    situation.world.rows[3].department = Some("放射線科".into());
    assert_eq!(situation.answer("gmis").points.len(), 2);
}

/// Two routers that share an address, as their own word and the virtual router's MAC address tell.
fn pair(rows: impl Fn(&mut Situation)) -> Situation {
    let mut situation = all_well();
    situation.world.arp("10.0.0.2", PARTNER);
    let addresses = vec![SHARED.parse().unwrap()];
    for address in ["10.0.0.1", "10.0.0.2"] {
        let priority = 100;
        let shared = Fact::VirtualRouter { protocol: "vrrp".into(), group: 7, addresses: addresses.clone(), priority };
        situation.world.see(address, "vrrp", vec![shared]);
        situation.world.see(address, "snmp", vec![Fact::Forwarding { enabled: true }]);
        situation.world.see(address, "route", vec![Fact::DefaultGateway { interface: "eth0".into() }]);
    }
    situation.world.arp(SHARED, "00:00:5E:00:01:07");
    situation.world.see(SHARED, "route", vec![Fact::DefaultGateway { interface: "eth0".into() }]);
    rows(&mut situation);
    situation
}

fn partner(situation: &mut Situation) {
    let mut partner = situation.world.rows[0].clone();
    let blank = keyed(9, "10.0.0.2", PARTNER);
    (partner.id, partner.origin, partner.asset_no) = (blank.id, blank.origin, Some("IT-009".into()));
    (partner.addresses, partner.macs) = (blank.addresses, blank.macs);
    situation.world.rows.push(partner);
}

/// Its name, the rows that declare it, and its points.
type Case<'a> = (&'a str, &'a dyn Fn(&mut Situation), usize);

#[test]
fn two_routers_with_one_address_are_no_undeclared_point() {
    let both = |situation: &mut Situation| {
        partner(situation);
        line(situation, 11, "10.0.0.2", PARTNER, "光回線（インターネット）");
        states(situation, 2);
    };
    let shared_line = |situation: &mut Situation| {
        partner(situation);
        (situation.world.rows[3].addresses, situation.world.rows[3].macs) = (vec![SHARED.parse().unwrap()], vec![]);
    };
    let one_row = |situation: &mut Situation| {
        for row in [0, 3] {
            let row = &mut situation.world.rows[row];
            row.macs = [ROUTER, PARTNER].map(|mac| mac.parse().unwrap()).to_vec();
            row.addresses = ["10.0.0.1", "10.0.0.2", SHARED].map(|address| address.parse().unwrap()).to_vec();
        }
    };
    let lines_alone = |situation: &mut Situation| {
        line(situation, 11, SHARED, PARTNER, "光回線（インターネット）");
        situation.world.rows[3].addresses = vec![SHARED.parse().unwrap()];
        situation.world.rows.remove(0);
        states(situation, 2);
    };
    let cases: [Case<'_>; 4] =
        [("both", &both, 2), ("shared", &shared_line, 1), ("one row", &one_row, 1), ("lines alone", &lines_alone, 2)];
    for (name, rows, points) in cases {
        let situation = pair(rows);
        let sheet = situation.answer("gmis");
        assert_eq!(seen(&sheet), vec![Seen::Declared; points], "{name}");
        let told = codes(&situation);
        assert!(!told.contains(&"undeclared_uplink") && !told.contains(&"forwards_undeclared"), "{name}: {told:?}");
        assert!(!told.contains(&"not_in_ledger") && !told.contains(&"dual_homed"), "{name}: {told:?}");
        assert_eq!(drafts(&sheet)[2], "Q10 Yes", "{name}");
    }
}
