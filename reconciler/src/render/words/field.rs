//! Where evidence was found, in words: the fields that rules look at, as a ward's IT staff would call them.

use super::phrase::mark;
use super::{Lang, fixed};
use crate::judge::asset::{Class, Why};

/// Fields with a phrase of their own. Everything else is put together from its two parts.
const WHOLE: &[(&str, &str, &str)] = &[
    ("http.title", "Web画面の題名", "title of its web page"),
    ("http.server", "Webサーバの名乗り", "what its web server calls itself"),
    ("http.realm", "Web画面のログイン欄の名称", "realm of its web login"),
    ("http.favicon", "Web画面のアイコン（ハッシュ値）", "icon of its web page (hash)"),
    ("name", "機器の名前", "its name"),
    (
        "oui.own-maker",
        "MACアドレス（自社の機器専用）の製造者",
        "maker of its MAC address, who uses it for its own devices alone",
    ),
    ("oui.maker", "MACアドレスの製造者", "maker of its MAC address"),
    ("snmp.description", "SNMPの機器説明", "its SNMP description"),
    ("snmp.object-id", "SNMPの製品番号（sysObjectID）", "its SNMP product number (sysObjectID)"),
    ("snmp.enterprise", "SNMPの製造者番号", "its SNMP enterprise number"),
    ("snmp.engine-enterprise", "SNMPv3の製造者番号", "enterprise number of its SNMPv3 engine"),
    ("snmp.engine-text", "SNMPv3の機器識別の文字列", "text of its SNMPv3 engine ID"),
    ("announcement.instance", "機器が公表するサービスの名前", "name of a service that it announces"),
    ("dicom.answer", "DICOM接続への応答", "answer to a DICOM association"),
    ("dicom.implementation", "DICOMの応答の実装番号", "DICOM implementation class UID"),
    ("dicom.version", "DICOMの応答の実装名", "DICOM implementation version name"),
    ("dicom.accepted", "DICOMで受け付けた用途", "DICOM service it accepted"),
    ("tls.subject", "サーバ証明書の名義", "subject of its certificate"),
    ("tls.issuer", "サーバ証明書の発行者", "issuer of its certificate"),
    ("smb.dialect", "ファイル共有（SMB）の方式", "dialect of its file sharing (SMB)"),
    ("software", "インストール済みのソフトウェア", "installed software"),
    ("os.name", "OSの名前", "name of its operating system"),
    ("os.version", "OSの版", "version of its operating system"),
    ("os.build", "OSのビルド番号", "build of its operating system"),
    ("os.edition", "OSのエディション", "edition of its operating system"),
    ("oui.mixed", "MACアドレスの製造者", "maker of its MAC address"),
    ("walk.reason", "この機器の先をたどった理由（実施前の記録）", "why it was walked through, as written beforehand"),
    ("nat-pmp.result", "NAT-PMPの結果の番号（0は成功）", "NAT-PMP result (0: success)"),
    ("nat-pmp.seconds-since-start", "機器の起動からの秒数（NAT-PMP）", "seconds since it started (NAT-PMP)"),
    ("pcp.result", "PCPの結果の番号（0は成功）", "PCP result (0: success)"),
    ("pcp.epoch", "機器の起動からの秒数（PCP）", "seconds since it started (PCP)"),
    ("upnp.control", "UPnPの操作の窓口", "UPnP control address"),
    ("dhcp.relay", "DHCPを中継した機器", "DHCP relay"),
    ("smb-interfaces.link-speed", "ファイル共有の接続口の速さ", "speed of a file server's interface"),
    (
        "smb-interfaces.tree-connect",
        "ファイル共有の接続口一覧の照会の結果",
        "result of asking a file server's interfaces",
    ),
    ("openvpn", "OpenVPNの応答", "OpenVPN answer"),
    (
        "host-resources.last-installed",
        "最後にソフトウェアが入った日時（SNMP）",
        "when software was last installed (SNMP)",
    ),
    ("wireguard.silent-port", "WireGuardのポートの無応答", "silence of the WireGuard port"),
    ("dhcp.offers-router", "DHCPで配るルータの案内", "router that it offers by DHCP"),
    ("snmp.services", "SNMPの役割の番号（sysServices）", "its SNMP sysServices"),
    ("dhcp.vendor-class", "DHCPの要求の機種の名乗り", "vendor class in its DHCP request"),
    ("dhcp.parameters", "DHCPの要求の項目の並び", "parameter list in its DHCP request"),
    ("lldp.system-description", "LLDPの機器説明", "its LLDP description"),
    ("cdp.platform", "CDPの機種名", "its CDP platform"),
    (
        "mllp.silent",
        "HL7用ポートは接続を受け付け、何も名乗らない（HL7の受信側のふるまい）",
        "its HL7 port accepts and says nothing, as an HL7 receiver does",
    ),
    (
        "ipp.printer-device-id",
        "印刷の応答（IPP）の機種識別（IEEE 1284）",
        "IEEE 1284 device ID of its printing service (IPP)",
    ),
    ("ipp.printer-make-and-model", "印刷の応答（IPP）の機種名", "make and model of its printing service (IPP)"),
    ("rpc.com-version", "Windowsの遠隔呼び出し（DCOM）の版", "DCOM version"),
    ("onvif.hardware-id", "監視カメラ規格（ONVIF）のハードウェア番号", "hardware number by ONVIF"),
    ("rtsp.public", "映像配信（RTSP）で使える操作", "methods of its video stream (RTSP)"),
    ("ike.vendor-id", "VPN（IKE）の製品の印", "vendor ID of its VPN (IKE)"),
];

