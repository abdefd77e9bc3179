//! What a device may be: the one list of classes, and how carefully each is to be treated.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a device is. Codes are dotted: `network.switch` is a kind of `network`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// サーバ.
    #[serde(rename = "server")]
    Server,
    /// 端末PC.
    #[serde(rename = "pc", alias = "client")]
    Pc,
    /// シンクライアント・キオスク端末.
    #[serde(rename = "thin-client")]
    ThinClient,
    /// 仮想化基盤.
    #[serde(rename = "hypervisor")]
    Hypervisor,
    /// ストレージ・NAS.
    #[serde(rename = "storage")]
    Storage,
    /// ルータ: it leads elsewhere.
    #[serde(rename = "network.router", alias = "router")]
    Router,
    /// スイッチ.
    #[serde(rename = "network.switch")]
    Switch,
    /// 無線アクセスポイント.
    #[serde(rename = "network.access-point")]
    AccessPoint,
    /// ファイアウォール・UTM.
    #[serde(rename = "network.firewall")]
    Firewall,
    /// 負荷分散装置.
    #[serde(rename = "network.load-balancer")]
    LoadBalancer,
    /// ネットワーク機器, kind unknown.
    #[serde(rename = "network.other", alias = "network")]
    Network,
    /// VPN装置.
    #[serde(rename = "vpn")]
    Vpn,
    /// LTE・5Gルータ.
    #[serde(rename = "lte-router")]
    LteRouter,
    /// モダリティ（撮影装置）.
    #[serde(rename = "medical.modality")]
    Modality,
    /// PACS・VNA.
    #[serde(rename = "medical.pacs")]
    Pacs,
    /// ワークリスト・HIS連携ゲートウェイ.
    #[serde(rename = "medical.gateway")]
    MedicalGateway,
    /// 検体検査装置.
    #[serde(rename = "medical.analyser")]
    Analyser,
    /// 生体情報モニタ.
    #[serde(rename = "medical.monitor")]
    PatientMonitor,
    /// 輸液・シリンジポンプ.
    #[serde(rename = "medical.infusion")]
    Infusion,
    /// 調剤・薬剤部門装置.
    #[serde(rename = "medical.dispensing")]
    Dispensing,
    /// 医療機器, kind unknown.
    #[serde(rename = "medical.other", alias = "medical")]
    Medical,
    /// プリンタ・複合機.
    #[serde(rename = "printer")]
    Printer,
    /// カメラ・録画装置.
    #[serde(rename = "camera")]
    Camera,
    /// 電話.
    #[serde(rename = "phone")]
    Phone,
    /// UPS・電源.
    #[serde(rename = "ups")]
    Ups,
    /// 設備・ビル管理.
    #[serde(rename = "building")]
    Building,
    /// IoT・その他の機器.
    #[serde(rename = "iot", alias = "other")]
    Iot,
    /// Nothing says what it is.
    #[serde(rename = "unknown")]
    Unknown,
}

impl Class {
    /// Every class with its code.
    pub const ALL: [(Self, &'static str); 28] = [
        (Self::Server, "server"),
        (Self::Pc, "pc"),
        (Self::ThinClient, "thin-client"),
        (Self::Hypervisor, "hypervisor"),
        (Self::Storage, "storage"),
        (Self::Router, "network.router"),
        (Self::Switch, "network.switch"),
        (Self::AccessPoint, "network.access-point"),
        (Self::Firewall, "network.firewall"),
        (Self::LoadBalancer, "network.load-balancer"),
        (Self::Network, "network.other"),
        (Self::Vpn, "vpn"),
        (Self::LteRouter, "lte-router"),
        (Self::Modality, "medical.modality"),
        (Self::Pacs, "medical.pacs"),
        (Self::MedicalGateway, "medical.gateway"),
        (Self::Analyser, "medical.analyser"),
        (Self::PatientMonitor, "medical.monitor"),
        (Self::Infusion, "medical.infusion"),
        (Self::Dispensing, "medical.dispensing"),
        (Self::Medical, "medical.other"),
        (Self::Printer, "printer"),
        (Self::Camera, "camera"),
        (Self::Phone, "phone"),
        (Self::Ups, "ups"),
        (Self::Building, "building"),
        (Self::Iot, "iot"),
        (Self::Unknown, "unknown"),
    ];

    /// Its code, e.g. `network.switch`.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(class, _)| *class == self).map_or("unknown", |(_, code)| code)
    }

