//! The words of the three hypotheses: signs, explanations, what a method could see.

use super::phrase::{mark, shown};
use super::{Lang, fixed};
use crate::judge::graded::{Benign, Effect, EvidenceClass, Explained, LineKind, Sight, Sign};
use crate::judge::verdict::ExternalPoint;

/// What betrays a second network, forwarding, or a way out, as a noun phrase.
pub fn sign(sign: Sign, lang: Lang) -> &'static str {
    let (ja, en) =
        second_network(sign).or_else(|| forwarding(sign)).or_else(|| way_out(sign)).unwrap_or_else(|| told(sign));
    lang.pick(ja, en)
}

type Both = (&'static str, &'static str);

fn second_network(sign: Sign) -> Option<Both> {
    Some(match sign {
        Sign::AnsweredElsewhere => ("別のセグメントのIPアドレスからも応答", "answers at an address of another segment"),
        Sign::AnsweredElsewhereJoined => {
            ("別のセグメントで応答した機器と同じ名前・鍵", "same name or key as a device in another segment")
        }
        Sign::SecondAddress => {
            ("別のネットワークのIPアドレスを尋ねるARPに応答", "answers ARP for an address of another network")
        }
        Sign::DirectedBroadcast => {
            ("別のネットワークあての一斉問い合わせに応答", "answers a broadcast of another network")
        }
        Sign::ConnectedNetwork => {
            ("別のネットワークを直結と判断する動き", "treats another network as directly connected")
        }
        Sign::ArpSender => ("別のネットワークのIPアドレスを名乗るARP", "asks by ARP with a sender of another network"),
        Sign::PacketSender => ("別のネットワークのIPアドレスからの送信", "sends from an address of another network"),
        Sign::TetherNetwork => (
            "スマートフォンやモバイルルーターが配るネットワークのIPアドレス",
            "an address of a network that phones and mobile routers hand out",
        ),
        _ => return None,
    })
}

fn forwarding(sign: Sign) -> Option<Both> {
    Some(match sign {
        Sign::ForwardsHop => (
            "他あてのパケットを中継しようとした応答（ICMP時間超過）",
            "tried to forward a packet for somebody else (ICMP time exceeded)",
        ),
        Sign::ForwardsNoRoute => (
            "他あてのパケットの行き先がないとの応答（中継は有効、既定の経路なし）",
            "has no route for a packet for somebody else (forwards, without a default route)",
        ),
        Sign::ForwardsUnreachable => (
            "他あてのパケットの行き先に届かないとの応答（ICMP到達不能）",
            "cannot reach where a packet for somebody else goes (ICMP unreachable)",
        ),
        Sign::ForwardsFiltered => {
            ("他あてのパケットの中継を規則で断る応答", "its rules forbid a packet for somebody else")
        }
        Sign::TtlRewritten => (
            "中継回数の制限を書き換える動き（テザリングを隠す設定に多い）",
            "rewrites the time to live, as set-ups that hide tethering do",
        ),
        Sign::WentThrough => (
            "この機器で止まるはずのパケットへの、その先の機器からの応答",
            "a packet that should have ended at it was answered from beyond it",
        ),
        Sign::Returned => ("中継させたパケットの戻り", "a packet sent through it came back"),
        Sign::Redirects => ("別の中継機器を案内する応答（ICMPリダイレクト）", "names a better router (ICMP redirect)"),
        Sign::WalkInside => ("中継の先での、院内の機器の応答", "beyond it, a device inside the hospital answered"),
        Sign::WalkOutside => ("中継の先での、院外の応答", "beyond it, somebody outside the hospital answered"),
        Sign::ForwardsV6 => ("IPv6のパケットを中継しようとした応答", "tried to forward an IPv6 packet"),
        Sign::Ipv6Router => ("IPv6ルータの印のある応答", "router flag in its IPv6 neighbour advertisement"),
        Sign::AllRouters => ("IPv6の全ルータあての呼びかけへの応答", "answers an echo to all IPv6 routers"),
        Sign::SnmpForwarding => ("パケット転送が有効との申告（SNMP）", "says by SNMP that it forwards packets"),
        Sign::RipRoute => ("別のネットワークへの経路の案内（RIP）", "offers a route to another network by RIP"),
        _ => return None,
    })
}