/// Protocols and other sources, as they are called.
const SOURCES: &[(&str, &str, &str)] = &[
    ("product", "機器自身の申告", "its own word"),
    ("serial", "機器自身の申告", "its own word"),
    ("service", "応答したサービス", "an answering service"),
    ("os", "OSの申告", "its word on its OS"),
    ("domain", "所属ドメイン", "its domain"),
    ("name", "名前", "name"),
    ("netbios", "NetBIOS", "NetBIOS"),
    ("netbios-ns", "NetBIOS", "NetBIOS"),
    ("dns", "DNS逆引き", "reverse DNS"),
    ("certificate", "サーバ証明書", "its certificate"),
    ("llmnr", "LLMNR", "LLMNR"),
    ("ws-discovery", "WS-Discovery", "WS-Discovery"),
    ("device", "機器自身の名乗り", "its own word"),
    ("ssdp", "SSDP", "SSDP"),
    ("https", "暗号化されたWeb（HTTPS）", "encrypted web (HTTPS)"),
    ("upnp", "UPnP", "UPnP"),
    ("mdns", "mDNS", "mDNS"),
    ("snmp", "SNMP", "SNMP"),
    ("entity-mib", "SNMP（部品表）", "SNMP (ENTITY-MIB)"),
    ("printer-mib", "SNMP（プリンタ情報）", "SNMP (Printer-MIB)"),
    ("ups-mib", "SNMP（UPS情報）", "SNMP (UPS-MIB)"),
    ("host-resources", "SNMP（ホスト情報）", "SNMP (HOST-RESOURCES-MIB)"),
    ("inventory", "インベントリファイル", "inventory file"),
    ("ntlm", "Windowsの認証応答", "Windows NTLM challenge"),
    ("smb", "ファイル共有（SMB）", "file sharing (SMB)"),
    ("rdp", "リモートデスクトップ", "remote desktop"),
    ("rpc", "Windowsの遠隔呼び出し（DCOM）", "Windows RPC (DCOM)"),
    ("ldap", "ディレクトリ（LDAP）", "directory (LDAP)"),
    ("sql-browser", "SQL Serverの案内", "SQL Server Browser"),
    ("wsd", "WS-Discovery", "WS-Discovery"),
    ("sip", "IP電話（SIP）", "telephony (SIP)"),
    ("rtsp", "映像配信（RTSP）", "video streaming (RTSP)"),
    ("onvif", "監視カメラ規格（ONVIF）", "camera standard (ONVIF)"),
    ("ipp", "印刷の応答（IPP）", "printing (IPP)"),
    ("http", "Webの応答", "its web answer"),
    ("ubiquiti", "Ubiquiti機器の探索応答", "Ubiquiti discovery"),
    ("mndp", "MikroTik機器の探索応答", "MikroTik discovery"),
    ("bacnet", "設備制御（BACnet）", "building control (BACnet)"),
    ("modbus", "設備制御（Modbus）", "building control (Modbus)"),
    ("ike", "VPN（IKE）", "VPN (IKE)"),
    ("openvpn", "VPN（OpenVPN）", "VPN (OpenVPN)"),
    ("dicom", "DICOM", "DICOM"),
    ("dhcp", "DHCPの要求", "DHCP request"),
    ("lldp", "LLDP", "LLDP"),
    ("cdp", "CDP", "CDP"),
    ("stp", "スパニングツリー（STP）", "spanning tree (STP)"),
    ("igmp", "マルチキャスト参加（IGMP）", "multicast membership (IGMP)"),
    ("mld", "マルチキャスト参加（MLD）", "multicast membership (MLD)"),
    ("browser", "Windowsのブラウザ告知", "Windows browser announcement"),
    ("ssh", "SSH", "SSH"),
    ("telnet", "Telnet", "Telnet"),
    ("ftp", "FTP", "FTP"),
    ("smtp", "メール（SMTP）", "mail (SMTP)"),
    ("mysql", "データベース（MySQL）", "database (MySQL)"),
    ("postgresql", "データベース（PostgreSQL）", "database (PostgreSQL)"),
    ("mssql", "データベース（SQL Server）", "database (SQL Server)"),
    ("oracle", "データベース（Oracle）", "database (Oracle)"),
    ("vnc", "画面共有（VNC）", "screen sharing (VNC)"),
    ("ups", "UPS", "UPS"),
    ("mllp", "HL7用ポート", "HL7 port"),
    ("nbns", "NetBIOSの名前の登録", "NetBIOS name registration"),
    ("ra", "IPv6のルータ広告", "IPv6 router advertisement"),
    ("dhcpv6", "DHCPv6の要求", "DHCPv6 request"),
    ("mikrotik", "MikroTik機器", "MikroTik"),
    ("wireguard", "VPN（WireGuard）", "VPN (WireGuard)"),
    ("winrm", "Windowsの遠隔管理（WinRM）", "Windows remote management (WinRM)"),
    ("imap", "メール（IMAP）", "mail (IMAP)"),
    ("pop3", "メール（POP3）", "mail (POP3)"),
    ("favicon", "Web画面のアイコン", "icon of its web page"),
];

