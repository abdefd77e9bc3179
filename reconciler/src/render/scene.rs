//! The verdict with its indexes: who is meant by an id, and how a machine or a row is called.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_shared::address::Mac;
use daicho_shared::id::ObservationId;
use jiff::Timestamp;

use super::Options;
use super::words::phrase::{mark, mark_short};
use super::words::{Lang, date, fixed, problem};
use crate::judge::asset::{Asset, AssetId, Class};
use crate::judge::entry::{Entry, EntryId};
use crate::judge::inventory::InventoryFile;
use crate::judge::verdict::Verdict;

/// A verdict that can be looked up.
pub(crate) struct Scene<'a> {
    pub(crate) verdict: &'a Verdict,
    pub(crate) options: &'a Options,
    assets: BTreeMap<&'a AssetId, &'a Asset>,
    entries: BTreeMap<&'a EntryId, &'a Entry>,
    rows_of: BTreeMap<&'a AssetId, Vec<&'a EntryId>>,
    by_address: BTreeMap<IpAddr, &'a AssetId>,
    by_mac: BTreeMap<Mac, &'a AssetId>,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(verdict: &'a Verdict, options: &'a Options) -> Self {
        let mut rows_of: BTreeMap<&AssetId, Vec<&EntryId>> = BTreeMap::new();
        for row in &verdict.entries {
            if let Some(asset) = &row.asset {
                rows_of.entry(asset).or_default().push(&row.entry);
            }
        }
        let interfaces = || verdict.assets.iter().flat_map(|asset| asset.interfaces.iter().map(move |i| (asset, i)));
        Self {
            verdict,
            options,
            assets: verdict.assets.iter().map(|asset| (&asset.id, asset)).collect(),
            entries: verdict.ledger.entries.iter().map(|entry| (&entry.id, entry)).collect(),
            rows_of,
            by_address: interfaces()
                .filter(|(_, i)| !i.told)
                .flat_map(|(asset, i)| i.addresses.iter().map(|address| (*address, &asset.id)))
                .collect(),
            by_mac: interfaces().filter_map(|(asset, i)| Some((i.mac?, &asset.id))).collect(),
        }
    }

    pub(crate) fn lang(&self) -> Lang {
        self.options.lang
    }

    pub(crate) fn asset(&self, id: &AssetId) -> Option<&'a Asset> {
        self.assets.get(id).copied()
    }

    pub(crate) fn entry(&self, id: &EntryId) -> Option<&'a Entry> {
        self.entries.get(id).copied()
    }

    /// The rows that are held to be this machine.
    pub(crate) fn rows_of(&self, id: &AssetId) -> impl Iterator<Item = &'a Entry> + '_ {
        self.rows_of.get(id).into_iter().flatten().filter_map(|entry| self.entry(entry))
    }

    pub(crate) fn row_ids_of(&self, id: &AssetId) -> Vec<EntryId> {
        self.rows_of.get(id).into_iter().flatten().map(|id| (*id).clone()).collect()
    }

    /// The machine that these packets reached: by its link-layer address, which moves less.
    pub(crate) fn reached(&self, address: IpAddr, mac: Option<Mac>) -> Option<&'a AssetId> {
        mac.and_then(|mac| self.by_mac.get(&mac)).or_else(|| self.by_address.get(&address)).copied()
    }

    /// The inventory file that an observation was read from.
    pub(crate) fn inventory(&self, id: &ObservationId) -> Option<&'a InventoryFile> {
        self.verdict.inventories.iter().find(|file| file.run == id.run)
    }

    pub(crate) fn moment(&self, at: Timestamp) -> String {
        date::moment(at, &self.options.tz, self.lang())
    }

    /// `検査科の機器（MAC …、台帳では『検体検査装置PC』）`.
    pub(crate) fn subject(&self, id: &AssetId) -> String {
        let Some(asset) = self.asset(id) else { return unseen(id) };
        let lang = self.lang();
        let row = self.rows_of(id).next();
        let key = key(asset).map_or_else(|| unseen(id), |(word, value)| format!("{word} {}", mark(&value)));
        let called = match (row.and_then(row_name), asset.names.first()) {
            (Some(name), _) => lang
                .pick(format!("、台帳では『{}』", mark_short(name)), format!(", “{}” in the ledger", mark_short(name))),
            (None, Some(name)) => lang.pick(
                format!("、機器名『{}』", mark_short(&name.name)),
                format!(", called “{}”", mark_short(&name.name)),
            ),
            (None, None) => String::new(),
        };
        let what = match asset.class.value {
            Class::Unknown | Class::Iot => lang.pick("機器", "device"),
            known => fixed::class(known, lang),
        };
        match (lang, row.and_then(|row| row.department.as_deref())) {
            (Lang::Ja, Some(department)) => format!("{}の{what}（{key}{called}）", mark(department)),
            (Lang::Ja, None) => format!("{what}（{key}{called}）"),
            (Lang::En, Some(department)) => format!("the {what} of {} ({key}{called})", mark(department)),
            (Lang::En, None) => format!("the {what} ({key}{called})"),
        }
    }

    /// `台帳の行『検体検査装置PC』（管理番号 A-12、台帳.xlsx のシート『検査科』12行目）`.
    pub(crate) fn row(&self, id: &EntryId) -> String {
        let Some(entry) = self.entry(id) else { return mark(&id.0) };
        let lang = self.lang();
        let place = problem::place(&entry.origin, lang);
        let name = row_name(entry).map(mark_short);
        let number = entry.asset_no.as_deref().map(mark);
        match lang {
            Lang::Ja => {
                let name = name.map(|name| format!("『{name}』")).unwrap_or_default();
                let number = number.map(|number| format!("管理番号 {number}、")).unwrap_or_default();
                format!("台帳の行{name}（{number}{place}）")
            }
            Lang::En => {
                let name = name.map(|name| format!(" “{name}”")).unwrap_or_default();
                let number = number.map(|number| format!("asset number {number}, ")).unwrap_or_default();
                format!("ledger row{name} ({number}{place})")
            }
        }
    }

    /// The departments that the rows of a finding or of a machine name, once each.
    pub(crate) fn departments(&self, asset: Option<&AssetId>, entries: &[EntryId]) -> String {
        let own = entries.iter().filter_map(|id| self.entry(id));
        let seen = asset.into_iter().flat_map(|id| self.rows_of(id));
        let names: BTreeSet<&str> = own.chain(seen).filter_map(|row| row.department.as_deref()).collect();
        names.into_iter().collect::<Vec<_>>().join(self.lang().pick("、", ", "))
    }
}

/// What people call a row's device.
pub(crate) fn row_name(entry: &Entry) -> Option<&str> {
    let told = [&entry.hostname, &entry.description, &entry.purpose, &entry.model];
    told.into_iter().find_map(|text| text.as_deref())
}

/// The strongest thing that tells a machine from its neighbours.
pub(crate) fn key(asset: &Asset) -> Option<(&'static str, String)> {
    let mac = asset.interfaces.iter().find_map(|interface| interface.mac);
    mac.map(|mac| ("MAC", mac.to_string())).or_else(|| address(asset).map(|address| ("IP", address.to_string())))
}

/// The first address under which it was reached, IPv4 before IPv6.
pub(crate) fn address(asset: &Asset) -> Option<IpAddr> {
    let reached = asset.interfaces.iter().filter(|interface| !interface.told);
    reached
        .flat_map(|interface| interface.addresses.iter().copied())
        .min_by_key(|address| (address.is_ipv6(), *address))
}

/// A machine of another night: its id names its key.
fn unseen(id: &AssetId) -> String {
    match id.0.strip_prefix("mac-").and_then(|digits| digits.parse::<Mac>().ok()) {
        Some(mac) => format!("MAC {}", mark(&mac.to_string())),
        None => mark(&id.0),
    }
}
