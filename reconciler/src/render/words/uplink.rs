//! The words of the questions about second networks and ways out, and of what devices say to them.

use std::net::IpAddr;

use daicho_shared::fact::Fact;

use super::Lang;
use super::phrase::mark;

/// What such a probe asks, as a noun phrase.
pub(super) fn method(probe: &str, lang: Lang) -> Option<&'static str> {
    Some(match probe {
        "forwarding" => lang.pick(
            "他の機器あてのパケットを中継するかの確認（1つ目の機器で必ず止まる1パケット）",
            "does it forward (one packet that ends at the first device)",
        ),
        "forwarding-again" => lang.pick("中継するかの確認の2回目", "does it forward, asked again"),
        "hairpin" => {
            lang.pick("調査機あてのパケットを中継して返すかの確認", "does it send back a packet to the scanner")
        }
        "forwarding-v6" => lang.pick("IPv6のパケットを中継するかの確認", "does it forward IPv6"),
        "all-routers" => lang.pick("IPv6の全ルータあてのエコー", "echo to all IPv6 routers"),
        "router-solicitation" => lang.pick("IPv6のルータへの告知の依頼", "IPv6 router solicitation"),
        "router-advertisement" => lang.pick("IPv6ルータの告知の受信", "IPv6 router advertisement heard"),
        "second-address" => {
            lang.pick("別のネットワークのIPアドレスの持ち主を尋ねるARP", "ARP for addresses of other networks")
        }
        "directed-broadcast" => lang.pick("別のネットワークあての一斉問い合わせ", "broadcast of other networks"),
        "connected-networks" => lang.pick("直結しているネットワークの確認", "which networks is it connected to"),
        "walk" => lang.pick("中継の先をたどる確認（理由を記録して実施）", "walk through it, with a written reason"),
        "foreign-sender" => lang.pick("別のネットワークを名乗る送信の受信", "senders of other networks heard"),
        "dhcp-server" => lang.pick("IPアドレスを配る機器の問い合わせ（DHCP）", "who hands out addresses (DHCP)"),
        "pppoe" => lang.pick("回線事業者の接続装置の問い合わせ（PPPoE）", "is there an access concentrator (PPPoE)"),
        "rip" => lang.pick("経路表の問い合わせ（RIP）", "RIP request"),
        "nat-pmp" => {
            lang.pick("ゲートウェイの外側のIPアドレスの問い合わせ（NAT-PMP）", "outer address of a gateway (NAT-PMP)")
        }
        "pcp" => lang.pick("ゲートウェイの在否の問い合わせ（PCP）", "is it a gateway (PCP)"),
        "igd" => lang.pick("UPnPゲートウェイの回線状態の照会", "line state of a UPnP gateway"),
        "dns-upstream" => lang.pick("DNSサーバの問い合わせ先の照会", "whom a name server asks"),
        "smb-interfaces" => lang.pick("ファイル共有の接続口一覧の照会", "network interfaces of a file server"),
        _ => return None,
    })
}

/// What a device said, as a noun phrase.
pub(super) fn say(fact: &Fact, lang: Lang) -> Option<String> {
    Some(match fact {
        Fact::Hop { .. } => hop(fact, lang)?,
        Fact::Returned { ttl } => lang.pick(
            format!("調査機あてのパケットを中継して返した（残り中継回数 {ttl}）"),
            format!("sent the scanner's packet back (time to live {ttl})"),
        ),
        Fact::AnswersFor { address, how } => answers_for(&mark(&address.to_string()), how, lang),
        Fact::Connected { network } => {
            let network = mark(&network.to_string());
            lang.pick(format!("{network} に直結している動き"), format!("treats {network} as connected"))
        }
        Fact::AccessConcentrator { name, .. } => {
            let name = mark(name);
            lang.pick(format!("回線事業者の接続装置『{name}』が応答"), format!("access concentrator “{name}” answers"))
        }
        Fact::Upstream { resolver, queries, failed } => {
            let resolver = mark(resolver);
            lang.pick(
                format!("DNSの問い合わせを {resolver} へ {queries}件中継（失敗 {failed}件）"),
                format!("passed {queries} questions on to {resolver} ({failed} failed)"),
            )
        }
        Fact::DhcpServer { .. } => dhcp(fact, lang)?,
        Fact::ExternalAddress { address, connected, .. } => external(*address, *connected, lang),
        _ => return None,
    })
}

fn hop(fact: &Fact, lang: Lang) -> Option<String> {
    let Fact::Hop { destination, from, kind, code, gateway, .. } = fact else { return None };
    let (destination, from) = (mark(&destination.to_string()), mark(&from.to_string()));
    let what = match (*kind, *code) {
        (11, _) => lang.pick("中継の途中で期限切れ", "time exceeded"),
        (3, 0) => lang.pick("行き先への経路なし", "no route"),
        (3, 9 | 10 | 13) => lang.pick("規則により中継を拒否", "forbidden by its rules"),
        (3, _) => lang.pick("行き先に届かない", "unreachable"),
        (5, _) => lang.pick("別の中継機器を案内", "redirect"),
        (0, _) => lang.pick("行き先が応答", "echo reply"),
        _ => lang.pick("中継に関する応答", "an answer of a router"),
    };
    let better = gateway.map(|gateway| mark(&gateway.to_string()));
    let better =
        better.map_or_else(String::new, |gateway| lang.pick(format!("、案内先 {gateway}"), format!(", to {gateway}")));
    Some(lang.pick(
        format!("{destination} あてのパケットに {from} が応答（{what}、ICMP {kind}/{code}{better}）"),
        format!("{from} answered a packet to {destination} ({what}, ICMP {kind}/{code}{better})"),
    ))
}