/// What a source tells.
const PARTS: &[(&str, &str, &str)] = &[
    ("maker", "メーカー", "maker"),
    ("model", "型番", "model"),
    ("serial", "シリアル番号", "serial number"),
    ("firmware", "ファームウェアの版", "firmware version"),
    ("product", "製品名", "product name"),
    ("version", "版", "version"),
    ("banner", "あいさつ文", "greeting"),
    ("capabilities", "役割", "capabilities"),
    ("software", "ソフトウェアの説明", "software description"),
    ("platform", "機種名", "platform"),
    ("system-description", "機器説明", "system description"),
    ("native-os", "OSの名乗り", "native OS"),
    ("native-lanman", "ファイル共有ソフトの名乗り", "native LAN manager"),
    ("vendor-class", "機種の名乗り", "vendor class"),
    ("user-class", "利用者の区分", "user class"),
    ("client-id", "端末の識別子", "client ID"),
    ("user-agent", "製品の名乗り", "user agent"),
    ("server-type", "役割", "server type"),
    ("comment", "説明", "comment"),
    ("realm", "ログイン欄の名称", "realm"),
    ("instance", "インスタンス名", "instance"),
    ("group", "参加グループ", "group"),
    ("root", "ルートブリッジ", "root bridge"),
    ("bridge", "ブリッジ番号", "bridge ID"),
    ("security", "保護方式", "security"),
    ("port", "ポート", "port"),
    ("port-description", "ポートの説明", "port description"),
    ("vlan", "VLAN番号", "VLAN"),
    ("vtp-domain", "VTPドメイン", "VTP domain"),
    ("chassis", "筐体の識別子", "chassis"),
    ("hardware", "ハードウェアの版", "hardware revision"),
    ("description", "説明", "description"),
    ("location", "設置場所", "location"),
    ("parameters", "要求項目の並び", "parameter list"),
    ("member-serial", "部品のシリアル番号", "serial numbers of its parts"),
    ("processor", "プロセッサ", "processor"),
    ("memory-kib", "メモリの量", "memory"),
    ("local-time", "機器の時計", "its clock"),
    ("device-instance", "機器番号", "device instance"),
    ("vendor-id", "製造者番号", "vendor ID"),
    ("protocol", "手順の版", "protocol version"),
    ("encryption", "暗号化", "encryption"),
    ("tls", "暗号化", "encryption"),
    ("notify", "通知", "notification"),
    ("essid", "無線の名前（SSID）", "wireless name (SSID)"),
    ("interface", "口の名前", "interface"),
    ("workgroup", "ワークグループ", "workgroup"),
    ("registers", "登録した名前", "registered name"),
    ("master-of", "代表を務めるワークグループ", "workgroup that it is master of"),
    ("prefix", "配るネットワーク", "prefix"),
    ("dns", "DNSサーバ", "DNS server"),
    ("querier", "問い合わせ役", "querier"),
    ("root-cost", "ルートまでの距離", "cost to the root"),
    ("lifetime", "有効時間", "lifetime"),
    ("mtu", "最大長", "MTU"),
    ("xaddrs", "案内する場所", "addresses"),
    ("type", "種別", "type"),
];

