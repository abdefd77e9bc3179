//! What reached the devices: the numbers that 臨床工学 asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::judge::asset::AssetId;
use crate::judge::entry::{DeviceType, Register};
use crate::render::scene::Scene;
use crate::render::words::Lang;
use crate::render::words::headings::headings;
use crate::render::words::phrase::Phrase;

/// Packets, counted per device.
pub(crate) struct Impact {
    pub(crate) total: u64,
    /// Sent to everybody on a link (multicast, broadcast).
    pub(crate) to_all: u64,
    /// Machines found that got any.
    pub(crate) devices: usize,
    pub(crate) most: Option<Most>,
    pub(crate) medical_devices: usize,
    pub(crate) medical_most: Option<Most>,
    pub(crate) left_alone: Vec<Phrase>,
}

/// The device that got most.
pub(crate) struct Most {
    pub(crate) asset: AssetId,
    pub(crate) device: Phrase,
    pub(crate) packets: u64,
}

impl Impact {
    /// Heading and text, line by line; the same on the terminal and on paper.
    pub(crate) fn lines(&self, lang: Lang) -> Vec<(&'static str, Phrase)> {
        let w = headings(lang);
        let (total, to_all, devices, medical) = (self.total, self.to_all, self.devices, self.medical_devices);
        let all = lang.pick(
            format!("{total}パケット（送信した機器 {devices}台、うち全機器あての同報 {to_all}パケット）"),
            format!("{total} packets ({devices} machines reached; {to_all} of the packets to everybody)"),
        );
        let mut lines = vec![(w.packets_total, Phrase::new(all))];
        lines.extend(self.most.as_ref().map(|most| (w.packets_most, most.text(lang))));
        lines.extend(self.medical_most.as_ref().map(|most| {
            let (text, base) = (
                most.text(lang),
                lang.pick(format!("医療機器 {medical}台中"), format!("of {medical} medical devices")),
            );
            (w.packets_medical, text.then(&lang.pick(format!("、{base}"), format!(", {base}"))))
        }));
        lines.extend(self.left_alone.iter().map(|device| (w.left_alone, device.clone())));
        lines
    }
}

impl Most {
    fn text(&self, lang: Lang) -> Phrase {
        let packets = self.packets;
        Phrase::new(lang.pick(format!("{packets}パケット: "), format!("{packets} packets: "))).join(&self.device)
    }
}

/// Counts them. Addresses in which no machine was found count in the total only.
pub(crate) fn impact(scene: &Scene<'_>) -> Impact {
    let verdict = scene.verdict;
    let mut per_device: BTreeMap<&AssetId, u64> = BTreeMap::new();
    for sent in &verdict.sent {
        if let Some(asset) = scene.reached(sent.address, sent.mac) {
            *per_device.entry(asset).or_default() += u64::from(sent.packets);
        }
    }
    let medical: BTreeSet<&AssetId> = verdict.assets.iter().map(|a| &a.id).filter(|id| is_medical(id, scene)).collect();
    Impact {
        total: verdict.sent.iter().map(|sent| u64::from(sent.packets)).sum(),
        to_all: verdict.sent.iter().filter(|s| is_group(s.address)).map(|s| u64::from(s.packets)).sum(),
        devices: per_device.len(),
        most: most(per_device.iter().map(|(id, packets)| (*id, *packets)), scene),
        medical_devices: medical.len(),
        medical_most: most(medical.iter().map(|id| (*id, per_device.get(id).copied().unwrap_or_default())), scene),
        left_alone: left_alone(scene),
    }
}

/// The network or the ledger calls it a medical device.
pub(crate) fn is_medical(id: &AssetId, scene: &Scene<'_>) -> bool {
    let seen = scene.asset(id).is_some_and(|asset| asset.class.value.is_medical());
    let mut rows = scene.rows_of(id);
    seen || rows.any(|row| row.register == Register::Medical || row.device_type == Some(DeviceType::Medical))
}

/// Meant for everybody: multicast, or the limited broadcast address.
pub(crate) fn is_group(address: IpAddr) -> bool {
    address.is_multicast() || matches!(address, IpAddr::V4(v4) if v4.is_broadcast())
}

fn most<'a>(counts: impl Iterator<Item = (&'a AssetId, u64)>, scene: &Scene<'_>) -> Option<Most> {
    let (asset, packets) = counts.max_by_key(|(id, packets)| (*packets, std::cmp::Reverse(*id)))?;
    Some(Most { asset: asset.clone(), device: Phrase::new(scene.subject(asset)), packets })
}

fn left_alone(scene: &Scene<'_>) -> Vec<Phrase> {
    let alone = scene.verdict.assets.iter().filter(|asset| asset.left_alone);
    alone.map(|asset| Phrase::new(scene.subject(&asset.id))).collect()
}
