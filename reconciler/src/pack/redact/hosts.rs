//! Names of devices that tell an address, a MAC or a serial number of the same device: `pc-20-015`, `NPI1A2B3C`.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Range;

use daicho_shared::address::Mac;

use super::view::View;
use crate::judge::asset::Asset;
use crate::judge::entry::Entry;

/// Devices whose name ends with the last octet of their address, from which on it is no chance.
const NUMBERED: usize = 3;

/// A name, and which part of it tells something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    /// The name without its domain, folded.
    name: String,
    /// What is masked of it.
    tells: Range<usize>,
    /// Whose it is.
    owner: String,
    sure: Sure,
}

/// How sure it is that a part of a name tells something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sure {
    Yes,
    /// It is the number at its end, which is the last octet of the device's address.
    Numbered,
    /// It is the number at its end, and is not.
    Otherwise,
}

/// What is masked of names, and whose they are, by name.
pub(super) type Masked = BTreeMap<String, (String, Vec<Range<usize>>)>;

/// Numbers at the end count where names are numbered by addresses: that is half of them at least.
pub(super) fn masked(hosts: Vec<Host>) -> Masked {
    let count = |sure: Sure| hosts.iter().filter(|host| host.sure == sure).count();
    let (numbered, otherwise) = (count(Sure::Numbered), count(Sure::Otherwise));
    let by_address = numbered >= NUMBERED && numbered >= otherwise;
    let mut masked = Masked::new();
    for host in hosts {
        if host.sure == Sure::Yes || by_address && host.sure == Sure::Numbered {
            masked.entry(host.name).or_insert_with(|| (host.owner, vec![])).1.push(host.tells);
        }
    }
    masked
}

/// Of a machine, by its own interfaces.
pub(super) fn of_asset(asset: &Asset) -> Vec<Host> {
    let own = Own::of(Some(asset), None);
    asset.names.iter().flat_map(|name| own.hosts(&name.name, &asset.id.0)).collect()
}

/// Of a ledger row, by what it says and by what was seen of it.
pub(super) fn of_entry(entry: &Entry, owner: &str, asset: Option<&Asset>) -> Vec<Host> {
    let own = Own::of(asset, Some(entry));
    entry.hostname.iter().flat_map(|name| own.hosts(name, owner)).collect()
}

/// What a device has that its name may tell.
struct Own<'a> {
    addresses: Vec<[u8; 4]>,
    macs: Vec<Mac>,
    serials: Vec<&'a str>,
}

impl<'a> Own<'a> {
    fn of(asset: Option<&'a Asset>, entry: Option<&'a Entry>) -> Self {
        let interfaces = asset.into_iter().flat_map(|asset| &asset.interfaces);
        let of_row = entry.into_iter().flat_map(|entry| &entry.addresses);
        let addresses = interfaces.clone().flat_map(|one| &one.addresses).chain(of_row);
        let four = |address: &IpAddr| if let IpAddr::V4(v4) = address { Some(v4.octets()) } else { None };
        let macs = interfaces.filter_map(|one| one.mac).chain(entry.into_iter().flat_map(|entry| entry.macs.clone()));
        let told = asset.and_then(|asset| asset.serial.as_ref()).map(|claim| claim.value.as_str());
        let serials = told.into_iter().chain(entry.and_then(|entry| entry.serial_no.as_deref()));
        Self { addresses: addresses.filter_map(four).collect(), macs: macs.collect(), serials: serials.collect() }
    }

    fn hosts(&self, name: &str, owner: &str) -> Vec<Host> {
        let folded = View::plain(name).text;
        let label = folded.split('.').next().unwrap_or_default();
        let host = |tells, sure| Host { name: label.to_owned(), tells, owner: owner.to_owned(), sure };
        let mut hosts: Vec<Host> = self.told(label).into_iter().map(|tells| host(tells, Sure::Yes)).collect();
        hosts.extend(self.number(label).map(|(tells, sure)| host(tells, sure)));
        hosts
    }

    fn told(&self, label: &str) -> Vec<Range<usize>> {
        let addresses = self.addresses.iter().flat_map(|address| addresses(label, *address));
        let macs = self.macs.iter().filter_map(|mac| tail(label, *mac));
        let serials = self.serials.iter().filter_map(|serial| {
            let serial = View::plain(serial.trim()).text;
            (serial.len() >= 5).then(|| within(label, &serial, serial.len(), |_| false)).flatten()
        });
        addresses.chain(macs).chain(serials).collect()
    }

