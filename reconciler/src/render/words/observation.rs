//! How we know: one observation as a sentence with method, time, from where, and which answer.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState};
use daicho_shared::observation::Observation;

use super::phrase::{mark, shown};
use super::{Lang, fixed, heard};
use crate::judge::inventory::PROBE;

/// What a probe asks, as a noun phrase; an unknown probe keeps its name.
pub fn method(probe: &str, lang: Lang) -> String {
    let word = match probe {
        "arp" => lang.pick("ARP（在否の問い合わせ）", "ARP (is anybody there)"),
        "neighbour" | "ndp" => lang.pick("IPv6近隣要請", "IPv6 neighbour solicitation"),
        "echo" | "icmp" => lang.pick("ICMPエコー（ping）", "ICMP echo (ping)"),
        "tcp-ping" => lang.pick("TCPによる在否の問い合わせ", "TCP ping"),
        "connect" | "tcp" | "ports" => lang.pick("TCPポートへの接続", "TCP connect"),
        "reverse-dns" | "dns" => lang.pick("DNS逆引き", "reverse DNS"),
        "netbios" => lang.pick("NetBIOSノード状態", "NetBIOS node status"),
        "mdns" => "mDNS",
        "ssdp" | "upnp" => "SSDP/UPnP",
        "snmp" => "SNMP",
        "ssh" => lang.pick("SSHのバナーとホスト鍵", "SSH banner and host key"),
        "tls" => lang.pick("TLSのサーバ証明書", "TLS certificate"),
        "https" => lang.pick("HTTPSの応答と証明書", "HTTPS answer and certificate"),
        "http" | "web" => lang.pick("HTTPの応答", "HTTP answer"),
        "gateway" | "route" | "routes" | "local" => lang.pick("調査機の経路表", "routing table of the scanner"),
        "tls-legacy" => lang.pick("旧式TLSのサーバ証明書", "certificate by an old TLS"),
        "greeting" => lang.pick("接続時のあいさつ文", "greeting on connecting"),
        "care" => lang.pick("応答の見守り", "watch over its answers"),
        "inventory" => lang.pick("インベントリファイル", "inventory file"),
        _ => {
            return super::uplink::method(probe, lang)
                .map(str::to_owned)
                .or_else(|| heard::method(probe, lang))
                .or_else(|| method_windows(probe, lang))
                .or_else(|| method_other(probe, lang))
                .unwrap_or_else(|| mark(probe));
        }
    };
    word.to_owned()
}

/// What Windows machines, directories and databases are asked.
fn method_windows(probe: &str, lang: Lang) -> Option<String> {
    let word = match probe {
        "ntlm" | "smb" => lang.pick("ファイル共有（SMB）の方式と認証応答", "file sharing (SMB) and NTLM challenge"),
        "smb1" => lang.pick("旧式ファイル共有（SMB1）の確認", "old file sharing (SMB1)"),
        "rdp" => lang.pick("リモートデスクトップの応答", "remote desktop"),
        "rpc" => lang.pick("Windowsの遠隔呼び出し（DCOM）の生存応答", "Windows RPC (ServerAlive2)"),
        "http-ntlm" | "winrm" => lang.pick("Web経由のWindows認証応答", "NTLM challenge over HTTP"),
        "ldap" => lang.pick("ディレクトリ（LDAP）の基本情報", "LDAP root entry"),
        "sql-browser" => lang.pick("SQL Serverの案内", "SQL Server Browser"),
        "llmnr" => lang.pick("近隣の名前の問い合わせ（LLMNR）", "LLMNR"),
        "browser" => lang.pick("Windowsのブラウザ告知", "Windows browser announcement"),
        "mysql" => lang.pick("MySQLのあいさつ文", "MySQL greeting"),
        "postgresql" => lang.pick("PostgreSQLの応答", "PostgreSQL answer"),
        "mssql" => lang.pick("SQL Serverの応答", "SQL Server answer"),
        "oracle" => lang.pick("Oracleの応答", "Oracle answer"),
        "vnc" => lang.pick("画面共有（VNC）のあいさつ文", "VNC greeting"),
        _ => return None,
    };
    Some(word.to_owned())
}

