//! What is meant: the agent's settings file and the command line, merged, with defaults.

use std::collections::HashMap;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use daicho_shared::address::Mac;
use daicho_shared::ae_title::AeTitle;
use daicho_shared::class::{Care, Passage};
use daicho_shared::knowledge::ports::Profile;
use ipnet::IpNet;
use serde::Deserialize;

use crate::probe::identity::medical::dicom::{Node, Titles};
use crate::probe::uplink::{self, Walk};
use crate::scope::{Consent, DeviceKey, Networks, Rate, Rules, ScopeError};

/// The settings file, `config/agent.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where packets may go.
    pub scope: ScopeSettings,
    /// How much and how fast.
    pub pace: PaceSettings,
    /// Who is asked for names.
    pub resolver: ResolverSettings,
    /// SNMP credentials.
    pub snmp: SnmpSettings,
    /// Devices to be careful with.
    pub care: CareSettings,
    /// How DICOM nodes are verified.
    pub dicom: DicomSettings,
    /// Second networks and ways out.
    pub uplink: UplinkSettings,
    /// The scan ends when this file appears.
    pub stop_file: Option<PathBuf>,
}

/// `[scope]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScopeSettings {
    /// Networks that may be asked.
    pub networks: Vec<IpNet>,
    /// Networks and addresses that may not, whatever `networks` says.
    pub exclude: Vec<IpNet>,
    /// The interface to use; all that carry a scope network where absent.
    pub interface: Option<String>,
    /// Networks wider than a /16 may be asked.
    pub allow_large: bool,
    /// Public addresses may be asked.
    pub allow_public: bool,
    /// Questions to everybody on a link (mDNS, SSDP, IPv6 all-nodes) may be sent.
    pub multicast: bool,
}

impl Default for ScopeSettings {
    fn default() -> Self {
        Self {
            networks: vec![],
            exclude: vec![],
            interface: None,
            allow_large: false,
            allow_public: false,
            multicast: true,
        }
    }
}

/// `[pace]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PaceSettings {
    /// `gentle`, `normal` or `fast`.
    pub profile: Profile,
    /// Packets per second in total; the profile's where absent.
    pub packets_per_second: Option<u32>,
    /// Only find out who is there.
    pub presence_only: bool,
}

impl Default for PaceSettings {
    fn default() -> Self {
        Self { profile: Profile::Gentle, packets_per_second: None, presence_only: false }
    }
}

/// `[resolver]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResolverSettings {
    /// The hospital's DNS server. Without it, no name is ever looked up.
    pub address: Option<IpAddr>,
}

/// `[snmp]`. Without a credential, no SNMP request is ever sent: even `public` is a credential.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SnmpSettings {
    /// Communities for v2c, then v1.
    pub communities: Vec<String>,
    /// Version 3 users, tried first.
    pub user: Vec<SnmpUser>,
}

/// `[[snmp.user]]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnmpUser {
    /// User name.
    pub name: String,
    /// `md5`, `sha1`, `sha224`, `sha256`, `sha384`, `sha512`.
    pub auth_protocol: Option<String>,
    /// Authentication password.
    pub auth_password: Option<String>,
    /// `des`, `aes128`, `aes192`, `aes256`.
    pub privacy_protocol: Option<String>,
    /// Privacy password.
    pub privacy_password: Option<String>,
}

impl std::fmt::Debug for SnmpUser {
    /// Passwords never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SnmpUser").field("name", &self.name).finish_non_exhaustive()
    }
}

/// `[care]`: devices that the ledger declares medical or fragile.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CareSettings {
    /// Presence only, by address.
    pub addresses: Vec<IpAddr>,
    /// Presence only, by MAC.
    pub macs: Vec<Mac>,
    /// Presence, and one verification where DICOM is spoken, by address.
    pub verify_addresses: Vec<IpAddr>,
    /// Presence, and one verification where DICOM is spoken, by MAC.
    pub verify_macs: Vec<Mac>,
}

/// `[dicom]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DicomSettings {
    /// Verify at all (one association, C-ECHO, release).
    pub verify: bool,
    /// The AE title that we call ourselves.
    pub calling_ae: AeTitle,
    /// The AE title that we call where no node is listed.
    pub called_ae: AeTitle,
    /// AE titles by address.
    pub node: Vec<DicomNode>,
}

/// `[[dicom.node]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DicomNode {
    /// The device.
    pub address: IpAddr,
    /// Its AE title.
    pub ae_title: AeTitle,
    /// Its port; the usual ones (104, 11112) are tried where absent.
    pub port: Option<u16>,
}

impl Default for DicomSettings {
    fn default() -> Self {
        let Titles { verify, calling, called, .. } = Titles::default();
        Self { verify, calling_ae: calling, called_ae: called, node: vec![] }
    }
}

impl DicomSettings {
    /// As the probe wants it.
    pub fn titles(&self) -> Titles {
        let known = |node: &DicomNode| (node.address, Node { title: node.ae_title.clone(), port: node.port });
        let nodes = self.node.iter().map(known).collect();
        Titles { verify: self.verify, calling: self.calling_ae.clone(), called: self.called_ae.clone(), nodes }
    }
}

/// `[uplink]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UplinkSettings {
    /// Look for second networks and ways out at all.
    pub search: bool,
    /// Networks that the ledger declares, and that are tried on every link.
    pub networks: Vec<IpNet>,
    /// Which fragile devices get the one packet that asks whether they forward.
    pub fragile: Passage,
    /// Ask more than the usual few packets of what forwards: which networks it is connected to.
    pub thorough: bool,
    /// Ask file servers for their network interfaces by an anonymous session, which they log.
    pub smb_interfaces: bool,
    /// Devices through which a packet may be sent further, to say which way it goes.
    pub walk: Vec<Walk>,
}

