//! What is understood otherwise than before, of the same night: other rules or other eyes, not other devices.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::asset::{Asset, AssetId, Claim, Class};
use super::verdict::Verdict;

/// One thing about one device that is understood otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The device.
    pub asset: AssetId,
    /// What about it.
    pub part: Part,
    /// Before: a class code or a text; `None` where nothing was known.
    pub before: Option<String>,
    /// Now.
    pub now: Option<String>,
    /// How sure that is now.
    pub confidence: u8,
}

/// A part of an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// 分類.
    Class,
    /// メーカー.
    Maker,
    /// 型番.
    Model,
    /// OS.
    Os,
    /// ファームウェア.
    Firmware,
    /// シリアル番号.
    Serial,
}

/// One part of an asset, as a text, and how sure it is.
type Read = fn(&Asset) -> Option<(String, u8)>;

const PARTS: [(Part, Read); 6] = [
    (Part::Class, class),
    (Part::Maker, |asset| claim(asset.maker.as_ref())),
    (Part::Model, |asset| claim(asset.model.as_ref())),
    (Part::Os, |asset| claim(asset.os.as_ref())),
    (Part::Firmware, |asset| claim(asset.firmware.as_ref())),
    (Part::Serial, |asset| claim(asset.serial.as_ref())),
];

/// Every difference between two verdicts on one run, by device and then by part. Devices that only one of
/// them knows are left out: they are other joins of the same interfaces.
pub fn changes(before: &Verdict, now: &Verdict) -> Vec<Change> {
    let then: BTreeMap<&AssetId, &Asset> = before.assets.iter().map(|asset| (&asset.id, asset)).collect();
    let both = now.assets.iter().filter_map(|asset| Some((*then.get(&asset.id)?, asset)));
    both.flat_map(|(then, now)| compared(then, now)).collect()
}

fn compared(then: &Asset, now: &Asset) -> Vec<Change> {
    let change = |(part, read): &(Part, Read)| {
        let (before, after) = (read(then), read(now));
        let (value, confidence) = after.map_or((None, 0), |(value, sure)| (Some(value), sure));
        let before = before.map(|(value, _)| value);
        let change = Change { asset: now.id.clone(), part: *part, before, now: value, confidence };
        (change.before != change.now).then_some(change)
    };
    PARTS.iter().filter_map(change).collect()
}

fn class(asset: &Asset) -> Option<(String, u8)> {
    let known = asset.class.value != Class::Unknown;
    known.then(|| (asset.class.value.code().to_owned(), asset.class.confidence))
}

fn claim(claim: Option<&Claim>) -> Option<(String, u8)> {
    claim.map(|claim| (claim.value.clone(), claim.confidence))
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::{Fact, PortState, Transport};

    use super::super::sample::World;
    use super::*;

    #[test]
    fn what_is_understood_otherwise_is_told_and_nothing_else() {
        let mut world = World::new();
        world.arp("10.0.0.5", "00:80:A3:00:00:05");
        world.arp("10.0.0.6", "00:80:A3:00:00:06");
        let before = world.verdict();
        let open = Fact::Port { transport: Transport::Tcp, port: 9100, state: PortState::Open };
        world.see("10.0.0.5", "connect", vec![open]);
        let now = world.verdict();
        let changes = changes(&before, &now);
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!((changes[0].part, changes[0].now.as_deref()), (Part::Class, Some("printer")));
        assert_eq!(super::changes(&now, &now), []);
    }
}
