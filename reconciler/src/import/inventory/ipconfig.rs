//! `ipconfig /all`, in Japanese and in English: sections by adapter, one `label . . . : value` a line.

use daicho_shared::address::Mac;

use super::machine::{Card, Kind, Machine, Machines, address, prefix, told};

/// What a label means; dots and spaces are removed before it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Host,
    Suffix,
    Description,
    Mac,
    Address,
    Mask,
    Media,
}

const LABELS: &[(&str, Label)] = &[
    ("hostname", Label::Host),
    ("ホスト名", Label::Host),
    ("primarydnssuffix", Label::Suffix),
    ("プライマリdnsサフィックス", Label::Suffix),
    ("description", Label::Description),
    ("説明", Label::Description),
    ("physicaladdress", Label::Mac),
    ("物理アドレス", Label::Mac),
    ("ipv4address", Label::Address),
    ("ipv4アドレス", Label::Address),
    ("ipaddress", Label::Address),
    ("ipアドレス", Label::Address),
    ("autoconfigurationipv4address", Label::Address),
    ("自動構成ipv4アドレス", Label::Address),
    ("ipv6address", Label::Address),
    ("ipv6アドレス", Label::Address),
    ("temporaryipv6address", Label::Address),
    ("一時ipv6アドレス", Label::Address),
    ("subnetmask", Label::Mask),
    ("サブネットマスク", Label::Mask),
    ("mediastate", Label::Media),
    ("メディアの状態", Label::Media),
];

/// The machine; `None` where the text is something else.
pub(super) fn read(text: &str) -> Option<Machines> {
    let headed = ["Windows IP Configuration", "Windows IP 構成"].iter().any(|heading| text.contains(heading));
    let mut machine = Machine::default();
    let mut card: Option<Card> = None;
    let mut labels = 0;
    for line in text.lines() {
        if let Some(name) = section(line) {
            finish(&mut machine, card.replace(Card { name, up: true, ..Card::default() }));
            continue;
        }
        let Some((label, value)) = labelled(line) else { continue };
        labels += 1;
        match (&mut card, label) {
            (None, Label::Host) => machine.name = told(value),
            (None, Label::Suffix) => machine.domain = told(value),
            (Some(card), label) => describe(card, label, value),
            _ => {}
        }
    }
    finish(&mut machine, card);
    (headed || labels >= 3).then_some(Machines { format: Kind::Ipconfig, list: vec![machine] })
}

/// `Ethernet adapter Ethernet:`, `イーサネット アダプター イーサネット:`: not indented, with a colon at its end.
fn section(line: &str) -> Option<String> {
    let line = line.trim_end();
    let name = line.strip_suffix(':').filter(|_| !line.starts_with(char::is_whitespace))?;
    let is_adapter = name.to_lowercase().contains("adapter") || name.contains("アダプター");
    is_adapter.then(|| daicho_shared::text::bounded(name))
}

/// The label before the first colon that follows the dots, and what stands behind it.
fn labelled(line: &str) -> Option<(Label, &str)> {
    let (label, value) = line.split_once(':')?;
    let label: String =
        label.chars().filter(|c| !c.is_whitespace() && *c != '.').flat_map(char::to_lowercase).collect();
    let label = LABELS.iter().find(|(known, _)| *known == label)?.1;
    Some((label, value.trim()))
}

fn describe(card: &mut Card, label: Label, value: &str) {
    match label {
        Label::Description => card.name = daicho_shared::text::bounded(value),
        Label::Mac => card.mac = value.parse::<Mac>().ok(),
        // `Media disconnected`, `メディアは接続されていません`; connected media are not told.
        Label::Media => card.up = false,
        Label::Address => card.add_all(address(value).into_iter().collect()),
        Label::Mask => {
            if let Some((address, known)) = card.addresses.iter_mut().rev().find(|(address, _)| address.is_ipv4()) {
                *known = known.or_else(|| prefix(value)).filter(|_| address.is_ipv4());
            }
        }
        Label::Host | Label::Suffix => {}
    }
}

/// A tunnel has no card: its number is none of a maker's.
fn finish(machine: &mut Machine, card: Option<Card>) {
    let Some(found) = card else { return };
    let mac = found.mac.filter(|mac| mac.is_interface());
    if mac.is_none() && found.addresses.is_empty() {
        return;
    }
    if let Some(card) = machine.card(&found.name, mac) {
        card.up |= found.up;
        for (address, prefix) in found.addresses {
            card.add(address, prefix);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JAPANESE: &str = "\r\nWindows IP 構成\r\n\r\n   ホスト名. . . . . . . . . . . . . . .: KENSA-PC01\r\n   \
        プライマリ DNS サフィックス . . . . .: hosp.local\r\n\r\nイーサネット アダプター イーサネット:\r\n\r\n   \
        説明. . . . . . . . . . . . . . . . .: Intel(R) Ethernet\r\n   \
        物理アドレス. . . . . . . . . . . . .: 00-80-A3-00-00-05\r\n   \
        リンクローカル IPv6 アドレス. . . . .: fe80::c152:dc1a:a4c3:8fea%17(優先)\r\n   \
        IPv4 アドレス . . . . . . . . . . . .: 10.20.0.5(優先)\r\n   \
        サブネット マスク . . . . . . . . . .: 255.255.255.0\r\n   \
        デフォルト ゲートウェイ . . . . . . .: 10.20.0.1\r\n\r\nイーサネット アダプター vEthernet (WSL):\r\n\r\n   \
        物理アドレス. . . . . . . . . . . . .: 00-15-5D-3E-F8-EE\r\n   \
        IPv4 アドレス . . . . . . . . . . . .: 172.26.128.1(優先)\r\n\r\nWireless LAN adapter Wi-Fi:\r\n\r\n   \
        メディアの状態. . . . . . . . . . . .: メディアは接続されていません\r\n   \
        物理アドレス. . . . . . . . . . . . .: 40-1A-58-00-00-01\r\n";

    #[test]
    fn cards_are_read_in_japanese() {
        let machine = read(JAPANESE).unwrap().list.remove(0);
        assert_eq!((machine.name.as_deref(), machine.domain.as_deref()), (Some("KENSA-PC01"), Some("hosp.local")));
        let seen: Vec<_> = machine.cards.iter().map(|card| (card.up, card.addresses.len())).collect();
        assert_eq!(seen, [(true, 1), (true, 1), (false, 0)]);
        assert_eq!(machine.cards[0].addresses, [("10.20.0.5".parse().unwrap(), Some(24))]);
        assert_eq!(machine.place(), (Some("10.20.0.5".parse().unwrap()), "00:80:A3:00:00:05".parse().ok()));
    }

    #[test]
    fn cards_are_read_in_english() {
        let text = "Windows IP Configuration\n\n   Host Name . . . . . . . . . . . . : PC1\n\nEthernet adapter Ethernet0:\n\n   \
                    Description . . . . . . . . . . . : vmxnet3\n   Physical Address. . . . . . . . . : 00-50-56-00-00-01\n   \
                    IPv4 Address. . . . . . . . . . . : 10.1.0.7(Preferred)\n   Subnet Mask . . . . . . . . . . . : 255.255.0.0\n";
        let machine = read(text).unwrap().list.remove(0);
        assert_eq!((machine.name.as_deref(), machine.cards[0].name.as_str()), (Some("PC1"), "vmxnet3"));
        assert_eq!(machine.cards[0].addresses, [("10.1.0.7".parse().unwrap(), Some(16))]);
    }

    #[test]
    fn other_text_is_none() {
        assert_eq!(read("説明: これは手順書です。\n"), None);
    }
}