    /// The class is this one, or a kind of it: `network` holds `network.switch`.
    pub fn is_within(self, prefix: &str) -> bool {
        self.code().strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// A medical device, of whatever kind.
    pub fn is_medical(self) -> bool {
        self.is_within("medical")
    }

    /// The general class that this one is a kind of: what speaks for that speaks for this one, too.
    pub fn general(self) -> Option<Self> {
        match self {
            Self::LteRouter => Some(Self::Router),
            Self::Router | Self::Switch | Self::AccessPoint | Self::Firewall | Self::LoadBalancer | Self::Vpn => {
                Some(Self::Network)
            }
            Self::Medical => None,
            medical if medical.is_medical() => Some(Self::Medical),
            Self::ThinClient => Some(Self::Pc),
            _ => None,
        }
    }

    /// The general classes of this one, the nearest first.
    pub fn generals(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.general(), |class| class.general())
    }

    /// How carefully devices that seem to be of this class are treated.
    pub fn care(self) -> Care {
        match self {
            Self::Infusion | Self::PatientMonitor | Self::Analyser | Self::Dispensing | Self::Medical => Care::Presence,
            Self::Modality => Care::Verify,
            // An archive or a gateway is a server. What asks for care there is its DICOM or HL7 port, not
            // what it is called.
            _ => Care::None,
        }
    }
}

/// How much a device may be asked. Doubt is for the device: the most careful answer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Care {
    /// Everything that fits its class.
    None,
    /// Presence, and one verification in the protocol that it exists to serve.
    Verify,
    /// Presence, and nothing else.
    Presence,
}

/// Which fragile devices get the one packet that only a router does anything about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passage {
    /// None of them.
    None,
    /// Those that may be verified in the protocol that they exist to serve (modalities, archives).
    #[default]
    Verified,
    /// All of them, infusion pumps included.
    All,
}

impl Passage {
    /// Devices of no more care than this get it.
    pub fn most(self) -> Care {
        match self {
            Self::None => Care::None,
            Self::Verified => Care::Verify,
            Self::All => Care::Presence,
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// No class has this code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no class is called {0:?}")]
pub struct NoSuchClass(pub String);

impl FromStr for Class {
    type Err = NoSuchClass;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|(_, code)| *code == text);
        found.map(|(class, _)| *class).ok_or_else(|| NoSuchClass(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_what_serde_writes_and_reads() {
        for (class, code) in Class::ALL {
            assert_eq!(serde_json::to_string(&class).unwrap(), format!("\"{code}\""));
            assert_eq!((code.parse(), class.code()), (Ok(class), code));
        }
    }

    #[test]
    fn verdicts_of_the_first_version_are_still_read() {
        for (old, class) in [("client", Class::Pc), ("router", Class::Router), ("medical", Class::Medical)] {
            assert_eq!(serde_json::from_str::<Class>(&format!("\"{old}\"")).unwrap(), class);
        }
    }

    #[test]
    fn a_kind_has_general_classes() {
        let generals: Vec<_> = Class::LteRouter.generals().collect();
        assert_eq!(generals, [Class::Router, Class::Network]);
        assert_eq!(Class::Infusion.general(), Some(Class::Medical));
        assert!(Class::ALL.iter().all(|(class, _)| class.generals().count() < 3));
    }

    #[test]
    fn a_kind_is_within_its_group_and_not_within_a_longer_word() {
        assert!(Class::Switch.is_within("network") && Class::Switch.is_within("network.switch"));
        assert!(!Class::Switch.is_within("net") && !Class::Server.is_within("network"));
    }
}