fn way_out(sign: Sign) -> Option<Both> {
    Some(match sign {
        Sign::DefaultGateway => ("調査機の既定ゲートウェイ", "default gateway of the scanner"),
        Sign::UpnpGateway => ("UPnPインターネットゲートウェイの応答", "answers as a UPnP Internet gateway"),
        Sign::SnmpUplinkInterface => (
            "モバイル回線・ダイヤルアップなどの外向きインタフェース（SNMP）",
            "SNMP names a mobile, dial-up or outward interface",
        ),
        Sign::CellularMaker => ("モバイルルーター製造元のMACアドレス", "MAC address of a mobile router maker"),
        Sign::MobileMtu => (
            "モバイル回線に多い小さなパケット長の広告（IPv6）",
            "advertises a packet size that mobile lines have (IPv6)",
        ),
        Sign::CellularTitle => ("モバイルルーターの管理画面", "management page of a mobile router"),
        Sign::RouterAdvertisement => ("IPv6の出口としての広告", "advertises itself as a way out by IPv6"),
        Sign::AccessConcentrator => {
            ("回線事業者の接続装置の応答（PPPoE）", "a provider's access concentrator answers (PPPoE)")
        }
        Sign::DefaultRoute => ("別のネットワークへ向かう既定の経路（SNMP）", "default route to another network (SNMP)"),
        Sign::RipDefault => ("既定の経路の案内（RIP）", "offers a default route by RIP"),
        Sign::ExternalAddress => ("院外側のIPアドレスの申告", "tells its address on the outside"),
        Sign::OuterAddress => {
            ("外側の別の私設ネットワークのIPアドレスの申告", "tells an outer address of another private network")
        }
        Sign::LineUp => ("回線が接続中との申告", "says that its line is up"),
        Sign::PortMapping => (
            "ゲートウェイ用の手順への応答（外側のIPアドレスは不明）",
            "speaks a protocol of gateways, tells no outer address",
        ),
        Sign::DhcpRouter => ("IPアドレスと出口の配布（DHCP）", "hands out addresses and a way out (DHCP)"),
        Sign::DhcpServer => ("IPアドレスの配布（DHCP）", "hands out addresses (DHCP)"),
        Sign::OutsideResolver => ("院外のDNSサーバへの問い合わせの実績", "has asked a name server outside"),
        _ => return None,
    })
}

fn told(sign: Sign) -> Both {
    match sign {
        Sign::SnmpAddresses => (
            "別のネットワークのIPアドレスの申告（SNMPのアドレス表）",
            "lists an address of another network (SNMP address table)",
        ),
        Sign::SmbInterfaces => (
            "別のネットワークのIPアドレスの申告（ファイル共有の接続口一覧）",
            "lists an address of another network (file server's interfaces)",
        ),
        Sign::RpcAddresses => (
            "別のネットワークのIPアドレスの申告（Windowsの遠隔呼び出し）",
            "lists an address of another network (Windows RPC)",
        ),
        Sign::NetbiosAddresses => {
            ("別のネットワークのIPアドレスの申告（NetBIOS）", "lists an address of another network (NetBIOS)")
        }
        Sign::SnmpNeighbour => {
            ("別のネットワークの隣の機器の記録（SNMP）", "knows a neighbour in another network (SNMP)")
        }
        Sign::CertificateAddress => {
            ("証明書に書かれた別のネットワークのIPアドレス", "an address of another network in its certificate")
        }
        Sign::EngineMac => {
            ("別のLANカードのMACアドレスを使う機器識別（SNMPv3）", "SNMPv3 engine named after another network card")
        }
        Sign::EngineAddress => (
            "別のネットワークのIPアドレスを使う機器識別（SNMPv3）",
            "SNMPv3 engine named after an address of another network",
        ),
        Sign::LldpAddress => {
            ("別のネットワークのIPアドレスの告知（LLDP・CDP）", "announces an address of another network (LLDP, CDP)")
        }
        _ => ("別のネットワークのIPアドレスの申告", "tells an address of another network"),
    }
}

/// A benign explanation that holds, with what it explains and what it does to the grade.
pub fn explained(one: &Explained, lang: Lang) -> String {
    let reason = reason(one.benign, lang);
    let detail = if one.detail.is_empty() { String::new() } else { format!("『{}』", mark(&one.detail)) };
    let detail = lang.pick(detail.clone(), detail.replace('『', " “").replace('』', "”"));
    let about: Vec<String> = one.addresses.iter().take(4).map(|address| mark(&address.to_string())).collect();
    let about = if about.is_empty() {
        String::new()
    } else {
        lang.pick(format!("（{}）", about.join("、")), format!(" ({})", about.join(", ")))
    };
    let effect = effect(one.effect, lang);
    lang.pick(format!("{reason}{detail}{about} → {effect}"), format!("{reason}{detail}{about}: {effect}"))
}