/// What everything else is asked, or says by itself.
fn method_other(probe: &str, lang: Lang) -> Option<String> {
    let word = match probe {
        "control" => lang.pick("使われていないはずのポートへの接続", "connection to a port that nobody uses"),
        "snmp-neighbours" => lang.pick("SNMPの隣接表（LLDP・CDP）", "SNMP neighbour tables (LLDP, CDP)"),
        "snmp-bridge" => lang.pick("SNMPのスイッチの学習表", "SNMP bridge table"),
        "ws-discovery" | "wsd" => lang.pick("機器の探索（WS-Discovery）", "WS-Discovery"),
        "onvif" => lang.pick("監視カメラの機器情報（ONVIF）", "ONVIF device information"),
        "sip" => lang.pick("IP電話の応答（SIP OPTIONS）", "SIP OPTIONS"),
        "rtsp" => lang.pick("映像配信の応答（RTSP）", "RTSP"),
        "ipp" => lang.pick("プリンタ属性の照会（IPP）", "IPP printer attributes"),
        "favicon" => lang.pick("Web画面のアイコン", "icon of the web page"),
        "snmp-engine" => lang.pick("SNMPv3の機器識別", "SNMPv3 engine discovery"),
        "entity-mib" | "snmp-entity" => lang.pick("SNMPの部品表", "SNMP ENTITY-MIB"),
        "host-resources" | "snmp-host" => lang.pick("SNMPのホスト情報", "SNMP HOST-RESOURCES-MIB"),
        "printer-mib" | "snmp-printer" => lang.pick("SNMPのプリンタ情報", "SNMP Printer-MIB"),
        "ups-mib" | "snmp-ups" => lang.pick("SNMPのUPS情報", "SNMP UPS-MIB"),
        "dicom" => lang.pick("DICOMの接続確認", "DICOM verification"),
        "dicom-tls" => lang.pick("DICOMの接続確認（TLS）", "DICOM verification (TLS)"),
        "mllp" => lang.pick("HL7用ポートの確認（何も送信しない）", "HL7 port, nothing sent"),
        "bacnet" => lang.pick("設備制御の探索（BACnet）", "BACnet Who-Is"),
        "modbus" => lang.pick("設備制御の機器情報（Modbus）", "Modbus device identification"),
        "ubiquiti" => lang.pick("Ubiquiti機器の探索", "Ubiquiti discovery"),
        "mndp" => lang.pick("MikroTik機器の探索", "MikroTik discovery"),
        "ike" => lang.pick("VPN（IKE）の応答", "IKE"),
        "openvpn" => lang.pick("VPN（OpenVPN）の応答", "OpenVPN"),
        "wireguard" => lang.pick("VPN（WireGuard）の無応答", "WireGuard-like silence"),
        "lldp" => lang.pick("LLDPの告知の受信", "LLDP heard"),
        "cdp" => lang.pick("CDPの告知の受信", "CDP heard"),
        "stp" => lang.pick("STPの告知の受信", "STP heard"),
        "vrrp" => lang.pick("VRRPの告知の受信", "VRRP heard"),
        "hsrp" => lang.pick("HSRPの告知の受信", "HSRP heard"),
        "dhcp" => lang.pick("DHCPの要求の受信", "DHCP request heard"),
        "igmp" => lang.pick("マルチキャスト参加（IGMP）の受信", "IGMP heard"),
        "mld" => lang.pick("マルチキャスト参加（MLD）の受信", "MLD heard"),
        _ => return None,
    };
    Some(word.to_owned())
}

/// The same without marks, for table cells.
pub fn method_plain(probe: &str, lang: Lang) -> String {
    super::phrase::Phrase::new(method(probe, lang)).plain()
}

