//! What happened to a device, where several differences between its row and what was seen tell one story.

use super::difference::Difference;
use super::entry::Field;
use super::finding::Happened;
use super::names::{Likeness, likeness};
use super::scene::Scene;

/// What the differences of a pair mean together; `None` where they are a wrong entry as likely as anything.
pub(crate) fn happened(scene: &Scene<'_>, group: usize, asset: usize, found: &[Difference]) -> Option<Happened> {
    let (rows, shown) = (&scene.groups[group], scene.shown(asset));
    let differs = |field: Field| found.iter().any(|difference| difference.field == field);
    let by_serial = shown.serial.as_ref().is_some_and(|serial| rows.serials.contains(serial));
    let by_key = rows.known.meets(&shown.keys);
    let by_mac = rows.macs.meets(&shown.macs);
    let like = |seen: &String| rows.hosts.iter().any(|declared| likeness(declared, seen) != Likeness::Differs);
    let by_name = shown.hosts.iter().any(like);
    let here = by_name || rows.addresses.meets(&shown.addresses);
    let other_hardware = differs(Field::MacAddress) || differs(Field::SerialNo);
    match () {
        () if differs(Field::MacAddress) && shown.random => Some(Happened::RandomMac),
        () if differs(Field::MacAddress) && (by_serial || by_key) => Some(Happened::NewCard),
        () if other_hardware && !by_mac && !by_serial && !by_key && here => Some(Happened::Replaced),
        () if differs(Field::IpAddress) && (by_mac || by_serial || by_key || by_name) => {
            let near = rows.addresses.iter().any(|address| shown.segments.iter().any(|net| net.contains(address)));
            Some(if near || shown.segments.is_empty() { Happened::Readdressed } else { Happened::Moved })
        }
        () if differs(Field::Hostname) && (by_mac || by_serial || by_key) => Some(Happened::Renamed),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::{Fact, NameSource};

    use super::super::finding::Kind;
    use super::super::sample::{World, keyed};
    use super::super::verdict::EntryState;
    use super::*;

    const OWN: &str = "00:80:A3:00:00:05";
    const OTHER: &str = "00:80:A3:00:00:99";

    fn product(serial: &str) -> Fact {
        let (maker, model, firmware) = (None, None, None);
        Fact::Product { source: "entity-mib".into(), maker, model, serial: Some(serial.into()), firmware }
    }

    fn named(name: &str) -> Fact {
        Fact::Name { source: NameSource::Netbios, name: name.into(), domain: None }
    }

    /// A row with everything, and a machine that was seen so.
    fn seen(address: &str, mac: &str, facts: Vec<Fact>) -> World {
        let mut world = World::new();
        world.rows.push(keyed(1, "10.0.0.5", OWN));
        world.rows[0].hostname = Some("CT-CONSOLE".into());
        world.rows[0].serial_no = Some("SN-1001".into());
        world.arp(address, mac);
        world.see(address, "snmp", facts);
        world
    }

    /// What is said to have happened, once for all differences; nobody is new and nobody is lost.
    fn story(world: &World) -> Option<Happened> {
        let verdict = world.verdict();
        assert_eq!(verdict.entries[0].verdict, EntryState::MatchedWithDifferences, "{:#?}", verdict.comparisons);
        let told: Vec<_> = verdict.findings.iter().map(|finding| finding.happened).collect();
        let mismatch = |kind: &Kind| matches!(kind, Kind::Mismatch { .. });
        assert!(verdict.findings.iter().all(|finding| mismatch(&finding.kind)), "{:#?}", verdict.findings);
        assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
        told[0]
    }

    #[test]
    fn the_same_name_at_the_same_place_with_new_hardware_was_exchanged() {
        let replaced = Some(Happened::Replaced);
        let new = vec![named("CT-CONSOLE"), product("SN-2002")];
        assert_eq!(story(&seen("10.0.0.5", OTHER, new.clone())), replaced);
        assert_eq!(story(&seen("10.0.0.77", OTHER, new)), replaced, "it got another address in the segment");
        assert_eq!(
            story(&seen("10.0.0.5", OTHER, vec![named("CT-CONSOLE")])),
            replaced,
            "nobody knows its serial number"
        );
    }

    #[test]
    fn a_new_card_in_the_old_machine_is_known_by_its_serial_number_or_its_key() {
        let card = Some(Happened::NewCard);
        assert_eq!(story(&seen("10.0.0.5", OTHER, vec![product("SN-1001")])), card);
        let key = Fact::HostKey { port: 22, algorithm: "ssh-ed25519".into(), sha256: "ab".into() };
        let first = seen("10.0.0.5", OWN, vec![key.clone()]).verdict();
        let mut second = seen("10.0.0.5", OTHER, vec![key]);
        second.history.push(first);
        assert_eq!(story(&second), card);
    }

    #[test]
    fn another_address_in_the_segment_and_another_segment_are_told_apart() {
        assert_eq!(story(&seen("10.0.0.77", OWN, vec![])), Some(Happened::Readdressed));
        let mut moved = seen("10.0.0.5", OWN, vec![]);
        moved.rows[0].addresses = vec!["10.0.1.5".parse().unwrap()];
        assert_eq!(story(&moved), Some(Happened::Moved));
    }

    #[test]
    fn another_name_of_the_same_machine_is_a_new_name() {
        assert_eq!(story(&seen("10.0.0.5", OWN, vec![named("CT-NEW")])), Some(Happened::Renamed));
    }

    #[test]
    fn a_random_address_is_no_exchange_and_a_stranger_with_one_is_told_apart() {
        let random = "3A:11:22:33:44:55";
        assert_eq!(story(&seen("10.0.0.5", random, vec![named("CT-CONSOLE")])), Some(Happened::RandomMac));
        let stranger = |mac: &str| {
            let mut world = World::new();
            world.arp("10.0.0.9", mac);
            let finding = world.verdict().findings.remove(0);
            (finding.kind, finding.happened, finding.severity)
        };
        let (guest, machine) = (stranger(random), stranger("52:54:00:11:22:33"));
        assert_eq!((guest.0, guest.1), (Kind::NotInLedger, Some(Happened::RandomMac)));
        assert_eq!((machine.1, machine.2 > guest.2), (None, true), "a virtual machine keeps its address");
    }

    #[test]
    fn a_device_that_gets_its_address_by_dhcp_may_have_any() {
        let mut world = seen("10.0.0.200", OWN, vec![named("CT-CONSOLE")]);
        world.rows[0].dynamic_address = true;
        assert_eq!(world.verdict().entries[0].verdict, EntryState::Matched);
    }

    #[test]
    fn the_address_of_a_cluster_is_held_by_one_node_or_the_other_and_never_lost() {
        for holder in ["00:80:A3:00:00:0A", "00:80:A3:00:00:0B"] {
            let mut world = World::new();
            world.arp("10.0.0.10", "00:80:A3:00:00:0A");
            world.arp("10.0.0.11", "00:80:A3:00:00:0B");
            world.arp("10.0.0.12", holder);
            world.rows.push(keyed(1, "10.0.0.10", "00:80:A3:00:00:0A"));
            world.rows.push(keyed(2, "10.0.0.11", "00:80:A3:00:00:0B"));
            world.rows.push(keyed(3, "10.0.0.12", ""));
            let verdict = world.verdict();
            assert!(verdict.findings.is_empty(), "{:#?}", verdict.findings);
            let id = format!("mac-{}", holder.replace(':', ""));
            assert_eq!(verdict.entries[2].asset.as_ref().map(|asset| asset.0.as_str()), Some(id.as_str()));
        }
    }

    #[test]
    fn whoever_took_the_address_of_a_missing_device_does_not_stand_for_it() {
        let mut world = World::new();
        world.arp("10.0.0.12", OWN);
        world.rows.push(keyed(1, "10.0.0.5", OWN));
        world.rows.push(keyed(2, "10.0.0.12", ""));
        let verdict = world.verdict();
        assert_eq!(verdict.entries[1].verdict, EntryState::NotFound);
    }

    #[test]
    fn rows_of_one_number_and_name_with_a_card_each_are_one_machine() {
        let mut world = World::new();
        for (line, address, mac) in [(1, "10.0.0.5", OWN), (2, "10.0.1.5", OTHER)] {
            let mut row = keyed(line, address, mac);
            (row.asset_no, row.hostname) = (Some("IT-001".into()), Some("GW1".into()));
            world.rows.push(row);
            world.arp(address, mac);
        }
        let card = |index, mac: &str| {
            let (name, mac) = (format!("eth{index}"), mac.parse().ok());
            Fact::Interface { index, name, kind: 6, mac, up: true }
        };
        world.see("10.0.0.5", "snmp", vec![card(1, OWN), card(2, OTHER), named("GW1")]);
        world.rows[0].dual_homed = super::super::entry::FourValued::Yes;
        let verdict = world.verdict();
        assert_eq!((verdict.assets.len(), verdict.findings.len()), (1, 0), "{:#?}", verdict.findings);
        assert!(verdict.entries.iter().all(|row| row.verdict == EntryState::Matched));
    }

    #[test]
    fn the_number_on_the_snmp_label_finds_the_row() {
        let mut world = World::new();
        let system = Fact::System {
            description: "switch".into(),
            object_id: "1.3.6.1.4.1.9".into(),
            name: "core".into(),
            contact: "情報係".into(),
            location: "2F EPS / ＭＥ-0042".into(),
            uptime_seconds: 1,
        };
        world.arp("10.0.0.5", OWN);
        world.see("10.0.0.5", "snmp", vec![system]);
        world.rows.push(super::super::sample::row(1));
        world.rows[0].asset_no = Some("ME-0042".into());
        let verdict = world.verdict();
        assert_eq!(verdict.entries[0].verdict, EntryState::Matched, "{:#?}", verdict.comparisons);
        assert!(verdict.comparisons[0].levels.iter().any(|level| level.key == "label" && level.weight == 60));
    }
}