fn reason(benign: Benign, lang: Lang) -> &'static str {
    match benign {
        Benign::DeclaredGateway => lang.pick("台帳に申告済みのゲートウェイ", "a gateway that the ledger declares"),
        Benign::DeclaredExternalPoint => {
            lang.pick("台帳に申告済みの外部接続点", "an external connection point that the register declares")
        }
        Benign::NetworkEquipment => {
            lang.pick("台帳に申告済みのネットワーク機器", "network equipment that the ledger declares")
        }
        Benign::DeclaredRouter => lang
            .pick("台帳に申告済みのネットワーク機器が本来行う中継", "forwarding, as declared network equipment does"),
        Benign::VirtualAddress => {
            lang.pick("ルータどうしが共有するIPアドレス（VRRP・HSRP）", "an address that routers share (VRRP, HSRP)")
        }
        Benign::ClusterAddress => {
            lang.pick("複数の機器が応答する共有のIPアドレス", "an address that several machines answer for")
        }
        Benign::InsideMachine => {
            lang.pick("ソフトウェアが機器の内部に作るネットワーク", "a network that software makes inside a machine")
        }
        Benign::VirtualisationHost => {
            lang.pick("仮想マシンやコンテナのための中継", "forwards for virtual machines or containers")
        }
        Benign::LinkLocal => lang.pick("自動割り当ての仮のIPアドレス（APIPA）", "a self-assigned address (APIPA)"),
        Benign::IdleInterface => lang.pick("停止中または仮想のインタフェース", "an interface that is down or virtual"),
        Benign::DeclaredSecond => {
            lang.pick("台帳に申告済みの2つ目の接続", "a second connection that the ledger declares")
        }
        Benign::ProxyArp => {
            lang.pick("他の機器のIPアドレスへの代理応答（プロキシARP）", "answers for others' addresses (proxy ARP)")
        }
        Benign::RedirectsToGateway => lang.pick("申告済みのゲートウェイへの中継", "forwards to the declared gateway"),
    }
}

fn effect(effect: Effect, lang: Lang) -> &'static str {
    match effect {
        Effect::Lower => lang.pick("該当するため、確度を1段階下げています", "holds: the grade is one step lower"),
        Effect::Indication => lang.pick("該当するため、参考にとどめています", "holds: no more than an indication"),
        Effect::Suppress => lang.pick("該当するため、根拠から外しています", "holds: not counted"),
    }
}

/// 証拠の種類.
pub fn class(class: EvidenceClass, lang: Lang) -> &'static str {
    match class {
        EvidenceClass::A => lang.pick("実際の動き", "behaviour"),
        EvidenceClass::B => lang.pick("機器自身の申告", "own statement"),
        EvidenceClass::C => lang.pick("状況", "circumstance"),
    }
}

/// What a method could see of a machine.
pub fn sight(sight: Sight, lang: Lang) -> &'static str {
    match sight {
        Sight::Saw => lang.pick("観測した", "saw it"),
        Sight::Clear => lang.pick("見える状態で、観測しなかった", "could have seen it, and did not"),
        Sight::Blind => lang.pick(
            "調べたが、この方法で何も見えなくても、ないとは言えない",
            "looked, but seeing nothing this way proves nothing",
        ),
        Sight::NoAnswer => lang.pick("尋ねたが、応答がない", "asked, no answer"),
        Sight::OffLink => lang.pick("ルータ越しのため、尋ねられない", "behind a router: cannot be asked"),
        Sight::NotAllowed => lang.pick("安全設定により、尋ねていない", "not asked: not allowed"),
        Sight::Fragile => lang.pick("慎重に扱う機器のため、尋ねていない", "not asked: a fragile device"),
        Sight::NotAsked => lang.pick("尋ねていない", "not asked"),
    }
}

/// Where nothing speaks for it: nothing was found, or nobody could have found it.
pub fn nothing_seen(undecidable: bool, lang: Lang) -> &'static str {
    if undecidable {
        lang.pick(
            "この機器について見つけられる方法がなく、あるともないとも言えない",
            "no method could have seen it on this machine: nobody can say",
        )
    } else {
        lang.pick("見つけられる方法で調べ、兆候なし", "a method that could have seen it saw no sign")
    }
}

