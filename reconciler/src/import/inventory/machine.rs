//! One machine as an inventory describes it, and the facts that it becomes.

use std::net::IpAddr;

use daicho_shared::address::Mac;
use daicho_shared::fact::{Fact, NameSource};
use daicho_shared::text::bounded;
use serde::{Deserialize, Serialize};

/// The most machines of one file.
pub(super) const MACHINES: usize = 20_000;
/// The most network cards of one machine.
const CARDS: usize = 64;
/// The most addresses of one network card.
const ADDRESSES: usize = 32;
/// The most programs of one machine.
const SOFTWARE: usize = 2_000;
/// Who says so, in every fact.
const SOURCE: &str = "inventory";

/// What board makers write where the computer's maker should have written something.
const PLACEHOLDERS: [&str; 14] = [
    "to be filled by o.e.m.",
    "system manufacturer",
    "system product name",
    "system serial number",
    "default string",
    "not specified",
    "not applicable",
    "not available",
    "none",
    "n/a",
    "unknown",
    "0",
    "00000000",
    "123456789",
];

/// Which program wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The GLPI agent's JSON.
    GlpiJson,
    /// OCS Inventory's or `FusionInventory`'s XML.
    OcsXml,
    /// `systeminfo`.
    Systeminfo,
    /// `Get-ComputerInfo | ConvertTo-Json`.
    ComputerInfo,
    /// `wmic … /format:csv`.
    Wmic,
    /// `ipconfig /all`.
    Ipconfig,
}

impl Kind {
    /// The word in stored files and on the screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GlpiJson => "glpi-json",
            Self::OcsXml => "ocs-xml",
            Self::Systeminfo => "systeminfo",
            Self::ComputerInfo => "get-computerinfo",
            Self::Wmic => "wmic",
            Self::Ipconfig => "ipconfig",
        }
    }
}

/// What one file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machines {
    /// Which program wrote it.
    pub format: Kind,
    /// Its machines.
    pub list: Vec<Machine>,
}

/// One machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Computer name.
    pub name: Option<String>,
    /// Domain or workgroup.
    pub domain: Option<String>,
    /// Maker of the computer.
    pub maker: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Version of its firmware (BIOS).
    pub firmware: Option<String>,
    /// Operating system.
    pub os: Option<System>,
    /// Network cards.
    pub cards: Vec<Card>,
    /// Programs, each with its version where that is a field of its own.
    pub software: Vec<(String, Option<String>)>,
}

/// An operating system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct System {
    /// Name with edition, e.g. `Windows 10 Pro`.
    pub name: String,
    /// Version, e.g. `10.0`.
    pub version: Option<String>,
    /// Build, e.g. 19045.
    pub build: Option<u32>,
    /// Edition alone, e.g. `Pro`.
    pub edition: Option<String>,
}

/// One network card.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Name or description.
    pub name: String,
    /// Link-layer address.
    pub mac: Option<Mac>,
    /// A cable or a network is connected.
    pub up: bool,
    /// Addresses with their prefix lengths, where told.
    pub addresses: Vec<(IpAddr, Option<u8>)>,
}

/// A text that says something, bounded.
pub(super) fn told(text: &str) -> Option<String> {
    let text = bounded(text);
    let says = !text.is_empty() && !PLACEHOLDERS.contains(&text.to_lowercase().as_str());
    says.then_some(text)
}

impl System {
    /// From a caption (`Microsoft Windows 10 Pro`) and a version (`10.0.19045`, `10.0.19045 N/A Build 19045`).
    pub(super) fn new(caption: &str, version: &str) -> Option<Self> {
        let caption = caption.trim().trim_start_matches("Microsoft").trim_start_matches(['®', '(', 'R', ')']).trim();
        let name = told(caption.trim_end_matches('.'))?;
        let number = version.split_whitespace().next().unwrap_or_default();
        let parts: Vec<&str> = number.split('.').collect();
        let windows = name.starts_with("Windows");
        let (version, build) = match parts.as_slice() {
            [major, minor, build, ..] if windows => (format!("{major}.{minor}"), build.parse().ok()),
            _ => (number.to_owned(), None),
        };
        let edition = if windows { edition(&name) } else { None };
        Some(Self { version: told(&version), build, edition, name })
    }
}

/// `Windows Server 2019 Standard` → `Standard`: what follows the release.
fn edition(name: &str) -> Option<String> {
    let release =
        |word: &&str| word.chars().next().is_some_and(|first| first.is_ascii_digit()) || ["XP", "Vista"].contains(word);
    let mut words = name.split_whitespace().skip_while(|word| !release(word)).skip(1).peekable();
    let _ = words.next_if_eq(&"R2");
    let rest: Vec<&str> = words.collect();
    (!rest.is_empty()).then(|| rest.join(" "))
}

impl Card {
    /// Addresses without their prefix lengths.
    pub(super) fn add_all(&mut self, addresses: Vec<IpAddr>) {
        for address in addresses {
            self.add(address, None);
        }
    }

    /// An address that tells something: not a loopback, not one that every link has.
    pub(super) fn add(&mut self, address: IpAddr, prefix: Option<u8>) {
        let local = match address {
            IpAddr::V4(v4) => v4.is_link_local() || v4.is_loopback() || v4.is_unspecified(),
            IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.is_loopback() || v6.is_unspecified(),
        };
        let known = self.addresses.iter().any(|(known, _)| *known == address);
        if !local && !known && self.addresses.len() < ADDRESSES {
            self.addresses.push((address, prefix));
        }
    }
}

