//! What was heard without a question.

use super::Lang;

/// What a probe only listens to, as a noun phrase.
pub(super) fn method(probe: &str, lang: Lang) -> Option<String> {
    let word = match probe {
        "lldp" => lang.pick("LLDPの受信（隣接機器の自己紹介）", "LLDP heard"),
        "cdp" => lang.pick("CDPの受信（隣接機器の自己紹介）", "CDP heard"),
        "stp" => lang.pick("スパニングツリー情報の受信", "spanning tree heard"),
        "vrrp" => lang.pick("VRRPの受信（冗長化ルータの広告）", "VRRP heard"),
        "hsrp" => lang.pick("HSRPの受信（冗長化ルータの広告）", "HSRP heard"),
        "dhcp-request" => lang.pick("DHCPの受信（アドレス取得時の名乗り）", "DHCP heard"),
        "dhcpv6-request" => lang.pick("DHCPv6の受信（アドレス取得時の名乗り）", "DHCPv6 heard"),
        "mdns-heard" => lang.pick("mDNS広告の受信", "mDNS announcement heard"),
        "ssdp-heard" => lang.pick("SSDP広告の受信", "SSDP announcement heard"),
        "wsd-heard" => lang.pick("WS-Discovery起動通知の受信", "WS-Discovery hello heard"),
        "nbns-heard" => lang.pick("NetBIOS名前登録の受信", "NetBIOS name registration heard"),
        "llmnr-heard" => lang.pick("LLMNRの受信", "LLMNR heard"),
        "browser" => lang.pick("Windowsのブラウザ告知の受信", "Windows browser announcement heard"),
        "igmp" => lang.pick("IGMPの受信（マルチキャスト参加）", "IGMP heard"),
        "mld" => lang.pick("MLDの受信（マルチキャスト参加）", "MLD heard"),
        "traffic" => lang.pick("他の機器どうしの通信の受信", "traffic between others heard"),
        _ => return None,
    };
    Some(word.to_owned())
}
