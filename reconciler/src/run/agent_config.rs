//! What the agent is told, as its own settings file.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use daicho_shared::address::Mac;
use daicho_shared::class::{self, Class};
use ipnet::{IpNet, Ipv4Net};
use serde::Serialize;

use super::{Failure, declared};
use crate::judge::decision::{About, Decision};
use crate::judge::entry::Ledger;
use crate::settings::{self, Dicom, Resolver, Scope, Settings, Snmp};
use crate::{cli, edge};

/// The agent's settings file.
#[derive(Debug, Serialize)]
struct AgentConfig<'a> {
    stop_file: &'a Path,
    scope: &'a Scope,
    pace: Pace,
    resolver: &'a Resolver,
    snmp: &'a Snmp,
    dicom: &'a Dicom,
    uplink: Uplink<'a>,
    care: Care,
}

/// How second networks and ways out are looked for.
#[derive(Debug, Serialize)]
struct Uplink<'a> {
    #[serde(flatten)]
    settings: settings::Uplink,
    thorough: bool,
    networks: Vec<IpNet>,
    walk: Vec<Walk<'a>>,
}

/// A device to be walked through.
#[derive(Debug, Serialize)]
struct Walk<'a> {
    address: IpAddr,
    reason: &'a str,
}

/// What this run is for, besides the usual.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Errand<'a> {
    /// A segment that is to be shown closed.
    pub(super) closed: Option<IpNet>,
    /// A device to be walked through, with the reason.
    pub(super) walk: Option<&'a cli::Walk>,
}

#[derive(Debug, Serialize)]
struct Pace {
    profile: &'static str,
}

/// Devices to be treated with the small budget, because the ledger or a person says that they are fragile.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Care {
    addresses: BTreeSet<IpAddr>,
    macs: BTreeSet<Mac>,
    /// Those that may be asked one verification in the protocol that they exist to serve.
    verify_addresses: BTreeSet<IpAddr>,
    verify_macs: BTreeSet<Mac>,
}

/// What is known of devices before the scan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// What people declared.
    pub(super) ledger: &'a Ledger,
    /// What people decided.
    pub(super) decisions: &'a [Decision],
}

/// Writes the agent's settings file into the data folder, for its owner only: it holds SNMP passwords.
pub(super) fn write(
    data: &Path,
    folder: &Path,
    settings: &Settings,
    known: &Known<'_>,
    errand: &Errand<'_>,
) -> Result<PathBuf, Failure> {
    let path = data.join("agent.toml");
    let text = text(folder, settings, known, errand)?;
    edge::replace_private_file(&path, text.as_bytes()).map_err(|source| Failure::file(&path, source))?;
    Ok(path)
}

fn text(folder: &Path, settings: &Settings, known: &Known<'_>, errand: &Errand<'_>) -> Result<String, Failure> {
    let stop_file = folder.join(&settings.scan.stop_file);
    let config = AgentConfig {
        stop_file: &stop_file,
        scope: &settings.scope,
        pace: Pace { profile: settings.scan.profile.as_str() },
        resolver: &settings.resolver,
        snmp: &settings.snmp,
        dicom: &settings.dicom,
        uplink: uplink(settings, known, errand),
        care: care(known),
    };
    Ok(toml::to_string(&config).map_err(anyhow::Error::from)?)
}

/// The most networks that are tried beside those of the agent's own table.
const NETWORKS: usize = 64;

fn uplink<'a>(settings: &Settings, known: &Known<'_>, errand: &Errand<'a>) -> Uplink<'a> {
    let walk = errand.walk.and_then(|walk| Some(Walk { address: walk.walk?, reason: walk.reason.as_deref()? }));
    Uplink {
        settings: settings.uplink,
        thorough: errand.closed.is_some(),
        networks: elsewhere(settings, known.ledger),
        walk: walk.into_iter().collect(),
    }
}