impl Default for UplinkSettings {
    fn default() -> Self {
        let (networks, walk) = (vec![], vec![]);
        Self { search: true, networks, fragile: Passage::default(), thorough: false, smb_interfaces: false, walk }
    }
}

impl UplinkSettings {
    /// As the probes want it.
    pub fn setup(&self) -> uplink::Setup {
        uplink::Setup {
            search: self.search,
            thorough: self.thorough,
            smb_interfaces: self.smb_interfaces,
            walk: self.walk.clone(),
        }
    }
}

impl Settings {
    /// Reads a settings file.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("設定ファイルを読めません / cannot read settings: {}", path.display()))?;
        toml::from_str(&text).with_context(|| {
            format!("設定ファイルの書き方に誤りがあります / settings are malformed: {}", path.display())
        })
    }

    /// The rules for everything that is sent.
    pub fn rules(&self) -> Result<Rules, ScopeError> {
        let consent = Consent { large: self.scope.allow_large, public: self.scope.allow_public };
        let networks = Networks::new(&self.scope.networks, &self.scope.exclude, consent)?;
        if let Some(walk) = self.uplink.walk.iter().find(|walk| !networks.allows(walk.address)) {
            return Err(ScopeError::Walk(walk.address));
        }
        let limits = limits(self.pace.profile);
        let total = self.pace.packets_per_second.unwrap_or(limits.rate.total).max(1);
        Ok(Rules {
            networks,
            rate: Rate { total, ..limits.rate },
            device_budget: limits.device_budget,
            fragile_budget: limits.fragile_budget,
            care: self.care_keys(),
            multicast: self.scope.multicast,
            passage: self.uplink.fragile.most(),
        })
    }

    fn care_keys(&self) -> HashMap<DeviceKey, Care> {
        let keys = |addresses: &[IpAddr], macs: &[Mac]| -> Vec<DeviceKey> {
            let addresses = addresses.iter().copied().map(DeviceKey::Address);
            addresses.chain(macs.iter().copied().map(DeviceKey::Mac)).collect()
        };
        let verify =
            keys(&self.care.verify_addresses, &self.care.verify_macs).into_iter().map(|key| (key, Care::Verify));
        let presence = keys(&self.care.addresses, &self.care.macs).into_iter().map(|key| (key, Care::Presence));
        // Where a device stands in both lists, the more careful one counts.
        verify.chain(presence).collect()
    }
}

/// What a profile allows.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Packets per second.
    pub rate: Rate,
    /// Packets to one device in one run.
    pub device_budget: u32,
    /// Packets to one fragile device in one run, in every profile.
    pub fragile_budget: u32,
}

/// What a profile allows. The gentle numbers are a promise of the product: 200 packets a second in
/// total and 10 to one device.
pub fn limits(profile: Profile) -> Limits {
    let (total, device, device_budget) = match profile {
        Profile::Gentle => (200, 10, 200),
        Profile::Normal => (500, 20, 600),
        Profile::Fast => (2000, 50, 1200),
    };
    let fragile_budget = FRAGILE_PACKETS - KERNEL_PACKETS;
    Limits { rate: Rate { total, device }, device_budget, fragile_budget }
}

/// The most packets that a fragile device receives from the agent's machine in one run, by promise.
const FRAGILE_PACKETS: u32 = 10;
/// Of these, what is left for the kernel's own ARP or neighbour request.
const KERNEL_PACKETS: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_file_parses_and_scans_nothing_by_itself() {
        let settings: Settings = toml::from_str(include_str!("../../config/agent.toml")).unwrap();
        assert_eq!(settings.rules().unwrap_err(), ScopeError::Empty);
    }

    #[test]
    fn nobody_outside_the_scope_is_walked_through() {
        let text = |exclude| {
            let scope = format!("[scope]\nnetworks = ['10.1.0.0/24']\nexclude = [{exclude}]\n");
            scope + "[[uplink.walk]]\naddress = '10.1.0.9'\nreason = 'asked for'\n"
        };
        let rules = |exclude| toml::from_str::<Settings>(&text(exclude)).unwrap().rules();
        assert!(rules("").is_ok());
        assert_eq!(rules("'10.1.0.9/32'").unwrap_err(), ScopeError::Walk([10, 1, 0, 9].into()));
        let elsewhere = text("").replace("10.1.0.9", "10.2.0.9");
        let rules = toml::from_str::<Settings>(&elsewhere).unwrap().rules();
        assert_eq!(rules.unwrap_err(), ScopeError::Walk([10, 2, 0, 9].into()));
    }

    #[test]
    fn titles_are_read_and_a_wrong_one_is_an_error() {
        let text = "[dicom]\ncalled_ae = 'PACS'\n[[dicom.node]]\naddress = '10.1.0.9'\nae_title = 'CT1'\nport = 4006\n";
        let titles = toml::from_str::<Settings>(text).unwrap().dicom.titles();
        assert!(
            titles.verify
                && titles.port_of([10, 1, 0, 9].into()) == Some(4006)
                && titles.called == "PACS".to_owned().try_into().unwrap()
        );
        assert!(toml::from_str::<Settings>("[dicom]\ncalled_ae = 'MUCH TOO LONG TITLE'\n").is_err());
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        assert!(toml::from_str::<Settings>("[scope]\nnetwork = []").is_err());
    }

    #[test]
    fn passwords_are_not_shown() {
        let user = SnmpUser {
            name: "ro".into(),
            auth_protocol: None,
            auth_password: Some("secret".into()),
            privacy_protocol: None,
            privacy_password: None,
        };
        assert!(!format!("{user:?}").contains("secret"));
    }
}
