//! A hypothesis about a machine: its grade, and everything that the grade stands on.

use std::net::IpAddr;

use daicho_shared::id::{ObservationId, ProbeName};
use serde::{Deserialize, Serialize};

/// A hypothesis about a machine with its grade and what it stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graded {
    /// How sure.
    pub grade: Grade,
    /// The addresses concerned.
    pub addresses: Vec<IpAddr>,
    /// Where that was seen.
    pub evidence: Vec<ObservationId>,
    /// How sure it would be without the benign explanations, where that is another grade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unexplained: Option<Grade>,
    /// What was seen of it, each with what it stands on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signs: Vec<SignSeen>,
    /// Rows of `[[together]]` that held, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub together: Vec<String>,
    /// Benign explanations that hold, and which signs they explain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub benign: Vec<Explained>,
    /// Every method that could have seen it somewhere, and what it could here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<MethodSeen>,
}

impl Graded {
    /// Nothing speaks for it.
    pub fn nothing() -> Self {
        Self {
            grade: Grade::Nothing,
            addresses: vec![],
            evidence: vec![],
            unexplained: None,
            signs: vec![],
            together: vec![],
            benign: vec![],
            methods: vec![],
        }
    }

    /// How sure it would be if nothing explained it.
    pub fn bare(&self) -> Grade {
        self.unexplained.unwrap_or(self.grade)
    }

    /// The sign was seen, explained or not.
    pub fn shows(&self, sign: Sign) -> bool {
        self.signs.iter().any(|seen| seen.sign == sign)
    }
}

/// How sure a statement is. Severity is another thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 所見なし: a method that could have seen it did not.
    Nothing,
    /// 判定不能: no method could have seen it.
    Undecidable,
    /// 参考.
    Indication,
    /// 強い疑い.
    Probable,
    /// 確定.
    Confirmed,
}

/// What is asked of every machine, each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hypothesis {
    /// M: it has an address or interface in another network.
    MultiHomed,
    /// F: it forwards packets.
    Forwards,
    /// U: it has an external uplink that is not declared.
    Uplink,
}

/// One sign that a machine shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SignSeen {
    /// Which.
    pub sign: Sign,
    /// What kind of evidence it is.
    pub class: EvidenceClass,
    /// What it gives for this hypothesis, taken alone.
    pub gives: Grade,
    /// The addresses that it is about.
    pub addresses: Vec<IpAddr>,
    /// Where it was seen.
    pub evidence: Vec<ObservationId>,
}

/// What kind of evidence a sign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EvidenceClass {
    /// Behaviour that our own packet caused, matched to it; or a frame that was seen.
    A,
    /// The device's own statement.
    B,
    /// Circumstance.
    C,
}

/// What betrays a second network, forwarding, or a way out. The table `config/hypotheses.toml` says what each gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// The agent's own default gateway.
    DefaultGateway,
    /// The router flag in its neighbour advertisement (RFC 4861 §4.4).
    Ipv6Router,
    /// `UPnP` Internet gateway device.
    UpnpGateway,
    /// SNMP says that it forwards.
    SnmpForwarding,
    /// SNMP names an interface of a mobile or dial-up kind.
    SnmpUplinkInterface,
    /// The maker's prefix belongs to mobile routers.
    CellularMaker,
    /// A page names a mobile router.
    CellularTitle,
    /// Addresses in two scanned networks answered from one interface, or from two that a strong key joins.
    AnsweredElsewhere,
    /// Addresses in two scanned networks answered, joined by a weaker key.
    AnsweredElsewhereJoined,
    /// It answered ARP for an address of another network (RFC 1122 §3.3.4.2).
    SecondAddress,
    /// It answered a broadcast of another network.
    DirectedBroadcast,
    /// It takes another network for one that it is connected to.
    ConnectedNetwork,
    /// It asked by ARP with a sender address of another network.
    ArpSender,
    /// It sent an IP packet from an address of another network.
    PacketSender,
    /// It said that the time of a packet for somebody else was over (ICMP 11/0).
    ForwardsHop,
    /// It said that it has no route (ICMP 3/0): it forwards, without a default route.
    ForwardsNoRoute,
    /// It said that the host is unreachable (ICMP 3/1).
    ForwardsUnreachable,
    /// It said that its rules forbid it (ICMP 3/13).
    ForwardsFiltered,
    /// It set the time to live anew, as devices do that hide a tethered network.
    TtlRewritten,
    /// A packet that should have ended at it was answered from beyond: it went through.
    WentThrough,
    /// A packet from the scanner to itself, sent to it, came back.
    Returned,
    /// It named a better way (ICMP 5).
    Redirects,
    /// A walked packet was answered from inside.
    WalkInside,
    /// A walked packet was answered from outside.
    WalkOutside,
    /// The same as a hop, by IPv6.
    ForwardsV6,
    /// It answered an echo to all routers (RFC 4291 §2.7.1).
    AllRouters,
    /// It advertises itself as a router with a lifetime (RFC 4861 §6.2.3).
    RouterAdvertisement,
    /// An access concentrator answered from it (RFC 2516 §5.2).
    AccessConcentrator,
    /// SNMP lists an address of another network on one of its interfaces.
    SnmpAddresses,
    /// Its file server lists an address of another network on one of its interfaces.
    SmbInterfaces,
    /// `ServerAlive2` lists an address of another network.
    RpcAddresses,
    /// A `NetBIOS` name query was answered with an address of another network.
    NetbiosAddresses,
    /// Another protocol, or an inventory file, tells of an address of another network.
    ToldAddress,
    /// It knows a neighbour in another network.
    SnmpNeighbour,
    /// Its default route leads to another network.
    DefaultRoute,
    /// It offers a default route by RIP.
    RipDefault,
    /// It offers a route by RIP.
    RipRoute,
    /// It tells an external address that is public, or a carrier's (RFC 6598).
    ExternalAddress,
    /// It tells an external address of another private network.
    OuterAddress,
    /// It says that its line is up.
    LineUp,
    /// It speaks a protocol of gateways, and tells no address.
    PortMapping,
    /// It hands out addresses and names a router.
    DhcpRouter,
    /// It hands out addresses and names no router.
    DhcpServer,
    /// It has passed questions on to a name server outside.
    OutsideResolver,
    /// Its certificate names an address of another network.
    CertificateAddress,
    /// Its SNMP engine is named after a network card that is none of those seen.
    EngineMac,
    /// Its SNMP engine is named after an address of another network.
    EngineAddress,
    /// It announces an address of another network by LLDP or CDP.
    LldpAddress,
    /// One of its addresses lies in a network that phones and mobile routers hand out.
    TetherNetwork,
    /// Its IPv6 advertisement allows packets of a size that mobile lines have.
    MobileMtu,
}