/// Signs without a text of their own.
const SIGNS: &[(&str, &str, &str)] = &[
    ("gateway", "調査機の既定ゲートウェイである", "it is the scanner's default gateway"),
    ("upnp-igd", "インターネット接続用ルータと名乗る（UPnP）", "it calls itself an Internet gateway (UPnP)"),
    ("all-routers-echo", "IPv6の全ルータあてエコーに応答した", "it answered an echo to all IPv6 routers"),
    ("na-r-flag", "IPv6でルータと名乗る", "it calls itself a router in IPv6"),
    ("router-advertisement", "IPv6のルータ広告を出している", "it sends IPv6 router advertisements"),
    ("forwards", "パケット転送が有効と申告（SNMP）", "it says that it forwards packets (SNMP)"),
    ("tells-os", "OSの情報を答える", "it tells its operating system"),
    ("vrrp", "ルータの冗長構成（VRRP）に参加している", "it takes part in router redundancy (VRRP)"),
    ("hsrp", "ルータの冗長構成（HSRP）に参加している", "it takes part in router redundancy (HSRP)"),
    ("dicom-verification-only", "DICOMの接続確認だけを受け付ける", "it accepts DICOM verification only"),
];

fn word(table: &[(&str, &'static str, &'static str)], key: &str, lang: Lang) -> Option<&'static str> {
    table.iter().find(|(known, ..)| *known == key).map(|(_, ja, en)| lang.pick(*ja, *en))
}

/// A sign without a text of its own, as a sentence.
pub fn sign(sign: &str, lang: Lang) -> Option<&'static str> {
    word(SIGNS, sign, lang)
}