/// The whole sentence; `when` and `host` come from the report.
pub fn sentence(observation: &Observation, when: &str, host: &str, lang: Lang) -> String {
    if observation.probe.0 == PROBE {
        return written(observation, when, host, lang);
    }
    let target = &observation.target;
    let bare = target.mac.filter(|_| target.address.is_unspecified());
    let about = bare.map_or_else(|| target.address.to_string(), |mac| mac.to_string());
    let (method, address) = (method(&observation.probe.0, lang), mark(&about));
    let (host, answer) = (mark(host), answer(observation, lang));
    let interface = observation.target.interface.as_deref().map(mark);
    match (lang, interface) {
        (Lang::Ja, Some(port)) => {
            format!("{when}、調査機 {host}（{port}）から {address} について {method}: {answer}。")
        }
        (Lang::Ja, None) => format!("{when}、調査機 {host} から {address} について {method}: {answer}。"),
        (Lang::En, Some(port)) => format!("{when}, from {host} ({port}) about {address}, {method}: {answer}."),
        (Lang::En, None) => format!("{when}, from {host} about {address}, {method}: {answer}."),
    }
}

/// An inventory file says it; nobody asked the device.
fn written(observation: &Observation, when: &str, file: &str, lang: Lang) -> String {
    let (file, answer) = (mark(file), answer(observation, lang));
    lang.pick(
        format!("{when}、インベントリファイル『{file}』の記載: {answer}。"),
        format!("{when}, inventory file “{file}”: {answer}."),
    )
}

/// What came back, as a noun phrase.
pub fn answer(observation: &Observation, lang: Lang) -> String {
    // Who says something has answered; that need not be said beside it.
    let alone = observation.facts.len() == 1;
    let telling: Vec<&Fact> = observation.facts.iter().filter(|fact| alone || **fact != Fact::Alive).collect();
    let outcome = fixed::outcome(observation.outcome, lang);
    let more = telling.len().saturating_sub(4);
    let mut parts: Vec<String> = telling.into_iter().take(4).map(|fact| say(fact, lang)).collect();
    if more > 0 {
        parts.push(lang.pick(format!("ほか{more}項目"), format!("{more} more")));
    }
    match (parts.is_empty(), observation.outcome) {
        (true, _) => outcome.to_owned(),
        (false, Outcome::Answered) => parts.join(lang.pick("、", ", ")),
        (false, _) => format!("{outcome}{}{}", lang.pick("、", ", "), parts.join(lang.pick("、", ", "))),
    }
}

/// Further answers to questions that were shown already.
pub fn more_alike(count: usize, lang: Lang) -> String {
    lang.pick(
        format!("同じ調べ方による応答がほかに{count}件あります（result.json に記載）。"),
        format!("There are {count} more answers to the same questions (in result.json)."),
    )
}

/// One fact as a noun phrase.
pub fn say(fact: &Fact, lang: Lang) -> String {
    match fact {
        Fact::LinkAddress { mac } => format!("MAC {}", mark(&mac.to_string())),
        Fact::Alive => lang.pick("応答あり", "it answered").into(),
        Fact::Port { transport, port, state } => {
            let port = format!("{}/{port}", transport.as_str());
            match state {
                PortState::Open => lang.pick(format!("{port} は接続可"), format!("{port} open")),
                PortState::Closed => lang.pick(format!("{port} は接続拒否"), format!("{port} closed")),
            }
        }
        Fact::Name { source, name, .. } => lang
            .pick(format!("名前『{}』（{}）", mark(name), fixed::name_source(*source, lang)), {
                format!("name “{}” ({})", mark(name), fixed::name_source(*source, lang))
            }),
        Fact::OwnAddress { address, .. } => {
            let address = mark(&address.to_string());
            lang.pick(format!("自身のIPアドレスとして {address} を申告"), format!("says that it holds {address}, too"))
        }
        Fact::Forwarding { enabled: true } => {
            lang.pick("パケット転送が有効と申告", "says that it forwards packets").into()
        }
        Fact::Forwarding { enabled: false } => {
            lang.pick("パケット転送は無効と申告", "says that it does not forward packets").into()
        }
        Fact::DefaultGateway { interface } => lang.pick(
            format!("調査機（{}）の既定ゲートウェイ", mark(interface)),
            format!("default gateway of the scanner ({})", mark(interface)),
        ),
        Fact::Router { how } => match super::field::sign(how, lang) {
            Some(sign) => sign.to_owned(),
            None => {
                lang.pick(format!("ルータと自称（{}）", mark(how)), format!("calls itself a router ({})", mark(how)))
            }
        },
        Fact::LeftAlone => lang.pick("途中で応答しなくなり送信を中止", "stopped answering, left alone").into(),
        other => say_identity(other, lang),
    }
}