/// A benign explanation that holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Explained {
    /// Which.
    pub benign: Benign,
    /// Particulars, e.g. the program whose network it is; may be empty.
    pub detail: String,
    /// What it does to the grade.
    pub effect: Effect,
    /// The signs that it explains.
    pub signs: Vec<Sign>,
    /// The addresses that it explains; none where it explains the signs whole.
    pub addresses: Vec<IpAddr>,
}

/// What may explain a sign harmlessly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Benign {
    /// The ledger declares it as network equipment, and the scanner's own way out goes by it.
    DeclaredGateway,
    /// The ledger declares it as an external connection point.
    DeclaredExternalPoint,
    /// The ledger declares it as network equipment.
    NetworkEquipment,
    /// The ledger declares it as network equipment, and this is what any router shows.
    DeclaredRouter,
    /// The address moves between routers (VRRP, HSRP).
    VirtualAddress,
    /// Several machines answer for the address.
    ClusterAddress,
    /// The network is one that programs make inside a machine.
    InsideMachine,
    /// It hosts virtual machines or containers, and forwards for them.
    VirtualisationHost,
    /// A link-local address: no network (RFC 3927).
    LinkLocal,
    /// The interface is down, or one that programs make.
    IdleInterface,
    /// The ledger declares the address, or a second network.
    DeclaredSecond,
    /// It answers ARP for others' addresses.
    ProxyArp,
    /// It sends what it forwards to the declared gateway.
    RedirectsToGateway,
}

/// What an explanation does to the signs that it explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// One step down.
    Lower,
    /// No more than an indication.
    Indication,
    /// They count for nothing.
    Suppress,
}

/// What one method could see of one machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MethodSeen {
    /// The probe.
    pub probe: ProbeName,
    /// What it could see.
    pub sight: Sight,
}

/// What a method could see of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// It saw it.
    Saw,
    /// It could have seen it, and did not.
    Clear,
    /// It was asked, and could not have told of such a machine.
    Blind,
    /// It was asked, and nothing came back.
    NoAnswer,
    /// The device is not on the scanner's own link.
    OffLink,
    /// The settings or the device's budget forbade it.
    NotAllowed,
    /// The device is one to be treated with care.
    Fragile,
    /// It was not asked.
    NotAsked,
}

/// What kind of line leads out at an external connection point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// インターネット回線.
    Internet,
    /// 閉域網/IP-VPN.
    ClosedIpvpn,
    /// オンライン資格確認.
    OnlineQualification,
    /// 地域連携.
    RegionalNetwork,
    /// リモート保守.
    RemoteMaintenance,
    /// LTE/5G.
    Lte5g,
    /// A phone's or PC's shared connection.
    Tethering,
    /// A way out by IPv6.
    Ipv6Uplink,
    /// クラウド接続.
    Cloud,
    /// A telephone line.
    Modem,
    /// Nobody knows.
    Unknown,
}

impl LineKind {
    /// The code in results, e.g. `closed_ipvpn`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Internet => "internet",
            Self::ClosedIpvpn => "closed_ipvpn",
            Self::OnlineQualification => "online_qualification",
            Self::RegionalNetwork => "regional_network",
            Self::RemoteMaintenance => "remote_maintenance",
            Self::Lte5g => "lte5g",
            Self::Tethering => "tethering",
            Self::Ipv6Uplink => "ipv6_uplink",
            Self::Cloud => "cloud",
            Self::Modem => "modem",
            Self::Unknown => "unknown",
        }
    }
}
