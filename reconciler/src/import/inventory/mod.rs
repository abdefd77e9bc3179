//! What inventory programs say of machines: GLPI agent (JSON), OCS and `FusionInventory` (XML), and the output
//! of Windows' own commands: `systeminfo`, `Get-ComputerInfo`, `wmic`, `ipconfig /all`.
//!
//! A file becomes machines, and every machine one list of facts with the source `inventory`. The file is
//! parsed by the reading process, like a ledger; here it is only opened, and its answer put into facts.

mod ipconfig;
mod machine;
mod text;
mod tree;
mod windows;

use std::path::Path;

use sha2::{Digest, Sha256};

pub use self::machine::{Card, Kind, Machine, Machines, System};

use super::child::Answer;
use super::error::{ImportError, Reason, Refusal};
use super::{open, reader, refused};

/// The word on the command line of the reading process that stands for an inventory.
pub(crate) const WORD: &str = "inventory";

/// One inventory file, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// File name without folders.
    pub name: String,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// What it says.
    pub machines: Machines,
}

/// Reads an inventory file. It is parsed by another process: see [`super::import`].
pub fn import(path: &Path) -> Result<Read, ImportError> {
    let (name, bytes) = open(path)?;
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let answer = reader::ask(WORD, bytes).map_err(|refusal| refused(&name, told(refusal)))?;
    match answer {
        Answer::Machines(machines) => Ok(Read { name, sha256, machines }),
        Answer::Refusal(refusal) => Err(refused(&name, refusal)),
        Answer::Plain(_) => Err(ImportError::new(&name, Reason::Reader { detail: "a table came back".into() })),
    }
}

/// The machines of a file, without the other process: for tests.
pub fn read_in_process(name: &str, bytes: &[u8]) -> Result<Machines, ImportError> {
    machines(bytes).map_err(|refusal| refused(name, refusal))
}

/// What happens to a ledger's reader happens to this one, too; what helps is another thing.
fn told(refusal: Refusal) -> Refusal {
    match refusal.reason {
        Reason::ReaderTime { seconds } => Reason::InventoryDamaged { detail: format!("{seconds} s") }.into(),
        Reason::ReaderDied { detail } => Reason::InventoryDamaged { detail }.into(),
        reason => Refusal { reason, ..refusal },
    }
}

