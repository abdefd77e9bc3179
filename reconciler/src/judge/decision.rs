//! What people decided about a device. It wins over whatever the network says, on every run, until it is
//! withdrawn; what the network says is kept beside it.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;

use daicho_shared::address::Mac;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::asset::{Asset, Claim, Class, ClassClaim, Contrary, Decided};
use super::group::serial_key;

/// The `source` of a claim that a person made.
pub const PERSON: &str = "person";

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Its place in the list of all decisions: the later one counts.
    pub number: i64,
    /// Which device.
    pub key: DecisionKey,
    /// What about it.
    pub about: About,
    /// What it is: a class code, or a text.
    pub value: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, in that person's words.
    pub note: Option<String>,
}

/// What a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// 分類.
    Class,
    /// メーカー.
    Maker,
    /// 型番.
    Model,
    /// OS.
    Os,
}

impl About {
    /// Every one, with its word in the database and on the command line.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Class, "class"), (Self::Maker, "maker"), (Self::Model, "model"), (Self::Os, "os")];

    /// `class`, `maker`, `model` or `os`.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(about, _)| *about == self).map_or("class", |(_, code)| code)
    }

    /// The opposite of [`Self::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == code).map(|(about, _)| *about)
    }
}

/// How a device is found again on another night: `mac-0080A3123456`, `serial-AB12`, or `ip-10.20.1.5`
/// where nothing better is known of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DecisionKey(pub String);

impl fmt::Display for DecisionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl DecisionKey {
    /// The strongest key of a device: a MAC address that a maker gave, its serial number, any MAC address,
    /// an address. A random MAC address changes by itself, and an address may be anybody's tomorrow.
    pub fn of(asset: &Asset) -> Option<Self> {
        let given = macs(asset).filter(|mac| !mac.is_local()).min();
        let by_mac = |mac: Mac| Self(format!("mac-{}", mac.digits()));
        let serial = || Some(Self(format!("serial-{}", serial(asset)?)));
        let address = || addresses(asset).min_by_key(|address| (address.is_ipv6(), *address));
        given
            .map(by_mac)
            .or_else(serial)
            .or_else(|| macs(asset).min().map(by_mac))
            .or_else(|| address().map(|address| Self(format!("ip-{address}"))))
    }

    /// The address, where nothing better was known.
    pub fn address(&self) -> Option<IpAddr> {
        self.0.strip_prefix("ip-")?.parse().ok()
    }

    /// The link-layer address.
    pub fn mac(&self) -> Option<Mac> {
        self.0.strip_prefix("mac-")?.parse().ok()
    }

    fn serial(&self) -> Option<&str> {
        self.0.strip_prefix("serial-")
    }

    /// The device is meant.
    pub fn is(&self, asset: &Asset) -> bool {
        if let Some(mac) = self.mac() {
            return macs(asset).any(|own| own == mac);
        }
        if let Some(address) = self.address() {
            return addresses(asset).any(|own| own == address);
        }
        let own = serial(asset);
        self.serial().is_some_and(|key| own.as_deref() == Some(key))
    }
}

/// Interfaces that were seen; what a device only tells of may be another one's.
fn macs(asset: &Asset) -> impl Iterator<Item = Mac> {
    asset.interfaces.iter().filter(|interface| !interface.told).filter_map(|interface| interface.mac)
}

fn addresses(asset: &Asset) -> impl Iterator<Item = IpAddr> {
    asset.interfaces.iter().filter(|interface| !interface.told).flat_map(|i| i.addresses.iter().copied())
}

fn serial(asset: &Asset) -> Option<String> {
    asset.serial.as_ref().and_then(|claim| serial_key(&claim.value))
}

/// What people decided, by device: there may be many of both.
pub(crate) struct Decisions<'a> {
    macs: HashMap<Mac, Vec<&'a Decision>>,
    addresses: HashMap<IpAddr, Vec<&'a Decision>>,
    serials: HashMap<&'a str, Vec<&'a Decision>>,
}

impl<'a> Decisions<'a> {
    /// Each under what its key names.
    pub(crate) fn new(decisions: &'a [Decision]) -> Self {
        let mut all = Self { macs: HashMap::new(), addresses: HashMap::new(), serials: HashMap::new() };
        for decision in decisions {
            let key = &decision.key;
            if let Some(mac) = key.mac() {
                all.macs.entry(mac).or_default().push(decision);
            } else if let Some(address) = key.address() {
                all.addresses.entry(address).or_default().push(decision);
            } else if let Some(serial) = key.serial() {
                all.serials.entry(serial).or_default().push(decision);
            }
        }
        all
    }

    /// Those about a device, the oldest first, each once.
    fn about(&self, asset: &Asset) -> Vec<&'a Decision> {
        let by_mac = macs(asset).filter_map(|mac| self.macs.get(&mac));
        let by_address = addresses(asset).filter_map(|address| self.addresses.get(&address));
        let by_serial = if self.serials.is_empty() { None } else { serial(asset) };
        let by_serial = by_serial.and_then(|serial| self.serials.get(serial.as_str()));
        let mut mine: Vec<&Decision> = by_mac.chain(by_address).chain(by_serial).flatten().copied().collect();
        mine.sort_by_key(|decision| decision.number);
        mine.dedup_by(|one, other| std::ptr::eq(*one, *other));
        mine
    }
}

