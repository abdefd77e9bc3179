//! How we know: one observation as a sentence with method, time, from where, and which answer.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState};
use daicho_shared::observation::Observation;

use super::phrase::{mark, shown};
use super::{Lang, fixed};

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
        "snmp-interfaces" => lang.pick("SNMP（インターフェース・アドレス）", "SNMP (interfaces and addresses)"),
        "snmp-routes" => lang.pick("SNMP（ARP表・経路表）", "SNMP (ARP table and routes)"),
        "snmp-entity" => lang.pick("SNMP（型名・製造番号）", "SNMP (model and serial number)"),
        "snmp-host" => lang.pick("SNMP（導入済みソフトウェア）", "SNMP (installed software)"),
        "snmp-printer" => lang.pick("SNMP（プリンター情報）", "SNMP (printer)"),
        "snmp-ups" => lang.pick("SNMP（無停電電源装置の情報）", "SNMP (power supply)"),
        "snmp-bridge" => lang.pick("SNMP（スイッチの学習表）", "SNMP (what a switch learned at its ports)"),
        "snmp-neighbours" => lang.pick("SNMP（LLDP・CDPの隣接機器）", "SNMP (LLDP and CDP neighbours)"),
        "snmp-engine" => lang.pick("SNMPの識別番号の問い合わせ", "SNMP engine discovery"),
        "ssh" => lang.pick("SSHのバナーとホスト鍵", "SSH banner and host key"),
        "tls" => lang.pick("TLSのサーバ証明書", "TLS certificate"),
        "http" | "https" | "web" => lang.pick("HTTPの応答", "HTTP answer"),
        "gateway" | "routes" | "local" => lang.pick("調査機の経路表", "routing table of the scanner"),
        _ => return mark(probe),
    };
    word.to_owned()
}

/// The same without marks, for table cells.
pub fn method_plain(probe: &str, lang: Lang) -> String {
    super::phrase::Phrase::new(method(probe, lang)).plain()
}

/// The whole sentence; `when` and `host` come from the report.
pub fn sentence(observation: &Observation, when: &str, host: &str, lang: Lang) -> String {
    let (method, address) = (method(&observation.probe.0, lang), mark(&observation.target.address.to_string()));
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

fn answer(observation: &Observation, lang: Lang) -> String {
    let facts: Vec<String> = observation.facts.iter().take(4).map(|fact| say(fact, lang)).collect();
    let outcome = fixed::outcome(observation.outcome, lang);
    let more = observation.facts.len().saturating_sub(4);
    let mut parts = facts;
    if more > 0 {
        parts.push(lang.pick(format!("ほか{more}項目"), format!("{more} more")));
    }
    match (parts.is_empty(), observation.outcome) {
        (true, _) => outcome.to_owned(),
        (false, Outcome::Answered) => parts.join(lang.pick("、", ", ")),
        (false, _) => format!("{outcome}{}{}", lang.pick("、", ", "), parts.join(lang.pick("、", ", "))),
    }
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
        Fact::Router { how } => {
            lang.pick(format!("ルータと自称（{}）", mark(how)), format!("calls itself a router ({})", mark(how)))
        }
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
        Fact::MachineId { source, value } => format!("{} {}", mark(source), mark(value)),
        Fact::Announcement { kind, instance, .. } => match instance.as_deref().map(mark) {
            Some(name) => {
                lang.pick(format!("{}『{name}』を広告", mark(kind)), format!("announces {} “{name}”", mark(kind)))
            }
            None => lang.pick(format!("{} を広告", mark(kind)), format!("announces {}", mark(kind))),
        },
        other => shown(&format!("{other:?}")),
    }
}