/// 回線の種類.
pub fn line(kind: LineKind, lang: Lang) -> &'static str {
    match kind {
        LineKind::Internet => lang.pick("インターネット回線", "Internet line"),
        LineKind::ClosedIpvpn => lang.pick("閉域網・IP-VPN", "closed network (IP-VPN)"),
        LineKind::OnlineQualification => lang.pick("オンライン資格確認の回線", "online eligibility check line"),
        LineKind::RegionalNetwork => lang.pick("地域医療連携の回線", "regional medical network"),
        LineKind::RemoteMaintenance => lang.pick("リモート保守の回線", "remote maintenance line"),
        LineKind::Lte5g => lang.pick("モバイル回線（LTE/5G）", "mobile line (LTE/5G)"),
        LineKind::Tethering => lang.pick("テザリング・接続共有", "tethering or connection sharing"),
        LineKind::Ipv6Uplink => lang.pick("IPv6の出口", "a way out by IPv6"),
        LineKind::Cloud => lang.pick("クラウド接続", "cloud link"),
        LineKind::Modem => lang.pick("電話回線のモデム", "modem on a telephone line"),
        LineKind::Unknown => lang.pick("種別不明", "unknown kind"),
    }
}

/// What became of a point, with what differs from its declaration, or whether it could have been seen at all.
pub fn point(point: &ExternalPoint, lang: Lang) -> String {
    let mut said = vec![fixed::point_status(point.status, lang).to_owned()];
    if let Some(kind) = point.seen_kind {
        said.push(lang.pick(format!("観測: {}", line(kind, lang)), format!("seen: {}", line(kind, lang))));
    }
    if let Some(department) = &point.other_department {
        let department = shown(department);
        said.push(lang.pick(format!("機器の部門: {department}"), format!("the device's own department: {department}")));
    }
    if let Some(purpose) = &point.other_purpose {
        let purpose = shown(purpose);
        said.push(lang.pick(format!("機器の用途: {purpose}"), format!("the device's own purpose: {purpose}")));
    }
    match point.could_be_seen {
        Some(true) => said.push(lang.pick("調べたが見つからない", "looked for, and not found").to_owned()),
        Some(false) => said.push(lang.pick("調べていないため不明", "not looked for").to_owned()),
        None => {}
    }
    said.join(lang.pick("、", ", "))
}

/// Why signs mean more together, by the row's name in the table.
pub fn together(name: &str, lang: Lang) -> String {
    let word =
        match name {
            "foreign_sender_twice" => lang
                .pick("ARPと送信の両方で同じネットワークを名乗る", "names another network by ARP and by what it sends"),
            "external_address_and_forwards" => {
                lang.pick("院外側の接続を申告し、実際に中継する", "tells of a line outside, and forwards")
            }
            "offers_and_forwards" => lang.pick("出口として名乗り、実際に中継する", "offers a way out, and forwards"),
            "default_gateway_and_upnp" => lang.pick(
                "既定ゲートウェイであり、インターネットゲートウェイと名乗る",
                "default gateway, and a UPnP Internet gateway",
            ),
            "line_and_forwards" => {
                lang.pick("外向きの接続を持ち、実際に中継する", "has an outward connection, and forwards")
            }
            "tether_and_second_address" => lang.pick(
                "2つ目のIPアドレスが、テザリングで使われるネットワークにある",
                "its second address lies in a tethering network",
            ),
            "cellular_maker_and_title" => lang
                .pick("製造元と管理画面の両方がモバイルルーターを示す", "maker and page both speak of a mobile router"),
            "cellular_and_forwards" => {
                lang.pick("モバイルルーターの兆候があり、実際に中継する", "signs of a mobile router, and forwards")
            }
            _ => return mark(name),
        };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Knowledge;

    #[test]
    fn every_row_of_the_table_has_words_in_both_languages() {
        let table = Knowledge::builtin().hypotheses;
        for one in table.signs.keys() {
            let (ja, en) = (sign(*one, Lang::Ja), sign(*one, Lang::En));
            assert!(ja != en && !ja.ends_with('。') && en.is_ascii(), "{one:?}: {ja} {en}");
        }
        let own = told(Sign::ToldAddress);
        let fallen = table.signs.keys().filter(|one| told(**one) == own && second_network(**one).is_none());
        let fallen = fallen.filter(|one| forwarding(**one).is_none() && way_out(**one).is_none());
        assert_eq!(fallen.collect::<Vec<_>>(), [&Sign::ToldAddress]);
        for one in table.benign.keys() {
            assert_ne!(reason(*one, Lang::Ja), reason(*one, Lang::En));
        }
        for row in &table.together {
            assert!(
                together(&row.name, Lang::Ja) != row.name && together(&row.name, Lang::En) != row.name,
                "{}",
                row.name
            );
        }
        for method in &table.methods {
            let name = super::super::observation::method_plain(&method.probe, Lang::Ja);
            assert_ne!(name, method.probe);
        }
    }
}