/// A field, as a noun phrase. An unknown one keeps the part that nobody has a word for.
pub fn field(field: &str, lang: Lang) -> String {
    if let Some(whole) = word(WHOLE, field, lang) {
        return whole.to_owned();
    }
    let Some((source, part)) = field.split_once('.') else {
        return word(SOURCES, field, lang).map_or_else(|| mark(field), ToOwned::to_owned);
    };
    let (source, part) = match source {
        "name" | "domain" | "os" => (part, source),
        _ => (source, part),
    };
    let said = word(SOURCES, source, lang).map_or_else(|| mark(source), ToOwned::to_owned);
    let what = match part {
        "name" => lang.pick("名前", "name").to_owned(),
        "domain" => lang.pick("所属ドメイン", "domain").to_owned(),
        "os" => lang.pick("OS情報", "operating system").to_owned(),
        _ => word(PARTS, part, lang).map_or_else(|| mark(part), ToOwned::to_owned),
    };
    lang.pick(format!("{said}の{what}"), format!("{what} by {said}"))
}

/// What a rule found, as a phrase: where, and which text.
pub fn found(why: &Why, lang: Lang) -> String {
    let text = || mark(&why.text);
    match why.field.as_str() {
        "" => lang.pick(
            format!("規則 {}（根拠の記録なし）", mark(&why.rule)),
            format!("rule {} (nothing more was written down)", mark(&why.rule)),
        ),
        "oui.mixed" => {
            let kind = hint(&why.text, lang);
            lang.pick(
                format!("MACアドレスの製造者が{kind}なども作るメーカー"),
                format!("its MAC address is of a maker of, among others: {kind}"),
            )
        }
        "oui" | "oui.shared" => {
            let kind = hint(&why.text, lang);
            lang.pick(
                format!("MACアドレスの製造者が{kind}のメーカー"),
                format!("its MAC address is of a maker of: {kind}"),
            )
        }
        "port" => lang.pick(format!("ポート {} が開いている", text()), format!("port {} is open", text())),
        "port.class" => {
            let kind = hint(&why.text, lang);
            lang.pick(format!("{kind}用のポートが開いている"), format!("a port for {kind} is open"))
        }
        "sign" => sign(&why.text, lang).map_or_else(text, ToOwned::to_owned),
        "service" => {
            let spoken = word(SOURCES, &why.text, lang).map_or_else(text, ToOwned::to_owned);
            lang.pick(format!("{spoken}で応答する"), format!("it answers by {spoken}"))
        }
        "announcement" => {
            lang.pick(format!("サービス『{}』を公表している", text()), format!("it announces the service “{}”", text()))
        }
        "dicom.answer" => match why.text.as_str() {
            "accepted" => lang.pick("DICOMの接続確認に応答", "it accepts a DICOM association").to_owned(),
            "rejected" => lang
                .pick(
                    "DICOMの接続を拒否の応答（DICOM機器ではある）",
                    "it rejects a DICOM association, as a DICOM device does",
                )
                .to_owned(),
            "aborted" => lang
                .pick(
                    "DICOMの接続を途中で打ち切る応答（DICOM機器ではある）",
                    "it aborts a DICOM association, as a DICOM device does",
                )
                .to_owned(),
            _ => text(),
        },
        other => {
            let place = field(other, lang);
            lang.pick(format!("{place}『{}』", text()), format!("{place} “{}”", text()))
        }
    }
}