/// The machines of a file. Not safe against every file: a parser may end the process.
pub(crate) fn machines(bytes: &[u8]) -> Result<Machines, Refusal> {
    if bytes.is_empty() {
        return Err(Reason::Empty.into());
    }
    let text = text::decode(bytes)?;
    let found = match text.trim_start().chars().next() {
        Some('{' | '[') => tree::json(&text)?,
        Some('<') => tree::xml(&text)?,
        _ => windows::text(&text)?,
    };
    let mut machines = found.ok_or(Reason::NotInventory)?;
    machines.list.retain(Machine::says_something);
    if machines.list.is_empty() { Err(Reason::InventoryEmpty.into()) } else { Ok(machines) }
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::Fact;
    use proptest::prelude::*;

    use super::*;

    pub(super) fn one(bytes: &[u8]) -> Machine {
        let mut read = machines(bytes).unwrap();
        assert_eq!(read.list.len(), 1, "{read:?}");
        read.list.remove(0)
    }

    const GLPI: &str = r#"{"action": "inventory", "deviceid": "PC1-2026", "itemtype": "Computer", "content": {
        "versionclient": "GLPI-Agent_v1.7",
        "hardware": {"name": "UKETSUKE-PC01", "workgroup": "HOSP", "chassis_type": "Desktop"},
        "bios": {"smanufacturer": "FUJITSU", "smodel": "ESPRIMO D588/C", "ssn": "YLNX012345", "bversion": "V5.0.0.13"},
        "operatingsystem": {"name": "Windows", "full_name": "Microsoft Windows 10 Pro", "version": "22H2",
            "kernel_version": "10.0.19045", "arch": "64-bit"},
        "networks": [
            {"description": "Intel(R) I219-LM", "mac": "00:80:a3:00:00:05", "ipaddress": "10.20.0.5", "ipmask": "255.255.255.0", "status": "up"},
            {"description": "Intel(R) I219-LM", "mac": "00:80:a3:00:00:05", "ipaddress6": "fe80::1", "status": "up"},
            {"description": "Bluetooth", "mac": "00:80:a3:00:00:06", "status": "down"}],
        "softwares": [{"name": "7-Zip 22.01", "version": "22.01.00.0"}, {"name": "N/A", "version": "1"}]}}"#;

    #[test]
    fn a_glpi_inventory_tells_name_make_system_cards_and_software() {
        let read = machines(GLPI.as_bytes()).unwrap();
        assert_eq!(read.format, Kind::GlpiJson);
        let machine = one(GLPI.as_bytes());
        assert_eq!((machine.name.as_deref(), machine.domain.as_deref()), (Some("UKETSUKE-PC01"), Some("HOSP")));
        assert_eq!((machine.maker.as_deref(), machine.serial.as_deref()), (Some("FUJITSU"), Some("YLNX012345")));
        let os = machine.os.clone().unwrap();
        assert_eq!((os.name.as_str(), os.edition.as_deref(), os.build), ("Windows 10 Pro", Some("Pro"), Some(19045)));
        assert_eq!((machine.cards.len(), machine.software.len()), (2, 1));
        assert_eq!(machine.cards[0].addresses, [("10.20.0.5".parse().unwrap(), Some(24))]);
        let facts = machine.facts();
        assert!(facts.iter().any(|fact| matches!(fact, Fact::Interface { index: 2, up: false, .. })), "{facts:?}");
        assert!(facts.iter().any(|fact| matches!(fact, Fact::OwnAddress { prefix_length: Some(24), .. })));
    }

    #[test]
    fn an_ocs_inventory_says_the_same() {
        let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<REQUEST><CONTENT>
            <BIOS><SMANUFACTURER>Dell Inc.</SMANUFACTURER><SMODEL>OptiPlex &amp; 3070</SMODEL><SSN>5H4PRY1</SSN></BIOS>
            <HARDWARE><NAME>LAB-PC</NAME><OSNAME>Microsoft Windows 10 Enterprise</OSNAME>
            <OSVERSION>10.0.17763</OSVERSION><WORKGROUP>LAB</WORKGROUP></HARDWARE>
            <NETWORKS><DESCRIPTION>NIC</DESCRIPTION><IPADDRESS>10.20.0.6</IPADDRESS><IPMASK>255.255.0.0</IPMASK>
            <MACADDR>00:80:A3:00:00:06</MACADDR><STATUS>Up</STATUS></NETWORKS>
            <SOFTWARES><NAME>AnyDesk</NAME><VERSION>7.0</VERSION></SOFTWARES></CONTENT>
            <DEVICEID>LAB-PC-2026-01-01</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>";
        assert_eq!(machines(xml.as_bytes()).unwrap().format, Kind::OcsXml);
        let machine = one(xml.as_bytes());
        assert_eq!((machine.name.as_deref(), machine.model.as_deref()), (Some("LAB-PC"), Some("OptiPlex & 3070")));
        let os = machine.os.unwrap();
        assert_eq!(
            (os.name.as_str(), os.version.as_deref(), os.build),
            ("Windows 10 Enterprise", Some("10.0"), Some(17763))
        );
        assert_eq!((machine.cards[0].addresses[0].1, machine.software[0].0.as_str()), (Some(16), "AnyDesk"));
    }

    #[test]
    fn what_is_no_inventory_is_told_apart_from_a_damaged_and_an_empty_one() {
        let reason = |bytes: &[u8]| machines(bytes).unwrap_err().reason;
        assert_eq!(reason(b""), Reason::Empty);
        assert_eq!(reason("管理番号,IPアドレス\nA-1,10.0.0.5\n".as_bytes()), Reason::NotInventory);
        assert_eq!(reason(b"{\"a\": 1}"), Reason::NotInventory);
        assert_eq!(reason(b"<html><body/></html>"), Reason::NotInventory);
        assert_eq!(reason(b"{\"content\": {\"hardware\": {}}}"), Reason::InventoryEmpty);
        assert!(matches!(reason(&GLPI.as_bytes()[..900]), Reason::InventoryDamaged { .. }));
        assert!(matches!(reason(b"<REQUEST><CONTENT>"), Reason::InventoryDamaged { .. }));
        assert!(matches!(reason(b"\x00\x01\xff\xfe\x80\x81"), Reason::NotText { .. }));
        let deep = format!("<REQUEST>{}", "<A>".repeat(100_000));
        assert!(matches!(reason(deep.as_bytes()), Reason::InventoryDamaged { .. }));
        assert!(matches!(reason("[".repeat(100_000).as_bytes()), Reason::InventoryDamaged { .. }));
    }

    proptest! {
        #[test]
        fn no_octets_panic(bytes: Vec<u8>) {
            let _ = machines(&bytes);
        }

        #[test]
        fn a_cut_anywhere_never_panics(cut in 0usize..1200) {
            let _ = machines(&GLPI.as_bytes()[..cut.min(GLPI.len())]);
        }

        #[test]
        fn text_that_looks_like_a_command_never_panics(
            text in "(Host Name|ホスト名|Node|Windows IP 構成|\"|,|:|\\[01\\]|10\\.0\\.0\\.5| |\n|\r|\\{|\\}|;){0,60}",
        ) {
            let _ = machines(text.as_bytes());
        }
    }
}