fn say_identity(fact: &Fact, lang: Lang) -> String {
    match fact {
        Fact::Service { transport, port, protocol, product, version, .. } => {
            let product = [product.as_deref(), version.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let place = format!("{}/{port}", transport.as_str());
            if product.is_empty() {
                lang.pick(format!("{place} で {} が応答", mark(protocol)), format!("{} on {place}", mark(protocol)))
            } else {
                let product = mark(&product);
                lang.pick(
                    format!("{place} で {}（『{product}』）が応答", mark(protocol)),
                    format!("{} on {place} (“{product}”)", mark(protocol)),
                )
            }
        }
        Fact::HostKey { algorithm, sha256, .. } => {
            let key = mark(&format!("{algorithm} {}", sha256.get(..16).unwrap_or(sha256)));
            lang.pick(format!("SSHホスト鍵 {key}"), format!("SSH host key {key}"))
        }
        Fact::Certificate { subject, protocol, .. } => {
            let (subject, protocol) = (mark(subject), mark(protocol));
            lang.pick(format!("証明書『{subject}』（{protocol}）"), format!("certificate “{subject}” ({protocol})"))
        }
        Fact::Web { status, title, server, .. } => {
            let said = title.as_deref().or(server.as_deref()).unwrap_or_default();
            lang.pick(format!("HTTP {status}『{}』", mark(said)), format!("HTTP {status} “{}”", mark(said)))
        }
        Fact::System { description, name, .. } => lang.pick(
            format!("SNMPの機器名『{}』、説明『{}』", mark(name), mark(description)),
            format!("SNMP name “{}”, description “{}”", mark(name), mark(description)),
        ),
        Fact::Product { maker, model, .. } => {
            let said: Vec<&str> = [maker.as_deref(), model.as_deref()].into_iter().flatten().collect();
            lang.pick(format!("製品『{}』", mark(&said.join(" "))), format!("product “{}”", mark(&said.join(" "))))
        }
        other => say_table(other, lang),
    }
}

fn say_table(fact: &Fact, lang: Lang) -> String {
    match fact {
        Fact::Interface { name, up, .. } => {
            let state = if *up { lang.pick("動作中", "up") } else { lang.pick("停止中", "down") };
            lang.pick(
                format!("インタフェース『{}』（{state}）", mark(name)),
                format!("interface “{}” ({state})", mark(name)),
            )
        }
        Fact::Neighbour { address, mac, .. } => lang.pick(
            format!("隣接表に {}（{}）", mark(&address.to_string()), mark(&mac.to_string())),
            format!("neighbour {} ({})", mark(&address.to_string()), mark(&mac.to_string())),
        ),
        Fact::BridgePort { mac, port, .. } => lang.pick(
            format!("スイッチのポート{port}に {}", mark(&mac.to_string())),
            format!("{} on switch port {port}", mark(&mac.to_string())),
        ),
        Fact::Route { destination, next_hop, .. } => lang.pick(
            format!("{} への経路は {} 経由", mark(&destination.to_string()), mark(&next_hop.to_string())),
            format!("route to {} by {}", mark(&destination.to_string()), mark(&next_hop.to_string())),
        ),
        Fact::MachineId { source, value } => format!("{} {}", super::level::key(source, lang), mark(value)),
        Fact::Announcement { kind, instance, .. } => match instance.as_deref().map(mark) {
            Some(name) => {
                lang.pick(format!("{}『{name}』を広告", mark(kind)), format!("announces {} “{name}”", mark(kind)))
            }
            None => lang.pick(format!("{} を広告", mark(kind)), format!("announces {}", mark(kind))),
        },
        other => say_told(other, lang),
    }
}

/// What a device tells of itself in a protocol of its own.
fn say_told(fact: &Fact, lang: Lang) -> String {
    match fact {
        Fact::Attribute { source, key, value } => {
            let field = super::field::field(&format!("{source}.{key}"), lang);
            // The field says it all.
            if value == "yes" {
                return field;
            }
            lang.pick(format!("{field}『{}』", mark(value)), format!("{field} “{}”", mark(value)))
        }
        Fact::OperatingSystem { name, version, build, edition, .. } => {
            let build = build.map(|build| lang.pick(format!("ビルド{build}"), format!("build {build}")));
            let parts = [name.clone(), edition.clone(), version.clone(), build];
            let system = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            lang.pick(format!("OS『{}』", mark(&system)), format!("operating system “{}”", mark(&system)))
        }
        Fact::Software { name, version, .. } => {
            let program = [Some(name.as_str()), version.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
            lang.pick(format!("ソフトウェア『{}』", mark(&program)), format!("software “{}”", mark(&program)))
        }
        Fact::Clock { time, .. } => {
            let time = mark(&time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
            lang.pick(format!("機器の時計 {time}"), format!("its clock {time}"))
        }
        Fact::FileSharing { port, dialects, signing_required } => {
            let dialects = mark(&dialects.join(", "));
            let signing =
                if *signing_required { lang.pick("必須", "required") } else { lang.pick("任意", "optional") };
            lang.pick(
                format!("tcp/{port} のファイル共有の方式『{dialects}』（署名は{signing}）"),
                format!("file sharing “{dialects}” on tcp/{port} (signing {signing})"),
            )
        }
        other => say_medical(other, lang),
    }
}

fn say_medical(fact: &Fact, lang: Lang) -> String {
    match fact {
        Fact::Association { called, answer, version, echo, .. } => {
            let answer = match answer.as_str() {
                "accepted" => lang.pick("受け付け", "accepted").to_owned(),
                "rejected" => lang.pick("拒否", "rejected").to_owned(),
                "aborted" => lang.pick("打ち切り", "aborted").to_owned(),
                other => mark(other),
            };
            let called = mark(called);
            let name = version.as_deref().map(|name| {
                lang.pick(format!("、実装名『{}』", mark(name)), format!(", implementation “{}”", mark(name)))
            });
            let echo = match echo {
                Some(0) => lang.pick("、疎通確認は成功", ", verified"),
                Some(_) => lang.pick("、疎通確認は失敗", ", verification failed"),
                None => "",
            };
            let name = name.unwrap_or_default();
            lang.pick(
                format!("DICOMの接続（AE『{called}』あて）は{answer}{name}{echo}"),
                format!("DICOM association with “{called}” {answer}{name}{echo}"),
            )
        }
        Fact::Unnatural { how } => {
            let how = fixed::unnatural(how, lang);
            lang.pick(format!("応答が不自然（{how}）"), format!("unnatural answers ({how})"))
        }
        other => say_link(other, lang),
    }
}

fn say_link(fact: &Fact, lang: Lang) -> String {
    match fact {
        Fact::Engine { id, enterprise, .. } => {
            let id = mark(id);
            lang.pick(
                format!("SNMPv3の機器識別 {id}（製造者番号 {enterprise}）"),
                format!("SNMPv3 engine {id} (enterprise {enterprise})"),
            )
        }
        Fact::VirtualRouter { protocol, group, addresses, priority } => {
            let shared = mark(&addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
            let protocol = mark(&protocol.to_uppercase());
            lang.pick(
                format!("{protocol} グループ{group} の共有アドレス {shared}（優先度 {priority}）"),
                format!("{protocol} group {group} with {shared} (priority {priority})"),
            )
        }
        Fact::LinkNeighbour { protocol, local_port, chassis, port, name, .. } => {
            let other = mark(name.as_deref().unwrap_or(chassis));
            let (protocol, own, port) = (mark(&protocol.to_uppercase()), mark(local_port), mark(port));
            lang.pick(
                format!("ポート『{own}』の先に『{other}』のポート『{port}』（{protocol}）"),
                format!("port “{own}” leads to “{other}” port “{port}” ({protocol})"),
            )
        }
        other => super::uplink::say(other, lang).unwrap_or_else(|| shown(&format!("{other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::Transport;

    use super::super::phrase::Phrase;
    use super::*;

    #[test]
    fn every_probe_that_may_speak_has_words_in_both_languages() {
        let probes = "ntlm smb smb1 rdp rpc http-ntlm ldap sql-browser llmnr ws-discovery onvif sip rtsp ipp favicon \
                      snmp-engine dicom mllp mysql postgresql mssql oracle vnc bacnet modbus ubiquiti mndp ike openvpn \
                      wireguard lldp cdp stp vrrp hsrp dhcp igmp mld browser inventory tls-legacy greeting route care";
        for probe in probes.split_whitespace() {
            let (ja, en) = (method_plain(probe, Lang::Ja), method_plain(probe, Lang::En));
            assert!(ja != probe && ja != en, "{probe}: {ja} {en}");
        }
    }

    #[test]
    fn no_fact_is_shown_as_the_program_writes_it() {
        let text = |text: &str| Some(text.to_owned());
        let facts = [
            Fact::Attribute { source: "dhcp".into(), key: "vendor-class".into(), value: "MSFT 5.0".into() },
            Fact::OperatingSystem {
                source: "ntlm".into(),
                name: text("Windows"),
                version: text("10.0"),
                build: Some(19045),
                edition: None,
            },
            Fact::Software { source: "inventory".into(), name: "7-Zip".into(), version: text("23.01") },
            Fact::Clock { source: "ntlm".into(), time: "2026-03-31T02:15:00Z".parse().unwrap() },
            Fact::FileSharing { port: 445, dialects: vec!["3.1.1".into()], signing_required: true },
            Fact::Association {
                port: 104,
                tls: false,
                called: "ANY-SCP".into(),
                answer: "accepted".into(),
                reason: None,
                implementation: None,
                version: text("OFFIS_DCMTK_367"),
                accepted: vec![],
                echo: Some(0),
            },
            Fact::Engine {
                id: "8000".into(),
                enterprise: 9,
                mac: None,
                address: None,
                text: None,
                boots: 1,
                uptime_seconds: 1,
            },
            Fact::VirtualRouter { protocol: "vrrp".into(), group: 1, addresses: vec![], priority: 100 },
            Fact::LinkNeighbour {
                protocol: "lldp".into(),
                local_port: "1".into(),
                chassis: "c".into(),
                port: "Gi1".into(),
                name: text("SW1"),
                description: None,
                address: None,
            },
            Fact::Unnatural { how: "every-port-open".into() },
            Fact::MachineId { source: "smb-guid".into(), value: "1".into() },
            Fact::Port { transport: Transport::Tcp, port: 1, state: PortState::Open },
        ];
        for fact in facts {
            for lang in [Lang::Ja, Lang::En] {
                let said = Phrase::new(say(&fact, lang)).plain();
                assert!(!said.contains('{') && !said.contains("Some("), "{said}");
            }
        }
    }
}
