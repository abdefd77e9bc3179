//! Finding the device that somebody means by an address, a MAC address, a name, or an id.

use std::net::IpAddr;

use daicho_shared::address::Mac;

use super::asset::Asset;
use super::verdict::Verdict;

impl Verdict {
    /// Every device that the text may mean; the strongest kind of key that finds any decides. An address
    /// that a device was reached at comes before one that another only tells of.
    pub fn find(&self, text: &str) -> Vec<&Asset> {
        let text = text.trim();
        let by = |such: &dyn Fn(&Asset) -> bool| -> Vec<&Asset> { self.assets.iter().filter(|a| such(a)).collect() };
        let address = text.parse::<IpAddr>().ok();
        let mac = text.parse::<Mac>().ok();
        let ways: [Vec<&Asset>; 5] = [
            by(&|asset| asset.id.0.eq_ignore_ascii_case(text)),
            by(&|asset| has(asset, address, mac, false)),
            by(&|asset| has(asset, address, mac, true)),
            by(&|asset| asset.names.iter().any(|name| is_called(&name.name, text))),
            by(&|asset| self.is_declared(asset, text)),
        ];
        ways.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// A ledger row declares this address, MAC address or name.
    pub fn declares(&self, text: &str) -> bool {
        let (address, mac) = (text.trim().parse::<IpAddr>().ok(), text.trim().parse::<Mac>().ok());
        self.ledger.entries.iter().any(|row| {
            let by_name = row.hostname.as_deref().is_some_and(|name| is_called(name, text.trim()));
            by_name
                || address.is_some_and(|address| row.addresses.contains(&address))
                || mac.is_some_and(|mac| row.macs.contains(&mac))
        })
    }

    /// Its row carries this computer name, description or 管理番号.
    fn is_declared(&self, asset: &Asset, text: &str) -> bool {
        let mine = self.entries.iter().filter(|row| row.asset.as_ref() == Some(&asset.id));
        let mut rows = mine.filter_map(|row| self.ledger.entries.iter().find(|entry| entry.id == row.entry));
        rows.any(|row| {
            let names = [&row.hostname, &row.description, &row.asset_no];
            names.into_iter().flatten().any(|name| is_called(name, text))
        })
    }
}

fn has(asset: &Asset, address: Option<IpAddr>, mac: Option<Mac>, told: bool) -> bool {
    asset.interfaces.iter().filter(|interface| interface.told == told).any(|interface| {
        address.is_some_and(|address| interface.addresses.contains(&address)) || (mac.is_some() && interface.mac == mac)
    })
}

/// The whole name, or its first label.
fn is_called(name: &str, text: &str) -> bool {
    let same = |name: &str| name.to_lowercase() == text.to_lowercase();
    same(name) || name.split('.').next().is_some_and(same)
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::{Fact, NameSource};

    use super::super::sample::{World, keyed};

    #[test]
    fn a_device_is_found_by_address_mac_name_id_and_by_what_its_row_says() {
        let mut world = World::new();
        world.arp("10.0.0.5", "00:80:A3:00:00:05");
        let name = Fact::Name { source: NameSource::Mdns, name: "ct1.local".into(), domain: None };
        world.see("10.0.0.5", "mdns", vec![name]);
        world.arp("10.0.0.6", "00:80:A3:00:00:06");
        world.rows.push(keyed(1, "10.0.0.5", "00:80:A3:00:00:05"));
        world.rows[0].asset_no = Some("A-12".into());
        world.rows.push(keyed(2, "10.0.0.9", "00:80:A3:00:00:09"));
        let verdict = world.verdict();
        for text in ["10.0.0.5", "00-80-a3-00-00-05", "CT1", "ct1.local", "mac-0080A3000005", " a-12 "] {
            let found: Vec<_> = verdict.find(text).iter().map(|asset| asset.id.0.as_str()).collect();
            assert_eq!(found, ["mac-0080A3000005"], "{text}");
        }
        assert!(verdict.find("10.0.0.9").is_empty() && verdict.declares("10.0.0.9"));
        assert!(verdict.find("nobody").is_empty() && !verdict.declares("nobody"));
    }
}