/// A hint of `config/oui` or `config/ports.toml`: a class, or the class that it begins with.
fn hint(text: &str, lang: Lang) -> String {
    let known = match text {
        "general" | "server" | "monitoring" => lang.pick("汎用サーバ", "general servers"),
        "windows" | "ad.controller" => lang.pick("Windows", "Windows"),
        "web" | "infra.proxy" | "infra.update" => lang.pick("Webサーバ", "web servers"),
        "database" => lang.pick("データベース", "databases"),
        "remote.desktop" => lang.pick("遠隔操作", "remote control"),
        "nas" => lang.pick("ファイルサーバ", "file servers"),
        "medical.dicom" => lang.pick("DICOM（医用画像）", "DICOM (medical images)"),
        "medical.hl7" => lang.pick("HL7（診療情報の連携）", "HL7 (clinical messages)"),
        "medical.lab" => lang.pick("検査装置", "laboratory devices"),
        "network.cellular" | "mobile" => lang.pick("モバイル通信機器", "mobile devices"),
        "network.homerouter" => lang.pick("家庭用ルータ", "home routers"),
        "virtual.host" => lang.pick("仮想化基盤", "virtualisation"),
        "iot.camera" => lang.pick("カメラ", "cameras"),
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    if let Ok(class) = text.parse::<Class>() {
        return fixed::class(class, lang).to_owned();
    }
    let general = match text.split('.').next().unwrap_or_default() {
        "medical" => Class::Medical,
        "network" => Class::Network,
        "printer" => Class::Printer,
        "camera" => Class::Camera,
        "storage" => Class::Storage,
        "industrial" | "building" => Class::Building,
        "virtual" => Class::Hypervisor,
        "iot" | "embedded" => Class::Iot,
        "host" | "pc" | "client" => Class::Pc,
        _ => return mark(text),
    };
    fixed::class(general, lang).to_owned()
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::{Fact, NameSource};
    use daicho_shared::knowledge::ports::Ports;
    use daicho_shared::recognise::signs;

    use super::super::phrase::Phrase;
    use super::*;

    fn said(field: &str, text: &str, lang: Lang) -> String {
        let why = Why { rule: "r".into(), field: field.into(), text: text.into(), ..Why::default() };
        Phrase::new(found(&why, lang)).plain()
    }

    #[test]
    fn fields_are_said_as_people_say_them() {
        for (field, text, ja) in [
            ("http.title", "RTX1210", "Web画面の題名『RTX1210』"),
            ("port", "tcp/104", "ポート tcp/104 が開いている"),
            ("oui", "medical.monitor", "MACアドレスの製造者が医療機器（生体情報モニタ）のメーカー"),
            ("oui", "medical.endoscopy", "MACアドレスの製造者が医療機器のメーカー"),
            ("entity-mib.serial", "AB1", "SNMP（部品表）のシリアル番号『AB1』"),
            ("name.ntlm", "PC1", "Windowsの認証応答の名前『PC1』"),
            ("os.ntlm", "Windows 10.0", "Windowsの認証応答のOS情報『Windows 10.0』"),
            ("sign", "gateway", "調査機の既定ゲートウェイである"),
            ("dicom.version", "OFFIS_DCMTK_367", "DICOMの応答の実装名『OFFIS_DCMTK_367』"),
            ("new-protocol.new-key", "x", "new-protocolのnew-key『x』"),
            ("", "", "規則 r（根拠の記録なし）"),
        ] {
            assert_eq!(said(field, text, Lang::Ja), ja);
        }
    }

    #[test]
    fn english_has_no_japanese_in_it() {
        let japanese = |c: char| matches!(c, '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
        let all = WHOLE.iter().chain(SOURCES).chain(PARTS).chain(SIGNS);
        assert!(all.clone().all(|(_, ja, en)| !ja.is_empty() && !en.is_empty() && !en.chars().any(japanese)));
        for (field, ..) in all {
            assert!(!said(field, "x", Lang::En).chars().any(japanese), "{field}");
        }
    }

    #[test]
    fn what_facts_become_has_a_word() {
        let facts = [
            Fact::Name { source: NameSource::Ldap, name: "dc1".into(), domain: Some("hosp".into()) },
            Fact::System {
                description: "x".into(),
                object_id: "1.3.6.1.4.1.311.1".into(),
                name: "x".into(),
                contact: String::new(),
                location: String::new(),
                uptime_seconds: 1,
            },
            Fact::Forwarding { enabled: true },
        ];
        let ports = Ports::builtin();
        for sign in signs([], &facts, &ports) {
            let own: String = Phrase::new(said(&sign.field, &sign.text, Lang::Ja)).plain();
            assert!(!own.contains(sign.field.as_ref()), "{} has no word: {own}", sign.field);
        }
    }
}
