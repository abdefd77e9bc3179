//! What an audit of the demo hospital must find, complete both ways.

use std::net::IpAddr;

use daicho_shared::address::Mac;
use serde::Deserialize;

/// The demo hospital's scenario.
pub const DEMO: &str = include_str!("../../demo/scenario.toml");

/// Every finding that must be there; no other may be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The day on which it was written: ends of support after it are no surprise, and not told here.
    pub written: String,
    /// In no particular order.
    #[serde(rename = "finding")]
    pub findings: Vec<Expected>,
}

/// One finding, named by what identifies it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The finding's stable code.
    pub code: String,
    /// 管理番号 of a row that it is about.
    pub entry: Option<String>,
    /// An address of the machine that it is about, or that it tells of.
    pub address: Option<IpAddr>,
    /// A link-layer address of that machine.
    pub mac: Option<Mac>,
    /// The column, as the findings name it.
    pub field: Option<String>,
    /// The defect of a row.
    pub problem: Option<String>,
    /// Why a row could not be checked.
    pub reason: Option<String>,
    /// A service or product that it is about.
    pub about: Option<String>,
    /// Why it must be there, in one sentence.
    pub why: String,
}

impl Scenario {
    /// The demo hospital's scenario.
    pub fn demo() -> Result<Self, toml::de::Error> {
        toml::from_str(DEMO)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::ledger::Ledger;
    use super::*;
    use crate::description::Hospital;

    fn column(name: &str) -> Vec<String> {
        let rows = Ledger::demo().unwrap().books.into_iter().flat_map(|book| book.rows);
        rows.filter_map(|row| row.get(name).cloned()).collect()
    }

    #[test]
    fn every_row_and_device_that_it_names_exists() {
        let (numbers, hospital) = (column("管理番号"), Hospital::parse(crate::description::DEMO).unwrap());
        for expected in Scenario::demo().unwrap().findings {
            assert!(expected.entry.iter().all(|number| numbers.contains(number)), "{expected:?}");
            let mut interfaces = hospital.devices.iter().flat_map(|device| &device.interfaces);
            let known = expected.mac.is_none_or(|mac| interfaces.any(|interface| interface.mac == mac));
            assert!(known && !expected.why.is_empty(), "{expected:?}");
        }
    }

    /// A device that no row names by any key is a finding, and nothing else is `not_in_ledger`.
    #[test]
    fn the_undeclared_devices_are_those_that_no_row_names() {
        let hospital = Hospital::parse(crate::description::DEMO).unwrap();
        let cells: BTreeSet<String> = ["IPアドレス", "MACアドレス", "コンピュータ名"]
            .into_iter()
            .flat_map(|name| {
                column(name).into_iter().flat_map(|cell| cell.split('\n').map(str::to_owned).collect::<Vec<_>>())
            })
            .collect();
        let undeclared = hospital.devices.iter().filter(|device| {
            let keys = device.interfaces.iter().flat_map(|interface| {
                [interface.ipv4.map(|a| a.to_string()), Some(interface.mac.to_string())].into_iter().flatten()
            });
            !keys.chain([device.name.clone()]).any(|key| cells.contains(&key))
        });
        let undeclared: BTreeSet<Mac> = undeclared.map(|device| device.interfaces[0].mac).collect();
        let findings = Scenario::demo().unwrap().findings;
        let expected =
            findings.iter().filter(|finding| finding.code == "not_in_ledger").filter_map(|finding| finding.mac);
        assert_eq!(undeclared, expected.collect());
    }
}