fn answers_for(address: &str, how: &str, lang: Lang) -> String {
    match how {
        "directed-broadcast" => {
            lang.pick(format!("一斉問い合わせに {address} から応答"), format!("answered the broadcast from {address}"))
        }
        "arp-control" => lang.pick(
            format!("誰も使えない {address} にも応答（代理応答）"),
            format!("answers even for {address}, which nobody can have"),
        ),
        "proxy-arp" => lang.pick(format!("{address} に代理で応答"), format!("answers for {address} as a proxy")),
        "arp-sender" => lang.pick(format!("ARPで {address} を名乗った"), format!("named {address} by ARP")),
        "packet-sender" => lang.pick(format!("{address} から送信した"), format!("sent from {address}")),
        _ => lang.pick(format!("{address} を尋ねるARPに応答"), format!("answered ARP for {address}")),
    }
}

fn dhcp(fact: &Fact, lang: Lang) -> Option<String> {
    let Fact::DhcpServer { server, offered, routers, resolvers, .. } = fact else { return None };
    let list = |addresses: &[IpAddr]| {
        let shown: Vec<String> = addresses.iter().take(3).map(ToString::to_string).collect();
        if shown.is_empty() { lang.pick("なし", "none").to_owned() } else { mark(&shown.join(", ")) }
    };
    let one = |address: &Option<IpAddr>| list(address.as_slice());
    let (server, offered, routers, resolvers) = (one(server), one(offered), list(routers), list(resolvers));
    Some(lang.pick(
        format!("DHCPサーバ {server} が応答（配布 {offered}、出口 {routers}、DNS {resolvers}）"),
        format!("DHCP server {server} answers (offers {offered}, router {routers}, DNS {resolvers})"),
    ))
}

fn external(address: Option<IpAddr>, connected: Option<bool>, lang: Lang) -> String {
    let line = match connected {
        Some(true) => lang.pick("、回線は接続中", ", line up"),
        Some(false) => lang.pick("、回線は切断", ", line down"),
        None => "",
    };
    match address {
        Some(address) => {
            let address = mark(&address.to_string());
            lang.pick(
                format!("外側のIPアドレス {address} を申告{line}"),
                format!("tells its outer address {address}{line}"),
            )
        }
        None => lang.pick(
            format!("ゲートウェイとして応答（外側のIPアドレスの申告なし{line}）"),
            format!("answers as a gateway, tells no outer address{line}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::observation;
    use super::super::phrase::Phrase;
    use super::*;

    #[test]
    fn every_probe_has_words_in_both_languages() {
        let probes = "forwarding forwarding-again hairpin forwarding-v6 all-routers router-solicitation \
                      router-advertisement second-address directed-broadcast connected-networks walk foreign-sender \
                      dhcp-server pppoe rip nat-pmp pcp igd dns-upstream smb-interfaces";
        for probe in probes.split_whitespace() {
            let (ja, en) = (method(probe, Lang::Ja).unwrap(), method(probe, Lang::En).unwrap());
            assert!(ja != en && en.is_ascii(), "{probe}: {ja} {en}");
            assert_eq!(observation::method_plain(probe, Lang::Ja), ja);
        }
    }

    #[test]
    fn every_fact_is_said() {
        let at = |text: &str| text.parse::<IpAddr>().unwrap();
        let hop = |kind, code| Fact::Hop {
            sent_ttl: 1,
            destination: at("198.51.100.7"),
            from: at("10.0.0.5"),
            kind,
            code,
            quoted_ttl: Some(1),
            gateway: Some(at("10.0.0.1")),
        };
        let answers = |how: &str| Fact::AnswersFor { address: at("192.168.42.129"), how: how.into() };
        let mut facts: Vec<Fact> = [(11, 0), (3, 0), (3, 1), (3, 13), (5, 1), (0, 0)].map(|(k, c)| hop(k, c)).into();
        facts.extend(
            ["arp-probe", "arp-control", "proxy-arp", "directed-broadcast", "arp-sender", "packet-sender"].map(answers),
        );
        facts.extend([
            Fact::Returned { ttl: 1 },
            Fact::Connected { network: "192.168.42.0/24".parse().unwrap() },
            Fact::AccessConcentrator { name: "BAS1".into(), services: vec![] },
            Fact::Upstream { resolver: "8.8.8.8#53".into(), queries: 1, failed: 0 },
            Fact::ExternalAddress { how: "pcp".into(), address: None, connected: Some(true) },
            Fact::ExternalAddress { how: "pcp".into(), address: Some(at("100.64.0.2")), connected: None },
            Fact::DhcpServer {
                message: "ack".into(),
                server: Some(at("192.168.8.1")),
                offered: None,
                prefix_length: None,
                routers: vec![at("192.168.8.1")],
                resolvers: vec![],
                domain: None,
                wpad: None,
            },
        ]);
        for fact in facts {
            let (ja, en) = (say(&fact, Lang::Ja).unwrap(), say(&fact, Lang::En).unwrap());
            assert_ne!(ja, en);
            let said = Phrase::new(observation::say(&fact, Lang::En)).plain();
            assert!(!said.contains('{') && !said.contains("Some("), "{said}");
        }
    }
}