/// The prefix length of a mask in dots.
pub(super) fn prefix(mask: &str) -> Option<u8> {
    let mask: std::net::Ipv4Addr = mask.trim().parse().ok()?;
    ipnet::Ipv4Net::with_netmask(std::net::Ipv4Addr::UNSPECIFIED, mask).ok().map(|net| net.prefix_len())
}

/// An address with what Windows writes behind it: `10.20.0.5(Preferred)`, `fe80::1%12(優先)`.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.trim().split(['(', '（', '%', ' ', '/']).next()?.parse().ok()
}

impl Machine {
    /// A card of this link-layer address, or a new one.
    pub(super) fn card(&mut self, name: &str, mac: Option<Mac>) -> Option<&mut Card> {
        let mac = mac.filter(|mac| mac.is_interface());
        let found = self.cards.iter().position(|card| mac.is_some() && card.mac == mac);
        let place = match found {
            Some(place) => place,
            None if self.cards.len() < CARDS => {
                self.cards.push(Card { name: bounded(name), mac, ..Card::default() });
                self.cards.len() - 1
            }
            None => return None,
        };
        self.cards.get_mut(place)
    }

    /// A program.
    pub(super) fn program(&mut self, name: &str, version: Option<&str>) {
        if let Some(name) = told(name).filter(|_| self.software.len() < SOFTWARE) {
            self.software.push((name, version.and_then(told)));
        }
    }

    /// It names the machine or one of its cards, and is worth keeping.
    pub(super) fn says_something(&self) -> bool {
        let keyed = self.name.is_some() || self.serial.is_some() || self.cards.iter().any(|card| card.mac.is_some());
        keyed || self.cards.iter().any(|card| !card.addresses.is_empty())
    }

    /// The card by which it is found on the network: the first that is up and has an address, IPv4 first.
    pub fn place(&self) -> (Option<IpAddr>, Option<Mac>) {
        let mut cards: Vec<&Card> = self.cards.iter().collect();
        let v4 = |card: &Card| card.addresses.iter().any(|(address, _)| address.is_ipv4());
        cards.sort_by_key(|card| (!card.up, card.mac.is_none(), !v4(card), card.addresses.is_empty()));
        let Some(card) = cards.first() else { return (None, None) };
        let address = card.addresses.iter().map(|(address, _)| *address).min_by_key(IpAddr::is_ipv6);
        (address, card.mac)
    }

    /// What it says, as facts.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = vec![];
        facts.extend(self.name.clone().map(|name| Fact::Name {
            source: NameSource::Inventory,
            name,
            domain: self.domain.clone(),
        }));
        let (maker, model, serial, firmware) =
            (self.maker.clone(), self.model.clone(), self.serial.clone(), self.firmware.clone());
        if maker.is_some() || model.is_some() || serial.is_some() {
            facts.push(Fact::Product { source: SOURCE.into(), maker, model, serial, firmware });
        }
        facts.extend(self.os.clone().map(|System { name, version, build, edition }| Fact::OperatingSystem {
            source: SOURCE.into(),
            name: Some(name),
            version,
            build,
            edition,
        }));
        for (index, card) in (1..).zip(&self.cards) {
            facts.extend(card_facts(index, card));
        }
        let program = |(name, version): &(String, Option<String>)| Fact::Software {
            source: SOURCE.into(),
            name: name.clone(),
            version: version.clone(),
        };
        facts.extend(self.software.iter().map(program));
        facts
    }
}

fn card_facts(index: u32, card: &Card) -> Vec<Fact> {
    // ethernetCsmacd(6) of the IANA ifType registry: files do not say more.
    let interface = Fact::Interface { index, name: card.name.clone(), kind: 6, mac: card.mac, up: card.up };
    let own = |(address, prefix): &(IpAddr, Option<u8>)| Fact::OwnAddress {
        address: *address,
        prefix_length: *prefix,
        interface: Some(index),
    };
    [interface].into_iter().chain(card.addresses.iter().map(own)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_and_versions_of_windows_are_taken_apart() {
        for (caption, version, expected) in [
            (
                "Microsoft Windows 10 Pro",
                "10.0.19045 N/A ビルド 19045",
                ("Windows 10 Pro", Some("10.0"), Some(19045), Some("Pro")),
            ),
            (
                "Microsoft Windows 7 Professional ",
                "6.1.7601 Service Pack 1 ビルド 7601",
                ("Windows 7 Professional", Some("6.1"), Some(7601), Some("Professional")),
            ),
            (
                "Microsoft Windows Server 2012 R2 Standard",
                "6.3.9600",
                ("Windows Server 2012 R2 Standard", Some("6.3"), Some(9600), Some("Standard")),
            ),
            ("Ubuntu 22.04.3 LTS", "22.04", ("Ubuntu 22.04.3 LTS", Some("22.04"), None, None)),
        ] {
            let system = System::new(caption, version).unwrap();
            let found = (system.name.as_str(), system.version.as_deref(), system.build, system.edition.as_deref());
            assert_eq!(found, expected);
        }
        assert_eq!(System::new("", "10.0"), None);
    }

    #[test]
    fn what_board_makers_leave_in_says_nothing() {
        assert_eq!(told("To Be Filled By O.E.M."), None);
        assert_eq!(told(" ESPRIMO ").as_deref(), Some("ESPRIMO"));
    }

    #[test]
    fn addresses_come_with_what_windows_writes_behind_them() {
        assert_eq!(address("10.20.0.5(優先)"), "10.20.0.5".parse().ok());
        assert_eq!(address("fd00::1%12(Preferred)"), "fd00::1".parse().ok());
        assert_eq!((prefix("255.255.254.0"), prefix("255.0.255.0")), (Some(23), None));
    }
}