/// The hospital's other networks, as its ledger knows them: its segments, and a /24 around every private address, as
/// nobody declares masks beside addresses; each as far as it is not scanned.
fn elsewhere(settings: &Settings, ledger: &Ledger) -> Vec<IpNet> {
    let declared = ledger.entries.iter().flat_map(|row| &row.addresses).filter_map(|address| match address {
        IpAddr::V4(v4) if v4.is_private() => Some(Ipv4Net::new_assert(*v4, 24).trunc()),
        _ => None,
    });
    let segments = ledger.entries.iter().flat_map(|row| &row.segments).filter_map(|segment| match segment {
        IpNet::V4(v4) if v4.addr().is_private() => Some(*v4),
        _ => None,
    });
    let networks: BTreeSet<Ipv4Net> = segments.chain(declared).collect();
    let scanned = |network: &Ipv4Net| {
        settings.scope.networks.iter().any(|scope| {
            let network = IpNet::V4(*network);
            scope.contains(&network) || network.contains(scope)
        })
    };
    networks.into_iter().filter(|network| !scanned(network)).take(NETWORKS).map(IpNet::V4).collect()
}

/// An address from DHCP is listed, too: to be gentle with the wrong device harms nobody.
///
/// A decision for a class that needs no care takes nothing off the list: where ledger and person say
/// different things, the agent takes the more careful one.
fn care(known: &Known<'_>) -> Care {
    let mut care = Care::default();
    for entry in &known.ledger.entries {
        let (addresses, macs) = match declared::care(entry) {
            class::Care::None => continue,
            class::Care::Verify => (&mut care.verify_addresses, &mut care.verify_macs),
            class::Care::Presence => (&mut care.addresses, &mut care.macs),
        };
        addresses.extend(&entry.addresses);
        macs.extend(&entry.macs);
    }
    for decision in known.decisions.iter().filter(|decision| decision.about == About::Class) {
        let class = decision.value.parse::<Class>().unwrap_or(Class::Unknown);
        let (addresses, macs) = match class.care() {
            class::Care::None => continue,
            class::Care::Verify => (&mut care.verify_addresses, &mut care.verify_macs),
            class::Care::Presence => (&mut care.addresses, &mut care.macs),
        };
        addresses.extend(decision.key.address());
        macs.extend(decision.key.mac());
    }
    care
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::decision::DecisionKey;
    use crate::judge::entry::Entry;
    use serde_json::json;

    /// As few words as an entry can be made of.
    fn entry(register: &str, device_type: Option<&str>, address: &str, mac: &str) -> Entry {
        serde_json::from_value(json!({
            "id": address, "register": register, "origin": {"file": "a.csv", "sheet": "", "row": 2},
            "asset_no": null, "manufacturer": null, "model": null, "serial_no": null, "os": null, "software": [],
            "addresses": [address], "dynamic_address": false, "macs": [mac], "hostname": null, "location": null,
            "users": [], "registered": null, "status": "active", "description": null, "department": null,
            "device_type": device_type, "remote_maintenance": "unknown", "network": "yes",
            "external_connection": "unknown", "dual_homed": "unknown", "line_kind": null, "cells": {}
        }))
        .unwrap()
    }

    #[test]
    fn medical_rows_of_any_register_are_cared_for() {
        let entries = vec![
            entry("equipment", Some("medical"), "10.20.0.5", "00:80:A3:00:00:05"),
            entry("medical", None, "10.20.0.6", "00:80:A3:00:00:06"),
            entry("equipment", None, "192.168.77.9", "00:80:A3:00:00:77"),
            entry("equipment", Some("client"), "10.20.0.7", "00:80:A3:00:00:07"),
            Entry {
                segments: vec!["172.16.40.0/22".parse().unwrap()],
                ..entry("equipment", None, "10.20.0.4", "00:80:A3:00:00:04")
            },
            Entry { description: Some("64列CT".into()), ..entry("medical", None, "10.20.0.8", "00:80:A3:00:00:08") },
        ];
        let ledger = Ledger { entries, records: vec![], files: vec![], problems: vec![] };
        let sample = "[scope]\nnetworks = [\"10.20.0.0/24\"]\n[resolver]\naddress = \"10.20.0.1\"\n\
                      [[snmp.user]]\nname = \"u\"\nauth_password = \"secret-8\"\n\
                      [[dicom.node]]\naddress = \"10.20.0.8\"\nae_title = \"CT1\"\n";
        let settings = Settings::parse(sample, Path::new("daicho.toml")).unwrap();
        let decision = |number, key: &str, value: &str| Decision {
            number,
            key: DecisionKey(key.into()),
            about: About::Class,
            value: value.into(),
            by: "山田".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
            note: None,
        };
        let decisions = [
            decision(1, "mac-0080A3000009", "medical.infusion"),
            decision(2, "ip-10.20.0.9", "medical.modality"),
            decision(3, "mac-0080A3000005", "server"),
        ];
        let known = Known { ledger: &ledger, decisions: &decisions };
        let walk = cli::Walk { walk: "10.20.0.7".parse().ok(), reason: Some("院長の指示".into()) };
        let errand = Errand { closed: settings.scope.networks.first().copied(), walk: Some(&walk) };
        let text = text(Path::new("/srv/daicho"), &settings, &known, &errand).unwrap();
        let read: toml::Table = toml::from_str(&text).unwrap();
        assert_eq!(read["care"]["addresses"].to_string(), "[\"10.20.0.5\", \"10.20.0.6\"]");
        let macs = "[\"00:80:A3:00:00:05\", \"00:80:A3:00:00:06\", \"00:80:A3:00:00:09\"]";
        assert_eq!(read["care"]["macs"].to_string(), macs, "a decision for a server takes nothing off the list");
        assert_eq!(read["care"]["verify_addresses"].to_string(), "[\"10.20.0.8\", \"10.20.0.9\"]");
        assert_eq!(read["dicom"]["node"][0]["ae_title"].as_str(), Some("CT1"));
        assert_eq!(read["dicom"]["verify"].as_bool(), Some(true));
        assert_eq!(read["stop_file"].as_str(), Some("/srv/daicho/data/STOP"));
        assert_eq!(read["scope"]["networks"].to_string(), "[\"10.20.0.0/24\"]");
        assert_eq!(read["resolver"]["address"].as_str(), Some("10.20.0.1"));
        assert_eq!(read["snmp"]["user"][0]["auth_password"].as_str(), Some("secret-8"));
        assert_eq!(read["pace"]["profile"].as_str(), Some("gentle"));
        assert_eq!(read["uplink"]["walk"][0]["reason"].as_str(), Some("院長の指示"));
        assert_eq!(read["uplink"]["thorough"].as_bool(), Some(true));
        assert_eq!(
            read["uplink"]["networks"].to_string(),
            "[\"172.16.40.0/22\", \"192.168.77.0/24\"]",
            "none that is scanned"
        );
    }

    fn care_for(words: &str) -> class::Care {
        let entry = entry("medical", None, "10.20.0.5", "00:80:A3:00:00:05");
        declared::care(&Entry { description: Some(words.to_owned()), ..entry })
    }

    #[test]
    fn images_are_verified_and_everything_else_is_left_in_peace() {
        for words in
            ["64列CT", "1.5T MRI", "ＣＲ装置", "超音波診断装置", "血管撮影装置", "画像サーバ", "PACS", "mr装置"]
        {
            assert_eq!(care_for(words), class::Care::Verify, "{words}");
        }
        for words in
            ["輸液ポンプ", "セントラルモニタ", "人工呼吸器", "CT用造影剤注入装置", "血球計数装置", "CTG", "", "温度計"]
        {
            assert_eq!(care_for(words), class::Care::Presence, "{words}");
        }
        let computer = entry("equipment", Some("client"), "10.20.0.5", "00:80:A3:00:00:05");
        let computer = Entry { description: Some("CT操作用PC".to_owned()), ..computer };
        assert_eq!(declared::care(&computer), class::Care::None);
    }
}
