//! The keys by which rows and machines are compared, and the levels they reach (`config/identity.toml`).

use super::Lang;
use super::phrase::shown;

/// A key of a comparison.
pub fn key(key: &str, lang: Lang) -> String {
    let word = match key {
        "mac" => lang.pick("MACアドレス", "MAC address"),
        "status" => lang.pick("状態", "status"),
        "serial" | "serial_no" => lang.pick("シリアル番号", "serial number"),
        "key" => lang.pick("以前の調査で見た鍵・装置番号", "key or number of an earlier scan"),
        "label" => lang.pick("機器に設定された管理番号", "asset number set on the device"),
        "place" => lang.pick("設置セグメント・設置場所", "segment or place"),
        "hostname" | "name" => lang.pick("コンピュータ名", "computer name"),
        "ip" | "address" | "ip_address" => lang.pick("IPアドレス", "IP address"),
        "vendor" | "maker" | "manufacturer" => lang.pick("メーカー", "maker"),
        "model" => lang.pick("型番", "model"),
        "os" => "OS",
        "class" | "device_type" => lang.pick("機器区分", "device type"),
        "ssh-host-key" => lang.pick("SSHホスト鍵", "SSH host key"),
        "certificate-key" | "certificate" => lang.pick("サーバ証明書", "certificate"),
        "snmp-interface" => lang.pick("SNMPのインタフェース一覧", "SNMP interface table"),
        "snmp-engine" => lang.pick("SNMPエンジンID", "SNMP engine ID"),
        "netbios-name" => lang.pick("NetBIOS名", "NetBIOS name"),
        "netbios-unit" => lang.pick("NetBIOS装置ID", "NetBIOS unit ID"),
        "device-interface" => lang.pick("機器自身が申告したMACアドレス", "MAC address the device told of"),
        "own-address" => lang.pick("機器自身が申告したIPアドレス", "IP address the device told of"),
        "eui-64" => lang.pick("MACアドレスから作られたIPv6アドレス", "IPv6 address made from the MAC address"),
        "wsd-uuid" => lang.pick("WS-Discoveryの装置ID", "WS-Discovery device ID"),
        "smb-guid" => lang.pick("ファイル共有（SMB）の装置ID", "SMB server GUID"),
        "lldp-chassis" => lang.pick("LLDPの筐体ID", "LLDP chassis ID"),
        "bridge" => lang.pick("スイッチの識別番号（STP）", "bridge identifier (STP)"),
        "upnp-udn" => lang.pick("UPnP装置ID", "UPnP device ID"),
        "weak-host" => lang.pick("別のIPアドレスへの問い合わせに応答", "answers for the other address"),
        "switch-port" => lang.pick("同じスイッチのポートと同じ名前", "same switch port and same name"),
        "bridge-address" => lang.pick("スイッチの識別アドレス", "address that a switch names itself by"),
        _ => return shown(key),
    };
    word.to_owned()
}

/// A level that a key reached.
pub fn level(level: &str, lang: Lang) -> String {
    let word = match level {
        "equal" => lang.pick("一致", "equal"),
        "similar" | "close" => lang.pick("類似", "similar"),
        "differs" => lang.pick("相違", "differs"),
        "truncated" => lang.pick("前方一致（15文字で切れた名前）", "equal as far as the name goes"),
        "dynamic" => lang.pick("DHCPのため比較しない", "handed out by DHCP, not compared"),
        "random" => lang.pick("端末が自動生成した値のため比較しない", "made up by the device, not compared"),
        "not_expected" => lang.pick("稼働中でない行", "row not in use"),
        "absent" => lang.pick("片方が空欄", "absent"),
        _ => return shown(level),
    };
    word.to_owned()
}