    /// The number at the end.
    fn number(&self, label: &str) -> Option<(Range<usize>, Sure)> {
        let digits = label.len() - label.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let number: u16 = label[label.len() - digits..].parse().ok()?;
        let is = self.addresses.iter().any(|address| u16::from(address[3]) == number);
        (!self.addresses.is_empty() && digits < label.len())
            .then_some((label.len() - digits..label.len(), if is { Sure::Numbered } else { Sure::Otherwise }))
    }
}

/// All four octets without signs between them, or in hexadecimal; or the last two.
fn addresses(label: &str, [a, b, c, d]: [u8; 4]) -> Vec<Range<usize>> {
    let digit = |c: char| c.is_ascii_digit();
    let mut all = vec![
        within(label, &format!("{a:03}{b:03}{c:03}{d:03}"), 3, digit),
        within(label, &format!("{a:02x}{b:02x}{c:02x}{d:02x}"), 2, |c| c.is_ascii_hexdigit()),
        within(label, &format!("{c:03}{d:03}"), 3, digit),
    ];
    let joined = format!("{a}{b}{c}{d}");
    if joined.len() >= 7 {
        all.push(within(label, &joined, d.to_string().len(), digit));
    }
    for sign in ['-', '_'] {
        all.push(within(label, &format!("{c}{sign}{d}"), d.to_string().len(), digit));
        all.push(within(label, &format!("{c:03}{sign}{d:03}"), 3, digit));
    }
    all.into_iter().flatten().collect()
}

/// The last three octets of a MAC address, as printers and telephones are called; or the last two, at the end.
fn tail(label: &str, mac: Mac) -> Option<Range<usize>> {
    let digits = mac.digits().to_lowercase();
    let [x, y, z] = [&digits[6..8], &digits[8..10], &digits[10..]];
    let spelt = [format!("{x}{y}{z}"), format!("{x}-{y}-{z}"), format!("{x}_{y}_{z}")];
    spelt.iter().find_map(|spelt| within(label, spelt, spelt.len(), |_| false)).or_else(|| {
        let short = format!("{y}{z}");
        let before = label.strip_suffix(short.as_str())?.chars().next_back();
        let alone = before.is_some_and(|c| !c.is_ascii_hexdigit());
        (alone && short.contains(|c: char| c.is_ascii_alphabetic())).then(|| label.len() - short.len()..label.len())
    })
}

/// The last octets of a text within another one, where no such sign stands beside it.
fn within(label: &str, text: &str, last: usize, joins: impl Fn(char) -> bool) -> Option<Range<usize>> {
    label.match_indices(text).find_map(|(at, found)| {
        let end = at + found.len();
        let before = label[..at].chars().next_back().is_some_and(&joins);
        let after = label[end..].chars().next().is_some_and(&joins);
        (!before && !after).then_some(end - last..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str) -> Vec<String> {
        let own = Own {
            addresses: vec![[192, 168, 1, 20]],
            macs: vec!["00:80:A3:1A:2B:3C".parse().unwrap()],
            serials: vec!["PF1ABC2"],
        };
        let hosts = own.hosts(name, "");
        hosts.into_iter().filter(|host| host.sure == Sure::Yes).map(|host| host.name[host.tells].to_owned()).collect()
    }

    #[test]
    fn a_name_tells_its_own_devices_numbers_and_no_others() {
        for (name, tells) in [
            ("PC192168001020", "020"),
            ("ws-C0A80114", "14"),
            ("pc-1-20.example.local", "20"),
            ("xray001020", "020"),
            ("PC192168120", "20"),
            ("NPI1A2B3C", "1a2b3c"),
            ("BRN1A-2B-3C", "1a-2b-3c"),
            ("Canon-2b3c", "2b3c"),
            ("DESKTOP-PF1ABC2", "pf1abc2"),
        ] {
            assert!(told(name).contains(&tells.to_owned()), "{name}: {:?}", told(name));
        }
        for name in ["pc-11-20", "PC-21-20", "PC20", "SRV-2B3CD", "PACS01", "CT-001"] {
            assert_eq!(told(name), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn names_that_are_numbered_by_address_are_found_out_and_chance_is_not() {
        let hosts = |names: &[(&str, u8)]| {
            let own = |last| Own { addresses: vec![[10, 0, 0, last]], macs: vec![], serials: vec![] };
            masked(names.iter().flat_map(|(name, last)| own(*last).hosts(name, "")).collect()).len()
        };
        assert_eq!(hosts(&[("pc020", 20), ("pc021", 21), ("pc022", 22), ("pc099", 30)]), 3);
        assert_eq!(hosts(&[("pc1", 1), ("pc2", 12), ("pc3", 13), ("pc4", 4)]), 0);
    }
}