/// Writes what people decided over what was concluded.
pub(crate) fn apply(asset: &mut Asset, decisions: &Decisions<'_>) {
    for decision in decisions.about(asset) {
        match decision.about {
            About::Class => {
                if let Ok(class) = decision.value.parse() {
                    decide_class(&mut asset.class, class, decided(decision));
                }
            }
            About::Maker => decide(&mut asset.maker, decision),
            About::Model => decide(&mut asset.model, decision),
            About::Os => decide(&mut asset.os, decision),
        }
    }
}

fn decided(decision: &Decision) -> Decided {
    let Decision { key, by, at, note, .. } = decision;
    Decided { by: by.clone(), at: *at, note: note.clone(), key: key.0.clone() }
}

fn decide_class(claim: &mut ClassClaim, value: Class, by: Decided) {
    let reasons = std::mem::take(&mut claim.reasons);
    let found = std::mem::replace(&mut claim.value, value);
    let weight = u32::from(std::mem::replace(&mut claim.confidence, 100));
    let earlier = claim.decided.replace(by).is_some();
    claim.others.retain(|other| other.value != value);
    if found == value {
        claim.reasons = reasons;
    } else if !earlier && found != Class::Unknown {
        claim.others.insert(0, Contrary { value: found, weight, reasons });
    }
}

fn decide(claim: &mut Option<Claim>, decision: &Decision) {
    let found = claim.take();
    let mut now = Claim {
        value: decision.value.clone(),
        source: PERSON.into(),
        confidence: 100,
        decided: Some(decided(decision)),
        ..Claim::default()
    };
    if let Some(found) = found {
        now.others = found.others;
        if found.value == now.value {
            (now.reasons, now.evidence) = (found.reasons, found.evidence);
        } else if found.decided.is_none() {
            now.others.retain(|other| other.value != now.value);
            let weight = u32::from(found.confidence);
            now.others.insert(0, Contrary { value: found.value, weight, reasons: found.reasons });
        }
    }
    *claim = Some(now);
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::{Fact, PortState, Transport};

    use super::super::sample::World;
    use super::*;

    const MAC: &str = "00:80:A3:00:00:05";

    fn decision(number: i64, key: &str, about: About, value: &str) -> Decision {
        let (by, at) = ("山田".to_owned(), "2026-04-01T00:00:00Z".parse().unwrap());
        Decision { number, key: DecisionKey(key.into()), about, value: value.into(), by, at, note: None }
    }

    fn printer() -> World {
        let mut world = World::new();
        world.arp("10.0.0.5", MAC);
        let open = Fact::Port { transport: Transport::Tcp, port: 9100, state: PortState::Open };
        world.see("10.0.0.5", "connect", vec![open]);
        world
    }

    #[test]
    fn a_decision_wins_and_what_the_network_says_is_kept_beside_it() {
        let mut world = printer();
        world.decisions.push(decision(1, "mac-0080A3000005", About::Class, "medical.analyser"));
        let class = world.verdict().assets[0].class.clone();
        assert_eq!((class.value, class.confidence), (Class::Analyser, 100));
        assert_eq!(class.decided.unwrap().by, "山田");
        assert_eq!(class.others[0].value, Class::Printer);
        assert!(!class.others[0].reasons.is_empty());
    }

    #[test]
    fn the_later_decision_counts_and_a_decision_about_another_device_does_not() {
        let mut world = printer();
        world.decisions.push(decision(2, "mac-0080A3000005", About::Class, "server"));
        world.decisions.push(decision(1, "mac-0080A3000005", About::Class, "camera"));
        world.decisions.push(decision(3, "mac-0080A3000006", About::Class, "phone"));
        let class = world.verdict().assets[0].class.clone();
        assert_eq!(class.value, Class::Server);
        assert!(class.others.iter().all(|other| other.value != Class::Camera), "{class:?}");
    }

    #[test]
    fn maker_model_and_os_are_decided_too_and_the_first_key_is_a_makers_mac() {
        let mut world = printer();
        for (number, about) in [(1, About::Maker), (2, About::Model), (3, About::Os)] {
            world.decisions.push(decision(number, "ip-10.0.0.5", about, "X"));
        }
        let asset = &world.verdict().assets[0];
        let values = [&asset.maker, &asset.model, &asset.os].map(|claim| claim.clone().unwrap());
        assert!(values.iter().all(|claim| claim.value == "X" && claim.source == PERSON && claim.decided.is_some()));
        assert!(values[0].others.iter().any(|other| other.value.contains("Lantronix")), "{:?}", values[0]);
        assert_eq!(DecisionKey::of(asset).unwrap().0, "mac-0080A3000005");
    }

    #[test]
    fn words_and_codes_are_one() {
        for (about, code) in About::ALL {
            assert_eq!((About::from_code(code), about.code()), (Some(about), code));
        }
    }
}
